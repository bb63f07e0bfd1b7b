/*
 * The client: IRPs of its own, straight to the device object, with a completion routine that
 * keeps them.
 */
#include "kmdfqueue.h"

static IO_COMPLETION_ROUTINE Completed;

static NTSTATUS NTAPI
Completed(PDEVICE_OBJECT Device, PIRP Irp, PVOID Context)
{
    PSENT Sent = Context;

    UNREFERENCED_PARAMETER(Device);
    Sent->Status = Irp->IoStatus.Status;
    Sent->Information = Irp->IoStatus.Information;
    InterlockedIncrement(&Sent->Done);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static PIO_STACK_LOCATION
Prepare(PSENT Sent, UCHAR Major)
{
    PDEVICE_OBJECT Device = WdfDeviceWdmGetDeviceObject(Unit.Device);
    PIO_STACK_LOCATION Stack;

    Sent->Done = 0;
    Sent->Status = STATUS_PENDING;
    Sent->Irp = IoAllocateIrp(Device->StackSize, FALSE);
    Sent->Irp->Flags |= Unit.SendFlags;
    Sent->Irp->AssociatedIrp.SystemBuffer = Sent->Buffer;
    IoSetCompletionRoutine(Sent->Irp, Completed, Sent, TRUE, TRUE, TRUE);
    Stack = IoGetNextIrpStackLocation(Sent->Irp);
    Stack->MajorFunction = Major;
    return Stack;
}

static VOID
Send(PSENT Sent)
{
    IoCallDriver(WdfDeviceWdmGetDeviceObject(Unit.Device), Sent->Irp);
}

VOID
SendRead(PSENT Sent)
{
    PIO_STACK_LOCATION Stack = Prepare(Sent, IRP_MJ_READ);

    Stack->Parameters.Read.Length = sizeof(Sent->Buffer);
    Send(Sent);
}

VOID
SendWrite(PSENT Sent, ULONG Length)
{
    PIO_STACK_LOCATION Stack = Prepare(Sent, IRP_MJ_WRITE);

    Stack->Parameters.Write.Length = Length;
    Stack->Parameters.Write.ByteOffset.QuadPart = 0x123456789;
    Send(Sent);
}

VOID
SendControl(PSENT Sent, ULONG Code)
{
    PIO_STACK_LOCATION Stack = Prepare(Sent, IRP_MJ_DEVICE_CONTROL);

    Stack->Parameters.DeviceIoControl.IoControlCode = Code;
    Stack->Parameters.DeviceIoControl.InputBufferLength = 8;
    Stack->Parameters.DeviceIoControl.OutputBufferLength = sizeof(Sent->Buffer);
    if (Code == CODE_DIRECT) {
        Sent->Irp->AssociatedIrp.SystemBuffer = Sent->Input;
        Sent->Irp->MdlAddress =
            IoAllocateMdl(Sent->Buffer, sizeof(Sent->Buffer), FALSE, FALSE, NULL);
        MmBuildMdlForNonPagedPool(Sent->Irp->MdlAddress);
    } else if (Code == CODE_NEITHER) {
        Sent->Irp->AssociatedIrp.SystemBuffer = NULL;
        Stack->Parameters.DeviceIoControl.Type3InputBuffer = Sent->Buffer;
        Sent->Irp->UserBuffer = Sent->Buffer;
    }
    Send(Sent);
}

NTSTATUS
Finish(PSENT Sent)
{
    if (!KtapAwait(&Sent->Done, 1)) {
        return STATUS_TIMEOUT;
    }
    if (Sent->Irp->MdlAddress != NULL) {
        IoFreeMdl(Sent->Irp->MdlAddress);
    }
    IoFreeIrp(Sent->Irp);
    return Sent->Status;
}

VOID
ExpectPresented(LONG Count, PCSTR Name)
{
    KtapAwait(&Unit.Count, Count);
    ok_equal(Unit.Count, Count, Name);
}
