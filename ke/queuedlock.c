/*
 * Queued spin locks: first come, first served, each waiter spinning on its own handle.
 *
 * The lock word points at the last handle in the queue; NULL is free. A handle's Lock
 * field carries two flag bits beside the lock's address: WAIT while its owner must spin,
 * OWNER once it holds the lock. A lock used this way is never used as an ordinary one
 * (LCK-7).
 */
#include "ki.h"

#define LOCK_QUEUE_WAIT  1
#define LOCK_QUEUE_OWNER 2
#define LOCK_QUEUE_FLAGS 3

#define LOCK_QUEUE_SHORT_WAIT 1000 /* turns of the loop */

FORCEINLINE BOOLEAN
KiMustWait(PKSPIN_LOCK_QUEUE Entry)
{
    return ((ULONG_PTR)__atomic_load_n(&Entry->Lock, __ATOMIC_ACQUIRE) &
            LOCK_QUEUE_WAIT) != 0;
}

/* The wait has been long (perhaps nobody will ever release the lock), or is traced. */
static __attribute__((noinline)) VOID NTAPI
KiWaitLongInQueue(PKSPIN_LOCK SpinLock, PKSPIN_LOCK_QUEUE Entry)
{
    ULONG Round = 0;

    KeTrace(TraceLockWait, 0, SpinLock, (ULONG_PTR)KiWaitLongInQueue);
    while (KiMustWait(Entry)) {
        ArchPause();
        KiWatchSpin(SpinLock, Round++);
    }
    KiEndSpin();
    KeTrace(TraceLockGot, 0, SpinLock, (ULONG_PTR)KiWaitLongInQueue);
}

/* One handle, twice: it would wait for itself. */
static __attribute__((noinline)) VOID NTAPI
KiRefuseHandle(PKSPIN_LOCK SpinLock)
{
    KeBugCheckEx(SPIN_LOCK_ALREADY_OWNED, (ULONG_PTR)SpinLock, KeGetCurrentIrql(), 0, 0);
}

/* Behind Previous in the queue. Each call is the last act of its caller, which so needs no
   frame. */
static __attribute__((noinline)) VOID NTAPI
KiWaitInQueue(PKSPIN_LOCK SpinLock, PKSPIN_LOCK_QUEUE Entry, PKSPIN_LOCK_QUEUE Previous)
{
    ULONG Left;

    if (Previous == Entry) {
        KiRefuseHandle(SpinLock);
        return;
    }
    Entry->Lock = (PKSPIN_LOCK)((ULONG_PTR)SpinLock | LOCK_QUEUE_WAIT);
    __atomic_store_n(&Previous->Next, Entry, __ATOMIC_RELEASE);
    Left = (KeTraceEvents != 0) ? 1 : LOCK_QUEUE_SHORT_WAIT;
    for (; KiMustWait(Entry); ArchPause()) {
        if (--Left == 0) {
            KiWaitLongInQueue(SpinLock, Entry);
            return;
        }
    }
}

static __attribute__((always_inline)) inline VOID
KiAcquireQueued(PKSPIN_LOCK SpinLock, PKSPIN_LOCK_QUEUE Entry)
{
    PKSPIN_LOCK_QUEUE Previous;

    Entry->Next = NULL;
    Entry->Lock = (PKSPIN_LOCK)((ULONG_PTR)SpinLock | LOCK_QUEUE_OWNER);
    Previous = (PKSPIN_LOCK_QUEUE)__atomic_exchange_n(SpinLock, (KSPIN_LOCK)Entry,
                                                      __ATOMIC_SEQ_CST);
    if (__builtin_expect(Previous != NULL, 0)) {
        KiWaitInQueue(SpinLock, Entry, Previous);
    }
}

static VOID
KiReleaseQueued(PKSPIN_LOCK_QUEUE Entry)
{
    PKSPIN_LOCK SpinLock = (PKSPIN_LOCK)((ULONG_PTR)Entry->Lock & ~LOCK_QUEUE_FLAGS);
    PKSPIN_LOCK_QUEUE Next = Entry->Next;

    if (Next == NULL) {
        KSPIN_LOCK Expected = (KSPIN_LOCK)Entry;

        if (__atomic_compare_exchange_n(SpinLock, &Expected, 0, FALSE, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST)) {
            return;
        }
        /* Somebody has queued behind, but has not linked itself yet. */
        while ((Next = __atomic_load_n(&Entry->Next, __ATOMIC_ACQUIRE)) == NULL) {
            ArchPause();
        }
    }
    __atomic_store_n(&Next->Lock, (PKSPIN_LOCK)((ULONG_PTR)SpinLock | LOCK_QUEUE_OWNER),
                     __ATOMIC_RELEASE);
}

/* Raises to DISPATCH_LEVEL and queues for the lock. IRQL: <= DISPATCH_LEVEL. LCK-2. */
VOID NTAPI
KeAcquireInStackQueuedSpinLock(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle)
{
    LockHandle->OldIrql = KfRaiseIrql(DISPATCH_LEVEL);
    KiAcquireQueued(SpinLock, &LockHandle->LockQueue);
}
EXPORT(KeAcquireInStackQueuedSpinLock);

/* Hands the lock to the next in the queue and restores the level. LCK-2. */
VOID NTAPI
KeReleaseInStackQueuedSpinLock(PKLOCK_QUEUE_HANDLE LockHandle)
{
    KiReleaseQueued(&LockHandle->LockQueue);
    KeLowerIrql(LockHandle->OldIrql);
}
EXPORT(KeReleaseInStackQueuedSpinLock);

/* Queues for the lock; the level stays. IRQL: >= DISPATCH_LEVEL. LCK-2. */
VOID NTAPI
KeAcquireInStackQueuedSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock,
                                         PKLOCK_QUEUE_HANDLE LockHandle)
{
    KiRequireDpcLevel(SpinLock);
    KiAcquireQueued(SpinLock, &LockHandle->LockQueue);
}
EXPORT(KeAcquireInStackQueuedSpinLockAtDpcLevel);

/* Releases; the level stays. IRQL: >= DISPATCH_LEVEL. LCK-2. */
VOID NTAPI
KeReleaseInStackQueuedSpinLockFromDpcLevel(PKLOCK_QUEUE_HANDLE LockHandle)
{
    KiRequireDpcLevel(LockHandle);
    KiReleaseQueued(&LockHandle->LockQueue);
}
EXPORT(KeReleaseInStackQueuedSpinLockFromDpcLevel);

/* For a routine that runs as an ordinary or as a threaded DPC. LCK-2. */
VOID NTAPI
KeAcquireInStackQueuedSpinLockForDpc(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle)
{
    KeAcquireInStackQueuedSpinLock(SpinLock, LockHandle);
}
EXPORT(KeAcquireInStackQueuedSpinLockForDpc);

VOID NTAPI
KeReleaseInStackQueuedSpinLockForDpc(PKLOCK_QUEUE_HANDLE LockHandle)
{
    KeReleaseInStackQueuedSpinLock(LockHandle);
}
EXPORT(KeReleaseInStackQueuedSpinLockForDpc);
