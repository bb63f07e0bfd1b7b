/*
 * The lock-free list: one 16-byte header, changed by one compare-exchange.
 *
 * The header's sequence number changes with every operation, so that a pop that was
 * overtaken (its first entry taken, freed and pushed again meanwhile) fails and repeats.
 * A pop can read the link of an entry another processor has just taken: entries must stay
 * mapped, which pool memory does.
 */
#include "exp.h"

/* Stores New if *Header still is *Old; *Old receives what it was when not. */
static BOOLEAN
ExpExchangeHeader(PSLIST_HEADER Header, PSLIST_HEADER Old, const SLIST_HEADER *New)
{
    BOOLEAN Stored;

    __asm__ volatile("lock cmpxchg16b %1"
                     : "=@ccz"(Stored), "+m"(*Header), "+a"(Old->Alignment),
                       "+d"(Old->Region)
                     : "b"(New->Alignment), "c"(New->Region)
                     : "memory");
    return Stored;
}

/* A copy that may be torn: the exchange that follows tells. */
static SLIST_HEADER
ExpReadHeader(const SLIST_HEADER *Header)
{
    SLIST_HEADER Copy;

    Copy.Alignment = __atomic_load_n(&Header->Alignment, __ATOMIC_ACQUIRE);
    Copy.Region = __atomic_load_n(&Header->Region, __ATOMIC_ACQUIRE);
    return Copy;
}

/* Entries are 16-byte aligned: the low four bits of the word are free for NT's flags. */
static PSLIST_ENTRY
ExpFirstEntry(const SLIST_HEADER *Header)
{
    return (PSLIST_ENTRY)(ULONG_PTR)(Header->Region & ~0xFULL);
}

static SLIST_HEADER
ExpNextHeader(const SLIST_HEADER *Old, PSLIST_ENTRY First, LONG DepthChange)
{
    SLIST_HEADER New = *Old;

    New.HeaderX64.Depth = (USHORT)(Old->HeaderX64.Depth + DepthChange);
    New.HeaderX64.Sequence = Old->HeaderX64.Sequence + 1;
    New.HeaderX64.NextEntry = (ULONG64)(ULONG_PTR)First >> 4;
    return New;
}

/*
 * Takes the first entry, NULL when the list is empty. Any IRQL.
 * Source: ExInterlockedPopEntrySList.
 */
PSLIST_ENTRY
NTAPI
ExpInterlockedPopEntrySList(PSLIST_HEADER ListHead)
{
    SLIST_HEADER Old = ExpReadHeader(ListHead);
    SLIST_HEADER New;
    PSLIST_ENTRY First;

    do {
        First = ExpFirstEntry(&Old);
        if (First == NULL) {
            return NULL;
        }
        New = ExpNextHeader(&Old, ReadNoFence(&First->Next), -1);
    } while (!ExpExchangeHeader(ListHead, &Old, &New));
    return First;
}
EXPORT(ExpInterlockedPopEntrySList);

/*
 * Puts an entry (16-byte aligned) in front; returns the entry that was first, or NULL.
 * Any IRQL. Source: ExInterlockedPushEntrySList.
 */
PSLIST_ENTRY
NTAPI
ExpInterlockedPushEntrySList(PSLIST_HEADER ListHead, PSLIST_ENTRY ListEntry)
{
    SLIST_HEADER Old = ExpReadHeader(ListHead);
    SLIST_HEADER New;

    do {
        WriteNoFence(&ListEntry->Next, ExpFirstEntry(&Old));
        New = ExpNextHeader(&Old, ListEntry, 1);
    } while (!ExpExchangeHeader(ListHead, &Old, &New));
    return ExpFirstEntry(&Old);
}
EXPORT(ExpInterlockedPushEntrySList);

/*
 * Takes all entries at once: the first, linked to the rest, or NULL. Any IRQL.
 * Source: ExInterlockedFlushSList.
 */
PSLIST_ENTRY
NTAPI
ExpInterlockedFlushSList(PSLIST_HEADER ListHead)
{
    SLIST_HEADER Old = ExpReadHeader(ListHead);
    SLIST_HEADER New;

    do {
        if (ExpFirstEntry(&Old) == NULL) {
            return NULL;
        }
        New = ExpNextHeader(&Old, NULL, -(LONG)Old.HeaderX64.Depth);
    } while (!ExpExchangeHeader(ListHead, &Old, &New));
    return ExpFirstEntry(&Old);
}
EXPORT(ExpInterlockedFlushSList);

/* Number of entries, at some moment. Any IRQL. Source: ExQueryDepthSList. */
USHORT
NTAPI
ExQueryDepthSList(PSLIST_HEADER SListHead)
{
    return (USHORT)__atomic_load_n(&SListHead->Alignment, __ATOMIC_RELAXED);
}
EXPORT(ExQueryDepthSList);
