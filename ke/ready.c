/*
 * Which thread runs where: ready queues, the choice of a processor, preemption.
 *
 * One lock guards all of it. A processor's NextThread is the thread it has been given and
 * has not switched to yet; whoever gives one makes sure the processor looks: by IPI, by
 * the dispatch interrupt, or because it is about to leave the dispatcher anyway.
 */
#include "ki.h"

static KSPIN_LOCK KiDispatcherLock;
KAFFINITY KiIdleSummary;
static KAFFINITY KiReadyProcessors; /* whose ready queues are not empty */

/* The lock is not free. Returns OldIrql, so that its caller is done with it. */
static __attribute__((noinline)) KIRQL
KiWaitForDispatcher(KIRQL OldIrql)
{
    KiWaitForSpinLock(&KiDispatcherLock);
    return OldIrql;
}

/* Everything but the usual: the lock is kept already, or there is a trace. */
static __attribute__((noinline)) KIRQL
KiLockDispatcherSlowly(PKTHREAD Thread)
{
    KIRQL OldIrql;

    if (Thread->WaitNext) {
        Thread->WaitNext = FALSE;
        return Thread->WaitIrql;
    }
    OldIrql = KfRaiseIrql(DISPATCH_LEVEL);
    KeTrace(TraceIrqlRaise, OldIrql, NULL, (ULONG_PTR)KiLockDispatcher);
    KiAcquireSpinLock(&KiDispatcherLock);
    return OldIrql;
}

/* Raises to DISPATCH_LEVEL and takes the dispatcher lock; a thread that kept it through
   KeSetEvent(Wait = TRUE) has it already. Returns the level to go back to. */
KIRQL
KiLockDispatcher(VOID)
{
    PKTHREAD Thread = KeGetCurrentThread();
    KIRQL OldIrql;

    if (__builtin_expect(Thread->WaitNext || KeTraceEvents != 0, 0)) {
        return KiLockDispatcherSlowly(Thread);
    }
    OldIrql = KfRaiseIrql(DISPATCH_LEVEL);
    if (__builtin_expect(!KiTrySpinLock(&KiDispatcherLock), 0)) {
        return KiWaitForDispatcher(OldIrql);
    }
    return OldIrql;
}

/* Releases the lock after a thread switch landed in a thread that never took it. */
VOID
KiReleaseAfterSwap(VOID)
{
    KiReleaseSpinLock(&KiDispatcherLock);
}

/*
 * A thread chosen for this processor runs before the level falls: at once when the level
 * allows it, else by the dispatch interrupt. While a DPC runs nothing need be asked for:
 * the drain ends in KiDispatchInterrupt or the idle loop.
 */
static __attribute__((noinline)) VOID
KiUnlockDispatcherSlowly(PKPRCB Prcb, KIRQL OldIrql)
{
    PKTHREAD Next = Prcb->NextThread;

    if (Next == NULL || Prcb->CurrentThread == Prcb->IdleThread) {
        /* The idle thread looks for itself: in its loop, or (at boot) when it gets there.
         */
    } else if (OldIrql < DISPATCH_LEVEL) {
        Prcb->NextThread = NULL;
        KiReadyThread(Prcb->CurrentThread, TRUE);
        KiSwapThread(Next);
    } else if (!Prcb->DpcRoutineActive) {
        HalRequestSoftwareInterrupt(DISPATCH_LEVEL);
    }
    KiReleaseSpinLock(&KiDispatcherLock);
    KeTrace(TraceIrqlLower, OldIrql, NULL, (ULONG_PTR)KiUnlockDispatcher);
    KeLowerIrql(OldIrql);
}

/* Releases the lock and returns to OldIrql. */
VOID
KiUnlockDispatcher(KIRQL OldIrql)
{
    PKPRCB Prcb = KeGetCurrentPrcb();

    if (__builtin_expect(Prcb->NextThread != NULL || KeTraceEvents != 0, 0)) {
        KiUnlockDispatcherSlowly(Prcb, OldIrql);
        return;
    }
    KiReleaseSpinLock(&KiDispatcherLock);
    KeLowerIrql(OldIrql);
}

/* The end of a routine with a Wait argument: TRUE keeps lock and level for the wait that
   must follow at once (OBJ-4). */
VOID
KiLeaveDispatcher(KIRQL OldIrql, BOOLEAN Wait)
{
    if (Wait) {
        PKTHREAD Thread = KeGetCurrentThread();

        Thread->WaitIrql = OldIrql;
        Thread->WaitNext = TRUE;
    } else {
        KiUnlockDispatcher(OldIrql);
    }
}

static VOID
KiQueueReady(PKPRCB Prcb, PKTHREAD Thread, BOOLEAN AtHead)
{
    PLIST_ENTRY Head = &Prcb->DispatcherReadyListHead[Thread->Priority];

    Thread->State = Ready;
    Thread->NextProcessor = Prcb->Number;
    if (AtHead) {
        InsertHeadList(Head, &Thread->ReadyListEntry);
    } else {
        InsertTailList(Head, &Thread->ReadyListEntry);
    }
    Prcb->ReadySummary |= 1U << Thread->Priority;
    KiReadyProcessors |= AFFINITY_MASK(Prcb->Number);
}

static VOID
KiUnqueueReady(PKPRCB Prcb, PKTHREAD Thread)
{
    RemoveEntryList(&Thread->ReadyListEntry);
    if (IsListEmpty(&Prcb->DispatcherReadyListHead[Thread->Priority])) {
        Prcb->ReadySummary &= ~(1U << Thread->Priority);
    }
    if (Prcb->ReadySummary == 0) {
        KiReadyProcessors &= ~AFFINITY_MASK(Prcb->Number);
    }
}

