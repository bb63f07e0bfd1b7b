/*
 * APCs and waits: a kernel APC interrupts a wait, which then goes on.
 */
#include "apc.h"

typedef struct _SLEEPER {
    KEVENT Event;
    ULONG Milliseconds; /* 0: no limit */
    KIRQL Irql;
    BOOLEAN Critical;
    volatile LONG Ready;
    volatile LONG Done;
    volatile LONG NormalInside; /* order of Normal when the wait was over */
    NTSTATUS Status;
    PROBE Special;
    PROBE Normal;
    PKTHREAD Thread;
} SLEEPER, *PSLEEPER;

static VOID NTAPI
SleepingThread(PVOID Context)
{
    PSLEEPER Sleeper = Context;
    LARGE_INTEGER Limit = KtapMilliseconds(Sleeper->Milliseconds);
    KIRQL Old;

    if (Sleeper->Critical) {
        KeEnterCriticalRegion();
    }
    KeRaiseIrql(Sleeper->Irql, &Old);
    Sleeper->Ready = 1;
    Sleeper->Status = KeWaitForSingleObject(&Sleeper->Event, Executive, KernelMode, FALSE,
                                            Sleeper->Milliseconds == 0 ? NULL : &Limit);
    Sleeper->NormalInside = Sleeper->Normal.Normal.Order;
    KeLowerIrql(Old);
    if (Sleeper->Critical) {
        KeLeaveCriticalRegion();
    }
    Sleeper->Done = 1;
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID
StartSleeper(PSLEEPER Sleeper)
{
    KeInitializeEvent(&Sleeper->Event, SynchronizationEvent, FALSE);
    Sleeper->Thread = KtapCreateThread(SleepingThread, Sleeper);
    KtapAwait(&Sleeper->Ready, 1);
    KtapSleep(30);
    MakeSpecial(&Sleeper->Special, Sleeper->Thread);
    MakeNormal(&Sleeper->Normal, Sleeper->Thread);
}

static NTSTATUS
WakeSleeper(PSLEEPER Sleeper)
{
    KeSetEvent(&Sleeper->Event, 0, FALSE);
    KtapJoinThread(Sleeper->Thread);
    return Sleeper->Status;
}

static VOID
TestInterrupted(VOID)
{
    static SLEEPER Sleeper;

    StartSleeper(&Sleeper);
    Queue(&Sleeper.Special);
    ok(AwaitRun(&Sleeper.Special.Kernel), "APC a special APC runs in a waiting thread");
    Queue(&Sleeper.Normal);
    ok(AwaitRun(&Sleeper.Normal.Normal), "APC and so does a normal one");
    ok(Sleeper.Special.Kernel.Thread == Sleeper.Thread &&
           Sleeper.Normal.Normal.Thread == Sleeper.Thread,
       "APC both in that thread");
    ok_equal(Sleeper.Done, 0, "APC the wait goes on");
    ok_status(WakeSleeper(&Sleeper), STATUS_SUCCESS,
              "OBJ-2 and ends by its object: STATUS_SUCCESS");
}

static VOID
TestKeptOff(VOID)
{
    static SLEEPER Critical = {.Critical = TRUE}, Raised = {.Irql = APC_LEVEL};

    StartSleeper(&Critical);
    Queue(&Critical.Normal);
    KtapSleep(30);
    ok_equal(Critical.Normal.Kernel.Order, 0,
             "APC a wait in a critical region takes no normal APC");
    Queue(&Critical.Special);
    ok(AwaitRun(&Critical.Special.Kernel), "APC but a special one");
    ok_status(WakeSleeper(&Critical), STATUS_SUCCESS, "OBJ-2 it ends by its object");
    ok(Critical.NormalInside == 0 && Critical.Normal.Normal.Order != 0,
       "APC the normal one runs when the region is left");

    StartSleeper(&Raised);
    Queue(&Raised.Special);
    KtapSleep(30);
    ok_equal(Raised.Special.Kernel.Order, 0, "IRQL-11 a wait at APC_LEVEL takes no APC");
    ok_status(WakeSleeper(&Raised), STATUS_SUCCESS, "OBJ-1 and ends by its object");
    ok(Raised.Special.Kernel.Order != 0 && Raised.Special.Kernel.Thread == Raised.Thread,
       "IRQL-19 the thread takes it when it lowers its level, wherever it runs by then");
}

/* If each APC began the time anew, it would never be over. */
static VOID
TestTimeGoesOn(VOID)
{
    static SLEEPER Sleeper = {.Milliseconds = 150};
    ULONG Turns = 0;

    StartSleeper(&Sleeper);
    for (; Turns < 1000 && !Sleeper.Done; Turns++) {
        Queue(&Sleeper.Special);
        KtapSleep(10);
    }
    ok_status(KtapJoinThread(Sleeper.Thread), STATUS_SUCCESS,
              "OBJ-1 a wait interrupted again and again still ends by time");
    ok_status(Sleeper.Status, STATUS_TIMEOUT, "OBJ-2 with STATUS_TIMEOUT");
    ok(Turns < 1000 && Sleeper.Special.Kernel.Order != 0, "APC and took APCs until then");
}

static VOID NTAPI
SettingKernel(PKAPC Apc, PKNORMAL_ROUTINE *NormalRoutine, PVOID *NormalContext,
              PVOID *SystemArgument1, PVOID *SystemArgument2)
{
    RecordKernel(Apc, NormalRoutine, NormalContext, SystemArgument1, SystemArgument2);
    KeSetEvent(*SystemArgument2, 0, FALSE);
}

/* The APC itself signals what its thread waits for, while it is not waiting. */
static VOID
TestSignalInside(VOID)
{
    static SLEEPER Sleeper;

    StartSleeper(&Sleeper);
    Sleeper.Special.Apc.KernelRoutine = SettingKernel;
    KeInsertQueueApc(&Sleeper.Special.Apc, NULL, &Sleeper.Event, 0);
    ok_status(KtapJoinThread(Sleeper.Thread), STATUS_SUCCESS,
              "OBJ-5 a signal that comes while the wait is interrupted is not lost");
    ok_status(Sleeper.Status, STATUS_SUCCESS, "OBJ-2 the wait succeeds");
}

VOID
TestWaits(VOID)
{
    TestInterrupted();
    TestKeptOff();
    TestTimeGoesOn();
    TestSignalInside();
}
