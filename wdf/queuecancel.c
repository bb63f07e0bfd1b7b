/*
 * Cancelling what a queue has: one request, because its sender wants it; those of a file
 * that is closed; or all, because the queue is purged or its device goes.
 *
 * A request that the driver has had before, and that waits in a queue now, ends in
 * EvtIoCanceledOnQueue when the queue has that: the driver may keep a record of it.
 */
#include "wdfp.h"
#include "queue.h"
#include "request.h"
#include "reserve.h"

/* Calls the driver's callback for a cancelled request, under the lock of its queue. */
static VOID NTAPI
WdfpCallCancel(PVOID Parameter)
{
    PWDFP_REQUEST Request = Parameter;
    PWDFP_QUEUE Queue = Request->Queue;
    PWDFP_GLOBALS Globals = Request->Object.Globals;
    PWDFP_LOCK Lock = Queue == NULL ? NULL : Queue->Serialization;

    if (Queue != NULL) {
        WdfpReference(Queue); /* its lock outlives the request */
    }
    WdfpAcquireLock(Lock);
    if (Request->CanceledOnQueue) {
        WDFP_CALL_VOID(Globals, Queue->Config.EvtIoCanceledOnQueue, WdfpHandle(Queue),
                       WdfpHandle(Request));
    } else {
        WDFP_CALL_VOID(Globals, Request->CancelRoutine, WdfpHandle(Request));
    }
    WdfpReleaseLock(Lock);
    if (Queue != NULL) {
        WdfpDereference(Queue);
    }
}

VOID
WdfpDeliverCancel(PWDFP_REQUEST Request)
{
    if (Request->Queue != NULL && Request->Queue->PassiveHandlers &&
        KeGetCurrentIrql() != PASSIVE_LEVEL) {
        /* Nobody deletes the request before the callback has completed it: the work item of
           its deletion is free until then. */
        ExInitializeWorkItem(&Request->Object.Deletion, WdfpCallCancel, Request);
        ExQueueWorkItem(&Request->Object.Deletion, CriticalWorkQueue);
    } else {
        WdfpCallCancel(Request);
    }
}

/* Ends a request that was taken from Waiting, and whose cancel routine is this caller's. */
static VOID
WdfpEndWaiting(PWDFP_QUEUE Queue, PWDFP_REQUEST Request)
{
    KIRQL OldIrql;

    Request->Irp->IoStatus.Information = 0;
    if (!Request->Seen || Queue->Config.EvtIoCanceledOnQueue == NULL) {
        WdfpFinishRequest(Request, STATUS_CANCELLED, IO_NO_INCREMENT);
        return;
    }
    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    InsertTailList(&Queue->Presented, &Request->Link);
    Queue->PresentedCount++;
    Request->Presented = TRUE;
    Request->CanceledOnQueue = TRUE;
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    WdfpDeliverCancel(Request);
}

/* What IoCancelIrp calls for a request that waits. */
VOID NTAPI
WdfpCancelWaiting(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PWDFP_REQUEST Request = WdfpRequestFromIrp(Irp);
    PWDFP_QUEUE Queue = Request->Queue;
    KIRQL OldIrql;

    UNREFERENCED_PARAMETER(DeviceObject);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    WdfpReference(Queue);
    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    if (!IsListEmpty(&Request->Link)) {
        RemoveEntryList(&Request->Link);
        InitializeListHead(&Request->Link);
        Queue->WaitingCount--;
    }
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    WdfpEndWaiting(Queue, Request);
    WdfpSettle(Queue);
    WdfpDereference(Queue);
}

/* A waiting request of File (NULL: any) that is not being cancelled, taken out. */
static PWDFP_REQUEST
WdfpTakeToCancel(PWDFP_QUEUE Queue, struct _WDFP_FILE *File)
{
    PWDFP_REQUEST Found = NULL;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    for (PLIST_ENTRY Link = Queue->Waiting.Flink;
         Link != &Queue->Waiting && Found == NULL; Link = Link->Flink) {
        PWDFP_REQUEST Request = CONTAINING_RECORD(Link, WDFP_REQUEST, Link);

        if ((File == NULL || Request->File == File) &&
            IoSetCancelRoutine(Request->Irp, NULL) != NULL) {
            Found = Request;
        }
    }
    if (Found != NULL) {
        RemoveEntryList(&Found->Link);
        InitializeListHead(&Found->Link);
        Queue->WaitingCount--;
    }
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    return Found;
}

VOID
WdfpCancelQueue(PWDFP_QUEUE Queue, struct _WDFP_FILE *File)
{
    PWDFP_REQUEST Request;

    WdfpCancelReserveWaiting(Queue, File);
    while ((Request = WdfpTakeToCancel(Queue, File)) != NULL) {
        WdfpEndWaiting(Queue, Request);
    }
    WdfpSettle(Queue);
}

VOID
WdfpCancelCancelable(PWDFP_QUEUE Queue)
{
    PWDFP_REQUEST Request;
    KIRQL OldIrql;

    do {
        Request = NULL;
        KeAcquireSpinLock(&Queue->Lock, &OldIrql);
        for (PLIST_ENTRY Link = Queue->Presented.Flink;
             Link != &Queue->Presented && Request == NULL; Link = Link->Flink) {
            PWDFP_REQUEST Candidate = CONTAINING_RECORD(Link, WDFP_REQUEST, Link);

            /* On the list, so not completed: the IRP is there. Without a callback the
               routine is that of a driver it was sent to. */
            if (Candidate->CancelRoutine != NULL &&
                IoSetCancelRoutine(Candidate->Irp, NULL) != NULL) {
                Candidate->Irp->Cancel = TRUE;
                Request = Candidate;
            }
        }
        KeReleaseSpinLock(&Queue->Lock, OldIrql);
        if (Request != NULL) {
            WdfpDeliverCancel(Request);
        }
    } while (Request != NULL);
}
