/*
 * Sharing data with an ISR: the same lock at the same level. (SYN-1 to SYN-6)
 */
#include "ki.h"

/* A passive-level ISR is not guarded by a spin lock: bug check 0x13B (SYN-2, BUG-29). */
static VOID
KiRefusePassive(PKINTERRUPT Interrupt)
{
    if (KiIsPassive(Interrupt)) {
        KeBugCheckEx(PASSIVE_INTERRUPT_ERROR, 1, (ULONG_PTR)Interrupt, 0, 0);
    }
}

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
    KIRQL OldIrql;

    KiRefusePassive(Interrupt);
    OldIrql = KfRaiseIrql(Interrupt->SynchronizeIrql);
    KeAcquireSpinLockAtDpcLevel(Interrupt->ActualLock);
    return OldIrql;
}
EXPORT(KeAcquireInterruptSpinLock);

/* Releases the lock, then returns to OldIrql. IRQL: SynchronizeIrql. Source: SYN-3. */
VOID NTAPI
KeReleaseInterruptSpinLock(PKINTERRUPT Interrupt, KIRQL OldIrql)
{
    KiRefusePassive(Interrupt);
    KeReleaseSpinLockFromDpcLevel(Interrupt->ActualLock);
    KeLowerIrql(OldIrql);
}
EXPORT(KeReleaseInterruptSpinLock);

static BOOLEAN
KiCallSynchronize(PKINTERRUPT Interrupt, PKSYNCHRONIZE_ROUTINE Routine, PVOID Context)
{
    return KeObservesCalls ? KiCallObservedSynchronize(Interrupt, Routine, Context)
                           : Routine(Context);
}

/* Runs SynchronizeRoutine with the passive-level ISR kept out. PASSIVE_LEVEL. */
static BOOLEAN
KiSynchronizePassive(PKINTERRUPT Interrupt, PKSYNCHRONIZE_ROUTINE SynchronizeRoutine,
                     PVOID SynchronizeContext)
{
    BOOLEAN Result;

    KiEnterPassive(Interrupt);
    Result = KiCallSynchronize(Interrupt, SynchronizeRoutine, SynchronizeContext);
    KiLeavePassive(Interrupt);
    return Result;
}

/*
 * Runs SynchronizeRoutine as if it were the ISR: at SynchronizeIrql, under the lock, on
 * the calling processor; for a passive-level interrupt at PASSIVE_LEVEL, by its event.
 * Returns what the routine returned. IRQL: <= SynchronizeIrql. Source: SYN-1.
 */
BOOLEAN
NTAPI
KeSynchronizeExecution(PKINTERRUPT Interrupt, PKSYNCHRONIZE_ROUTINE SynchronizeRoutine,
                       PVOID SynchronizeContext)
{
    BOOLEAN Result;
    KIRQL OldIrql;

    if (KiIsPassive(Interrupt)) {
        return KiSynchronizePassive(Interrupt, SynchronizeRoutine, SynchronizeContext);
    }
    OldIrql = KeAcquireInterruptSpinLock(Interrupt);
    Result = KiCallSynchronize(Interrupt, SynchronizeRoutine, SynchronizeContext);
    KeReleaseInterruptSpinLock(Interrupt, OldIrql);
    return Result;
}
EXPORT(KeSynchronizeExecution);
