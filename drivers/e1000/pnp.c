/*
 * pnp.c - IRP_MJ_PNP: how the adapter comes to life and how it is let go.
 *
 * START goes down first, because only then is the adapter's address decoder on;
 * everything that ends the adapter happens here first and goes down afterwards.
 */
#include "e1000.h"

static IO_COMPLETION_ROUTINE E1000PnpDone;

/* Takes the IRP back from the I/O manager, for the thread that waits for it. */
static NTSTATUS NTAPI
E1000PnpDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);

    KeSetEvent((PKEVENT)Context, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* Sends the request down and waits until the drivers below are done with it. */
static NTSTATUS
E1000ForwardAndWait(PE1000_CONTEXT Context, PIRP Irp)
{
    KEVENT Event;
    NTSTATUS Status;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, E1000PnpDone, &Event, TRUE, TRUE, TRUE);
    Status = IoCallDriver(Context->LowerDevice, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = Irp->IoStatus.Status;
    }
    return Status;
}

/*
 * Ends all that START began, in the reverse order, but for the requests. Does nothing to
 * a stopped adapter. Pause: another START will come, for which requests wait.
 */
static VOID
E1000CloseDevice(PE1000_CONTEXT Context, BOOLEAN Pause)
{
    KIRQL OldIrql;

    /* From here on no request is started and the DPC leaves the adapter alone. */
    KeAcquireSpinLock(&Context->Lock, &OldIrql);
    Context->Started = FALSE;
    Context->Paused = Pause;
    if (!Pause) {
        Context->Receiver = NULL;
    }
    KeReleaseSpinLock(&Context->Lock, OldIrql);
    E1000WaitForServer(Context);

    /* A device must be quiet before its ISR goes, else its line has no one (CON-31). */
    if (Context->Registers != NULL) {
        E1000SilenceAdapter(Context);
    }
    if (Pause && Context->Shared != NULL) {
        E1000PauseTransmits(Context);
    }
    E1000ReleaseResources(Context);
}

/* The same for a device that is not to come back: its requests end with Reason. */
static VOID
E1000StopDevice(PE1000_CONTEXT Context, NTSTATUS Reason)
{
    E1000CloseDevice(Context, FALSE);
    E1000AbortIrps(Context, NULL, Reason);
}

/* The adapter has resources and the stack below runs: get it going. */
static NTSTATUS
E1000StartDevice(PE1000_CONTEXT Context, PCM_RESOURCE_LIST Translated)
{
    NTSTATUS Status;
    KIRQL OldIrql;

    Status = E1000AcquireMemory(Context, Translated);
    if (NT_SUCCESS(Status)) {
        Status = E1000ResetAdapter(Context);
    }
    if (NT_SUCCESS(Status)) {
        Status = E1000ConnectInterrupt(Context, Translated);
    }
    if (!NT_SUCCESS(Status)) {
        E1000StopDevice(Context, Status);
        return Status;
    }
    KeAcquireSpinLock(&Context->Lock, &OldIrql);
    E1000PrepareReceive(Context);
    E1000PrepareTransmit(Context);
    Context->LinkUp = TRUE; /* what is worth telling is that it is not */
    Context->Started = TRUE;
    Context->Paused = FALSE;
    KeReleaseSpinLock(&Context->Lock, OldIrql);

    E1000EnableAdapter(Context);
    E1000ResumeIrps(Context);
    return STATUS_SUCCESS;
}

static NTSTATUS
E1000PnpStart(PE1000_CONTEXT Context, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status;

    Status = E1000ForwardAndWait(Context, Irp);
    if (NT_SUCCESS(Status)) {
        Status = E1000StartDevice(
            Context, Stack->Parameters.StartDevice.AllocatedResourcesTranslated);
    }
    return E1000CompleteIrp(Context, Irp, Status, 0, IO_NO_INCREMENT);
}

/* Takes the device object with it: the caller may touch neither it nor the context. */
static NTSTATUS
E1000PnpRemove(PE1000_CONTEXT Context, PIRP Irp)
{
    PDEVICE_OBJECT LowerDevice = Context->LowerDevice;
    NTSTATUS Status;

    E1000StopDevice(Context, STATUS_DELETE_PENDING);
    IoReleaseRemoveLockAndWait(&Context->RemoveLock, Irp);

    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoSkipCurrentIrpStackLocation(Irp);
    Status = IoCallDriver(LowerDevice, Irp);
    IoDetachDevice(LowerDevice);
    IoDeleteDevice(Context->FunctionDevice);
    return Status;
}

/*
 * IRP_MJ_PNP. PASSIVE_LEVEL. START returns what E1000StartDevice or the stack below
 * returns; STATUS_DELETE_PENDING once the device is removed; all else is the stack's
 * answer.
 */
NTSTATUS
NTAPI
E1000DispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PE1000_CONTEXT Context = DeviceObject->DeviceExtension;
    NTSTATUS Status;

    Status = IoAcquireRemoveLock(&Context->RemoveLock, Irp);
    if (!NT_SUCCESS(Status)) {
        Irp->IoStatus.Status = Status;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return Status;
    }
    switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        return E1000PnpStart(Context, Irp);

    case IRP_MN_REMOVE_DEVICE:
        return E1000PnpRemove(Context, Irp);

    case IRP_MN_STOP_DEVICE:
        E1000CloseDevice(Context, TRUE);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        break;

    case IRP_MN_SURPRISE_REMOVAL:
        Context->Gone = TRUE;
        E1000StopDevice(Context, STATUS_DEVICE_REMOVED);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        break;

    case IRP_MN_QUERY_INTERFACE:
        Irp->IoStatus.Status = E1000QueryInterface(Context, Irp);
        break;

    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        Irp->IoStatus.Status = STATUS_SUCCESS;
        break;

    default:
        break;
    }
    IoSkipCurrentIrpStackLocation(Irp);
    Status = IoCallDriver(Context->LowerDevice, Irp);
    IoReleaseRemoveLock(&Context->RemoveLock, Irp);
    return Status;
}
