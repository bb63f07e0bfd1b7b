/*
 * alert: what ends a wait besides its objects and its time, and every status a wait has.
 */
#include "../ktap.h"

DRIVER_INITIALIZE DriverEntry;

#define MAXIMUM_OBJECTS 2

/* One thread in one wait. */
typedef struct _WAITER {
    PVOID Objects[MAXIMUM_OBJECTS];
    ULONG Count; /* 0: it only lets time pass */
    WAIT_TYPE Type;
    KPROCESSOR_MODE Mode;
    BOOLEAN Alertable;
    ULONG Milliseconds; /* 0: no limit */
    volatile LONG Ready;
    volatile LONG Go;
    volatile LONG Done;
    NTSTATUS Status;
    PKTHREAD Thread;
} WAITER, *PWAITER;

static VOID NTAPI
WaiterThread(PVOID Context)
{
    PWAITER Waiter = Context;
    LARGE_INTEGER Limit = KtapMilliseconds(Waiter->Milliseconds);
    PLARGE_INTEGER Timeout = (Waiter->Milliseconds == 0) ? NULL : &Limit;

    Waiter->Ready = 1;
    KtapAwait(&Waiter->Go, 1);
    if (Waiter->Count == 0) {
        Waiter->Status = KeDelayExecutionThread(Waiter->Mode, Waiter->Alertable, &Limit);
    } else if (Waiter->Count == 1) {
        Waiter->Status = KeWaitForSingleObject(Waiter->Objects[0], Executive,
                                               Waiter->Mode, Waiter->Alertable, Timeout);
    } else {
        Waiter->Status = KeWaitForMultipleObjects(Waiter->Count, Waiter->Objects,
                                                  Waiter->Type, Executive, Waiter->Mode,
                                                  Waiter->Alertable, Timeout, NULL);
    }
    Waiter->Done = 1;
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* The thread is there; it waits from ReleaseWaiter on. */
static VOID
StartWaiter(PWAITER Waiter)
{
    Waiter->Ready = Waiter->Go = Waiter->Done = 0;
    Waiter->Thread = KtapCreateThread(WaiterThread, Waiter);
    KtapAwait(&Waiter->Ready, 1);
}

static VOID
ReleaseWaiter(PWAITER Waiter)
{
    Waiter->Go = 1;
    KtapSleep(40);
}

static NTSTATUS
JoinWaiter(PWAITER Waiter)
{
    NTSTATUS Status = KtapJoinThread(Waiter->Thread);

    return (Status == STATUS_SUCCESS) ? Waiter->Status : STATUS_UNSUCCESSFUL;
}

/* Alerts a thread that waits so, with its event as the other way out. */
static NTSTATUS
AlertOne(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable, KPROCESSOR_MODE AlertMode)
{
    static WAITER Waiter;
    KEVENT Event;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Waiter = (WAITER){
        .Objects = {&Event}, .Count = 1, .Mode = WaitMode, .Alertable = Alertable};
    StartWaiter(&Waiter);
    ReleaseWaiter(&Waiter);
    KeAlertThread(Waiter.Thread, AlertMode);
    for (ULONG Turn = 0; Turn < 20 && !Waiter.Done; Turn++) {
        KtapSleep(5);
    }
    KeSetEvent(&Event, 0, FALSE);
    return JoinWaiter(&Waiter);
}

static VOID
TestModes(VOID)
{
    ok_status(AlertOne(KernelMode, TRUE, KernelMode), STATUS_ALERTED,
              "OBJ-2 an alert ends an alertable wait: STATUS_ALERTED");
    ok_status(AlertOne(KernelMode, FALSE, KernelMode), STATUS_SUCCESS,
              "OBJ-2 and not one that is not alertable");
    ok_status(AlertOne(UserMode, TRUE, KernelMode), STATUS_ALERTED,
              "OBJ-2 a kernel-mode alert ends a user-mode wait");
    ok_status(AlertOne(UserMode, TRUE, UserMode), STATUS_ALERTED,
              "OBJ-2 so does a user-mode alert");
    ok_status(AlertOne(KernelMode, TRUE, UserMode), STATUS_SUCCESS,
              "OBJ-2 which does not end a kernel-mode wait");
}

/* The calling thread's own alerts: each ends one wait that comes later. */
static VOID
TestOutstanding(VOID)
{
    PKTHREAD Self = KeGetCurrentThread();
    LARGE_INTEGER Zero = {.QuadPart = 0}, Short = KtapMilliseconds(20);
    KEVENT Event;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    ok_equal(KeTestAlertThread(KernelMode), FALSE, "ALERT none is outstanding at first");
    ok_equal(KeAlertThread(Self, KernelMode), FALSE, "ALERT the first one is new");
    ok_equal(KeAlertThread(Self, KernelMode), TRUE, "ALERT the second one is not");
    ok_equal(KeTestAlertThread(UserMode), FALSE, "ALERT each mode has its own");
    ok_equal(KeTestAlertThread(KernelMode), TRUE, "ALERT testing takes it back");
    ok_equal(KeTestAlertThread(KernelMode), FALSE, "ALERT so that it is gone");

    KeAlertThread(Self, KernelMode);
    ok_status(KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, &Short),
              STATUS_TIMEOUT, "OBJ-2 an outstanding alert leaves other waits alone");
    ok_status(KeWaitForSingleObject(&Event, Executive, KernelMode, TRUE, NULL),
              STATUS_ALERTED, "OBJ-2 and ends the next alertable one at once");
    ok_status(KeWaitForSingleObject(&Event, Executive, KernelMode, TRUE, &Short),
              STATUS_TIMEOUT, "OBJ-2 and only that");
    KeAlertThread(Self, KernelMode);
    ok_status(KeWaitForSingleObject(&Event, Executive, KernelMode, TRUE, &Zero),
              STATUS_ALERTED, "OBJ-1 OBJ-2 with a zero limit too");
    KeAlertThread(Self, KernelMode);
    KeSetEvent(&Event, 0, FALSE);
    ok_status(KeWaitForSingleObject(&Event, Executive, KernelMode, TRUE, NULL),
              STATUS_SUCCESS, "OBJ-2 a signalled object goes before an alert");
    ok_equal(KeTestAlertThread(KernelMode), TRUE, "ALERT which stays outstanding");
}

