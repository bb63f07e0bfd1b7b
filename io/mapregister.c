/*
 * Map registers: taken in blocks, waited for in the order of asking, and the copies they are
 * there for.
 */
#include "iopdma.h"

#include <internal/mm.h>

BOOLEAN
IopCreateMapRegisters(PIOP_ADAPTER Adapter, ULONG Count)
{
    ULONG64 Pages = 0;

    while (Count != 0 && Pages == 0) {
        Pages = MmAllocateFrames(Count, 1, Adapter->HighestAddress);
        Count = Pages == 0 ? Count / 2 : Count;
    }
    if (Pages == 0) {
        return FALSE;
    }
    Adapter->Registers = IopAllocate(Count * sizeof(*Adapter->Registers), IOP_TAG_DMA);
    if (Adapter->Registers == NULL) {
        MmFreeFrames(Pages, Count);
        return FALSE;
    }
    Adapter->RegisterPages = Pages;
    Adapter->RegisterCount = Count;
    return TRUE;
}

VOID
IopDeleteMapRegisters(PIOP_ADAPTER Adapter)
{
    if (Adapter->RegisterCount != 0) {
        MmFreeFrames(Adapter->RegisterPages, Adapter->RegisterCount);
        ExFreePoolWithTag(Adapter->Registers, IOP_TAG_DMA);
    }
}

/* Takes Count free registers that follow each other; NULL when there are none. Lock held. */
static PIOP_MAP_REGISTER
IopTakeBlock(PIOP_ADAPTER Adapter, ULONG Count)
{
    ULONG Free = 0;

    for (ULONG Index = 0; Index < Adapter->RegisterCount; Index++) {
        Free = Adapter->Registers[Index].Taken ? 0 : Free + 1;
        if (Free == Count) {
            PIOP_MAP_REGISTER Block = &Adapter->Registers[Index + 1 - Count];

            for (ULONG Each = 0; Each < Count; Each++) {
                Block[Each].Taken = TRUE;
                Block[Each].Length = 0;
            }
            Block->Count = Count;
            Block->Next = 0;
            return Block;
        }
    }
    return NULL;
}

/* Lock held. */
static VOID
IopReturnBlock(PIOP_MAP_REGISTER Block)
{
    for (ULONG Each = 0; Each < Block->Count; Each++) {
        Block[Each].Taken = FALSE;
    }
}

/* The first in the row and the block it waits for, when that can be had. Lock held. */
static PWAIT_CONTEXT_BLOCK
IopNextWaiter(PIOP_ADAPTER Adapter, PIOP_MAP_REGISTER *Block)
{
    PWAIT_CONTEXT_BLOCK Wait;

    if (IsListEmpty(&Adapter->Waiters)) {
        return NULL;
    }
    Wait = CONTAINING_RECORD(Adapter->Waiters.Flink, WAIT_CONTEXT_BLOCK,
                             WaitQueueEntry.DeviceListEntry);
    *Block = IopTakeBlock(Adapter, Wait->NumberOfMapRegisters);
    if (*Block == NULL) {
        return NULL;
    }
    RemoveEntryList(&Wait->WaitQueueEntry.DeviceListEntry);
    return Wait;
}

/*
 * Serves waiters until the next one has to wait. One processor does it at a time, and what
 * a routine gives back at once is seen when it has returned: the calls do not nest, however
 * many wait. DISPATCH_LEVEL, Lock held; it is let go of around each call.
 */
static VOID
IopServeWaiters(PIOP_ADAPTER Adapter)
{
    PIOP_MAP_REGISTER Block;
    PWAIT_CONTEXT_BLOCK Wait;

    if (Adapter->Serving) {
        return;
    }
    Adapter->Serving = TRUE;
    while ((Wait = IopNextWaiter(Adapter, &Block)) != NULL) {
        IO_ALLOCATION_ACTION Action;

        KeReleaseSpinLockFromDpcLevel(&Adapter->Lock);
        /* The block of a device can be asked with again inside: not touched afterwards. */
        Action = Wait->DeviceRoutine(Wait->DeviceObject, Wait->CurrentIrp, Block,
                                     Wait->DeviceContext);
        KeAcquireSpinLockAtDpcLevel(&Adapter->Lock);
        if (Action == DeallocateObject) {
            IopReturnBlock(Block);
        } else if (Action == KeepObject) {
            Adapter->Channel = Block;
        }
    }
    Adapter->Serving = FALSE;
}

