/*
 * Reads, writes and control codes. A read ends as soon as there is anything, with what
 * there is, or after ReadTotalTimeoutConstant with STATUS_TIMEOUT; the other timeouts are
 * not looked at. A write ends when all of it is in the ring.
 */
#include "serial.h"

#define TICKS_PER_MILLISECOND 10000ULL

/* Opening and closing carry no state. IRP_MJ_CREATE, CLOSE, CLEANUP. */
NTSTATUS
SerialCreateClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);

    Irp->IoStatus.Status = STATUS_SUCCESS;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

/* The next read that can end, and how; NULL: none can. Port->Lock is held. */
static PIRP
SerialTakeRead(PSERIAL_PORT Port, PNTSTATUS Status, PULONG Count)
{
    PIRP Irp = NULL;

    *Count = 0;
    *Status = STATUS_NO_SUCH_DEVICE;
    if (!Port->Open) {
        return SerialNextIrp(&Port->Reads);
    }
    if (SerialRingUsed(&Port->Received) != 0) {
        Irp = SerialNextIrp(&Port->Reads);
    }
    if (Irp != NULL) {
        *Status = STATUS_SUCCESS;
        *Count = SerialTake(&Port->Received, Irp->AssociatedIrp.SystemBuffer,
                            IoGetCurrentIrpStackLocation(Irp)->Parameters.Read.Length);
    }
    return Irp;
}

/* Gives received bytes to the reads that wait. IRQL <= DISPATCH_LEVEL. */
VOID
SerialServiceReads(PSERIAL_PORT Port)
{
    NTSTATUS Status;
    KIRQL OldIrql;
    ULONG Count;
    PIRP Irp;

    do {
        KeAcquireSpinLock(&Port->Lock, &OldIrql);
        Irp = SerialTakeRead(Port, &Status, &Count);
        KeReleaseSpinLock(&Port->Lock, OldIrql);
        if (Irp != NULL) {
            SerialCompleteIrp(Port, Irp, Status, Count);
        }
    } while (Irp != NULL);
}

/* Moves the oldest write on into the ring; returns it when it is done, or the port is
   closed. Port->Lock is held. */
static PIRP
SerialAdvanceWrite(PSERIAL_PORT Port)
{
    PIRP Irp;
    ULONG Length;

    if (Port->Writing == NULL) {
        Port->Writing = SerialNextIrp(&Port->Writes);
        Port->Written = 0;
    }
    Irp = Port->Writing;
    if (Irp != NULL && Port->Open) {
        Length = IoGetCurrentIrpStackLocation(Irp)->Parameters.Write.Length;
        Port->Written += SerialPut(
            &Port->Sent, (PUCHAR)Irp->AssociatedIrp.SystemBuffer + Port->Written,
            Length - Port->Written);
        SerialStartSending(Port);
        if (Port->Written < Length) {
            return NULL;
        }
    }
    Port->Writing = NULL;
    return Irp;
}

/* Goes on with writes as far as the ring has room. IRQL <= DISPATCH_LEVEL. */
VOID
SerialServiceWrites(PSERIAL_PORT Port)
{
    ULONG Written;
    BOOLEAN Open;
    KIRQL OldIrql;
    PIRP Irp;

    do {
        KeAcquireSpinLock(&Port->Lock, &OldIrql);
        Irp = SerialAdvanceWrite(Port);
        Written = Port->Written;
        Open = Port->Open;
        KeReleaseSpinLock(&Port->Lock, OldIrql);
        if (Irp != NULL) {
            SerialCompleteIrp(Port, Irp, Open ? STATUS_SUCCESS : STATUS_NO_SUCH_DEVICE,
                              Written);
        }
    } while (Irp != NULL);
}

/* Ends the reads whose patience has ended; looks again while one still waits for it. */
VOID
SerialTimerDpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
               PVOID SystemArgument2)
{
    PSERIAL_PORT Port = DeferredContext;
    PIRP Irp;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    while ((Irp = SerialNextExpired(&Port->Reads)) != NULL) {
        SerialCompleteIrp(Port, Irp, STATUS_TIMEOUT, 0);
    }
}

/* When a read that comes now gives up, in interrupt time; 0: never. */
static ULONG64
SerialDeadline(PSERIAL_PORT Port)
{
    ULONG64 Patience = (ULONG64)(ULONG)Port->ReadTimeout * TICKS_PER_MILLISECOND;

    return Patience == 0 ? 0 : KeQueryInterruptTime() + Patience;
}

/* Queues a read or write, and serves what can be served. */
static VOID
SerialStartIrp(PSERIAL_PORT Port, PIRP Irp)
{
    if (IoGetCurrentIrpStackLocation(Irp)->MajorFunction == IRP_MJ_READ) {
        SerialQueueIrp(&Port->Reads, Irp, SerialDeadline(Port));
        SerialServiceReads(Port);
    } else {
        SerialQueueIrp(&Port->Writes, Irp, 0);
        SerialServiceWrites(Port);
    }
}

