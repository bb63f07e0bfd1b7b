/*
 * Scatter/gather lists: an MDL chain as runs of contiguous bus addresses.
 *
 * When the device reaches all of the chain the list is ready at once, so its routine is
 * called before GetScatterGatherList returns, as NT may do too. Pages that it does not reach
 * need a map register each, and those may have to be waited for.
 */
#include "iopdma.h"

#include <internal/mm.h>

#define IOP_LIST_FROM_POOL 1 /* SCATTER_GATHER_LIST.Reserved: Put frees the list */

/* A list being made. */
typedef struct _IOP_LIST_REQUEST {
    PIOP_ADAPTER Adapter;
    PDEVICE_OBJECT Device;
    PMDL Mdl;
    PVOID CurrentVa;
    ULONG Length;
    BOOLEAN Write;
    BOOLEAN FromPool; /* the list is ours */
    PDRIVER_LIST_CONTROL Routine;
    PVOID Context;
    PSCATTER_GATHER_LIST List;
    ULONG Room;              /* elements that the list takes; more are counted only */
    PIOP_MAP_REGISTER Block; /* NULL: it has none */
    ULONG Elements;
    ULONG Registers;
} IOP_LIST_REQUEST, *PIOP_LIST_REQUEST;

/* One with registers is kept until the list is put, which has it as Reserved. */
typedef struct _IOP_KEPT_LIST {
    WAIT_CONTEXT_BLOCK Wait; /* its context is this */
    IOP_LIST_REQUEST Request;
} IOP_KEPT_LIST, *PIOP_KEPT_LIST;

/* What stands in the list for a run that the device does not reach. FALSE: it is no memory. */
static BOOLEAN
IopMapRun(PIOP_LIST_REQUEST Request, ULONG Done, PSCATTER_GATHER_ELEMENT Element)
{
    const IOP_MAP_REGISTER Bytes = {.Original = (ULONG64)Element->Address.QuadPart,
                                    .Length = Element->Length,
                                    .Write = Request->Write,
                                    .VirtualAddress =
                                        (ULONG_PTR)Request->CurrentVa + Done};

    return IopMapBytes(Request->Adapter, Request->Block, &Bytes, &Element->Address);
}

/* Counts the runs and the registers they need, and stores those that the list takes. */
static NTSTATUS
IopWalkRuns(PIOP_LIST_REQUEST Request)
{
    IOP_DMA_CURSOR Cursor = IopDmaCursor(Request->Mdl, Request->CurrentVa);

    Request->Elements = 0;
    Request->Registers = 0;
    for (ULONG Done = 0; Done < Request->Length; Request->Elements++) {
        SCATTER_GATHER_ELEMENT Element = {0};
        NTSTATUS Status = IopNextRun(Request->Adapter, &Cursor, Request->Length - Done,
                                     &Element.Address, &Element.Length);
        ULONG Run = Element.Length;

        if (Status == STATUS_INSUFFICIENT_RESOURCES) {
            Request->Registers++;
            if (!MmIsRangeMapped(
                    (ULONG64)(ULONG_PTR)ArchDirectMap((ULONG64)Element.Address.QuadPart),
                    Run) ||
                (Request->Block != NULL && !IopMapRun(Request, Done, &Element))) {
                return Status;
            }
        } else if (!NT_SUCCESS(Status)) {
            return Status;
        }
        if (Request->Elements < Request->Room) {
            Request->List->Elements[Request->Elements] = Element;
        }
        Done += Run;
    }
    return STATUS_SUCCESS;
}

/* Gives the list to the driver. DISPATCH_LEVEL. */
static VOID
IopDeliverList(PIOP_LIST_REQUEST Request, PIRP Irp)
{
    PDRIVER_LIST_CONTROL Routine = Request->Routine;
    PSCATTER_GATHER_LIST List = Request->List;

    List->NumberOfElements = Request->Elements;
    /* Inside, the list can be put and the request be gone. */
    Routine(Request->Device, Irp, List, Request->Context);
}

