/*
 * bugcheck.h: the errors the driver can make, and the announcement of the stop each one
 * has to end in.
 */
#pragma once

#include "../ktap.h"

/* What cannot be known beforehand. */
#define ANY MAXULONGLONG

/* Prints what tools/harness/kerneltests.py compares the stop with. */
VOID Expect(ULONG Code, ULONG64 P1, ULONG64 P2, ULONG64 P3, ULONG64 P4);

/* faults.c: what the processor notices. */
KTAP_SUITE ReadNowhere, WriteNowhere, CallNowhere, FastFail, DivideByZero, Breakpoint;
KTAP_SUITE OverflowStack;

/* misuse.c: what the kernel notices. */
KTAP_SUITE CompleteTwice, CompleteCancelable, WaitInDpc, LeaveDpcRaised, FreeTwice;
KTAP_SUITE StayInDpc, StayRaised, LeaveWorkItemRaised, WaitForTooMany, ReleaseBeyondLimit,
    ReleaseForeignMutex;

/* apc.c: APCs, the end of threads, resources. */
KTAP_SUITE LeaveSpecialApcRaised, LeaveKernelRoutineLowered, LeaveNormalRoutineRaised,
    EndInRegion, EndWithApc, EndWithFastMutex, ReleaseForeignResource,
    DeleteResourceTwice;
