/*
 * Timers: what setting one and what its expiry cost while 10, 1,000 or 100,000 others are set.
 */
#include "bench.h"

#define PROBES      64
#define MOST_OTHERS 100000
#define TAG         0x6D697462 /* "btim" */

static KTIMER BenchTimers[PROBES];
static ULONG64 BenchSetCost;

/* The others: due in one hour and later, a quarter of a second apart. */
static VOID
BenchSetOthers(PKTIMER Others, ULONG Count)
{
    for (ULONG Index = 0; Index < Count; Index++) {
        LARGE_INTEGER Due = {.QuadPart = -10000LL * (3600000 + 250LL * Index)};

        KeInitializeTimer(&Others[Index]);
        KeSetTimer(&Others[Index], Due, NULL);
    }
}

/* Sets the probes for the next tick; at DISPATCH_LEVEL, so that they are only due when it
   comes, and expire when the level falls. */
static ULONG64
BenchTryExpiry(VOID)
{
    LARGE_INTEGER Due = {.QuadPart = -1};
    KIRQL OldIrql = KfRaiseIrql(DISPATCH_LEVEL);
    ULONGLONG First = KeQueryInterruptTime();
    ULONG64 Start = BenchStamp();

    for (ULONG Index = 0; Index < PROBES; Index++) {
        KeSetTimer(&BenchTimers[Index], Due, NULL);
    }
    BenchSetCost = min(BenchSetCost, BenchStamp() - Start);
    while (KeQueryInterruptTime() < First + 2 * KeQueryTimeIncrement()) {
        __asm__ volatile("hlt");
    }
    Start = BenchStamp();
    KeLowerIrql(OldIrql);
    return BenchStamp() - Start;
}

static VOID
BenchMeasureTimersAmong(PKTIMER Others, ULONG Count)
{
    ULONG64 Expiry;

    BenchSetOthers(Others, Count);
    BenchSetCost = ~0ULL;
    Expiry = BenchSmallest(BenchTryExpiry);
    DbgPrint("bench: timer_insert_%u %I64u\n", Count, BenchSetCost / PROBES);
    DbgPrint("bench: timer_expire_%u %I64u\n", Count, Expiry / PROBES);
    for (ULONG Index = 0; Index < Count; Index++) {
        KeCancelTimer(&Others[Index]);
    }
}

BOOLEAN
BenchMeasureTimers(VOID)
{
    PKTIMER Others =
        ExAllocatePoolWithTag(NonPagedPool, MOST_OTHERS * sizeof(KTIMER), TAG);

    if (Others == NULL) {
        return FALSE;
    }
    for (ULONG Index = 0; Index < PROBES; Index++) {
        KeInitializeTimer(&BenchTimers[Index]);
    }
    for (ULONG Count = 10; Count <= MOST_OTHERS; Count *= 100) {
        BenchMeasureTimersAmong(Others, Count);
    }
    ExFreePoolWithTag(Others, TAG);
    return TRUE;
}
