/*
 * EX_SPIN_LOCK: readers and a writer. A reader that enters a second time waits for the writer
 * that waits for it (LCK-9), so that is a recursion as with the others.
 */
#include "vf.h"

static KIRQL
VfRaiseForLock(PEX_SPIN_LOCK SpinLock, const CHAR *Name)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql > DISPATCH_LEVEL) {
        VfStop(VF_ACQUIRE_ABOVE, Irql, (ULONG_PTR)SpinLock, 0, "%s called at IRQL %u",
               Name, Irql);
    }
    return KfRaiseIrql(DISPATCH_LEVEL);
}

static VOID
VfCheckRwLevel(PEX_SPIN_LOCK SpinLock, ULONG Subcode, const CHAR *Name)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql < DISPATCH_LEVEL) {
        VfStop(Subcode, Irql, (ULONG_PTR)SpinLock, 0, "%s called at IRQL %u", Name, Irql);
    }
}

static VOID
VfCheckRwRelease(PEX_SPIN_LOCK SpinLock, VF_HOW How, KIRQL NewIrql, const CHAR *Name)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql != DISPATCH_LEVEL) {
        VfStopRule(VF_RULE_IRQL_DISPATCH, "IrqlDispatch: %s called at IRQL %u", Name,
                   Irql);
    }
    VfBeforeRelease((PVOID)SpinLock, 1U << How, NewIrql);
}

static KIRQL NTAPI
VfExAcquireSpinLockShared(PEX_SPIN_LOCK SpinLock)
{
    KIRQL OldIrql = VfRaiseForLock(SpinLock, "ExAcquireSpinLockShared");

    VfBeforeAcquire((PVOID)SpinLock, VfShared, VF_CALLER());
    ExAcquireSpinLockShared(SpinLock);
    VfAfterAcquire((PVOID)SpinLock, VfShared, OldIrql, VF_CALLER());
    return OldIrql;
}
VERIFY(ExAcquireSpinLockShared);

static VOID NTAPI
VfExReleaseSpinLockShared(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql)
{
    VfCheckRwRelease(SpinLock, VfShared, OldIrql, "ExReleaseSpinLockShared");
    ExReleaseSpinLockShared(SpinLock, OldIrql);
}
VERIFY(ExReleaseSpinLockShared);

static KIRQL NTAPI
VfExAcquireSpinLockExclusive(PEX_SPIN_LOCK SpinLock)
{
    KIRQL OldIrql = VfRaiseForLock(SpinLock, "ExAcquireSpinLockExclusive");

    VfBeforeAcquire((PVOID)SpinLock, VfExclusive, VF_CALLER());
    ExAcquireSpinLockExclusive(SpinLock);
    VfAfterAcquire((PVOID)SpinLock, VfExclusive, OldIrql, VF_CALLER());
    return OldIrql;
}
VERIFY(ExAcquireSpinLockExclusive);

static VOID NTAPI
VfExReleaseSpinLockExclusive(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql)
{
    VfCheckRwRelease(SpinLock, VfExclusive, OldIrql, "ExReleaseSpinLockExclusive");
    ExReleaseSpinLockExclusive(SpinLock, OldIrql);
}
VERIFY(ExReleaseSpinLockExclusive);

static VOID NTAPI
VfExAcquireSpinLockSharedAtDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    VfCheckRwLevel(SpinLock, VF_ACQUIRE_BELOW, "ExAcquireSpinLockSharedAtDpcLevel");
    VfBeforeAcquire((PVOID)SpinLock, VfSharedAtDpc, VF_CALLER());
    ExAcquireSpinLockSharedAtDpcLevel(SpinLock);
    VfAfterAcquire((PVOID)SpinLock, VfSharedAtDpc, KeGetCurrentIrql(), VF_CALLER());
}
VERIFY(ExAcquireSpinLockSharedAtDpcLevel);

static VOID NTAPI
VfExReleaseSpinLockSharedFromDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    VfCheckRwLevel(SpinLock, VF_RELEASE_BELOW, "ExReleaseSpinLockSharedFromDpcLevel");
    VfBeforeRelease((PVOID)SpinLock, 1U << VfSharedAtDpc, KeGetCurrentIrql());
    ExReleaseSpinLockSharedFromDpcLevel(SpinLock);
}
VERIFY(ExReleaseSpinLockSharedFromDpcLevel);

static VOID NTAPI
VfExAcquireSpinLockExclusiveAtDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    VfCheckRwLevel(SpinLock, VF_ACQUIRE_BELOW, "ExAcquireSpinLockExclusiveAtDpcLevel");
    VfBeforeAcquire((PVOID)SpinLock, VfExclusiveAtDpc, VF_CALLER());
    ExAcquireSpinLockExclusiveAtDpcLevel(SpinLock);
    VfAfterAcquire((PVOID)SpinLock, VfExclusiveAtDpc, KeGetCurrentIrql(), VF_CALLER());
}
VERIFY(ExAcquireSpinLockExclusiveAtDpcLevel);

static VOID NTAPI
VfExReleaseSpinLockExclusiveFromDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    VfCheckRwLevel(SpinLock, VF_RELEASE_BELOW, "ExReleaseSpinLockExclusiveFromDpcLevel");
    VfBeforeRelease((PVOID)SpinLock, 1U << VfExclusiveAtDpc, KeGetCurrentIrql());
    ExReleaseSpinLockExclusiveFromDpcLevel(SpinLock);
}
VERIFY(ExReleaseSpinLockExclusiveFromDpcLevel);

/* Releases as a writer from here on; how the reader came in decides which release. */
static LOGICAL NTAPI
VfExTryConvertSharedSpinLockExclusive(PEX_SPIN_LOCK SpinLock)
{
    LOGICAL Converted = ExTryConvertSharedSpinLockExclusive(SpinLock);

    if (Converted) {
        VfConvertHeld((PVOID)SpinLock);
    }
    return Converted;
}
VERIFY(ExTryConvertSharedSpinLockExclusive);
