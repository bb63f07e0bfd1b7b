/*
 * Sends that do not wait: completion routines, reuse, cancellation, timeouts.
 */
#include "kmdftarget.h"

#define ROUNDS 300

VOID NTAPI
NoteCompletion(WDFREQUEST Request, WDFIOTARGET Target,
               PWDF_REQUEST_COMPLETION_PARAMS Params, WDFCONTEXT Context)
{
    PSEEN Seen = Context;

    Seen->Request = Request;
    Seen->Target = Target;
    Seen->Params = *Params;
    InterlockedIncrement(&Seen->Done);
}

WDFREQUEST
MakeHold(PSEEN Seen)
{
    WDFREQUEST Request = NULL;

    RtlZeroMemory(Seen, sizeof(*Seen));
    WdfRequestCreate(NULL, Unit.Self, &Request);
    WdfIoTargetFormatRequestForIoctl(Unit.Self, Request, CODE_HOLD, NULL, NULL, NULL,
                                     NULL);
    WdfRequestSetCompletionRoutine(Request, NoteCompletion, Seen);
    return Request;
}

VOID
TestCompletion(VOID)
{
    WDF_REQUEST_COMPLETION_PARAMS Params;
    WDFMEMORY_OFFSET InputPart = {2, 6}, OutputPart = {8, 0};
    WDFMEMORY Input, Output;
    WDFREQUEST Request;
    PUCHAR Question, Answer;
    static SEEN Seen;

    Seen.Done = 0;
    WdfMemoryCreate(NULL, NonPagedPoolNx, 0, 8, &Input, (PVOID *)&Question);
    WdfMemoryCreate(NULL, NonPagedPoolNx, 0, 32, &Output, (PVOID *)&Answer);
    RtlFillMemory(Question, 8, 0x0F);
    RtlFillMemory(Answer, 32, KTAP_POISON);
    ok_status(WdfRequestCreate(NULL, Unit.Self, &Request), STATUS_SUCCESS,
              "WdfRequestCreate: for a target");
    ok_status(WdfIoTargetFormatRequestForIoctl(Unit.Self, Request, CODE_INVERT, Input,
                                               &InputPart, Output, &OutputPart),
              STATUS_SUCCESS, "WdfIoTargetFormatRequestForIoctl: parts of two objects");
    WdfRequestSetCompletionRoutine(Request, NoteCompletion, &Seen);
    WdfObjectDelete(Input); /* the request keeps its memory */
    ok(WdfRequestSend(Request, Unit.Self, WDF_NO_SEND_OPTIONS), "WdfRequestSend: sends");
    KtapAwait(&Seen.Done, 1);
    ok(Seen.Done == 1 && Seen.Request == Request && Seen.Target == Unit.Self,
       "WdfRequestSetCompletionRoutine: called once, with request and target");
    ok(Answer[8] == 0xF0 && Answer[13] == 0xF0 && Answer[14] == KTAP_POISON &&
           Answer[7] == KTAP_POISON,
       "WdfIoTargetFormatRequestForIoctl: the answer is where it was wanted");
    ok(Seen.Params.Type == WdfRequestTypeDeviceControl &&
           Seen.Params.IoStatus.Status == STATUS_SUCCESS &&
           Seen.Params.IoStatus.Information == 6 &&
           Seen.Params.Parameters.Ioctl.IoControlCode == CODE_INVERT &&
           Seen.Params.Parameters.Ioctl.Output.Buffer == Output &&
           Seen.Params.Parameters.Ioctl.Output.Offset == 8 &&
           Seen.Params.Parameters.Ioctl.Output.Length == 6 &&
           Seen.Params.Parameters.Ioctl.Input.Offset == 2,
       "WDF_REQUEST_COMPLETION_PARAMS: kind, status, code, memory");
    WDF_REQUEST_COMPLETION_PARAMS_INIT(&Params);
    WdfRequestGetCompletionParams(Request, &Params);
    ok(RtlCompareMemory(&Params, &Seen.Params, sizeof(Params)) == sizeof(Params),
       "WdfRequestGetCompletionParams: the same");
    ok(WdfRequestGetInformation(Request) == 6 &&
           WdfRequestGetStatus(Request) == STATUS_SUCCESS,
       "WdfRequestGetInformation, GetStatus: as it was completed");
    WdfObjectDelete(Request);
    WdfObjectDelete(Output);
}

