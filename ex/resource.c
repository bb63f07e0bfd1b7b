/*
 * Executive resources: acquiring and releasing.
 *
 * A resource is free, shared (ActiveEntries threads have it, each with an owner entry), or
 * exclusive (its owner stands in OwnerEntry). It is handed over: whoever gives it up names
 * the next holders under the spin lock before it wakes them, so nobody can slip in and no
 * waiter has to try again. Each waiter sleeps on an event of its own stack.
 *
 * Given up exclusively, it goes to all who wait to share it; given up by its last sharer,
 * to the first who waits for it alone. New sharers queue up behind one who waits alone. So
 * neither kind starves the other.
 */
#include "exp.h"

#define EXP_RESOURCE_EXCLUSIVE 0x80 /* Flag: NT's value */

#define EXP_RESOURCE_TAG EXP_TAG('E', 'r', 'e', 's')
#define EXP_OWNERS_MORE  4
#define EXP_RETRY_TIME   (-100000LL) /* 10 ms: memory may be free again by then */

typedef enum _EXP_SHARE {
    ShareAfterExclusive,  /* yields to who waits alone, unless it shares already */
    ShareStarveExclusive, /* never yields */
    ShareWaitForExclusive /* always yields */
} EXP_SHARE;

typedef struct _EXP_RESOURCE_WAITER {
    struct _EXP_RESOURCE_WAITER *Next;
    ERESOURCE_THREAD Thread;
    KEVENT Event;
} EXP_RESOURCE_WAITER, *PEXP_RESOURCE_WAITER;

/* ---- all under the resource's lock ---- */

BOOLEAN
ExpIsExclusive(PERESOURCE Resource)
{
    return (Resource->Flag & EXP_RESOURCE_EXCLUSIVE) != 0;
}

/* The entry of Thread; with 0, a free one. NULL: there is none. */
POWNER_ENTRY
ExpFindOwner(PERESOURCE Resource, ERESOURCE_THREAD Thread)
{
    POWNER_ENTRY Table = Resource->OwnerTable;

    if (Resource->OwnerEntry.OwnerThread == Thread) {
        return &Resource->OwnerEntry;
    }
    for (ULONG Index = 1; Table != NULL && Index < Table[0].TableSize; Index++) {
        if (Table[Index].OwnerThread == Thread) {
            return &Table[Index];
        }
    }
    return NULL;
}

/* A free entry, of a larger table if need be; NULL: there is no memory for one. */
static POWNER_ENTRY
ExpMakeOwner(PERESOURCE Resource)
{
    POWNER_ENTRY Old = Resource->OwnerTable, Free = ExpFindOwner(Resource, 0);
    ULONG Used = (Old != NULL) ? Old[0].TableSize : 1;
    SIZE_T Size = sizeof(OWNER_ENTRY) * (Used + EXP_OWNERS_MORE);
    POWNER_ENTRY Table;

    if (Free != NULL) {
        return Free;
    }
    Table = ExAllocatePoolWithTag(NonPagedPoolNx, Size, EXP_RESOURCE_TAG);
    if (Table == NULL) {
        return NULL;
    }
    memset(Table, 0, Size);
    if (Old != NULL) {
        memcpy(Table, Old, Used * sizeof(OWNER_ENTRY));
        ExFreePoolWithTag(Old, EXP_RESOURCE_TAG);
    }
    Table[0].OwnerThread = MAXULONG_PTR; /* nobody's: only the size stands there */
    Table[0].TableSize = Used + EXP_OWNERS_MORE;
    Resource->OwnerTable = Table;
    return &Table[Used];
}

static VOID
ExpOwnExclusive(PERESOURCE Resource, ERESOURCE_THREAD Thread)
{
    Resource->Flag |= EXP_RESOURCE_EXCLUSIVE;
    Resource->ActiveEntries = 1;
    Resource->OwnerEntry.OwnerThread = Thread;
    Resource->OwnerEntry.OwnerCount = 1;
}

/* Gives the resource to everybody who waits to share it; each writes its own entry. */
static VOID
ExpGrantShared(PERESOURCE Resource)
{
    PEXP_RESOURCE_WAITER Waiter = Resource->SharedWaiters;

    Resource->SharedWaiters = NULL;
    Resource->ActiveEntries += Resource->NumberOfSharedWaiters;
    Resource->NumberOfSharedWaiters = 0;
    while (Waiter != NULL) {
        PEXP_RESOURCE_WAITER Next = Waiter->Next; /* once woken it is gone */

        KeSetEvent(&Waiter->Event, EVENT_INCREMENT, FALSE);
        Waiter = Next;
    }
}

