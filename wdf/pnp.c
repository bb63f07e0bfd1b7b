/*
 * Plug and Play: AddDevice and IRP_MJ_PNP.
 *
 * The framework answers what it knows and lets the bus driver have the rest. Starting goes
 * up through the steps of WDFP_DEVICE_STEP (powerup.c), stopping and removal go down again
 * (powerdown.c).
 */
#include "wdfp.h"
#include "device.h"
#include "children.h"
#include "filter.h"
#include "powerdown.h"
#include "pnpstate.h"
#include "queryinterface.h"
#include "relations.h"
#include "target.h"

/* A device was found: its driver says whether and how it serves it. PASSIVE_LEVEL. */
NTSTATUS
NTAPI
WdfpAddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDevice)
{
    PWDFP_DRIVER Driver = WdfpDriverFromObject(DriverObject);
    PWDFDEVICE_INIT Init =
        WdfpAllocateDeviceInit(Driver, WdfpFunctionDevice, PhysicalDevice);
    NTSTATUS Status;

    if (Init == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = WDFP_CALL(Driver->Object.Globals, Driver->Config.EvtDriverDeviceAdd,
                       WdfpHandle(Driver), Init);
    if (!Init->Created) {
        WdfpFreeDeviceInit(Init);
        return Status;
    }
    if (!NT_SUCCESS(Status)) {
        WdfpDeleteDevice(Init->Device);
        return Status;
    }
    Init->Device->DeviceObject->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    return Status;
}

/* Has the drivers below handle the IRP first; what they said. */
static NTSTATUS
WdfpForwardAndWait(PWDFP_DEVICE Device, PIRP Irp)
{
    if (!IoForwardIrpSynchronously(Device->Lower, Irp)) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    return Irp->IoStatus.Status;
}

static NTSTATUS
WdfpStartDevice(PWDFP_DEVICE Device, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    PCM_RESOURCE_LIST Raw = Stack->Parameters.StartDevice.AllocatedResources;
    PCM_RESOURCE_LIST Translated =
        Stack->Parameters.StartDevice.AllocatedResourcesTranslated;
    NTSTATUS Status = WdfpRemoveAddedResources(Device, Raw, Translated);

    if (NT_SUCCESS(Status)) {
        Status = WdfpForwardAndWait(Device, Irp);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfpPowerUp(Device, Raw, Translated);
    }
    return WdfpCompleteIrp(Irp, Status);
}

/* Asks the driver, which may have no objection, and sends the question on. */
static NTSTATUS
WdfpQueryCallback(PWDFP_DEVICE Device, PIRP Irp, PFN_WDF_DEVICE_QUERY_REMOVE Callback)
{
    NTSTATUS Status = WdfpAskDriver(Device, Callback);

    if (!NT_SUCCESS(Status)) {
        return WdfpCompleteIrp(Irp, Status);
    }
    Irp->IoStatus.Status = STATUS_SUCCESS;
    return WdfpForward(Device, Irp);
}

static NTSTATUS
WdfpSurpriseRemoval(PWDFP_DEVICE Device, PIRP Irp)
{
    WdfpVanish(Device);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    return WdfpForward(Device, Irp);
}

/* Ends the device: down through all steps, then the objects go. */
static NTSTATUS
WdfpRemoveDevice(PWDFP_DEVICE Device, PIRP Irp)
{
    PDEVICE_OBJECT Lower = Device->Lower;
    NTSTATUS Status;

    WdfpPowerDown(Device, WdfPowerDeviceD3Final);
    WdfpEndSelfManaged(Device);
    WdfpEndTargets(Device);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoSkipCurrentIrpStackLocation(Irp);
    Status = IoCallDriver(Lower, Irp);
    WdfpEndChildren(Device);
    WdfpDeleteDevice(Device);
    return Status;
}

/* The driver's own interfaces first, then those of the drivers below. */
static NTSTATUS
WdfpQueryInterface(PWDFP_DEVICE Device, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    NTSTATUS Status = WdfpAnswerInterface(Device, Stack);

    return Status == STATUS_NOT_SUPPORTED ? WdfpForward(Device, Irp)
                                          : WdfpCompleteIrp(Irp, Status);
}

/* The drivers below may have something to add. */
static NTSTATUS
WdfpQueryRelations(PWDFP_DEVICE Device, PIRP Irp, DEVICE_RELATION_TYPE Type)
{
    if (Type == BusRelations) {
        return WdfpQueryBusRelations(Device, Irp);
    }
    if (Type == RemovalRelations) {
        NTSTATUS Status = WdfpAnswerWithRelations(Device, Irp, Type);

        if (Status == STATUS_INSUFFICIENT_RESOURCES) {
            return WdfpCompleteIrp(Irp, Status);
        }
        Irp->IoStatus.Status = Status;
    }
    return WdfpForward(Device, Irp);
}

/* IRP_MN_STOP_DEVICE: the resources go to others for a while; a start follows. */
static NTSTATUS
WdfpStopDevice(PWDFP_DEVICE Device, PIRP Irp)
{
    WdfpPowerDown(Device, WdfPowerDeviceD3);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    return WdfpForward(Device, Irp);
}

NTSTATUS
WdfpDispatchPnp(PWDFP_DEVICE Device, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);

    if (Device->Init->Kind == WdfpControlDevice) {
        return WdfpCompleteIrp(Irp, STATUS_INVALID_DEVICE_REQUEST);
    }
    switch (Stack->MinorFunction) {
    case IRP_MN_START_DEVICE:
        return WdfpStartDevice(Device, Irp, Stack);
    case IRP_MN_QUERY_REMOVE_DEVICE:
        return WdfpQueryCallback(Device, Irp,
                                 Device->Init->PnpPower.EvtDeviceQueryRemove);
    case IRP_MN_QUERY_STOP_DEVICE:
        return WdfpQueryCallback(Device, Irp, Device->Init->PnpPower.EvtDeviceQueryStop);
    case IRP_MN_STOP_DEVICE:
        return WdfpStopDevice(Device, Irp);
    case IRP_MN_SURPRISE_REMOVAL:
        return WdfpSurpriseRemoval(Device, Irp);
    case IRP_MN_REMOVE_DEVICE:
        return WdfpRemoveDevice(Device, Irp);
    case IRP_MN_FILTER_RESOURCE_REQUIREMENTS:
        return WdfpCompleteIrp(
            Irp, WdfpFilterRequirements(Device, Irp, WdfpForwardAndWait(Device, Irp)));
    case IRP_MN_QUERY_DEVICE_RELATIONS:
        return WdfpQueryRelations(Device, Irp,
                                  Stack->Parameters.QueryDeviceRelations.Type);
    case IRP_MN_QUERY_PNP_DEVICE_STATE:
        WdfpReportState(Device, Irp);
        return WdfpForward(Device, Irp);
    case IRP_MN_QUERY_INTERFACE:
        return WdfpQueryInterface(Device, Irp, Stack);
    case IRP_MN_QUERY_CAPABILITIES:
        return WdfpCompleteIrp(
            Irp, WdfpReportCapabilities(Device, Stack, WdfpForwardAndWait(Device, Irp)));
    default:
        return WdfpForward(Device, Irp);
    }
}
