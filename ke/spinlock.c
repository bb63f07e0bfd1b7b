/*
 * Spin locks as drivers call them; the lock itself is in lock.h.
 *
 * Who waits below HIGH_LEVEL is interrupted as usual: the level was raised before the
 * wait began (LCK-3).
 */
#include "ki.h"

/* Out of line: the path nobody wants to be on. */
VOID NTAPI
KiWaitForSpinLock(PKSPIN_LOCK SpinLock)
{
    ULONG_PTR Waiter = (ULONG_PTR)__builtin_return_address(0);
    ULONG Round = 0;

    KeTrace(TraceLockWait, 0, SpinLock, Waiter);
    do {
        while (__atomic_load_n(SpinLock, __ATOMIC_RELAXED) & 1) {
            ArchPause();
            KiWatchSpin(SpinLock, Round++);
        }
    } while (!KiTrySpinLock(SpinLock));
    KiEndSpin();
    KeTrace(TraceLockGot, 0, SpinLock, Waiter);
}

/* Raises to DISPATCH_LEVEL, then takes the lock; returns the level before.
   IRQL: <= DISPATCH_LEVEL. Source: LCK-2, LCK-3. */
KIRQL
NTAPI
KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock)
{
    KIRQL OldIrql = KfRaiseIrql(DISPATCH_LEVEL);

    KiAcquireSpinLock(SpinLock);
    return OldIrql;
}
EXPORT(KeAcquireSpinLockRaiseToDpc);

/* Releases, then returns to NewIrql: what became due meanwhile runs before this returns.
   IRQL: DISPATCH_LEVEL. Source: LCK-2. */
VOID NTAPI
KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql)
{
    KiReleaseSpinLock(SpinLock);
    KeLowerIrql(NewIrql);
}
EXPORT(KeReleaseSpinLock);

/* Takes the lock; the level stays. IRQL: >= DISPATCH_LEVEL, else bug check 9. Source: LCK-2,
   LCK-5. */
VOID NTAPI
KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
    KiRequireDpcLevel(SpinLock);
    KiAcquireSpinLock(SpinLock);
}
EXPORT(KeAcquireSpinLockAtDpcLevel);

/* Releases; the level stays. IRQL: >= DISPATCH_LEVEL. Source: LCK-2, LCK-6. */
VOID NTAPI
KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock)
{
    KiRequireDpcLevel(SpinLock);
    KiReleaseSpinLock(SpinLock);
}
EXPORT(KeReleaseSpinLockFromDpcLevel);

/* Takes the lock if it is free; returns whether it did. IRQL: >= DISPATCH_LEVEL.
   Release with KeReleaseSpinLockFromDpcLevel. Source: LCK-2, LCK-8. */
BOOLEAN
NTAPI
KeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
    KiRequireDpcLevel(SpinLock);
    return KiTrySpinLock(SpinLock);
}
EXPORT(KeTryToAcquireSpinLockAtDpcLevel);

/* TRUE when the lock is free at this moment; never takes it. Any IRQL. Source: LCK-2. */
BOOLEAN
NTAPI
KeTestSpinLock(PKSPIN_LOCK SpinLock)
{
    return (__atomic_load_n(SpinLock, __ATOMIC_RELAXED) & 1) == 0;
}
EXPORT(KeTestSpinLock);

/* For a routine that runs as an ordinary or as a threaded DPC. Source: LCK-2. */
KIRQL
NTAPI
KeAcquireSpinLockForDpc(PKSPIN_LOCK SpinLock)
{
    return KeAcquireSpinLockRaiseToDpc(SpinLock);
}
EXPORT(KeAcquireSpinLockForDpc);

VOID NTAPI
KeReleaseSpinLockForDpc(PKSPIN_LOCK SpinLock, KIRQL OldIrql)
{
    KeReleaseSpinLock(SpinLock, OldIrql);
}
EXPORT(KeReleaseSpinLockForDpc);
