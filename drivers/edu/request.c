/*
 * request.c - the request that the device works on: started, ended, given up.
 */
#include "edu.h"

#define EDU_PATIENCE 5 /* seconds; a transfer takes 0.1 */

/* Puts a request into the device and returns the cause that will say that it is done.
 * Lock is held. */
static ULONG
EduStartRequest(PEDU_CONTEXT Context, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG Value;

    if (Stack->MajorFunction != IRP_MJ_DEVICE_CONTROL) {
        EduStartTransfer(Context, Irp);
        return EDU_CAUSE_DMA;
    }
    Value = *(PULONG)Irp->AssociatedIrp.SystemBuffer;
    if (Stack->Parameters.DeviceIoControl.IoControlCode == IOCTL_EDU_FACTORIAL) {
        EduWrite(Context, EDU_FACTORIAL, Value);
        return EDU_CAUSE_FACTORIAL;
    }
    EduWrite(Context, EDU_RAISE, Value);
    return Value;
}

/* Puts a packet into the device, or has it wait for START; else returns why it cannot go
 * there. Lock is held. */
static NTSTATUS
EduTakeUp(PEDU_CONTEXT Context, PIRP Irp)
{
    if (Irp->Cancel) {
        return STATUS_CANCELLED;
    }
    if (Context->Paused) {
        return EduHoldPacket(Context, Irp) ? STATUS_SUCCESS : STATUS_CANCELLED;
    }
    if (!NT_SUCCESS(Context->Refusal)) {
        return Context->Refusal;
    }
    /* A request that was given up still goes on: the device would not take another. */
    if ((EduRead(Context, EDU_STATUS) & EDU_STATUS_BUSY) ||
        (EduRead(Context, EDU_DMA_COMMAND) & EDU_DMA_RUN)) {
        return STATUS_DEVICE_BUSY;
    }
    Context->Active = Irp;
    Context->SecondsLeft = EDU_PATIENCE;
    Context->AwaitedCauses = EduStartRequest(Context, Irp);
    return STATUS_SUCCESS;
}

/*
 * DISPATCH_LEVEL, in any thread or DPC (IRP-3): the turn of a packet, which can no longer
 * be cancelled. What the device is awaited for is set before Lock is released, so that
 * the DPC of an interrupt that is there at once finds it.
 */
VOID NTAPI
EduStartIo(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEDU_CONTEXT Context = DeviceObject->DeviceExtension;
    NTSTATUS Status;

    KeAcquireSpinLockAtDpcLevel(&Context->Lock);
    Status = EduTakeUp(Context, Irp);
    KeReleaseSpinLockFromDpcLevel(&Context->Lock);

    if (!NT_SUCCESS(Status)) {
        EduFailRequest(Context, Irp, Status);
    }
}

/* Fetches what the device has made of a request; returns its bytes. Lock is held. */
static ULONG
EduFetchResult(PEDU_CONTEXT Context, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);

    switch (Stack->MajorFunction) {
    case IRP_MJ_READ:
        RtlCopyMemory(Irp->AssociatedIrp.SystemBuffer, Context->Buffer,
                      Stack->Parameters.Read.Length);
        return Stack->Parameters.Read.Length;
    case IRP_MJ_WRITE:
        return Stack->Parameters.Write.Length;
    default:
        break;
    }
    if (Stack->Parameters.DeviceIoControl.IoControlCode == IOCTL_EDU_FACTORIAL) {
        *(PULONG)Irp->AssociatedIrp.SystemBuffer = EduRead(Context, EDU_FACTORIAL);
        return sizeof(ULONG);
    }
    return 0;
}

/*
 * Takes the active request, which is the caller's to end then, with its outcome in it.
 * NULL if there is none. Lock is held.
 */
PIRP
EduTakeActive(PEDU_CONTEXT Context, NTSTATUS Status)
{
    PIRP Irp = Context->Active;

    if (Irp != NULL) {
        Context->Active = NULL;
        Irp->IoStatus.Status = Status;
        Irp->IoStatus.Information = NT_SUCCESS(Status) ? EduFetchResult(Context, Irp) : 0;
        Context->Completed += NT_SUCCESS(Status) != FALSE;
    }
    return Irp;
}

/*
 * Starts the next packet and completes this one, in that order: its reference on the
 * remove lock keeps the device until both are done. DISPATCH_LEVEL, no lock held.
 */
VOID
EduEndRequest(PEDU_CONTEXT Context, PIRP Irp)
{
    IoStartNextPacket(Context->FunctionDevice, TRUE);
    EduCompleteIrp(Context, Irp, Irp->IoStatus.Status, Irp->IoStatus.Information);
}

/* The same for one that came to nothing. DISPATCH_LEVEL, no lock held. */
VOID
EduFailRequest(PEDU_CONTEXT Context, PIRP Irp, NTSTATUS Status)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    EduEndRequest(Context, Irp);
}

/* DISPATCH_LEVEL, once a second. Ends a request that the device has kept too long. */
VOID NTAPI
EduTimer(PDEVICE_OBJECT DeviceObject, PVOID Argument)
{
    PEDU_CONTEXT Context = Argument;
    PIRP Late = NULL;

    UNREFERENCED_PARAMETER(DeviceObject);

    KeAcquireSpinLockAtDpcLevel(&Context->Lock);
    if (Context->Active != NULL && --Context->SecondsLeft == 0) {
        Context->TimedOut++;
        Late = EduTakeActive(Context, STATUS_IO_TIMEOUT);
    }
    KeReleaseSpinLockFromDpcLevel(&Context->Lock);

    if (Late != NULL) {
        EduEndRequest(Context, Late);
    }
}

/* Ends the active request of a device that is stopped; StartIo then ends those that wait.
 * PASSIVE_LEVEL. */
VOID
EduAbortActive(PEDU_CONTEXT Context, NTSTATUS Reason)
{
    PIRP Irp;
    KIRQL OldIrql;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    KeAcquireSpinLockAtDpcLevel(&Context->Lock);
    Irp = EduTakeActive(Context, Reason);
    KeReleaseSpinLockFromDpcLevel(&Context->Lock);
    if (Irp != NULL) {
        EduEndRequest(Context, Irp);
    }
    KeLowerIrql(OldIrql);
}
