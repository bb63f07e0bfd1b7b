/*
 * reserve.h: requests that a queue keeps for the time when memory is short.
 */
#pragma once

#include "queue.h"

typedef struct _WDFP_RESERVE {
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY Policy;
    LIST_ENTRY Free;    /* WDFP_REQUEST.Link; the queue's Lock, as the next */
    LIST_ENTRY Waiting; /* Tail.Overlay.ListEntry of IRPs that found none free */
} WDFP_RESERVE, *PWDFP_RESERVE;

/* All at or below DISPATCH_LEVEL, without the queue's Lock. */

/* Gets a new request of a queue with a reserve the driver's resources. */
NTSTATUS WdfpAllocateResources(PWDFP_QUEUE Queue, PWDFP_REQUEST Request);
/* Takes over an IRP for which there is no request; FALSE: its queue has none reserved, or
   not for this IRP. It is presented by WdfpPresent. */
BOOLEAN WdfpUseReserve(PWDFP_QUEUE Queue, PIRP Irp);
/* A reserved request has ended. */
VOID WdfpKeepReserved(PWDFP_REQUEST Request);
/* Gives free requests to waiting IRPs, which enter the queue. */
VOID WdfpServeReserve(PWDFP_QUEUE Queue);
/* Cancels waiting IRPs: of one file or all (NULL). */
VOID WdfpCancelReserveWaiting(PWDFP_QUEUE Queue, struct _WDFP_FILE *File);
/* Whether an IRP waits for a request. Lock held. */
BOOLEAN WdfpReserveAwaited(PWDFP_QUEUE Queue);
