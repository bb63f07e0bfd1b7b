/*
 * dpc: deferred procedure calls, one object and one run at a time.
 */
#include "dpc.h"

DRIVER_INITIALIZE DriverEntry;

DPC_RECORD Records[DPC_OBJECTS];
volatile LONG Round;

VOID NTAPI
RecordingDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PDPC_RECORD Record = CONTAINING_RECORD(Dpc, DPC_RECORD, Dpc);

    Record->Context = Context;
    Record->Argument1 = Argument1;
    Record->Argument2 = Argument2;
    Record->StackPointer = KtapStackPointer();
    Record->Irql = KeGetCurrentIrql();
    Record->Processor = (LONG)KeGetCurrentProcessorNumber();
    Record->InterruptsEnabled = (__builtin_ia32_readeflags_u64() & 0x200) != 0;
    Record->Executing = KeIsExecutingDpc() != 0;
    Record->Order = InterlockedIncrement(&Round);
    InterlockedIncrement(&Record->Runs);
}

VOID
InitializeRecords(VOID)
{
    Round = 0;
    for (ULONG Index = 0; Index < DPC_OBJECTS; Index++) {
        KtapPoison(&Records[Index]);
        Records[Index].Runs = 0;
        KeInitializeDpc(&Records[Index].Dpc, RecordingDpc, &Records[Index]);
    }
}

static VOID
TestInitialize(VOID)
{
    PKDPC Dpc = &Records[0].Dpc;

    InitializeRecords();
    ok_equal(Dpc->Type, 19, "DPC-4 the type byte of a DPC is 19");
    ok_equal(Dpc->Importance, MediumImportance, "DPC-3 importance starts Medium");
    ok(Dpc->DeferredRoutine == RecordingDpc && Dpc->DeferredContext == &Records[0],
       "DPC-3 routine and context are kept");
    ok(KeRemoveQueueDpc(Dpc) == FALSE, "DPC-3 DPC-10 a new DPC is not queued");
}

/* Two inserts, one run, the arguments of the first. */
static VOID
TestInsert(VOID)
{
    PDPC_RECORD Record = &Records[0];
    KIRQL Old;

    InitializeRecords();
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    ok(KeInsertQueueDpc(&Record->Dpc, (PVOID)1, (PVOID)2) == TRUE,
       "DPC-7 the first insert queues");
    ok(KeInsertQueueDpc(&Record->Dpc, (PVOID)3, (PVOID)4) == FALSE,
       "DPC-7 a second insert changes nothing");
    ok_equal(Record->Runs, 0,
             "DPC-17 DPC-20 nothing runs at DISPATCH_LEVEL: the request is pending");
    KeLowerIrql(Old);
    ok_equal(Record->Runs, 1, "DPC-9 two inserts before it runs are one run");
    ok(Record->Argument1 == (PVOID)1 && Record->Argument2 == (PVOID)2,
       "DPC-7 the arguments of the first insert stay");
    ok(Record->Context == Record, "DPC-6 the routine gets its context");
    ok_equal(Record->Irql, DISPATCH_LEVEL, "IRQL-20 a DPC runs at DISPATCH_LEVEL");
    ok_equal(Record->InterruptsEnabled, 1, "DPC-22 a DPC runs with interrupts enabled");
    ok_equal(Record->Executing, 1, "DPC-12 KeIsExecutingDpc inside a DPC");
    ok_equal(KeIsExecutingDpc(), 0, "DPC-12 KeIsExecutingDpc outside one");
    ok(KeInsertQueueDpc(&Record->Dpc, NULL, NULL) == TRUE,
       "DPC-8 after its run it can be queued again");
    ok_equal(Record->Runs, 2, "DPC-17 Medium on this processor runs at once");
}

/* Runs the first DPC on top of the calling thread, on processor 0. */
static VOID
RunOnTop(VOID)
{
    KIRQL Old;

    KeSetSystemAffinityThread(1);
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    KeInsertQueueDpc(&Records[0].Dpc, NULL, NULL);
    KeLowerIrql(Old);
    KeRevertToUserAffinityThread();
}

static VOID NTAPI
OtherThread(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    RunOnTop();
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* Two threads have two stacks; a DPC on top of either is at the same address. */
static VOID
TestStack(VOID)
{
    ULONG_PTR First;

    InitializeRecords();
    RunOnTop();
    First = Records[0].StackPointer;
    KtapJoinThread(KtapCreateThread(OtherThread, NULL));
    ok_equal(Records[0].Runs, 2, "DPC-22 a DPC ran on top of two threads");
    ok_equal(Records[0].StackPointer, First,
             "DPC-22 on the stack of the processor, not of the thread");
}

static volatile LONG RequeueLeft;

static VOID NTAPI
RequeueingDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PDPC_RECORD Record = CONTAINING_RECORD(Dpc, DPC_RECORD, Dpc);

    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument2);
    Record->Argument1 = Argument1;
    InterlockedIncrement(&Record->Runs);
    if (RequeueLeft != 0) {
        RequeueLeft--;
        Record->Executing = KeInsertQueueDpc(Dpc, (PUCHAR)Argument1 + 1, NULL);
    }
}

static VOID
TestRequeue(VOID)
{
    PDPC_RECORD Record = &Records[0];
    KIRQL Old;

    InitializeRecords();
    KeInitializeDpc(&Record->Dpc, RequeueingDpc, NULL);
    RequeueLeft = 5;
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    KeInsertQueueDpc(&Record->Dpc, (PVOID)10, NULL);
    KeLowerIrql(Old);
    ok_equal(Record->Executing, TRUE, "DPC-8 a DPC queues itself from its own routine");
    ok_equal(Record->Runs, 6, "DPC-8 DPC-22 each of these queuings runs, in one drain");
    ok(Record->Argument1 == (PVOID)15, "DPC-8 each with its own arguments");
}

static VOID
DpcTests(VOID)
{
    TestInitialize();
    TestInsert();
    TestStack();
    TestRequeue();
    TestImportance();
    TestRemove();
    TestTargets();
    TestFlush();
    TestConcurrent();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, DpcTests);
}
