/*
 * Physical devices: the bottom of a stack, where PnP requests end, and what a bus driver
 * can ask of its children's devices.
 *
 * One whose child is missing goes with its IRP_MN_REMOVE_DEVICE; one that is still there
 * stays, to be started again.
 */
#include "wdfp.h"
#include "pdo.h"
#include "pnpstate.h"
#include "powerdown.h"

static NTSTATUS
WdfpStartPdo(PWDFP_DEVICE Device, PIO_STACK_LOCATION Stack)
{
    Device->Removed = FALSE;
    return WdfpPowerUp(Device, Stack->Parameters.StartDevice.AllocatedResources,
                       Stack->Parameters.StartDevice.AllocatedResourcesTranslated);
}

/* The device's drivers are gone: it too, unless it is still on its bus. */
static NTSTATUS
WdfpRemovePdo(PWDFP_DEVICE Device, PIRP Irp)
{
    PDEVICE_OBJECT DeviceObject = Device->DeviceObject;
    PWDFP_CHILD Child = Device->Child;

    WdfpPowerDown(Device, WdfPowerDeviceD3Final);
    Device->Removed = TRUE;
    if (Child != NULL && !Child->Missing) {
        return WdfpCompleteIrp(Irp, STATUS_SUCCESS);
    }
    WdfpEndSelfManaged(Device);
    ObReferenceObject(DeviceObject); /* until the IRP has left it */
    if (Child != NULL) {
        WdfpBuryChild(Child);
    }
    WdfpDeleteDevice(Device);
    WdfpCompleteIrp(Irp, STATUS_SUCCESS);
    ObDereferenceObject(DeviceObject);
    return STATUS_SUCCESS;
}

NTSTATUS
WdfpDispatchPdo(PWDFP_DEVICE Device, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PWDF_PNPPOWER_EVENT_CALLBACKS Callbacks = &Device->Init->PnpPower;
    NTSTATUS Status = STATUS_SUCCESS;

    switch (Stack->MinorFunction) {
    case IRP_MN_START_DEVICE:
        Status = WdfpStartPdo(Device, Stack);
        break;
    case IRP_MN_QUERY_REMOVE_DEVICE:
        Status = WdfpAskDriver(Device, Callbacks->EvtDeviceQueryRemove);
        break;
    case IRP_MN_QUERY_STOP_DEVICE:
        Status = WdfpAskDriver(Device, Callbacks->EvtDeviceQueryStop);
        break;
    case IRP_MN_CANCEL_REMOVE_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
        break;
    case IRP_MN_STOP_DEVICE:
        WdfpPowerDown(Device, WdfPowerDeviceD3);
        break;
    case IRP_MN_SURPRISE_REMOVAL:
        WdfpVanish(Device);
        break;
    case IRP_MN_REMOVE_DEVICE:
        return WdfpRemovePdo(Device, Irp);
    default:
        Status = WdfpAnswerPdo(Device, Irp);
        break;
    }
    return WdfpCompleteIrp(Irp, Status);
}

PWDFP_DEVICE
WdfpPdoFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFDEVICE Handle)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(Globals, Handle);

    if (Device->Init->Kind != WdfpPhysicalDevice) {
        WdfpViolation(Device->Object.Globals, "WdfPdo... for a device that is no child",
                      WDF_VERIFIER_FATAL_ERROR, (ULONG_PTR)Handle, Device->Init->Kind, 0);
    }
    return Device;
}

/* The bus driver's device. At or below DISPATCH_LEVEL. Source: manual, WdfPdoGetParent. */
WDFDEVICE
NTAPI
ImpWdfPdoGetParent(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle)
{
    return WdfpHandle(WdfpPdoFromHandle(DriverGlobals, Handle)->Init->Pdo->Parent);
}

BOOLEAN
WdfpMarkMissing(PWDFP_DEVICE Device)
{
    PWDFP_CHILD Child = Device->Child;
    BOOLEAN Was = TRUE;
    KIRQL OldIrql;

    if (Child != NULL) {
        KeAcquireSpinLock(&Child->List->Lock, &OldIrql);
        Was = Child->Missing;
        Child->Missing = TRUE;
        KeReleaseSpinLock(&Child->List->Lock, OldIrql);
    }
    return !Was;
}

/* The child has gone. STATUS_NO_SUCH_DEVICE: it is missing already, or was not added. At or
   below DISPATCH_LEVEL. Source: manual, WdfPdoMarkMissing. */
NTSTATUS
NTAPI
ImpWdfPdoMarkMissing(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle)
{
    PWDFP_DEVICE Device = WdfpPdoFromHandle(DriverGlobals, Handle);

    if (!WdfpMarkMissing(Device)) {
        return STATUS_NO_SUCH_DEVICE;
    }
    WdfpAnnounceChildren(Device->Init->Pdo->Parent);
    return STATUS_SUCCESS;
}

/* The child of a device that has descriptions; NULL: static, or not added. */
static PWDFP_CHILD
WdfpDescribedChild(PWDFP_DEVICE Device)
{
    PWDFP_CHILD Child = Device->Child;

    return Child != NULL && Child->Id != NULL ? Child : NULL;
}

/* STATUS_INVALID_PARAMETER: a static child. At or below DISPATCH_LEVEL. Source: manual,
   WdfPdoRetrieveIdentificationDescription. */
NTSTATUS
NTAPI
ImpWdfPdoRetrieveIdentificationDescription(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER Id)
{
    PWDFP_CHILD Child = WdfpDescribedChild(WdfpPdoFromHandle(DriverGlobals, Handle));

    if (Child == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    WdfpRequireId(Child->List, Id);
    WdfpCopyId(Child->List, Child->Id, Id);
    return STATUS_SUCCESS;
}

/* STATUS_INVALID_PARAMETER: a static child, or one without an address. At or below
   DISPATCH_LEVEL. Source: manual, WdfPdoRetrieveAddressDescription. */
NTSTATUS
NTAPI
ImpWdfPdoRetrieveAddressDescription(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                                    PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER Address)
{
    PWDFP_CHILD Child = WdfpDescribedChild(WdfpPdoFromHandle(DriverGlobals, Handle));
    KIRQL OldIrql;

    if (Child == NULL || Child->Address == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    WdfpRequireAddress(Child->List, Address);
    KeAcquireSpinLock(&Child->List->Lock, &OldIrql);
    WdfpCopyAddress(Child->List, Child->Address, Address);
    KeReleaseSpinLock(&Child->List->Lock, OldIrql);
    return STATUS_SUCCESS;
}

/* The same the other way. Source: manual, WdfPdoUpdateAddressDescription. */
NTSTATUS
NTAPI
ImpWdfPdoUpdateAddressDescription(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                                  PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER Address)
{
    PWDFP_CHILD Child = WdfpDescribedChild(WdfpPdoFromHandle(DriverGlobals, Handle));
    KIRQL OldIrql;

    if (Child == NULL || Child->Address == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    WdfpRequireAddress(Child->List, Address);
    KeAcquireSpinLock(&Child->List->Lock, &OldIrql);
    WdfpCopyAddress(Child->List, Address, Child->Address);
    KeReleaseSpinLock(&Child->List->Lock, OldIrql);
    return STATUS_SUCCESS;
}
