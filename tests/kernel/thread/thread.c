/*
 * thread: creation and end, processors, and who runs first.
 */
#include "../ktap.h"

DRIVER_INITIALIZE DriverEntry;

static volatile LONG Runs, Irql;
static HANDLE SeenId;

static VOID NTAPI
SimpleThread(PVOID Context)
{
    Irql = KeGetCurrentIrql();
    SeenId = PsGetCurrentThreadId();
    InterlockedAdd(&Runs, (LONG)(ULONG_PTR)Context);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID NTAPI
ReturningThread(PVOID Context)
{
    InterlockedAdd(&Runs, (LONG)(ULONG_PTR)Context);
}

static VOID
TestCreate(VOID)
{
    OBJECT_ATTRIBUTES Attributes;
    LARGE_INTEGER Limit = KtapMilliseconds(5000);
    CLIENT_ID Client;
    PVOID Thread;
    HANDLE Handle;

    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    ok_status(PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, &Attributes, NULL, &Client,
                                   SimpleThread, (PVOID)7),
              STATUS_SUCCESS, "PsCreateSystemThread: a thread is created");
    ok_status(ObReferenceObjectByHandle(Handle, SYNCHRONIZE, *PsThreadType, KernelMode,
                                        &Thread, NULL),
              STATUS_SUCCESS, "ObReferenceObjectByHandle: its handle is a thread's");
    ok_status(ObReferenceObjectByHandle(Handle, SYNCHRONIZE, *ExEventObjectType,
                                        KernelMode, &Thread, NULL),
              STATUS_OBJECT_TYPE_MISMATCH,
              "ObReferenceObjectByHandle: and not an event's");
    (void)ObReferenceObjectByHandle(Handle, SYNCHRONIZE, *PsThreadType, KernelMode,
                                    &Thread, NULL);
    ObDereferenceObject(Thread);
    ok_status(ZwClose(Handle), STATUS_SUCCESS, "ZwClose: the handle closes");
    ok_status(ZwClose(Handle), STATUS_INVALID_HANDLE, "ZwClose: once");
    ok_status(KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, &Limit),
              STATUS_SUCCESS, "OBJ-1 a thread is signalled when it ends");
    ok_status(KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, &Limit),
              STATUS_SUCCESS, "OBJ-1 and stays signalled");
    ObDereferenceObject(Thread);
    ok_equal(Runs, 7, "PsCreateSystemThread: it got its context");
    ok_equal(Irql, PASSIVE_LEVEL, "IRQL-20 it ran at PASSIVE_LEVEL");
    ok(SeenId == Client.UniqueThread && SeenId != PsGetCurrentThreadId(),
       "PsCreateSystemThread: under the id it was given");
    ok_status(KtapJoinThread(KtapCreateThread(ReturningThread, (PVOID)1)), STATUS_SUCCESS,
              "PsCreateSystemThread: a routine that returns ends its thread");
    ok_equal(Runs, 8, "PsCreateSystemThread: having run");
}

/* Many threads, so that stacks and objects of those that ended must come back. */
static VOID
TestMany(VOID)
{
    ULONG Wrong = 0;

    Runs = 0;
    for (ULONG Turn = 0; Turn < 300; Turn++) {
        PKTHREAD Thread = KtapCreateThread(SimpleThread, (PVOID)1);

        Wrong += Thread == NULL || KtapJoinThread(Thread) != STATUS_SUCCESS;
    }
    ok(Wrong == 0 && Runs == 300, "300 threads, one after the other");
}

