/*
 * The kinds of queues, and what a driver fetches, finds and forwards.
 */
#include "kmdfqueue.h"

VOID
TestSequential(VOID)
{
    static SENT Sent[3];

    Unit.Count = 0;
    for (ULONG Index = 0; Index < 3; Index++) {
        SendRead(&Sent[Index]);
    }
    ok_equal(Unit.Count, 1, "WDF-27 a sequential queue presents one request");
    ok(WdfRequestGetIoQueue(Unit.Held[0]) == Unit.Sequential,
       "WdfRequestGetIoQueue: the one that reads are configured for");
    WdfRequestComplete(Unit.Held[0], STATUS_SUCCESS);
    ok_equal(Unit.Count, 2, "WDF-27 the next when the first is complete");
    WdfRequestCompleteWithInformation(Unit.Held[1], STATUS_SUCCESS, 7);
    WdfRequestCompleteWithPriorityBoost(Unit.Held[2], STATUS_DATA_ERROR,
                                        IO_DISK_INCREMENT);
    ok_status(Finish(&Sent[0]), STATUS_SUCCESS, "WdfRequestComplete: the status");
    ok_status(Finish(&Sent[1]), STATUS_SUCCESS, "WDF-27 in the order they came");
    ok_equal(Sent[1].Information, 7,
             "WdfRequestCompleteWithInformation: the information");
    ok_status(Finish(&Sent[2]), STATUS_DATA_ERROR,
              "WdfRequestCompleteWithPriorityBoost: the status");
}

VOID
TestParallel(VOID)
{
    static SENT Sent[3];
    ULONG Waiting, Presented;

    Unit.Count = 0;
    for (ULONG Index = 0; Index < 3; Index++) {
        SendControl(&Sent[Index], CODE_HOLD);
    }
    ok_equal(Unit.Count, 2, "WDF-27 a parallel queue presents as many as its limit");
    WdfIoQueueGetState(Unit.Parallel, &Waiting, &Presented);
    ok(Waiting == 1 && Presented == 2, "WdfIoQueueGetState: one waits, two are out");
    WdfRequestComplete(Unit.Held[1], STATUS_SUCCESS);
    ok_equal(Unit.Count, 3, "WDF-27 the third when one of them is complete");
    WdfRequestComplete(Unit.Held[0], STATUS_SUCCESS);
    WdfRequestComplete(Unit.Held[2], STATUS_SUCCESS);
    for (ULONG Index = 0; Index < 3; Index++) {
        Finish(&Sent[Index]);
    }
    ok(Unit.CallerContext >= 3, "EvtIoInCallerContext: saw them before the queue did");
}

VOID
TestManual(VOID)
{
    static SENT Sent[2];
    WDFREQUEST Request, Again;

    Unit.Ready = 0;
    SendWrite(&Sent[0], 16);
    SendWrite(&Sent[1], 32);
    ok_equal(Unit.Ready, 1, "WdfIoQueueReadyNotify: told once, when the queue has some");
    ok_status(WdfIoQueueRetrieveNextRequest(Unit.Manual, &Request), STATUS_SUCCESS,
              "WDF-27 a manual queue's driver fetches");
    ok_status(WdfRequestRequeue(Request), STATUS_SUCCESS, "WdfRequestRequeue: back");
    WdfIoQueueRetrieveNextRequest(Unit.Manual, &Again);
    ok(Again == Request, "WdfRequestRequeue: to the head");
    WdfRequestComplete(Again, STATUS_SUCCESS);
    WdfIoQueueRetrieveNextRequest(Unit.Manual, &Request);
    WdfRequestComplete(Request, STATUS_SUCCESS);
    ok_status(WdfIoQueueRetrieveNextRequest(Unit.Manual, &Request),
              STATUS_NO_MORE_ENTRIES, "WdfIoQueueRetrieveNextRequest: empty");
    ok(Request == NULL, "WdfIoQueueRetrieveNextRequest: and no request");
    ok_status(Finish(&Sent[0]), STATUS_SUCCESS, "WDF-27 the first");
    ok_status(Finish(&Sent[1]), STATUS_SUCCESS, "WDF-27 and the second");
    SendWrite(&Sent[0], 16);
    ok_equal(Unit.Ready, 2, "WdfIoQueueReadyNotify: and when it has some again");
    WdfIoQueueRetrieveNextRequest(Unit.Manual, &Request);
    WdfRequestComplete(Request, STATUS_SUCCESS);
    Finish(&Sent[0]);
    SendWrite(&Sent[0], 0);
    ok_status(Finish(&Sent[0]), STATUS_SUCCESS,
              "a write of nothing ends without the driver");
}

