/*
 * bugcheck.h: the errors the driver can make, and the announcement of the stop each one
 * has to end in.
 */
#pragma once

#include "../ktap.h"

/* A routine that ends in a call stays on the stack: else its caller would be named. */
#pragma GCC optimize("no-optimize-sibling-calls")

/* What cannot be known beforehand. */
#define ANY MAXULONGLONG

/* Prints what tools/harness/kerneltests.py compares the stop with. */
VOID Expect(ULONG Code, ULONG64 P1, ULONG64 P2, ULONG64 P3, ULONG64 P4);

/* Prints which routine the report has to name, the level, and this processor. */
VOID ExpectPlace(PCSTR Guilty, KIRQL Irql);

/* levels.c: levels and locks. */
KTAP_SUITE RaiseDown, LowerUp, RaiseToDpcFromAbove, AcquireTooLow, WaitAtDispatchLevel;
KTAP_SUITE AcquireTwice, QueueTwice, QueueSameHandle, WriteTwice, AcquireLost;

/* pages.c: pages and stacks. */
KTAP_SUITE ReadNowhereLow, ReadNowhereOff, WriteCode, ExecuteData, LoseStack, SmashFrame;
KTAP_SUITE PassBadPointer, PassBadPointerToLeaf;

/* report.c: what goes wrong while the report is made. */
KTAP_SUITE FaultInCallback, StopInCallback, BreakCallbackList, StopOnAll;
KTAP_SUITE StopWhilePrinting, StopMyself;

/* faults.c: what the processor notices. */
KTAP_SUITE BadOpcode, ReadNoAddress, UnusedVector;
KTAP_SUITE ReadNowhere, WriteNowhere, CallNowhere, FastFail, DivideByZero, Breakpoint;
KTAP_SUITE OverflowStack;

/* misuse.c: what the kernel notices. */
KTAP_SUITE RemoveTwice, RaiseStatus;
KTAP_SUITE CompleteTwice, CompleteCancelable, WaitInDpc, LeaveDpcRaised, FreeTwice;
KTAP_SUITE StayInDpc, StayRaised, LeaveWorkItemRaised, LeaveWorkItemInRegion,
    LeaveWorkerGuarded, WaitForTooMany, ReleaseBeyondLimit, ReleaseForeignMutex;

/* apc.c: APCs, the end of threads, resources. */
KTAP_SUITE LeaveSpecialApcRaised, LeaveKernelRoutineLowered, LeaveNormalRoutineRaised,
    EndInRegion, EndWithApc, EndWithFastMutex, ReleaseForeignResource,
    DeleteResourceTwice;
