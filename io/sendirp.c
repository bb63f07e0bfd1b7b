/*
 * Sending an IRP of the I/O manager's own and waiting for it: Plug and Play, create,
 * close, shutdown.
 */
#include "iop.h"

/* Wakes IopSendIrp, which owns the IRP again. */
static NTSTATUS NTAPI
IopSentIrpCompleted(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    KeSetEvent(Context, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

NTSTATUS
IopSendIrpTo(PDEVICE_OBJECT Device, const IO_STACK_LOCATION *Location,
             NTSTATUS InitialStatus, PULONG_PTR Information)
{
    PIRP Irp = IoAllocateIrp(Device->StackSize, FALSE);
    NTSTATUS Status;
    KEVENT Event;

    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp->IoStatus.Status = InitialStatus;
    Irp->IoStatus.Information = Information == NULL ? 0 : *Information;
    Irp->Tail.Overlay.Thread = PsGetCurrentThread();
    Irp->Tail.Overlay.OriginalFileObject = Location->FileObject;
    *IoGetNextIrpStackLocation(Irp) = *Location;
    IoSetCompletionRoutine(Irp, IopSentIrpCompleted, &Event, TRUE, TRUE, TRUE);
    IofCallDriver(Device, Irp);
    KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
    Status = Irp->IoStatus.Status;
    if (Information != NULL) {
        *Information = Irp->IoStatus.Information;
    }
    IoFreeIrp(Irp);
    return Status;
}

NTSTATUS
IopSendIrp(PDEVICE_OBJECT Device, const IO_STACK_LOCATION *Location,
           NTSTATUS InitialStatus, PULONG_PTR Information)
{
    PDEVICE_OBJECT Top = IoGetAttachedDeviceReference(Device);
    NTSTATUS Status = IopSendIrpTo(Top, Location, InitialStatus, Information);

    ObDereferenceObject(Top);
    return Status;
}
