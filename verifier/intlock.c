/*
 * The interrupt lock, as a driver takes it outside its ISR, and the level itself where a
 * driver changes it by a call. (VER-3, VER-4, SYN-1 to SYN-3)
 */
#include "vf.h"

static KIRQL
VfRaiseToInterrupt(PKINTERRUPT Interrupt)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql > Interrupt->SynchronizeIrql) {
        VfStop(VF_RAISE_IRQL, Irql, Interrupt->SynchronizeIrql, 0,
               "the interrupt lock of IRQL %u is taken at IRQL %u",
               Interrupt->SynchronizeIrql, Irql);
    }
    return KfRaiseIrql(Interrupt->SynchronizeIrql);
}

static BOOLEAN
VfIsPassive(PKINTERRUPT Interrupt)
{
    PKE_INTERRUPT_EXTENSION Extension = KeInterruptExtension(Interrupt);

    return Extension != NULL && Extension->Passive;
}

static KIRQL NTAPI
VfKeAcquireInterruptSpinLock(PKINTERRUPT Interrupt)
{
    KIRQL OldIrql;

    if (VfIsPassive(Interrupt)) {
        return KeAcquireInterruptSpinLock(Interrupt); /* refuses */
    }
    OldIrql = VfRaiseToInterrupt(Interrupt);
    VfBeforeAcquire(Interrupt->ActualLock, VfInterrupt, VF_CALLER());
    KeAcquireInterruptSpinLock(Interrupt);
    VfAfterAcquire(Interrupt->ActualLock, VfInterrupt, OldIrql, VF_CALLER());
    return OldIrql;
}
VERIFY(KeAcquireInterruptSpinLock);

static VOID NTAPI
VfKeReleaseInterruptSpinLock(PKINTERRUPT Interrupt, KIRQL OldIrql)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (!VfIsPassive(Interrupt)) {
        if (Irql != Interrupt->SynchronizeIrql) {
            VfStop(VF_SPIN_LOCK_RELEASE, Irql, (ULONG_PTR)Interrupt->ActualLock, 0,
                   "the interrupt lock of IRQL %u is released at IRQL %u",
                   Interrupt->SynchronizeIrql, Irql);
        }
        VfBeforeRelease(Interrupt->ActualLock, 1U << VfInterrupt, OldIrql);
    }
    KeReleaseInterruptSpinLock(Interrupt, OldIrql);
}
VERIFY(KeReleaseInterruptSpinLock);

/* The lock's order is looked at before the lock is waited for; calls.c sees the routine. */
static BOOLEAN NTAPI
VfKeSynchronizeExecution(PKINTERRUPT Interrupt, PKSYNCHRONIZE_ROUTINE SynchronizeRoutine,
                         PVOID SynchronizeContext)
{
    BOOLEAN Result;
    KIRQL OldIrql;

    if (VfIsPassive(Interrupt)) {
        return KeSynchronizeExecution(Interrupt, SynchronizeRoutine, SynchronizeContext);
    }
    OldIrql = VfRaiseToInterrupt(Interrupt);
    VfBeforeAcquire(Interrupt->ActualLock, VfInterrupt, VF_CALLER());
    Result = KeSynchronizeExecution(Interrupt, SynchronizeRoutine, SynchronizeContext);
    KeLowerIrql(OldIrql);
    return Result;
}
VERIFY(KeSynchronizeExecution);

static KIRQL NTAPI
VfKfRaiseIrql(KIRQL NewIrql)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (NewIrql < Irql || NewIrql > HIGH_LEVEL) {
        VfStop(VF_RAISE_IRQL, Irql, NewIrql, 0, "KeRaiseIrql from IRQL %u to %u", Irql,
               NewIrql);
    }
    return KfRaiseIrql(NewIrql);
}
VERIFY(KfRaiseIrql);

static KIRQL NTAPI
VfKeRaiseIrqlToDpcLevel(VOID)
{
    return VfKfRaiseIrql(DISPATCH_LEVEL);
}
VERIFY(KeRaiseIrqlToDpcLevel);

static KIRQL NTAPI
VfKeRaiseIrqlToSynchLevel(VOID)
{
    return VfKfRaiseIrql(SYNCH_LEVEL);
}
VERIFY(KeRaiseIrqlToSynchLevel);

static VOID NTAPI
VfKeLowerIrql(KIRQL NewIrql)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (NewIrql > Irql || NewIrql > HIGH_LEVEL) {
        VfStop(VF_LOWER_IRQL, Irql, NewIrql, 0, "KeLowerIrql from IRQL %u to %u", Irql,
               NewIrql);
    }
    if (NewIrql < DISPATCH_LEVEL && Irql >= DISPATCH_LEVEL && KeIsExecutingDpc()) {
        VfStop(VF_LOWER_IRQL, Irql, NewIrql, 1, "KeLowerIrql to IRQL %u inside a DPC",
               NewIrql);
    }
    KeLowerIrql(NewIrql);
}
VERIFY(KeLowerIrql);

static VOID NTAPI
VfKfLowerIrql(KIRQL NewIrql)
{
    VfKeLowerIrql(NewIrql);
}
VERIFY(KfLowerIrql);
