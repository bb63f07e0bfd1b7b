/*
 * Cancelling requests that the driver has and has made cancelable. Those that wait in a
 * queue: queuecancel.c.
 *
 * Whoever exchanges the IRP's cancel routine for NULL has the right to end the request; the
 * other side leaves it alone (IRP-11).
 */
#include "wdfp.h"
#include "queue.h"
#include "request.h"

/* The driver's callback completes the request. */
static VOID NTAPI
WdfpCancelPresented(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    WdfpDeliverCancel(WdfpRequestFromIrp(Irp));
}

/* Makes a request cancelable. STATUS_CANCELLED: it is cancelled already, and not made so. */
static NTSTATUS
WdfpMarkCancelable(PWDFP_REQUEST Request, PFN_WDF_REQUEST_CANCEL Callback)
{
    Request->CancelRoutine = Callback;
    IoSetCancelRoutine(Request->Irp, WdfpCancelPresented);
    if (Request->Irp->Cancel && IoSetCancelRoutine(Request->Irp, NULL) != NULL) {
        Request->CancelRoutine = NULL;
        return STATUS_CANCELLED;
    }
    return STATUS_SUCCESS;
}

/* Has EvtRequestCancel called when the request is cancelled. STATUS_CANCELLED: it is
   already; the caller still has it. At or below DISPATCH_LEVEL. Source: manual,
   WdfRequestMarkCancelableEx. */
NTSTATUS
NTAPI
ImpWdfRequestMarkCancelableEx(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle,
                              PFN_WDF_REQUEST_CANCEL EvtRequestCancel)
{
    WdfpRequire(WdfpGlobals(DriverGlobals), EvtRequestCancel, "EvtRequestCancel");
    return WdfpMarkCancelable(WdfpReceivedRequest(DriverGlobals, Handle),
                              EvtRequestCancel);
}

/* The same; for a request that is cancelled already the callback is called at once. Source:
   manual, WdfRequestMarkCancelable. */
VOID NTAPI
ImpWdfRequestMarkCancelable(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle,
                            PFN_WDF_REQUEST_CANCEL EvtRequestCancel)
{
    PWDFP_GLOBALS Globals = WdfpGlobals(DriverGlobals);

    WdfpRequire(Globals, EvtRequestCancel, "EvtRequestCancel");
    if (WdfpMarkCancelable(WdfpReceivedRequest(DriverGlobals, Handle),
                           EvtRequestCancel) == STATUS_CANCELLED) {
        WDFP_CALL_VOID(Globals, EvtRequestCancel, Handle);
    }
}

/* Takes that back. STATUS_CANCELLED: the callback has the request, or will have it. One that
   is not cancelable: STATUS_INVALID_PARAMETER. Source: manual, WdfRequestUnmarkCancelable. */
NTSTATUS
NTAPI
ImpWdfRequestUnmarkCancelable(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle)
{
    PWDFP_REQUEST Request = WdfpReceivedRequest(DriverGlobals, Handle);

    if (Request->CancelRoutine == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    if (IoSetCancelRoutine(Request->Irp, NULL) == NULL) {
        return STATUS_CANCELLED;
    }
    Request->CancelRoutine = NULL;
    return STATUS_SUCCESS;
}

/* Whether it was cancelled. Source: manual, WdfRequestIsCanceled. */
BOOLEAN
NTAPI
ImpWdfRequestIsCanceled(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle)
{
    return WdfpDriversRequest(DriverGlobals, Handle)->Irp->Cancel;
}
