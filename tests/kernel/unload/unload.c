/*
 * unload: what a driver leaves behind when DriverUnload returns. One thing a boot, and
 * the stop that names it; and a driver that leaves nothing, which ends well.
 */
#include "../cases.h"

#define VERIFIER_POOL_LEFT   0x62
#define VERIFIER_OBJECT_LEFT 0xD1A00010
#define LEFT_WORK_ITEM       2
#define LEFT_DEVICE          3

#define ADDRESS(Pointer) ((ULONG64)(ULONG_PTR)(Pointer))

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD DriverUnload;
static KDEFERRED_ROUTINE IdleDpc;
static KSTART_ROUTINE BusyThread;
static WORKER_THREAD_ROUTINE SleepingWorker;

static KTIMER Timer;
static KDPC Dpc;
static volatile LONG Busy;

static VOID NTAPI
IdleDpc(PKDPC Self, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Self);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
}

/* A stop of BUG-18, with the image as the range. */
static VOID
ExpectQueued(ULONG Kind, ULONG64 Object)
{
    ULONG64 Start = ADDRESS(Ktap.DriverObject->DriverStart);

    KtapExpectStop(TIMER_OR_DPC_INVALID, Kind, Object, Start,
                   Start + Ktap.DriverObject->DriverSize);
}

static VOID
ExpectLeft(ULONG64 Object, ULONG Kind)
{
    KtapExpectStop(DRIVER_VERIFIER_DETECTED_VIOLATION, VERIFIER_OBJECT_LEFT, KTAP_ANY,
                   Object, Kind);
}

/* A block of each pool, one too large for the special pool: three, with the suite's own. */
static VOID
LeavePool(VOID)
{
    (VOID) !ExAllocatePoolWithTag(NonPagedPoolNx, 100, KTAP_TAG);
    (VOID) !ExAllocatePoolWithTag(PagedPool, 3 * PAGE_SIZE, KTAP_TAG);
    KtapExpectStop(DRIVER_VERIFIER_DETECTED_VIOLATION, VERIFIER_POOL_LEFT, KTAP_ANY,
                   KTAP_ANY, 2);
}

static VOID
LeaveTimer(VOID)
{
    KeInitializeTimer(&Timer);
    ExpectQueued(0, ADDRESS(&Timer));
    KeSetTimer(&Timer, KtapMilliseconds(60000), NULL);
}

/* Timer and DPC lie in pool, but the routine does not. */
static VOID
LeaveRoutine(VOID)
{
    struct {
        KTIMER Timer;
        KDPC Dpc;
    } *Block = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*Block), KTAP_TAG);

    KeInitializeTimer(&Block->Timer);
    KeInitializeDpc(&Block->Dpc, IdleDpc, NULL);
    ExpectQueued(2, ADDRESS(IdleDpc));
    KeSetTimer(&Block->Timer, KtapMilliseconds(60000), &Block->Dpc);
}

/* Keeps its processor from running DPCs until the stop. */
static VOID NTAPI
BusyThread(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    KeSetSystemAffinityThreadEx(2);
    KfRaiseIrql(DISPATCH_LEVEL);
    Busy = 1;
    for (;;) {
        YieldProcessor();
    }
}

static VOID
LeaveDpc(VOID)
{
    KtapCreateThread(BusyThread, NULL);
    KtapAwait(&Busy, 1);
    KeInitializeDpc(&Dpc, IdleDpc, NULL);
    KeSetTargetProcessorDpc(&Dpc, 1);
    ExpectQueued(1, ADDRESS(&Dpc));
    KeInsertQueueDpc(&Dpc, NULL, NULL);
}

static VOID NTAPI
SleepingWorker(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    KtapSleep(60000);
}

/* More items than there are workers: the last ones are still queued. */
static VOID
LeaveWorkItem(VOID)
{
    static WORK_QUEUE_ITEM Items[64];

    ExpectLeft(KTAP_ANY, LEFT_WORK_ITEM);
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Items); Index++) {
        ExInitializeWorkItem(&Items[Index], SleepingWorker, NULL);
        ExQueueWorkItem(&Items[Index], DelayedWorkQueue);
    }
}

static VOID
LeaveDevice(VOID)
{
    PDEVICE_OBJECT Device;

    if (NT_SUCCESS(IoCreateDevice(Ktap.DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0,
                                  FALSE, &Device))) {
        ExpectLeft(ADDRESS(Device), LEFT_DEVICE);
    }
}

/* Blocks of both kinds and a timer, all given back in time. */
static VOID
LeaveNothing(VOID)
{
    PVOID Small = ExAllocatePoolWithTag(NonPagedPoolNx, 100, KTAP_TAG);
    PVOID Large = ExAllocatePoolWithTag(PagedPool, 3 * PAGE_SIZE, KTAP_TAG);

    KeInitializeTimer(&Timer);
    KeSetTimer(&Timer, KtapMilliseconds(60000), NULL);
    KeCancelTimer(&Timer);
    ExFreePoolWithTag(Small, KTAP_TAG);
    ExFreePoolWithTag(Large, KTAP_TAG);
}

static const KTAP_CASE Cases[] = {
    {L"pool", LeavePool},       {L"timer", LeaveTimer},     {L"routine", LeaveRoutine},
    {L"dpc", LeaveDpc},         {L"worker", LeaveWorkItem}, {L"device", LeaveDevice},
    {L"nothing", LeaveNothing},
};

static VOID NTAPI
DriverUnload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    KtapRunCase(Cases, RTL_NUMBER_OF(Cases));
}

static VOID
UnloadTests(VOID)
{
    ok_irql(PASSIVE_LEVEL, "VER unloading is checked after this");
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    DriverObject->DriverUnload = DriverUnload;
    return KtapStart(DriverObject, RegistryPath, UnloadTests);
}