static VOID
TestDelay(VOID)
{
    static WAITER Waiter;
    LARGE_INTEGER Long = KtapMilliseconds(100000), Short = KtapMilliseconds(20);

    KeAlertThread(KeGetCurrentThread(), KernelMode);
    ok_status(KeDelayExecutionThread(KernelMode, FALSE, &Short), STATUS_SUCCESS,
              "OBJ-2 a delay that is not alertable passes: STATUS_SUCCESS");
    ok_status(KeDelayExecutionThread(KernelMode, TRUE, &Long), STATUS_ALERTED,
              "OBJ-2 an alertable one ends by an alert: STATUS_ALERTED");
    ok_status(KeDelayExecutionThread(KernelMode, TRUE, &Short), STATUS_SUCCESS,
              "OBJ-2 and without one by time: STATUS_SUCCESS");
    Waiter = (WAITER){.Alertable = TRUE, .Milliseconds = 100000};
    StartWaiter(&Waiter);
    ReleaseWaiter(&Waiter);
    KeAlertThread(Waiter.Thread, KernelMode);
    ok_status(JoinWaiter(&Waiter), STATUS_ALERTED, "OBJ-2 in the middle of it too");
}

static VOID
TestSeveral(VOID)
{
    static WAITER Waiter;
    KEVENT Events[2];

    KeInitializeEvent(&Events[0], SynchronizationEvent, FALSE);
    KeInitializeEvent(&Events[1], SynchronizationEvent, FALSE);
    for (ULONG Type = WaitAll; Type <= WaitAny; Type++) {
        Waiter = (WAITER){.Objects = {&Events[0], &Events[1]},
                          .Count = 2,
                          .Type = (WAIT_TYPE)Type,
                          .Alertable = TRUE};
        StartWaiter(&Waiter);
        ReleaseWaiter(&Waiter);
        if (Type == WaitAll) {
            KeSetEvent(&Events[1], 0, FALSE);
        }
        KeAlertThread(Waiter.Thread, KernelMode);
        ok_status(JoinWaiter(&Waiter), STATUS_ALERTED,
                  (Type == WaitAll) ? "OBJ-2 an alert ends a wait for all"
                                    : "OBJ-2 an alert ends a wait for any");
        KeClearEvent(&Events[0]);
        ok_equal(KeReadStateEvent(&Events[1]), Type == WaitAll,
                 "OBJ-5 and has taken no signal");
        KeClearEvent(&Events[1]);
    }
}

static VOID NTAPI
NoKernel(PKAPC Apc, PKNORMAL_ROUTINE *NormalRoutine, PVOID *NormalContext,
         PVOID *SystemArgument1, PVOID *SystemArgument2)
{
    UNREFERENCED_PARAMETER(Apc);
    UNREFERENCED_PARAMETER(NormalRoutine);
    UNREFERENCED_PARAMETER(NormalContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);
}

