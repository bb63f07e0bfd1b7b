/*
 * What must not be done with a target or a request for one, one a boot: bug check 0x10D.
 */
#include "kmdftarget.h"

static SEEN Seen;
static WDFREQUEST Request; /* of the suite's own, formatted */

static VOID
ExpectSent(WDFREQUEST Handle)
{
    DbgPrint("# expect line ^wdf: kmdft-[a-z]+: a request is used while it is sent$\n");
    DbgPrint("# expect stop 0x0000010D (0x6, 0x3, 0x%p, 0x%p)\n", Handle,
             WdfRequestWdmGetIrp(Handle));
}

static VOID
SendTwice(VOID)
{
    WdfRequestSend(Request, Unit.Self, WDF_NO_SEND_OPTIONS);
    ExpectSent(Request);
    WdfRequestSend(Request, Unit.Self, WDF_NO_SEND_OPTIONS);
}

static VOID
ReuseSent(VOID)
{
    WDF_REQUEST_REUSE_PARAMS Params;

    WDF_REQUEST_REUSE_PARAMS_INIT(&Params, 0, STATUS_SUCCESS);
    WdfRequestSend(Request, Unit.Self, WDF_NO_SEND_OPTIONS);
    ExpectSent(Request);
    WdfRequestReuse(Request, &Params);
}

/* A request of the queue that waits at the target, and is completed all the same. */
static VOID
CompleteSent(VOID)
{
    IO_STACK_LOCATION Stack = {.MajorFunction = IRP_MJ_DEVICE_CONTROL};
    PIRP Irp = IoAllocateIrp(8, FALSE);
    WDFREQUEST Sender;

    Stack.Parameters.DeviceIoControl.IoControlCode = CODE_PASS_HOLD;
    WdfRequestCreateFromIrp(NULL, Irp, TRUE, &Sender);
    WdfRequestWdmFormatUsingStackLocation(Sender, &Stack);
    WdfRequestSend(Sender, Unit.Self, WDF_NO_SEND_OPTIONS);
    ExpectSent(Unit.Passed);
    WdfRequestComplete(Unit.Passed, STATUS_SUCCESS);
}

static VOID
CompleteOwn(VOID)
{
    DbgPrint("# expect line ^wdf: kmdft-own: a request of the driver's own is used\n");
    DbgPrint("# expect stop 0x0000010D (0x6, 0x0, 0x%p, *)\n", Request);
    WdfRequestComplete(Request, STATUS_SUCCESS);
}

static VOID
SendDeleted(VOID)
{
    WdfObjectDelete(Request);
    DbgPrint("# expect line ^wdf: kmdft-deleted: the handle .* has to be a WDFREQUEST\n");
    DbgPrint("# expect stop 0x0000010D (0x5, 0x%p, 0x14, 0x0)\n", Request);
    WdfRequestSend(Request, Unit.Self, WDF_NO_SEND_OPTIONS);
}

static VOID
DeleteLocal(VOID)
{
    WDFIOTARGET Local = WdfDeviceGetIoTarget(Unit.Device);

    DbgPrint("# expect line a local WDFIOTARGET is not the driver's to delete$\n");
    DbgPrint("# expect stop 0x0000010D (0x7, 0x%p, 0x0, 0x0)\n", Local);
    WdfObjectDelete(Local);
}

/* Nobody would ever complete it. */
static VOID
NoListener(VOID)
{
    WdfRequestSend(Request, Unit.Self, WDF_NO_SEND_OPTIONS);
    ExpectHeld(1, "WdfRequestSend: the device has it");
    WdfRequestUnmarkCancelable(Unit.Held[0]);
    WdfRequestFormatRequestUsingCurrentType(Unit.Held[0]);
    DbgPrint("# expect line ^wdf: .* is sent without a completion routine$\n");
    DbgPrint("# expect stop 0x0000010D (0x3, 0x%p, *, 0x0)\n", Unit.Held[0]);
    WdfRequestSend(Unit.Held[0], WdfDeviceGetIoTarget(Unit.Device), WDF_NO_SEND_OPTIONS);
}

static VOID
NoAction(VOID)
{
    DbgPrint("# expect stop 0x0000010D (0x3, 0x%p, 0x9, 0x0)\n", Unit.Self);
    WdfIoTargetStop(Unit.Self, (WDF_IO_TARGET_SENT_IO_ACTION)9);
}

static VOID
WaitRaised(VOID)
{
    KIRQL OldIrql;

    DbgPrint("# expect line WdfIoTargetSendReadSynchronously at IRQL 2, above 0$\n");
    DbgPrint("# expect stop 0x0000010D (0xE, 0x2, 0x0, 0x0)\n");
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    /* lint: on purpose */
    WdfIoTargetSendReadSynchronously(Unit.Self, NULL, NULL, NULL, NULL, NULL);
}

static VOID
NoTarget(VOID)
{
    DbgPrint("# expect stop 0x0000010D (0x5, 0x%p, 0x15, 0x0)\n", Request);
    WdfIoTargetStart((WDFIOTARGET)Request);
}

static VOID
WrongSize(VOID)
{
    WDF_REQUEST_COMPLETION_PARAMS Params = {.Size = 8};

    DbgPrint("# expect stop 0x0000010D (0x3, 0x8, 0x%X, 0x0)\n", (ULONG)sizeof(Params));
    WdfRequestGetCompletionParams(Request, &Params);
}

static VOID NTAPI
RaisesAndStays(WDFREQUEST Handle, WDFIOTARGET Target,
               PWDF_REQUEST_COMPLETION_PARAMS Params, WDFCONTEXT Context)
{
    KIRQL OldIrql;

    UNREFERENCED_PARAMETER(Handle);
    UNREFERENCED_PARAMETER(Target);
    UNREFERENCED_PARAMETER(Params);
    UNREFERENCED_PARAMETER(Context);
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql); /* lint: on purpose */
}

static VOID
CompletionRaised(VOID)
{
    WdfIoTargetFormatRequestForRead(Unit.Self, Request, NULL, NULL, NULL);
    WdfRequestSetCompletionRoutine(Request, RaisesAndStays, NULL);
    DbgPrint("# expect line ^wdf: .* was called at IRQL 0 and returned at 2$\n");
    DbgPrint("# expect stop 0x0000010D (0xE, 0x0, 0x2, 0x0)\n");
    WdfRequestSend(Request, Unit.Self, WDF_NO_SEND_OPTIONS);
}

BOOLEAN
Misuse(PCUNICODE_STRING Case)
{
    static const struct {
        PCWSTR Name;
        VOID (*Routine)(VOID);
    } Cases[] = {{L"twice", SendTwice},       {L"reuse", ReuseSent},
                 {L"complete", CompleteSent}, {L"own", CompleteOwn},
                 {L"deleted", SendDeleted},   {L"local", DeleteLocal},
                 {L"listener", NoListener},   {L"action", NoAction},
                 {L"raised", WaitRaised},     {L"target", NoTarget},
                 {L"size", WrongSize},        {L"completion", CompletionRaised},
                 {L"removed", TestRemoved}}; /* which is no misuse, but the end */
    UNICODE_STRING Name;

    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Cases); Index++) {
        RtlInitUnicodeString(&Name, Cases[Index].Name);
        if (RtlEqualUnicodeString(Case, &Name, FALSE)) {
            Request = MakeHold(&Seen);
            Cases[Index].Routine();
            return TRUE;
        }
    }
    return FALSE;
}
