/*
 * Events: whom a signal releases, and how long it lasts.
 */
#include "wait.h"

#define WAITERS 3

static VOID
StartWaiters(PWAITER Waiters, PVOID Object)
{
    for (ULONG Index = 0; Index < WAITERS; Index++) {
        RtlZeroMemory(&Waiters[Index], sizeof(Waiters[Index]));
        Waiters[Index].Objects[0] = Object;
        Waiters[Index].Count = 1;
        StartWaiter(&Waiters[Index]);
    }
}

VOID
TestNotification(VOID)
{
    WAITER Waiters[WAITERS];
    ULONG Wrong = 0;
    KEVENT Event;

    KtapPoison(&Event);
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    StartWaiters(Waiters, &Event);
    ok_equal(CountDone(Waiters, WAITERS), 0,
             "OBJ-5 an event that is not signalled holds all");
    KeSetEvent(&Event, 0, FALSE);
    for (ULONG Index = 0; Index < WAITERS; Index++) {
        Wrong += JoinWaiter(&Waiters[Index]) != STATUS_SUCCESS;
    }
    ok_equal(Wrong, 0, "OBJ-5 a notification event releases all waiters");
    ok(KeReadStateEvent(&Event) != 0, "OBJ-5 and stays signalled");
    ok_status(Poll(&Event), STATUS_SUCCESS, "OBJ-5 for later waits too");
}

VOID
TestSynchronization(VOID)
{
    WAITER Waiters[WAITERS];
    ULONG Wrong = 0;
    KEVENT Event;

    KtapPoison(&Event);
    KeInitializeEvent(&Event, SynchronizationEvent, FALSE);
    StartWaiters(Waiters, &Event);
    for (ULONG Set = 1; Set <= WAITERS; Set++) {
        KeSetEvent(&Event, 0, FALSE);
        Wrong += CountDone(Waiters, WAITERS) != Set;
        Wrong += KeReadStateEvent(&Event) != 0;
    }
    for (ULONG Index = 0; Index < WAITERS; Index++) {
        Wrong += JoinWaiter(&Waiters[Index]) != STATUS_SUCCESS;
    }
    ok_equal(Wrong, 0, "OBJ-5 a synchronization event releases one waiter and resets");
    KeSetEvent(&Event, 0, FALSE);
    ok(Poll(&Event) == STATUS_SUCCESS && Poll(&Event) == STATUS_TIMEOUT,
       "OBJ-5 without a waiter it stays signalled for one wait");
}

VOID
TestEventStates(VOID)
{
    KEVENT Event;
    KIRQL Old;

    KtapPoison(&Event);
    KeInitializeEvent(&Event, NotificationEvent, TRUE);
    ok(KeReadStateEvent(&Event) != 0, "OBJ-5 an event can begin signalled");
    ok(KeSetEvent(&Event, 0, FALSE) != 0,
       "OBJ-4 KeSetEvent returns the state before: set");
    ok(KeResetEvent(&Event) != 0, "OBJ-5 KeResetEvent returns the state before: set");
    ok_equal(KeResetEvent(&Event), 0,
             "OBJ-5 KeResetEvent returns the state before: clear");
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    ok_equal(KeSetEvent(&Event, 0, FALSE), 0,
             "OBJ-4 KeSetEvent returns the state before");
    ok_irql(DISPATCH_LEVEL, "OBJ-4 KeSetEvent leaves the level");
    KeLowerIrql(Old);
    KeClearEvent(&Event);
    ok_equal(KeReadStateEvent(&Event), 0, "OBJ-5 KeClearEvent clears");

    KeSetEvent(&Event, 0, TRUE);
    ok_status(Poll(&Event), STATUS_SUCCESS,
              "OBJ-4 after Wait TRUE the wait follows at once");
    ok_irql(PASSIVE_LEVEL, "OBJ-4 and restores the level");
}

static VOID NTAPI
SettingDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    KeSetEvent(Context, IO_DISK_INCREMENT, FALSE);
}

/* From each processor in turn, while the thread waits on whichever it likes. */
VOID
TestSetFromDpc(VOID)
{
    ULONG Count = KeQueryActiveProcessorCount(NULL), Wrong = 0;
    LARGE_INTEGER Limit = KtapMilliseconds(5000);
    KEVENT Event;
    KDPC Dpc;

    KeInitializeEvent(&Event, SynchronizationEvent, FALSE);
    KeInitializeDpc(&Dpc, SettingDpc, &Event);
    KeSetImportanceDpc(&Dpc, HighImportance);
    for (ULONG Turn = 0; Turn < 200; Turn++) {
        KeSetTargetProcessorDpc(&Dpc, (CCHAR)(Turn % Count));
        KeInsertQueueDpc(&Dpc, NULL, NULL);
        Wrong += KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, &Limit) !=
                 STATUS_SUCCESS;
    }
    ok_equal(Wrong, 0, "OBJ-4 200 signals from DPCs, none lost");
}

/* The highest levels at which each kind of object is made. */
VOID
TestMakingLevels(VOID)
{
    KSEMAPHORE Semaphore;
    KTIMER Timer;
    KMUTEX Mutex;
    KEVENT Event;
    KIRQL Old;

    KtapPoison(&Semaphore);
    KtapPoison(&Timer);
    KtapPoison(&Mutex);
    KtapPoison(&Event);
    KeInitializeSemaphore(&Semaphore, 1, 1);
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    KeInitializeTimerEx(&Timer, SynchronizationTimer);
    KeRaiseIrql(HIGH_LEVEL, &Old);
    KeInitializeEvent(&Event, NotificationEvent, TRUE);
    KeInitializeMutex(&Mutex, 0);
    KeLowerIrql(PASSIVE_LEVEL);
    ok(KeReadStateSemaphore(&Semaphore) == 1 && !KeReadStateTimer(&Timer) &&
           KeReadStateEvent(&Event) != 0 && KeReadStateMutex(&Mutex) == 1,
       "OBJ-10 a semaphore at PASSIVE_LEVEL, a timer at DISPATCH_LEVEL, others at any");
}
