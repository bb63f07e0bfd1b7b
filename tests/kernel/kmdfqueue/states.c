/*
 * Queues that stop, drain and are purged.
 */
#include "kmdfqueue.h"

static volatile LONG Ended;

static EVT_WDF_IO_QUEUE_STATE QueueEnded;

static VOID NTAPI
QueueEnded(WDFQUEUE Queue, WDFCONTEXT Context)
{
    UNREFERENCED_PARAMETER(Queue);
    if (Context == (WDFCONTEXT)&Ended) {
        InterlockedIncrement(&Ended);
    }
}

VOID
TestStop(VOID)
{
    static SENT Sent[2];
    WDFREQUEST Request;

    Unit.Count = 0;
    Ended = 0;
    SendRead(&Sent[0]);
    WdfIoQueueStop(Unit.Sequential, QueueEnded, (WDFCONTEXT)&Ended);
    ok_equal(Ended, 0, "WdfIoQueueStop: not ended while the driver has a request");
    SendRead(&Sent[1]);
    WdfRequestComplete(Unit.Held[0], STATUS_SUCCESS);
    ok_equal(Ended, 1, "WdfIoQueueStop: ended when it has none");
    ok_equal(Unit.Count, 1, "WdfIoQueueStop: and nothing more is presented");
    ok(WDF_IO_QUEUE_STOPPED(WdfIoQueueGetState(Unit.Sequential, NULL, NULL)),
       "WdfIoQueueGetState: stopped");
    ok_status(WdfIoQueueRetrieveNextRequest(Unit.Sequential, &Request), STATUS_WDF_PAUSED,
              "WdfIoQueueRetrieveNextRequest: a stopped queue gives nothing");
    WdfIoQueueStart(Unit.Sequential);
    ok_equal(Unit.Count, 2, "WdfIoQueueStart: what came meanwhile is presented");
    WdfRequestComplete(Unit.Held[1], STATUS_SUCCESS);
    Finish(&Sent[0]);
    Finish(&Sent[1]);
    WdfIoQueueStopSynchronously(Unit.Sequential);
    WdfIoQueueStart(Unit.Sequential);
    ok(WDF_IO_QUEUE_READY(WdfIoQueueGetState(Unit.Sequential, NULL, NULL)),
       "WdfIoQueueStopSynchronously: returns, and the queue starts again");
}

VOID
TestDrain(VOID)
{
    static SENT Sent[3];

    Unit.Count = 0;
    Ended = 0;
    SendRead(&Sent[0]);
    SendRead(&Sent[1]);
    WdfIoQueueDrain(Unit.Sequential, QueueEnded, (WDFCONTEXT)&Ended);
    SendRead(&Sent[2]);
    ok_status(Finish(&Sent[2]), STATUS_WDF_BUSY,
              "WdfIoQueueDrain: new requests are not accepted");
    WdfRequestComplete(Unit.Held[0], STATUS_SUCCESS);
    ok(Unit.Count == 2 && Ended == 0, "WdfIoQueueDrain: what waits is presented");
    WdfRequestComplete(Unit.Held[1], STATUS_SUCCESS);
    ok_equal(Ended, 1, "WdfIoQueueDrain: ended when nothing is left");
    Finish(&Sent[0]);
    Finish(&Sent[1]);
    WdfIoQueueStart(Unit.Sequential);
    WdfIoQueueDrainSynchronously(Unit.Sequential);
    WdfIoQueueStart(Unit.Sequential);
    ok(WDF_IO_QUEUE_IDLE(WdfIoQueueGetState(Unit.Sequential, NULL, NULL)),
       "WdfIoQueueDrainSynchronously: returns for an empty queue");
}

static volatile LONG CancelCalls;
static EVT_WDF_REQUEST_CANCEL Cancelled;

static VOID NTAPI
Cancelled(WDFREQUEST Request)
{
    InterlockedIncrement(&CancelCalls);
    WdfRequestComplete(Request, STATUS_CANCELLED);
}

VOID
TestPurge(VOID)
{
    static SENT Sent[4];

    Unit.Count = 0;
    Ended = 0;
    CancelCalls = 0;
    for (ULONG Index = 0; Index < 3; Index++) {
        SendControl(&Sent[Index], CODE_HOLD);
    }
    ok_status(WdfRequestMarkCancelableEx(Unit.Held[0], Cancelled), STATUS_SUCCESS,
              "WdfRequestMarkCancelableEx: of one of two");
    WdfIoQueuePurge(Unit.Parallel, QueueEnded, (WDFCONTEXT)&Ended);
    ok_equal(CancelCalls, 1, "WdfIoQueuePurge: what is cancelable is cancelled");
    ok_status(Finish(&Sent[0]), STATUS_CANCELLED, "WdfIoQueuePurge: by its callback");
    ok_status(Finish(&Sent[2]), STATUS_CANCELLED,
              "WdfIoQueuePurge: what waits is cancelled");
    ok_equal(Ended, 0, "WdfIoQueuePurge: not ended while the driver has one");
    SendControl(&Sent[3], CODE_HOLD);
    ok_status(Finish(&Sent[3]), STATUS_WDF_BUSY, "WdfIoQueuePurge: accepts nothing");
    WdfRequestComplete(Unit.Held[1], STATUS_SUCCESS);
    ok_equal(Ended, 1, "WdfIoQueuePurge: ended");
    ok_status(Finish(&Sent[1]), STATUS_SUCCESS, "WdfIoQueuePurge: the last as it ended");
    WdfIoQueueStart(Unit.Parallel);
    WdfIoQueuePurgeSynchronously(Unit.Manual);
    SendControl(&Sent[0], CODE_FORWARD);
    ok_status(
        Finish(&Sent[0]), STATUS_WDF_BUSY,
        "WdfRequestForwardToIoQueue: a purged queue takes none, the driver keeps it");
    WdfIoQueueStart(Unit.Manual);
}

VOID
TestStopAndPurge(VOID)
{
    static SENT Sent[2];
    WDFREQUEST Request;

    SendWrite(&Sent[0], 8);
    WdfIoQueueStopAndPurgeSynchronously(Unit.Manual);
    ok_status(Finish(&Sent[0]), STATUS_CANCELLED,
              "WdfIoQueueStopAndPurge: what waits ends");
    SendWrite(&Sent[1], 8);
    ok_equal(Sent[1].Done, 0, "WdfIoQueueStopAndPurge: what comes waits");
    ok_status(WdfIoQueueReadyNotify(Unit.Manual, NULL, NULL), STATUS_SUCCESS,
              "WdfIoQueueReadyNotify: taken back from a stopped queue");
    WdfIoQueueStart(Unit.Manual);
    WdfIoQueueRetrieveNextRequest(Unit.Manual, &Request);
    WdfRequestComplete(Request, STATUS_SUCCESS);
    ok_status(Finish(&Sent[1]), STATUS_SUCCESS, "WdfIoQueueStart: and is there after it");
}
