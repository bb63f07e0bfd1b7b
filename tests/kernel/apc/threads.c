/*
 * APCs of other threads: that run, that end, and under fire from everybody.
 */
#include "apc.h"

typedef struct _RUNNER {
    KIRQL Irql;
    volatile LONG Ready;
    volatile LONG Stop;
    volatile LONG Lowered;
    PKTHREAD Thread;
} RUNNER, *PRUNNER;

/* Never waits: only an interrupt brings an APC to it. */
static VOID NTAPI
RunningThread(PVOID Context)
{
    PRUNNER Runner = Context;
    KIRQL Old;

    KeRaiseIrql(Runner->Irql, &Old);
    Runner->Ready = 1;
    while (!Runner->Stop) {
        KeStallExecutionProcessor(10);
    }
    __writecr8(Old);
    Runner->Lowered = 1;
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID
StartRunner(PRUNNER Runner)
{
    Runner->Thread = KtapCreateThread(RunningThread, Runner);
    KtapAwait(&Runner->Ready, 1);
}

static VOID
TestRunning(VOID)
{
    static RUNNER Runner, Raised = {.Irql = APC_LEVEL};
    static PROBE Probe;

    StartRunner(&Runner);
    MakeSpecial(&Probe, Runner.Thread);
    Queue(&Probe);
    ok(AwaitRun(&Probe.Kernel), "IRQL-5 an APC interrupts a thread that never waits");
    ok(Probe.Kernel.Thread == Runner.Thread && Probe.Kernel.Irql == APC_LEVEL,
       "IRQL-11 at APC_LEVEL in that thread");
    Runner.Stop = 1;
    KtapJoinThread(Runner.Thread);

    StartRunner(&Raised);
    MakeSpecial(&Probe, Raised.Thread);
    Queue(&Probe);
    KtapSleep(
        100); /* it is switched away and back meanwhile, or its processor is its own */
    ok_equal(Probe.Kernel.Order, 0, "IRQL-11 one that runs at APC_LEVEL takes none");
    Raised.Stop = 1;
    KtapAwait(&Raised.Lowered, 1);
    ok(Probe.Kernel.Order != 0 && Probe.Kernel.Thread == Raised.Thread,
       "IRQL-19 its own mov to CR8 lets it in");
    KtapJoinThread(Raised.Thread);
}

static VOID NTAPI
IdlingThread(PVOID Context)
{
    KtapAwait(Context, 1);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* A user-mode APC: there is no user mode to run it in. */
static VOID
MakeUser(PPROBE Probe, PKTHREAD Thread)
{
    RtlZeroMemory(Probe, sizeof(*Probe));
    KeInitializeApc(&Probe->Apc, Thread, InsertApcEnvironment, RecordKernel,
                    RecordRundown, RecordNormal, UserMode, Probe);
}

static VOID
TestEnding(VOID)
{
    static volatile LONG Stop;
    static PROBE User, Late;
    LARGE_INTEGER Limit = KtapMilliseconds(10000);
    PKTHREAD Thread = KtapCreateThread(IdlingThread, (PVOID)&Stop);

    MakeUser(&User, Thread);
    ok_equal(Queue(&User), TRUE, "APC a user-mode APC can be queued");
    KtapSleep(20);
    ok(User.Kernel.Order == 0 && User.Normal.Order == 0, "APC and does not run");
    Stop = 1;
    KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, &Limit);
    ok(User.Rundown.Order != 0 && User.Kernel.Order == 0,
       "APC when its thread ends, its rundown routine is called");
    ok(User.Rundown.Irql == PASSIVE_LEVEL && User.Rundown.Thread == Thread,
       "APC at PASSIVE_LEVEL in the thread");
    MakeSpecial(&Late, Thread);
    ok_equal(Queue(&Late), FALSE, "APC a thread that has ended takes none");
    ok(Late.Kernel.Order == 0 && Late.Rundown.Order == 0, "APC nothing of it is called");
    ObDereferenceObject(Thread);
}

static VOID NTAPI
EndingNormal(PVOID NormalContext, PVOID SystemArgument1, PVOID SystemArgument2)
{
    RecordNormal(NormalContext, SystemArgument1, SystemArgument2);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID
TestEndedByApc(VOID)
{
    static volatile LONG Never;
    static PROBE Probe;
    PKTHREAD Thread = KtapCreateThread(IdlingThread, (PVOID)&Never);

    MakeNormal(&Probe, Thread);
    Probe.Apc.NormalRoutine = EndingNormal;
    Queue(&Probe);
    ok_status(KtapJoinThread(Thread), STATUS_SUCCESS,
              "APC a normal routine may end the thread it runs in");
    ok(Probe.Normal.Thread == Thread, "APC which is the one it was queued to");
}

VOID
TestThreads(VOID)
{
    TestRunning();
    TestEnding();
    TestEndedByApc();
}

#define STORM_APCS    16
#define STORM_SENDERS 3
#define STORM_TURNS   1500

static PROBE StormApcs[STORM_SENDERS][STORM_APCS];
static volatile LONG StormRuns, StormNormals, StormSent, StormSentNormals, StormDone;
static PKTHREAD Target;
static volatile LONG TargetStop, TargetWrong;

static VOID NTAPI
StormKernel(PKAPC Apc, PKNORMAL_ROUTINE *NormalRoutine, PVOID *NormalContext,
            PVOID *SystemArgument1, PVOID *SystemArgument2)
{
    UNREFERENCED_PARAMETER(Apc);
    UNREFERENCED_PARAMETER(NormalRoutine);
    UNREFERENCED_PARAMETER(NormalContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);
    if (KeGetCurrentThread() != Target || KeGetCurrentIrql() != APC_LEVEL) {
        InterlockedIncrement(&TargetWrong);
    }
    InterlockedIncrement(&StormRuns);
}

static VOID NTAPI
StormNormal(PVOID NormalContext, PVOID SystemArgument1, PVOID SystemArgument2)
{
    static volatile LONG Inside;

    UNREFERENCED_PARAMETER(NormalContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);
    if (InterlockedIncrement(&Inside) != 1 || KeGetCurrentIrql() != PASSIVE_LEVEL) {
        InterlockedIncrement(&TargetWrong);
    }
    InterlockedIncrement(&StormNormals);
    InterlockedDecrement(&Inside);
}

/* Goes through everything that opens and closes the door to APCs. */
static VOID NTAPI
TargetThread(PVOID Context)
{
    PKEVENT Event = Context;
    LARGE_INTEGER Soon = KtapMilliseconds(1), Zero = {.QuadPart = 0};
    FAST_MUTEX Fast;
    KMUTEX Mutex;
    KIRQL Old;

    ExInitializeFastMutex(&Fast);
    KeInitializeMutex(&Mutex, 0);
    while (!TargetStop) {
        ExAcquireFastMutex(&Fast);
        ExReleaseFastMutex(&Fast);
        KeEnterCriticalRegion();
        KeEnterGuardedRegion();
        KeLeaveCriticalRegion();
        KeLeaveGuardedRegion();
        KeWaitForSingleObject(&Mutex, Executive, KernelMode, FALSE, &Zero);
        KeReleaseMutex(&Mutex, FALSE);
        KeRaiseIrql(DISPATCH_LEVEL, &Old);
        KeLowerIrql(Old);
        KeWaitForSingleObject(Event, Executive, KernelMode, FALSE, &Soon);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID NTAPI
SendingThread(PVOID Context)
{
    PPROBE Probes = Context;

    for (ULONG Turn = 0; Turn < STORM_TURNS; Turn++) {
        for (ULONG Index = 0; Index < STORM_APCS; Index++) {
            if (Queue(&Probes[Index])) {
                InterlockedIncrement(&StormSent);
                if (Index % 2 == 1) {
                    InterlockedIncrement(&StormSentNormals);
                }
            }
        }
        if (Turn % 64 == 0) {
            KtapSleep(1);
        }
    }
    InterlockedIncrement(&StormDone);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* Each object is queued again as soon as it has left the queue. */
VOID
TestStorm(VOID)
{
    PKTHREAD Senders[STORM_SENDERS];
    KEVENT Event;

    KeInitializeEvent(&Event, SynchronizationEvent, FALSE);
    Target = KtapCreateThread(TargetThread, &Event);
    for (ULONG Sender = 0; Sender < STORM_SENDERS; Sender++) {
        for (ULONG Index = 0; Index < STORM_APCS; Index++) {
            KeInitializeApc(&StormApcs[Sender][Index].Apc, Target, OriginalApcEnvironment,
                            StormKernel, NULL, (Index % 2 == 1) ? StormNormal : NULL,
                            KernelMode, NULL);
        }
        Senders[Sender] = KtapCreateThread(SendingThread, StormApcs[Sender]);
    }
    ok(KtapAwait(&StormDone, STORM_SENDERS), "APC three threads have sent their APCs");
    ok(KtapAwait(&StormRuns, StormSent), "APC every one that was queued has run");
    ok(KtapAwait(&StormNormals, StormSentNormals), "APC with its normal routine, once");
    ok_equal(TargetWrong, 0, "IRQL-11 each in its thread, at its level, one at a time");
    TargetStop = 1;
    KtapJoinThread(Target);
    for (ULONG Sender = 0; Sender < STORM_SENDERS; Sender++) {
        KtapJoinThread(Senders[Sender]);
    }
}