/*
 * IRP_MJ_READ, WRITE (buffered). STATUS_PENDING, or the status of what is refused. The
 * reference to Port is the routine's own: the IRP's goes with the IRP.
 * IRQL <= DISPATCH_LEVEL.
 */
NTSTATUS
SerialReadWrite(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PSERIAL_PORT Port = DeviceObject->DeviceExtension;
    NTSTATUS Status = IoAcquireRemoveLock(&Port->RemoveLock, DeviceObject);
    BOOLEAN Nothing = IoGetCurrentIrpStackLocation(Irp)->Parameters.Read.Length == 0;

    if (!NT_SUCCESS(Status) || Nothing) {
        Irp->IoStatus.Status = Status;
        Irp->IoStatus.Information = 0;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
    } else {
        (VOID) IoAcquireRemoveLock(&Port->RemoveLock, Irp);
        SerialStartIrp(Port, Irp);
        IoReleaseRemoveLock(&Port->RemoveLock, DeviceObject);
        return STATUS_PENDING;
    }
    if (NT_SUCCESS(Status)) {
        IoReleaseRemoveLock(&Port->RemoveLock, DeviceObject);
    }
    return Status;
}

/* How long reads wait from now on; the timer looks after them in steps of that. */
static NTSTATUS
SerialSetTimeouts(PSERIAL_PORT Port, PIRP Irp, ULONG Length)
{
    PSERIAL_TIMEOUTS Timeouts = Irp->AssociatedIrp.SystemBuffer;
    LARGE_INTEGER Due;
    ULONG Patience;

    if (Length < sizeof(*Timeouts)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    Patience = Timeouts->ReadTotalTimeoutConstant;
    if (Patience > MAXLONG) {
        return STATUS_INVALID_PARAMETER;
    }
    InterlockedExchange(&Port->ReadTimeout, (LONG)Patience);
    if (Patience == 0) {
        KeCancelTimer(&Port->Timer);
        return STATUS_SUCCESS;
    }
    Due.QuadPart = -(LONGLONG)(Patience * TICKS_PER_MILLISECOND);
    KeSetTimerEx(&Port->Timer, Due, (LONG)max(Patience / 4, 1), &Port->TimerDpc);
    return STATUS_SUCCESS;
}

/* DTR, RTS and the loop; OUT2 stays, or there would be no interrupts. */
static NTSTATUS
SerialSetModemControl(PSERIAL_PORT Port, PIRP Irp, ULONG Length)
{
    if (Length < sizeof(ULONG)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    SerialWrite(Port, UART_MODEM_CONTROL,
                (UCHAR)((*(PULONG)Irp->AssociatedIrp.SystemBuffer &
                         (MODEM_DTR_RTS | MODEM_LOOP)) |
                        MODEM_OUT2));
    return STATUS_SUCCESS;
}

static NTSTATUS
SerialGetStatistics(PSERIAL_PORT Port, PIRP Irp, ULONG Length, PULONG_PTR Information)
{
    if (Length < sizeof(Port->Statistics)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    RtlCopyMemory(Irp->AssociatedIrp.SystemBuffer, &Port->Statistics,
                  sizeof(Port->Statistics));
    *Information = sizeof(Port->Statistics);
    return STATUS_SUCCESS;
}

static NTSTATUS
SerialControlPort(PSERIAL_PORT Port, PIRP Irp, PULONG_PTR Information)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG Input = Stack->Parameters.DeviceIoControl.InputBufferLength;

    switch (Stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_SERIAL_SET_TIMEOUTS:
        return SerialSetTimeouts(Port, Irp, Input);
    case IOCTL_SERIAL_SET_MODEM_CONTROL:
        return SerialSetModemControl(Port, Irp, Input);
    case IOCTL_SERIAL_GET_STATS:
        return SerialGetStatistics(
            Port, Irp, Stack->Parameters.DeviceIoControl.OutputBufferLength, Information);
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

/* IRP_MJ_DEVICE_CONTROL. Completes at once. IRQL <= DISPATCH_LEVEL. */
NTSTATUS
SerialControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PSERIAL_PORT Port = DeviceObject->DeviceExtension;
    ULONG_PTR Information = 0;
    NTSTATUS Status = IoAcquireRemoveLock(&Port->RemoveLock, Irp);

    if (NT_SUCCESS(Status)) {
        Status = !Port->Open ? STATUS_NO_SUCH_DEVICE
                             : SerialControlPort(Port, Irp, &Information);
        IoReleaseRemoveLock(&Port->RemoveLock, Irp);
    }
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}