VOID
TestFind(VOID)
{
    static SENT Sent[3];
    WDF_REQUEST_PARAMETERS Parameters;
    WDFREQUEST First, Second, Third, Fetched;

    for (ULONG Index = 0; Index < 3; Index++) {
        SendWrite(&Sent[Index], 10 + Index);
    }
    WDF_REQUEST_PARAMETERS_INIT(&Parameters);
    ok_status(WdfIoQueueFindRequest(Unit.Manual, NULL, NULL, &Parameters, &First),
              STATUS_SUCCESS, "WdfIoQueueFindRequest: the first");
    ok_equal(Parameters.Parameters.Write.Length, 10,
             "WdfIoQueueFindRequest: its parameters");
    ok_status(WdfIoQueueFindRequest(Unit.Manual, First, NULL, &Parameters, &Second),
              STATUS_SUCCESS, "WdfIoQueueFindRequest: the one behind it");
    ok_equal(Parameters.Parameters.Write.Length, 11, "WdfIoQueueFindRequest: and its");
    ok_status(WdfIoQueueRetrieveFoundRequest(Unit.Manual, Second, &Fetched),
              STATUS_SUCCESS, "WdfIoQueueRetrieveFoundRequest: out of the middle");
    ok_status(WdfIoQueueRetrieveFoundRequest(Unit.Manual, Second, &Third),
              STATUS_NOT_FOUND, "WdfIoQueueRetrieveFoundRequest: not twice");
    ok_status(WdfIoQueueFindRequest(Unit.Manual, Second, NULL, NULL, &Third),
              STATUS_NOT_FOUND, "WdfIoQueueFindRequest: not behind one that has left");
    WdfRequestComplete(Fetched, STATUS_SUCCESS);
    WdfObjectDereference(Second);
    WdfObjectDereference(First);
    for (ULONG Index = 0; Index < 2; Index++) {
        WdfIoQueueRetrieveNextRequest(Unit.Manual, &Fetched);
        WdfRequestComplete(Fetched, STATUS_SUCCESS);
    }
    ok_status(WdfIoQueueFindRequest(Unit.Manual, NULL, NULL, NULL, &First),
              STATUS_NO_MORE_ENTRIES, "WdfIoQueueFindRequest: none is left");
    for (ULONG Index = 0; Index < 3; Index++) {
        Finish(&Sent[Index]);
    }
}

VOID
TestForward(VOID)
{
    static SENT Sent;
    WDFREQUEST Request;

    SendControl(&Sent, CODE_FORWARD);
    ok_status(WdfIoQueueRetrieveNextRequest(Unit.Manual, &Request), STATUS_SUCCESS,
              "WdfRequestForwardToIoQueue: it is in the other queue");
    ok(WdfRequestGetIoQueue(Request) == Unit.Manual,
       "WdfRequestGetIoQueue: and knows it");
    ok_status(WdfRequestForwardToIoQueue(Request, Unit.Manual),
              STATUS_INVALID_DEVICE_REQUEST,
              "WdfRequestForwardToIoQueue: not to the queue it is of");
    WdfRequestComplete(Request, STATUS_SUCCESS);
    Finish(&Sent);
    Unit.Count = 0;
    SendRead(&Sent);
    ok_status(WdfRequestRequeue(Unit.Held[0]), STATUS_INVALID_DEVICE_REQUEST,
              "WdfRequestRequeue: of a manual queue only");
    ok_status(WdfDeviceEnqueueRequest(Unit.Device, Unit.Held[0]),
              STATUS_INVALID_DEVICE_REQUEST,
              "WdfDeviceEnqueueRequest: before any queue only");
    WdfRequestComplete(Unit.Held[0], STATUS_SUCCESS);
    Finish(&Sent);
}

VOID
TestConfig(VOID)
{
    WDF_IO_QUEUE_CONFIG Config;
    WDFREQUEST Request;
    WDFQUEUE Queue;

    ok_status(WdfIoQueueRetrieveNextRequest(Unit.Parallel, &Request),
              STATUS_INVALID_DEVICE_STATE,
              "WdfIoQueueRetrieveNextRequest: not of a parallel");
    ok_status(WdfIoQueueReadyNotify(Unit.Parallel, NULL, NULL),
              STATUS_INVALID_DEVICE_REQUEST,
              "WdfIoQueueReadyNotify: of a manual queue only");
    ok_status(WdfIoQueueReadyNotify(Unit.Manual, NULL, NULL),
              STATUS_INVALID_DEVICE_REQUEST,
              "WdfIoQueueReadyNotify: not taken back from a queue that runs");
    WDF_IO_QUEUE_CONFIG_INIT(&Config, WdfIoQueueDispatchSequential);
    ok_status(WdfIoQueueCreate(Unit.Device, &Config, NULL, &Queue),
              STATUS_WDF_NO_CALLBACK,
              "WdfIoQueueCreate: a queue that presents has a handler");
    Config.Size -= 4;
    ok_status(WdfIoQueueCreate(Unit.Device, &Config, NULL, &Queue),
              STATUS_INFO_LENGTH_MISMATCH, "WdfIoQueueCreate: the Size");
    WDF_IO_QUEUE_CONFIG_INIT(&Config, WdfIoQueueDispatchMax);
    ok_status(WdfIoQueueCreate(Unit.Device, &Config, NULL, &Queue),
              STATUS_INVALID_PARAMETER, "WDF-27 no such kind of queue");
    ok_status(WdfDeviceConfigureRequestDispatching(Unit.Device, Unit.Parallel,
                                                   WdfRequestTypeRead),
              STATUS_WDF_BUSY, "WdfDeviceConfigureRequestDispatching: once for a kind");
}