/* Gives Thread to Prcb as its next; one it had before goes back to the queue. */
static VOID
KiAssignThread(PKPRCB Prcb, PKTHREAD Thread)
{
    PKTHREAD Displaced = Prcb->NextThread;

    Thread->State = Standby;
    Thread->NextProcessor = Prcb->Number;
    Prcb->NextThread = Thread;
    KiIdleSummary &= ~AFFINITY_MASK(Prcb->Number);
    if (Prcb != KeGetCurrentPrcb()) {
        KiSendIpi(Prcb, IPI_REQUEST_DPC);
    }
    if (Displaced != NULL) {
        KiReadyThread(Displaced, TRUE); /* perhaps another processor is idle */
    }
}

/* Where Thread would rather run: an idle processor, its last one, any it may use. */
static PKPRCB
KiPreferredProcessor(PKTHREAD Thread)
{
    KAFFINITY Allowed = Thread->Affinity & KeActiveProcessors;
    KAFFINITY Idle = Allowed & KiIdleSummary;
    KAFFINITY Last = AFFINITY_MASK(Thread->NextProcessor);

    if (Idle != 0) {
        Allowed = Idle;
    }
    return KiProcessorBlock[(Allowed & Last) ? Thread->NextProcessor
                                             : (ULONG)__builtin_ctzll(Allowed)];
}

/* Makes a thread that is neither running nor queued runnable. */
VOID
KiReadyThread(PKTHREAD Thread, BOOLEAN AtHead)
{
    PKPRCB Prcb = KiPreferredProcessor(Thread);
    PKTHREAD Rival = (Prcb->NextThread != NULL) ? Prcb->NextThread : Prcb->CurrentThread;

    if ((KiIdleSummary & AFFINITY_MASK(Prcb->Number)) != 0 ||
        (Rival != Thread && Thread->Priority > Rival->Priority)) {
        KiAssignThread(Prcb, Thread);
    } else {
        KiQueueReady(Prcb, Thread, AtHead);
    }
}

/* The best thread of one processor's queue that may run on another. */
static PKTHREAD
KiBestOf(PKPRCB From, PKPRCB For)
{
    ULONG Summary = From->ReadySummary;

    while (Summary != 0) {
        ULONG Priority = 31 - __builtin_clz(Summary);
        PLIST_ENTRY Head = &From->DispatcherReadyListHead[Priority];

        for (PLIST_ENTRY Entry = Head->Flink; Entry != Head; Entry = Entry->Flink) {
            PKTHREAD Thread = CONTAINING_RECORD(Entry, KTHREAD, ReadyListEntry);
            if ((Thread->Affinity & AFFINITY_MASK(For->Number)) != 0) {
                return Thread;
            }
        }
        Summary &= ~(1U << Priority);
    }
    return NULL;
}

/* Takes the best ready thread for Prcb: of its own queue, else another processor's. */
PKTHREAD
KiSelectThread(PKPRCB Prcb)
{
    PKPRCB From = Prcb;
    PKTHREAD Thread = KiBestOf(Prcb, Prcb);

    for (KAFFINITY Others = KiReadyProcessors; Thread == NULL && Others != 0;
         Others &= Others - 1) {
        From = KiProcessorBlock[__builtin_ctzll(Others)];
        Thread = KiBestOf(From, Prcb);
    }
    if (Thread != NULL) {
        KiUnqueueReady(From, Thread);
    }
    return Thread;
}

/* What Prcb runs when its present thread stops. */
PKTHREAD
KiChooseThread(PKPRCB Prcb)
{
    PKTHREAD Next = Prcb->NextThread;

    if (Next != NULL) {
        Prcb->NextThread = NULL;
        return Next;
    }
    Next = KiSelectThread(Prcb);
    return (Next != NULL) ? Next : Prcb->IdleThread;
}

/* Gives Prcb the best thread of its queue if what it runs, or is to run, has fallen below. */
static VOID
KiPreemptFallen(PKPRCB Prcb)
{
    PKTHREAD Rival = (Prcb->NextThread != NULL) ? Prcb->NextThread : Prcb->CurrentThread;

    if ((Prcb->ReadySummary >> Rival->Priority) > 1) {
        PKTHREAD Next = KiBestOf(Prcb, Prcb);

        KiUnqueueReady(Prcb, Next);
        KiAssignThread(Prcb, Next);
    }
}

/* Takes back the thread that Prcb was to switch to; it is nowhere then. */
static VOID
KiWithdrawNext(PKPRCB Prcb)
{
    Prcb->NextThread = NULL;
    if (Prcb->CurrentThread == Prcb->IdleThread) {
        KiIdleSummary |= AFFINITY_MASK(Prcb->Number);
    }
}

/* Gives a thread another priority, wherever it stands. Dispatcher lock held. */
VOID
KiChangePriority(PKTHREAD Thread, KPRIORITY Priority)
{
    PKPRCB Prcb = KiProcessorBlock[Thread->NextProcessor];

    if (Thread->State == Ready) {
        KiUnqueueReady(Prcb, Thread);
        Thread->Priority = (SCHAR)Priority;
        KiReadyThread(Thread, FALSE);
        return;
    }
    Thread->Priority = (SCHAR)Priority;
    if (Thread->State == Standby) {
        KiWithdrawNext(Prcb);
        KiReadyThread(Thread, FALSE); /* perhaps as its next again */
        KiPreemptFallen(Prcb);
    } else if (Thread->State == Running) {
        KiPreemptFallen(Prcb);
    }
}