/* The registers of a list are there: it is filled again, with their addresses. */
static IO_ALLOCATION_ACTION NTAPI
IopListGranted(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID MapRegisterBase,
               PVOID Context)
{
    PIOP_LIST_REQUEST Request = &((PIOP_KEPT_LIST)Context)->Request;

    UNREFERENCED_PARAMETER(DeviceObject);
    Request->Block = MapRegisterBase;
    IopWalkRuns(Request);
    IopDeliverList(Request, Irp);
    return DeallocateObjectKeepRegisters;
}

/* Keeps the request and asks for its registers. */
static NTSTATUS
IopAwaitList(const IOP_LIST_REQUEST *Asked)
{
    PIOP_KEPT_LIST Kept = IopAllocate(sizeof(*Kept), IOP_TAG_DMA);

    if (Kept == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Kept->Request = *Asked;
    Asked->List->Reserved = (ULONG_PTR)Kept;
    Kept->Wait.DeviceRoutine = IopListGranted;
    Kept->Wait.DeviceContext = Kept;
    Kept->Wait.NumberOfMapRegisters = Asked->Registers;
    Kept->Wait.DeviceObject = Asked->Device;
    Kept->Wait.CurrentIrp = Asked->Device->CurrentIrp;
    IopRequestMapRegisters(Asked->Adapter, &Kept->Wait);
    return STATUS_SUCCESS;
}

/* Gives the list of a request, now, as it has been filled, or when registers come free. */
static NTSTATUS
IopGiveList(PIOP_LIST_REQUEST Request)
{
    KIRQL OldIrql;

    if (Request->Registers != 0) {
        return IopAwaitList(Request);
    }
    Request->List->Reserved = Request->FromPool ? IOP_LIST_FROM_POOL : 0;
    if (KeGetCurrentIrql() == DISPATCH_LEVEL) { /* as it should be */
        IopDeliverList(Request, Request->Device->CurrentIrp);
        return STATUS_SUCCESS;
    }
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    IopDeliverList(Request, Request->Device->CurrentIrp);
    KeLowerIrql(OldIrql);
    return STATUS_SUCCESS;
}

/*
 * The transfer that most are: within one page of the first MDL, which the device reaches.
 * FALSE: this is another one, and nothing has been done.
 */
FORCEINLINE BOOLEAN
IopTakePage(PIOP_LIST_REQUEST Request)
{
    PMDL Mdl = Request->Mdl;
    ULONG Length = Request->Length;
    ULONG64 Offset =
        (ULONG64)((ULONG_PTR)Request->CurrentVa - (ULONG_PTR)MmGetMdlVirtualAddress(Mdl));
    ULONG64 Position = Mdl->ByteOffset + Offset;
    ULONG64 Within = Position & (PAGE_SIZE - 1);
    ULONG64 Address;

    if (Offset >= Mdl->ByteCount || Length > Mdl->ByteCount - Offset || Length == 0 ||
        Within + Length > PAGE_SIZE || Request->Room == 0) {
        return FALSE;
    }
    Address = MmGetMdlPfnArray(Mdl)[Position >> PAGE_SHIFT] << PAGE_SHIFT | Within;
    if (Address + Length - 1 > Request->Adapter->HighestAddress) {
        return FALSE;
    }
    Request->List->Elements[0].Address.QuadPart = (LONGLONG)Address;
    Request->List->Elements[0].Length = Length;
    Request->List->Elements[0].Reserved = 0;
    Request->Elements = 1;
    return TRUE;
}

/* Walks a request: what it needs, and whether that can be had at all. A list that has the
   room is filled with that. */
static NTSTATUS
IopMeasureList(PIOP_LIST_REQUEST Request)
{
    NTSTATUS Status = IopWalkRuns(Request);

    if (NT_SUCCESS(Status) && Request->Registers > Request->Adapter->RegisterCount) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    return Status;
}

/*
 * Calls ExecutionRoutine with the list of Length bytes at CurrentVa of Mdl (and the MDLs
 * chained to it), before it returns or, when map registers have to be waited for, later.
 * STATUS_BUFFER_TOO_SMALL: the MDLs are shorter; STATUS_INSUFFICIENT_RESOURCES: no memory,
 * or more map registers than the adapter has. DISPATCH_LEVEL. Source: manual,
 * GetScatterGatherList.
 */
NTSTATUS
NTAPI
IopGetScatterGatherList(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, PMDL Mdl,
                        PVOID CurrentVa, ULONG Length,
                        PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context,
                        BOOLEAN WriteToDevice)
{
    IOP_LIST_REQUEST Request = {.Adapter = (PIOP_ADAPTER)DmaAdapter,
                                .Device = DeviceObject,
                                .Mdl = Mdl,
                                .CurrentVa = CurrentVa,
                                .Length = Length,
                                .Write = WriteToDevice,
                                .FromPool = TRUE,
                                .Routine = ExecutionRoutine,
                                .Context = Context};
    NTSTATUS Status = IopMeasureList(&Request);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Request.List = IopAllocate(IopListSize(Request.Elements), IOP_TAG_DMA);
    if (Request.List == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Request.Room = Request.Elements;
    IopWalkRuns(&Request);
    Status = IopGiveList(&Request);
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Request.List, IOP_TAG_DMA);
    }
    return Status;
}

