/*
 * target.h: where requests are sent.
 *
 * A target's Lock guards its state, its lists and its counts. No request is passed on and no
 * callback is called with it. A request that is on one of the lists references its target.
 */
#pragma once

#include "device.h"
#include "sending.h"

typedef struct _WDFP_TARGET {
    WDFP_OBJECT Object; /* must be first */
    LIST_ENTRY Link;    /* WDFP_DEVICE.Targets; TreeLock */
    PWDFP_DEVICE Device;
    KSPIN_LOCK Lock;
    WDF_IO_TARGET_STATE State;
    LIST_ENTRY Sent;               /* WDFP_SENDING.Link */
    LIST_ENTRY Waiting;            /* for the target's start */
    LONG Count[WdfpTargetShares];  /* sent, until their completion routines are over */
    KEVENT Idle[WdfpTargetShares]; /* set while the count is 0 */

    /* Changed at PASSIVE_LEVEL by opening and closing, when nothing is sent. */
    PDEVICE_OBJECT DeviceObject;      /* NULL: not open */
    PDEVICE_OBJECT Physical;          /* may be NULL */
    PFILE_OBJECT FileObject;          /* referenced; NULL: there is none */
    HANDLE Handle;                    /* of that, if opened by name; else NULL */
    WDF_IO_TARGET_OPEN_PARAMS Params; /* for a reopen; Size 0: none */
    PWSTR Name;                       /* the buffer of the name in it; pool, or NULL */
    PVOID Registration;               /* for what becomes of the device; NULL: none */
} WDFP_TARGET, *PWDFP_TARGET;

static inline PWDFP_TARGET
WdfpTargetFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFIOTARGET Handle)
{
    return WdfpObject(Globals, Handle, WdfpIoTargetType);
}

/* target.c. PASSIVE_LEVEL. */

/* The target of what is below a device, if the device is to have that; open when it has. */
NTSTATUS WdfpCreateLocalTarget(PWDFP_DEVICE Device);
VOID WdfpOpenLocalTarget(PWDFP_DEVICE Device);
/* Closes all targets of a device, which waits for what was sent. */
VOID WdfpEndTargets(PWDFP_DEVICE Device);

/* targetopen.c: opens what the kept parameters say; drops what a reopen would need. */
NTSTATUS WdfpOpenTarget(PWDFP_TARGET Target);
VOID WdfpForgetParams(PWDFP_TARGET Target);
/* targetnotify.c: whether the target hears of its device's removal. */
VOID WdfpRegisterTarget(PWDFP_TARGET Target);
VOID WdfpUnregisterTarget(PWDFP_TARGET Target);
/* targetclose.c: ends what was sent, and lets go of the device. PASSIVE_LEVEL. */
VOID WdfpCloseTarget(PWDFP_TARGET Target, WDF_IO_TARGET_STATE State);

/* targetstate.c. At or below DISPATCH_LEVEL. */

/* Takes a request that is about to be sent. *Waits: the target is stopped, and sends it when
   it starts. STATUS_INVALID_DEVICE_STATE: it takes none; STATUS_CANCELLED: too late. */
NTSTATUS WdfpEnterTarget(PWDFP_TARGET Target, PWDFP_SENDING Sending, BOOLEAN *Waits);
/* The two halves of its way back: off the list, and off the count. */
VOID WdfpLeaveTarget(PWDFP_SENDING Sending);
VOID WdfpCountBack(PWDFP_TARGET Target, WDFP_TARGET_SHARE Share);
/* Sends what waits. */
VOID WdfpSendWaiting(PWDFP_TARGET Target);

/* targetcancel.c. At or below DISPATCH_LEVEL. */

/* Takes a request off the waiting ones; FALSE: its sender is cancelling it. Lock held. */
BOOLEAN WdfpTakeWaiting(PWDFP_SENDING Sending);
/* Cancels a request whose References the caller has one of. TRUE: somebody was told. */
BOOLEAN WdfpCancelSending(PWDFP_SENDING Sending);
/* Cancels all that waits. */
VOID WdfpCancelWaitingSendings(PWDFP_TARGET Target);
/* Cancels what was sent: all of it, or what minds the target's state. */
VOID WdfpCancelSent(PWDFP_TARGET Target, BOOLEAN All);
/* What IoCancelIrp calls for a request that waits. */
DRIVER_CANCEL WdfpCancelWaitingIrp;
