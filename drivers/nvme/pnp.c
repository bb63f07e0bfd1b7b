/*
 * IRP_MJ_PNP: what the controller asks for, when it may be touched, and when no longer.
 *
 * Start goes down first and works on the way back, because the bus driver has to switch
 * the function's decoders on before its registers answer. Stop and remove work on the way
 * down, while they still do. A stopped controller's disk objects are deleted: a later
 * start makes new ones under new numbers, so that an old name never means another disk.
 */
#include "nvme.h"

static IO_COMPLETION_ROUTINE NvmeLowerDone;

/* Wakes NvmeForwardAndWait, which takes the IRP back. IRQL <= DISPATCH_LEVEL. */
static NTSTATUS
NvmeLowerDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);

    KeSetEvent((PKEVENT)Context, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* Sends the IRP down and returns its status when the lower drivers are done with it. */
static NTSTATUS
NvmeForwardAndWait(PNVME_CONTROLLER Controller, PIRP Irp)
{
    KEVENT Done;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, NvmeLowerDone, &Done, TRUE, TRUE, TRUE);
    if (IoCallDriver(Controller->LowerDevice, Irp) == STATUS_PENDING) {
        KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, NULL);
    }
    return Irp->IoStatus.Status;
}

static NTSTATUS
NvmePassDown(PNVME_CONTROLLER Controller, PIRP Irp)
{
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(Controller->LowerDevice, Irp);
}

static NTSTATUS
NvmeSucceedAndPassDown(PNVME_CONTROLLER Controller, PIRP Irp)
{
    Irp->IoStatus.Status = STATUS_SUCCESS;
    return NvmePassDown(Controller, Irp);
}

static NTSTATUS
NvmeStartDevice(PNVME_CONTROLLER Controller, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status = NvmeForwardAndWait(Controller, Irp);

    if (NT_SUCCESS(Status)) {
        Status = NvmeStartController(
            Controller, Stack->Parameters.StartDevice.AllocatedResourcesTranslated);
    }
    NvmeCompleteIrp(Irp, Status, 0);
    return Status;
}

/* On the way up the bus driver's list is there to be changed. */
static NTSTATUS
NvmeFilter(PNVME_CONTROLLER Controller, PIRP Irp)
{
    NTSTATUS Status;

    (VOID)
        NvmeForwardAndWait(Controller, Irp); /* nobody below needs to have an opinion */
    Status = NvmeFilterRequirements(Controller, Irp);
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

/* Says so when the device is gone, and what is asked for is whether it is. */
static NTSTATUS
NvmeQueryState(PNVME_CONTROLLER Controller, PIRP Irp)
{
    if (!Controller->Gone) {
        return NvmePassDown(Controller, Irp);
    }
    Irp->IoStatus.Information |= PNP_DEVICE_REMOVED | PNP_DEVICE_FAILED;
    return NvmeSucceedAndPassDown(Controller, Irp);
}

/* Whether the controller may go is for the clients of its disks to say. */
static NTSTATUS
NvmeQueryRemove(PNVME_CONTROLLER Controller, PIRP Irp)
{
    NTSTATUS Status = NvmeQueryLeave(Controller);

    if (!NT_SUCCESS(Status)) {
        NvmeCompleteIrp(Irp, Status, 0);
        return Status;
    }
    return NvmeSucceedAndPassDown(Controller, Irp);
}

/* Takes the device object away; the remove lock's last holder is the caller. */
static NTSTATUS
NvmeRemoveDevice(PNVME_CONTROLLER Controller, PIRP Irp)
{
    PDEVICE_OBJECT Device = Controller->Device;
    NTSTATUS Status;

    NvmeStopController(Controller);
    Status = NvmeSucceedAndPassDown(Controller, Irp);
    IoReleaseRemoveLockAndWait(&Controller->Common.RemoveLock, Irp);
    IoDetachDevice(Controller->LowerDevice);
    IoDeleteDevice(Device);
    return Status;
}

/* What only passes on, or passes on and needs no remove lock afterwards. */
static NTSTATUS
NvmePnpController(PNVME_CONTROLLER Controller, PIRP Irp)
{
    switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        return NvmeStartDevice(Controller, Irp);
    case IRP_MN_FILTER_RESOURCE_REQUIREMENTS:
        return NvmeFilter(Controller, Irp);
    case IRP_MN_QUERY_PNP_DEVICE_STATE:
        return NvmeQueryState(Controller, Irp);
    case IRP_MN_SURPRISE_REMOVAL:
    case IRP_MN_STOP_DEVICE:
        NvmeStopController(Controller);
        return NvmeSucceedAndPassDown(Controller, Irp);
    case IRP_MN_QUERY_REMOVE_DEVICE:
        return NvmeQueryRemove(Controller, Irp);
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        NvmeCancelLeave(Controller);
        return NvmeSucceedAndPassDown(Controller, Irp);
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
        return NvmeSucceedAndPassDown(Controller, Irp);
    default:
        return NvmePassDown(Controller, Irp);
    }
}

/* IRP_MJ_PNP. IRQL: PASSIVE_LEVEL. */
NTSTATUS
NvmePnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PNVME_EXTENSION Extension = DeviceObject->DeviceExtension;
    PNVME_CONTROLLER Controller = (PNVME_CONTROLLER)Extension;
    NTSTATUS Status = STATUS_NOT_SUPPORTED;

    if (Extension->Kind == NvmeKindController) {
        Status = IoAcquireRemoveLock(&Extension->RemoveLock, Irp);
    }
    if (!NT_SUCCESS(Status)) {
        NvmeCompleteIrp(Irp, Status, 0);
        return Status;
    }
    if (IoGetCurrentIrpStackLocation(Irp)->MinorFunction == IRP_MN_REMOVE_DEVICE) {
        return NvmeRemoveDevice(Controller, Irp);
    }
    Status = NvmePnpController(Controller, Irp);
    IoReleaseRemoveLock(&Extension->RemoveLock, Irp);
    return Status;
}
