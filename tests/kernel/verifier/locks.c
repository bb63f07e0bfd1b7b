/*
 * Spin locks taken and released wrongly.
 */
#include "verifier.h"

static KSPIN_LOCK First, Second;
static KLOCK_QUEUE_HANDLE Handle, Other;
static KIRQL OldIrql;

/* VER-5 */
VOID
ReleaseLow(VOID)
{
    Expect(0x32, PASSIVE_LEVEL, (ULONG_PTR)&First, 0, "ReleaseLow");
    KeAcquireSpinLock(&First, &OldIrql);
    KeLowerIrql(PASSIVE_LEVEL);
    KeReleaseSpinLock(&First, OldIrql);
    StillHere();
}

/* VER-7 */
VOID
ReleaseQueuedLow(VOID)
{
    Expect(0x36, PASSIVE_LEVEL, (ULONG_PTR)&First, PASSIVE_LEVEL, "ReleaseQueuedLow");
    KeAcquireInStackQueuedSpinLock(&First, &Handle);
    KeLowerIrql(PASSIVE_LEVEL);
    KeReleaseInStackQueuedSpinLock(&Handle);
    StillHere();
}

/* VER-7 */
VOID
ReleaseCancelLow(VOID)
{
    Expect(0x35, PASSIVE_LEVEL, 0, PASSIVE_LEVEL, "ReleaseCancelLow");
    IoAcquireCancelSpinLock(&OldIrql);
    KeLowerIrql(PASSIVE_LEVEL);
    IoReleaseCancelSpinLock(OldIrql);
    StillHere();
}

/* VER-9, LCK-5 */
VOID
AcquireLow(VOID)
{
    Expect(0x40, PASSIVE_LEVEL, (ULONG_PTR)&First, 0, "AcquireLow");
    KeAcquireSpinLockAtDpcLevel(&First);
    StillHere();
}

/* VER-9 */
VOID
ReleaseFromLow(VOID)
{
    Expect(0x41, APC_LEVEL, (ULONG_PTR)&First, 0, "ReleaseFromLow");
    KeAcquireSpinLock(&First, &OldIrql);
    KeLowerIrql(APC_LEVEL);
    KeReleaseSpinLockFromDpcLevel(&First);
    StillHere();
}

/* VER-10 */
VOID
AcquireHigh(VOID)
{
    KIRQL Irql = DISPATCH_LEVEL + 1;

    Expect(0x42, Irql, (ULONG_PTR)&First, 0, "AcquireHigh");
    KfRaiseIrql(Irql);
    KeAcquireSpinLock(&First, &OldIrql);
    StillHere();
}

/* LCK-4: deadlock detection's subcode. */
VOID
AcquireTwice(VOID)
{
    Expect(0x1000, (ULONG_PTR)&First, ANY, ANY, "AcquireTwice");
    ExpectLine("is taken again by the processor that holds it; taken at vf-");
    KeAcquireSpinLock(&First, &OldIrql);
    KeAcquireSpinLockAtDpcLevel(&First);
    StillHere();
}

/* VER-19 */
VOID
ReleaseUnheld(VOID)
{
    Expect(0x4000A, ANY, 0, 0, "ReleaseUnheld");
    ExpectLine("SpinlockRelease: spin lock \\w+ is released; nobody holds it");
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    KeReleaseSpinLock(&First, OldIrql);
    StillHere();
}

/* VER-19 */
VOID
ReleaseQueuedUnheld(VOID)
{
    Expect(0x40007, ANY, 0, 0, "ReleaseQueuedUnheld");
    KeAcquireInStackQueuedSpinLock(&First, &Handle);
    KeReleaseInStackQueuedSpinLock(&Handle);
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    KeReleaseInStackQueuedSpinLock(&Handle);
    StillHere();
}

/* LCK-6 */
VOID
ReleaseByOther(VOID)
{
    Expect(0x4000A, ANY, 0, 0, "ReleaseByOther");
    ExpectLine("is released by the wrong routine; taken at vf-");
    KeAcquireSpinLock(&First, &OldIrql);
    KeReleaseSpinLockFromDpcLevel(&First);
    StillHere();
}

/* LCK-7, VER-19 */
VOID
MixQueued(VOID)
{
    Expect(0x40006, ANY, 0, 0, "MixQueued");
    ExpectLine("is taken as queued lock; it has been used as ordinary one");
    KeAcquireSpinLock(&First, &OldIrql);
    KeReleaseSpinLock(&First, OldIrql);
    KeAcquireInStackQueuedSpinLock(&First, &Handle);
    StillHere();
}

/* LCK-7, VER-19 */
VOID
MixOrdinary(VOID)
{
    Expect(0x40009, ANY, 0, 0, "MixOrdinary");
    KeAcquireInStackQueuedSpinLock(&First, &Handle);
    KeReleaseInStackQueuedSpinLock(&Handle);
    KeAcquireSpinLock(&First, &OldIrql);
    StillHere();
}

