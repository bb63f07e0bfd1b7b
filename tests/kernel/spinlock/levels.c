/*
 * At which level each kind of lock is held, and what it says of itself meanwhile.
 */
#include "spinlock.h"

VOID
TestPlainLevels(VOID)
{
    KSPIN_LOCK Lock;
    KIRQL Old, High;

    KtapPoison(&Lock);
    KeInitializeSpinLock(&Lock);
    ok_equal(Lock, 0, "LCK-1 a new lock is zero");
    ok(KeTestSpinLock(&Lock), "LCK-2 KeTestSpinLock: free");
    KeAcquireSpinLock(&Lock, &Old);
    ok_irql(DISPATCH_LEVEL, "LCK-2 KeAcquireSpinLock raises to DISPATCH_LEVEL");
    ok_equal(Old, PASSIVE_LEVEL, "LCK-3 and gives the level before");
    ok(!KeTestSpinLock(&Lock), "LCK-2 KeTestSpinLock: held");
    ok(!KeTryToAcquireSpinLockAtDpcLevel(&Lock),
       "LCK-2 a held lock is not taken by trying");
    KeReleaseSpinLock(&Lock, Old);
    ok_irql(PASSIVE_LEVEL, "LCK-2 KeReleaseSpinLock restores the level");
    ok(KeTestSpinLock(&Lock), "LCK-2 released it is free");

    Old = KeAcquireSpinLockRaiseToDpc(&Lock);
    KeReleaseSpinLockFromDpcLevel(&Lock); /* lint: on purpose */
    ok_irql(DISPATCH_LEVEL, "LCK-6 KeReleaseSpinLockFromDpcLevel leaves the level");
    ok(KeTryToAcquireSpinLockAtDpcLevel(&Lock), "LCK-2 a free lock is taken by trying");
    KeReleaseSpinLockFromDpcLevel(&Lock);
    KeRaiseIrql(SYNCH_LEVEL, &High);
    KeAcquireSpinLockAtDpcLevel(&Lock);
    ok_irql(SYNCH_LEVEL, "LCK-2 AtDpcLevel above DISPATCH_LEVEL leaves the level");
    KeReleaseSpinLockFromDpcLevel(&Lock);
    KeLowerIrql(High);
    KeLowerIrql(Old);
}

VOID
TestQueuedLevels(VOID)
{
    KLOCK_QUEUE_HANDLE Handle, Inner;
    KSPIN_LOCK Lock = 0, Other = 0;

    KtapPoison(&Handle);
    KtapPoison(&Inner);
    KeAcquireInStackQueuedSpinLock(&Lock, &Handle);
    ok_irql(DISPATCH_LEVEL, "LCK-2 a queued lock is held at DISPATCH_LEVEL");
    ok_equal(Handle.OldIrql, PASSIVE_LEVEL, "LCK-2 the handle keeps the level before");
    ok(Lock != 0, "LCK-7 the lock word of a held queued lock is not zero");
    KeAcquireInStackQueuedSpinLockAtDpcLevel(&Other, &Inner);
    ok_irql(DISPATCH_LEVEL, "LCK-2 AtDpcLevel leaves the level");
    KeReleaseInStackQueuedSpinLockFromDpcLevel(&Inner);
    ok_irql(DISPATCH_LEVEL, "LCK-2 FromDpcLevel leaves the level");
    KeReleaseInStackQueuedSpinLock(&Handle);
    ok_irql(PASSIVE_LEVEL, "LCK-2 releasing a queued lock restores the level");
    ok(Lock == 0 && Other == 0, "LCK-7 released queued locks are zero");
}

static volatile LONG ForDpcWrong, ForDpcRuns;

static VOID NTAPI
LockingDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    KLOCK_QUEUE_HANDLE Handle;
    KSPIN_LOCK Queued = 0;
    KIRQL Old;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    Old = KeAcquireSpinLockForDpc(Context);
    ForDpcWrong += Old != DISPATCH_LEVEL || KeGetCurrentIrql() != DISPATCH_LEVEL;
    ForDpcWrong += KeTestSpinLock(Context);
    KeReleaseSpinLockForDpc(Context, Old);
    KeAcquireInStackQueuedSpinLockForDpc(&Queued, &Handle);
    ForDpcWrong += KeGetCurrentIrql() != DISPATCH_LEVEL || Queued == 0;
    KeReleaseInStackQueuedSpinLockForDpc(&Handle);
    ForDpcWrong += KeGetCurrentIrql() != DISPATCH_LEVEL || Queued != 0;
    ForDpcRuns++;
}

VOID
TestForDpc(VOID)
{
    KSPIN_LOCK Lock = 0;
    KDPC Dpc;

    KeInitializeDpc(&Dpc, LockingDpc, &Lock);
    KeInsertQueueDpc(&Dpc, NULL, NULL);
    ok(KtapAwait(&ForDpcRuns, 1), "LCK-2 the DPC with ForDpc locks ran");
    ok_equal(ForDpcWrong, 0, "LCK-2 ForDpc locks hold and restore DISPATCH_LEVEL");
    ok(KeTestSpinLock(&Lock), "LCK-2 and are free again");
}

VOID
TestInterlockedLists(VOID)
{
    LIST_ENTRY Head, First, Second;
    KSPIN_LOCK Lock = 0;
    ULONG Sum = 5;
    KIRQL Old;

    InitializeListHead(&Head);
    ok(ExInterlockedInsertTailList(&Head, &First, &Lock) == NULL,
       "IRQL-26 inserting into an empty list answers NULL");
    ok(ExInterlockedInsertHeadList(&Head, &Second, &Lock) == &First,
       "IRQL-26 inserting at the head answers the entry that was first");
    KeRaiseIrql(CLOCK_LEVEL, &Old);
    ok_equal((ULONG_PTR)ExInterlockedRemoveHeadList(&Head, &Lock), (ULONG_PTR)&Second,
             "ISR-10 removing takes the head, above DISPATCH_LEVEL too");
    ok_irql(CLOCK_LEVEL, "IRQL-26 the level is restored");
    KeLowerIrql(Old);
    ok(ExInterlockedRemoveHeadList(&Head, &Lock) == &First &&
           ExInterlockedRemoveHeadList(&Head, &Lock) == NULL,
       "IRQL-26 the list empties in order");
    ok(ExInterlockedAddUlong(&Sum, 7, &Lock) == 5 && Sum == 12,
       "IRQL-26 ExInterlockedAddUlong answers the value before");
}
