/*
 * IRP_MJ_PNP: start on the way back up, stop and remove on the way down.
 */
#include "serial.h"

static NTSTATUS
SerialPassDown(PSERIAL_PORT Port, PIRP Irp)
{
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(Port->LowerDevice, Irp);
}

static NTSTATUS
SerialStartDevice(PSERIAL_PORT Port, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status = STATUS_UNSUCCESSFUL;

    if (IoForwardIrpSynchronously(Port->LowerDevice, Irp)) {
        Status = Irp->IoStatus.Status;
    }
    if (NT_SUCCESS(Status)) {
        Status = SerialStartPort(
            Port, Stack->Parameters.StartDevice.AllocatedResourcesTranslated);
    }
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

/* Takes the device object away; the remove lock's last holder is the caller. */
static NTSTATUS
SerialRemoveDevice(PSERIAL_PORT Port, PIRP Irp)
{
    PDEVICE_OBJECT Device = Port->Device;
    NTSTATUS Status;

    SerialStopPort(Port);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    Status = SerialPassDown(Port, Irp);
    IoReleaseRemoveLockAndWait(&Port->RemoveLock, Irp);
    IoDetachDevice(Port->LowerDevice);
    IoDeleteDevice(Device);
    return Status;
}

/* IRP_MJ_PNP. IRQL: PASSIVE_LEVEL. */
NTSTATUS
SerialPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PSERIAL_PORT Port = DeviceObject->DeviceExtension;
    NTSTATUS Status = IoAcquireRemoveLock(&Port->RemoveLock, Irp);

    if (!NT_SUCCESS(Status)) {
        Irp->IoStatus.Status = Status;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return Status;
    }
    switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        Status = SerialStartDevice(Port, Irp);
        break;
    case IRP_MN_REMOVE_DEVICE:
        return SerialRemoveDevice(Port, Irp);
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
        SerialStopPort(Port);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        Status = SerialPassDown(Port, Irp);
        break;
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        Irp->IoStatus.Status = STATUS_SUCCESS;
        Status = SerialPassDown(Port, Irp);
        break;
    default:
        Status = SerialPassDown(Port, Irp);
        break;
    }
    IoReleaseRemoveLock(&Port->RemoveLock, Irp);
    return Status;
}
