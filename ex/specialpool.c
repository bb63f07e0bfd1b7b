/*
 * The special pool: each block has a page of its own between two that are never mapped,
 * and a freed block's page goes at once.
 *
 * A slot is such a page and the guard page after it; one more guard page stands before
 * the first slot. A block lies at the end of its page, so that the first byte past it
 * (past it rounded up to 16 bytes) faults; with specialpool=underrun at the beginning.
 * A freed slot goes to the end of the queue of free ones: its address stays empty until
 * every other free slot has had its turn. The frame is soon free (specialretire.c), so
 * that what is kept out of use costs addresses and records, no memory.
 */
#include "track.h"
#include "poolheap.h"

#include <internal/mm.h>

#define EXP_SLOT_LIMIT 65536
#define EXP_SLOT_SHARE 4 /* of all frames, this part can be in the special pool */
#define EXP_NO_SLOT    MAXULONG
#define EXP_CACHE_LINE 64

/* Parameters of bug checks, as NT documents them. */
#define POOL_FREED_TWICE      0x07
#define POOL_WRONG_TAG        0x0A
#define SPECIAL_NOT_ALLOCATED 0x20
#define SPECIAL_BAD_ADDRESS   0x21

static KSPIN_LOCK ExpSpecialLock; /* guards the queue */
static ULONG64 ExpSpecialBase;    /* the first guard page; 0: there is no special pool */
static ULONG ExpSlotCount;
static PEXP_SLOT ExpSlots;
static ULONG ExpOldestFree = EXP_NO_SLOT;
static ULONG ExpNewestFree;
static BOOLEAN ExpUnderrun;

ULONG64
ExpSlotPage(const EXP_SLOT *Slot)
{
    return ExpSpecialBase + ((ULONG64)(Slot - ExpSlots) * 2 + 1) * PAGE_SIZE;
}

static VOID
ExpQueueSlot(PEXP_SLOT Slot)
{
    ULONG Index = (ULONG)(Slot - ExpSlots);

    Slot->Next = EXP_NO_SLOT;
    if (ExpOldestFree == EXP_NO_SLOT) {
        ExpOldestFree = Index;
    } else {
        ExpSlots[ExpNewestFree].Next = Index;
    }
    ExpNewestFree = Index;
}

/* Takes the slot that has been free longest, or NULL. */
static PEXP_SLOT
ExpTakeSlot(VOID)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpSpecialLock);
    PEXP_SLOT Slot = NULL;

    if (ExpOldestFree != EXP_NO_SLOT) {
        Slot = &ExpSlots[ExpOldestFree];
        ExpOldestFree = Slot->Next;
        Slot->State = ExpSlotUnused;
    }
    KeReleaseSpinLock(&ExpSpecialLock, OldIrql);
    return Slot;
}

VOID
ExpReturnSlot(PEXP_SLOT Slot, LONG State)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpSpecialLock);

    Slot->State = State;
    ExpQueueSlot(Slot);
    KeReleaseSpinLock(&ExpSpecialLock, OldIrql);
}

/* Memory too short for it means no special pool: every block is an ordinary one then. */
VOID
ExpInitializeSpecialPool(BOOLEAN Underrun)
{
    ULONG64 Count = min(MmQueryTotalFrames() / EXP_SLOT_SHARE, EXP_SLOT_LIMIT);

    KeInitializeSpinLock(&ExpSpecialLock);
    ExpUnderrun = Underrun;
    ExpSlots = MmAllocatePages(BYTES_TO_PAGES(Count * sizeof(EXP_SLOT)));
    if (ExpSlots == NULL) {
        return;
    }
    ExpSpecialBase = MmReserveAddresses(Count * 2 + 1);
    if (ExpSpecialBase == 0) {
        MmFreePages(ExpSlots, BYTES_TO_PAGES(Count * sizeof(EXP_SLOT)));
        return;
    }
    ExpSlotCount = (ULONG)Count;
    for (ULONG Index = 0; Index < ExpSlotCount; Index++) {
        ExpQueueSlot(&ExpSlots[Index]);
    }
}

BOOLEAN
ExpIsSpecialAddress(ULONG64 Address)
{
    return ExpSpecialBase != 0 &&
           Address - ExpSpecialBase < (2ULL * ExpSlotCount + 1) * PAGE_SIZE;
}

/* The slot whose page Address lies in; NULL for a guard page. */
static PEXP_SLOT
ExpSlotOf(ULONG64 Address)
{
    ULONG64 Page = (Address - ExpSpecialBase) / PAGE_SIZE;

    return Page % 2 == 0 ? NULL : &ExpSlots[Page / 2];
}

