/*
 * Formatting: the IRP of a request gets the stack location and the buffers (reqdress.c) that
 * the target's driver finds; and what is known of the request when it is back.
 */
#include "wdfp.h"
#include "target.h"

NTSTATUS
WdfpNeedSending(PWDFP_REQUEST Request)
{
    PWDFP_SENDING Sending = Request->Sending;

    if (Sending == NULL) {
        Sending = ExAllocatePoolZero(NonPagedPoolNx, sizeof(*Sending),
                                     Request->Object.Globals->Public.DriverTag);
        if (Sending == NULL) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        Sending->Request = Request;
        InitializeListHead(&Sending->Link);
        WDF_REQUEST_COMPLETION_PARAMS_INIT(&Sending->Params);
        Request->Sending = Sending;
    }
    return STATUS_SUCCESS;
}

VOID
WdfpFreeSending(PWDFP_REQUEST Request)
{
    if (Request->Sending != NULL) {
        ExFreePoolWithTag(Request->Sending, Request->Object.Globals->Public.DriverTag);
        Request->Sending = NULL;
    }
}

static WDFMEMORY
WdfpPieceHandle(const WDFP_PIECE *Piece)
{
    return Piece->Memory == NULL ? NULL : WdfpHandle(Piece->Memory);
}

/* What the completion routine learns but for how it ended. */
static VOID
WdfpDescribe(PWDFP_SENDING Sending, const IO_STACK_LOCATION *Stack, BOOLEAN Arguments)
{
    PWDF_REQUEST_COMPLETION_PARAMS Params = &Sending->Params;
    const WDFP_PIECE *Pieces = Sending->Pieces;

    WDF_REQUEST_COMPLETION_PARAMS_INIT(Params);
    Params->Type = (WDF_REQUEST_TYPE)Stack->MajorFunction;
    if (Arguments) {
        Params->Parameters.Others.Argument1.Ptr = WdfpPieceHandle(&Pieces[0]);
        Params->Parameters.Others.Argument2.Ptr = WdfpPieceHandle(&Pieces[1]);
        Params->Parameters.Others.Argument3.Ptr = Stack->Parameters.Others.Argument3;
        Params->Parameters.Others.Argument4.Ptr = WdfpPieceHandle(&Pieces[2]);
    } else if (Stack->MajorFunction == IRP_MJ_READ ||
               Stack->MajorFunction == IRP_MJ_WRITE) {
        Params->Parameters.Read.Buffer = WdfpPieceHandle(&Pieces[0]);
        Params->Parameters.Read.Offset = Pieces[0].Offset;
    } else {
        Params->Parameters.Ioctl.IoControlCode =
            Stack->Parameters.DeviceIoControl.IoControlCode;
        Params->Parameters.Ioctl.Input.Buffer = WdfpPieceHandle(&Pieces[0]);
        Params->Parameters.Ioctl.Input.Offset = Pieces[0].Offset;
        Params->Parameters.Ioctl.Output.Buffer = WdfpPieceHandle(&Pieces[1]);
        Params->Parameters.Ioctl.Output.Offset = Pieces[1].Offset;
    }
}

VOID
WdfpCollect(PWDFP_SENDING Sending)
{
    const IO_STATUS_BLOCK *End = &Sending->Request->Irp->IoStatus;
    PWDF_REQUEST_COMPLETION_PARAMS Params = &Sending->Params;
    const WDFP_PIECE *Output = &Sending->Pieces[1];

    Params->IoStatus = *End;
    if (!Sending->Dressed || Sending->Arguments) {
        return;
    }
    if (Params->Type == WdfRequestTypeRead || Params->Type == WdfRequestTypeWrite) {
        Params->Parameters.Read.Length = End->Information;
        return;
    }
    Params->Parameters.Ioctl.Output.Length = End->Information;
    if (Sending->SystemBuffer != NULL && !NT_ERROR(End->Status)) {
        RtlCopyMemory(Output->Address, Sending->SystemBuffer,
                      min(Output->Length, End->Information));
    }
}

NTSTATUS
WdfpFormat(PWDFP_REQUEST Request, PWDFP_TARGET Target, const IO_STACK_LOCATION *Stack,
           const WDFP_PIECE *Pieces, BOOLEAN Arguments)
{
    NTSTATUS Status = WdfpFitTarget(Request, Target);
    PIO_STACK_LOCATION Next;

    Request->Formatted = FALSE;
    if (NT_SUCCESS(Status)) {
        Status = WdfpNeedSending(Request);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Next = IoGetNextIrpStackLocation(Request->Irp);
    *Next = *Stack;
    Next->FileObject = Target->FileObject;
    Request->Sending->Arguments = Arguments;
    WdfpDress(Request->Sending, Pieces);
    Status = WdfpDressIrp(Request->Sending, Target, Next);
    if (!NT_SUCCESS(Status)) {
        WdfpUndress(Request->Sending);
        return Status;
    }
    WdfpDescribe(Request->Sending, Next, Arguments);
    Request->Formatted = TRUE;
    return STATUS_SUCCESS;
}
