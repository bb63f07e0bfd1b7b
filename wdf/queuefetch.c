/*
 * Requests that the driver fetches from a queue itself: the next one, one of a file, or one
 * that it has looked for.
 */
#include "wdfp.h"
#include "file.h"
#include "queue.h"

/* What every one of these needs. STATUS_INVALID_DEVICE_STATE: the framework presents the
   requests of a parallel queue; STATUS_WDF_PAUSED: stopped, or its device is not in D0.
   Lock held. */
static NTSTATUS
WdfpCheckFetch(PWDFP_QUEUE Queue)
{
    if (Queue->Config.DispatchType == WdfIoQueueDispatchParallel) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    return Queue->Dispatching && !Queue->Held ? STATUS_SUCCESS : STATUS_WDF_PAUSED;
}

/* Fetches the first waiting request of a file, or of any (NULL). */
static NTSTATUS
WdfpFetch(PWDFP_QUEUE Queue, PWDFP_FILE File, WDFREQUEST *Result)
{
    NTSTATUS Status;
    KIRQL OldIrql;

    WdfpRequire(Queue->Object.Globals, Result, "OutRequest");
    *Result = NULL;
    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    Status = WdfpCheckFetch(Queue);
    if (NT_SUCCESS(Status)) {
        PWDFP_REQUEST Request = WdfpTakeFirst(Queue, File);

        Status = Request == NULL ? STATUS_NO_MORE_ENTRIES : STATUS_SUCCESS;
        *Result = Request == NULL ? NULL : WdfpHandle(Request);
    }
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    WdfpSettle(Queue);
    return Status;
}

/* The first waiting request. STATUS_NO_MORE_ENTRIES, STATUS_WDF_PAUSED,
   STATUS_INVALID_DEVICE_STATE (a parallel queue). At or below DISPATCH_LEVEL. Source:
   manual, WdfIoQueueRetrieveNextRequest. */
NTSTATUS
NTAPI
ImpWdfIoQueueRetrieveNextRequest(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Handle,
                                 WDFREQUEST *OutRequest)
{
    return WdfpFetch(WdfpQueueFromHandle(DriverGlobals, Handle), NULL, OutRequest);
}

/* The same, of one open. Source: manual, WdfIoQueueRetrieveRequestByFileObject. */
NTSTATUS
NTAPI
ImpWdfIoQueueRetrieveRequestByFileObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                         WDFQUEUE Handle, WDFFILEOBJECT FileHandle,
                                         WDFREQUEST *OutRequest)
{
    PWDFP_FILE File = WdfpObject(DriverGlobals, FileHandle, WdfpFileObjectType);

    return WdfpFetch(WdfpQueueFromHandle(DriverGlobals, Handle), File, OutRequest);
}

/* Whether a request waits in the queue. Lock held. */
static BOOLEAN
WdfpWaits(PWDFP_QUEUE Queue, PWDFP_REQUEST Request)
{
    return Request->Queue == Queue && !Request->Presented && !IsListEmpty(&Request->Link);
}

/* The request behind Previous (NULL: the first) that is of File (NULL: any). Lock held. */
static NTSTATUS
WdfpFindWaiting(PWDFP_QUEUE Queue, PWDFP_REQUEST Previous, PWDFP_FILE File,
                PWDFP_REQUEST *Found)
{
    PLIST_ENTRY Link = Previous == NULL ? Queue->Waiting.Flink : Previous->Link.Flink;

    if (Previous != NULL && !WdfpWaits(Queue, Previous)) {
        return STATUS_NOT_FOUND;
    }
    for (; Link != &Queue->Waiting; Link = Link->Flink) {
        PWDFP_REQUEST Request = CONTAINING_RECORD(Link, WDFP_REQUEST, Link);

        if (!Request->Irp->Cancel && (File == NULL || Request->File == File)) {
            *Found = Request;
            return STATUS_SUCCESS;
        }
    }
    return STATUS_NO_MORE_ENTRIES;
}

/*
 * Looks for a request and leaves it in the queue: the first behind FoundRequest (NULL: from
 * the start) that is of FileObject (NULL: any). Parameters (may be NULL) get what it asks
 * for. The request is referenced; the driver dereferences it. STATUS_NOT_FOUND: FoundRequest
 * has left the queue, so begin again; STATUS_NO_MORE_ENTRIES; STATUS_WDF_PAUSED;
 * STATUS_INVALID_DEVICE_STATE. At or below DISPATCH_LEVEL. Source: manual,
 * WdfIoQueueFindRequest.
 */
