/*
 * Waits of every kind on a semaphore and a synchronization event, alertable or not, in
 * either mode, and all that ends them.
 */
#include "stress.h"

KSEMAPHORE Tokens;
static KEVENT Event;

VOID
InitializeWaits(VOID)
{
    KeInitializeSemaphore(&Tokens, 0, MAXLONG);
    KeInitializeEvent(&Event, SynchronizationEvent, FALSE);
}

LONG
QueryEvent(VOID)
{
    return KeReadStateEvent(&Event);
}

/* What ends any wait besides its objects; Alertable and Mode say what may. A user APC that an
   alertable wait has found ends those that are not, too. */
static VOID
AccountEnd(NTSTATUS Status, BOOLEAN Alertable, KPROCESSOR_MODE Mode)
{
    if (Status == STATUS_TIMEOUT) {
        Count(Timeouts);
    } else if (Status == STATUS_ALERTED && Alertable) {
        Count(AlertsTaken);
    } else if (Status != STATUS_USER_APC || Mode != UserMode) {
        Count(WrongStatus);
    }
}

static VOID
WaitForAll(BOOLEAN Alertable, KPROCESSOR_MODE Mode, PLARGE_INTEGER Limit)
{
    PVOID Objects[2] = {&Tokens, &Event};
    NTSTATUS Status;

    Status = KeWaitForMultipleObjects(2, Objects, WaitAll, Executive, Mode, Alertable,
                                      Limit, NULL);
    if (Status == STATUS_SUCCESS) {
        Count(TokensTaken);
        Count(EventsTaken);
    } else {
        AccountEnd(Status, Alertable, Mode);
    }
}

static VOID
WaitForAny(PULONG64 Dice, BOOLEAN Alertable, KPROCESSOR_MODE Mode, PLARGE_INTEGER Limit)
{
    ULONG TokensAt = Roll(Dice, 2);
    PVOID Objects[2];
    NTSTATUS Status;

    Objects[TokensAt] = &Tokens;
    Objects[1 - TokensAt] = &Event;
    Status = KeWaitForMultipleObjects(2, Objects, WaitAny, Executive, Mode, Alertable,
                                      Limit, NULL);
    if (Status == (NTSTATUS)TokensAt) {
        Count(TokensTaken);
    } else if (Status == (NTSTATUS)(1 - TokensAt)) {
        Count(EventsTaken);
    } else {
        AccountEnd(Status, Alertable, Mode);
    }
}

static VOID
WaitForOne(PULONG64 Dice, BOOLEAN Alertable, KPROCESSOR_MODE Mode, PLARGE_INTEGER Limit)
{
    BOOLEAN Token = Roll(Dice, 2) != 0;
    PVOID Object = Token ? (PVOID)&Tokens : (PVOID)&Event;
    NTSTATUS Status = KeWaitForSingleObject(Object, Executive, Mode, Alertable, Limit);

    if (Status != STATUS_SUCCESS) {
        AccountEnd(Status, Alertable, Mode);
    } else if (Token) {
        Count(TokensTaken);
    } else {
        Count(EventsTaken);
    }
}

/* None at all, from now, or a time of day; up to three clock ticks. */
static LARGE_INTEGER
RollLimit(PULONG64 Dice)
{
    LARGE_INTEGER Limit = {.QuadPart = 0};

    switch (Roll(Dice, 4)) {
    case 0:
        break;
    case 1:
        KeQuerySystemTime(&Limit);
        Limit.QuadPart += Roll(Dice, 400000);
        break;
    default:
        Limit.QuadPart = -(LONGLONG)Roll(Dice, 400000);
    }
    return Limit;
}

VOID
WaitSomehow(PULONG64 Dice)
{
    LARGE_INTEGER Limit = RollLimit(Dice);
    BOOLEAN Alertable = Roll(Dice, 2) != 0;
    KPROCESSOR_MODE Mode = (KPROCESSOR_MODE)Roll(Dice, 2);

    switch (Roll(Dice, 4)) {
    case 0:
        WaitForAll(Alertable, Mode, &Limit);
        break;
    case 1:
        WaitForAny(Dice, Alertable, Mode, &Limit);
        break;
    default:
        WaitForOne(Dice, Alertable, Mode, &Limit);
    }
}

/* Sometimes where no APC comes, or only special ones. */
VOID
ActWait(PACTOR Actor)
{
    ULONG Way = Roll(&Actor->Dice, 6);
    KIRQL OldIrql = PASSIVE_LEVEL;

    if (Way == 0) {
        KeRaiseIrql(APC_LEVEL, &OldIrql);
        WaitSomehow(&Actor->Dice);
        CheckLevel(APC_LEVEL);
        KeLowerIrql(OldIrql);
    } else if (Way == 1) {
        KeEnterGuardedRegion();
        WaitSomehow(&Actor->Dice);
        KeLeaveGuardedRegion();
    } else if (Way == 2) {
        KeEnterCriticalRegion();
        WaitSomehow(&Actor->Dice);
        KeLeaveCriticalRegion();
    } else {
        WaitSomehow(&Actor->Dice);
    }
}

VOID
ActGive(PACTOR Actor)
{
    LONG Units = 1 + (LONG)Roll(&Actor->Dice, 3);

    InterlockedAdd64(&Tally.TokensGiven, Units);
    KeReleaseSemaphore(&Tokens, (KPRIORITY)Roll(&Actor->Dice, 3), Units, FALSE);
}

/* A set of an event that was set already wakes nobody. */
VOID
ActSetEvent(PACTOR Actor)
{
    if (KeSetEvent(&Event, (KPRIORITY)Roll(&Actor->Dice, 3), FALSE) == 0) {
        Count(EventsSet);
    }
}

VOID
ActAlert(PACTOR Actor)
{
    PKTHREAD Thread = Actors[Roll(&Actor->Dice, ACTORS)].Thread;

    if (!KeAlertThread(Thread, (KPROCESSOR_MODE)Roll(&Actor->Dice, 2))) {
        Count(AlertsSent);
    }
}

VOID
ActDelay(PACTOR Actor)
{
    LARGE_INTEGER Limit = RollLimit(&Actor->Dice);
    BOOLEAN Alertable = Roll(&Actor->Dice, 2) != 0;
    KPROCESSOR_MODE Mode = (KPROCESSOR_MODE)Roll(&Actor->Dice, 2);
    NTSTATUS Status = KeDelayExecutionThread(Mode, Alertable, &Limit);

    if (Status != STATUS_SUCCESS) {
        AccountEnd(Status, Alertable, Mode);
    }
}