static VOID
TestAffinity(VOID)
{
    ULONG Count = KeQueryActiveProcessorCount(NULL), Wrong = 0;
    KAFFINITY Active, Old;
    PROCESSOR_NUMBER Number;

    ok_equal(KeQueryActiveProcessorCount(&Active), Count, "the count is a constant");
    ok(Active == ((KAFFINITY)1 << Count) - 1 && Active == KeQueryActiveProcessors(),
       "AFF-4 one bit for each active processor");
    for (ULONG Turn = 0; Turn < 5 * Count; Turn++) {
        KeSetSystemAffinityThread((KAFFINITY)1 << Turn % Count);
        Wrong += KeGetCurrentProcessorNumber() != Turn % Count;
    }
    ok_equal(Wrong, 0, "KeSetSystemAffinityThread moves the thread before it returns");
    KeGetCurrentProcessorNumberEx(&Number);
    ok(Number.Group == 0 && Number.Number == KeGetCurrentProcessorNumber(),
       "KeGetCurrentProcessorNumberEx: group 0, the same number");
    KeRevertToUserAffinityThread();
    Old = KeSetSystemAffinityThreadEx((KAFFINITY)1 << (Count - 1));
    ok_equal(KeGetCurrentProcessorNumber(), Count - 1,
             "KeSetSystemAffinityThreadEx moves");
    KeRevertToUserAffinityThreadEx(Old);
    ok_irql(PASSIVE_LEVEL, "the level is left alone");
}

static volatile LONG Preempted, Spins;

static VOID NTAPI
UrgentThread(PVOID Context)
{
    KeSetPriorityThread(KeGetCurrentThread(), LOW_REALTIME_PRIORITY + 4);
    KeSetSystemAffinityThread(1);
    KeWaitForSingleObject(Context, Executive, KernelMode, FALSE, NULL);
    Preempted = 1;
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID NTAPI
SettingDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    KeSetEvent(Context, 0, FALSE);
}

/* A thread of higher priority, made ready, runs before the next instruction here. */
static VOID
TestPreemption(VOID)
{
    PKTHREAD Thread;
    KEVENT Event;
    LONG ByCall, ByDpc;
    KPRIORITY Old;
    KDPC Dpc;

    Old = KeSetPriorityThread(KeGetCurrentThread(), LOW_REALTIME_PRIORITY);
    ok_equal(KeQueryPriorityThread(KeGetCurrentThread()), LOW_REALTIME_PRIORITY,
             "KeSetPriorityThread sets what KeQueryPriorityThread answers");
    KeSetSystemAffinityThread(1);
    KeInitializeEvent(&Event, SynchronizationEvent, FALSE);
    Thread = KtapCreateThread(UrgentThread, &Event);
    KtapSleep(30);
    KeSetEvent(&Event, 0, FALSE);
    ByCall = Preempted;
    KtapJoinThread(Thread);
    ok_equal(ByCall, 1, "KeSetEvent gives way to a thread of higher priority at once");

    Preempted = 0;
    Thread = KtapCreateThread(UrgentThread, &Event);
    KtapSleep(30);
    KeInitializeDpc(&Dpc, SettingDpc, &Event);
    KeInsertQueueDpc(&Dpc, NULL, NULL);
    ByDpc = Preempted;
    KtapJoinThread(Thread);
    ok_equal(ByDpc, 1, "IRQL-19 so does a DPC that makes one ready");
    KeRevertToUserAffinityThread();
    KeSetPriorityThread(KeGetCurrentThread(), Old);
}

static VOID NTAPI
SpinningThread(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    KeSetSystemAffinityThread(1);
    InterlockedIncrement(&Runs);
    while (Spins == 0) {
        YieldProcessor();
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* Two threads of one priority that never wait share one processor by time. */
static VOID
TestQuantum(VOID)
{
    PKTHREAD First, Second;

    Runs = 0;
    First = KtapCreateThread(SpinningThread, NULL);
    Second = KtapCreateThread(SpinningThread, NULL);
    ok(KtapAwait(&Runs, 2), "a thread that never waits does not starve its equals");
    Spins = 1;
    KtapJoinThread(First);
    KtapJoinThread(Second);
}

static VOID
ThreadTests(VOID)
{
    TestCreate();
    TestMany();
    TestAffinity();
    TestPreemption();
    TestQuantum();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, ThreadTests);
}
