/*
 * Starting, stopping, draining and purging a queue, as the driver asks.
 *
 * Each of the three ends is reached when nothing is left that it waits for: a stop, and a
 * purge, wait for the requests that the driver has; a drain for those that wait too. The
 * driver is told by its callback, once; the forms that wait use one of the framework's own.
 */
#include "wdfp.h"
#include "queue.h"
#include "reserve.h"

/* Whether what the queue's end waits for is gone. Lock held. */
static BOOLEAN
WdfpHasEnded(PWDFP_QUEUE Queue)
{
    return Queue->PresentedCount == 0 && Queue->Presenters == NULL &&
           (!Queue->EndAwaitsWaiting ||
            (Queue->WaitingCount == 0 && !WdfpReserveAwaited(Queue)));
}

VOID
WdfpSettle(PWDFP_QUEUE Queue)
{
    PFN_WDF_IO_QUEUE_STATE Routine = NULL;
    WDFCONTEXT Context = NULL;
    KIRQL OldIrql;

    /* Whoever sets EndRoutine looks at the counts after that, so that one of the two sees
       both; the lock, taken by whoever has changed a count before, orders them. */
    if (Queue->EndRoutine == NULL) {
        return;
    }
    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    if (Queue->EndRoutine != NULL && WdfpHasEnded(Queue)) {
        Routine = Queue->EndRoutine;
        Context = Queue->EndContext;
        Queue->EndRoutine = NULL;
    }
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    if (Routine != NULL) {
        WDFP_CALL_VOID(Queue->Object.Globals, Routine, WdfpHandle(Queue), Context);
    }
}

/* What a state change sets. */
typedef struct _WDFP_QUEUE_CHANGE {
    BOOLEAN Accepting;
    BOOLEAN Dispatching;
    BOOLEAN AwaitsWaiting;
    BOOLEAN Purges;
} WDFP_QUEUE_CHANGE;

static const WDFP_QUEUE_CHANGE WdfpStopChange = {TRUE, FALSE, FALSE, FALSE};
static const WDFP_QUEUE_CHANGE WdfpDrainChange = {FALSE, TRUE, TRUE, FALSE};
static const WDFP_QUEUE_CHANGE WdfpPurgeChange = {FALSE, TRUE, TRUE, TRUE};
static const WDFP_QUEUE_CHANGE WdfpStopPurgeChange = {TRUE, FALSE, FALSE, TRUE};

/* Stands for the callback of a driver that wants none. */
static VOID NTAPI
WdfpIgnoreEnd(WDFQUEUE Queue, WDFCONTEXT Context)
{
    UNREFERENCED_PARAMETER(Queue);
    UNREFERENCED_PARAMETER(Context);
}

/* Changes the state of a queue. A second change before the first has ended is a stop: its
   callback could not be told from the first one's. */
static VOID
WdfpChangeQueue(PWDFP_QUEUE Queue, const WDFP_QUEUE_CHANGE *Change,
                PFN_WDF_IO_QUEUE_STATE Routine, WDFCONTEXT Context)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    if (Queue->EndRoutine != NULL && Queue->EndRoutine != WdfpIgnoreEnd) {
        WdfpViolation(Queue->Object.Globals,
                      "a queue is stopped, drained or purged before the last has ended",
                      WDF_QUEUE_FATAL_ERROR, (ULONG_PTR)WdfpHandle(Queue), 0, 0);
    }
    /* A stopped queue stays one that accepts or not as it was. */
    Queue->Accepting = Change->Accepting ? Queue->Accepting : FALSE;
    Queue->Dispatching = Change->Dispatching ? Queue->Dispatching : FALSE;
    Queue->EndAwaitsWaiting = Change->AwaitsWaiting;
    Queue->EndContext = Context;
    Queue->EndRoutine = Routine == NULL ? WdfpIgnoreEnd : Routine;
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    if (Change->Purges) {
        WdfpCancelQueue(Queue, NULL);
        WdfpCancelCancelable(Queue);
    }
    WdfpSettle(Queue);
}

static VOID NTAPI
WdfpSignalEnd(WDFQUEUE Queue, WDFCONTEXT Context)
{
    UNREFERENCED_PARAMETER(Queue);
    KeSetEvent(Context, IO_NO_INCREMENT, FALSE);
}

