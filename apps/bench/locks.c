/*
 * Queued spin locks: alone, and with 2 and 4 processors that want the same one all the time.
 */
#include "bench.h"

#define ROUNDS 256 /* of each contender */

static KSPIN_LOCK BenchLock;
static volatile LONG BenchMissing; /* contenders that are not ready */
static volatile LONG BenchRunning;

static ULONG64
BenchTryQueuedPair(VOID)
{
    KLOCK_QUEUE_HANDLE Handle;
    ULONG64 Start = BenchStamp();

    for (ULONG Round = 0; Round < ROUNDS; Round++) {
        KeAcquireInStackQueuedSpinLock(&BenchLock, &Handle);
        KeReleaseInStackQueuedSpinLock(&Handle);
    }
    return (BenchStamp() - Start) / ROUNDS;
}

/* PAUSE under the lock makes QEMU run the others, which then stand in the queue. */
static VOID
BenchContend(VOID)
{
    KLOCK_QUEUE_HANDLE Handle;

    InterlockedDecrement(&BenchMissing);
    while (BenchMissing != 0) {
        YieldProcessor();
    }
    for (ULONG Round = 0; Round < ROUNDS; Round++) {
        KeAcquireInStackQueuedSpinLock(&BenchLock, &Handle);
        YieldProcessor();
        KeReleaseInStackQueuedSpinLock(&Handle);
    }
    InterlockedDecrement(&BenchRunning);
}

static VOID NTAPI
BenchContender(PVOID Context)
{
    KeSetSystemAffinityThread((KAFFINITY)1 << (ULONG_PTR)Context);
    BenchContend();
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* Instructions of all processors, their turns of the waiting loop included, for one holding of
   the lock. */
static ULONG64
BenchContention(ULONG Count)
{
    ULONG64 Start;

    BenchMissing = BenchRunning = (LONG)Count;
    for (ULONG_PTR Number = 1; Number < Count; Number++) {
        BenchStartThread(BenchContender, (PVOID)Number);
    }
    while (BenchMissing > 1) {
        YieldProcessor();
    }
    Start = BenchStamp();
    BenchContend();
    while (BenchRunning != 0) {
        YieldProcessor();
    }
    return (BenchStamp() - Start) / (Count * ROUNDS);
}

/* On processor 0. */
VOID
BenchMeasureLocks(VOID)
{
    KeInitializeSpinLock(&BenchLock);
    BenchFigure("queued_lock_pair", BenchTryQueuedPair);
    for (ULONG Count = 2; Count <= KeQueryActiveProcessorCount(NULL); Count *= 2) {
        DbgPrint("bench: queued_lock_%u_processors %I64u\n", Count,
                 BenchContention(Count));
    }
}
