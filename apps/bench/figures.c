/* Takes each figure a number of times and prints the smallest: a clock tick may add to one. */
#include "bench.h"

#define TRIES      32
#define LOOP_COUNT 1000
#define STAMP_COST 4 /* instructions */

static ULONG BenchRaiseCost; /* from the first stamp to the next instruction's stamp */
static ULONG
    BenchReturnCost; /* from the ISR's last stamp to the stamp after a call of it */

ULONG64
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

/* All of an interrupt and its DPC, less the two stamps in the ISR and the one in the DPC. */
static ULONG64
BenchTryWhole(VOID)
{
    BenchInterrupt(TRUE);
    return BenchStamps.Resumed - BenchStamps.Raised - BenchRaiseCost - 3 * STAMP_COST;
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

VOID
BenchFigure(PCSTR Name, BENCH_TRY *Try)
{
    DbgPrint("bench: %s %I64u\n", Name, BenchSmallest(Try));
}

VOID
BenchStartThread(PKSTART_ROUTINE Routine, PVOID Context)
{
    HANDLE Thread;

    if (NT_SUCCESS(PsCreateSystemThread(&Thread, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                        Routine, Context))) {
        ZwClose(Thread);
    }
}

VOID
BenchSleep(ULONG Milliseconds)
{
    LARGE_INTEGER Time = {.QuadPart = -10000LL * Milliseconds};

    KeDelayExecutionThread(KernelMode, FALSE, &Time);
}

/* An ISR that is not its device's, ahead of the one that is. */
static BOOLEAN NTAPI
BenchDeclines(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(ServiceContext);
    return FALSE;
}

static BOOLEAN
BenchMeasureSingle(PBENCH_DEVICE Device)
{
    PKINTERRUPT Interrupt = BenchConnect(Device, BenchIsr, FALSE);

    if (Interrupt == NULL) {
        return FALSE;
    }
    BenchInterrupt(FALSE); /* the very first one after boot goes the longer way */
    BenchFigure("vector_to_isr", BenchTryEntry);
    BenchFigure("isr_to_iretq", BenchTryExit);
    BenchFigure("isr_to_dpc", BenchTryDpc);
    BenchFigure("interrupt_with_dpc", BenchTryWhole);
    BenchFigure("dpc_insert_to_run", BenchTryInsert);
    BenchFigure("spinlock_pair", BenchTrySpin);
    IoDisconnectInterrupt(Interrupt);
    return TRUE;
}

/* The ISR behind one and behind two that decline: the difference is what one costs. */
static BOOLEAN
BenchMeasureChain(PBENCH_DEVICE Device)
{
    PKINTERRUPT Ahead[2], Last;
    ULONG64 Cost[2] = {0, 0};
    BOOLEAN Whole = TRUE;

    for (ULONG Count = 0; Count < 2; Count++) {
        Ahead[Count] = BenchConnect(Device, BenchDeclines, FALSE);
        Last = BenchConnect(Device, BenchIsr, FALSE);
        Whole = Whole && Ahead[Count] != NULL && Last != NULL;
        if (Whole) {
            Cost[Count] = BenchSmallest(BenchTryEntry);
        }
        if (Last != NULL) {
            IoDisconnectInterrupt(Last);
        }
    }
    for (ULONG Count = 0; Count < 2; Count++) {
        if (Ahead[Count] != NULL) {
            IoDisconnectInterrupt(Ahead[Count]);
        }
    }
    if (Whole) {
        DbgPrint("bench: chained_extra_isr %I64u\n", Cost[1] - Cost[0]);
    }
    return Whole;
}

static BOOLEAN
BenchMeasurePassive(PBENCH_DEVICE Device)
{
    PKINTERRUPT Interrupt = BenchConnect(Device, BenchIsr, TRUE);

    if (Interrupt == NULL) {
        return FALSE;
    }
    BenchSleep(50); /* its thread comes to wait */
    BenchFigure("vector_to_passive_isr", BenchTryEntry);
    IoDisconnectInterrupt(Interrupt);
    return TRUE;
}

static BOOLEAN
BenchMeasureMessage(PBENCH_DEVICE Device)
{
    PIO_INTERRUPT_MESSAGE_INFO Table;

    if (!BenchConnectMessages(Device, &Table)) {
        return FALSE;
    }
    BenchInterrupt(FALSE);
    BenchFigure("msi_vector_to_isr", BenchTryEntry);
    BenchFigure("msi_isr_to_iretq", BenchTryExit);
    BenchDisconnectMessages(Table);
    return TRUE;
}

/* What needs no device. */
static BOOLEAN
BenchMeasureKernel(PBENCH_DEVICE Device)
{
    BOOLEAN Whole;

    KeSetSystemAffinityThread(1);
    BenchMeasureDpcs();
    BenchMeasureThreads(Device);
    BenchMeasureLocks();
    Whole = BenchMeasureTimers();
    KeRevertToUserAffinityThread();
    return Whole;
}

/* A boot with a line measures everything but messages; one with a message, those. */
NTSTATUS
BenchMeasure(PBENCH_DEVICE Device)
{
    BOOLEAN Whole;

    BenchRegisters = Device->Registers;
    KeInitializeDpc(&BenchDpc, BenchDpcRoutine, NULL);
    BenchRaiseCost = (ULONG)BenchSmallest(BenchTryRaiseCost);
    BenchReturnCost = (ULONG)BenchSmallest(BenchTryReturnCost);
    if (BenchIsMessage(Device)) {
        Whole = BenchMeasureMessage(Device);
    } else {
        Whole = BenchMeasureSingle(Device) && BenchMeasureChain(Device) &&
                BenchMeasurePassive(Device) && BenchMeasureKernel(Device);
    }
    return Whole ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
