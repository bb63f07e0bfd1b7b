/*
 * What the start, stop and removal of a device do to its queues.
 *
 * A power-managed queue is held while its device is not in D0. When the device goes down,
 * the driver is asked about every request it has (EvtIoStop); the way down waits until each
 * has been completed, acknowledged or requeued.
 */
#include "wdfp.h"
#include "queue.h"

/* The queue after Previous (NULL: the first), referenced; releases Previous. */
static PWDFP_QUEUE
WdfpNextQueue(PWDFP_DEVICE Device, PWDFP_QUEUE Previous)
{
    PWDFP_QUEUE Next = NULL;
    PLIST_ENTRY Link;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Device->Object.Globals->TreeLock, &OldIrql);
    Link = Previous == NULL ? Device->Queues.Flink : Previous->Link.Flink;
    if (Link != &Device->Queues) {
        Next = CONTAINING_RECORD(Link, WDFP_QUEUE, Link);
        WdfpReference(Next);
    }
    KeReleaseSpinLock(&Device->Object.Globals->TreeLock, OldIrql);
    if (Previous != NULL) {
        WdfpDereference(Previous);
    }
    return Next;
}

static VOID
WdfpHold(PWDFP_QUEUE Queue, BOOLEAN Held)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    Queue->Held = Held;
    Queue->BecameReady |= Queue->WaitingCount != 0;
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
}

/* A presented request that EvtIoStop has not been called for, referenced and marked so. */
static PWDFP_REQUEST
WdfpNextToStop(PWDFP_QUEUE Queue)
{
    PWDFP_REQUEST Found = NULL;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    for (PLIST_ENTRY Link = Queue->Presented.Flink; Link != &Queue->Presented;
         Link = Link->Flink) {
        PWDFP_REQUEST Request = CONTAINING_RECORD(Link, WDFP_REQUEST, Link);

        if (!Request->Stopping) {
            Request->Stopping = TRUE;
            WdfpReference(Request);
            Found = Request;
            break;
        }
    }
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    return Found;
}

/* Asks the driver about every request it has. */
static VOID
WdfpCallStop(PWDFP_QUEUE Queue, ULONG Action)
{
    PFN_WDF_IO_QUEUE_IO_STOP Callback = Queue->Config.EvtIoStop;
    PWDFP_REQUEST Request;

    while (Callback != NULL && (Request = WdfpNextToStop(Queue)) != NULL) {
        ULONG Flags = Action;

        if (Request->CancelRoutine != NULL) {
            Flags |= WdfRequestStopRequestCancelable;
        }
        WDFP_CALL_VOID(Queue->Object.Globals, Callback, WdfpHandle(Queue),
                       WdfpHandle(Request), Flags);
        WdfpDereference(Request);
    }
}

/* Whether the driver has a request that it has not acknowledged. */
static BOOLEAN
WdfpIsBusy(PWDFP_QUEUE Queue)
{
    BOOLEAN Busy = FALSE;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    for (PLIST_ENTRY Link = Queue->Presented.Flink; Link != &Queue->Presented;
         Link = Link->Flink) {
        Busy |= !CONTAINING_RECORD(Link, WDFP_REQUEST, Link)->Acknowledged;
    }
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    return Busy;
}

/* Waits until it has none. */
static VOID
WdfpAwaitPresented(PWDFP_QUEUE Queue)
{
    LARGE_INTEGER Nap = {.QuadPart = WDF_REL_TIMEOUT_IN_MS(1)};

    while (WdfpIsBusy(Queue)) {
        KeDelayExecutionThread(KernelMode, FALSE, &Nap);
    }
}

