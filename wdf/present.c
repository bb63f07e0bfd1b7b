/*
 * Requests into a queue and out of it.
 *
 * Presenting is a loop: while the queue may present, the first waiting request becomes the
 * driver's and its handler is called. A handler that completes its request at once leads
 * back here; then the loop that called it goes on, and the stack does not grow.
 */
#include "wdfp.h"
#include "queue.h"
#include "reserve.h"

/* Whether a request ends here: a read or write of nothing succeeds without the driver,
   unless it wants to see those. */
static BOOLEAN
WdfpIsEmpty(PWDFP_QUEUE Queue, PIO_STACK_LOCATION Stack)
{
    return !Queue->Config.AllowZeroLengthRequests &&
           (Stack->MajorFunction == IRP_MJ_READ ||
            Stack->MajorFunction == IRP_MJ_WRITE) &&
           Stack->Parameters.Read.Length == 0;
}

BOOLEAN
WdfpInsertRequest(PWDFP_QUEUE Queue, PWDFP_REQUEST Request, BOOLEAN AtHead)
{
    BOOLEAN Cancelled = FALSE;
    PIRP Irp = Request->Irp;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    if (!Queue->Accepting) {
        KeReleaseSpinLock(&Queue->Lock, OldIrql);
        return FALSE;
    }
    if (WdfpIsEmpty(Queue, IoGetCurrentIrpStackLocation(Irp))) {
        KeReleaseSpinLock(&Queue->Lock, OldIrql);
        Irp->IoStatus.Information = 0;
        WdfpFinishRequest(Request, STATUS_SUCCESS, IO_NO_INCREMENT);
        return TRUE;
    }
    Request->Queue = Queue;
    Request->Presented = FALSE;
    Request->CancelRoutine = NULL;
    if (AtHead) {
        InsertHeadList(&Queue->Waiting, &Request->Link);
    } else {
        InsertTailList(&Queue->Waiting, &Request->Link);
    }
    Queue->BecameReady |= Queue->WaitingCount == 0;
    Queue->WaitingCount++;
    IoSetCancelRoutine(Irp, WdfpCancelWaiting);
    if (Irp->Cancel && IoSetCancelRoutine(Irp, NULL) != NULL) {
        RemoveEntryList(&Request->Link);
        InitializeListHead(&Request->Link);
        Queue->WaitingCount--;
        Cancelled = TRUE;
    }
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    if (Cancelled) {
        WdfpFinishRequest(Request, STATUS_CANCELLED, IO_NO_INCREMENT);
    }
    return TRUE;
}

BOOLEAN
WdfpTake(PWDFP_QUEUE Queue, PWDFP_REQUEST Request)
{
    RemoveEntryList(&Request->Link);
    Queue->WaitingCount--;
    /* NULL: WdfpCancelWaiting is on its way and ends the request. */
    if (IoSetCancelRoutine(Request->Irp, NULL) == NULL) {
        InitializeListHead(&Request->Link);
        return FALSE;
    }
    InsertTailList(&Queue->Presented, &Request->Link);
    Queue->PresentedCount++;
    Request->Presented = TRUE;
    Request->Seen = TRUE;
    return TRUE;
}

PWDFP_REQUEST
WdfpTakeFirst(PWDFP_QUEUE Queue, struct _WDFP_FILE *File)
{
    PLIST_ENTRY Link = Queue->Waiting.Flink;

    while (Link != &Queue->Waiting) {
        PWDFP_REQUEST Request = CONTAINING_RECORD(Link, WDFP_REQUEST, Link);

        Link = Link->Flink;
        if ((File == NULL || Request->File == File) && WdfpTake(Queue, Request)) {
            return Request;
        }
    }
    return NULL;
}

VOID
WdfpSetAside(PWDFP_REQUEST Request)
{
    PWDFP_QUEUE Queue = Request->Queue;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    RemoveEntryList(&Request->Link);
    InitializeListHead(&Request->Link);
    Request->Stopping = FALSE;
    Request->Acknowledged = FALSE;
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
}

VOID
WdfpCountLeft(PWDFP_QUEUE Queue)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    Queue->PresentedCount--;
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
}

VOID
WdfpTakeBack(PWDFP_QUEUE Queue, PWDFP_REQUEST Request)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    InsertTailList(&Queue->Presented, &Request->Link);
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
}

VOID
WdfpLeaveQueue(PWDFP_REQUEST Request)
{
    PWDFP_QUEUE Queue = Request->Queue;

    WdfpSetAside(Request);
    WdfpCountLeft(Queue);
}

