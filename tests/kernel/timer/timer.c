/*
 * timer: due times, periods, cancelling, and many timers at once.
 */
#include "timer.h"

DRIVER_INITIALIZE DriverEntry;

#define MANY 1000

volatile LONG DpcRuns, DpcIrql, DpcProcessor;

VOID NTAPI
TimerDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    DpcIrql = KeGetCurrentIrql();
    DpcProcessor = (LONG)KeGetCurrentProcessorNumber();
    InterlockedIncrement(&DpcRuns);
}

NTSTATUS
WaitFor(PKTIMER Timer, ULONG Milliseconds)
{
    LARGE_INTEGER Limit = KtapMilliseconds(Milliseconds);

    return KeWaitForSingleObject(Timer, Executive, KernelMode, FALSE, &Limit);
}

static VOID
TestOneShot(VOID)
{
    ULONGLONG Before;
    KTIMER Timer;
    KDPC Dpc;

    KtapPoison(&Timer);
    KeInitializeTimer(&Timer);
    KeInitializeDpc(&Dpc, TimerDpc, NULL);
    ok_equal(KeReadStateTimer(&Timer), FALSE, "OBJ-9 a new timer is not signalled");
    ok_equal(KeCancelTimer(&Timer), FALSE, "OBJ-9 nor queued");
    Before = KeQueryInterruptTime();
    ok_equal(KeSetTimer(&Timer, KtapMilliseconds(50), &Dpc), FALSE,
             "OBJ-9 setting a timer that is not queued returns FALSE");
    ok_status(WaitFor(&Timer, 5000), STATUS_SUCCESS, "OBJ-9 it expires and is signalled");
    Before = KeQueryInterruptTime() - Before;
    ok(Before >= 500000 - TICK, "OBJ-11 not before its time, but for the tick");
    ok(KtapAwait(&DpcRuns, 1), "OBJ-9 its DPC is queued");
    ok_equal(DpcIrql, DISPATCH_LEVEL, "IRQL-20 and runs at DISPATCH_LEVEL");
    ok(KeReadStateTimer(&Timer), "OBJ-9 a notification timer stays signalled");
    ok_equal(KeCancelTimer(&Timer), FALSE, "OBJ-9 after it expired it is not queued");
    KeSetTimer(&Timer, KtapMilliseconds(5000), NULL);
    ok_equal(KeReadStateTimer(&Timer), FALSE, "OBJ-9 setting it again clears the signal");
    KeCancelTimer(&Timer);
}

static VOID
TestCancel(VOID)
{
    LARGE_INTEGER Time;
    KTIMER Timer;
    KDPC Dpc;

    DpcRuns = 0;
    KeInitializeTimer(&Timer);
    KeInitializeDpc(&Dpc, TimerDpc, NULL);
    KeSetTimer(&Timer, KtapMilliseconds(30), &Dpc);
    ok_equal(KeCancelTimer(&Timer), TRUE, "OBJ-9 cancelling a queued timer returns TRUE");
    ok_equal(KeCancelTimer(&Timer), FALSE, "OBJ-9 a second time FALSE");
    KeSetTimer(&Timer, KtapMilliseconds(30), &Dpc);
    ok_equal(KeSetTimer(&Timer, KtapMilliseconds(60), &Dpc), TRUE,
             "OBJ-9 setting a queued timer returns TRUE");
    ok_status(WaitFor(&Timer, 5000), STATUS_SUCCESS,
              "OBJ-9 it expires by its last setting");
    KtapSleep(60);
    ok_equal(DpcRuns, 1, "DPC-31 OBJ-9 of all these settings one DPC ran");

    KeQuerySystemTime(&Time);
    Time.QuadPart += 300000;
    KeSetTimer(&Timer, Time, NULL);
    ok_status(WaitFor(&Timer, 5000), STATUS_SUCCESS,
              "OBJ-9 a positive due time is absolute");
    Time.QuadPart = 0;
    KeSetTimer(&Timer, Time, NULL);
    ok_status(WaitFor(&Timer, 5000), STATUS_SUCCESS, "OBJ-9 one that is past expires");
}

