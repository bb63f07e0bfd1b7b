/*
 * The times themselves: the shared page, the precise routines, and a change of the system time.
 */
#include "timer.h"

#define SECOND 10000000LL

/* Interrupt time moves by whole increments, one for each tick that is counted. */
VOID
TestTimes(VOID)
{
    ULONG Increment = KeQueryTimeIncrement();
    LARGE_INTEGER Count, Frequency, System;
    ULONGLONG Time;

    ok_equal(Increment, TICK, "OBJ-11 the granularity is the clock tick, 15.625 ms");
    ok_equal(ExSetTimerResolution(10000, TRUE), TICK,
             "OBJ-11 and stays it, whatever resolution is asked for");
    do {
        KeQueryTickCount(&Count);
        Time = KeQueryInterruptTime();
        KeQuerySystemTime(&System);
    } while (KeQueryInterruptTime() != Time ||
             *(volatile LONG64 *)SharedTickCount != Count.QuadPart);
    ok_equal(Count.QuadPart * Increment, Time, "OBJ-11 interrupt time is ticks counted");
    ok(System.QuadPart > 120000000000000000LL,
       "OBJ-11 the system time is of this century");
    ok_equal(SharedUserData->TickCountMultiplier, 0xFA00000,
             "OBJ-11 the shared page tells the milliseconds in a tick");
    ok(SharedUserData->InterruptTime.High1Time == SharedUserData->InterruptTime.High2Time,
       "OBJ-11 both high halves of a time agree");
    KeQueryPerformanceCounter(&Frequency);
    ok(Frequency.QuadPart > 1000000, "OBJ-11 the performance counter is finer than 1 us");
    Count = KeQueryPerformanceCounter(NULL);
    KeStallExecutionProcessor(50);
    ok(KeQueryPerformanceCounter(NULL).QuadPart - Count.QuadPart >=
           Frequency.QuadPart / 1000000 * 50,
       "DPC-29 KeStallExecutionProcessor stalls for as long as asked");
}

/* Between ticks time goes on, never back, and never beyond the tick to come. */
VOID
TestPreciseTimes(VOID)
{
    ULONGLONG Last = 0, Now, Coarse;
    LARGE_INTEGER System, SystemBefore;
    ULONG64 Stamp, Before;
    ULONG Back = 0, Beyond = 0, Moves = 0;

    KeQuerySystemTimePrecise(&SystemBefore);
    for (ULONG Turn = 0; Turn < 20000; Turn++) {
        Now = KeQueryInterruptTimePrecise(&Stamp);
        Coarse = KeQueryInterruptTime();
        Back += Now < Last;
        Beyond += Now >= Coarse + TICK;
        Moves += Now != Last;
        Last = Now;
    }
    KeQuerySystemTimePrecise(&System);
    ok_equal(Back, 0, "OBJ-11 precise interrupt time never goes back");
    ok_equal(Beyond, 0, "OBJ-11 nor beyond the tick it is in");
    ok(Moves > 100, "OBJ-11 and moves between ticks");
    ok(System.QuadPart > SystemBefore.QuadPart, "OBJ-11 so does the precise system time");
    Before = (ULONG64)KeQueryPerformanceCounter(NULL).QuadPart;
    KeQueryInterruptTimePrecise(&Stamp);
    ok(Stamp >= Before && Stamp <= (ULONG64)KeQueryPerformanceCounter(NULL).QuadPart,
       "OBJ-11 with the performance counter of that moment");
}

static VOID
AdvanceSystemTime(LONG64 Change)
{
    LARGE_INTEGER Time;

    KeQuerySystemTime(&Time);
    Time.QuadPart += Change;
    ok_status(ZwSetSystemTime(&Time, NULL), STATUS_SUCCESS, "DOUBT-17 the time is set");
}

/* The system time jumps: what was set to a time follows it, what was set to a span does not. */
VOID
TestSystemTime(VOID)
{
    KTIMER Absolute, Relative;
    LARGE_INTEGER Time, Old, Wrong = {.QuadPart = -1};
    ULONGLONG Before = KeQueryInterruptTime();

    KeInitializeTimer(&Absolute);
    KeInitializeTimer(&Relative);
    KeQuerySystemTime(&Time);
    Time.QuadPart += 100 * SECOND;
    KeSetTimer(&Absolute, Time, NULL);
    KeSetTimer(&Relative, KtapMilliseconds(100000), NULL);
    KtapSleep(40);
    ok(!KeReadStateTimer(&Absolute), "OBJ-9 an absolute timer waits for its time");
    AdvanceSystemTime(101 * SECOND);
    ok_status(
        WaitFor(&Absolute, 5000), STATUS_SUCCESS,
        "DOUBT-17 OBJ-9 an absolute timer expires when the time is set beyond its own");
    ok(!KeReadStateTimer(&Relative) && KeCancelTimer(&Relative),
       "DOUBT-17 OBJ-9 a relative one stays");
    KeQuerySystemTime(&Time);
    Time.QuadPart += SECOND / 10;
    KeSetTimer(&Absolute, Time, NULL);
    AdvanceSystemTime(-101 * SECOND);
    ok_status(WaitFor(&Absolute, 300), STATUS_TIMEOUT,
              "DOUBT-17 set back, an absolute timer waits the longer");
    KeCancelTimer(&Absolute);
    ok(KeQueryInterruptTime() - Before < 20 * SECOND,
       "DOUBT-17 interrupt time knows nothing of it");
    KeQuerySystemTime(&Time);
    ok_status(ZwSetSystemTime(&Wrong, NULL), STATUS_INVALID_PARAMETER,
              "DOUBT-17 a time before 1601 is refused");
    ok(NT_SUCCESS(ZwSetSystemTime(&Time, &Old)) && Old.QuadPart >= Time.QuadPart &&
           Old.QuadPart < Time.QuadPart + SECOND,
       "DOUBT-17 the time before is told");
}