/* Gives the resource to the first who waits for it alone. */
static VOID
ExpGrantExclusive(PERESOURCE Resource)
{
    PEXP_RESOURCE_WAITER Waiter = Resource->ExclusiveWaiters;

    Resource->ExclusiveWaiters = Waiter->Next;
    Resource->NumberOfExclusiveWaiters--;
    ExpOwnExclusive(Resource, Waiter->Thread);
    KeSetEvent(&Waiter->Event, EVENT_INCREMENT, FALSE);
}

static VOID
ExpAppendWaiter(volatile PVOID *List, PEXP_RESOURCE_WAITER Waiter)
{
    PEXP_RESOURCE_WAITER Last = *List;

    while (Last != NULL && Last->Next != NULL) {
        Last = Last->Next;
    }
    if (Last == NULL) {
        *List = Waiter;
    } else {
        Last->Next = Waiter;
    }
}

/* ---- */

/* Lets go of the lock and waits to be given the resource, behind the others of a list. */
static VOID
ExpWaitForResource(PERESOURCE Resource, volatile PVOID *List, KIRQL OldIrql)
{
    EXP_RESOURCE_WAITER Waiter;

    Waiter.Next = NULL;
    Waiter.Thread = ExGetCurrentResourceThread();
    KeInitializeEvent(&Waiter.Event, SynchronizationEvent, FALSE);
    Resource->ContentionCount++;
    ExpAppendWaiter(List, &Waiter);
    KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
    KeWaitForSingleObject(&Waiter.Event, Executive, KernelMode, FALSE, NULL);
}

/*
 * Counts the calling thread, to which the resource has been given, among the sharers. Lock
 * held; given up, and on return released. Without memory for the entry it tries again:
 * callers who wait are promised the resource.
 */
static VOID
ExpEnterSharer(PERESOURCE Resource, KIRQL OldIrql)
{
    ERESOURCE_THREAD Thread = ExGetCurrentResourceThread();
    LARGE_INTEGER Pause = {.QuadPart = EXP_RETRY_TIME};
    POWNER_ENTRY Owner = ExpFindOwner(Resource, Thread);

    if (Owner != NULL) {
        Resource->ActiveEntries--; /* it had it already: one thread, one entry */
    }
    while (Owner == NULL && (Owner = ExpMakeOwner(Resource)) == NULL) {
        KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
        KeDelayExecutionThread(KernelMode, FALSE, &Pause);
        OldIrql = KeAcquireSpinLockRaiseToDpc(&Resource->SpinLock);
    }
    Owner->OwnerThread = Thread;
    Owner->OwnerCount++;
    KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
}

static BOOLEAN
ExpAcquireShared(PERESOURCE Resource, BOOLEAN Wait, EXP_SHARE Share)
{
    ERESOURCE_THREAD Thread = ExGetCurrentResourceThread();
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&Resource->SpinLock);
    POWNER_ENTRY Owner = ExpFindOwner(Resource, Thread);
    BOOLEAN Yields =
        Resource->NumberOfExclusiveWaiters != 0 &&
        (Share == ShareWaitForExclusive || (Share == ShareAfterExclusive && !Owner));

    if (ExpIsExclusive(Resource) && Owner != NULL) {
        Owner->OwnerCount++; /* its owner: as exclusive as before */
        KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
        return TRUE;
    }
    if (!ExpIsExclusive(Resource) && !Yields) {
        Resource->ActiveEntries++;
        ExpEnterSharer(Resource, OldIrql);
        return TRUE;
    }
    if (!Wait) {
        KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
        return FALSE;
    }
    Resource->NumberOfSharedWaiters++;
    ExpWaitForResource(Resource, &Resource->SharedWaiters, OldIrql);
    ExpEnterSharer(Resource, KeAcquireSpinLockRaiseToDpc(&Resource->SpinLock));
    return TRUE;
}

/*
 * Acquires the resource to share it with others. Behind those who wait for it alone,
 * unless the caller shares or owns it already; then once more, and to be released once
 * more. FALSE: it would have to wait, and Wait is FALSE. IRQL: <= APC_LEVEL, normal kernel
 * APCs disabled. Source: ExAcquireResourceSharedLite.
 */
BOOLEAN
NTAPI
ExAcquireResourceSharedLite(PERESOURCE Resource, BOOLEAN Wait)
{
    return ExpAcquireShared(Resource, Wait, ShareAfterExclusive);
}
EXPORT(ExAcquireResourceSharedLite);

/* The same, ahead of those who wait for it alone. */
BOOLEAN
NTAPI
ExAcquireSharedStarveExclusive(PERESOURCE Resource, BOOLEAN Wait)
{
    return ExpAcquireShared(Resource, Wait, ShareStarveExclusive);
}
EXPORT(ExAcquireSharedStarveExclusive);

