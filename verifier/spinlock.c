/*
 * Ordinary spin locks. (VER-5, VER-9, VER-10, LCK-2 to LCK-8)
 *
 * Each wrapper raises before it looks at the locks the processor holds: below DISPATCH_LEVEL
 * it might be another processor's turn the next moment.
 */
#include "vf.h"

#define VF_RAISED  (1U << VfRaise)
#define VF_AT_DPC  (1U << VfAtDpc | 1U << VfTry)
#define VF_FOR_DPC (1U << VfForDpc)
/* DOUBT-15: the page of the try names this one to release with. */
#define VF_RELEASED (VF_RAISED | 1U << VfTry)

static KIRQL
VfAcquireRaised(PKSPIN_LOCK SpinLock, VF_HOW How, ULONG_PTR Where)
{
    KIRQL OldIrql = KeGetCurrentIrql();

    if (OldIrql > DISPATCH_LEVEL) {
        VfStop(VF_ACQUIRE_ABOVE, OldIrql, (ULONG_PTR)SpinLock, 0,
               "KeAcquireSpinLock called at IRQL %u", OldIrql);
    }
    KfRaiseIrql(DISPATCH_LEVEL);
    VfBeforeAcquire(SpinLock, How, Where);
    KeAcquireSpinLockRaiseToDpc(SpinLock);
    VfAfterAcquire(SpinLock, How, OldIrql, Where);
    return OldIrql;
}

static VOID
VfCheckRelease(PKSPIN_LOCK SpinLock, ULONG Allowed, KIRQL NewIrql)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql != DISPATCH_LEVEL) {
        VfStop(VF_SPIN_LOCK_RELEASE, Irql, (ULONG_PTR)SpinLock, 0,
               "KeReleaseSpinLock called at IRQL %u", Irql);
    }
    VfBeforeRelease(SpinLock, Allowed, NewIrql);
}

static VOID
VfCheckAtDpc(PKSPIN_LOCK SpinLock, ULONG Subcode, const CHAR *Name)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql < DISPATCH_LEVEL) {
        VfStop(Subcode, Irql, (ULONG_PTR)SpinLock, 0, "%s called at IRQL %u", Name, Irql);
    }
}

static KIRQL NTAPI
VfKeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock)
{
    return VfAcquireRaised(SpinLock, VfRaise, VF_CALLER());
}
VERIFY(KeAcquireSpinLockRaiseToDpc);

static VOID NTAPI
VfKeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql)
{
    VfCheckRelease(SpinLock, VF_RELEASED, NewIrql);
    KeReleaseSpinLock(SpinLock, NewIrql);
}
VERIFY(KeReleaseSpinLock);

static KIRQL NTAPI
VfKeAcquireSpinLockForDpc(PKSPIN_LOCK SpinLock)
{
    return VfAcquireRaised(SpinLock, VfForDpc, VF_CALLER());
}
VERIFY(KeAcquireSpinLockForDpc);

static VOID NTAPI
VfKeReleaseSpinLockForDpc(PKSPIN_LOCK SpinLock, KIRQL OldIrql)
{
    VfCheckRelease(SpinLock, VF_FOR_DPC, OldIrql);
    KeReleaseSpinLockForDpc(SpinLock, OldIrql);
}
VERIFY(KeReleaseSpinLockForDpc);

static VOID NTAPI
VfKeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
    VfCheckAtDpc(SpinLock, VF_ACQUIRE_BELOW, "KeAcquireSpinLockAtDpcLevel");
    VfBeforeAcquire(SpinLock, VfAtDpc, VF_CALLER());
    KeAcquireSpinLockAtDpcLevel(SpinLock);
    VfAfterAcquire(SpinLock, VfAtDpc, KeGetCurrentIrql(), VF_CALLER());
}
VERIFY(KeAcquireSpinLockAtDpcLevel);

static VOID NTAPI
VfKeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock)
{
    VfCheckAtDpc(SpinLock, VF_RELEASE_BELOW, "KeReleaseSpinLockFromDpcLevel");
    VfBeforeRelease(SpinLock, VF_AT_DPC, KeGetCurrentIrql());
    KeReleaseSpinLockFromDpcLevel(SpinLock);
}
VERIFY(KeReleaseSpinLockFromDpcLevel);

static BOOLEAN NTAPI
VfKeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
    VfCheckAtDpc(SpinLock, VF_ACQUIRE_BELOW, "KeTryToAcquireSpinLockAtDpcLevel");
    if (!KeTryToAcquireSpinLockAtDpcLevel(SpinLock)) {
        return FALSE;
    }
    VfBeforeAcquire(SpinLock, VfTry, VF_CALLER());
    VfAfterAcquire(SpinLock, VfTry, KeGetCurrentIrql(), VF_CALLER());
    return TRUE;
}
VERIFY(KeTryToAcquireSpinLockAtDpcLevel);
