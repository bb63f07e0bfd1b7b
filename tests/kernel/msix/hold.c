/*
 * Messages that have to wait: for the lock of their own or of all, while the table is
 * inactive, until they are connected again.
 */
#include "msix.h"

#define SHORTLY 100 /* milliseconds in which nothing may come */

static KSPIN_LOCK CommonLock;

/* A processor that message Number does not go to; FALSE: there is none. */
static BOOLEAN
MoveAwayFrom(ULONG Number)
{
    KAFFINITY Others =
        KeQueryActiveProcessors() & ~Table->MessageInfo[Number].TargetProcessorSet;

    if (Others != 0) {
        KeSetSystemAffinityThread(Others & ~(Others - 1));
    }
    return Others != 0;
}

/* Has queue 1 and then 2 read while the lock of message 1 is held; whether message 2 was
   served meanwhile, and message 1 not before the lock was free. */
static VOID
ReadBehindLock(PBOOLEAN Served, PBOOLEAN Waited)
{
    LONG Before = Queues[1].Completed;
    LONG BeforeOther = Queues[2].Completed;
    KIRQL OldIrql;

    ForgetCalls();
    OldIrql = KeAcquireInterruptSpinLock(Table->MessageInfo[1].InterruptObject);
    StartRead(2, 2);
    for (ULONG Turn = 0; Turn < SHORTLY && Messages[2].Calls == 0; Turn++) {
        KeStallExecutionProcessor(1000);
    }
    *Served = Messages[2].Calls == 1;
    StartRead(1, 1);
    KeStallExecutionProcessor(SHORTLY * 1000);
    *Waited = Messages[1].Calls == 0;
    KeReleaseInterruptSpinLock(Table->MessageInfo[1].InterruptObject, OldIrql);
    AwaitCompleted(1, Before + 1);
    AwaitCompleted(2, BeforeOther + 1);
    *Waited = *Waited && WereCalled(1, 2, 1);
}

/* Each message's own lock; on one processor the level keeps all of them out. */
VOID
TestLocks(VOID)
{
    BOOLEAN Served, Waited;

    if (MoveAwayFrom(1)) {
        ReadBehindLock(&Served, &Waited);
        ok(Waited, "CON-21 SYN-4 the ISR of a message waits for its lock");
        ok(Served, "CON-21 and that of another message does not: each has its own");
        KeRevertToUserAffinityThread();
    }
}

/* One lock that the driver supplied, for all messages. */
static VOID
TestCommonLock(VOID)
{
    BOOLEAN Served, Waited;

    if (MoveAwayFrom(1)) {
        ReadBehindLock(&Served, &Waited);
        ok(Waited, "CON-21 SYN-5 with a lock of the driver's the ISR waits for that");
        ok(!Served, "CON-21 SYN-5 and so does every other message's");
        KeRevertToUserAffinityThread();
    }
}

/* Waits for completions in memory, which come without interrupts too. */
static BOOLEAN
AwaitInMemory(VOID)
{
    BOOLEAN All = FALSE;

    for (ULONG Turn = 0; Turn < 1000 && !All; Turn++) {
        KtapSleep(5);
        All = TRUE;
        for (ULONG Number = 1; Number <= IO_QUEUES; Number++) {
            All = All && HasCompletion(Number);
        }
    }
    return All;
}

VOID
TestInactive(VOID)
{
    LONG Before[QUEUES];

    ReportMessages(FALSE);
    ok_equal(CountMasked(0, CountVectors() - 1), CountVectors(),
             "CON-30 inactive, every entry is masked");
    CountCompleted(Before);
    ForgetCalls();
    StartReads();
    ok(AwaitInMemory(), "the device completes reads all the same");
    KtapSleep(SHORTLY);
    ok_equal(CountCalls(), 0, "CON-30 and no ISR is called");
    ok_equal(CountPending(1, IO_QUEUES), IO_QUEUES, "MSI-7 their pending bits are set");
    ok(!IsVectorPending(0), "MSI-7 and that of message 0 is not");
    ReportMessages(TRUE);
    ok(AwaitReads(Before), "CON-30 active again, what was pending arrives");
    ok(WereCalled(1, IO_QUEUES, 1), "CON-30 MSI-7 each once");
    ok_equal(CountMasked(0, CountVectors() - 1) + CountPending(0, CountVectors() - 1), 0,
             "CON-30 no entry is masked or pending any more");
}

VOID
TestDisconnected(VOID)
{
    LONG Before[QUEUES];
    ULONG Version = 0;

    DisconnectMessages();
    ok_equal(CountMasked(0, CountVectors() - 1), CountVectors(),
             "CON-29 disconnected while the device runs, every entry is masked");
    CountCompleted(Before);
    ForgetCalls();
    StartReads();
    ok(AwaitInMemory(), "the device completes reads all the same");
    KtapSleep(SHORTLY);
    ok_equal(CountCalls(), 0, "CON-29 and no ISR is called");
    KeInitializeSpinLock(&CommonLock);
    if (!ok_status(ConnectMessages(&CommonLock, DrainQueues, &Version), STATUS_SUCCESS,
                   "CON-16 connected again, with a lock of the driver's")) {
        return;
    }
    ok(AwaitReads(Before), "CON-7 MSI-7 what was pending arrives");
    ok(WereCalled(1, IO_QUEUES, 1), "CON-7 MSI-7 each once");
    TestCommonLock();
}
