/*
 * What a driver says of a request before it sends it, without buffers: its next stack
 * location, its completion routine, its timer. And what it learns afterwards.
 */
#include "wdfp.h"
#include "sending.h"

/* A request with room for another driver's stack location, its old buffers let go; or a
   stop: 0x10D, 6, 1. */
static PWDFP_REQUEST
WdfpRequestToFormat(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle)
{
    PWDFP_REQUEST Request = WdfpRequestToSend(DriverGlobals, Handle);

    if (Request->Irp->CurrentLocation <= 1) {
        WdfpViolation(WdfpGlobals(DriverGlobals), "a request has no stack location left",
                      WDF_REQUEST_FATAL_ERROR,
                      WDF_REQUEST_FATAL_ERROR_NO_MORE_STACK_LOCATIONS, (ULONG_PTR)Handle,
                      (ULONG_PTR)Request->Irp);
    }
    if (Request->Sending != NULL) {
        WdfpUndress(Request->Sending);
        WDF_REQUEST_COMPLETION_PARAMS_INIT(&Request->Sending->Params);
    }
    return Request;
}

/* Sends a request of a queue on as it came. One of the driver's own, which came from nowhere:
   bug check 0x10D, 6. At or below DISPATCH_LEVEL. Source: manual,
   WdfRequestFormatRequestUsingCurrentType. */
VOID NTAPI
ImpWdfRequestFormatRequestUsingCurrentType(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           WDFREQUEST Handle)
{
    PWDFP_REQUEST Request;

    WdfpReceivedRequest(DriverGlobals, Handle);
    Request = WdfpRequestToFormat(DriverGlobals, Handle);
    IoCopyCurrentIrpStackLocationToNext(Request->Irp);
    Request->Formatted = TRUE;
}

/* Copies a stack location that the driver has filled; its completion routine is none of
   WDM's. At or below DISPATCH_LEVEL. Source: manual,
   WdfRequestWdmFormatUsingStackLocation. */
VOID NTAPI
ImpWdfRequestWdmFormatUsingStackLocation(PWDF_DRIVER_GLOBALS DriverGlobals,
                                         WDFREQUEST Handle, PIO_STACK_LOCATION Stack)
{
    PWDFP_REQUEST Request = WdfpRequestToFormat(DriverGlobals, Handle);

    WdfpRequire(WdfpGlobals(DriverGlobals), Stack, "Stack");
    *IoGetNextIrpStackLocation(Request->Irp) = *Stack;
    Request->Formatted = TRUE;
}

/* What is called when the request is back; NULL: nothing. At or below DISPATCH_LEVEL.
   Source: manual, WdfRequestSetCompletionRoutine. */
VOID NTAPI
ImpWdfRequestSetCompletionRoutine(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle,
                                  PFN_WDF_REQUEST_COMPLETION_ROUTINE CompletionRoutine,
                                  WDFCONTEXT CompletionContext)
{
    PWDFP_REQUEST Request = WdfpRequestToSend(DriverGlobals, Handle);

    Request->CompletionRoutine = CompletionRoutine;
    Request->CompletionContext = CompletionContext;
}

/* How a request that was sent has ended. A wrong Size: bug check 0x10D, 3. At or below
   DISPATCH_LEVEL. Source: manual, WdfRequestGetCompletionParams. */
VOID NTAPI
ImpWdfRequestGetCompletionParams(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle,
                                 PWDF_REQUEST_COMPLETION_PARAMS Params)
{
    PWDFP_REQUEST Request = WdfpRequestToSend(DriverGlobals, Handle);

    WdfpRequire(WdfpGlobals(DriverGlobals), Params, "Params");
    if (Params->Size != sizeof(*Params)) {
        WdfpViolation(WdfpGlobals(DriverGlobals),
                      "WDF_REQUEST_COMPLETION_PARAMS has a wrong Size",
                      WDF_VERIFIER_FATAL_ERROR, Params->Size, sizeof(*Params), 0);
    }
    if (Request->Sending != NULL) {
        *Params = Request->Sending->Params;
    } else {
        WDF_REQUEST_COMPLETION_PARAMS_INIT(Params);
    }
}

/* Sees to it that a send with a timeout finds the memory it needs.
   STATUS_INSUFFICIENT_RESOURCES. At or below DISPATCH_LEVEL. Source: manual,
   WdfRequestAllocateTimer. */
NTSTATUS
NTAPI
ImpWdfRequestAllocateTimer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle)
{
    return WdfpNeedSending(WdfpRequestToSend(DriverGlobals, Handle));
}