static VOID
TestPeriodic(VOID)
{
    KTIMER Timer;
    LONG Runs;
    KDPC Dpc;

    DpcRuns = 0;
    KeInitializeTimerEx(&Timer, SynchronizationTimer);
    KeInitializeDpc(&Dpc, TimerDpc, NULL);
    KeSetTimerEx(&Timer, KtapMilliseconds(20), 20, &Dpc);
    ok(WaitFor(&Timer, 5000) == STATUS_SUCCESS &&
           WaitFor(&Timer, 5000) == STATUS_SUCCESS &&
           WaitFor(&Timer, 5000) == STATUS_SUCCESS,
       "OBJ-9 a periodic timer is signalled each period");
    ok_equal(KeCancelTimer(&Timer), TRUE, "OBJ-9 a periodic timer is always queued");
    KeFlushQueuedDpcs();
    Runs = DpcRuns;
    ok(Runs >= 3 && Runs <= 5, "OBJ-9 and queues its DPC each period");
    KtapSleep(60);
    ok_equal(DpcRuns, Runs, "OBJ-9 until it is cancelled");
    ok_equal(KeReadStateTimer(&Timer), FALSE,
             "OBJ-9 a synchronization timer gives its signal to one wait");
}

/* Due already, at a moment at which half a period has gone by since boot; and with a period
   that is none. */
static VOID
TestPeriodFromNow(VOID)
{
    LARGE_INTEGER Past = {.QuadPart = 0};
    KTIMER Timer;
    KDPC Dpc;

    DpcRuns = 0;
    KeInitializeTimer(&Timer);
    KeInitializeDpc(&Dpc, TimerDpc, NULL);
    while (KeQueryInterruptTime() % 10000000 < 8000000) {
        KtapSleep(10);
    }
    KeSetTimerEx(&Timer, Past, 1000, &Dpc);
    ok(KtapAwait(&DpcRuns, 1), "OBJ-9 a timer set for the past expires at once");
    KtapSleep(400);
    ok_equal(DpcRuns, 1, "OBJ-9 and its periods are counted from then");
    ok_equal(KeCancelTimer(&Timer), TRUE, "OBJ-9 while it is queued");
    KeSetTimerEx(&Timer, Past, -1, &Dpc);
    ok_equal(KeCancelTimer(&Timer), FALSE, "OBJ-9 a negative period is none");
}

/* Many timers with all kinds of due times, and every third of them cancelled. */
static VOID
TestMany(VOID)
{
    static KTIMER Timers[MANY];
    static KDPC Dpcs[MANY];
    ULONG Cancelled = 0, Wrong = 0;

    DpcRuns = 0;
    for (ULONG Index = 0; Index < MANY; Index++) {
        KtapPoison(&Timers[Index]);
        KeInitializeTimer(&Timers[Index]);
        KeInitializeDpc(&Dpcs[Index], TimerDpc, NULL);
        KeSetTimer(&Timers[Index], KtapMilliseconds(100 + Index * 7919 % 200),
                   &Dpcs[Index]);
    }
    for (ULONG Index = 0; Index < MANY; Index += 3) {
        Cancelled += KeCancelTimer(&Timers[Index]);
    }
    ok(KtapAwait(&DpcRuns, (LONG)(MANY - Cancelled)), "OBJ-9 of 1000 timers all expire");
    KtapSleep(50);
    ok_equal(DpcRuns, MANY - Cancelled, "OBJ-9 but the cancelled ones");
    for (ULONG Index = 0; Index < MANY; Index++) {
        Wrong += KeCancelTimer(&Timers[Index]);
        Wrong += Index % 3 != 0 && !KeReadStateTimer(&Timers[Index]);
    }
    ok_equal(Wrong, 0, "OBJ-9 and none is queued any more");
}

/* With its processor at DISPATCH_LEVEL the DPC waits. */
static VOID
TestMasked(VOID)
{
    ULONGLONG Start;
    KTIMER Timer;
    LONG Masked;
    KDPC Dpc;
    KIRQL Old;

    DpcRuns = 0;
    KeInitializeTimer(&Timer);
    KeInitializeDpc(&Dpc, TimerDpc, NULL);
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    Start = KeQueryInterruptTime();
    KeSetTimer(&Timer, KtapMilliseconds(10), &Dpc);
    while (KeQueryInterruptTime() - Start < 4 * TICK) {
        KeStallExecutionProcessor(50);
    }
    Masked = DpcRuns;
    KeLowerIrql(Old);
    ok_equal(Masked, 0, "OBJ-11 at DISPATCH_LEVEL the timer's DPC waits");
    ok_equal(DpcRuns, 1, "OBJ-11 and runs on lowering");
}

static VOID
TimerTests(VOID)
{
    TestOneShot();
    TestCancel();
    TestPeriodic();
    TestPeriodFromNow();
    TestMany();
    TestMasked();
    TestTimes();
    TestPreciseTimes();
    TestSystemTime();
    TestProcessors();
    TestExact();
    TestTensOfThousands();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, TimerTests);
}
