/*
 * Requests that the driver gives to a queue: another one, the one it fetched it from, or the
 * first one, after it has looked at the request in its sender's context.
 */
#include "wdfp.h"
#include "pdo.h"
#include "queue.h"
#include "request.h"

/* A request on its way between queues has to be the driver's, and not cancelable: else its
   cancel callback could come at any time. */
static PWDFP_REQUEST
WdfpRequestToMove(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle)
{
    PWDFP_REQUEST Request = WdfpReceivedRequest(DriverGlobals, Handle);

    if (!Request->Presented || Request->Irp->CancelRoutine != NULL) {
        WdfpViolation(WdfpGlobals(DriverGlobals),
                      "a request is forwarded that is cancelable or not the driver's",
                      WDF_REQUEST_FATAL_ERROR, 0, (ULONG_PTR)Handle,
                      (ULONG_PTR)Request->Irp);
    }
    return Request;
}

/* Moves a request to a queue. While it is on no list it still counts for the one it comes
   from, whose drain or stop must not end when the target refuses the request. */
static NTSTATUS
WdfpMove(PWDFP_REQUEST Request, PWDFP_QUEUE Target, BOOLEAN AtHead)
{
    PWDFP_QUEUE Source = Request->Queue;
    NTSTATUS Status = STATUS_SUCCESS;

    if (Source == NULL) {
        Status =
            WdfpInsertRequest(Target, Request, AtHead) ? STATUS_SUCCESS : STATUS_WDF_BUSY;
        if (NT_SUCCESS(Status)) {
            WdfpPresent(Target);
        }
        return Status;
    }
    WdfpReference(Source);
    WdfpSetAside(Request);
    if (WdfpInsertRequest(Target, Request, AtHead)) {
        WdfpCountLeft(Source); /* the request may be gone already */
        WdfpPresent(Target);
        WdfpPresent(Source);
    } else {
        WdfpTakeBack(Source, Request);
        Status = STATUS_WDF_BUSY;
    }
    WdfpDereference(Source);
    return Status;
}

/*
 * Gives a request of the driver's to another queue of its device. STATUS_WDF_BUSY: that
 * accepts none, the driver keeps the request; STATUS_INVALID_DEVICE_REQUEST: the queue it is
 * of already, or another device's. One that is cancelable or not the driver's: bug check
 * 0x10D, 6. At or below DISPATCH_LEVEL. Source: manual, WdfRequestForwardToIoQueue.
 */
NTSTATUS
NTAPI
ImpWdfRequestForwardToIoQueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle,
                              WDFQUEUE DestinationQueue)
{
    PWDFP_REQUEST Request = WdfpRequestToMove(DriverGlobals, Handle);
    PWDFP_QUEUE Target = WdfpQueueFromHandle(DriverGlobals, DestinationQueue);

    if (Target == Request->Queue ||
        Target->Device !=
            (Request->Queue == NULL ? Request->Device : Request->Queue->Device)) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    return WdfpMove(Request, Target, FALSE);
}

static VOID
WdfpForwardedEnds(PWDFP_REQUEST Request, NTSTATUS Status)
{
    UNREFERENCED_PARAMETER(Status);
    InterlockedDecrement(&Request->Device->Forwarded);
}

VOID
WdfpAwaitForwarded(PWDFP_DEVICE Device)
{
    LARGE_INTEGER Nap = {.QuadPart = WDF_REL_TIMEOUT_IN_MS(1)};

    while (Device->Forwarded != 0) {
        KeDelayExecutionThread(KernelMode, FALSE, &Nap);
    }
}

/*
 * Gives a request of a child's to a queue of the parent device, which completes it; the
 * child's removal waits for that. STATUS_INFO_LENGTH_MISMATCH; STATUS_INVALID_PARAMETER (the
 * only flag, send and forget, is missing); STATUS_INVALID_DEVICE_REQUEST (no child's, or one
 * of a child that was made without WdfPdoInitAllowForwardingRequestToParent; another
 * device's queue; a create); STATUS_WDF_BUSY, and the driver keeps the request. At or below
 * DISPATCH_LEVEL. Source: manual, WdfRequestForwardToParentDeviceIoQueue.
 */
NTSTATUS
NTAPI
ImpWdfRequestForwardToParentDeviceIoQueue(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          WDFREQUEST Handle, WDFQUEUE ParentDeviceQueue,
                                          PWDF_REQUEST_FORWARD_OPTIONS Options)
{
    PWDFP_REQUEST Request = WdfpRequestToMove(DriverGlobals, Handle);
    PWDFP_QUEUE Target = WdfpQueueFromHandle(DriverGlobals, ParentDeviceQueue);
    PWDFP_DEVICE Device = Request->Device;
    PWDFP_PDO_INIT Pdo = Device->Init->Pdo;
    NTSTATUS Status;

    WdfpRequire(WdfpGlobals(DriverGlobals), Options, "ForwardOptions");
    if (Options->Size != sizeof(*Options)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (Options->Flags != WDF_REQUEST_FORWARD_OPTION_SEND_AND_FORGET) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Pdo == NULL || !Pdo->Forwards || Target->Device != Pdo->Parent ||
        Request->Completing != NULL) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    InterlockedIncrement(&Device->Forwarded);
    Request->Completing = WdfpForwardedEnds;
    Status = WdfpMove(Request, Target, FALSE);
    if (!NT_SUCCESS(Status)) {
        Request->Completing = NULL;
        InterlockedDecrement(&Device->Forwarded);
    }
    return Status;
}

/* Puts a request back at the head of the manual queue it was fetched from.
   STATUS_INVALID_DEVICE_REQUEST: not of a manual queue; STATUS_WDF_BUSY: that accepts none
   now. Else as above. Source: manual, WdfRequestRequeue. */
NTSTATUS
NTAPI
ImpWdfRequestRequeue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle)
{
    PWDFP_REQUEST Request = WdfpRequestToMove(DriverGlobals, Handle);
    PWDFP_QUEUE Queue = Request->Queue;

    if (Queue == NULL || Queue->Config.DispatchType != WdfIoQueueDispatchManual) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    return WdfpMove(Request, Queue, TRUE);
}

/* Sends a request that EvtIoInCallerContext has seen on to the queue of its kind.
   STATUS_WDF_BUSY: that accepts none; STATUS_INVALID_DEVICE_REQUEST: none takes the kind, or
   the request has been in a queue. The driver completes it then. At or below DISPATCH_LEVEL.
   Source: manual, WdfDeviceEnqueueRequest. */
NTSTATUS
NTAPI
ImpWdfDeviceEnqueueRequest(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE DeviceHandle,
                           WDFREQUEST Handle)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, DeviceHandle);
    PWDFP_REQUEST Request = WdfpRequestToMove(DriverGlobals, Handle);
    PWDFP_QUEUE Queue = Request->Destined;

    if (Queue == NULL || Request->Queue != NULL || Request->Device != Device) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    return WdfpMove(Request, Queue, FALSE);
}
