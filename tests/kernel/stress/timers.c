/*
 * Timers: set, set again while they run, moved to another processor's wheel by their DPC's
 * target, cancelled, one or many times due.
 *
 * Who sets a timer that is not set counts one expiry to come. One whose DPC has not run by
 * then may find it queued still, and two expiries become one run (DPC-9): those are counted as
 * unsure.
 */
#include "stress.h"

#define TIMERS 24

typedef struct _STRESS_TIMER {
    KTIMER Timer;
    KDPC Dpc;
    FAST_MUTEX Mutex; /* one actor at a time; the timer itself has no such rule */
    LONG64 Expected;  /* expiries of one that is not periodic */
    volatile LONG64 Due;
    BOOLEAN Periodic;
    BOOLEAN Set; /* one that is periodic */
} STRESS_TIMER, *PSTRESS_TIMER;

static STRESS_TIMER Timers[TIMERS];

/* Periodic ones are not counted. */
static VOID NTAPI
TimerDue(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PSTRESS_TIMER Timer = Context;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    CheckLevel(DISPATCH_LEVEL);
    if (!Timer->Periodic) {
        Timer->Due++;
        Count(TimersDue);
    }
}

/* Every other one is periodic for good. */
VOID
InitializeTimers(VOID)
{
    for (ULONG Index = 0; Index < TIMERS; Index++) {
        PSTRESS_TIMER Timer = &Timers[Index];

        KeInitializeTimerEx(&Timer->Timer, (TIMER_TYPE)(Index / 2 % 2));
        KeInitializeDpc(&Timer->Dpc, TimerDue, Timer);
        KeSetImportanceDpc(&Timer->Dpc, HighImportance);
        ExInitializeFastMutex(&Timer->Mutex);
        Timer->Periodic = Index % 2 != 0;
    }
}

/* What a set or a cancel may say of the timer, and what it changes. */
static VOID
AccountPeriodic(PSTRESS_TIMER Timer, BOOLEAN WasSet, BOOLEAN Set)
{
    if (WasSet != Timer->Set) {
        Count(Refused);
    }
    Timer->Set = Set;
}

static VOID
AccountSet(PSTRESS_TIMER Timer, BOOLEAN WasSet, BOOLEAN Pending)
{
    if (WasSet && !Pending) {
        Count(Refused); /* it was not */
    }
    if (!WasSet) {
        Timer->Expected++;
        Count(TimersSet);
        InterlockedAdd64(&Tally.TimersUnsure, Pending);
    }
}

VOID
ActSetTimer(PACTOR Actor)
{
    PSTRESS_TIMER Timer = &Timers[Roll(&Actor->Dice, TIMERS)];
    LARGE_INTEGER Due = {.QuadPart = -(LONGLONG)Roll(&Actor->Dice, 600000)};
    LONG Period = Timer->Periodic ? 1 + (LONG)Roll(&Actor->Dice, 40) : 0;
    BOOLEAN WasSet, Pending;

    ExAcquireFastMutex(&Timer->Mutex);
    KeSetTargetProcessorDpc(&Timer->Dpc,
                            (CCHAR)Roll(&Actor->Dice, KeQueryActiveProcessorCount(NULL)));
    Pending = Timer->Due != Timer->Expected;
    WasSet = KeSetTimerEx(&Timer->Timer, Due, Period, &Timer->Dpc);
    if (Timer->Periodic) {
        AccountPeriodic(Timer, WasSet, TRUE);
    } else {
        AccountSet(Timer, WasSet, Pending);
    }
    ExReleaseFastMutex(&Timer->Mutex);
}

static VOID
CancelTimer(PSTRESS_TIMER Timer)
{
    BOOLEAN WasSet;

    ExAcquireFastMutex(&Timer->Mutex);
    WasSet = KeCancelTimer(&Timer->Timer);
    if (Timer->Periodic) {
        AccountPeriodic(Timer, WasSet, FALSE);
    } else if (WasSet) {
        Timer->Expected--;
        Count(TimersCancelled);
    }
    ExReleaseFastMutex(&Timer->Mutex);
}

VOID
ActCancelTimer(PACTOR Actor)
{
    CancelTimer(&Timers[Roll(&Actor->Dice, TIMERS)]);
}

VOID
CancelTimers(VOID)
{
    for (ULONG Index = 0; Index < TIMERS; Index++) {
        CancelTimer(&Timers[Index]);
    }
}
