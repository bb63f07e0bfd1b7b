/*
 * List and counter operations that carry their own lock.
 *
 * ISRs call these too, so that no IRQL can be assumed: interrupts are off while the lock
 * is held, which keeps every other user of it on this processor out, at any level
 * (IRQL-26 says NT raises; the effect for callers is the same). That holds only while the
 * lock is used by these routines alone, as NT demands. No EOI and no CR8 write is on this
 * path.
 */
#include "exp.h"

/* The lock word is a KSPIN_LOCK: 0 free, else held. Returns what ExpUnlock needs. */
static BOOLEAN
ExpLock(PKSPIN_LOCK Lock)
{
    BOOLEAN Enabled = ArchDisableInterrupts();

    while (__atomic_exchange_n(Lock, 1, __ATOMIC_ACQUIRE) != 0) {
        while (__atomic_load_n(Lock, __ATOMIC_RELAXED) != 0) {
            ArchPause();
        }
    }
    return Enabled;
}

static VOID
ExpUnlock(PKSPIN_LOCK Lock, BOOLEAN Enabled)
{
    __atomic_store_n(Lock, 0, __ATOMIC_RELEASE);
    ArchRestoreInterrupts(Enabled);
}

/*
 * Inserts at the head; returns the entry that was first, NULL if the list was empty. Any
 * IRQL. Source: ExInterlockedInsertHeadList.
 */
PLIST_ENTRY
NTAPI
ExInterlockedInsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry, PKSPIN_LOCK Lock)
{
    BOOLEAN Enabled = ExpLock(Lock);
    PLIST_ENTRY First = ListHead->Flink;

    InsertHeadList(ListHead, ListEntry);
    ExpUnlock(Lock, Enabled);
    return First == ListHead ? NULL : First;
}
EXPORT(ExInterlockedInsertHeadList);

/*
 * Inserts at the tail; returns the entry that was last, NULL if the list was empty. Any
 * IRQL. Source: ExInterlockedInsertTailList.
 */
PLIST_ENTRY
NTAPI
ExInterlockedInsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry, PKSPIN_LOCK Lock)
{
    BOOLEAN Enabled = ExpLock(Lock);
    PLIST_ENTRY Last = ListHead->Blink;

    InsertTailList(ListHead, ListEntry);
    ExpUnlock(Lock, Enabled);
    return Last == ListHead ? NULL : Last;
}
EXPORT(ExInterlockedInsertTailList);

/* Takes the first entry, NULL if there is none. Any IRQL. Source:
   ExInterlockedRemoveHeadList. */
PLIST_ENTRY
NTAPI
ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PKSPIN_LOCK Lock)
{
    BOOLEAN Enabled = ExpLock(Lock);
    PLIST_ENTRY First = IsListEmpty(ListHead) ? NULL : RemoveHeadList(ListHead);

    ExpUnlock(Lock, Enabled);
    return First;
}
EXPORT(ExInterlockedRemoveHeadList);

/* Takes the first entry of a singly linked list, NULL if there is none. Any IRQL. Source:
   ExInterlockedPopEntryList. */
PSINGLE_LIST_ENTRY
NTAPI
ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead, PKSPIN_LOCK Lock)
{
    BOOLEAN Enabled = ExpLock(Lock);
    PSINGLE_LIST_ENTRY First = PopEntryList(ListHead);

    ExpUnlock(Lock, Enabled);
    return First;
}
EXPORT(ExInterlockedPopEntryList);

/*
 * Puts an entry in front of a singly linked list; returns the one that was first, or
 * NULL. Any IRQL. Source: ExInterlockedPushEntryList.
 */
PSINGLE_LIST_ENTRY
NTAPI
ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead, PSINGLE_LIST_ENTRY ListEntry,
                           PKSPIN_LOCK Lock)
{
    BOOLEAN Enabled = ExpLock(Lock);
    PSINGLE_LIST_ENTRY First = ListHead->Next;

    PushEntryList(ListHead, ListEntry);
    ExpUnlock(Lock, Enabled);
    return First;
}
EXPORT(ExInterlockedPushEntryList);

/* Adds and returns the value before. Any IRQL. Source: ExInterlockedAddUlong. */
ULONG
NTAPI
ExInterlockedAddUlong(PULONG Addend, ULONG Increment, PKSPIN_LOCK Lock)
{
    BOOLEAN Enabled = ExpLock(Lock);
    ULONG Before = *Addend;

    *Addend = Before + Increment;
    ExpUnlock(Lock, Enabled);
    return Before;
}
EXPORT(ExInterlockedAddUlong);

/* Adds and returns the value before. Any IRQL. Source: ExInterlockedAddLargeInteger. */
LARGE_INTEGER
NTAPI
ExInterlockedAddLargeInteger(PLARGE_INTEGER Addend, LARGE_INTEGER Increment,
                             PKSPIN_LOCK Lock)
{
    BOOLEAN Enabled = ExpLock(Lock);
    LARGE_INTEGER Before = *Addend;

    /* Wraps like the machine's addition; signed addition in C must not. */
    Addend->QuadPart =
        (LONGLONG)((ULONGLONG)Before.QuadPart + (ULONGLONG)Increment.QuadPart);
    ExpUnlock(Lock, Enabled);
    return Before;
}
EXPORT(ExInterlockedAddLargeInteger);
