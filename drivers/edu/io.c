/*
 * io.c - the requests of a client, checked. May be called at up to DISPATCH_LEVEL.
 */
#include "edu.h"

/* IRP_MJ_CREATE, IRP_MJ_CLOSE: any number of clients. */
NTSTATUS
NTAPI
EduDispatchCreateClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEDU_CONTEXT Context = DeviceObject->DeviceExtension;
    NTSTATUS Status = EduEnterIrp(Context, Irp);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    return EduCompleteIrp(Context, Irp, STATUS_SUCCESS, 0);
}

/*
 * IRP_MJ_READ, IRP_MJ_WRITE: bytes from and to the device's buffer, by DMA.
 *
 * STATUS_INVALID_PARAMETER for nothing, or for a byte beyond EDU_BUFFER_REACH;
 * STATUS_DEVICE_NOT_READY before the first START, STATUS_IO_TIMEOUT if the device does not
 * interrupt, STATUS_DEVICE_BUSY after that, STATUS_CANCELLED.
 */
NTSTATUS
NTAPI
EduDispatchReadWrite(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEDU_CONTEXT Context = DeviceObject->DeviceExtension;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG Length = Stack->Parameters.Read.Length;
    ULONG64 Offset = (ULONG64)Stack->Parameters.Read.ByteOffset.QuadPart;
    NTSTATUS Status = EduEnterIrp(Context, Irp);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Irp->AssociatedIrp.SystemBuffer == NULL || Length == 0 ||
        Length > EDU_BUFFER_REACH || Offset > EDU_BUFFER_REACH - Length) {
        return EduCompleteIrp(Context, Irp, STATUS_INVALID_PARAMETER, 0);
    }
    return EduQueueRequest(Context, Irp);
}

/* Checks a control that the device is to carry out: lengths, and the number it gets. */
static NTSTATUS
EduCheckControl(PIRP Irp, PIO_STACK_LOCATION Stack)
{
    BOOLEAN IsRaise = Stack->Parameters.DeviceIoControl.IoControlCode == IOCTL_EDU_RAISE;
    ULONG Value;

    if (Stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(ULONG)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (!IsRaise &&
        Stack->Parameters.DeviceIoControl.OutputBufferLength < sizeof(ULONG)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    Value = *(PULONG)Irp->AssociatedIrp.SystemBuffer;
    if (IsRaise ? (Value == 0 || (Value & EDU_CAUSES_RESERVED))
                : Value > EDU_FACTORIAL_MAX) {
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

/* Answers IOCTL_EDU_QUERY. */
static NTSTATUS
EduQuery(PEDU_CONTEXT Context, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    PEDU_STATISTICS Answer = Irp->AssociatedIrp.SystemBuffer;
    KIRQL OldIrql;

    if (Stack->Parameters.DeviceIoControl.OutputBufferLength < sizeof(*Answer)) {
        return EduCompleteIrp(Context, Irp, STATUS_BUFFER_TOO_SMALL, 0);
    }
    KeAcquireSpinLock(&Context->Lock, &OldIrql);
    Answer->ConnectVersion = Context->ConnectVersion;
    Answer->IsrCalls = (ULONG)Context->IsrCalls;
    Answer->Interrupts = (ULONG)Context->Interrupts;
    Answer->DpcRuns = Context->DpcRuns;
    Answer->Completed = Context->Completed;
    Answer->TimedOut = Context->TimedOut;
    KeReleaseSpinLock(&Context->Lock, OldIrql);
    return EduCompleteIrp(Context, Irp, STATUS_SUCCESS, sizeof(*Answer));
}

/* Answers IOCTL_EDU_STORM. */
static NTSTATUS
EduStorm(PEDU_CONTEXT Context, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    NTSTATUS Status;
    ULONG LooksAway;
    KIRQL OldIrql;

    if (Stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(ULONG)) {
        return EduCompleteIrp(Context, Irp, STATUS_INVALID_PARAMETER, 0);
    }
    LooksAway = *(PULONG)Irp->AssociatedIrp.SystemBuffer != 0;
    KeAcquireSpinLock(&Context->Lock, &OldIrql);
    Status = Context->Refusal;
    if (NT_SUCCESS(Status) && Context->ConnectVersion == CONNECT_MESSAGE_BASED) {
        Status = STATUS_NOT_SUPPORTED;
    }
    if (NT_SUCCESS(Status)) {
        InterlockedExchange(&Context->LooksAway, (LONG)LooksAway);
        if (LooksAway != 0) {
            EduWrite(Context, EDU_RAISE, EDU_CAUSE_STORM);
        }
    }
    KeReleaseSpinLock(&Context->Lock, OldIrql);
    return EduCompleteIrp(Context, Irp, Status, 0);
}

/*
 * IRP_MJ_DEVICE_CONTROL: the codes of eduioctl.h. Beside the outcomes of reads and
 * writes: STATUS_BUFFER_TOO_SMALL, STATUS_INVALID_DEVICE_REQUEST for any other code.
 */
NTSTATUS
NTAPI
EduDispatchDeviceControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEDU_CONTEXT Context = DeviceObject->DeviceExtension;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status = EduEnterIrp(Context, Irp);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    switch (Stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_EDU_QUERY:
        return EduQuery(Context, Irp, Stack);
    case IOCTL_EDU_STORM:
        return EduStorm(Context, Irp, Stack);
    case IOCTL_EDU_RAISE:
    case IOCTL_EDU_FACTORIAL:
        Status = EduCheckControl(Irp, Stack);
        break;
    default:
        Status = STATUS_INVALID_DEVICE_REQUEST;
        break;
    }
    if (!NT_SUCCESS(Status)) {
        return EduCompleteIrp(Context, Irp, Status, 0);
    }
    return EduQueueRequest(Context, Irp);
}
