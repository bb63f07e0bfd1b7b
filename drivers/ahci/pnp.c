/*
 * IRP_MJ_PNP: when the controller may be touched, and when no longer.
 *
 * Start goes down first and works on the way back, because the bus driver has to switch
 * the function's decoders on before its registers answer. Stop and remove work on the way
 * down, while they still do. A stopped controller's disk objects are deleted: a later
 * start makes new ones under new numbers, so that an old name never means another disk.
 */
#include "ahci.h"

static IO_COMPLETION_ROUTINE AhciLowerDone;

/* Wakes AhciForwardAndWait, which takes the IRP back. IRQL <= DISPATCH_LEVEL. */
static NTSTATUS
AhciLowerDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);

    KeSetEvent((PKEVENT)Context, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* Sends the IRP down and returns its status when the lower drivers are done with it. */
static NTSTATUS
AhciForwardAndWait(PAHCI_HBA Hba, PIRP Irp)
{
    KEVENT Done;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, AhciLowerDone, &Done, TRUE, TRUE, TRUE);
    if (IoCallDriver(Hba->LowerDevice, Irp) == STATUS_PENDING) {
        KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, NULL);
    }
    return Irp->IoStatus.Status;
}

static NTSTATUS
AhciPassDown(PAHCI_HBA Hba, PIRP Irp)
{
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(Hba->LowerDevice, Irp);
}

static NTSTATUS
AhciStartDevice(PAHCI_HBA Hba, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status = AhciForwardAndWait(Hba, Irp);

    if (NT_SUCCESS(Status)) {
        Status =
            AhciStartHba(Hba, Stack->Parameters.StartDevice.AllocatedResourcesTranslated);
    }
    AhciCompleteIrp(Irp, Status, 0);
    return Status;
}

/* Whether the controller may go is for the clients of its disks to say. */
static NTSTATUS
AhciQueryRemove(PAHCI_HBA Hba, PIRP Irp)
{
    NTSTATUS Status = AhciQueryLeave(Hba);

    if (!NT_SUCCESS(Status)) {
        AhciCompleteIrp(Irp, Status, 0);
        return Status;
    }
    Irp->IoStatus.Status = STATUS_SUCCESS;
    return AhciPassDown(Hba, Irp);
}

/* Takes the device object away; the remove lock's last holder is the caller. */
static NTSTATUS
AhciRemoveDevice(PAHCI_HBA Hba, PIRP Irp)
{
    PDEVICE_OBJECT Device = Hba->Device;
    NTSTATUS Status;

    AhciStopHba(Hba);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    Status = AhciPassDown(Hba, Irp);
    IoReleaseRemoveLockAndWait(&Hba->Common.RemoveLock, Irp);
    IoDetachDevice(Hba->LowerDevice);
    IoDeleteDevice(Device);
    return Status;
}

/* IRP_MJ_PNP. IRQL: PASSIVE_LEVEL. */
NTSTATUS
AhciPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PAHCI_EXTENSION Extension = DeviceObject->DeviceExtension;
    PAHCI_HBA Hba = (PAHCI_HBA)Extension;
    NTSTATUS Status = STATUS_NOT_SUPPORTED;

    if (Extension->Kind == AhciKindHba) {
        Status = IoAcquireRemoveLock(&Extension->RemoveLock, Irp);
    }
    if (!NT_SUCCESS(Status)) {
        AhciCompleteIrp(Irp, Status, 0);
        return Status;
    }

    switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        Status = AhciStartDevice(Hba, Irp);
        break;
    case IRP_MN_REMOVE_DEVICE:
        return AhciRemoveDevice(Hba, Irp);
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
        AhciStopHba(Hba);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        Status = AhciPassDown(Hba, Irp);
        break;
    case IRP_MN_QUERY_REMOVE_DEVICE:
        Status = AhciQueryRemove(Hba, Irp);
        break;
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        AhciCancelLeave(Hba);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        Status = AhciPassDown(Hba, Irp);
        break;
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
        Irp->IoStatus.Status = STATUS_SUCCESS;
        Status = AhciPassDown(Hba, Irp);
        break;
    default:
        Status = AhciPassDown(Hba, Irp);
        break;
    }
    IoReleaseRemoveLock(&Extension->RemoveLock, Irp);
    return Status;
}
