/*
 * Queued spin locks, by their handles. (VER-7, VER-9, VER-10, LCK-7)
 */
#include "vf.h"

#define VF_QUEUE_FLAGS 3 /* beside the lock's address in a handle (ke/queuedlock.c) */

static PKSPIN_LOCK
VfLockOfHandle(PKLOCK_QUEUE_HANDLE Handle)
{
    return (PKSPIN_LOCK)((ULONG_PTR)Handle->LockQueue.Lock & ~(ULONG_PTR)VF_QUEUE_FLAGS);
}

static VOID
VfAcquireQueuedRaised(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE Handle, VF_HOW How,
                      ULONG_PTR Where)
{
    KIRQL OldIrql = KeGetCurrentIrql();

    if (OldIrql > DISPATCH_LEVEL) {
        VfStop(VF_ACQUIRE_ABOVE, OldIrql, (ULONG_PTR)SpinLock, 0,
               "KeAcquireInStackQueuedSpinLock called at IRQL %u", OldIrql);
    }
    KfRaiseIrql(DISPATCH_LEVEL);
    VfBeforeAcquire(SpinLock, How, Where);
    KeAcquireInStackQueuedSpinLock(SpinLock, Handle);
    Handle->OldIrql = OldIrql;
    VfAfterAcquire(SpinLock, How, OldIrql, Where);
}

static VOID
VfCheckQueuedRelease(PKLOCK_QUEUE_HANDLE Handle, VF_HOW How)
{
    PKSPIN_LOCK SpinLock = VfLockOfHandle(Handle);
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql != DISPATCH_LEVEL) {
        VfStop(VF_QUEUED_LOCK_RELEASE, Irql, (ULONG_PTR)SpinLock, Handle->OldIrql,
               "KeReleaseInStackQueuedSpinLock called at IRQL %u", Irql);
    }
    VfBeforeRelease(SpinLock, 1U << How, Handle->OldIrql);
}

static VOID NTAPI
VfKeAcquireInStackQueuedSpinLock(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle)
{
    VfAcquireQueuedRaised(SpinLock, LockHandle, VfQueuedRaise, VF_CALLER());
}
VERIFY(KeAcquireInStackQueuedSpinLock);

static VOID NTAPI
VfKeReleaseInStackQueuedSpinLock(PKLOCK_QUEUE_HANDLE LockHandle)
{
    VfCheckQueuedRelease(LockHandle, VfQueuedRaise);
    KeReleaseInStackQueuedSpinLock(LockHandle);
}
VERIFY(KeReleaseInStackQueuedSpinLock);

static VOID NTAPI
VfKeAcquireInStackQueuedSpinLockForDpc(PKSPIN_LOCK SpinLock,
                                       PKLOCK_QUEUE_HANDLE LockHandle)
{
    VfAcquireQueuedRaised(SpinLock, LockHandle, VfQueuedForDpc, VF_CALLER());
}
VERIFY(KeAcquireInStackQueuedSpinLockForDpc);

static VOID NTAPI
VfKeReleaseInStackQueuedSpinLockForDpc(PKLOCK_QUEUE_HANDLE LockHandle)
{
    VfCheckQueuedRelease(LockHandle, VfQueuedForDpc);
    KeReleaseInStackQueuedSpinLockForDpc(LockHandle);
}
VERIFY(KeReleaseInStackQueuedSpinLockForDpc);

static VOID NTAPI
VfKeAcquireInStackQueuedSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock,
                                           PKLOCK_QUEUE_HANDLE LockHandle)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql < DISPATCH_LEVEL) {
        VfStop(VF_ACQUIRE_BELOW, Irql, (ULONG_PTR)SpinLock, 0,
               "KeAcquireInStackQueuedSpinLockAtDpcLevel called at IRQL %u", Irql);
    }
    VfBeforeAcquire(SpinLock, VfQueuedAtDpc, VF_CALLER());
    KeAcquireInStackQueuedSpinLockAtDpcLevel(SpinLock, LockHandle);
    VfAfterAcquire(SpinLock, VfQueuedAtDpc, Irql, VF_CALLER());
}
VERIFY(KeAcquireInStackQueuedSpinLockAtDpcLevel);

static VOID NTAPI
VfKeReleaseInStackQueuedSpinLockFromDpcLevel(PKLOCK_QUEUE_HANDLE LockHandle)
{
    PKSPIN_LOCK SpinLock = VfLockOfHandle(LockHandle);
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql < DISPATCH_LEVEL) {
        VfStop(VF_RELEASE_BELOW, Irql, (ULONG_PTR)SpinLock, 0,
               "KeReleaseInStackQueuedSpinLockFromDpcLevel called at IRQL %u", Irql);
    }
    VfBeforeRelease(SpinLock, 1U << VfQueuedAtDpc, Irql);
    KeReleaseInStackQueuedSpinLockFromDpcLevel(LockHandle);
}
VERIFY(KeReleaseInStackQueuedSpinLockFromDpcLevel);