/* Elements of a list of so many bytes. */
static ULONG
IopListRoom(ULONG Bytes)
{
    ULONG Head = FIELD_OFFSET(SCATTER_GATHER_LIST, Elements);

    return Bytes <= Head ? 0 : (ULONG)((Bytes - Head) / sizeof(SCATTER_GATHER_ELEMENT));
}

/* The same in the caller's memory, ScatterGatherLength bytes, which are written also when
   they are too few: STATUS_BUFFER_TOO_SMALL. Source: manual, BuildScatterGatherList. */
NTSTATUS
NTAPI
IopBuildScatterGatherList(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, PMDL Mdl,
                          PVOID CurrentVa, ULONG Length,
                          PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context,
                          BOOLEAN WriteToDevice, PVOID ScatterGatherBuffer,
                          ULONG ScatterGatherLength)
{
    IOP_LIST_REQUEST Request = {.Adapter = (PIOP_ADAPTER)DmaAdapter,
                                .Device = DeviceObject,
                                .Mdl = Mdl,
                                .CurrentVa = CurrentVa,
                                .Length = Length,
                                .Write = WriteToDevice,
                                .Routine = ExecutionRoutine,
                                .Context = Context,
                                .List = ScatterGatherBuffer,
                                .Room = IopListRoom(ScatterGatherLength)};
    NTSTATUS Status = IopTakePage(&Request) ? STATUS_SUCCESS : IopMeasureList(&Request);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Request.Elements > Request.Room) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    return IopGiveList(&Request);
}

/* Takes a list back after the transfer: what the device wrote into map registers is copied
   to where it belongs. IRQL <= DISPATCH_LEVEL. Source: manual, PutScatterGatherList. */
VOID NTAPI
IopPutScatterGatherList(PDMA_ADAPTER DmaAdapter, PSCATTER_GATHER_LIST ScatterGather,
                        BOOLEAN WriteToDevice)
{
    ULONG_PTR Kind = ScatterGather->Reserved;
    PIOP_KEPT_LIST Kept = (PIOP_KEPT_LIST)Kind;
    BOOLEAN FromPool = Kind == IOP_LIST_FROM_POOL;

    UNREFERENCED_PARAMETER(DmaAdapter);
    UNREFERENCED_PARAMETER(WriteToDevice);
    if (Kind > IOP_LIST_FROM_POOL) {
        const IOP_LIST_REQUEST *Request = &Kept->Request;

        FromPool = Request->FromPool;
        IopUnmapBytes(Request->Adapter, Request->Block, Request->CurrentVa,
                      Request->Length);
        IopReleaseMapRegisters(Request->Adapter, Request->Block);
        ExFreePoolWithTag(Kept, IOP_TAG_DMA);
    }
    if (FromPool) {
        ExFreePoolWithTag(ScatterGather, IOP_TAG_DMA);
    }
}