static VOID NTAPI
NoNormal(PVOID NormalContext, PVOID SystemArgument1, PVOID SystemArgument2)
{
    UNREFERENCED_PARAMETER(NormalContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);
}

/* A user-mode APC for a thread in a wait of that mode. */
static NTSTATUS
UserApcOne(KPROCESSOR_MODE Mode, BOOLEAN Alertable, BOOLEAN Before)
{
    static WAITER Waiter;
    KEVENT Event;
    KAPC Apc;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Waiter =
        (WAITER){.Objects = {&Event}, .Count = 1, .Mode = Mode, .Alertable = Alertable};
    StartWaiter(&Waiter);
    KeInitializeApc(&Apc, Waiter.Thread, OriginalApcEnvironment, NoKernel, NULL, NoNormal,
                    UserMode, NULL);
    if (Before) {
        KeInsertQueueApc(&Apc, NULL, NULL, 0);
    }
    ReleaseWaiter(&Waiter);
    if (!Before) {
        KeInsertQueueApc(&Apc, NULL, NULL, 0);
    }
    for (ULONG Turn = 0; Turn < 20 && !Waiter.Done; Turn++) {
        KtapSleep(5);
    }
    KeSetEvent(&Event, 0, FALSE);
    return JoinWaiter(&Waiter);
}

static VOID
TestUserApc(VOID)
{
    ok_status(UserApcOne(UserMode, TRUE, FALSE), STATUS_USER_APC,
              "OBJ-2 a user-mode APC ends a user-mode alertable wait: STATUS_USER_APC");
    ok_status(UserApcOne(UserMode, TRUE, TRUE), STATUS_USER_APC,
              "OBJ-2 also one that was queued before");
    ok_status(UserApcOne(UserMode, FALSE, FALSE), STATUS_SUCCESS,
              "OBJ-2 not a wait that is not alertable");
    ok_status(UserApcOne(KernelMode, TRUE, FALSE), STATUS_SUCCESS,
              "OBJ-2 nor a kernel-mode one");
}

/* A thread that ends with two mutexes while others wait for them. */
static KMUTEX Mutexes[2];
static volatile LONG Owned, Leave;

static VOID NTAPI
OwningThread(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    KeWaitForSingleObject(&Mutexes[0], Executive, KernelMode, FALSE, NULL);
    KeWaitForSingleObject(&Mutexes[1], Executive, KernelMode, FALSE, NULL);
    KeWaitForSingleObject(&Mutexes[1], Executive, KernelMode, FALSE, NULL);
    Owned = 1;
    KtapAwait(&Leave, 1);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID
TestAbandoned(VOID)
{
    static WAITER Any, All;
    PKTHREAD Owner;
    KEVENT Event;

    KeInitializeMutex(&Mutexes[0], 0);
    KeInitializeMutex(&Mutexes[1], 0);
    KeInitializeEvent(&Event, NotificationEvent, TRUE);
    Owner = KtapCreateThread(OwningThread, NULL);
    KtapAwait(&Owned, 1);
    KeClearEvent(&Event);
    Any = (WAITER){.Objects = {&Event, &Mutexes[0]}, .Count = 2, .Type = WaitAny};
    All = (WAITER){.Objects = {&Event, &Mutexes[1]}, .Count = 2, .Type = WaitAll};
    StartWaiter(&Any);
    StartWaiter(&All);
    ReleaseWaiter(&Any);
    ReleaseWaiter(&All);
    ok(!Any.Done && !All.Done, "OBJ-7 two threads wait for the mutexes of a third");
    Leave = 1;
    KtapJoinThread(Owner);
    ok_status(JoinWaiter(&Any), STATUS_ABANDONED_WAIT_0 + 1,
              "OBJ-2 its end gives the first away: STATUS_ABANDONED_WAIT_0 + index");
    ok_equal(All.Done, 0, "OBJ-1 a wait for all still waits for the other object");
    KeSetEvent(&Event, 0, FALSE);
    ok_status(JoinWaiter(&All), STATUS_ABANDONED_WAIT_0,
              "OBJ-2 and is told that one of them was abandoned");
}

static VOID
AlertTests(VOID)
{
    TestModes();
    TestOutstanding();
    TestDelay();
    TestSeveral();
    TestUserApc();
    TestAbandoned();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, AlertTests);
}