/* Calls the handler of the request's kind. */
static VOID
WdfpCallHandler(PWDFP_QUEUE Queue, PWDFP_REQUEST Request)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Request->Irp);
    const WDF_IO_QUEUE_CONFIG *Config = &Queue->Config;
    PWDFP_GLOBALS Globals = Queue->Object.Globals;
    WDFQUEUE QueueHandle = WdfpHandle(Queue);
    WDFREQUEST Handle = WdfpHandle(Request);
    PFN_WDF_IO_QUEUE_IO_DEVICE_CONTROL Control = NULL;

    if (Stack->MajorFunction == IRP_MJ_READ && Config->EvtIoRead != NULL) {
        WDFP_CALL_VOID(Globals, Config->EvtIoRead, QueueHandle, Handle,
                       Stack->Parameters.Read.Length);
        return;
    }
    if (Stack->MajorFunction == IRP_MJ_WRITE && Config->EvtIoWrite != NULL) {
        WDFP_CALL_VOID(Globals, Config->EvtIoWrite, QueueHandle, Handle,
                       Stack->Parameters.Write.Length);
        return;
    }
    if (Stack->MajorFunction == IRP_MJ_DEVICE_CONTROL) {
        Control = Config->EvtIoDeviceControl;
    } else if (Stack->MajorFunction == IRP_MJ_INTERNAL_DEVICE_CONTROL) {
        Control = Config->EvtIoInternalDeviceControl;
    }
    if (Control != NULL) {
        WDFP_CALL_VOID(Globals, Control, QueueHandle, Handle,
                       Stack->Parameters.DeviceIoControl.OutputBufferLength,
                       Stack->Parameters.DeviceIoControl.InputBufferLength,
                       Stack->Parameters.DeviceIoControl.IoControlCode);
    } else if (Config->EvtIoDefault != NULL) {
        WDFP_CALL_VOID(Globals, Config->EvtIoDefault, QueueHandle, Handle);
    } else {
        WdfpLeaveQueue(Request);
        WdfpFinishRequest(Request, STATUS_INVALID_DEVICE_REQUEST, IO_NO_INCREMENT);
    }
}

/* Presents one request, under the lock of the queue's scope. */
static VOID
WdfpPresentOne(PWDFP_QUEUE Queue, PWDFP_REQUEST Request)
{
    WdfpAcquireLock(Queue->Serialization);
    WdfpCallHandler(Queue, Request);
    WdfpReleaseLock(Queue->Serialization);
}

/* Whether this thread presents requests of the queue already, further down its stack. Lock
   held. */
static BOOLEAN
WdfpIsPresenting(PWDFP_QUEUE Queue)
{
    for (PWDFP_PRESENTER Presenter = Queue->Presenters; Presenter != NULL;
         Presenter = Presenter->Next) {
        if (Presenter->Thread == KeGetCurrentThread()) {
            return TRUE;
        }
    }
    return FALSE;
}

BOOLEAN
WdfpPresentsHere(PWDFP_QUEUE Queue)
{
    BOOLEAN Presents;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    Presents = WdfpIsPresenting(Queue);
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    return Presents;
}

static VOID
WdfpUnlinkPresenter(PWDFP_QUEUE Queue, PWDFP_PRESENTER Presenter)
{
    PWDFP_PRESENTER *Place = &Queue->Presenters;

    while (*Place != Presenter) {
        Place = &(*Place)->Next;
    }
    *Place = Presenter->Next;
}

/* A manual queue's driver is told once that there is something to fetch. */
static VOID
WdfpNotifyReady(PWDFP_QUEUE Queue)
{
    PFN_WDF_IO_QUEUE_STATE Routine = NULL;
    WDFCONTEXT Context;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    if (Queue->BecameReady && Queue->WaitingCount != 0 && Queue->Dispatching &&
        !Queue->Held) {
        Routine = Queue->ReadyRoutine;
        Queue->BecameReady = Routine == NULL;
    }
    Context = Queue->ReadyContext;
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    if (Routine != NULL) {
        WdfpAcquireLock(Queue->Serialization);
        WDFP_CALL_VOID(Queue->Object.Globals, Routine, WdfpHandle(Queue), Context);
        WdfpReleaseLock(Queue->Serialization);
    }
}

VOID
WdfpPresent(PWDFP_QUEUE Queue)
{
    WDFP_PRESENTER Presenter = {NULL, KeGetCurrentThread()};
    PWDFP_REQUEST Request;
    KIRQL OldIrql;

    if (Queue->Reserve != NULL) {
        WdfpServeReserve(Queue);
    }
    if (Queue->PassiveHandlers && KeGetCurrentIrql() != PASSIVE_LEVEL) {
        WdfpQueueWork(&Queue->Work, CriticalWorkQueue);
        return;
    }
    if (Queue->Config.DispatchType == WdfIoQueueDispatchManual) {
        WdfpNotifyReady(Queue);
        WdfpSettle(Queue);
        return;
    }
    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    if (WdfpIsPresenting(Queue)) {
        KeReleaseSpinLock(&Queue->Lock, OldIrql);
        return;
    }
    Presenter.Next = Queue->Presenters;
    Queue->Presenters = &Presenter;
    while (Queue->Dispatching && !Queue->Held && Queue->PresentedCount < Queue->Limit &&
           (Request = WdfpTakeFirst(Queue, NULL)) != NULL) {
        KeReleaseSpinLock(&Queue->Lock, OldIrql);
        WdfpPresentOne(Queue, Request);
        KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    }
    WdfpUnlinkPresenter(Queue, &Presenter);
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    WdfpSettle(Queue);
}
