/*
 * wait: dispatcher objects, limits of time, and waits for several objects.
 */
#include "wait.h"

DRIVER_INITIALIZE DriverEntry;

static VOID NTAPI
WaiterThread(PVOID Context)
{
    PWAITER Waiter = Context;
    LARGE_INTEGER Limit = KtapMilliseconds(Waiter->Milliseconds);
    PLARGE_INTEGER Timeout = (Waiter->Milliseconds == 0) ? NULL : &Limit;

    if (Waiter->Count == 1) {
        Waiter->Status = KeWaitForSingleObject(Waiter->Objects[0], Executive, KernelMode,
                                               FALSE, Timeout);
    } else {
        Waiter->Status =
            KeWaitForMultipleObjects(Waiter->Count, Waiter->Objects, Waiter->Type,
                                     Executive, KernelMode, FALSE, Timeout, NULL);
    }
    Waiter->Done = 1;
    PsTerminateSystemThread(STATUS_SUCCESS);
}

VOID
StartWaiter(PWAITER Waiter)
{
    Waiter->Done = 0;
    Waiter->Thread = KtapCreateThread(WaiterThread, Waiter);
    KtapSleep(20);
}

NTSTATUS
JoinWaiter(PWAITER Waiter)
{
    NTSTATUS Status = KtapJoinThread(Waiter->Thread);

    return (Status == STATUS_SUCCESS) ? Waiter->Status : STATUS_UNSUCCESSFUL;
}

ULONG
CountDone(PWAITER Waiters, ULONG Count)
{
    ULONG Done = 0;

    KtapSleep(30);
    for (ULONG Index = 0; Index < Count; Index++) {
        Done += Waiters[Index].Done;
    }
    return Done;
}

NTSTATUS
Poll(PVOID Object)
{
    LARGE_INTEGER Zero = {.QuadPart = 0};

    return KeWaitForSingleObject(Object, Executive, KernelMode, FALSE, &Zero);
}

/* A wait ends neither early nor never; the clock ticks every 15.625 ms at most. */
static VOID
TestTimeout(VOID)
{
    LARGE_INTEGER Limit = KtapMilliseconds(50), Time;
    ULONGLONG Before;
    KEVENT Event;
    KIRQL Old;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Before = KeQueryInterruptTime();
    ok_status(KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, &Limit),
              STATUS_TIMEOUT, "OBJ-2 a wait that ends by time is STATUS_TIMEOUT");
    Before = KeQueryInterruptTime() - Before;
    ok(Before >= 500000 - 156250 && Before < 20000000, "OBJ-1 a relative limit is kept");
    KeQuerySystemTime(&Time);
    Time.QuadPart += 500000;
    ok_status(KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, &Time),
              STATUS_TIMEOUT, "OBJ-9 a positive limit is a point of system time");
    Time.QuadPart = 1;
    ok_status(KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, &Time),
              STATUS_TIMEOUT, "OBJ-9 one long past does not wait");
    ok_status(Poll(&Event), STATUS_TIMEOUT, "OBJ-1 a zero limit does not wait");
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    ok_status(Poll(&Event), STATUS_TIMEOUT, "OBJ-1 and is legal at DISPATCH_LEVEL");
    KeSetEvent(&Event, 0, FALSE);
    ok_status(Poll(&Event), STATUS_SUCCESS, "OBJ-1 where it can succeed, too");
    ok_irql(DISPATCH_LEVEL, "OBJ-1 and leaves the level");
    KeLowerIrql(Old);
    KeRaiseIrql(APC_LEVEL, &Old);
    KeClearEvent(&Event);
    ok_status(KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, &Limit),
              STATUS_TIMEOUT, "OBJ-1 waiting at APC_LEVEL is legal");
    ok_irql(APC_LEVEL, "OBJ-1 and comes back at APC_LEVEL");
    KeLowerIrql(Old);
}

