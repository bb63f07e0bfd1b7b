/*
 * Scatter/gather lists: an MDL chain as runs of contiguous bus addresses.
 *
 * A list is ready at once, so its routine is called before GetScatterGatherList returns,
 * as NT may do too. There are no bounce buffers: a page beyond what the device can
 * address fails the request, which can only happen on a machine with memory above that
 * limit.
 */
#include "iop.h"

#define IOP_LIST_FROM_POOL 1 /* SCATTER_GATHER_LIST.Reserved: Put frees the list */

IOP_DMA_CURSOR
IopDmaCursor(PMDL Mdl, PVOID CurrentVa)
{
    IOP_DMA_CURSOR Cursor = {
        Mdl, (ULONG64)((ULONG_PTR)CurrentVa - (ULONG_PTR)MmGetMdlVirtualAddress(Mdl))};

    return Cursor;
}

/* Bytes from Position of the MDL's first page on whose pages follow each other, up to
 * Limit. */
static ULONG
IopContiguousBytes(PMDL Mdl, ULONG64 Position, ULONG Limit)
{
    PPFN_NUMBER Pages = MmGetMdlPfnArray(Mdl);
    ULONG64 Page = Position >> PAGE_SHIFT;
    ULONG64 Bytes = PAGE_SIZE - (Position & (PAGE_SIZE - 1));

    while (Bytes < Limit && Pages[Page + 1] == Pages[Page] + 1) {
        Bytes += PAGE_SIZE;
        Page++;
    }
    return (ULONG)min(Bytes, (ULONG64)Limit);
}

NTSTATUS
IopNextRun(PIOP_ADAPTER Adapter, PIOP_DMA_CURSOR Cursor, ULONG Length,
           PHYSICAL_ADDRESS *Address, PULONG RunLength)
{
    ULONG64 Position;
    PMDL Mdl;

    while (Cursor->Mdl != NULL && Cursor->Offset >= Cursor->Mdl->ByteCount) {
        Cursor->Offset -= Cursor->Mdl->ByteCount;
        Cursor->Mdl = Cursor->Mdl->Next;
    }
    Mdl = Cursor->Mdl;
    if (Mdl == NULL) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    Position = Mdl->ByteOffset + Cursor->Offset;
    *RunLength = IopContiguousBytes(
        Mdl, Position, (ULONG)min((ULONG64)Length, Mdl->ByteCount - Cursor->Offset));
    Address->QuadPart =
        (LONGLONG)((MmGetMdlPfnArray(Mdl)[Position >> PAGE_SHIFT] << PAGE_SHIFT) |
                   (Position & (PAGE_SIZE - 1)));
    if ((ULONG64)Address->QuadPart + *RunLength - 1 > Adapter->HighestAddress) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Cursor->Offset += *RunLength;
    return STATUS_SUCCESS;
}

/* Counts the runs of Length bytes and, with List not NULL, stores them there. */
static NTSTATUS
IopWalkRuns(PIOP_ADAPTER Adapter, PMDL Mdl, PVOID CurrentVa, ULONG Length,
            PSCATTER_GATHER_LIST List, PULONG Count)
{
    IOP_DMA_CURSOR Cursor = IopDmaCursor(Mdl, CurrentVa);

    for (*Count = 0; Length != 0; (*Count)++) {
        PHYSICAL_ADDRESS Address;
        ULONG Run;
        NTSTATUS Status = IopNextRun(Adapter, &Cursor, Length, &Address, &Run);

        if (!NT_SUCCESS(Status)) {
            return Status;
        }
        if (List != NULL) {
            List->Elements[*Count].Address = Address;
            List->Elements[*Count].Length = Run;
            List->Elements[*Count].Reserved = 0;
        }
        Length -= Run;
    }
    return STATUS_SUCCESS;
}

/* Fills List and gives it to the driver, at DISPATCH_LEVEL. */
static VOID
IopDeliverList(PIOP_ADAPTER Adapter, PDEVICE_OBJECT Device, PMDL Mdl, PVOID CurrentVa,
               ULONG Length, PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context,
               PSCATTER_GATHER_LIST List)
{
    KIRQL OldIrql;

    IopWalkRuns(Adapter, Mdl, CurrentVa, Length, List, &List->NumberOfElements);
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    ExecutionRoutine(Device, Device->CurrentIrp, List, Context);
    KeLowerIrql(OldIrql);
}

/* Bytes of a list with Count elements. */
static ULONG
IopListSize(ULONG Count)
{
    return (ULONG)(sizeof(SCATTER_GATHER_LIST) + Count * sizeof(SCATTER_GATHER_ELEMENT));
}

