/*
 * Cancelling requests that wait at a target or were sent to it: one, because its driver, its
 * sender or its timer wants it, or many, because the target stops.
 */
#include "wdfp.h"
#include "target.h"

BOOLEAN
WdfpTakeWaiting(PWDFP_SENDING Sending)
{
    RemoveEntryList(&Sending->Link);
    InitializeListHead(&Sending->Link);
    Sending->Waits = FALSE;
    /* NULL: WdfpCancelWaitingIrp is on its way and ends the request. */
    return Sending->Request->Device == NULL ||
           IoSetCancelRoutine(Sending->Request->Irp, NULL) != NULL;
}

/* Ends a request that was taken off the waiting ones. */
static VOID
WdfpEndUnsent(PWDFP_SENDING Sending)
{
    Sending->Request->Irp->IoStatus.Status = STATUS_CANCELLED;
    Sending->Request->Irp->IoStatus.Information = 0;
    WdfpEndSending(Sending);
}

VOID NTAPI
WdfpCancelWaitingIrp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PWDFP_SENDING Sending = WdfpRequestFromIrp(Irp)->Sending;
    KIRQL OldIrql;

    UNREFERENCED_PARAMETER(DeviceObject);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    KeAcquireSpinLock(&Sending->Target->Lock, &OldIrql);
    if (Sending->Waits) {
        WdfpTakeWaiting(Sending);
    }
    KeReleaseSpinLock(&Sending->Target->Lock, OldIrql);
    WdfpEndUnsent(Sending);
}

BOOLEAN
WdfpCancelSending(PWDFP_SENDING Sending)
{
    BOOLEAN Waits, Taken;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Sending->Target->Lock, &OldIrql);
    Waits = Sending->Waits;
    Taken = Waits && WdfpTakeWaiting(Sending);
    KeReleaseSpinLock(&Sending->Target->Lock, OldIrql);
    if (Taken) {
        WdfpEndUnsent(Sending);
    }
    return Waits || IoCancelIrp(Sending->Request->Irp);
}

VOID
WdfpCancelWaitingSendings(PWDFP_TARGET Target)
{
    PWDFP_SENDING Sending;
    KIRQL OldIrql;

    do {
        Sending = NULL;
        KeAcquireSpinLock(&Target->Lock, &OldIrql);
        while (Sending == NULL && !IsListEmpty(&Target->Waiting)) {
            PWDFP_SENDING First =
                CONTAINING_RECORD(Target->Waiting.Flink, WDFP_SENDING, Link);

            Sending = WdfpTakeWaiting(First) ? First : NULL;
        }
        KeReleaseSpinLock(&Target->Lock, OldIrql);
        if (Sending != NULL) {
            WdfpEndUnsent(Sending);
        }
    } while (Sending != NULL);
}

/* A sent request that was not cancelled yet, referenced and marked so. */
static PWDFP_SENDING
WdfpNextToCancel(PWDFP_TARGET Target, BOOLEAN All)
{
    PWDFP_SENDING Found = NULL;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Target->Lock, &OldIrql);
    for (PLIST_ENTRY Link = Target->Sent.Flink; Link != &Target->Sent && Found == NULL;
         Link = Link->Flink) {
        PWDFP_SENDING Sending = CONTAINING_RECORD(Link, WDFP_SENDING, Link);

        if ((All || Sending->Share == WdfpObeying) && !Sending->Cancelled &&
            WdfpReferenceSending(Sending)) {
            Sending->Cancelled = TRUE;
            Found = Sending;
        }
    }
    KeReleaseSpinLock(&Target->Lock, OldIrql);
    return Found;
}

VOID
WdfpCancelSent(PWDFP_TARGET Target, BOOLEAN All)
{
    PWDFP_SENDING Sending;

    while ((Sending = WdfpNextToCancel(Target, All)) != NULL) {
        IoCancelIrp(Sending->Request->Irp);
        WdfpReleaseSending(Sending);
    }
}

/* Asks for the cancellation of a request that was sent or waits to be. TRUE: whoever has it
   was told; it comes back either way. At or below DISPATCH_LEVEL. Source: manual,
   WdfRequestCancelSentRequest. */
BOOLEAN
NTAPI
ImpWdfRequestCancelSentRequest(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle)
{
    PWDFP_REQUEST Request = WdfpObject(DriverGlobals, Handle, WdfpRequestType);
    PWDFP_SENDING Sending = Request->Sending;
    BOOLEAN Told;

    if (Sending == NULL || !WdfpReferenceSending(Sending)) {
        return FALSE;
    }
    Told = WdfpCancelSending(Sending);
    WdfpReleaseSending(Sending);
    return Told;
}