/* LCK-3: the second acquisition overwrites what the first has to go back to. */
VOID
ShareOldIrql(VOID)
{
    Expect(0x4000A, ANY, 0, 0, "ShareOldIrql");
    ExpectLine("goes to IRQL 2; before the first lock it was 0");
    KeAcquireSpinLock(&First, &OldIrql);
    KeAcquireSpinLock(&Second, &OldIrql);
    KeReleaseSpinLock(&Second, OldIrql);
    KeReleaseSpinLock(&First, OldIrql);
    StillHere();
}

/* LCK-3: lowered with the other lock held. */
VOID
ReleaseInWrongOrder(VOID)
{
    KIRQL InnerIrql;

    Expect(0x4000A, ANY, 0, 0, "ReleaseInWrongOrder");
    ExpectLine("goes to IRQL 0 while \\w+ is held");
    KeAcquireSpinLock(&First, &OldIrql);
    KeAcquireSpinLock(&Second, &InnerIrql);
    KeReleaseSpinLock(&First, OldIrql);
    StillHere();
}

static VOID NTAPI
TakeFirstSecond(PVOID Context)
{
    KIRQL Old;

    UNREFERENCED_PARAMETER(Context);
    KeAcquireSpinLock(&First, &Old);
    KeAcquireSpinLockAtDpcLevel(&Second);
    KeReleaseSpinLockFromDpcLevel(&Second);
    KeReleaseSpinLock(&First, Old);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* Both orders, one after the other: nothing hangs, and still it is a deadlock. */
VOID
Deadlock(VOID)
{
    KtapJoinThread(KtapCreateThread(TakeFirstSecond, NULL));
    Expect(0x1001, (ULONG_PTR)&First, (ULONG_PTR)&Second, 0, "Deadlock");
    ExpectLine("deadlock: spin lock \\w+ is taken at vf-deadlock.sys!Deadlock");
    ExpectLine("while \\w+ is held, taken at vf-deadlock.sys!Deadlock");
    ExpectLine("before, \\w+ was taken at vf-deadlock.sys!TakeFirstSecond");
    ExpectLine("while \\w+ was held, taken at vf-deadlock.sys!TakeFirstSecond");
    KeAcquireSpinLock(&Second, &OldIrql);
    KeAcquireSpinLockAtDpcLevel(&First);
    StillHere();
}

/* Three locks, three orders, of which no two contradict each other. */
VOID
DeadlockOfThree(VOID)
{
    static KSPIN_LOCK Third;

    KeAcquireInStackQueuedSpinLock(&First, &Handle);
    KeAcquireInStackQueuedSpinLockAtDpcLevel(&Second, &Other);
    KeReleaseInStackQueuedSpinLockFromDpcLevel(&Other);
    KeReleaseInStackQueuedSpinLock(&Handle);
    KeAcquireInStackQueuedSpinLock(&Second, &Handle);
    KeAcquireSpinLockAtDpcLevel(&Third);
    KeReleaseSpinLockFromDpcLevel(&Third);
    KeReleaseInStackQueuedSpinLock(&Handle);
    Expect(0x1001, (ULONG_PTR)&First, (ULONG_PTR)&Third, 0, "DeadlockOfThree");
    KeAcquireSpinLock(&Third, &OldIrql);
    KeAcquireInStackQueuedSpinLockAtDpcLevel(&First, &Handle);
    StillHere();
}

static volatile LONG Held;

static VOID NTAPI
HoldElsewhere(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    KeSetSystemAffinityThread(2);
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    KeAcquireSpinLockAtDpcLevel(&First);
    Held = 1;
    KeStallExecutionProcessor(3000000);
}

/* A lock is released where it was taken. */
VOID
ReleaseForeign(VOID)
{
    KeSetSystemAffinityThread(1);
    KtapCreateThread(HoldElsewhere, NULL);
    KtapAwait(&Held, 1);
    Expect(0x1004, (ULONG_PTR)&First, ANY, (ULONG_PTR)KeGetCurrentThread(),
           "ReleaseForeign");
    ExpectLine("is released by processor 0; processor 1 holds it");
    KfRaiseIrql(DISPATCH_LEVEL);
    KeReleaseSpinLockFromDpcLevel(&First);
    StillHere();
}

/* LCK-9: a second entry would wait for the writer that waits for the first. */
VOID
ReadTwice(VOID)
{
    static EX_SPIN_LOCK Lock;

    OldIrql = ExAcquireSpinLockShared(&Lock);
    ok(ExTryConvertSharedSpinLockExclusive(&Lock), "LCK-9 the only reader converts");
    ExReleaseSpinLockExclusive(&Lock, OldIrql);
    OldIrql = ExAcquireSpinLockShared(&Lock);
    Expect(0x1000, (ULONG_PTR)&Lock, ANY, ANY, "ReadTwice");
    ExAcquireSpinLockSharedAtDpcLevel(&Lock);
    StillHere();
}
