/*
 * devqueue: the queue that says whether a device is busy, and what waits for it.
 */
#include "../ktap.h"

DRIVER_INITIALIZE DriverEntry;

static KDEVICE_QUEUE Queue;
static KDEVICE_QUEUE_ENTRY Entries[5];

static VOID
TestBusy(VOID)
{
    ok_equal(Queue.Busy, FALSE, "IRP-5 a new queue is not busy");
    ok_equal(KeInsertDeviceQueue(&Queue, &Entries[0]), FALSE,
             "IRP-5 inserting into an idle queue queues nothing");
    ok_equal(Entries[0].Inserted, FALSE, "IRP-5 the caller processes the entry");
    ok_equal(Queue.Busy, TRUE, "IRP-5 but the queue is busy");
    ok_equal(KeInsertDeviceQueue(&Queue, &Entries[1]), TRUE, "IRP-5 a busy queue queues");
    ok_equal(Entries[1].Inserted, TRUE, "IRP-5 and says so in the entry");
    KeInsertDeviceQueue(&Queue, &Entries[2]);
    ok(KeRemoveDeviceQueue(&Queue) == &Entries[1], "IRP-5 the first in is the first out");
    ok_equal(Entries[1].Inserted, FALSE, "IRP-5 an entry that is out says so");
    ok(KeRemoveDeviceQueue(&Queue) == &Entries[2], "IRP-5 then the second");
    ok_equal(Queue.Busy, TRUE, "IRP-5 taking the last leaves the queue busy");
    ok(KeRemoveDeviceQueue(&Queue) == NULL, "IRP-5 a busy empty queue gives nothing");
    ok_equal(Queue.Busy, FALSE, "IRP-5 and is idle");
}

static VOID
TestByKey(VOID)
{
    static const ULONG Keys[] = {0, 30, 10, 20, 20};
    static const ULONG Order[] = {2, 3, 4, 1};
    ULONG Wrong = 0;

    KeInsertByKeyDeviceQueue(&Queue, &Entries[0], Keys[0]);
    for (ULONG Index = 1; Index < RTL_NUMBER_OF(Keys); Index++) {
        KeInsertByKeyDeviceQueue(&Queue, &Entries[Index], Keys[Index]);
    }
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Order); Index++) {
        Wrong += KeRemoveDeviceQueue(&Queue) != &Entries[Order[Index]];
    }
    ok_equal(Wrong, 0, "IRP-5 keys order a queue, equal ones by arrival");

    for (ULONG Index = 1; Index < RTL_NUMBER_OF(Keys); Index++) {
        KeInsertByKeyDeviceQueue(&Queue, &Entries[Index], Keys[Index]);
    }
    ok(KeRemoveByKeyDeviceQueue(&Queue, 25) == &Entries[1],
       "IRP-5 removing by key takes the first at or above it");
    ok(KeRemoveByKeyDeviceQueue(&Queue, 40) == &Entries[2],
       "IRP-5 and from the start when there is none");
}

static VOID
TestRemoveEntry(VOID)
{
    ok_equal(KeRemoveEntryDeviceQueue(&Queue, &Entries[3]), TRUE,
             "IRP-5 a queued entry can be taken out");
    ok_equal(KeRemoveEntryDeviceQueue(&Queue, &Entries[3]), FALSE, "IRP-5 once");
    ok(KeRemoveDeviceQueue(&Queue) == &Entries[4] && KeRemoveDeviceQueue(&Queue) == NULL,
       "IRP-5 the others stay");
}

static VOID
DevqueueTests(VOID)
{
    KIRQL Old;

    KtapPoison(&Queue);
    KtapPoison(&Entries);
    KeInitializeDeviceQueue(&Queue);
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    TestBusy();
    TestByKey();
    TestRemoveEntry();
    ok_irql(DISPATCH_LEVEL, "IRP-5 these routines leave DISPATCH_LEVEL");
    KeLowerIrql(Old);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, DevqueueTests);
}
