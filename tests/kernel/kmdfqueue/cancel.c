/*
 * Cancelling: who has the right to end a request.
 */
#include "kmdfqueue.h"

#define ROUNDS 400

static EVT_WDF_REQUEST_CANCEL Cancelled;
static volatile LONG CancelCalls;

static VOID NTAPI
Cancelled(WDFREQUEST Request)
{
    InterlockedIncrement(&CancelCalls);
    WdfRequestComplete(Request, STATUS_CANCELLED);
}

VOID
TestCancelWaiting(VOID)
{
    static SENT Sent;
    WDFREQUEST Request;

    Unit.Canceled = 0;
    SendWrite(&Sent, 8);
    ok(IoCancelIrp(Sent.Irp), "IRP-11 a waiting request can be cancelled");
    ok_status(Finish(&Sent), STATUS_CANCELLED, "WDF-27 the queue ends it");
    ok_equal(Unit.Canceled, 0, "EvtIoCanceledOnQueue: not for one the driver never had");
    SendWrite(&Sent, 8);
    WdfIoQueueRetrieveNextRequest(Unit.Manual, &Request);
    WdfRequestRequeue(Request);
    IoCancelIrp(Sent.Irp);
    ok_equal(Unit.Canceled, 1, "EvtIoCanceledOnQueue: for one that it had");
    ok_status(Finish(&Sent), STATUS_CANCELLED,
              "EvtIoCanceledOnQueue: which completes it");
}

VOID
TestCancelForwarded(VOID)
{
    static SENT Sent;

    Unit.Canceled = 0;
    SendControl(&Sent, CODE_FORWARD);
    IoCancelIrp(Sent.Irp);
    ok_equal(Unit.Canceled, 1, "EvtIoCanceledOnQueue: and for one that was forwarded");
    ok_status(Finish(&Sent), STATUS_CANCELLED, "EvtIoCanceledOnQueue: it is cancelled");
}

VOID
TestCancelMarked(VOID)
{
    static SENT Sent;

    Unit.Count = 0;
    CancelCalls = 0;
    SendRead(&Sent);
    ok_status(WdfRequestUnmarkCancelable(Unit.Held[0]), STATUS_INVALID_PARAMETER,
              "WdfRequestUnmarkCancelable: it is not");
    ok_status(WdfRequestMarkCancelableEx(Unit.Held[0], Cancelled), STATUS_SUCCESS,
              "WdfRequestMarkCancelableEx: now it is");
    ok_status(WdfRequestUnmarkCancelable(Unit.Held[0]), STATUS_SUCCESS,
              "WdfRequestUnmarkCancelable: and not any more");
    ok(!IoCancelIrp(Sent.Irp), "IoCancelIrp: finds nobody to call");
    ok(CancelCalls == 0 && WdfRequestIsCanceled(Unit.Held[0]),
       "WdfRequestIsCanceled: the driver can ask");
    ok_status(WdfRequestMarkCancelableEx(Unit.Held[0], Cancelled), STATUS_CANCELLED,
              "WdfRequestMarkCancelableEx: too late, the caller keeps it");
    WdfRequestMarkCancelable(Unit.Held[0], Cancelled);
    ok_equal(CancelCalls, 1,
             "WdfRequestMarkCancelable: too late, the callback is called");
    ok_status(Finish(&Sent), STATUS_CANCELLED, "and completes it");
    SendRead(&Sent);
    WdfRequestMarkCancelable(Unit.Held[1], Cancelled);
    IoCancelIrp(Sent.Irp);
    ok_equal(CancelCalls, 2, "IoCancelIrp: calls the callback");
    ok_status(Finish(&Sent), STATUS_CANCELLED, "which completes it");
}

/* As the last one, but a request must not be completed while the other side still asks for
   it: that side says when it has. */
static volatile LONG Asked;
static EVT_WDF_REQUEST_CANCEL CancelledLate;

static VOID NTAPI
CancelledLate(WDFREQUEST Request)
{
    InterlockedIncrement(&CancelCalls);
    while (!Asked) {
        KeStallExecutionProcessor(1);
    }
    WdfRequestComplete(Request, STATUS_CANCELLED);
}

static PSENT Target;
static volatile LONG Round;

/* Cancels the request of each round. */
static VOID NTAPI
Canceller(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    for (LONG Number = 1; Number <= ROUNDS; Number++) {
        while (Round != Number) {
            KeStallExecutionProcessor(1);
        }
        IoCancelIrp(Target->Irp);
        InterlockedExchange(&Round, -Number);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* Two threads at one request: one cancels, the other takes the mark back and completes. */
VOID
TestCancelRace(VOID)
{
    static SENT Sent;
    ULONG Wrong = 0, Mine = 0;
    PKTHREAD Thread;

    if (KeQueryActiveProcessorCount(NULL) == 1) {
        return; /* the other would never come in between */
    }
    Thread = KtapCreateThread(Canceller, NULL);
    CancelCalls = 0;
    Target = &Sent;
    for (LONG Number = 1; Number <= ROUNDS; Number++) {
        Unit.Count = 0;
        SendRead(&Sent);
        Asked = FALSE;
        WdfRequestMarkCancelable(Unit.Held[0], CancelledLate);
        InterlockedExchange(&Round, Number);
        KeStallExecutionProcessor(Number % 8);
        if (NT_SUCCESS(WdfRequestUnmarkCancelable(Unit.Held[0]))) {
            Mine++;
            WdfRequestComplete(Unit.Held[0], STATUS_SUCCESS);
        }
        InterlockedExchange(&Asked, TRUE);
        while (Round != -Number) {
            KeStallExecutionProcessor(1);
        }
        Finish(&Sent);
        Wrong += Sent.Done != 1;
    }
    KtapJoinThread(Thread);
    ok_equal(Wrong, 0, "IRP-12 each request is completed once");
    ok_equal(Mine + CancelCalls, ROUNDS, "IRP-12 by the one or by the other");
}
