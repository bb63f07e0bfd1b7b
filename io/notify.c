/*
 * Registrations for Plug and Play notifications: who is called, and no more once it has
 * said so.
 *
 * A registration stays on its list until the last reference is gone, so that whoever is
 * calling can go on from it; being over, it is passed over.
 */
#include "iop.h"
#include "ionotify.h"

static LIST_ENTRY IopNotifications = {&IopNotifications, &IopNotifications};
static KSPIN_LOCK IopNotificationLock; /* a leaf */

VOID
IopReleaseNotification(PIOP_NOTIFICATION Notification)
{
    BOOLEAN Last;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopNotificationLock, &OldIrql);
    Last = --Notification->References == 0;
    if (Last) {
        RemoveEntryList(&Notification->Link);
    }
    KeReleaseSpinLock(&IopNotificationLock, OldIrql);
    if (Last) {
        if (Notification->Device != NULL) {
            ObDereferenceObject(Notification->Device);
        }
        ObDereferenceObject(Notification->Driver);
        ExFreePoolWithTag(Notification, IOP_TAG_PNP);
    }
}

PIOP_NOTIFICATION
IopNextNotification(PIOP_NOTIFICATION Before, IO_NOTIFICATION_EVENT_CATEGORY Category,
                    BOOLEAN Backwards)
{
    PLIST_ENTRY Link = Before != NULL ? &Before->Link : &IopNotifications;
    PIOP_NOTIFICATION Found = NULL;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopNotificationLock, &OldIrql);
    while (Found == NULL) {
        PIOP_NOTIFICATION Next;

        Link = Backwards ? Link->Blink : Link->Flink;
        if (Link == &IopNotifications) {
            break;
        }
        Next = CONTAINING_RECORD(Link, IOP_NOTIFICATION, Link);
        if (Next->Category == Category && !Next->Over) {
            Next->References++;
            Found = Next;
        }
    }
    KeReleaseSpinLock(&IopNotificationLock, OldIrql);
    if (Before != NULL) {
        IopReleaseNotification(Before);
    }
    return Found;
}

VOID
IopEnterCallback(PIOP_NOTIFICATION Notification)
{
    KIRQL OldIrql;

    KeWaitForSingleObject(&Notification->Turn, Executive, KernelMode, FALSE, NULL);
    KeAcquireSpinLock(&IopNotificationLock, &OldIrql);
    Notification->Runner = KeGetCurrentThread();
    KeReleaseSpinLock(&IopNotificationLock, OldIrql);
}

VOID
IopLeaveCallback(PIOP_NOTIFICATION Notification)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopNotificationLock, &OldIrql);
    Notification->Runner = NULL;
    KeReleaseSpinLock(&IopNotificationLock, OldIrql);
    KeSetEvent(&Notification->Turn, IO_NO_INCREMENT, FALSE);
}

/* Over is set under the lock by somebody who then waits for his turn: it cannot come
   between the look and the call. */
NTSTATUS
IopCallBack(PIOP_NOTIFICATION Notification, PVOID Structure)
{
    BOOLEAN Over;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopNotificationLock, &OldIrql);
    Over = Notification->Over;
    KeReleaseSpinLock(&IopNotificationLock, OldIrql);
    return Over ? STATUS_SUCCESS
                : Notification->Callback(Structure, Notification->Context);
}

/* The PDO of the stack a file is open on, referenced, or NULL. */
static PDEVICE_OBJECT
IopFindTarget(PFILE_OBJECT File)
{
    PDEVICE_OBJECT Device = File->DeviceObject;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    while (Device->DeviceObjectExtension->AttachedTo != NULL) {
        Device = Device->DeviceObjectExtension->AttachedTo;
    }
    if (IopPdoFromDevice(Device) == NULL) {
        Device = NULL;
    } else {
        ObReferenceObject(Device);
    }
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    return Device;
}

