/*
 * workitem: what a DPC hands to PASSIVE_LEVEL, through the I/O manager and without it.
 */
#include "workitem.h"

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;

#define MANY 100

static PDEVICE_OBJECT Device;
static volatile LONG Runs, Irql, Left;
static LONG Token; /* its address is a context to recognise */
static PVOID SeenDevice, SeenContext, SeenItem;
static PKTHREAD SeenThread;

static VOID NTAPI
Worker(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    SeenDevice = DeviceObject;
    SeenContext = Context;
    SeenThread = KeGetCurrentThread();
    Irql = KeGetCurrentIrql();
    InterlockedIncrement(&Runs);
}

static VOID NTAPI
WorkerEx(PVOID Object, PVOID Context, PIO_WORKITEM Item)
{
    SeenItem = Item;
    Worker(Object, Context);
}

/* Queues itself again until Left is used up, then frees itself. */
static VOID NTAPI
RequeueingWorker(PVOID Object, PVOID Context, PIO_WORKITEM Item)
{
    UNREFERENCED_PARAMETER(Object);
    if (Left-- > 0) {
        IoQueueWorkItemEx(Item, RequeueingWorker, DelayedWorkQueue, Context);
    } else {
        IoFreeWorkItem(Item);
    }
    InterlockedIncrement(&Runs);
}

static VOID NTAPI
QueueingDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument2);
    IoQueueWorkItem(Context, Worker, DelayedWorkQueue, Argument1);
}

static VOID
TestAllocated(VOID)
{
    PIO_WORKITEM Item;
    KDPC Dpc;
    KIRQL Old;

    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    Item = IoAllocateWorkItem(Device);
    KeLowerIrql(Old);
    if (!ok(Item != NULL, "WRK-1 a work item is allocated at DISPATCH_LEVEL")) {
        return;
    }
    IoQueueWorkItem(Item, Worker, DelayedWorkQueue, &Token);
    ok(KtapAwait(&Runs, 1), "WRK-1 a queued work item runs");
    ok(SeenDevice == Device && SeenContext == &Token,
       "WRK-2 with its device and context");
    ok_equal(Irql, PASSIVE_LEVEL, "WRK-2 IRQL-20 at PASSIVE_LEVEL");
    ok(SeenThread != KeGetCurrentThread(), "WRK-2 in a thread of the system");
    IoQueueWorkItemEx(Item, WorkerEx, CriticalWorkQueue, Item);
    ok(KtapAwait(&Runs, 2) && SeenItem == Item && SeenDevice == Device,
       "WRK-2 the extended routine gets its item");
    KtapSleep(5);
    KeInitializeDpc(&Dpc, QueueingDpc, Item);
    KeInsertQueueDpc(&Dpc, &Token, NULL);
    ok(KtapAwait(&Runs, 3) && SeenContext == &Token,
       "WRK-1 DPC-27 a DPC queues a work item");
    IoFreeWorkItem(Item);
}

static VOID
TestRequeue(VOID)
{
    Runs = 0;
    Left = 50;
    IoQueueWorkItemEx(IoAllocateWorkItem(Device), RequeueingWorker, DelayedWorkQueue,
                      NULL);
    ok(KtapAwait(&Runs, 51), "WRK-3 an item queues itself from its routine");
    ok_equal(Left, -1, "WRK-1 and frees itself there at last");
}

static VOID
TestOwnStorage(VOID)
{
    PIO_WORKITEM Item = ExAllocatePoolWithTag(NonPagedPool, IoSizeofWorkItem(), KTAP_TAG);

    Runs = 0;
    RtlFillMemory(Item, IoSizeofWorkItem(), KTAP_POISON);
    IoInitializeWorkItem(Device, Item);
    IoQueueWorkItem(Item, Worker, DelayedWorkQueue, NULL);
    ok(KtapAwait(&Runs, 1), "WRK-4 an item in the driver's own memory runs");
    KtapSleep(5);
    IoUninitializeWorkItem(Item);
    ExFreePoolWithTag(Item, KTAP_TAG);
}

static VOID NTAPI
ExWorker(PVOID Parameter)
{
    InterlockedAdd(&Runs, *(PLONG)Parameter);
}

static VOID
TestMany(VOID)
{
    static WORK_QUEUE_ITEM Items[MANY];
    static LONG One = 1;

    Runs = 0;
    for (ULONG Index = 0; Index < MANY; Index++) {
        KtapPoison(&Items[Index]);
        ExInitializeWorkItem(&Items[Index], ExWorker, &One);
        ExQueueWorkItem(&Items[Index],
                        (Index % 2) ? DelayedWorkQueue : CriticalWorkQueue);
    }
    ok(KtapAwait(&Runs, MANY), "WRK-3 ExQueueWorkItem: of 100 items each runs once");
    KtapSleep(20);
    ok_equal(Runs, MANY, "WRK-3 and not twice");
}

static VOID
WorkitemTests(VOID)
{
    if (ok(Device != NULL, "a device to queue work for")) {
        TestAllocated();
        TestRequeue();
        TestOwnStorage();
        TestMany();
        TestQueues();
        TestPools();
    }
}

static VOID NTAPI
Unload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    IoDeleteDevice(Device);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS Status;

    DriverObject->DriverUnload = Unload;
    Status =
        IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
    return NT_SUCCESS(Status) ? KtapStart(DriverObject, RegistryPath, WorkitemTests)
                              : Status;
}
