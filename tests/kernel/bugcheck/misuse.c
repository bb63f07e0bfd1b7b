/*
 * Errors the kernel notices by looking: requests, waits, levels and pool used wrongly.
 */
#include "bugcheck.h"

#define POOL_FREED_TWICE 7

static KDEFERRED_ROUTINE WaitingDpc, RaisingDpc;
static DRIVER_CANCEL CancelRoutine;
static IO_WORKITEM_ROUTINE RaisingWorker;

/* A DPC in this very thread: lowering the level lets it in. */
static VOID
RunDpc(PKDEFERRED_ROUTINE Routine, PVOID Context)
{
    static KDPC Dpc;
    KIRQL Old = KfRaiseIrql(DISPATCH_LEVEL);

    KeInitializeDpc(&Dpc, Routine, Context);
    KeInsertQueueDpc(&Dpc, NULL, NULL);
    KeLowerIrql(Old);
}

/* An IRP of the driver's own memory, ready to be completed from its only location. */
static PIRP
MakeIrp(VOID)
{
    static DECLSPEC_ALIGN(16) UCHAR Memory[sizeof(IRP) + sizeof(IO_STACK_LOCATION)];
    PIRP Irp = (PIRP)Memory;

    IoInitializeIrp(Irp, IoSizeOfIrp(1), 1);
    IoSetNextIrpStackLocation(Irp);
    return Irp;
}

/* BUG-10, IRP-7 */
VOID
CompleteTwice(VOID)
{
    PIRP Irp = MakeIrp();

    Expect(MULTIPLE_IRP_COMPLETE_REQUESTS, (ULONG64)(ULONG_PTR)Irp, ANY, ANY, ANY);
    ExpectPlace("CompleteTwice", PASSIVE_LEVEL);
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
}

static VOID NTAPI
CancelRoutine(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
}

/* BUG-11 */
VOID
CompleteCancelable(VOID)
{
    PIRP Irp = MakeIrp();

    IoSetCancelRoutine(Irp, CancelRoutine);
    Expect(CANCEL_STATE_IN_COMPLETED_IRP, (ULONG64)(ULONG_PTR)Irp,
           (ULONG64)(ULONG_PTR)CancelRoutine, ANY, ANY);
    ExpectPlace("CompleteCancelable", PASSIVE_LEVEL);
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
}

static VOID NTAPI
WaitingDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    /* lint: on purpose */
    KeWaitForSingleObject(Context, Executive, KernelMode, FALSE, NULL);
}

/* BUG-16, DPC-27 */
VOID
WaitInDpc(VOID)
{
    static KEVENT Event;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Expect(ATTEMPTED_SWITCH_FROM_DPC, (ULONG64)(ULONG_PTR)KeGetCurrentThread(), ANY, ANY,
           0);
    ExpectPlace("WaitingDpc", DISPATCH_LEVEL);
    RunDpc(WaitingDpc, &Event);
}

static VOID NTAPI
RaisingDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    KfRaiseIrql(CMCI_LEVEL);
} /* lint: on purpose */

/* BUG-20, DPC-23: a callout (2) that returned at another level, its routine and its
   parameter. */
VOID
LeaveDpcRaised(VOID)
{
    ULONG64 Levels = CMCI_LEVEL << 16 | DISPATCH_LEVEL << 8 | 2;

    Expect(IRQL_UNEXPECTED_VALUE, Levels, (ULONG64)(ULONG_PTR)RaisingDpc, 0xC0417E57,
           ANY);
    ExpectPlace("RaisingDpc", CMCI_LEVEL);
    RunDpc(RaisingDpc, (PVOID)(ULONG_PTR)0xC0417E57);
}

static __attribute__((noinline)) VOID
StayForEver(VOID)
{
    KDPC_WATCHDOG_INFORMATION Left;

    for (;;) {
        KeStallExecutionProcessor(50);
        if (!NT_SUCCESS(KeQueryDpcWatchdogInformation(&Left))) {
            return; /* WDG-1: at DISPATCH_LEVEL it answers; the stop will be missed */
        }
    }
}

static VOID NTAPI
EndlessDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    StayForEver();
}

/* WDG-3, BUG-27: one DPC too long; the boot's limit is 32 clock ticks (tests.txt). */
VOID
StayInDpc(VOID)
{
    Expect(DPC_WATCHDOG_VIOLATION, 0, 32, 32, ANY);
    DbgPrint("# expect guilty StayForEver\n");
    RunDpc(EndlessDpc, NULL);
}

/* WDG-3: a thread that does not come down again; the boot's period is 48 ticks. */
VOID
StayRaised(VOID)
{
    KDPC_WATCHDOG_INFORMATION Left;

    ok_status(KeQueryDpcWatchdogInformation(&Left), STATUS_UNSUCCESSFUL,
              "WDG-1 nothing is counted below DISPATCH_LEVEL");
    Expect(DPC_WATCHDOG_VIOLATION, 1, 48, ANY, ANY);
    DbgPrint("# expect guilty StayForEver\n");
    KfRaiseIrql(DISPATCH_LEVEL);
    StayForEver();
}

VOID
FreeTwice(VOID)
{
    PVOID Block = ExAllocatePoolWithTag(NonPagedPool, 100, KTAP_TAG);

    Expect(BAD_POOL_CALLER, POOL_FREED_TWICE, ANY, ANY, (ULONG64)(ULONG_PTR)Block);
    ExpectPlace("FreeTwice", PASSIVE_LEVEL);
    ExFreePoolWithTag(Block, KTAP_TAG);
    ExFreePoolWithTag(Block, KTAP_TAG);
}