VOID
TestReuse(VOID)
{
    WDF_REQUEST_REUSE_PARAMS Params;
    LONGLONG Offset = 5;
    WDFREQUEST Request;
    WDFMEMORY Memory;
    PUCHAR Buffer;
    static SEEN Seen;

    WdfMemoryCreate(NULL, NonPagedPoolNx, 0, 8, &Memory, (PVOID *)&Buffer);
    WdfRequestCreate(NULL, NULL, &Request);
    WDF_REQUEST_REUSE_PARAMS_INIT(&Params, WDF_REQUEST_REUSE_NO_FLAGS,
                                  STATUS_NOT_SUPPORTED);
    for (ULONG Turn = 0; Turn < 3; Turn++) {
        RtlZeroMemory(&Seen, sizeof(Seen));
        ok_status(WdfRequestReuse(Request, &Params), STATUS_SUCCESS,
                  "WdfRequestReuse: as new");
        ok_status(WdfRequestGetStatus(Request), STATUS_NOT_SUPPORTED,
                  "WdfRequestReuse: with the status it was given");
        ok_status(WdfRequestChangeTarget(Request, Unit.Self), STATUS_SUCCESS,
                  "WdfRequestChangeTarget: a request of the framework's gets room");
        ok_status(
            WdfIoTargetFormatRequestForRead(Unit.Self, Request, Memory, NULL, &Offset),
            STATUS_SUCCESS, "WdfIoTargetFormatRequestForRead: formats");
        WdfRequestSetCompletionRoutine(Request, NoteCompletion, &Seen);
        WdfRequestSend(Request, Unit.Self, WDF_NO_SEND_OPTIONS);
        ok(KtapAwait(&Seen.Done, 1) && Buffer[0] == 5 && Buffer[7] == 12 &&
               Seen.Params.Type == WdfRequestTypeRead &&
               Seen.Params.Parameters.Read.Buffer == Memory &&
               Seen.Params.Parameters.Read.Length == 8,
           "WdfRequestReuse: and it can be sent again");
    }
    WdfObjectDelete(Request);
    WdfObjectDelete(Memory);
}

VOID
TestCancelSent(VOID)
{
    static SEEN Seen;
    WDFREQUEST Request = MakeHold(&Seen);

    Unit.HeldCount = 0;
    Unit.Cancelled = 0;
    ok(!WdfRequestCancelSentRequest(Request),
       "WdfRequestCancelSentRequest: one that was not sent");
    WdfRequestSend(Request, Unit.Self, WDF_NO_SEND_OPTIONS);
    ExpectHeld(1, "WdfRequestSend: the device has it");
    ok_status(WdfRequestGetStatus(Request), STATUS_PENDING,
              "WdfRequestGetStatus: pending while it is sent");
    ok(WdfRequestCancelSentRequest(Request),
       "WdfRequestCancelSentRequest: somebody is told");
    KtapAwait(&Seen.Done, 1);
    ok(Seen.Params.IoStatus.Status == STATUS_CANCELLED && Unit.Cancelled == 1,
       "WdfRequestCancelSentRequest: it comes back cancelled");
    ok(!WdfRequestCancelSentRequest(Request),
       "WdfRequestCancelSentRequest: one that is back");
    WdfObjectDelete(Request);
}

/* Sends one that is held with a timeout of some milliseconds. */
static NTSTATUS
SendHeldFor(LONG Milliseconds, ULONG Flags, PSEEN Seen)
{
    WDFREQUEST Request = MakeHold(Seen);
    WDF_REQUEST_SEND_OPTIONS Options;
    NTSTATUS Status;

    WDF_REQUEST_SEND_OPTIONS_INIT(&Options, Flags);
    WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT(&Options, WDF_REL_TIMEOUT_IN_MS(Milliseconds));
    ok_status(WdfRequestAllocateTimer(Request), STATUS_SUCCESS,
              "WdfRequestAllocateTimer: there is memory");
    ok(WdfRequestSend(Request, Unit.Self, &Options), "WdfRequestSend: with a timeout");
    if ((Flags & WDF_REQUEST_SEND_OPTION_SYNCHRONOUS) == 0) {
        KtapAwait(&Seen->Done, 1);
    }
    Status = WdfRequestGetStatus(Request);
    WdfObjectDelete(Request);
    return Status;
}

