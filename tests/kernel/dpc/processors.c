/*
 * DPCs and processors: targets, flushing, and one object that runs on two at once.
 */
#include "dpc.h"

static ULONG
LastProcessor(VOID)
{
    return KeQueryActiveProcessorCount(NULL) - 1;
}

static VOID
TestTargetEx(PKDPC Dpc)
{
    PROCESSOR_NUMBER Number = {0, (UCHAR)LastProcessor(), 0};

    ok_status(KeSetTargetProcessorDpcEx(Dpc, &Number), STATUS_SUCCESS,
              "DPC-14 the last processor is a target");
    Number.Number = (UCHAR)(LastProcessor() + 1);
    ok_status(KeSetTargetProcessorDpcEx(Dpc, &Number), STATUS_INVALID_PARAMETER,
              "DPC-14 one behind the last is not");
    Number.Number = 0;
    Number.Group = 1;
    ok_status(KeSetTargetProcessorDpcEx(Dpc, &Number), STATUS_INVALID_PARAMETER,
              "DPC-14 nor is one of another group");
}

VOID
TestTargets(VOID)
{
    ULONG Count = LastProcessor() + 1, Wrong = 0, Self;
    KIRQL Old;

    for (ULONG Number = 0; Number < Count; Number++) {
        InitializeRecords();
        KeSetTargetProcessorDpc(&Records[0].Dpc, (CCHAR)Number);
        KeSetImportanceDpc(&Records[0].Dpc, MediumHighImportance);
        KeInsertQueueDpc(&Records[0].Dpc, NULL, NULL);
        Wrong += !KtapAwait(&Records[0].Runs, 1) || Records[0].Processor != (LONG)Number;
    }
    ok_equal(Wrong, 0, "DPC-2 DPC-13 a DPC runs on its target, each in turn");

    KeSetTargetProcessorDpc(&Records[0].Dpc, (CCHAR)Count);
    KeInsertQueueDpc(&Records[0].Dpc, NULL, NULL);
    ok(KtapAwait(&Records[0].Runs, 2) && Records[0].Processor == (LONG)Count - 1,
       "DPC-13 a processor that is not leaves the target unchanged");
    TestTargetEx(&Records[0].Dpc);

    InitializeRecords();
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    Self = KeGetCurrentProcessorNumber();
    KeInsertQueueDpc(&Records[0].Dpc, NULL, NULL);
    KeSetTargetProcessorDpc(&Records[0].Dpc, (CCHAR)((Self + 1) % Count));
    KeLowerIrql(Old);
    ok(Records[0].Runs == 1 && Records[0].Processor == (LONG)Self,
       "DPC-2 without a target, and with one set too late, it runs where it was queued");
}

static VOID NTAPI
SlowDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    KeStallExecutionProcessor(2000);
    InterlockedIncrement(&CONTAINING_RECORD(Dpc, DPC_RECORD, Dpc)->Runs);
}

/* Low importance on another processor waits for a reason; a flush is one. */
VOID
TestFlush(VOID)
{
    ULONG Count = LastProcessor() + 1, Done = 0;

    InitializeRecords();
    for (ULONG Index = 0; Index < DPC_OBJECTS; Index++) {
        KeInitializeDpc(&Records[Index].Dpc, SlowDpc, NULL);
        KeSetTargetProcessorDpc(&Records[Index].Dpc, (CCHAR)(Index % Count));
        KeSetImportanceDpc(&Records[Index].Dpc, LowImportance);
        KeInsertQueueDpc(&Records[Index].Dpc, NULL, NULL);
    }
    KeFlushQueuedDpcs();
    for (ULONG Index = 0; Index < DPC_OBJECTS; Index++) {
        Done += Records[Index].Runs;
    }
    ok_equal(Done, DPC_OBJECTS, "DPC-11 KeFlushQueuedDpcs returns after all have run");
    ok_irql(PASSIVE_LEVEL, "DPC-11 at PASSIVE_LEVEL");
}

static volatile LONG Inside, Met;

/* Holds its processor until a second instance is inside too. */
static VOID NTAPI
MeetingDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    InterlockedIncrement(&Inside);
    if (KtapSpinUntil(&Inside, 2)) {
        InterlockedIncrement(&Met);
    }
    InterlockedIncrement(&CONTAINING_RECORD(Dpc, DPC_RECORD, Dpc)->Runs);
}

VOID
TestConcurrent(VOID)
{
    if (LastProcessor() == 0) {
        return;
    }
    InitializeRecords();
    KeSetSystemAffinityThread(2); /* off processor 0, which the first instance holds */
    KeInitializeDpc(&Records[0].Dpc, MeetingDpc, NULL);
    KeSetImportanceDpc(&Records[0].Dpc, HighImportance);
    KeSetTargetProcessorDpc(&Records[0].Dpc, 0);
    KeInsertQueueDpc(&Records[0].Dpc, NULL, NULL);
    ok(KtapSpinUntil(&Inside, 1), "DPC-8 a DPC runs on processor 0");
    KeSetTargetProcessorDpc(&Records[0].Dpc, 1);
    ok(KeInsertQueueDpc(&Records[0].Dpc, NULL, NULL),
       "DPC-8 while it runs it can be queued to another processor");
    ok(KtapAwait(&Records[0].Runs, 2), "DPC-8 both queuings run");
    ok_equal(Met, 2, "DPC-8 and run at the same time");
    KeRevertToUserAffinityThread();
}
