/*
 * queue.h: I/O queues, and the way of a request through one.
 *
 * Lock guards the two lists, the counts and the state. A request is on Waiting, on Presented
 * (the driver has it), or on neither while it moves. Handlers are called without Lock.
 */
#pragma once

#include "device.h"
#include "request.h"
#include "work.h"

/* A thread that presents requests of the queue; on its stack. */
typedef struct _WDFP_PRESENTER {
    struct _WDFP_PRESENTER *Next;
    PKTHREAD Thread;
} WDFP_PRESENTER, *PWDFP_PRESENTER;

typedef struct _WDFP_QUEUE {
    WDFP_OBJECT Object; /* must be first */
    LIST_ENTRY Link;    /* WDFP_DEVICE.Queues */
    PWDFP_DEVICE Device;
    WDF_IO_QUEUE_CONFIG Config;
    WDFP_LOCK CallbackLock;   /* of scope queue */
    PWDFP_LOCK Serialization; /* of the handlers; NULL: none */
    BOOLEAN PowerManaged;
    BOOLEAN PassiveHandlers;

    KSPIN_LOCK Lock;
    LIST_ENTRY Waiting;
    LIST_ENTRY Presented;
    ULONG WaitingCount;
    ULONG PresentedCount;
    ULONG Limit; /* of PresentedCount, when the framework presents */
    BOOLEAN Accepting;
    BOOLEAN Dispatching;
    BOOLEAN Held; /* the device is not in D0 */
    PWDFP_PRESENTER Presenters;
    BOOLEAN BecameReady;                 /* has requests, and the driver was not told */
    PFN_WDF_IO_QUEUE_STATE ReadyRoutine; /* of a manual queue */
    WDFCONTEXT ReadyContext;
    PFN_WDF_IO_QUEUE_STATE EndRoutine; /* of a stop, drain or purge under way */
    WDFCONTEXT EndContext;
    BOOLEAN EndAwaitsWaiting; /* which lasts until nothing waits either */

    struct _WDFP_RESERVE *Reserve; /* NULL: none */
    WDFP_WORK Work;                /* presents at PASSIVE_LEVEL */
} WDFP_QUEUE, *PWDFP_QUEUE;

static inline PWDFP_QUEUE
WdfpQueueFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFQUEUE Handle)
{
    return WdfpObject(Globals, Handle, WdfpQueueType);
}

/* dispatch of reads, writes, controls and whatever a queue was configured for */
NTSTATUS WdfpDispatchIo(PWDFP_DEVICE Device, PIRP Irp);
/* Gives an IRP to Queue; CallerFirst: through EvtIoInCallerContext, and Queue may be NULL.
   STATUS_PENDING, or why it was completed. */
NTSTATUS WdfpQueueIrp(PWDFP_DEVICE Device, PIRP Irp, PWDFP_QUEUE Queue,
                      BOOLEAN CallerFirst);

/* present.c. At or below DISPATCH_LEVEL. */

/* Gives the queue a request; FALSE: it does not accept any, the caller keeps it. */
BOOLEAN WdfpInsertRequest(PWDFP_QUEUE Queue, PWDFP_REQUEST Request, BOOLEAN AtHead);
/* Presents what may be presented now. */
VOID WdfpPresent(PWDFP_QUEUE Queue);
/* Makes a waiting request the driver's; FALSE: it is being cancelled. Lock held. */
BOOLEAN WdfpTake(PWDFP_QUEUE Queue, PWDFP_REQUEST Request);
/* The first waiting request of File (NULL: of any); NULL: there is none. Lock held. */
PWDFP_REQUEST WdfpTakeFirst(PWDFP_QUEUE Queue, struct _WDFP_FILE *File);
/* Whether this thread is in a handler of the queue. */
BOOLEAN WdfpPresentsHere(PWDFP_QUEUE Queue);
/* The driver gives a request up: it leaves Presented. */
VOID WdfpLeaveQueue(PWDFP_REQUEST Request);
/* The two halves of that: off the list, and off the count. */
VOID WdfpSetAside(PWDFP_REQUEST Request);
VOID WdfpCountLeft(PWDFP_QUEUE Queue);
/* Undoes the first. */
VOID WdfpTakeBack(PWDFP_QUEUE Queue, PWDFP_REQUEST Request);

/* queue.c: the queue of a major function; NULL: nobody serves it. */
PWDFP_QUEUE WdfpQueueOf(PWDFP_DEVICE Device, UCHAR Major);

/* queuestate.c: tells the driver when a stop, drain or purge has ended; after every change
   of a count, without Lock. */
VOID WdfpSettle(PWDFP_QUEUE Queue);

/* queuecancel.c. At or below DISPATCH_LEVEL. */

/* Cancels what waits, of one file or all (NULL). */
VOID WdfpCancelQueue(PWDFP_QUEUE Queue, struct _WDFP_FILE *File);
/* Calls the cancel callbacks of what the driver has made cancelable. */
VOID WdfpCancelCancelable(PWDFP_QUEUE Queue);

/* reqforward.c: waits for the requests that a child's parent was given. PASSIVE_LEVEL. */
VOID WdfpAwaitForwarded(PWDFP_DEVICE Device);

/* queuepower.c. PASSIVE_LEVEL. */
VOID WdfpStartQueues(PWDFP_DEVICE Device);
VOID WdfpStopQueues(PWDFP_DEVICE Device);
/* The device goes: what waits is cancelled, nothing more is accepted. */
VOID WdfpEndQueues(PWDFP_DEVICE Device);
/* The same of power-managed queues alone: the device has vanished, its files are still open. */
VOID WdfpEndManagedQueues(PWDFP_DEVICE Device);
/* The last handle of a file is closed: its waiting requests are cancelled. */
VOID WdfpFlushFile(PWDFP_DEVICE Device, struct _WDFP_FILE *File);
