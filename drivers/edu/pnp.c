/*
 * pnp.c - IRP_MJ_PNP: how the device comes to life and how it is let go.
 */
#include "edu.h"

#define EDU_POLL_INTERVAL (-10LL * 1000 * 10) /* 10 ms, in 100 ns, relative */
#define EDU_POLLS         100                 /* one second; a transfer takes 100 ms */

static BOOLEAN
EduIsBusy(PEDU_CONTEXT Context)
{
    ULONG DeviceStatus = EduRead(Context, EDU_STATUS);

    /* All ones is a device that has left the bus. It does nothing any more. */
    return DeviceStatus != EDU_GONE &&
           ((DeviceStatus & EDU_STATUS_BUSY) != 0 ||
            (EduRead(Context, EDU_DMA_COMMAND) & EDU_DMA_RUN) != 0);
}

/*
 * Waits until the device is done with what it does, then takes its interrupt away. There
 * is no way to stop a transfer: memory that a device which never gets done may still
 * write to is given up for ever, since to free it would be worse.
 */
static VOID
EduSilence(PEDU_CONTEXT Context)
{
    LARGE_INTEGER Interval = {.QuadPart = EDU_POLL_INTERVAL};
    ULONG Polls = 0;

    EduWrite(Context, EDU_STATUS, 0);
    do {
        /* First wait: it interrupts a moment after it has ceased to be busy. */
        KeDelayExecutionThread(KernelMode, FALSE, &Interval);
    } while (EduIsBusy(Context) && ++Polls < EDU_POLLS);
    if (Polls == EDU_POLLS) {
        Context->Buffer = NULL;
    }
    EduWrite(Context, EDU_ACKNOWLEDGE, EduRead(Context, EDU_CAUSES));
    EduRead(Context, EDU_CAUSES); /* writes are posted; a read pushes them through */
}

/*
 * Ends all that START began, in the reverse order, but for the requests. Does nothing to a
 * stopped device. Pause: another START will come, for which requests wait; else they get
 * Refusal.
 */
static VOID
EduCloseDevice(PEDU_CONTEXT Context, BOOLEAN Pause, NTSTATUS Refusal)
{
    KIRQL OldIrql;

    /* From here on StartIo leaves the device alone. */
    KeAcquireSpinLock(&Context->Lock, &OldIrql);
    Context->Paused = Pause;
    Context->Refusal = Refusal;
    KeReleaseSpinLock(&Context->Lock, OldIrql);

    IoStopTimer(Context->FunctionDevice);
    if (Context->Registers != NULL) {
        EduSilence(Context);
    }
    EduReleaseResources(Context);
}

/* STOP, for as long as the device's resources change. */
static VOID
EduPauseDevice(PEDU_CONTEXT Context)
{
    EduCloseDevice(Context, TRUE, STATUS_DEVICE_NOT_READY);
    EduHoldActive(Context);
}

/* The end of a device that is not to come back. */
static VOID
EduStopDevice(PEDU_CONTEXT Context, NTSTATUS Reason)
{
    EduCloseDevice(Context, FALSE, Reason);
    EduAbortActive(Context, Reason);
    EduAbortHeld(Context, NULL, Reason);
}

/* The device has resources and the stack below runs: get it going. */
static NTSTATUS
EduStartDevice(PEDU_CONTEXT Context, PCM_RESOURCE_LIST Translated)
{
    NTSTATUS Status;
    KIRQL OldIrql;

    Context->LooksAway = 0;
    Context->PendingCauses = 0; /* of what the device did before it was stopped */
    Status = EduAcquireResources(Context, Translated);
    if (!NT_SUCCESS(Status)) {
        EduStopDevice(Context, Status);
        return Status;
    }
    KeAcquireSpinLock(&Context->Lock, &OldIrql);
    EduWrite(Context, EDU_STATUS, EDU_STATUS_INTERRUPT);
    Context->Paused = FALSE;
    Context->Refusal = STATUS_SUCCESS;
    KeReleaseSpinLock(&Context->Lock, OldIrql);
    IoStartTimer(Context->FunctionDevice);
    EduResume(Context);
    return STATUS_SUCCESS;
}

/* START goes down first, because only then does the bus decode the device's address. */
static NTSTATUS
EduPnpStart(PEDU_CONTEXT Context, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status = STATUS_UNSUCCESSFUL;

    if (IoForwardIrpSynchronously(Context->LowerDevice, Irp)) {
        Status = Irp->IoStatus.Status;
    }
    if (NT_SUCCESS(Status)) {
        Status = EduStartDevice(
            Context, Stack->Parameters.StartDevice.AllocatedResourcesTranslated);
    }
    return EduCompleteIrp(Context, Irp, Status, 0);
}

/* Takes the device object with it: the caller may touch neither it nor the context. */
static NTSTATUS
EduPnpRemove(PEDU_CONTEXT Context, PIRP Irp)
{
    PDEVICE_OBJECT LowerDevice = Context->LowerDevice;
    NTSTATUS Status;

    EduStopDevice(Context, STATUS_DELETE_PENDING);
    IoReleaseRemoveLockAndWait(&Context->RemoveLock, Irp);

    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoSkipCurrentIrpStackLocation(Irp);
    Status = IoCallDriver(LowerDevice, Irp);
    IoDetachDevice(LowerDevice);
    IoDeleteDevice(Context->FunctionDevice);
    return Status;
}

/*
 * IRP_MJ_PNP. PASSIVE_LEVEL. START returns what EduAcquireResources or the stack below
 * returns; STATUS_DELETE_PENDING once the device is removed; all else is the stack's
 * answer.
 */
NTSTATUS
NTAPI
EduDispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEDU_CONTEXT Context = DeviceObject->DeviceExtension;
    NTSTATUS Status;

    Status = EduEnterIrp(Context, Irp);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        return EduPnpStart(Context, Irp);

    case IRP_MN_REMOVE_DEVICE:
        return EduPnpRemove(Context, Irp);

    case IRP_MN_STOP_DEVICE:
        EduPauseDevice(Context);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        break;

    case IRP_MN_SURPRISE_REMOVAL:
        EduStopDevice(Context, STATUS_DELETE_PENDING);
        Irp->IoStatus.Status = STATUS_SUCCESS;
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