/*
 * Calls ExecutionRoutine with the list of Length bytes at CurrentVa of Mdl (and the MDLs
 * chained to it). STATUS_BUFFER_TOO_SMALL: the MDLs are shorter;
 * STATUS_INSUFFICIENT_RESOURCES: no memory, or beyond the device's reach. DISPATCH_LEVEL.
 * Source: manual, GetScatterGatherList.
 */
NTSTATUS
NTAPI
IopGetScatterGatherList(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, PMDL Mdl,
                        PVOID CurrentVa, ULONG Length,
                        PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context,
                        BOOLEAN WriteToDevice)
{
    PIOP_ADAPTER Adapter = (PIOP_ADAPTER)DmaAdapter;
    PSCATTER_GATHER_LIST List;
    ULONG Count;
    NTSTATUS Status = IopWalkRuns(Adapter, Mdl, CurrentVa, Length, NULL, &Count);

    UNREFERENCED_PARAMETER(WriteToDevice);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    List = IopAllocate(IopListSize(Count), IOP_TAG_DMA);
    if (List == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    List->Reserved = IOP_LIST_FROM_POOL;
    IopDeliverList(Adapter, DeviceObject, Mdl, CurrentVa, Length, ExecutionRoutine,
                   Context, List);
    return STATUS_SUCCESS;
}

/* The same in the caller's memory, ScatterGatherLength bytes; too few are
   STATUS_BUFFER_TOO_SMALL. Source: manual, BuildScatterGatherList. */
NTSTATUS
NTAPI
IopBuildScatterGatherList(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, PMDL Mdl,
                          PVOID CurrentVa, ULONG Length,
                          PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context,
                          BOOLEAN WriteToDevice, PVOID ScatterGatherBuffer,
                          ULONG ScatterGatherLength)
{
    PIOP_ADAPTER Adapter = (PIOP_ADAPTER)DmaAdapter;
    PSCATTER_GATHER_LIST List = ScatterGatherBuffer;
    ULONG Count;
    NTSTATUS Status = IopWalkRuns(Adapter, Mdl, CurrentVa, Length, NULL, &Count);

    UNREFERENCED_PARAMETER(WriteToDevice);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (ScatterGatherLength < IopListSize(Count)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    List->Reserved = 0;
    IopDeliverList(Adapter, DeviceObject, Mdl, CurrentVa, Length, ExecutionRoutine,
                   Context, List);
    return STATUS_SUCCESS;
}

/* Takes a list back after the transfer. IRQL <= DISPATCH_LEVEL.
   Source: manual, PutScatterGatherList. */
VOID NTAPI
IopPutScatterGatherList(PDMA_ADAPTER DmaAdapter, PSCATTER_GATHER_LIST ScatterGather,
                        BOOLEAN WriteToDevice)
{
    UNREFERENCED_PARAMETER(DmaAdapter);
    UNREFERENCED_PARAMETER(WriteToDevice);
    if (ScatterGather->Reserved == IOP_LIST_FROM_POOL) {
        ExFreePoolWithTag(ScatterGather, IOP_TAG_DMA);
    }
}

/* The bytes a list can need at most, one element a page; Mdl NULL: for Length bytes at
   CurrentVa. IRQL <= DISPATCH_LEVEL. Source: manual, CalculateScatterGatherList. */
NTSTATUS
NTAPI
IopCalculateScatterGatherList(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID CurrentVa,
                              ULONG Length, PULONG ScatterGatherListSize,
                              PULONG NumberOfMapRegisters)
{
    ULONG Pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(CurrentVa, Length);

    UNREFERENCED_PARAMETER(DmaAdapter);
    /* Each MDL of a chain can begin and end within a page of its own. */
    for (PMDL Next = Mdl; Next != NULL && Next->Next != NULL; Next = Next->Next) {
        Pages += 2;
    }
    *ScatterGatherListSize = IopListSize(Pages);
    if (NumberOfMapRegisters != NULL) {
        *NumberOfMapRegisters = Pages;
    }
    return STATUS_SUCCESS;
}

/* The MDL of what a list describes: without bounce buffers, the original one.
   IRQL <= DISPATCH_LEVEL. Source: manual, BuildMdlFromScatterGatherList. */
NTSTATUS
NTAPI
IopBuildMdlFromScatterGatherList(PDMA_ADAPTER DmaAdapter,
                                 PSCATTER_GATHER_LIST ScatterGather, PMDL OriginalMdl,
                                 PMDL *TargetMdl)
{
    UNREFERENCED_PARAMETER(DmaAdapter);
    UNREFERENCED_PARAMETER(ScatterGather);
    *TargetMdl = OriginalMdl;
    return STATUS_SUCCESS;
}
