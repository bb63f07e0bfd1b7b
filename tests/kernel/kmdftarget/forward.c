/*
 * Requests that came from above and are sent on: here to the same device once more, in an
 * IRP with stack locations enough for two visits.
 */
#include "kmdftarget.h"

static EVT_WDF_REQUEST_COMPLETION_ROUTINE PassedIsBack;

static VOID NTAPI
PassedIsBack(WDFREQUEST Request, WDFIOTARGET Target,
             PWDF_REQUEST_COMPLETION_PARAMS Params, WDFCONTEXT Context)
{
    UNREFERENCED_PARAMETER(Target);
    UNREFERENCED_PARAMETER(Context);
    WdfRequestCompleteWithInformation(Request, Params->IoStatus.Status,
                                      Params->IoStatus.Information);
}

/* Formats a request for its second visit. */
static NTSTATUS
FormatPass(WDFREQUEST Request, ULONG Code)
{
    WDFMEMORY Input = NULL, Output = NULL;
    NTSTATUS Status;

    if (Code == CODE_PASS_SAME) {
        WdfRequestFormatRequestUsingCurrentType(Request);
        return STATUS_SUCCESS;
    }
    if (Code == CODE_PASS_HOLD) {
        return WdfIoTargetFormatRequestForIoctl(Unit.Self, Request, CODE_HOLD, NULL, NULL,
                                                NULL, NULL);
    }
    Status = WdfRequestRetrieveInputMemory(Request, &Input);
    if (NT_SUCCESS(Status)) {
        Status = WdfRequestRetrieveOutputMemory(Request, &Output);
    }
    return NT_SUCCESS(Status)
               ? WdfIoTargetFormatRequestForIoctl(Unit.Self, Request, CODE_INVERT, Input,
                                                  NULL, Output, NULL)
               : Status;
}

VOID
PassOn(WDFREQUEST Request, ULONG Code)
{
    WDF_REQUEST_SEND_OPTIONS Options;
    PIRP Irp = WdfRequestWdmGetIrp(Request);
    NTSTATUS Status = STATUS_SUCCESS;

    if (Irp == Unit.Visitor) {
        Unit.Visitor = NULL;
        WdfRequestCompleteWithInformation(Request, STATUS_SUCCESS, 2);
        return;
    }
    Unit.Visitor = Code == CODE_PASS_SAME || Code == CODE_PASS_FORGET ? Irp : NULL;
    Unit.Passed = Request;
    WDF_REQUEST_SEND_OPTIONS_INIT(&Options, 0);
    if (Code == CODE_PASS_FORGET) {
        Options.Flags = WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET;
    } else {
        Status = FormatPass(Request, Code);
        WdfRequestSetCompletionRoutine(Request, PassedIsBack, NULL);
    }
    if (!NT_SUCCESS(Status)) {
        WdfRequestComplete(Request, Status);
    } else if (!WdfRequestSend(Request, Unit.Self, &Options)) {
        WdfRequestComplete(Request, WdfRequestGetStatus(Request));
    }
}

/* An IRP of the suite's with room for two visits, and a request around it. */
static WDFREQUEST
MakePass(ULONG Code, PUCHAR Buffer, ULONG Length, PSEEN Seen, PIRP *Irp)
{
    CCHAR StackSize = WdfDeviceWdmGetDeviceObject(Unit.Device)->StackSize;
    IO_STACK_LOCATION Stack;
    WDFREQUEST Request = NULL;

    RtlZeroMemory(&Stack, sizeof(Stack));
    RtlZeroMemory(Seen, sizeof(*Seen));
    Stack.MajorFunction = IRP_MJ_DEVICE_CONTROL;
    Stack.Parameters.DeviceIoControl.IoControlCode = Code;
    Stack.Parameters.DeviceIoControl.InputBufferLength = Length;
    Stack.Parameters.DeviceIoControl.OutputBufferLength = Length;
    *Irp = IoAllocateIrp((CCHAR)(StackSize * 2), FALSE);
    (*Irp)->AssociatedIrp.SystemBuffer = Buffer;
    WdfRequestCreateFromIrp(NULL, *Irp, TRUE, &Request);
    WdfRequestWdmFormatUsingStackLocation(Request, &Stack);
    WdfRequestSetCompletionRoutine(Request, NoteCompletion, Seen);
    return Request;
}

/* Sends one and waits; its status. */
static NTSTATUS
TryPass(ULONG Code, PUCHAR Buffer, ULONG Length, PSEEN Seen)
{
    PIRP Irp;
    WDFREQUEST Request = MakePass(Code, Buffer, Length, Seen, &Irp);
    BOOLEAN Kept;

    WdfRequestSend(Request, Unit.Self, WDF_NO_SEND_OPTIONS);
    KtapAwait(&Seen->Done, 1);
    Kept = Irp->AssociatedIrp.SystemBuffer == Buffer && Irp->MdlAddress == NULL &&
           Irp->UserBuffer == NULL;
    ok(Kept && Seen->Done == 1, "WdfRequestSend: the IRP is as it was, and back once");
    WdfObjectDelete(Request);
    return Seen->Params.IoStatus.Status;
}

