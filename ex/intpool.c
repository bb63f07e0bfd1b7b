/*
 * Memory for interrupt objects.
 *
 * In the NT versions whose KINTERRUPT holds its dispatch code, the processor executes
 * from the object and the kernel writes to it: its pages are the only ones writable and
 * executable at once. So they are pages of their own, not pool, with 64-byte slots (a
 * cache line each: objects of different processors share none). Which slots are taken is
 * kept outside, where a stray store of an ISR cannot reach it. In later versions the
 * pages are plain data.
 */
#include "exp.h"
#include <internal/kinterrupt.h>

#define EXP_SLOT_SIZE  64
#define EXP_SLOT_COUNT (PAGE_SIZE / EXP_SLOT_SIZE)
#define EXP_TAG_SLOTS  EXP_TAG('I', 'n', 't', 'P')

C_ASSERT(EXP_SLOT_COUNT == 64);

#if KI_DISPATCH_CODE_IN_OBJECT
#define EXP_SLOT_PROTECTION (ARCH_PAGE_WRITE | ARCH_PAGE_EXECUTE)
#else
#define EXP_SLOT_PROTECTION ARCH_PAGE_WRITE
#endif

/* One page of slots. */
typedef struct _EXP_SLOT_PAGE {
    struct _EXP_SLOT_PAGE *Next;
    PUCHAR Base;
    ULONG64 Used; /* bit n: slot n is part of an object */
    ULONG64 Last; /* bit n: and the last one of it */
} EXP_SLOT_PAGE, *PEXP_SLOT_PAGE;

static KSPIN_LOCK ExpSlotLock; /* guards the list of pages and what it leads to */
static PEXP_SLOT_PAGE ExpSlotPages;

static ULONG64
ExpSlotMask(ULONG First, ULONG Count)
{
    return (Count == 64 ? ~0ULL : (1ULL << Count) - 1) << First;
}

/* Takes Count adjoining slots of Page; NULL when it has none. */
static PVOID
ExpTakeSlots(PEXP_SLOT_PAGE Page, ULONG Count)
{
    for (ULONG First = 0; First + Count <= EXP_SLOT_COUNT; First++) {
        if ((Page->Used & ExpSlotMask(First, Count)) == 0) {
            Page->Used |= ExpSlotMask(First, Count);
            Page->Last |= 1ULL << (First + Count - 1);
            return Page->Base + First * EXP_SLOT_SIZE;
        }
    }
    return NULL;
}

static PVOID
ExpTakeSlotsAnywhere(ULONG Count)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpSlotLock);
    PVOID Slots = NULL;

    for (PEXP_SLOT_PAGE Page = ExpSlotPages; Page != NULL && Slots == NULL;
         Page = Page->Next) {
        Slots = ExpTakeSlots(Page, Count);
    }
    KeReleaseSpinLock(&ExpSlotLock, OldIrql);
    return Slots;
}

/* A new page of free slots; FALSE when memory is short. */
static BOOLEAN
ExpAddSlotPage(VOID)
{
    PEXP_SLOT_PAGE Page =
        ExAllocatePoolZero(NonPagedPoolNx, sizeof(*Page), EXP_TAG_SLOTS);
    KIRQL OldIrql;

    if (Page == NULL) {
        return FALSE;
    }
    Page->Base = MmAllocateSystemPages(1, EXP_SLOT_PROTECTION);
    if (Page->Base == NULL) {
        ExFreePoolWithTag(Page, EXP_TAG_SLOTS);
        return FALSE;
    }
    OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpSlotLock);
    Page->Next = ExpSlotPages;
    ExpSlotPages = Page;
    KeReleaseSpinLock(&ExpSlotLock, OldIrql);
    return TRUE;
}

/*
 * Zeroed, 64-byte aligned memory of Size bytes (at most a page) for a KINTERRUPT; NULL
 * when memory is short. IRQL <= DISPATCH_LEVEL.
 */
PVOID
ExAllocateInterruptObject(SIZE_T Size)
{
    ULONG Count = (ULONG)((Size + EXP_SLOT_SIZE - 1) / EXP_SLOT_SIZE);
    PVOID Slots;

    if (Size == 0 || Size > PAGE_SIZE || ExInjectFailure()) {
        return NULL;
    }
    /* Another processor can be faster to the slots of a page just added. */
    while ((Slots = ExpTakeSlotsAnywhere(Count)) == NULL) {
        if (!ExpAddSlotPage()) {
            return NULL;
        }
    }
    memset(Slots, 0, Count * EXP_SLOT_SIZE);
    return Slots;
}

/* Gives the slots of the object that begins at First back; FALSE when none does. */
static BOOLEAN
ExpGiveSlots(PEXP_SLOT_PAGE Page, ULONG First)
{
    ULONG64 Bit = 1ULL << First;

    if (!(Page->Used & Bit) ||
        (First != 0 && (Page->Used & (Bit >> 1)) && !(Page->Last & (Bit >> 1)))) {
        return FALSE;
    }
    for (BOOLEAN Last = FALSE; !Last; Bit <<= 1) {
        Last = (Page->Last & Bit) != 0;
        Page->Used &= ~Bit;
        Page->Last &= ~Bit;
    }
    return TRUE;
}

/* Frees an object that no IDT gate leads to any more. IRQL <= DISPATCH_LEVEL. */
VOID
ExFreeInterruptObject(PVOID Interrupt)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpSlotLock);
    PEXP_SLOT_PAGE Page = ExpSlotPages;
    ULONG Offset = BYTE_OFFSET(Interrupt);
    BOOLEAN Freed = FALSE;

    while (Page != NULL && Page->Base != PAGE_ALIGN(Interrupt)) {
        Page = Page->Next;
    }
    if (Page != NULL && Offset % EXP_SLOT_SIZE == 0) {
        Freed = ExpGiveSlots(Page, Offset / EXP_SLOT_SIZE);
    }
    KeReleaseSpinLock(&ExpSlotLock, OldIrql);
    KE_ASSERT(Freed);
}
