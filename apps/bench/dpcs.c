/*
 * DPCs: queued here and run here, one by one and 256 at a time; queued to another processor.
 */
#include "bench.h"

#define DEEPEST     256
#define PER_MILLION 1000000

static KDPC BenchDpcs[DEEPEST];
static ULONG BenchDepth; /* of the next tries */
static volatile ULONG64 BenchRemoteStamp;

static VOID NTAPI
BenchEmptyDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
}

static VOID NTAPI
BenchStampingDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    BenchRemoteStamp = BenchStamp();
}

/* Queues so many at DISPATCH_LEVEL and lets them run; inserting and raising are in it. */
static ULONG64
BenchTryDrain(VOID)
{
    ULONG64 Start = BenchStamp();
    KIRQL OldIrql = KfRaiseIrql(DISPATCH_LEVEL);

    for (ULONG Index = 0; Index < BenchDepth; Index++) {
        KeInsertQueueDpc(&BenchDpcs[Index], NULL, NULL);
    }
    KeLowerIrql(OldIrql);
    return BenchStamp() - Start;
}

static ULONG64
BenchDpcsPerMillion(ULONG Depth)
{
    BenchDepth = Depth;
    return (ULONG64)PER_MILLION * Depth / BenchSmallest(BenchTryDrain);
}

/* PAUSE makes QEMU run the other processor. */
static ULONG64
BenchTryRemote(VOID)
{
    ULONG64 Start;

    BenchRemoteStamp = 0;
    Start = BenchStamp();
    KeInsertQueueDpc(&BenchDpcs[0], NULL, NULL);
    while (BenchRemoteStamp == 0) {
        YieldProcessor();
    }
    return BenchRemoteStamp - Start;
}

VOID
BenchMeasureDpcs(VOID)
{
    for (ULONG Index = 0; Index < DEEPEST; Index++) {
        KeInitializeDpc(&BenchDpcs[Index], BenchEmptyDpc, NULL);
    }
    DbgPrint("bench: dpcs_per_million_depth_1 %I64u\n", BenchDpcsPerMillion(1));
    DbgPrint("bench: dpcs_per_million_depth_256 %I64u\n", BenchDpcsPerMillion(DEEPEST));
    if (KeQueryActiveProcessorCount(NULL) > 1) {
        KeInitializeDpc(&BenchDpcs[0], BenchStampingDpc, NULL);
        KeSetImportanceDpc(&BenchDpcs[0], MediumHighImportance);
        KeSetTargetProcessorDpc(&BenchDpcs[0], 1);
        BenchFigure("dpc_insert_to_run_remote", BenchTryRemote);
    }
}