/* What the category's data say; it may be NULL where a category has none. */
static NTSTATUS
IopReadCategory(PIOP_NOTIFICATION Notification, PVOID Data)
{
    switch (Notification->Category) {
    case EventCategoryHardwareProfileChange:
        return STATUS_SUCCESS; /* there is one profile, which never changes */
    case EventCategoryDeviceInterfaceChange:
        if (Data == NULL) {
            return STATUS_INVALID_PARAMETER;
        }
        Notification->Class = *(const GUID *)Data;
        return STATUS_SUCCESS;
    case EventCategoryTargetDeviceChange:
        if (Data == NULL) {
            return STATUS_INVALID_PARAMETER;
        }
        Notification->File = Data;
        Notification->Device = IopFindTarget(Data);
        return Notification->Device != NULL ? STATUS_SUCCESS
                                            : STATUS_INVALID_DEVICE_REQUEST;
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

static VOID
IopInsertNotification(PIOP_NOTIFICATION Notification)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopNotificationLock, &OldIrql);
    Notification->References = 1;
    InsertTailList(&IopNotifications, &Notification->Link);
    KeReleaseSpinLock(&IopNotificationLock, OldIrql);
}

/*
 * Has CallbackRoutine called with Context for events of a category.
 *   EventCategoryData  interfaces: the GUID of their class; a target device: a file object
 *                      open on it, for which the events are, until it is unregistered
 *   EventCategoryFlags PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES: it is
 *                      called at once for each interface that is enabled
 *   DriverObject       stays loaded as long
 * STATUS_SUCCESS; STATUS_INVALID_PARAMETER: no callback, no data, no such category;
 * STATUS_INVALID_DEVICE_REQUEST: the file's device is on no bus;
 * STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL.
 * Source: manual, IoRegisterPlugPlayNotification.
 */
NTSTATUS
NTAPI
IoRegisterPlugPlayNotification(IO_NOTIFICATION_EVENT_CATEGORY EventCategory,
                               ULONG EventCategoryFlags, PVOID EventCategoryData,
                               PDRIVER_OBJECT DriverObject,
                               PDRIVER_NOTIFICATION_CALLBACK_ROUTINE CallbackRoutine,
                               PVOID Context, PVOID *NotificationEntry)
{
    PIOP_NOTIFICATION Notification;
    NTSTATUS Status;

    *NotificationEntry = NULL;
    if (DriverObject == NULL || CallbackRoutine == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    Notification = IopAllocate(sizeof(*Notification), IOP_TAG_PNP);
    if (Notification == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Notification->Category = EventCategory;
    Notification->Callback = CallbackRoutine;
    Notification->Context = Context;
    Notification->Driver = DriverObject;
    KeInitializeEvent(&Notification->Turn, SynchronizationEvent, TRUE);
    Notification->Since = MAXULONG64; /* until it has joined the changes */
    Status = IopReadCategory(Notification, EventCategoryData);
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Notification, IOP_TAG_PNP);
        return Status;
    }
    ObReferenceObject(DriverObject);
    IopInsertNotification(Notification);
    *NotificationEntry = Notification;
    if (EventCategory == EventCategoryDeviceInterfaceChange) {
        IopJoinInterfaceChanges(
            Notification, (EventCategoryFlags &
                           PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES) != 0);
    }
    return STATUS_SUCCESS;
}
EXPORT(IoRegisterPlugPlayNotification);

/*
 * Ends a registration: when it returns the callback does not run and is not called any
 * more, unless it is the callback itself that calls. STATUS_SUCCESS. PASSIVE_LEVEL.
 * Source: manual, IoUnregisterPlugPlayNotificationEx.
 */
NTSTATUS
NTAPI
IoUnregisterPlugPlayNotificationEx(PVOID NotificationEntry)
{
    PIOP_NOTIFICATION Notification = NotificationEntry;
    BOOLEAN Inside;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopNotificationLock, &OldIrql);
    Notification->Over = TRUE;
    Inside = Notification->Runner == KeGetCurrentThread();
    KeReleaseSpinLock(&IopNotificationLock, OldIrql);
    if (!Inside) {
        IopEnterCallback(Notification);
        IopLeaveCallback(Notification);
    }
    IopReleaseNotification(Notification);
    return STATUS_SUCCESS;
}
EXPORT(IoUnregisterPlugPlayNotificationEx);

/* The same. Source: manual, IoUnregisterPlugPlayNotification. */
NTSTATUS
NTAPI
IoUnregisterPlugPlayNotification(PVOID NotificationEntry)
{
    return IoUnregisterPlugPlayNotificationEx(NotificationEntry);
}
EXPORT(IoUnregisterPlugPlayNotification);
