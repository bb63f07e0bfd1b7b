/*
 * threadeddpc: DPCs that run in a thread at PASSIVE_LEVEL (DPC-1, DPC-24), and one routine on
 * every processor at once (KeGenericCallDpc).
 */
#include "../ktap.h"

DRIVER_INITIALIZE DriverEntry;

static KDPC Threaded, Ordinary;
static volatile LONG Ran, OrdinaryRan;
static volatile ULONG SeenProcessor, SeenIrql, SeenPriority;
static PVOID SeenArgument1, SeenArgument2;

static VOID NTAPI
OrdinaryRoutine(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    InterlockedIncrement(&OrdinaryRan);
}

static VOID NTAPI
ThreadedRoutine(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    SeenIrql = KeGetCurrentIrql();
    SeenProcessor = KeGetCurrentProcessorNumberEx(NULL);
    SeenPriority = KeQueryPriorityThread(KeGetCurrentThread());
    SeenArgument1 = Argument1;
    SeenArgument2 = Argument2;
    InterlockedIncrement(&Ran);
}

static VOID
TestWhereItRuns(VOID)
{
    ULONG Last = KeQueryActiveProcessorCount(NULL) - 1;

    KtapPoison(&Threaded);
    KeInitializeThreadedDpc(&Threaded, ThreadedRoutine, NULL);
    ok(Threaded.Type == 24 || Threaded.Type == 26, "DPC-4 the type of a threaded DPC");
    KeSetTargetProcessorDpc(&Threaded, (CCHAR)Last);
    ok(KeInsertQueueDpc(&Threaded, (PVOID)1, (PVOID)2),
       "DPC-7 the first insert queues it");
    ok(KtapAwait(&Ran, 1), "DPC-24 it runs");
    ok_equal(SeenIrql, PASSIVE_LEVEL, "DPC-24 at PASSIVE_LEVEL");
    ok_equal(SeenPriority, 31, "DPC-24 in a thread of priority 31");
    ok_equal(SeenProcessor, Last, "DPC-2 on the processor it was queued to");
    ok(SeenArgument1 == (PVOID)1 && SeenArgument2 == (PVOID)2,
       "DPC-6 with its arguments");
}

/* Holds its processor until told; at PASSIVE_LEVEL an ordinary DPC gets in between. */
static VOID NTAPI
LongRoutine(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    KeInsertQueueDpc(&Ordinary, NULL, NULL);
    SeenPriority = (ULONG)OrdinaryRan; /* ran at once, or this is still 0 */
    InterlockedIncrement(&Ran);
}

static VOID
TestPreemption(VOID)
{
    Ran = 0;
    OrdinaryRan = 0;
    KeInitializeDpc(&Ordinary, OrdinaryRoutine, NULL);
    KeInitializeThreadedDpc(&Threaded, LongRoutine, NULL);
    KeInsertQueueDpc(&Threaded, NULL, NULL);
    ok(KtapAwait(&Ran, 1), "DPC-24 the threaded DPC runs");
    ok_equal(SeenPriority, 1, "DPC-24 an ordinary DPC preempts it");
}

/* At DISPATCH_LEVEL on its processor the thread cannot run: what is queued stays so. */
static VOID
TestRemove(VOID)
{
    KIRQL Old;

    Ran = 0;
    KeInitializeThreadedDpc(&Threaded, ThreadedRoutine, NULL);
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    ok(KeInsertQueueDpc(&Threaded, NULL, NULL), "DPC-7 queued");
    ok(!KeInsertQueueDpc(&Threaded, NULL, NULL), "DPC-7 a second insert changes nothing");
    ok(KeRemoveQueueDpc(&Threaded), "DPC-10 removed while it was queued");
    ok(!KeRemoveQueueDpc(&Threaded), "DPC-10 and only once");
    KeLowerIrql(Old);
    KtapSleep(50);
    ok_equal(Ran, 0, "DPC-10 a removed one does not run");
}

static volatile LONG Called, Levels, Winners, Early;
static volatile KAFFINITY Where;

static VOID NTAPI
EverywhereRoutine(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    InterlockedIncrement(&Called);
    Levels += KeGetCurrentIrql() != DISPATCH_LEVEL;
    InterlockedOr64((volatile LONG64 *)&Where,
                    (LONG64)1 << KeGetCurrentProcessorNumberEx(NULL));
    for (ULONG Round = 0; Round < 3; Round++) {
        if (KeSignalCallDpcSynchronize(Argument2)) {
            InterlockedIncrement(&Winners);
        }
        Early += Called != *(LONG *)Context; /* somebody was let through too soon */
    }
    KeSignalCallDpcDone(Argument1);
}

static VOID
TestEverywhere(VOID)
{
    LONG Count = (LONG)KeQueryActiveProcessorCount(NULL);

    KeGenericCallDpc(EverywhereRoutine, &Count);
    ok_equal(Called, Count, "DPC-2 KeGenericCallDpc runs the routine once a processor");
    ok_equal(Where, KeQueryActiveProcessors(), "DPC-2 on every processor");
    ok_equal(Levels, 0, "DPC-22 at DISPATCH_LEVEL");
    ok_equal(Early, 0, "IPI-1 nobody passes a meeting before all have come");
    ok_equal(Winners, 3, "IPI-1 each meeting has one that is told so");
}

static VOID
Suite(VOID)
{
    TestWhereItRuns();
    TestPreemption();
    TestRemove();
    TestEverywhere();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, Suite);
}
