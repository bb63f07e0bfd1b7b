/* Takes each figure a number of times and prints the smallest: a clock tick may add to one. */
#include "bench.h"

#define TRIES      32
#define LOOP_COUNT 1000

/* Runs one try of a figure; returns its instructions. */
typedef ULONG64 BENCH_TRY(VOID);

static ULONG BenchRaiseCost; /* from the first stamp to the next instruction's stamp */
static ULONG
    BenchReturnCost; /* from the ISR's last stamp to the stamp after a call of it */

static ULONG64
BenchSmallest(BENCH_TRY *Try)
{
    ULONG64 Smallest = ~0ULL;

    for (ULONG Index = 0; Index < TRIES; Index++) {
        ULONG64 Cost = Try();

        if (Cost < Smallest) {
            Smallest = Cost;
        }
    }
    return Smallest;
}

static ULONG64
BenchTryRaiseCost(VOID)
{
    ULONG Memory;

    BenchRaise(&Memory, 1);
    return BenchStamps.Resumed - BenchStamps.Raised;
}

static ULONG64
BenchTryReturnCost(VOID)
{
    BenchReturn();
    return BenchStamps.Resumed - BenchStamps.Returned;
}

static VOID
BenchInterrupt(ULONG QueueDpc)
{
    BenchQueueDpc = QueueDpc;
    BenchRaise((volatile ULONG *)(BenchRegisters + EDU_RAISE), 1);
}

static ULONG64
BenchTryEntry(VOID)
{
    BenchInterrupt(FALSE);
    return BenchStamps.Entered - BenchStamps.Raised - BenchRaiseCost;
}

static ULONG64
BenchTryExit(VOID)
{
    BenchInterrupt(FALSE);
    return BenchStamps.Resumed - BenchStamps.Returned - BenchReturnCost;
}

static ULONG64
BenchTryDpc(VOID)
{
    BenchInterrupt(TRUE);
    return BenchStamps.DpcEntered - BenchStamps.Returned - BenchReturnCost;
}

static ULONG64
BenchTryInsert(VOID)
{
    BenchInsert();
    return BenchStamps.DpcEntered - BenchStamps.Raised;
}

static ULONG64
BenchTrySpin(VOID)
{
    KSPIN_LOCK Lock;

    KeInitializeSpinLock(&Lock);
    return (BenchSpinPairs(&Lock, LOOP_COUNT) - BenchEmptyLoop(&Lock, LOOP_COUNT)) /
           LOOP_COUNT;
}

/* One line a figure: tools/bench.py reads them. */
static VOID
BenchFigure(PCSTR Name, BENCH_TRY *Try)
{
    DbgPrint("bench: %s %I64u\n", Name, BenchSmallest(Try));
}

VOID
BenchMeasure(PBENCH_DEVICE Device)
{
    BenchRegisters = Device->Registers;
    KeInitializeDpc(&BenchDpc, BenchDpcRoutine, NULL);
    BenchRaiseCost = (ULONG)BenchSmallest(BenchTryRaiseCost);
    BenchReturnCost = (ULONG)BenchSmallest(BenchTryReturnCost);
    BenchFigure("vector_to_isr", BenchTryEntry);
    BenchFigure("isr_to_iretq", BenchTryExit);
    BenchFigure("isr_to_dpc", BenchTryDpc);
    BenchFigure("dpc_insert_to_run", BenchTryInsert);
    BenchFigure("spinlock_pair", BenchTrySpin);
}