static VOID
TestAny(VOID)
{
    KEVENT Events[3];
    WAITER Waiter = {
        .Objects = {&Events[0], &Events[1], &Events[2]}, .Count = 3, .Type = WaitAny};

    for (ULONG Index = 0; Index < 3; Index++) {
        KeInitializeEvent(&Events[Index], SynchronizationEvent, FALSE);
    }
    StartWaiter(&Waiter);
    ok_equal(Waiter.Done, 0, "OBJ-1 WaitAny waits while no object is signalled");
    KeSetEvent(&Events[2], 0, FALSE);
    ok_status(JoinWaiter(&Waiter), STATUS_WAIT_0 + 2, "OBJ-2 WaitAny answers the index");
    ok_equal(KeReadStateEvent(&Events[2]), 0, "OBJ-5 and takes that event's signal");

    KeSetEvent(&Events[1], 0, FALSE);
    KeSetEvent(&Events[2], 0, FALSE);
    StartWaiter(&Waiter);
    ok_status(JoinWaiter(&Waiter), STATUS_WAIT_0 + 1, "OBJ-2 the lowest of two indexes");
    ok(KeReadStateEvent(&Events[2]) != 0, "OBJ-5 the other event keeps its signal");
    KeClearEvent(&Events[2]);
    Waiter.Milliseconds = 40;
    StartWaiter(&Waiter);
    ok_status(JoinWaiter(&Waiter), STATUS_TIMEOUT, "OBJ-2 WaitAny ends by time");
}

static VOID
TestAll(VOID)
{
    KEVENT Events[2];
    WAITER Waiter = {.Objects = {&Events[0], &Events[1]}, .Count = 2, .Type = WaitAll};

    KeInitializeEvent(&Events[0], SynchronizationEvent, FALSE);
    KeInitializeEvent(&Events[1], SynchronizationEvent, FALSE);
    StartWaiter(&Waiter);
    KeSetEvent(&Events[0], 0, FALSE);
    ok_equal(CountDone(&Waiter, 1), 0, "OBJ-1 WaitAll waits for the second object");
    ok(KeReadStateEvent(&Events[0]) != 0, "OBJ-5 and takes no signal before it has all");
    KeSetEvent(&Events[1], 0, FALSE);
    ok_status(JoinWaiter(&Waiter), STATUS_SUCCESS, "OBJ-2 WaitAll succeeds with both");
    ok(KeReadStateEvent(&Events[0]) == 0 && KeReadStateEvent(&Events[1]) == 0,
       "OBJ-5 and takes both signals");
    Waiter.Milliseconds = 40;
    KeSetEvent(&Events[1], 0, FALSE);
    StartWaiter(&Waiter);
    ok_status(JoinWaiter(&Waiter), STATUS_TIMEOUT, "OBJ-2 WaitAll ends by time");
    ok(KeReadStateEvent(&Events[1]) != 0, "OBJ-5 and then has taken nothing");
}

/* As many objects as a wait can have; the last one ends it. */
static VOID
TestMany(VOID)
{
    static KWAIT_BLOCK Blocks[MAXIMUM_WAIT_OBJECTS];
    static KEVENT Events[MAXIMUM_WAIT_OBJECTS];
    static PVOID Objects[MAXIMUM_WAIT_OBJECTS];
    NTSTATUS Status;

    for (ULONG Index = 0; Index < MAXIMUM_WAIT_OBJECTS; Index++) {
        KeInitializeEvent(&Events[Index], NotificationEvent,
                          Index == MAXIMUM_WAIT_OBJECTS - 1);
        Objects[Index] = &Events[Index];
    }
    Status = KeWaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, Objects, WaitAny, Executive,
                                      KernelMode, FALSE, NULL, Blocks);
    ok_status(Status, STATUS_WAIT_0 + 63,
              "OBJ-3 64 objects with an array of wait blocks");
}

static VOID
WaitTests(VOID)
{
    TestTimeout();
    TestNotification();
    TestSynchronization();
    TestEventStates();
    TestMakingLevels();
    TestSetFromDpc();
    TestSemaphore();
    TestMutex();
    TestFastMutex();
    TestAny();
    TestAll();
    TestMany();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, WaitTests);
}