/* The same, behind those who wait for it alone even if the caller shares it already. */
BOOLEAN
NTAPI
ExAcquireSharedWaitForExclusive(PERESOURCE Resource, BOOLEAN Wait)
{
    return ExpAcquireShared(Resource, Wait, ShareWaitForExclusive);
}
EXPORT(ExAcquireSharedWaitForExclusive);

/*
 * Acquires the resource alone, once more if the caller has it so already. A caller that
 * shares it must release it first: it would wait for itself. FALSE, IRQL and APCs as for
 * ExAcquireResourceSharedLite. Source: ExAcquireResourceExclusiveLite.
 */
BOOLEAN
NTAPI
ExAcquireResourceExclusiveLite(PERESOURCE Resource, BOOLEAN Wait)
{
    ERESOURCE_THREAD Thread = ExGetCurrentResourceThread();
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&Resource->SpinLock);
    BOOLEAN Acquired = TRUE;

    if (Resource->ActiveEntries == 0) {
        ExpOwnExclusive(Resource, Thread);
    } else if (ExpIsExclusive(Resource) && Resource->OwnerEntry.OwnerThread == Thread) {
        Resource->OwnerEntry.OwnerCount++;
    } else if (Wait) {
        Resource->NumberOfExclusiveWaiters++;
        ExpWaitForResource(Resource, &Resource->ExclusiveWaiters, OldIrql);
        return TRUE;
    } else {
        Acquired = FALSE;
    }
    KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
    return Acquired;
}
EXPORT(ExAcquireResourceExclusiveLite);

BOOLEAN
NTAPI
ExTryToAcquireResourceExclusiveLite(PERESOURCE Resource)
{
    return ExAcquireResourceExclusiveLite(Resource, FALSE);
}
EXPORT(ExTryToAcquireResourceExclusiveLite);

/* Who gives up what it does not have. */
static __attribute__((noreturn)) VOID
ExpNotOwned(PERESOURCE Resource, ERESOURCE_THREAD Thread)
{
    KeBugCheckEx(RESOURCE_NOT_OWNED, (ULONG_PTR)Resource, Thread,
                 (ULONG_PTR)Resource->OwnerTable, 0);
}

/*
 * Gives up one acquire of the calling thread, shared or exclusive. By one that has none:
 * bug check RESOURCE_NOT_OWNED. IRQL: <= DISPATCH_LEVEL. Source: ExReleaseResourceLite.
 */
VOID NTAPI
ExReleaseResourceLite(PERESOURCE Resource)
{
    ExReleaseResourceForThreadLite(Resource, ExGetCurrentResourceThread());
}
EXPORT(ExReleaseResourceLite);

/* The same for the thread that ResourceThreadId names. */
VOID NTAPI
ExReleaseResourceForThreadLite(PERESOURCE Resource, ERESOURCE_THREAD ResourceThreadId)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&Resource->SpinLock);
    POWNER_ENTRY Owner = ExpFindOwner(Resource, ResourceThreadId);
    BOOLEAN WasExclusive = ExpIsExclusive(Resource);

    if (Resource->ActiveEntries == 0 || ResourceThreadId == 0 || Owner == NULL) {
        ExpNotOwned(Resource, ResourceThreadId);
    }
    if (--Owner->OwnerCount == 0) {
        Owner->OwnerThread = 0;
        Resource->Flag &= (USHORT)~EXP_RESOURCE_EXCLUSIVE;
        if (--Resource->ActiveEntries != 0) {
            /* Others share it still. */
        } else if (WasExclusive && Resource->SharedWaiters != NULL) {
            ExpGrantShared(Resource);
        } else if (Resource->ExclusiveWaiters != NULL) {
            ExpGrantExclusive(Resource);
        }
    }
    KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
}
EXPORT(ExReleaseResourceForThreadLite);

/* Shares with others, and with all who wait to, what the calling thread has alone; not
   having it so is bug check RESOURCE_NOT_OWNED. IRQL: <= DISPATCH_LEVEL. Source:
   ExConvertExclusiveToSharedLite. */
VOID NTAPI
ExConvertExclusiveToSharedLite(PERESOURCE Resource)
{
    ERESOURCE_THREAD Thread = ExGetCurrentResourceThread();
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&Resource->SpinLock);

    if (!ExpIsExclusive(Resource) || Resource->OwnerEntry.OwnerThread != Thread) {
        ExpNotOwned(Resource, Thread);
    }
    Resource->Flag &= (USHORT)~EXP_RESOURCE_EXCLUSIVE;
    ExpGrantShared(Resource);
    KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
}
EXPORT(ExConvertExclusiveToSharedLite);
