/*
 * Where timers expire, how exactly, and very many of them.
 */
#include "timer.h"

#define TENS_OF_THOUSANDS 40000
#define PERIODS           10

static VOID
SetOn(PKTIMER Timer, PKDPC Dpc, ULONG Number)
{
    KeSetSystemAffinityThread((KAFFINITY)1 << Number);
    DpcRuns = 0;
    KeSetTimer(Timer, KtapMilliseconds(20), Dpc);
    KeRevertToUserAffinityThread();
    KtapAwait(&DpcRuns, 1);
}

/* A timer expires on the processor that set it; a DPC with a target runs on that. */
VOID
TestProcessors(VOID)
{
    ULONG Count = KeQueryActiveProcessorCount(NULL), Wrong = 0, Strayed = 0;
    KTIMER Timer;
    KDPC Dpc;

    KeInitializeTimer(&Timer);
    for (ULONG Number = 0; Number < Count; Number++) {
        KeInitializeDpc(&Dpc, TimerDpc, NULL);
        SetOn(&Timer, &Dpc, Number);
        Wrong += DpcProcessor != (LONG)Number;
        KeSetTargetProcessorDpc(&Dpc, (CCHAR)(Count - 1 - Number));
        SetOn(&Timer, &Dpc, Number);
        Strayed += DpcProcessor != (LONG)(Count - 1 - Number);
    }
    ok_equal(Wrong, 0, "OBJ-9 DPC-2 a timer's DPC runs where the timer was set");
    ok_equal(Strayed, 0, "OBJ-9 DPC-13 or on the target it has");
}

/* Periods are counted from due time to due time: being late once does not add up. */
VOID
TestExact(VOID)
{
    ULONGLONG Start, Span;
    KTIMER Timer;

    KeInitializeTimerEx(&Timer, SynchronizationTimer);
    KeSetTimerEx(&Timer, KtapMilliseconds(50), 50, NULL);
    WaitFor(&Timer, 5000);
    Start = KeQueryInterruptTime();
    for (ULONG Turn = 0; Turn < PERIODS; Turn++) {
        WaitFor(&Timer, 5000);
    }
    Span = KeQueryInterruptTime() - Start;
    KeCancelTimer(&Timer);
    ok(Span >= PERIODS * 500000 - 3 * TICK, "OBJ-9 ten periods are not shorter than ten");
    ok(Span <= PERIODS * 500000 + 6 * TICK, "OBJ-9 nor do their delays add up");
    ok_equal(KeSetCoalescableTimer(&Timer, KtapMilliseconds(20), 0, 30, NULL), FALSE,
             "OBJ-9 a coalescable timer is set");
    ok_status(WaitFor(&Timer, 5000), STATUS_SUCCESS, "OBJ-9 and expires");
}

/* Due over a minute and some hours; the minute's first second is waited for. */
VOID
TestTensOfThousands(VOID)
{
    PKTIMER Timers =
        ExAllocatePoolWithTag(NonPagedPool, TENS_OF_THOUSANDS * sizeof(KTIMER), KTAP_TAG);
    ULONG Late = 0, Early = 0, Unset = 0;

    if (!ok(Timers != NULL, "OBJ-9 memory for 40000 timers")) {
        return;
    }
    for (ULONG Index = 0; Index < TENS_OF_THOUSANDS; Index++) {
        KeInitializeTimer(&Timers[Index]);
        KeSetTimer(&Timers[Index],
                   KtapMilliseconds((Index % 2) ? 3600000 + Index * 50 : 1 + Index / 40),
                   NULL);
    }
    KtapSleep(1200);
    for (ULONG Index = 0; Index < TENS_OF_THOUSANDS; Index++) {
        Late += Index % 2 == 0 && !KeReadStateTimer(&Timers[Index]);
        Early += Index % 2 != 0 && KeReadStateTimer(&Timers[Index]);
        Unset += Index % 2 != 0 && !KeCancelTimer(&Timers[Index]);
    }
    ok_equal(Late, 0, "OBJ-9 of 40000 timers all 20000 that were due expired");
    ok_equal(Early, 0, "OBJ-9 and none of the others");
    ok_equal(Unset, 0, "OBJ-9 which can all be cancelled");
    ExFreePoolWithTag(Timers, KTAP_TAG);
}