VOID
TestForward(VOID)
{
    static SEEN Seen;
    UCHAR Buffer[4] = {0, 1, 2, 3};
    WDFREQUEST Request;
    PIRP Irp;

    ok_status(TryPass(CODE_PASS_INVERT, Buffer, sizeof(Buffer), &Seen), STATUS_SUCCESS,
              "WdfIoTargetFormatRequestForIoctl: a request of a queue is sent on");
    ok(Buffer[0] == 0xFF && Buffer[3] == 0xFC && Seen.Params.IoStatus.Information == 4,
       "WdfIoTargetFormatRequestForIoctl: into its sender's buffer");
    ok(Seen.Params.Type == WdfRequestTypeNoFormat,
       "WDF_REQUEST_COMPLETION_PARAMS: a stack location of the driver's is no format");
    ok_status(TryPass(CODE_PASS_SAME, Buffer, sizeof(Buffer), &Seen), STATUS_SUCCESS,
              "WdfRequestFormatRequestUsingCurrentType: it goes as it came");
    ok_equal(Seen.Params.IoStatus.Information, 2,
             "WdfRequestFormatRequestUsingCurrentType: and was answered there");
    Unit.HeldCount = 0;
    Unit.Cancelled = 0;
    Request = MakePass(CODE_PASS_HOLD, Buffer, sizeof(Buffer), &Seen, &Irp);
    WdfRequestSend(Request, Unit.Self, WDF_NO_SEND_OPTIONS);
    ExpectHeld(1, "WdfRequestSend: the second visit");
    WdfRequestCancelSentRequest(Request);
    KtapAwait(&Seen.Done, 1);
    ok(Unit.Cancelled == 1 && Seen.Params.IoStatus.Status == STATUS_CANCELLED,
       "IRP-11 a cancelled request is cancelled where it is");
    WdfObjectDelete(Request);
}

VOID
TestForget(VOID)
{
    static SEEN Seen;
    ULONG Waiting, Presented;
    UCHAR Buffer[4] = {0};

    ok_status(TryPass(CODE_PASS_FORGET, Buffer, sizeof(Buffer), &Seen), STATUS_SUCCESS,
              "WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET: goes on for good");
    ok_equal(Seen.Params.IoStatus.Information, 2,
             "WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET: and was answered there");
    WdfIoQueueGetState(Unit.Queue, &Waiting, &Presented);
    ok(Waiting == 0 && Presented == 0,
       "WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET: the queue has none left");
}

/* One that waits at a stopped target is cancelled by its sender. */
static VOID
CancelWaiting(VOID)
{
    static SEEN Seen;
    UCHAR Buffer[4] = {0};
    WDFREQUEST Request;
    WDF_REQUEST_SEND_OPTIONS Options;
    PIRP Irp;

    Request = MakePass(CODE_PASS_HOLD, Buffer, sizeof(Buffer), &Seen, &Irp);
    WDF_REQUEST_SEND_OPTIONS_INIT(&Options, WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE);
    Unit.HeldCount = 0;
    WdfIoTargetStop(Unit.Self, WdfIoTargetLeaveSentIoPending);
    WdfRequestSend(Request, Unit.Self, &Options);
    ok(Unit.HeldCount == 0 && Seen.Done == 0,
       "WdfIoTargetStop: a request of a queue waits");
    ok(IoCancelIrp(Irp), "IRP-11 its sender can cancel it meanwhile");
    KtapAwait(&Seen.Done, 1);
    ok_status(Seen.Params.IoStatus.Status, STATUS_CANCELLED,
              "IRP-11 and its completion routine learns of that");
    WdfIoTargetStart(Unit.Self);
    ok_equal(Unit.HeldCount, 0, "WdfIoTargetStart: it is not sent any more");
    WdfObjectDelete(Request);
}

VOID
TestIrpOfTheDriver(VOID)
{
    PDEVICE_OBJECT Device = WdfDeviceWdmGetDeviceObject(Unit.Device);
    WDF_REQUEST_REUSE_PARAMS Reuse;
    WDFREQUEST Request;
    static SEEN Seen;
    PIRP First = IoAllocateIrp(1, FALSE), Second;

    WdfRequestCreateFromIrp(NULL, First, FALSE, &Request);
    ok(WdfRequestWdmGetIrp(Request) == First, "WdfRequestCreateFromIrp: with that IRP");
    ok_status(WdfRequestChangeTarget(Request, Unit.Self), STATUS_REQUEST_NOT_ACCEPTED,
              "WdfRequestChangeTarget: it has no room for the stack");
    Second = IoAllocateIrp(Device->StackSize, FALSE);
    WDF_REQUEST_REUSE_PARAMS_INIT(&Reuse, 0, STATUS_SUCCESS);
    WDF_REQUEST_REUSE_PARAMS_SET_NEW_IRP(&Reuse, Second);
    ok_status(WdfRequestReuse(Request, &Reuse), STATUS_SUCCESS,
              "WdfRequestReuse: with another IRP");
    IoFreeIrp(First);
    ok_status(WdfRequestChangeTarget(Request, Unit.Self), STATUS_SUCCESS,
              "WdfRequestChangeTarget: that has");
    WdfIoTargetFormatRequestForRead(Unit.Self, Request, NULL, NULL, NULL);
    WdfRequestSetCompletionRoutine(Request, NoteCompletion, &Seen);
    ok(WdfRequestSend(Request, Unit.Self, WDF_NO_SEND_OPTIONS) &&
           KtapAwait(&Seen.Done, 1) && Seen.Params.IoStatus.Status == STATUS_SUCCESS,
       "WdfRequestSend: and it is sent");
    WdfObjectDelete(Request);
    IoFreeIrp(Second);
    CancelWaiting();
}
