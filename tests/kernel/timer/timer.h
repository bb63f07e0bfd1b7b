/*
 * timer.h: what the files of the suite share.
 */
#pragma once

#include "../ktap.h"

#define TICK 156250 /* the longest clock tick, in 100 ns */

extern volatile LONG DpcRuns, DpcIrql, DpcProcessor;
KDEFERRED_ROUTINE TimerDpc;

/* Waits for Timer, at most so many milliseconds. */
NTSTATUS WaitFor(PKTIMER Timer, ULONG Milliseconds);

/* clock.c */
KTAP_SUITE TestTimes, TestPreciseTimes, TestSystemTime;
/* processors.c */
KTAP_SUITE TestProcessors, TestExact, TestTensOfThousands;