/* Requests that the driver kept while the device slept are its again, and it is told. */
static VOID
WdfpCallResume(PWDFP_QUEUE Queue)
{
    PLIST_ENTRY Link;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    Link = Queue->Presented.Flink;
    while (Link != &Queue->Presented) {
        PWDFP_REQUEST Request = CONTAINING_RECORD(Link, WDFP_REQUEST, Link);

        Link = Link->Flink;
        if (Request->Acknowledged) {
            Request->Acknowledged = FALSE;
            Request->Stopping = FALSE;
            if (Queue->Config.EvtIoResume != NULL) {
                KeReleaseSpinLock(&Queue->Lock, OldIrql);
                WDFP_CALL_VOID(Queue->Object.Globals, Queue->Config.EvtIoResume,
                               WdfpHandle(Queue), WdfpHandle(Request));
                KeAcquireSpinLock(&Queue->Lock, &OldIrql);
                Link = Queue->Presented.Flink; /* the list may be another now */
            }
        }
    }
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
}

VOID
WdfpStartQueues(PWDFP_DEVICE Device)
{
    PWDFP_QUEUE Queue = NULL;

    while ((Queue = WdfpNextQueue(Device, Queue)) != NULL) {
        if (Queue->PowerManaged) {
            WdfpHold(Queue, FALSE);
            WdfpCallResume(Queue);
            WdfpPresent(Queue);
        }
    }
}

VOID
WdfpStopQueues(PWDFP_DEVICE Device)
{
    PWDFP_QUEUE Queue = NULL;

    while ((Queue = WdfpNextQueue(Device, Queue)) != NULL) {
        if (Queue->PowerManaged) {
            WdfpHold(Queue, TRUE);
            WdfpCallStop(Queue, WdfRequestStopActionSuspend);
            WdfpAwaitPresented(Queue);
        }
    }
}

static VOID
WdfpEndQueue(PWDFP_QUEUE Queue)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    Queue->Accepting = FALSE;
    Queue->Dispatching = FALSE;
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    WdfpCancelQueue(Queue, NULL);
    WdfpCancelCancelable(Queue);
    WdfpCallResume(Queue); /* what was acknowledged for a sleep has to end now */
    WdfpCallStop(Queue, WdfRequestStopActionPurge);
    WdfpAwaitPresented(Queue);
}

VOID
WdfpEndManagedQueues(PWDFP_DEVICE Device)
{
    PWDFP_QUEUE Queue = NULL;

    while ((Queue = WdfpNextQueue(Device, Queue)) != NULL) {
        if (Queue->PowerManaged) {
            WdfpEndQueue(Queue);
        }
    }
}

VOID
WdfpEndQueues(PWDFP_DEVICE Device)
{
    PWDFP_QUEUE Queue = NULL;

    while ((Queue = WdfpNextQueue(Device, Queue)) != NULL) {
        WdfpEndQueue(Queue);
    }
}

VOID
WdfpFlushFile(PWDFP_DEVICE Device, struct _WDFP_FILE *File)
{
    PWDFP_QUEUE Queue = NULL;

    while ((Queue = WdfpNextQueue(Device, Queue)) != NULL) {
        WdfpCancelQueue(Queue, File);
    }
}

/* Answers EvtIoStop: the driver keeps the request while the device sleeps, or gives it back
   to the head of the queue. Not in answer to EvtIoStop: bug check 0x10D, 0xA, the request.
   At or below DISPATCH_LEVEL. Source: manual, WdfRequestStopAcknowledge. */
VOID NTAPI
ImpWdfRequestStopAcknowledge(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle,
                             BOOLEAN Requeue)
{
    PWDFP_REQUEST Request = Requeue ? WdfpReceivedRequest(DriverGlobals, Handle)
                                    : WdfpDriversRequest(DriverGlobals, Handle);
    PWDFP_QUEUE Queue = Request->Queue;

    if (Queue == NULL || !Request->Stopping) {
        WdfpViolation(WdfpGlobals(DriverGlobals),
                      "WdfRequestStopAcknowledge outside of EvtIoStop",
                      WDF_QUEUE_FATAL_ERROR, (ULONG_PTR)Handle, 0, 0);
    }
    if (!Requeue) {
        Request->Acknowledged = TRUE;
        return;
    }
    WdfpLeaveQueue(Request);
    if (!WdfpInsertRequest(Queue, Request, TRUE)) {
        WdfpFinishRequest(Request, STATUS_CANCELLED, IO_NO_INCREMENT);
    }
    WdfpSettle(Queue);
}
