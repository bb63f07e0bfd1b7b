/*
 * The end of a block of special pool: its page goes at once from the processor that frees
 * it, and from the others by an interrupt that stops them all, which is worth sending for
 * a number of pages only.
 *
 * Until then a processor that has just used the block may reach the page through its old
 * translation. It finds the fill there, and what it writes over the fill is seen before the
 * frame is freed. Slots wait with their frames: an address must not get a new page while
 * an old translation of it may live.
 */
#include "track.h"

#include <internal/mm.h>

#define EXP_BATCH 32

typedef struct _EXP_BATCH_OF_SLOTS {
    ULONG Count;
    PEXP_SLOT Slots[EXP_BATCH];
    ULONG64 Frames[EXP_BATCH];
} EXP_BATCH_OF_SLOTS, *PEXP_BATCH_OF_SLOTS;

static KSPIN_LOCK ExpRetireLock; /* guards ExpRetiring */
static EXP_BATCH_OF_SLOTS ExpRetiring;

/* A frame nobody can reach any more: written to since its block was freed, it stops. */
static VOID
ExpReleaseFrame(PEXP_SLOT Slot, ULONG64 Frame)
{
    PUCHAR Page = ArchDirectMap(Frame);
    PUCHAR Changed = ExpFindChanged(Page, Page + PAGE_SIZE);

    if (Changed != Page + PAGE_SIZE) {
        KeBugCheckEx(
            SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, (ULONG_PTR)Slot->Block.Address,
            ExpSlotPage(Slot) + (ULONG_PTR)(Changed - Page), 0, SPECIAL_NEARBY_BYTES);
    }
    MmFreeFrames(Frame, 1);
    ExpReturnSlot(Slot, ExpSlotFreed);
}

static VOID
ExpReleaseBatch(const EXP_BATCH_OF_SLOTS *Batch)
{
    KeFlushEntireTb();
    for (ULONG Index = 0; Index < Batch->Count; Index++) {
        ExpReleaseFrame(Batch->Slots[Index], Batch->Frames[Index]);
    }
}

/* IRQL <= DISPATCH_LEVEL. */
VOID
ExpRetireSlot(PEXP_SLOT Slot)
{
    ULONG64 Frame = MmStripAddress(ExpSlotPage(Slot));
    EXP_BATCH_OF_SLOTS Full = {0};
    KIRQL OldIrql;

    memset(ArchDirectMap(Frame), EXP_SPECIAL_FILL, PAGE_SIZE);
    OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpRetireLock);
    ExpRetiring.Slots[ExpRetiring.Count] = Slot;
    ExpRetiring.Frames[ExpRetiring.Count++] = Frame;
    if (ExpRetiring.Count == EXP_BATCH) {
        Full = ExpRetiring;
        ExpRetiring.Count = 0;
    }
    KeReleaseSpinLock(&ExpRetireLock, OldIrql);
    if (Full.Count != 0) {
        ExpReleaseBatch(&Full);
    }
}
