/*
 * The buffers of a request in its IRP.
 *
 * They stand where the kind of request demands: those of reads and writes as the target's
 * device says, those of controls by their code's method. What the IRP had there before,
 * which is its sender's when it came from above, comes back when it is completed.
 */
#include "wdfp.h"
#include "target.h"

#define WDFP_METHOD(Code) ((Code)&3)

VOID
WdfpUndress(PWDFP_SENDING Sending)
{
    PIRP Irp = Sending->Request->Irp;

    if (!Sending->Dressed) {
        return;
    }
    if (Sending->Mdl != NULL) {
        MmUnlockPages(Sending->Mdl);
        IoFreeMdl(Sending->Mdl);
        Sending->Mdl = NULL;
    }
    if (Sending->SystemBuffer != NULL) {
        ExFreePoolWithTag(Sending->SystemBuffer, WDFP_TAG);
        Sending->SystemBuffer = NULL;
    }
    Irp->AssociatedIrp.SystemBuffer = Sending->OldSystemBuffer;
    Irp->UserBuffer = Sending->OldUserBuffer;
    Irp->MdlAddress = Sending->OldMdl;
    for (ULONG Index = 0; Index < WDFP_PIECES; Index++) {
        if (Sending->Pieces[Index].Memory != NULL) {
            WdfpDereference(Sending->Pieces[Index].Memory);
        }
    }
    RtlZeroMemory(Sending->Pieces, sizeof(Sending->Pieces));
    Sending->Dressed = FALSE;
}

VOID
WdfpDress(PWDFP_SENDING Sending, const WDFP_PIECE *Pieces)
{
    PIRP Irp = Sending->Request->Irp;

    WdfpUndress(Sending);
    Sending->OldSystemBuffer = Irp->AssociatedIrp.SystemBuffer;
    Sending->OldUserBuffer = Irp->UserBuffer;
    Sending->OldMdl = Irp->MdlAddress;
    Sending->Dressed = TRUE;
    Irp->AssociatedIrp.SystemBuffer = NULL;
    Irp->UserBuffer = NULL;
    Irp->MdlAddress = NULL;
    for (ULONG Index = 0; Index < WDFP_PIECES; Index++) {
        Sending->Pieces[Index] = Pieces[Index];
        if (Pieces[Index].Memory != NULL) {
            WdfpReference(Pieces[Index].Memory);
        }
    }
}

/* The pages of a piece in the IRP: the driver's own MDL, or one made here. */
static NTSTATUS
WdfpDressPages(PWDFP_SENDING Sending, const WDFP_PIECE *Piece, LOCK_OPERATION Operation)
{
    PIRP Irp = Sending->Request->Irp;

    if (Piece->Mdl != NULL || Piece->Length == 0) {
        Irp->MdlAddress = Piece->Mdl;
        return STATUS_SUCCESS;
    }
    Sending->Mdl = IoAllocateMdl(Piece->Address, Piece->Length, FALSE, FALSE, NULL);
    if (Sending->Mdl == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    MmProbeAndLockPages(Sending->Mdl, KernelMode, Operation);
    Irp->MdlAddress = Sending->Mdl;
    return STATUS_SUCCESS;
}

/* The buffer of a read or write, by the device's flags. */
static NTSTATUS
WdfpDressTransfer(PWDFP_SENDING Sending, PDEVICE_OBJECT Device, BOOLEAN Write)
{
    const WDFP_PIECE *Piece = &Sending->Pieces[0];
    PIRP Irp = Sending->Request->Irp;

    if ((Device->Flags & DO_BUFFERED_IO) != 0) {
        Irp->AssociatedIrp.SystemBuffer = Piece->Address;
        return STATUS_SUCCESS;
    }
    if ((Device->Flags & DO_DIRECT_IO) != 0) {
        return WdfpDressPages(Sending, Piece, Write ? IoReadAccess : IoWriteAccess);
    }
    Irp->UserBuffer = Piece->Address;
    return STATUS_SUCCESS;
}

/* One buffer for both ways: the input is copied into it now, the output out of it when the
   request is back. Zeroed, lest what a driver only claims to have written is stale pool. */
static NTSTATUS
WdfpDressBuffered(PWDFP_SENDING Sending)
{
    const WDFP_PIECE *Input = &Sending->Pieces[0];
    const WDFP_PIECE *Output = &Sending->Pieces[1];
    ULONG Length = max(Input->Length, Output->Length);

    if (Length == 0) {
        return STATUS_SUCCESS;
    }
    Sending->SystemBuffer = ExAllocatePoolZero(NonPagedPoolNx, Length, WDFP_TAG);
    if (Sending->SystemBuffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(Sending->SystemBuffer, Input->Address, Input->Length);
    Sending->Request->Irp->AssociatedIrp.SystemBuffer = Sending->SystemBuffer;
    return STATUS_SUCCESS;
}

/* The buffers of a control, by its code's method. */
static NTSTATUS
WdfpDressControl(PWDFP_SENDING Sending, PIO_STACK_LOCATION Stack)
{
    ULONG Method = WDFP_METHOD(Stack->Parameters.DeviceIoControl.IoControlCode);
    const WDFP_PIECE *Input = &Sending->Pieces[0];
    const WDFP_PIECE *Output = &Sending->Pieces[1];
    PIRP Irp = Sending->Request->Irp;

    Stack->Parameters.DeviceIoControl.InputBufferLength = Input->Length;
    Stack->Parameters.DeviceIoControl.OutputBufferLength = Output->Length;
    switch (Method) {
    case METHOD_BUFFERED:
        return WdfpDressBuffered(Sending);
    case METHOD_NEITHER:
        Stack->Parameters.DeviceIoControl.Type3InputBuffer = Input->Address;
        Irp->UserBuffer = Output->Address;
        return STATUS_SUCCESS;
    default:
        Irp->AssociatedIrp.SystemBuffer = Input->Address;
        return WdfpDressPages(Sending, Output,
                              Method == METHOD_IN_DIRECT ? IoReadAccess : IoWriteAccess);
    }
}

NTSTATUS
WdfpDressIrp(PWDFP_SENDING Sending, PWDFP_TARGET Target, PIO_STACK_LOCATION Stack)
{
    const WDFP_PIECE *Pieces = Sending->Pieces;

    if (Sending->Arguments) {
        Stack->Parameters.Others.Argument1 = Pieces[0].Address;
        Stack->Parameters.Others.Argument2 = Pieces[1].Address;
        Stack->Parameters.Others.Argument4 = Pieces[2].Address;
        return STATUS_SUCCESS;
    }
    if (Stack->MajorFunction != IRP_MJ_READ && Stack->MajorFunction != IRP_MJ_WRITE) {
        return WdfpDressControl(Sending, Stack);
    }
    Stack->Parameters.Read.Length = Pieces[0].Length;
    return WdfpDressTransfer(Sending, Target->DeviceObject,
                             Stack->MajorFunction == IRP_MJ_WRITE);
}