static VOID NTAPI
RaisingWorker(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Context);
    KfRaiseIrql(DISPATCH_LEVEL);
} /* lint: on purpose */

/* BUG-23, WRK-2 */
VOID
LeaveWorkItemRaised(VOID)
{
    PDEVICE_OBJECT Device;
    PIO_WORKITEM Item;

    if (!NT_SUCCESS(IoCreateDevice(Ktap.DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0,
                                   FALSE, &Device))) {
        return;
    }
    Item = IoAllocateWorkItem(Device);
    Expect(WORKER_THREAD_RETURNED_AT_BAD_IRQL, (ULONG64)(ULONG_PTR)RaisingWorker,
           DISPATCH_LEVEL, (ULONG64)(ULONG_PTR)Device, (ULONG64)(ULONG_PTR)Item);
    DbgPrint("# expect guilty RaisingWorker\n# expect irql %u\n", DISPATCH_LEVEL);
    IoQueueWorkItem(Item, RaisingWorker, DelayedWorkQueue, Device);
}

static VOID NTAPI
RegionWorker(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Context);
    KeEnterCriticalRegion();
} /* lint: on purpose */

static VOID NTAPI
GuardedWorker(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    KeEnterGuardedRegion();
} /* lint: on purpose */

/* IRQL-23: a worker's APCs must be on again when the routine returns. */
VOID
LeaveWorkItemInRegion(VOID)
{
    PDEVICE_OBJECT Device;

    if (!NT_SUCCESS(IoCreateDevice(Ktap.DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0,
                                   FALSE, &Device))) {
        return;
    }
    Expect(APC_INDEX_MISMATCH, (ULONG64)(ULONG_PTR)RegionWorker, 0, 0xFFFF, 1);
    DbgPrint("# expect guilty RegionWorker\n# expect irql %u\n", PASSIVE_LEVEL);
    IoQueueWorkItem(IoAllocateWorkItem(Device), RegionWorker, DelayedWorkQueue, NULL);
}

VOID
LeaveWorkerGuarded(VOID)
{
    static WORK_QUEUE_ITEM Item;

    ExInitializeWorkItem(&Item, GuardedWorker, NULL);
    Expect(APC_INDEX_MISMATCH, (ULONG64)(ULONG_PTR)GuardedWorker, 0, 0xFFFF0000, 1);
    DbgPrint("# expect guilty GuardedWorker\n# expect irql %u\n", PASSIVE_LEVEL);
    ExQueueWorkItem(&Item, DelayedWorkQueue);
}

/* BUG-5, OBJ-3 */
VOID
WaitForTooMany(VOID)
{
    PVOID Objects[THREAD_WAIT_OBJECTS + 1];
    KEVENT Event;

    KeInitializeEvent(&Event, NotificationEvent, TRUE);
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Objects); Index++) {
        Objects[Index] = &Event;
    }
    Expect(MAXIMUM_WAIT_OBJECTS_EXCEEDED, 0, 0, 0, 0);
    ExpectPlace("WaitForTooMany", PASSIVE_LEVEL);
    KeWaitForMultipleObjects(RTL_NUMBER_OF(Objects), Objects, WaitAny, Executive,
                             KernelMode, FALSE, NULL, NULL);
}

/* BUG-8, OBJ-6: nobody can handle the exception here. */
VOID
ReleaseBeyondLimit(VOID)
{
    KSEMAPHORE Semaphore;

    KeInitializeSemaphore(&Semaphore, 1, 1);
    Expect(KMODE_EXCEPTION_NOT_HANDLED, (ULONG64)(LONG64)STATUS_SEMAPHORE_LIMIT_EXCEEDED,
           ANY, ANY, ANY);
    DbgPrint("# expect guilty ReleaseBeyondLimit\n");
    KeReleaseSemaphore(&Semaphore, 0, 1, FALSE);
}

/* BUG-8, OBJ-7 */
VOID
ReleaseForeignMutex(VOID)
{
    KMUTEX Mutex;

    KeInitializeMutex(&Mutex, 0);
    Expect(KMODE_EXCEPTION_NOT_HANDLED, (ULONG64)(LONG64)STATUS_MUTANT_NOT_OWNED, ANY,
           ANY, ANY);
    DbgPrint("# expect guilty ReleaseForeignMutex\n");
    KeReleaseMutex(&Mutex, FALSE);
}

/* BUG-28: the second removal finds links that do not point back. */
VOID
RemoveTwice(VOID)
{
    LIST_ENTRY Head, First, Second;

    InitializeListHead(&Head);
    InsertTailList(&Head, &First);
    InsertTailList(&Head, &Second);
    Expect(KERNEL_SECURITY_CHECK_FAILURE, FAST_FAIL_CORRUPT_LIST_ENTRY, ANY, ANY, ANY);
    ExpectPlace("RemoveTwice", PASSIVE_LEVEL);
    RemoveEntryList(&First);
    RemoveEntryList(&First);
}

/* BUG-8 */
VOID
RaiseStatus(VOID)
{
    Expect(KMODE_EXCEPTION_NOT_HANDLED, (ULONG64)(LONG64)STATUS_INVALID_PARAMETER, ANY, 0,
           0);
    ExpectPlace("RaiseStatus", PASSIVE_LEVEL);
    ExRaiseStatus(STATUS_INVALID_PARAMETER);
}