VOID
IopRequestMapRegisters(PIOP_ADAPTER Adapter, PWAIT_CONTEXT_BLOCK Wait)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Adapter->Lock, &OldIrql);
    InsertTailList(&Adapter->Waiters, &Wait->WaitQueueEntry.DeviceListEntry);
    IopServeWaiters(Adapter);
    KeReleaseSpinLock(&Adapter->Lock, OldIrql);
}

VOID
IopReleaseMapRegisters(PIOP_ADAPTER Adapter, PIOP_MAP_REGISTER Block)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Adapter->Lock, &OldIrql);
    IopReturnBlock(Block);
    IopServeWaiters(Adapter);
    KeReleaseSpinLock(&Adapter->Lock, OldIrql);
}

/* The physical address of the bytes of a register, at the place in its page that they have in
   theirs. */
static ULONG64
IopRegisterAddress(PIOP_ADAPTER Adapter, const IOP_MAP_REGISTER *Register)
{
    return Adapter->RegisterPages + (ULONG64)(Register - Adapter->Registers) * PAGE_SIZE +
           (Register->Original & (PAGE_SIZE - 1));
}

BOOLEAN
IopMapBytes(PIOP_ADAPTER Adapter, PIOP_MAP_REGISTER Block, const IOP_MAP_REGISTER *Bytes,
            PHYSICAL_ADDRESS *Address)
{
    PIOP_MAP_REGISTER Register;

    if (Block->Next == Block->Count) {
        return FALSE;
    }
    Register = &Block[Block->Next++];
    Register->Original = Bytes->Original;
    Register->Length = Bytes->Length;
    Register->Write = Bytes->Write;
    Register->VirtualAddress = Bytes->VirtualAddress;
    Address->QuadPart = (LONGLONG)IopRegisterAddress(Adapter, Register);
    /* Also when the device is going to write: what it leaves alone must come back as it was,
       and not as another transfer left it. */
    memcpy(ArchDirectMap((ULONG64)Address->QuadPart), ArchDirectMap(Register->Original),
           Register->Length);
    return TRUE;
}

/* Copies the part of a register that lies in [First, End) of the driver's addresses, if the
   device has written it, and frees the register. TRUE: some of it did. */
static BOOLEAN
IopUnmapRegister(PIOP_ADAPTER Adapter, PIOP_MAP_REGISTER Register, ULONG_PTR First,
                 ULONG_PTR End)
{
    ULONG_PTR From = max(First, Register->VirtualAddress);
    ULONG_PTR To = min(End, Register->VirtualAddress + Register->Length);
    ULONG_PTR Offset = From - Register->VirtualAddress;

    if (Register->Length == 0 || From >= To) {
        return FALSE;
    }
    if (!Register->Write) {
        memcpy(ArchDirectMap(Register->Original + Offset),
               ArchDirectMap(IopRegisterAddress(Adapter, Register) + Offset), To - From);
    }
    Register->Length = 0;
    return TRUE;
}

VOID
IopUnmapBytes(PIOP_ADAPTER Adapter, PIOP_MAP_REGISTER Block, PVOID VirtualAddress,
              ULONG Length)
{
    ULONG_PTR First = (ULONG_PTR)VirtualAddress;
    BOOLEAN Used = FALSE;

    for (ULONG Each = 0; Each < Block->Next; Each++) {
        IopUnmapRegister(Adapter, &Block[Each], First, First + Length);
        Used |= Block[Each].Length != 0;
    }
    if (!Used) {
        Block->Next = 0; /* the block serves the next part of a long transfer */
    }
}
