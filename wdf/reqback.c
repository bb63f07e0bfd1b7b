/*
 * The way back of a request that was sent.
 *
 * The completion routine of the IRP keeps it for the framework. What follows, the driver's
 * completion routine above all, comes when nobody refers to the IRP any more, which may be
 * in the timer's DPC or in the thread of one who cancelled it.
 */
#include "wdfp.h"
#include "target.h"

BOOLEAN
WdfpReferenceSending(PWDFP_SENDING Sending)
{
    LONG Old = Sending->References;
    LONG Seen;

    while (Old != 0) {
        Seen = InterlockedCompareExchange(&Sending->References, Old + 1, Old);
        if (Seen == Old) {
            return TRUE;
        }
        Old = Seen;
    }
    return FALSE;
}

/* The request is back, and the framework's. */
static VOID
WdfpTakeHome(PWDFP_SENDING Sending)
{
    PWDFP_REQUEST Request = Sending->Request;
    PIRP Irp = Request->Irp;

    if (Sending->TimedOut && Irp->IoStatus.Status == STATUS_CANCELLED) {
        Irp->IoStatus.Status = STATUS_IO_TIMEOUT;
    }
    WdfpCollect(Sending);
    WdfpUndress(Sending);
    if (Request->Device != NULL) {
        /* The drivers below may have used it for something of theirs. */
        Irp->Tail.Overlay.DriverContext[0] = Request;
    }
    WdfpLeaveTarget(Sending);
    Request->Formatted = FALSE;
    Request->Sent = FALSE;
}

/* The last reference has gone: tells whoever waits, or the driver, which may delete or send
   the request again. */
static VOID
WdfpDeliver(PWDFP_SENDING Sending)
{
    PWDFP_REQUEST Request = Sending->Request;
    PWDFP_TARGET Target = Sending->Target;
    WDFP_TARGET_SHARE Share = Sending->Share;
    BOOLEAN Counted = Sending->Counted;

    WdfpTakeHome(Sending);
    if (Sending->Synchronous) {
        KeSetEvent(&Sending->Done, IO_NO_INCREMENT, FALSE);
    } else if (Request->CompletionRoutine != NULL) {
        WDFP_CALL_VOID(Target->Object.Globals, Request->CompletionRoutine,
                       WdfpHandle(Request), WdfpHandle(Target), &Sending->Params,
                       Request->CompletionContext);
    }
    if (Counted) {
        WdfpCountBack(Target, Share);
    }
    WdfpDereference(Request);
    WdfpDereference(Target);
}

VOID
WdfpReleaseSending(PWDFP_SENDING Sending)
{
    if (InterlockedDecrement(&Sending->References) == 0) {
        WdfpDeliver(Sending);
    }
}

VOID
WdfpEndSending(PWDFP_SENDING Sending)
{
    if (Sending->Timed && KeCancelTimer(&Sending->Timer)) {
        WdfpReleaseSending(Sending);
    }
    WdfpReleaseSending(Sending);
}

NTSTATUS
NTAPI
WdfpSentCompletes(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    WdfpEndSending(Context);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

VOID NTAPI
WdfpSendTimesOut(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PWDFP_SENDING Sending = Context;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    Sending->TimedOut = TRUE;
    WdfpCancelSending(Sending);
    WdfpReleaseSending(Sending);
}
