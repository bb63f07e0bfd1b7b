/*
 * Telling drivers what becomes of a device they have open: it is to be removed, which they
 * may refuse, it stays after all, it is gone; or whatever its own driver reports.
 *
 * One event at a time: the lock of pnp.c is held while they are called.
 */
#include "iop.h"
#include "ionotify.h"

#include <wdmguid.h>

/* The next registration for Device behind Before. */
static PIOP_NOTIFICATION
IopNextTarget(PIOP_NOTIFICATION Before, PDEVICE_OBJECT Device, BOOLEAN Backwards)
{
    do {
        Before = IopNextNotification(Before, EventCategoryTargetDeviceChange, Backwards);
    } while (Before != NULL && Before->Device != Device);
    return Before;
}

static NTSTATUS
IopTellRemoval(PIOP_NOTIFICATION Notification, const GUID *Event)
{
    TARGET_DEVICE_REMOVAL_NOTIFICATION Structure = {
        .Version = 1,
        .Size = sizeof(Structure),
        .Event = *Event,
        .FileObject = Notification->File,
    };
    NTSTATUS Status;

    IopEnterCallback(Notification);
    Status = IopCallBack(Notification, &Structure);
    IopLeaveCallback(Notification);
    return Status;
}

/* Asks all; when one refuses, those asked so far are told that the device stays, the last
   one first. */
NTSTATUS
IopAskTarget(PDEVICE_OBJECT Device)
{
    PIOP_NOTIFICATION Notification = NULL;
    NTSTATUS Status = STATUS_SUCCESS;

    while ((Notification = IopNextTarget(Notification, Device, FALSE)) != NULL) {
        Status = IopTellRemoval(Notification, &GUID_TARGET_DEVICE_QUERY_REMOVE);
        if (!NT_SUCCESS(Status)) {
            break;
        }
    }
    while (Notification != NULL) {
        IopTellRemoval(Notification, &GUID_TARGET_DEVICE_REMOVE_CANCELLED);
        Notification = IopNextTarget(Notification, Device, TRUE);
    }
    return Status;
}

VOID
IopTellTarget(PDEVICE_OBJECT Device, const GUID *Event)
{
    PIOP_NOTIFICATION Notification = NULL;
    BOOLEAN Backwards = IsEqualGUID(Event, &GUID_TARGET_DEVICE_REMOVE_CANCELLED);

    while ((Notification = IopNextTarget(Notification, Device, Backwards)) != NULL) {
        IopTellRemoval(Notification, Event);
    }
}

/* ---- events of drivers
 * -------------------------------------------------------------------- */

