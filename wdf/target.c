/*
 * WDFIOTARGET: the local target, which is what is below a device, and those that the driver
 * makes for other devices.
 */
#include "wdfp.h"
#include "target.h"

static VOID
WdfpDisposeTarget(PWDFP_OBJECT Object)
{
    PWDFP_TARGET Target = (PWDFP_TARGET)Object;
    KIRQL OldIrql;

    WdfpCloseTarget(Target, WdfIoTargetDeleted);
    KeAcquireSpinLock(&Object->Globals->TreeLock, &OldIrql);
    RemoveEntryList(&Target->Link);
    KeReleaseSpinLock(&Object->Globals->TreeLock, OldIrql);
}

static const WDFP_TYPE WdfpTargetObjectType = {WdfpIoTargetType,
                                               "WDFIOTARGET",
                                               sizeof(WDFP_TARGET),
                                               WDFP_TYPE_PASSIVE,
                                               WdfpDisposeTarget,
                                               NULL,
                                               NULL};

static const WDFP_TYPE WdfpLocalTargetType = {WdfpIoTargetType,
                                              "local WDFIOTARGET",
                                              sizeof(WDFP_TARGET),
                                              WDFP_TYPE_PASSIVE | WDFP_TYPE_FRAMEWORKS,
                                              WdfpDisposeTarget,
                                              NULL,
                                              NULL};

static NTSTATUS
WdfpCreateTarget(PWDFP_DEVICE Device, const WDFP_TYPE *Type,
                 PWDF_OBJECT_ATTRIBUTES Attributes, PWDFP_TARGET *Result)
{
    PWDFP_GLOBALS Globals = Device->Object.Globals;
    PWDFP_TARGET Target;
    NTSTATUS Status =
        WdfpCreateObject(Globals, Type, Attributes, Device, TRUE, (PVOID *)&Target);
    KIRQL OldIrql;

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Target->Device = Device;
    Target->State = WdfIoTargetClosed;
    KeInitializeSpinLock(&Target->Lock);
    InitializeListHead(&Target->Sent);
    InitializeListHead(&Target->Waiting);
    for (ULONG Share = 0; Share < WdfpTargetShares; Share++) {
        KeInitializeEvent(&Target->Idle[Share], NotificationEvent, TRUE);
    }
    KeAcquireSpinLock(&Globals->TreeLock, &OldIrql);
    InsertTailList(&Device->Targets, &Target->Link);
    KeReleaseSpinLock(&Globals->TreeLock, OldIrql);
    *Result = Target;
    return STATUS_SUCCESS;
}

NTSTATUS
WdfpCreateLocalTarget(PWDFP_DEVICE Device)
{
    if (Device->Init->PhysicalDevice == NULL) {
        return STATUS_SUCCESS;
    }
    return WdfpCreateTarget(Device, &WdfpLocalTargetType, NULL, &Device->LocalTarget);
}

VOID
WdfpOpenLocalTarget(PWDFP_DEVICE Device)
{
    PWDFP_TARGET Target = Device->LocalTarget;

    Target->DeviceObject = Device->Lower;
    Target->Physical = Device->Physical;
    Target->State = WdfIoTargetStarted;
}

/* The target behind Previous (NULL: the first), referenced; releases Previous. */
static PWDFP_TARGET
WdfpNextTarget(PWDFP_DEVICE Device, PWDFP_TARGET Previous)
{
    PWDFP_TARGET Next = NULL;
    PLIST_ENTRY Link;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Device->Object.Globals->TreeLock, &OldIrql);
    Link = Previous == NULL ? Device->Targets.Flink : Previous->Link.Flink;
    if (Link != &Device->Targets) {
        Next = CONTAINING_RECORD(Link, WDFP_TARGET, Link);
        WdfpReference(Next);
    }
    KeReleaseSpinLock(&Device->Object.Globals->TreeLock, OldIrql);
    if (Previous != NULL) {
        WdfpDereference(Previous);
    }
    return Next;
}

VOID
WdfpEndTargets(PWDFP_DEVICE Device)
{
    PWDFP_TARGET Target = NULL;

    while ((Target = WdfpNextTarget(Device, Target)) != NULL) {
        WdfpCloseTarget(Target, WdfIoTargetClosed);
    }
}

/*
 * Creates a target of a device, closed; its parent is the device unless the attributes name
 * another. STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_PARAMETER (attributes),
 * STATUS_DELETE_PENDING (parent), STATUS_INSUFFICIENT_RESOURCES. At or below DISPATCH_LEVEL.
 * Source: manual, WdfIoTargetCreate.
 */
NTSTATUS
NTAPI
ImpWdfIoTargetCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE DeviceHandle,
                     PWDF_OBJECT_ATTRIBUTES Attributes, WDFIOTARGET *Handle)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, DeviceHandle);
    PWDFP_TARGET Target;
    NTSTATUS Status;

    WdfpRequire(Device->Object.Globals, Handle, "IoTarget");
    Status = WdfpCreateTarget(Device, &WdfpTargetObjectType, Attributes, &Target);
    if (NT_SUCCESS(Status)) {
        *Handle = WdfpHandle(Target);
    }
    return Status;
}

/* The target of the drivers below, which the framework opens and closes; NULL for a device
   with none below it. Any IRQL. Source: manual, WdfDeviceGetIoTarget. */
WDFIOTARGET
NTAPI
ImpWdfDeviceGetIoTarget(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle)
{
    PWDFP_TARGET Target = WdfpDeviceFromHandle(DriverGlobals, Handle)->LocalTarget;

    return Target == NULL ? NULL : WdfpHandle(Target);
}

/* Source: manual, WdfIoTargetGetDevice. */
WDFDEVICE
NTAPI
ImpWdfIoTargetGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET Handle)
{
    return WdfpHandle(WdfpTargetFromHandle(DriverGlobals, Handle)->Device);
}