/* Where in its page a block begins. */
static ULONG64
ExpBlockOffset(const EXP_TRACKED *Request)
{
    SIZE_T Align =
        (Request->PoolType & EXP_CACHE_ALIGN) ? EXP_CACHE_LINE : EXP_BLOCK_ALIGN;

    return ExpUnderrun ? 0 : PAGE_SIZE - ALIGN_UP_BY(max(Request->Size, 1), Align);
}

PEXP_TRACKED
ExpAllocateSpecial(const EXP_TRACKED *Request)
{
    PEXP_SLOT Slot = Request->Size > PAGE_SIZE ? NULL : ExpTakeSlot();
    ULONG64 Page;

    if (Slot == NULL) {
        return NULL;
    }
    Page = ExpSlotPage(Slot);
    if (!MmBackAddress(Page)) {
        ExpReturnSlot(Slot, ExpSlotUnused);
        return NULL;
    }
    memset((PVOID)(ULONG_PTR)Page, EXP_SPECIAL_FILL, PAGE_SIZE);
    Slot->Block = *Request;
    Slot->Block.Address = (PVOID)(ULONG_PTR)(Page + ExpBlockOffset(Request));
    __atomic_store_n(&Slot->State, ExpSlotLive, __ATOMIC_RELEASE);
    return &Slot->Block;
}

/* Stops when Address is not the block of a live slot, or its tag is another. */
static VOID
ExpRequireBlock(const EXP_SLOT *Slot, PVOID Address, ULONG Tag)
{
    ULONG_PTR Given = (ULONG_PTR)Address;
    const EXP_TRACKED *Block = &Slot->Block;

    if (Slot == NULL || Slot->State == ExpSlotUnused) {
        KeBugCheckEx(SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, Given, 0, 0,
                     SPECIAL_NOT_ALLOCATED);
    }
    if (Address != Block->Address) {
        KeBugCheckEx(SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, Given, Block->Size,
                     ExpSlotPage(Slot) + PAGE_SIZE - (ULONG_PTR)Block->Address,
                     SPECIAL_BAD_ADDRESS);
    }
    if (Slot->State == ExpSlotFreed) {
        KeBugCheckEx(BAD_POOL_CALLER, POOL_FREED_TWICE, 0,
                     (ULONG64)Block->Size << 32 | Block->Tag, Given);
    }
    if (Tag != 0 && Tag != Block->Tag) {
        KeBugCheckEx(BAD_POOL_CALLER, POOL_WRONG_TAG, Given, Block->Tag, Tag);
    }
}

/*
 * Frees a block, after a look at what surrounds it and what is still queued in it. Bug
 * checks SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, BAD_POOL_CALLER, TIMER_OR_DPC_INVALID.
 * IRQL <= DISPATCH_LEVEL.
 */
VOID
ExpFreeSpecial(PVOID Address, ULONG Tag, ULONG_PTR Caller)
{
    PEXP_SLOT Slot = ExpSlotOf((ULONG_PTR)Address);

    ExpRequireBlock(Slot, Address, Tag);
    if (InterlockedCompareExchange(&Slot->State, ExpSlotFreed, ExpSlotLive) !=
        ExpSlotLive) {
        ExpRequireBlock(Slot, Address, Tag); /* two freed it at once: the second stops */
    }
    Slot->Block.FreedBy = Caller;
    ExpCheckFill(&Slot->Block);
    ExpCheckFreed((ULONG_PTR)Address, Slot->Block.Size);
    ExpForgetBlock(&Slot->Block);
    ExpRetireSlot(Slot);
}

PEXP_SLOT
ExpNearestSlot(ULONG64 Address)
{
    ULONG64 Page = (Address - ExpSpecialBase) / PAGE_SIZE;
    PEXP_SLOT Before, After;

    if (!ExpIsSpecialAddress(Address)) {
        return NULL;
    }
    if (Page % 2 != 0) {
        return &ExpSlots[Page / 2];
    }
    After = Page / 2 < ExpSlotCount ? &ExpSlots[Page / 2] : NULL;
    Before = Page == 0 ? NULL : &ExpSlots[Page / 2 - 1];
    if (Before == NULL ||
        (After != NULL && Before->State != ExpSlotLive && After->State == ExpSlotLive)) {
        return After;
    }
    /* Two live neighbours: the one whose block lies against this page. */
    return ExpUnderrun && After != NULL && After->State == ExpSlotLive ? After : Before;
}
