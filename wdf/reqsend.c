/*
 * Sending a request to a target. Its way back: reqback.c.
 */
#include "wdfp.h"
#include "target.h"

#define WDFP_SEND_FLAGS                                                                  \
    (WDF_REQUEST_SEND_OPTION_TIMEOUT | WDF_REQUEST_SEND_OPTION_SYNCHRONOUS |             \
     WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE |                                       \
     WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET)

PWDFP_REQUEST
WdfpRequestToSend(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle)
{
    PWDFP_REQUEST Request = WdfpDriversRequest(DriverGlobals, Handle);

    if (Request->Sent) {
        WdfpViolation(WdfpGlobals(DriverGlobals), "a request is used while it is sent",
                      WDF_REQUEST_FATAL_ERROR,
                      WDF_REQUEST_FATAL_ERROR_REQUEST_ALREADY_SENT, (ULONG_PTR)Handle,
                      (ULONG_PTR)Request->Irp);
    }
    if (Request->Device != NULL &&
        (!Request->Presented || Request->Irp->CancelRoutine != NULL)) {
        WdfpViolation(WdfpGlobals(DriverGlobals),
                      "a request is sent that is cancelable or not the driver's",
                      WDF_REQUEST_FATAL_ERROR, 0, (ULONG_PTR)Handle,
                      (ULONG_PTR)Request->Irp);
    }
    return Request;
}

