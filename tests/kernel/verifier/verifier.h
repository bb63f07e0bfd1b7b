/*
 * verifier.h: the mistakes the driver can make, and the announcement of the stop each one has
 * to end in. Booted with verifier=on.
 */
#pragma once

#include <device.h>

/* What cannot be known beforehand. */
#define ANY MAXULONGLONG
/* 0xC4 with these parameters, blamed on a routine of this driver's. */
VOID Expect(ULONG Subcode, ULONG64 P2, ULONG64 P3, ULONG64 P4, PCSTR Routine);
/* And a line of the report that Pattern, a regular expression, matches. */
VOID ExpectLine(PCSTR Pattern);
/* After the mistake, in the same routine: else the compiler jumps to the last call instead of
   calling it, and the routine is not on the stack that the report walks. */
VOID StillHere(VOID);
/* Runs Routine as a DPC, in the caller's thread. */
VOID RunDpc(PKDEFERRED_ROUTINE Routine);

/* levels.c: routines called at a wrong level. */
KTAP_SUITE SetEventHigh, AcquireMutexHigh, ReleaseMutexLow, EnterRegionHigh,
    LeaveRegionHigh;
KTAP_SUITE WaitHigh, WaitForever, WaitAWhile, DelayInDpc, CreateDeviceInDpc,
    QueryKeyInDpc, ReadFileInDpc;
KTAP_SUITE SetTimerHigh, AskedByName, RemoveQueueLow;

/* locks.c: spin locks taken and released wrongly. */
KTAP_SUITE ReleaseLow, ReleaseQueuedLow, ReleaseCancelLow, AcquireLow, ReleaseFromLow;
KTAP_SUITE AcquireHigh, AcquireTwice, ReleaseUnheld, ReleaseQueuedUnheld, ReleaseByOther;
KTAP_SUITE MixQueued, MixOrdinary, ShareOldIrql, ReleaseInWrongOrder, Deadlock;
KTAP_SUITE DeadlockOfThree, ReleaseForeign, ReadTwice;

/* calls.c: ISRs and DPCs that do not leave things as they were; the interrupt lock. */
KTAP_SUITE LowerInIsr, ClobberMath, ClobberVector, HoldInIsr, HoldInDpc;
KTAP_SUITE InterruptDeadlock, SynchronizeTwice, RaiseDown, LowerUp, LowerInDpc;