NTSTATUS
NTAPI
ImpWdfIoQueueFindRequest(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Handle,
                         WDFREQUEST FoundRequest, WDFFILEOBJECT FileHandle,
                         PWDF_REQUEST_PARAMETERS Parameters, WDFREQUEST *OutRequest)
{
    PWDFP_QUEUE Queue = WdfpQueueFromHandle(DriverGlobals, Handle);
    PWDFP_REQUEST Found = NULL, Previous = NULL;
    PWDFP_FILE File = NULL;
    NTSTATUS Status;
    KIRQL OldIrql;

    WdfpRequire(Queue->Object.Globals, OutRequest, "OutRequest");
    *OutRequest = NULL;
    if (FoundRequest != NULL) {
        Previous = WdfpObject(DriverGlobals, FoundRequest, WdfpRequestType);
    }
    if (FileHandle != NULL) {
        File = WdfpObject(DriverGlobals, FileHandle, WdfpFileObjectType);
    }
    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    Status = WdfpCheckFetch(Queue);
    if (NT_SUCCESS(Status)) {
        Status = WdfpFindWaiting(Queue, Previous, File, &Found);
    }
    if (NT_SUCCESS(Status)) {
        WdfpReference(Found);
        *OutRequest = WdfpHandle(Found);
        if (Parameters != NULL) {
            WdfpFillParameters(Found, Parameters);
        }
    }
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    return Status;
}

/* Fetches a request that was found. STATUS_NOT_FOUND: it is not in the queue any more, or
   being cancelled; STATUS_WDF_PAUSED; STATUS_INVALID_DEVICE_STATE. The reference of the find
   stays. At or below DISPATCH_LEVEL. Source: manual, WdfIoQueueRetrieveFoundRequest. */
NTSTATUS
NTAPI
ImpWdfIoQueueRetrieveFoundRequest(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Handle,
                                  WDFREQUEST FoundRequest, WDFREQUEST *OutRequest)
{
    PWDFP_QUEUE Queue = WdfpQueueFromHandle(DriverGlobals, Handle);
    PWDFP_REQUEST Request = WdfpObject(DriverGlobals, FoundRequest, WdfpRequestType);
    NTSTATUS Status;
    KIRQL OldIrql;

    WdfpRequire(Queue->Object.Globals, OutRequest, "OutRequest");
    *OutRequest = NULL;
    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    Status = WdfpCheckFetch(Queue);
    if (NT_SUCCESS(Status)) {
        Status = WdfpWaits(Queue, Request) && WdfpTake(Queue, Request) ? STATUS_SUCCESS
                                                                       : STATUS_NOT_FOUND;
    }
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    if (NT_SUCCESS(Status)) {
        *OutRequest = FoundRequest;
    }
    return Status;
}

/* Has QueueReady called when a manual queue gets a request and had none; NULL ends that,
   for a stopped queue. STATUS_INVALID_DEVICE_REQUEST: not a manual queue, one that has a
   callback, or one that is not stopped. At or below DISPATCH_LEVEL. Source: manual,
   WdfIoQueueReadyNotify. */
NTSTATUS
NTAPI
ImpWdfIoQueueReadyNotify(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Handle,
                         PFN_WDF_IO_QUEUE_STATE QueueReady, WDFCONTEXT Context)
{
    PWDFP_QUEUE Queue = WdfpQueueFromHandle(DriverGlobals, Handle);
    NTSTATUS Status = STATUS_SUCCESS;
    KIRQL OldIrql;

    if (Queue->Config.DispatchType != WdfIoQueueDispatchManual) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    if (QueueReady == NULL ? Queue->Dispatching : Queue->ReadyRoutine != NULL) {
        Status = STATUS_INVALID_DEVICE_REQUEST;
    } else {
        Queue->ReadyRoutine = QueueReady;
        Queue->ReadyContext = Context;
        Queue->BecameReady = Queue->WaitingCount != 0;
    }
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    WdfpPresent(Queue);
    return Status;
}
