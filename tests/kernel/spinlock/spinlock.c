/*
 * spinlock: mutual exclusion over all processors, and the order of queued locks.
 */
#include "spinlock.h"

DRIVER_INITIALIZE DriverEntry;

/* Over all processors together. A queued lock goes to one waiter and no other: where
   there are fewer host processors than guest ones, each handing-over can cost a time
   slice. */
#define PLAIN_INCREMENTS  100000
#define QUEUED_INCREMENTS 2000

static KSPIN_LOCK Plain, Queued;
static volatile LONG Ready, Processors;
static LONG Counter; /* plain, so that a lock that does not exclude shows */
static LONG Inside, Overlaps;

static VOID
Enter(VOID)
{
    Overlaps += Inside != 0;
    Inside = 1;
    Counter++;
    Inside = 0;
}

static VOID NTAPI
PlainThread(PVOID Context)
{
    KIRQL Old;

    KeSetSystemAffinityThread((KAFFINITY)1 << (ULONG_PTR)Context);
    InterlockedIncrement(&Ready);
    KtapSpinUntil(&Ready, Processors);
    for (LONG Turn = 0; Turn < PLAIN_INCREMENTS / Processors; Turn++) {
        KeAcquireSpinLock(&Plain, &Old);
        Enter();
        KeReleaseSpinLock(&Plain, Old);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID NTAPI
QueuedThread(PVOID Context)
{
    KLOCK_QUEUE_HANDLE Handle;

    KeSetSystemAffinityThread((KAFFINITY)1 << (ULONG_PTR)Context);
    InterlockedIncrement(&Ready);
    KtapSpinUntil(&Ready, Processors);
    for (LONG Turn = 0; Turn < QUEUED_INCREMENTS / Processors; Turn++) {
        KeAcquireInStackQueuedSpinLock(&Queued, &Handle);
        Enter();
        KeReleaseInStackQueuedSpinLock(&Handle);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* One thread a processor, all started together; the counter is the witness. */
static VOID
TestExclusion(PKSTART_ROUTINE Routine, LONG Increments, PCSTR Name)
{
    PKTHREAD Threads[MAXIMUM_PROCESSORS];

    Ready = 0;
    Counter = 0;
    Overlaps = 0;
    for (LONG Number = 0; Number < Processors; Number++) {
        Threads[Number] = KtapCreateThread(Routine, (PVOID)(ULONG_PTR)Number);
    }
    for (LONG Number = 0; Number < Processors; Number++) {
        KtapJoinThread(Threads[Number]);
    }
    ok_equal(Counter, Increments / Processors * Processors, Name);
    ok_equal(Overlaps, 0, "LCK-11 no two holders at once");
}

static volatile LONG Permitted, Arrived, Turns[MAXIMUM_PROCESSORS], NextTurn;

static VOID NTAPI
FifoThread(PVOID Context)
{
    KLOCK_QUEUE_HANDLE Handle;
    LONG Number = (LONG)(ULONG_PTR)Context;
    KIRQL Old;

    KeSetSystemAffinityThread((KAFFINITY)1 << Number);
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    KtapSpinUntil(&Permitted, Number);
    Arrived = Number;
    KeAcquireInStackQueuedSpinLockAtDpcLevel(&Queued, &Handle);
    Turns[Number] = InterlockedIncrement(&NextTurn);
    KeReleaseInStackQueuedSpinLockFromDpcLevel(&Handle);
    KeLowerIrql(Old);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* Processors 1, 2, 3 come to a held lock one after the other and get it in that order. */
static VOID
TestFifo(VOID)
{
    PKTHREAD Threads[MAXIMUM_PROCESSORS];
    KLOCK_QUEUE_HANDLE Handle;
    ULONG Wrong = 0;

    if (Processors < 3) {
        return;
    }
    KeSetSystemAffinityThread(1);
    for (LONG Number = 1; Number < Processors; Number++) {
        Threads[Number] = KtapCreateThread(FifoThread, (PVOID)(ULONG_PTR)Number);
    }
    KtapSleep(20);
    KeAcquireInStackQueuedSpinLock(&Queued, &Handle);
    for (LONG Number = 1; Number < Processors; Number++) {
        Permitted = Number;
        Wrong += !KtapSpinUntil(&Arrived, Number);
        KeStallExecutionProcessor(5000); /* from there into the queue */
    }
    KeReleaseInStackQueuedSpinLock(&Handle);
    for (LONG Number = 1; Number < Processors; Number++) {
        KtapJoinThread(Threads[Number]);
        Wrong += Turns[Number] != Number;
    }
    KeRevertToUserAffinityThread();
    ok_equal(Wrong, 0, "LCK-7 queued locks are given in the order of arrival");
}

static VOID
SpinlockTests(VOID)
{
    Processors = (LONG)KeQueryActiveProcessorCount(NULL);
    TestPlainLevels();
    TestQueuedLevels();
    TestForDpc();
    TestInterlockedLists();
    TestExclusion(PlainThread, PLAIN_INCREMENTS,
                  "LCK-11 increments under a plain lock add up");
    TestExclusion(QueuedThread, QUEUED_INCREMENTS,
                  "LCK-11 increments under a queued lock add up");
    TestFifo();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, SpinlockTests);
}
