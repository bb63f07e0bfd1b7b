/*
 * Guaranteed progress of I/O: a queue with reserved requests serves some of what comes even
 * when there is no memory for a new request. One at a time, if need be: an IRP that finds all
 * reserved requests in use waits until one of them is complete.
 */
#include "wdfp.h"
#include "file.h"
#include "reserve.h"

NTSTATUS
WdfpAllocateResources(PWDFP_QUEUE Queue, PWDFP_REQUEST Request)
{
    PFN_WDF_IO_ALLOCATE_REQUEST_RESOURCES Callback =
        Queue->Reserve->Policy.EvtIoAllocateRequestResources;

    return Callback == NULL ? STATUS_SUCCESS
                            : WDFP_CALL(Queue->Object.Globals, Callback,
                                        WdfpHandle(Queue), WdfpHandle(Request));
}

/* Whether the policy lets an IRP have a reserved request. */
static BOOLEAN
WdfpMayUseReserve(PWDFP_QUEUE Queue, PIRP Irp)
{
    const WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY *Policy = &Queue->Reserve->Policy;
    PFN_WDF_IO_WDM_IRP_FOR_FORWARD_PROGRESS Examine =
        Policy->ForwardProgressReservePolicySettings.Policy.ExaminePolicy
            .EvtIoWdmIrpForForwardProgress;

    switch (Policy->ForwardProgressReservedPolicy) {
    case WdfIoForwardProgressReservedPolicyUseExamine:
        return WDFP_CALL(Queue->Object.Globals, Examine, WdfpHandle(Queue), Irp) ==
               WdfIoForwardProgressActionUseReservedRequest;
    case WdfIoForwardProgressReservedPolicyPagingIO:
        return (Irp->Flags & (IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO)) != 0;
    default:
        return TRUE;
    }
}

/* Ends an IRP that was taken from Waiting. */
static VOID
WdfpEndReserveWaiting(PIRP Irp)
{
    Irp->IoStatus.Information = 0;
    WdfpCompleteIrp(Irp, STATUS_CANCELLED);
}

/* What IoCancelIrp calls for an IRP that waits for a request. */
static VOID NTAPI
WdfpCancelReserveIrp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PWDFP_QUEUE Queue = Irp->Tail.Overlay.DriverContext[0];
    KIRQL OldIrql;

    UNREFERENCED_PARAMETER(DeviceObject);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    WdfpReference(Queue);
    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    WdfpEndReserveWaiting(Irp);
    WdfpSettle(Queue);
    WdfpDereference(Queue);
}

BOOLEAN
WdfpUseReserve(PWDFP_QUEUE Queue, PIRP Irp)
{
    BOOLEAN Cancelled = FALSE;
    KIRQL OldIrql;

    if (Queue == NULL || Queue->Reserve == NULL || !WdfpMayUseReserve(Queue, Irp)) {
        return FALSE;
    }
    IoMarkIrpPending(Irp);
    Irp->Tail.Overlay.DriverContext[0] = Queue;
    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    InsertTailList(&Queue->Reserve->Waiting, &Irp->Tail.Overlay.ListEntry);
    IoSetCancelRoutine(Irp, WdfpCancelReserveIrp);
    if (Irp->Cancel && IoSetCancelRoutine(Irp, NULL) != NULL) {
        RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
        Cancelled = TRUE;
    }
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    if (Cancelled) {
        WdfpEndReserveWaiting(Irp);
    }
    return TRUE;
}

VOID
WdfpKeepReserved(PWDFP_REQUEST Request)
{
    PWDFP_QUEUE Queue = Request->Home;
    KIRQL OldIrql;

    Request->Queue = NULL;
    Request->File = NULL;
    Request->Seen = FALSE;
    Request->CanceledOnQueue = FALSE;
    Request->Formatted = FALSE;
    Request->CancelRoutine = NULL;
    Request->CompletionRoutine = NULL;
    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    InsertTailList(&Queue->Reserve->Free, &Request->Link);
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
}

/* The first waiting IRP of File (NULL: of any), its cancel routine taken; NULL: none. One
   that is being cancelled leaves the list by itself. Lock held. */
static PIRP
WdfpTakeReserveWaiting(PWDFP_QUEUE Queue, struct _WDFP_FILE *File)
{
    PLIST_ENTRY Head = &Queue->Reserve->Waiting;

    for (PLIST_ENTRY Link = Head->Flink; Link != Head; Link = Link->Flink) {
        PIRP Irp = CONTAINING_RECORD(Link, IRP, Tail.Overlay.ListEntry);

        if ((File == NULL ||
             IoGetCurrentIrpStackLocation(Irp)->FileObject == File->FileObject) &&
            IoSetCancelRoutine(Irp, NULL) != NULL) {
            RemoveEntryList(Link);
            return Irp;
        }
    }
    return NULL;
}

/* A free request and an IRP for it; FALSE: there is no such pair. */
static BOOLEAN
WdfpMatchReserve(PWDFP_QUEUE Queue, PWDFP_REQUEST *Request, PIRP *Irp)
{
    BOOLEAN Matched = FALSE;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    if (!IsListEmpty(&Queue->Reserve->Free)) {
        *Irp = WdfpTakeReserveWaiting(Queue, NULL);
        Matched = *Irp != NULL;
    }
    if (Matched) {
        *Request =
            CONTAINING_RECORD(RemoveHeadList(&Queue->Reserve->Free), WDFP_REQUEST, Link);
        InitializeListHead(&(*Request)->Link);
    }
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    return Matched;
}

VOID
WdfpServeReserve(PWDFP_QUEUE Queue)
{
    PWDFP_REQUEST Request;
    PIRP Irp;

    while (WdfpMatchReserve(Queue, &Request, &Irp)) {
        WdfpBindRequest(Request, Queue->Device, Irp);
        if (!WdfpInsertRequest(Queue, Request, FALSE)) {
            WdfpFinishRequest(Request, STATUS_INVALID_DEVICE_STATE, IO_NO_INCREMENT);
        }
    }
}

VOID
WdfpCancelReserveWaiting(PWDFP_QUEUE Queue, struct _WDFP_FILE *File)
{
    PIRP Irp;
    KIRQL OldIrql;

    if (Queue->Reserve == NULL) {
        return;
    }
    do {
        KeAcquireSpinLock(&Queue->Lock, &OldIrql);
        Irp = WdfpTakeReserveWaiting(Queue, File);
        KeReleaseSpinLock(&Queue->Lock, OldIrql);
        if (Irp != NULL) {
            WdfpEndReserveWaiting(Irp);
        }
    } while (Irp != NULL);
}

BOOLEAN
WdfpReserveAwaited(PWDFP_QUEUE Queue)
{
    return Queue->Reserve != NULL && !IsListEmpty(&Queue->Reserve->Waiting);
}
