/*
 * Sharing data with an ISR: the same lock at the same level. (SYN-1 to SYN-6)
 */
#include "ki.h"

/*
 * Raises to the object's SynchronizeIrql and takes its lock.
 *
 * Returns the level before, for KeReleaseInterruptSpinLock. IRQL: <= SynchronizeIrql on
 * entry, SynchronizeIrql on return. Source: SYN-2.
 */
KIRQL
NTAPI
KeAcquireInterruptSpinLock(PKINTERRUPT Interrupt)
{
    KIRQL OldIrql = KfRaiseIrql(Interrupt->SynchronizeIrql);

    KeAcquireSpinLockAtDpcLevel(Interrupt->ActualLock);
    return OldIrql;
}
EXPORT(KeAcquireInterruptSpinLock);

/* Releases the lock, then returns to OldIrql. IRQL: SynchronizeIrql. Source: SYN-3. */
VOID
NTAPI
KeReleaseInterruptSpinLock(PKINTERRUPT Interrupt, KIRQL OldIrql)
{
    KeReleaseSpinLockFromDpcLevel(Interrupt->ActualLock);
    KeLowerIrql(OldIrql);
}
EXPORT(KeReleaseInterruptSpinLock);

/*
 * Runs SynchronizeRoutine as if it were the ISR: at SynchronizeIrql, under the lock, on the
 * calling processor. Returns what the routine returned.
 * IRQL: <= SynchronizeIrql. Source: SYN-1.
 */
BOOLEAN
NTAPI
KeSynchronizeExecution(PKINTERRUPT Interrupt, PKSYNCHRONIZE_ROUTINE SynchronizeRoutine,
                       PVOID SynchronizeContext)
{
    KIRQL OldIrql = KeAcquireInterruptSpinLock(Interrupt);
    BOOLEAN Result = SynchronizeRoutine(SynchronizeContext);

    KeReleaseInterruptSpinLock(Interrupt, OldIrql);
    return Result;
}
EXPORT(KeSynchronizeExecution);