VOID
TestTimeouts(VOID)
{
    static SEEN Seen;
    WDF_MEMORY_DESCRIPTOR Descriptor;
    WDF_REQUEST_SEND_OPTIONS Options;
    LARGE_INTEGER Before, After;
    UCHAR Data[4];

    Unit.Cancelled = 0;
    ok_status(SendHeldFor(20, 0, &Seen), STATUS_IO_TIMEOUT,
              "WDF_REQUEST_SEND_OPTION_TIMEOUT: the status says so");
    ok(Seen.Params.IoStatus.Status == STATUS_IO_TIMEOUT && Unit.Cancelled == 1,
       "WDF_REQUEST_SEND_OPTION_TIMEOUT: it was cancelled");
    KeQuerySystemTime(&Before);
    ok_status(SendHeldFor(30, WDF_REQUEST_SEND_OPTION_SYNCHRONOUS, &Seen),
              STATUS_IO_TIMEOUT, "WDF_REQUEST_SEND_OPTION_TIMEOUT: of one that waits");
    KeQuerySystemTime(&After);
    ok(After.QuadPart - Before.QuadPart >= 200000 && Seen.Done == 0,
       "WDF_REQUEST_SEND_OPTION_SYNCHRONOUS: after its time, without completion routine");
    WDF_REQUEST_SEND_OPTIONS_INIT(&Options, 0);
    WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT(&Options, WDF_REL_TIMEOUT_IN_SEC(30));
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&Descriptor, Data, sizeof(Data));
    ok_status(WdfIoTargetSendReadSynchronously(Unit.Self, NULL, &Descriptor, NULL,
                                               &Options, NULL),
              STATUS_SUCCESS, "WDF_REQUEST_SEND_OPTION_TIMEOUT: one that is in time");
    Options.Timeout = -1;
    for (ULONG Round = 0; Round < 20; Round++) {
        NTSTATUS Status = WdfIoTargetSendIoctlSynchronously(Unit.Self, NULL, CODE_HOLD,
                                                            NULL, NULL, &Options, NULL);

        if (Status != STATUS_IO_TIMEOUT) {
            ok_status(Status, STATUS_IO_TIMEOUT, "WdfRequestSend: a time too short");
        }
    }
}

/* The other side of the race, on another processor where there is one. */
static KEVENT RaceGo, RaceOver;
static WDFREQUEST RaceRequest;

static VOID NTAPI
CancelThread(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    for (ULONG Round = 0; Round < ROUNDS; Round++) {
        KeWaitForSingleObject(&RaceGo, Executive, KernelMode, FALSE, NULL);
        WdfRequestCancelSentRequest(RaceRequest);
        KeSetEvent(&RaceOver, IO_NO_INCREMENT, FALSE);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* One round: sent, cancelled, and completed by the device at about the same time. */
static VOID
Race(ULONG Round, PSEEN Seen)
{
    RaceRequest = MakeHold(Seen);
    Unit.HeldCount = 0;
    WdfRequestSend(RaceRequest, Unit.Self, WDF_NO_SEND_OPTIONS);
    KeSetEvent(&RaceGo, IO_NO_INCREMENT, FALSE);
    KeStallExecutionProcessor(Round % 40);
    ReleaseHeld(0, STATUS_SUCCESS);
    KeWaitForSingleObject(&RaceOver, Executive, KernelMode, FALSE, NULL);
    KtapAwait(&Seen->Done, 1);
    WdfObjectDelete(RaceRequest);
}

VOID
TestCancelRace(VOID)
{
    LONG Cancelled = 0, Complete = 0, Odd = 0;
    static SEEN Seen;
    PKTHREAD Thread;

    KeInitializeEvent(&RaceGo, SynchronizationEvent, FALSE);
    KeInitializeEvent(&RaceOver, SynchronizationEvent, FALSE);
    Thread = KtapCreateThread(CancelThread, NULL);
    for (ULONG Round = 0; Round < ROUNDS; Round++) {
        Race(Round, &Seen);
        Cancelled += Seen.Params.IoStatus.Status == STATUS_CANCELLED;
        Complete += Seen.Params.IoStatus.Status == STATUS_SUCCESS;
        Odd += Seen.Done != 1;
    }
    KtapJoinThread(Thread);
    ok_equal(Cancelled + Complete, ROUNDS,
             "WdfRequestCancelSentRequest: against the completion, one of them wins");
    ok_equal(Odd, 0, "WdfRequestSetCompletionRoutine: once each time");
}
