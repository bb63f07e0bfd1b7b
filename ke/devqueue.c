/*
 * Device queues: the IRPs (or other packets) that wait while their device is busy
 * (IRP-5).
 *
 * The queue's own lock guards it. It is taken without lowering, so a caller that holds
 * the cancel spin lock or is already at DISPATCH_LEVEL stays where it is.
 */
#include "ki.h"

#define KI_DEVICE_QUEUE_OBJECT 20 /* KOBJECTS DeviceQueueObject, KINT-2 */

/* Makes an empty queue whose device is not busy. Any IRQL. Source: IRP-5. */
VOID NTAPI
KeInitializeDeviceQueue(PKDEVICE_QUEUE DeviceQueue)
{
    DeviceQueue->Type = KI_DEVICE_QUEUE_OBJECT;
    DeviceQueue->Size = sizeof(KDEVICE_QUEUE);
    InitializeListHead(&DeviceQueue->DeviceListHead);
    KeInitializeSpinLock(&DeviceQueue->Lock);
    DeviceQueue->Busy = FALSE;
}
EXPORT(KeInitializeDeviceQueue);

/* Puts Entry before Next of a busy queue; an idle one becomes busy and FALSE is returned.
 */
static BOOLEAN
KiInsertBefore(PKDEVICE_QUEUE Queue, PKDEVICE_QUEUE_ENTRY Entry, PLIST_ENTRY Next)
{
    Entry->Inserted = Queue->Busy;
    Queue->Busy = TRUE;
    if (Entry->Inserted) {
        /* Tail of the list that Next heads is the place right before Next. */
        InsertTailList(Next, &Entry->DeviceListEntry);
    }
    return Entry->Inserted;
}

/*
 * Queues Entry at the end. FALSE: the device was idle; it counts as busy now and the
 * caller handles the packet itself. IRQL <= DISPATCH_LEVEL. Source: IRP-5.
 */
BOOLEAN
NTAPI
KeInsertDeviceQueue(PKDEVICE_QUEUE DeviceQueue, PKDEVICE_QUEUE_ENTRY DeviceQueueEntry)
{
    KIRQL OldIrql;
    BOOLEAN Inserted;

    KeAcquireSpinLock(&DeviceQueue->Lock, &OldIrql);
    Inserted =
        KiInsertBefore(DeviceQueue, DeviceQueueEntry, &DeviceQueue->DeviceListHead);
    KeReleaseSpinLock(&DeviceQueue->Lock, OldIrql);
    return Inserted;
}
EXPORT(KeInsertDeviceQueue);

/* The first entry whose key is above (OrEqual: at or above) Key, or the list head. */
static PLIST_ENTRY
KiFindKey(PKDEVICE_QUEUE Queue, ULONG Key, BOOLEAN OrEqual)
{
    PLIST_ENTRY Link = Queue->DeviceListHead.Flink;

    while (Link != &Queue->DeviceListHead) {
        ULONG SortKey =
            CONTAINING_RECORD(Link, KDEVICE_QUEUE_ENTRY, DeviceListEntry)->SortKey;

        if (SortKey > Key || (OrEqual && SortKey == Key)) {
            break;
        }
        Link = Link->Flink;
    }
    return Link;
}

/* The same, in ascending order of SortKey and behind equal ones. IRQL <= DISPATCH_LEVEL.
   Source: IRP-5. */
BOOLEAN
NTAPI
KeInsertByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue,
                         PKDEVICE_QUEUE_ENTRY DeviceQueueEntry, ULONG SortKey)
{
    KIRQL OldIrql;
    BOOLEAN Inserted;

    KeAcquireSpinLock(&DeviceQueue->Lock, &OldIrql);
    DeviceQueueEntry->SortKey = SortKey;
    Inserted = KiInsertBefore(DeviceQueue, DeviceQueueEntry,
                              KiFindKey(DeviceQueue, SortKey, FALSE));
    KeReleaseSpinLock(&DeviceQueue->Lock, OldIrql);
    return Inserted;
}
EXPORT(KeInsertByKeyDeviceQueue);

/* Takes the entry at Link off; from an empty queue nothing, and the device is idle. */
static PKDEVICE_QUEUE_ENTRY
KiRemoveAt(PKDEVICE_QUEUE Queue, PLIST_ENTRY Link)
{
    PKDEVICE_QUEUE_ENTRY Entry;

    if (Link == &Queue->DeviceListHead) {
        Queue->Busy = FALSE;
        return NULL;
    }
    Entry = CONTAINING_RECORD(Link, KDEVICE_QUEUE_ENTRY, DeviceListEntry);
    RemoveEntryList(Link);
    Entry->Inserted = FALSE;
    return Entry;
}

/* Takes the first entry; NULL: there was none and the device is idle now. DISPATCH_LEVEL.
   Source: IRP-5. */
PKDEVICE_QUEUE_ENTRY
NTAPI
KeRemoveDeviceQueue(PKDEVICE_QUEUE DeviceQueue)
{
    PKDEVICE_QUEUE_ENTRY Entry;

    KeAcquireSpinLockAtDpcLevel(&DeviceQueue->Lock);
    Entry = KiRemoveAt(DeviceQueue, DeviceQueue->DeviceListHead.Flink);
    KeReleaseSpinLockFromDpcLevel(&DeviceQueue->Lock);
    return Entry;
}
EXPORT(KeRemoveDeviceQueue);

/* Takes the first entry whose key is at least SortKey, or the first of all; NULL as
   above. DISPATCH_LEVEL. Source: IRP-2, IRP-5. */
PKDEVICE_QUEUE_ENTRY
NTAPI
KeRemoveByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue, ULONG SortKey)
{
    PKDEVICE_QUEUE_ENTRY Entry;
    PLIST_ENTRY Link;

    KeAcquireSpinLockAtDpcLevel(&DeviceQueue->Lock);
    Link = KiFindKey(DeviceQueue, SortKey, TRUE);
    if (Link == &DeviceQueue->DeviceListHead) {
        Link = Link->Flink;
    }
    Entry = KiRemoveAt(DeviceQueue, Link);
    KeReleaseSpinLockFromDpcLevel(&DeviceQueue->Lock);
    return Entry;
}
EXPORT(KeRemoveByKeyDeviceQueue);

/* Takes Entry out of the middle (a cancelled packet). FALSE: it was not queued.
   IRQL <= DISPATCH_LEVEL. Source: manual, KeRemoveEntryDeviceQueue. */
BOOLEAN
NTAPI
KeRemoveEntryDeviceQueue(PKDEVICE_QUEUE DeviceQueue,
                         PKDEVICE_QUEUE_ENTRY DeviceQueueEntry)
{
    KIRQL OldIrql;
    BOOLEAN Queued;

    KeAcquireSpinLock(&DeviceQueue->Lock, &OldIrql);
    Queued = DeviceQueueEntry->Inserted;
    if (Queued) {
        DeviceQueueEntry->Inserted = FALSE;
        RemoveEntryList(&DeviceQueueEntry->DeviceListEntry);
    }
    KeReleaseSpinLock(&DeviceQueue->Lock, OldIrql);
    return Queued;
}
EXPORT(KeRemoveEntryDeviceQueue);
