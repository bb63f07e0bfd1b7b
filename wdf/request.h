/*
 * request.h: an IRP while the framework or its driver has it.
 */
#pragma once

#include "device.h"

struct _WDFP_FILE;
struct _WDFP_SENDING;

typedef struct _WDFP_REQUEST {
    WDFP_OBJECT Object;        /* must be first */
    LIST_ENTRY Link;           /* of the queue; its Lock */
    PIRP Irp;                  /* NULL: completed */
    PWDFP_DEVICE Device;       /* that it came to; NULL: the driver's own, to be sent */
    struct _WDFP_QUEUE *Queue; /* NULL: of none, as a create is */
    struct _WDFP_FILE *File;   /* NULL: the device has no file objects */
    BOOLEAN Presented;         /* the driver has it */
    BOOLEAN Seen;              /* and had it before, if it has not now */
    BOOLEAN CanceledOnQueue;   /* EvtIoCanceledOnQueue completes it */
    BOOLEAN Stopping;          /* EvtIoStop was called; the queue's Lock, as the next */
    BOOLEAN Acknowledged;      /* and answered: the driver keeps it */
    BOOLEAN Formatted;         /* its next stack location is filled */
    volatile BOOLEAN Sent;     /* and in other hands */
    BOOLEAN OwnIrp;            /* of WdfRequestCreate: the IRP is the framework's */
    BOOLEAN FreesIrp;          /* the IRP goes with the request */
    PFN_WDF_REQUEST_CANCEL CancelRoutine;
    PVOID InputMemory; /* PWDFP_MEMORY, made when they are asked for */
    PVOID OutputMemory;
    struct _WDFP_MEMORY *Locked; /* and those with locked pages */
    PMDL InputMdl;               /* of the system buffer, made when they are asked for */
    PMDL OutputMdl;
    VOID (*Completing)(struct _WDFP_REQUEST *Request, NTSTATUS Status); /* or NULL */
    PFN_WDF_REQUEST_COMPLETION_ROUTINE CompletionRoutine;
    WDFCONTEXT CompletionContext;
    struct _WDFP_SENDING *Sending; /* NULL: never formatted or sent */
    struct _WDFP_QUEUE *Home; /* which has reserved it; NULL: it is an ordinary one */

    struct _WDFP_QUEUE *Destined; /* where EvtIoInCallerContext sends it on to */
} WDFP_REQUEST, *PWDFP_REQUEST;

/* request.c. At or below DISPATCH_LEVEL. */

/* Prepares a device's memory for requests, as its Init says. PASSIVE_LEVEL. */
VOID WdfpInitializeRequests(PWDFP_DEVICE Device);
/* The object of an IRP that has reached the device. */
NTSTATUS WdfpCreateRequest(PWDFP_DEVICE Device, PIRP Irp, PWDFP_REQUEST *Result);
/* A request that Queue keeps, without an IRP. */
NTSTATUS WdfpCreateReserved(struct _WDFP_QUEUE *Queue, PWDFP_REQUEST *Result);
/* Makes a request that of an IRP which has reached the device. */
VOID WdfpBindRequest(PWDFP_REQUEST Request, PWDFP_DEVICE Device, PIRP Irp);
/* Completes the IRP and deletes the request, which is on no queue. */
VOID WdfpFinishRequest(PWDFP_REQUEST Request, NTSTATUS Status, CCHAR Boost);
/* Gives the IRP up, which goes on without the request, and deletes that. */
VOID WdfpForgetRequest(PWDFP_REQUEST Request);
/* The request behind a handle that the driver has, or a stop: 0x10D, 5 or 6. */
PWDFP_REQUEST WdfpDriversRequest(PWDF_DRIVER_GLOBALS Globals, WDFREQUEST Handle);
/* The same of one that has come to a device, and is not sent to a target. */
PWDFP_REQUEST WdfpReceivedRequest(PWDF_DRIVER_GLOBALS Globals, WDFREQUEST Handle);

/* queuecancel.c: what IoCancelIrp calls for a waiting request. */
DRIVER_CANCEL WdfpCancelWaiting;
/* Calls the cancel callback of a request that is cancelled, at its queue's level. */
VOID WdfpDeliverCancel(PWDFP_REQUEST Request);

/* One buffer of a request: where it is mapped, and its bytes. */
typedef struct _WDFP_BUFFER {
    PVOID Address;
    SIZE_T Length;
} WDFP_BUFFER, *PWDFP_BUFFER;

/* reqbuffer.c: what the sender gave, and what it wants filled.
   STATUS_INVALID_DEVICE_REQUEST: this kind of request has none. */
NTSTATUS WdfpInputBuffer(PWDFP_REQUEST Request, PWDFP_BUFFER Buffer);
NTSTATUS WdfpOutputBuffer(PWDFP_REQUEST Request, PWDFP_BUFFER Buffer);
/* Whether these are addresses that nobody has checked. */
BOOLEAN WdfpIsNeither(PWDFP_REQUEST Request);
/* reqlock.c: unlocks what the driver had locked of it. */
VOID WdfpUnlockBuffers(PWDFP_REQUEST Request);
/* What the IRP asks for, in the driver's structure; a wrong Size is a stop. */
VOID WdfpFillParameters(PWDFP_REQUEST Request, PWDF_REQUEST_PARAMETERS Parameters);

static inline PWDFP_REQUEST
WdfpRequestFromIrp(PIRP Irp)
{
    return Irp->Tail.Overlay.DriverContext[0];
}
