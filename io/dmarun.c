/*
 * The memory of an MDL chain as a device sees it: runs of contiguous bus addresses.
 */
#include "iopdma.h"

#include <internal/mm.h>

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

/* Cuts a run to what the device reaches of it, or, when that is nothing, to one page. */
static NTSTATUS
IopCutRun(PIOP_ADAPTER Adapter, ULONG64 Address, PULONG RunLength)
{
    ULONG64 Within = PAGE_SIZE - (Address & (PAGE_SIZE - 1));

    if (Address > Adapter->HighestAddress) {
        *RunLength = (ULONG)min((ULONG64)*RunLength, Within);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (Address + *RunLength - 1 > Adapter->HighestAddress) {
        *RunLength = (ULONG)(Adapter->HighestAddress - Address + 1);
    }
    return STATUS_SUCCESS;
}

NTSTATUS
IopNextRun(PIOP_ADAPTER Adapter, PIOP_DMA_CURSOR Cursor, ULONG Length,
           PHYSICAL_ADDRESS *Address, PULONG RunLength)
{
    NTSTATUS Status;
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
    Status = IopCutRun(Adapter, (ULONG64)Address->QuadPart, RunLength);
    Cursor->Offset += *RunLength;
    return Status;
}

/* Maps pages that the device does not reach, one register each, as far as they follow one
   another and registers are left: the registers are contiguous. Bytes mapped. */
static ULONG
IopMapPages(PIOP_ADAPTER Adapter, PIOP_MAP_REGISTER Block, PIOP_DMA_CURSOR Cursor,
            IOP_MAP_REGISTER Bytes, ULONG Length, PHYSICAL_ADDRESS *Address)
{
    ULONG Mapped = 0;

    while (Mapped < Length) {
        PHYSICAL_ADDRESS Original, Place;
        IOP_DMA_CURSOR Next = *Cursor;

        if (IopNextRun(Adapter, &Next, Length - Mapped, &Original, &Bytes.Length) !=
                STATUS_INSUFFICIENT_RESOURCES ||
            (Mapped != 0 && Original.QuadPart % PAGE_SIZE != 0)) {
            break; /* the end, a page within reach, or one that begins an MDL inside it */
        }
        Bytes.Original = (ULONG64)Original.QuadPart;
        if (!MmIsRangeMapped((ULONG64)(ULONG_PTR)ArchDirectMap(Bytes.Original),
                             Bytes.Length) ||
            !IopMapBytes(Adapter, Block, &Bytes, &Place)) {
            break;
        }
        Address->QuadPart = Mapped == 0 ? Place.QuadPart : Address->QuadPart;
        *Cursor = Next;
        Mapped += Bytes.Length;
        Bytes.VirtualAddress += Bytes.Length;
        if ((Original.QuadPart + Bytes.Length) % PAGE_SIZE != 0) {
            break; /* what follows begins another page, and so another run */
        }
    }
    return Mapped;
}

/*
 * The bus address of CurrentVa; *Length is cut to what is contiguous there, so a driver calls
 * again for the rest, with scatter/gather or without. What the device does not reach goes
 * through the map registers; where they are used up, *Length becomes 0. IRQL <=
 * DISPATCH_LEVEL. Source: manual, MapTransfer.
 */
PHYSICAL_ADDRESS
NTAPI
IopMapTransfer(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID MapRegisterBase, PVOID CurrentVa,
               PULONG Length, BOOLEAN WriteToDevice)
{
    const IOP_MAP_REGISTER Bytes = {.Write = WriteToDevice,
                                    .VirtualAddress = (ULONG_PTR)CurrentVa};
    PIOP_ADAPTER Adapter = (PIOP_ADAPTER)DmaAdapter;
    IOP_DMA_CURSOR Cursor = IopDmaCursor(Mdl, CurrentVa);
    IOP_DMA_CURSOR Start = Cursor;
    PHYSICAL_ADDRESS Address = {0};
    NTSTATUS Status;
    ULONG Run = 0;

    Status = IopNextRun(Adapter, &Cursor, *Length, &Address, &Run);
    if (Status == STATUS_INSUFFICIENT_RESOURCES) {
        Run =
            MapRegisterBase == NULL || MapRegisterBase == DmaAdapter
                ? 0
                : IopMapPages(Adapter, MapRegisterBase, &Start, Bytes, *Length, &Address);
    } else if (!NT_SUCCESS(Status)) {
        Run = 0;
    }
    *Length = Run;
    return Address;
}