/* The same, and waits. In a handler of the queue that would be for ever: a stop. */
static VOID
WdfpChangeQueueAndWait(PWDFP_QUEUE Queue, const WDFP_QUEUE_CHANGE *Change,
                       const CHAR *Routine)
{
    KEVENT Ended;

    WdfpRequireIrql(Queue->Object.Globals, PASSIVE_LEVEL, Routine);
    if (WdfpPresentsHere(Queue)) {
        WdfpViolation(Queue->Object.Globals,
                      "a handler waits for the end of its own queue",
                      WDF_QUEUE_FATAL_ERROR, (ULONG_PTR)WdfpHandle(Queue), 0, 0);
    }
    KeInitializeEvent(&Ended, NotificationEvent, FALSE);
    WdfpChangeQueue(Queue, Change, WdfpSignalEnd, &Ended);
    KeWaitForSingleObject(&Ended, Executive, KernelMode, FALSE, NULL);
}

/* Has a queue accept and present again. At or below DISPATCH_LEVEL. Source: manual,
   WdfIoQueueStart. */
VOID NTAPI
ImpWdfIoQueueStart(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Handle)
{
    PWDFP_QUEUE Queue = WdfpQueueFromHandle(DriverGlobals, Handle);
    KIRQL OldIrql;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    Queue->Accepting = TRUE;
    Queue->Dispatching = TRUE;
    Queue->BecameReady = Queue->WaitingCount != 0;
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    WdfpPresent(Queue);
}

/* Presents no more; requests are still accepted. StopComplete (may be NULL) is called when
   the driver has none of the queue's. At or below DISPATCH_LEVEL. Source: manual,
   WdfIoQueueStop. */
VOID NTAPI
ImpWdfIoQueueStop(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Handle,
                  PFN_WDF_IO_QUEUE_STATE StopComplete, WDFCONTEXT Context)
{
    WdfpChangeQueue(WdfpQueueFromHandle(DriverGlobals, Handle), &WdfpStopChange,
                    StopComplete, Context);
}

/* The same, and waits. PASSIVE_LEVEL, not in the queue's handlers (0x10D, 0xA). Source:
   manual, WdfIoQueueStopSynchronously. */
VOID NTAPI
ImpWdfIoQueueStopSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Handle)
{
    WdfpChangeQueueAndWait(WdfpQueueFromHandle(DriverGlobals, Handle), &WdfpStopChange,
                           "WdfIoQueueStopSynchronously");
}

/* Accepts no more, and presents what waits; new requests fail with
   STATUS_INVALID_DEVICE_STATE. At or below DISPATCH_LEVEL. Source: manual,
   WdfIoQueueDrain. */
VOID NTAPI
ImpWdfIoQueueDrain(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Handle,
                   PFN_WDF_IO_QUEUE_STATE DrainComplete, WDFCONTEXT Context)
{
    WdfpChangeQueue(WdfpQueueFromHandle(DriverGlobals, Handle), &WdfpDrainChange,
                    DrainComplete, Context);
}

/* The same, and waits. Source: manual, WdfIoQueueDrainSynchronously. */
VOID NTAPI
ImpWdfIoQueueDrainSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Handle)
{
    WdfpChangeQueueAndWait(WdfpQueueFromHandle(DriverGlobals, Handle), &WdfpDrainChange,
                           "WdfIoQueueDrainSynchronously");
}

/* Accepts no more, cancels what waits and what the driver has made cancelable. At or below
   DISPATCH_LEVEL. Source: manual, WdfIoQueuePurge. */
VOID NTAPI
ImpWdfIoQueuePurge(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Handle,
                   PFN_WDF_IO_QUEUE_STATE PurgeComplete, WDFCONTEXT Context)
{
    WdfpChangeQueue(WdfpQueueFromHandle(DriverGlobals, Handle), &WdfpPurgeChange,
                    PurgeComplete, Context);
}

/* The same, and waits. Source: manual, WdfIoQueuePurgeSynchronously. */
VOID NTAPI
ImpWdfIoQueuePurgeSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Handle)
{
    WdfpChangeQueueAndWait(WdfpQueueFromHandle(DriverGlobals, Handle), &WdfpPurgeChange,
                           "WdfIoQueuePurgeSynchronously");
}

/* A stop that cancels what there is, and keeps what comes. Source: manual,
   WdfIoQueueStopAndPurge. */
VOID NTAPI
ImpWdfIoQueueStopAndPurge(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Handle,
                          PFN_WDF_IO_QUEUE_STATE StopAndPurgeComplete, WDFCONTEXT Context)
{
    WdfpChangeQueue(WdfpQueueFromHandle(DriverGlobals, Handle), &WdfpStopPurgeChange,
                    StopAndPurgeComplete, Context);
}

/* The same, and waits. Source: manual, WdfIoQueueStopAndPurgeSynchronously. */
VOID NTAPI
ImpWdfIoQueueStopAndPurgeSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Handle)
{
    WdfpChangeQueueAndWait(WdfpQueueFromHandle(DriverGlobals, Handle),
                           &WdfpStopPurgeChange, "WdfIoQueueStopAndPurgeSynchronously");
}