/* Whether a driver may report what Custom says; the system's events are not its to tell. */
static NTSTATUS
IopCheckReport(PDEVICE_OBJECT Device, const TARGET_DEVICE_CUSTOM_NOTIFICATION *Custom)
{
    LONG Data = FIELD_OFFSET(TARGET_DEVICE_CUSTOM_NOTIFICATION, CustomDataBuffer);

    if (IopPdoFromDevice(Device) == NULL ||
        IsEqualGUID(&Custom->Event, &GUID_TARGET_DEVICE_QUERY_REMOVE) ||
        IsEqualGUID(&Custom->Event, &GUID_TARGET_DEVICE_REMOVE_CANCELLED) ||
        IsEqualGUID(&Custom->Event, &GUID_TARGET_DEVICE_REMOVE_COMPLETE)) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    if (Custom->Version != 1 || Custom->Size < Data || Custom->NameBufferOffset < -1 ||
        Custom->NameBufferOffset > Custom->Size - Data) {
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

/* Each registrant finds its own file object in it. The lock is held. */
static VOID
IopTellReport(PDEVICE_OBJECT Device, PTARGET_DEVICE_CUSTOM_NOTIFICATION Custom)
{
    PIOP_NOTIFICATION Notification = NULL;

    while ((Notification = IopNextTarget(Notification, Device, FALSE)) != NULL) {
        Custom->FileObject = Notification->File;
        IopEnterCallback(Notification);
        IopCallBack(Notification, Custom);
        IopLeaveCallback(Notification);
    }
}

typedef struct _IOP_REPORT {
    WORK_QUEUE_ITEM Item;
    PDEVICE_OBJECT Device; /* referenced */
    PDEVICE_CHANGE_COMPLETE_CALLBACK Callback;
    PVOID Context;
    TARGET_DEVICE_CUSTOM_NOTIFICATION Custom; /* and what follows */
} IOP_REPORT, *PIOP_REPORT;

/* A copy of a report that was checked, or NULL. */
static PIOP_REPORT
IopCopyReport(PDEVICE_OBJECT Device, const TARGET_DEVICE_CUSTOM_NOTIFICATION *Custom)
{
    PIOP_REPORT Report = IopAllocate(sizeof(*Report) + Custom->Size, IOP_TAG_PNP);

    if (Report != NULL) {
        memcpy(&Report->Custom, Custom, Custom->Size);
        ObReferenceObject(Device);
        Report->Device = Device;
    }
    return Report;
}

/* Runs in a worker thread, or in the reporter's. */
static VOID NTAPI
IopRunReport(PVOID Parameter)
{
    PIOP_REPORT Report = Parameter;

    IopAcquirePnpLock();
    IopTellReport(Report->Device, &Report->Custom);
    IopReleasePnpLock();
    if (Report->Callback != NULL) {
        Report->Callback(Report->Context);
    }
    ObDereferenceObject(Report->Device);
    ExFreePoolWithTag(Report, IOP_TAG_PNP);
}

/*
 * Tells everybody who registered for a device of an event of its driver's own, and returns
 * when they know.
 *   NotificationStructure  a TARGET_DEVICE_CUSTOM_NOTIFICATION; FileObject is not looked at
 * STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST: no physical device object, or an event of
 * the system's; STATUS_INVALID_PARAMETER: version or sizes are wrong;
 * STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL, not within a Plug and Play IRP or a
 * callback of this kind. Source: manual, IoReportTargetDeviceChange.
 */
NTSTATUS
NTAPI
IoReportTargetDeviceChange(PDEVICE_OBJECT PhysicalDeviceObject,
                           PVOID NotificationStructure)
{
    NTSTATUS Status = IopCheckReport(PhysicalDeviceObject, NotificationStructure);
    PIOP_REPORT Report;

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Report = IopCopyReport(PhysicalDeviceObject, NotificationStructure);
    if (Report == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    IopRunReport(Report);
    return STATUS_SUCCESS;
}
EXPORT(IoReportTargetDeviceChange);

/*
 * The same in a system thread, which calls Callback (or NULL) when everybody knows. The
 * structure is copied. STATUS_PENDING, or a failure as above, without Callback.
 * IRQL <= DISPATCH_LEVEL. Source: manual, IoReportTargetDeviceChangeAsynchronous.
 */
NTSTATUS
NTAPI
IoReportTargetDeviceChangeAsynchronous(PDEVICE_OBJECT PhysicalDeviceObject,
                                       PVOID NotificationStructure,
                                       PDEVICE_CHANGE_COMPLETE_CALLBACK Callback,
                                       PVOID Context)
{
    NTSTATUS Status = IopCheckReport(PhysicalDeviceObject, NotificationStructure);
    PIOP_REPORT Report;

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Report = IopCopyReport(PhysicalDeviceObject, NotificationStructure);
    if (Report == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Report->Callback = Callback;
    Report->Context = Context;
    ExInitializeWorkItem(&Report->Item, IopRunReport, Report);
    ExQueueWorkItem(&Report->Item, DelayedWorkQueue);
    return STATUS_PENDING;
}
EXPORT(IoReportTargetDeviceChangeAsynchronous);