NTSTATUS
WdfpCheckSendOptions(const WDF_REQUEST_SEND_OPTIONS *Options, PWDFP_SEND_OPTIONS Result)
{
    Result->Flags = 0;
    Result->Timeout = 0;
    if (Options == NULL) {
        return STATUS_SUCCESS;
    }
    if (Options->Size != sizeof(*Options)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    /* Nobody hears of the end of a request that is forgotten. */
    if ((Options->Flags & ~WDFP_SEND_FLAGS) != 0 ||
        ((Options->Flags & WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET) != 0 &&
         (Options->Flags & (WDF_REQUEST_SEND_OPTION_TIMEOUT |
                            WDF_REQUEST_SEND_OPTION_SYNCHRONOUS)) != 0)) {
        return STATUS_INVALID_PARAMETER;
    }
    Result->Flags = Options->Flags;
    Result->Timeout = Options->Timeout;
    return STATUS_SUCCESS;
}

/* Makes all ready for one way to the target and back. */
static VOID
WdfpPrepareSending(PWDFP_SENDING Sending, PWDFP_TARGET Target,
                   const WDFP_SEND_OPTIONS *Options)
{
    Sending->Target = Target;
    Sending->Share = (Options->Flags & WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE) != 0
                         ? WdfpIgnoring
                         : WdfpObeying;
    Sending->Counted = FALSE;
    Sending->Cancelled = FALSE;
    Sending->Waits = FALSE;
    Sending->Synchronous = (Options->Flags & WDF_REQUEST_SEND_OPTION_SYNCHRONOUS) != 0;
    Sending->Timed = (Options->Flags & WDF_REQUEST_SEND_OPTION_TIMEOUT) != 0;
    Sending->TimedOut = FALSE;
    Sending->DueTime.QuadPart = Options->Timeout;
    KeInitializeEvent(&Sending->Done, NotificationEvent, FALSE);
    if (Sending->Timed) {
        KeInitializeTimer(&Sending->Timer);
        KeInitializeDpc(&Sending->TimerDpc, WdfpSendTimesOut, Sending);
    }
    Sending->References = Sending->Timed ? 2 : 1;
    IoSetCompletionRoutine(Sending->Request->Irp, WdfpSentCompletes, Sending, TRUE, TRUE,
                           TRUE);
}

VOID
WdfpPassOn(PWDFP_SENDING Sending)
{
    IoCallDriver(Sending->Target->DeviceObject, Sending->Request->Irp);
}

/* A request that has reached the device is always somebody's who wants it completed: nobody
   would do that if its end went unheard. */
static VOID
WdfpRequireListener(PWDFP_REQUEST Request, const WDFP_SEND_OPTIONS *Options)
{
    if (Request->Device != NULL && Request->CompletionRoutine == NULL &&
        (Options->Flags & WDF_REQUEST_SEND_OPTION_SYNCHRONOUS) == 0) {
        WdfpViolation(Request->Object.Globals,
                      "a request of a queue is sent without a completion routine",
                      WDF_VERIFIER_FATAL_ERROR, (ULONG_PTR)WdfpHandle(Request),
                      (ULONG_PTR)Request->Irp, 0);
    }
}

/* The caller keeps a reference on Request while it waits. */
NTSTATUS
WdfpSend(PWDFP_REQUEST Request, PWDFP_TARGET Target, const WDFP_SEND_OPTIONS *Options)
{
    NTSTATUS Status =
        Request->Formatted ? WdfpNeedSending(Request) : STATUS_WDF_REQUEST_INVALID_STATE;
    PWDFP_SENDING Sending = Request->Sending;
    BOOLEAN Waits;

    if (NT_SUCCESS(Status) && Target->DeviceObject == NULL) {
        Status = STATUS_INVALID_DEVICE_STATE;
    }
    if (NT_SUCCESS(Status) &&
        Request->Irp->CurrentLocation <= Target->DeviceObject->StackSize) {
        Status = STATUS_REQUEST_NOT_ACCEPTED;
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Sending = Request->Sending;
    WdfpRequireListener(Request, Options);
    WdfpPrepareSending(Sending, Target, Options);
    WdfpReference(Request);
    WdfpReference(Target);
    Request->Sent = TRUE;
    Status = WdfpEnterTarget(Target, Sending, &Waits);
    if (!NT_SUCCESS(Status)) {
        Sending->References = 0;
        Request->Sent = FALSE;
        WdfpDereference(Target);
        WdfpDereference(Request);
        return Status;
    }
    if (!Waits) {
        WdfpPassOn(Sending);
    }
    if ((Options->Flags & WDF_REQUEST_SEND_OPTION_SYNCHRONOUS) != 0) {
        KeWaitForSingleObject(&Sending->Done, Executive, KernelMode, FALSE, NULL);
    }
    return STATUS_SUCCESS;
}

/*
 * Sends a request that was formatted. FALSE: it was not sent, the driver has it, and
 * WdfRequestGetStatus says why: STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_PARAMETER
 * (options), STATUS_WDF_REQUEST_INVALID_STATE (not formatted), STATUS_INVALID_DEVICE_STATE
 * (the target is closed or purged), STATUS_INVALID_DEVICE_REQUEST (not one to forget),
 * STATUS_REQUEST_NOT_ACCEPTED (it has no room for the target's stack), STATUS_CANCELLED,
 * STATUS_INSUFFICIENT_RESOURCES. A stopped target sends it when it starts. When it comes back
 * its completion routine is called; a synchronous send waits instead, and WdfRequestGetStatus
 * has what became of it: STATUS_IO_TIMEOUT when the time is over. A request that is sent
 * already: bug check 0x10D, 6; one of a queue that nobody would complete: 0x10D, 3. At or
 * below DISPATCH_LEVEL, PASSIVE_LEVEL if synchronous. Source: manual, WdfRequestSend.
 */
BOOLEAN
NTAPI
ImpWdfRequestSend(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle,
                  WDFIOTARGET TargetHandle, PWDF_REQUEST_SEND_OPTIONS SendOptions)
{
    PWDFP_REQUEST Request = WdfpRequestToSend(DriverGlobals, Handle);
    PWDFP_TARGET Target = WdfpTargetFromHandle(DriverGlobals, TargetHandle);
    WDFP_SEND_OPTIONS Options;
    NTSTATUS Status = WdfpCheckSendOptions(SendOptions, &Options);

    WdfpRequireIrql(WdfpGlobals(DriverGlobals),
                    (Options.Flags & WDF_REQUEST_SEND_OPTION_SYNCHRONOUS) != 0
                        ? PASSIVE_LEVEL
                        : DISPATCH_LEVEL,
                    "WdfRequestSend");
    WdfpReference(Request);
    if (NT_SUCCESS(Status)) {
        Status = (Options.Flags & WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET) != 0
                     ? WdfpSendAndForget(Request, Target, &Options)
                     : WdfpSend(Request, Target, &Options);
    }
    if (!NT_SUCCESS(Status)) {
        Request->Irp->IoStatus.Status = Status;
    }
    WdfpDereference(Request);
    return NT_SUCCESS(Status);
}
