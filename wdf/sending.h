/*
 * sending.h: a request on its way to a target and back.
 *
 * Its IRP is back for good when the last of WDFP_SENDING.References has gone: its own, one
 * of a timer that is set, and one of each who is about to cancel it. So nobody cancels an
 * IRP that its driver may have freed or completed already.
 */
#pragma once

#include "memory.h"
#include "request.h"

struct _WDFP_TARGET;

/* Requests that mind the state of their target, and those that do not. */
typedef enum _WDFP_TARGET_SHARE {
    WdfpObeying,
    WdfpIgnoring,
    WdfpTargetShares
} WDFP_TARGET_SHARE;

/* A buffer that a request is formatted with; all zero: none. */
typedef struct _WDFP_PIECE {
    PVOID Address;
    ULONG Length;
    PMDL Mdl;            /* the driver's, or NULL */
    PWDFP_MEMORY Memory; /* that it lies in, or NULL */
    SIZE_T Offset;       /* in that */
} WDFP_PIECE, *PWDFP_PIECE;

#define WDFP_PIECES 3

/* What is known of a request that was formatted or sent; kept for the next time. */
typedef struct _WDFP_SENDING {
    PWDFP_REQUEST Request;
    LIST_ENTRY Link;             /* of the target; its Lock, as the next three */
    BOOLEAN Waits;               /* for the target's start */
    BOOLEAN Counted;             /* as sent */
    BOOLEAN Cancelled;           /* by the target */
    struct _WDFP_TARGET *Target; /* referenced while Request->Sent */
    WDFP_TARGET_SHARE Share;
    volatile LONG References; /* interlocked; 0: not under way */

    BOOLEAN Arguments; /* the pieces are the arguments of an internal control */
    BOOLEAN Dressed;   /* the IRP names the pieces, and the next three were in it */
    PVOID OldSystemBuffer;
    PVOID OldUserBuffer;
    PMDL OldMdl;
    WDFP_PIECE Pieces[WDFP_PIECES]; /* their memory objects are referenced */
    PVOID SystemBuffer;             /* pool, of a buffered control; or NULL */
    PMDL Mdl;                       /* the framework's, its pages locked; or NULL */
    WDF_REQUEST_COMPLETION_PARAMS Params;

    BOOLEAN Synchronous; /* somebody waits for Done */
    KEVENT Done;
    BOOLEAN Timed;
    BOOLEAN TimedOut;
    LARGE_INTEGER DueTime;
    KTIMER Timer;
    KDPC TimerDpc;
} WDFP_SENDING, *PWDFP_SENDING;

/* How a request is to be sent, checked. */
typedef struct _WDFP_SEND_OPTIONS {
    ULONG Flags; /* WDF_REQUEST_SEND_OPTION_ */
    LONGLONG Timeout;
} WDFP_SEND_OPTIONS, *PWDFP_SEND_OPTIONS;

/* reqsend.c. At or below DISPATCH_LEVEL. */

/* A request that may be sent or formatted: the driver's, not sent, not cancelable; else a
   stop. */
PWDFP_REQUEST WdfpRequestToSend(PWDF_DRIVER_GLOBALS Globals, WDFREQUEST Handle);
/* STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_PARAMETER. Options may be NULL. */
NTSTATUS WdfpCheckSendOptions(const WDF_REQUEST_SEND_OPTIONS *Options,
                              PWDFP_SEND_OPTIONS Result);
/* Sends a formatted request, and waits where the options say so. What WdfRequestSend says of
   a request that was not sent. */
NTSTATUS WdfpSend(PWDFP_REQUEST Request, struct _WDFP_TARGET *Target,
                  const WDFP_SEND_OPTIONS *Options);
/* Passes one on that its target has taken. */
VOID WdfpPassOn(PWDFP_SENDING Sending);

/* reqforget.c: gives a request of a queue away, or says why not, as WdfpSend. */
NTSTATUS WdfpSendAndForget(PWDFP_REQUEST Request, struct _WDFP_TARGET *Target,
                           const WDFP_SEND_OPTIONS *Options);

/* reqback.c. At or below DISPATCH_LEVEL. */

/* The drivers below have completed the IRP. */
IO_COMPLETION_ROUTINE WdfpSentCompletes;
/* The time of a request is over. */
KDEFERRED_ROUTINE WdfpSendTimesOut;
/* The IRP's own reference goes: it is back, or was never passed on. */
VOID WdfpEndSending(PWDFP_SENDING Sending);
/* One more reference; FALSE: it is not under way any more. And its end. */
BOOLEAN WdfpReferenceSending(PWDFP_SENDING Sending);
VOID WdfpReleaseSending(PWDFP_SENDING Sending);

/* reqformat.c. At or below DISPATCH_LEVEL. */

/* Makes Request->Sending when there is none. STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS WdfpNeedSending(PWDFP_REQUEST Request);
/* Fills the next stack location from Stack (major function and parameters), and the IRP's
   buffers from the WDFP_PIECES pieces, as the kind of request and the target demand.
   Arguments: they are those of an internal control, and stand in the stack location. */
NTSTATUS WdfpFormat(PWDFP_REQUEST Request, struct _WDFP_TARGET *Target,
                    const IO_STACK_LOCATION *Stack, const WDFP_PIECE *Pieces,
                    BOOLEAN Arguments);
/* Gives a request's buffers what a completed IRP has for them. */
VOID WdfpCollect(PWDFP_SENDING Sending);
/* The end of what WdfpNeedSending made. */
VOID WdfpFreeSending(PWDFP_REQUEST Request);

/* reqdress.c. At or below DISPATCH_LEVEL. */

/* Keeps what the IRP has, and the pieces it is to name instead. */
VOID WdfpDress(PWDFP_SENDING Sending, const WDFP_PIECE *Pieces);
/* Puts them into the IRP as Stack, which is its own, says. */
NTSTATUS WdfpDressIrp(PWDFP_SENDING Sending, struct _WDFP_TARGET *Target,
                      PIO_STACK_LOCATION Stack);
/* Makes the IRP what it was before. */
VOID WdfpUndress(PWDFP_SENDING Sending);

/* reqpiece.c: what a driver names, as a piece. STATUS_INVALID_PARAMETER,
   STATUS_INTEGER_OVERFLOW, STATUS_BUFFER_TOO_SMALL, STATUS_INVALID_BUFFER_SIZE,
   STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS WdfpPieceOfMemory(PWDF_DRIVER_GLOBALS Globals, WDFMEMORY Memory,
                           const WDFMEMORY_OFFSET *Part, PWDFP_PIECE Piece);
NTSTATUS WdfpPieceOfDescriptor(PWDF_DRIVER_GLOBALS Globals,
                               const WDF_MEMORY_DESCRIPTOR *Descriptor,
                               PWDFP_PIECE Piece);

/* reqcreate.c: a request of the driver's own, with Attributes' parent or Parent. */
NTSTATUS WdfpCreateOwnRequest(struct _WDFP_GLOBALS *Globals,
                              PWDF_OBJECT_ATTRIBUTES Attributes, PVOID Parent,
                              CCHAR StackSize, PWDFP_REQUEST *Result);
/* Sees to it that the IRP has room for the target's stack. STATUS_REQUEST_NOT_ACCEPTED: it
   has not, and is somebody else's; STATUS_INSUFFICIENT_RESOURCES;
   STATUS_INVALID_DEVICE_STATE: the target is not open. */
NTSTATUS WdfpFitTarget(PWDFP_REQUEST Request, struct _WDFP_TARGET *Target);
