/*
 * Requests of a queue that the driver gives to the drivers below for good: for the driver a
 * request ends here, and the next of its queue is presented.
 */
#include "wdfp.h"
#include "queue.h"
#include "target.h"

/* One that was not formatted goes as it came. */
NTSTATUS
WdfpSendAndForget(PWDFP_REQUEST Request, PWDFP_TARGET Target,
                  const WDFP_SEND_OPTIONS *Options)
{
    BOOLEAN Ignores = (Options->Flags & WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE) != 0;
    PDEVICE_OBJECT DeviceObject = Target->DeviceObject;
    BOOLEAN Formatted = Request->Formatted;
    PWDFP_QUEUE Queue = Request->Queue;
    PIRP Irp = Request->Irp;

    if (Request->Device == NULL || Request->CompletionRoutine != NULL ||
        (Request->Sending != NULL && Request->Sending->Dressed)) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    if (DeviceObject == NULL || (Target->State != WdfIoTargetStarted && !Ignores)) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    if (Irp->CurrentLocation <= DeviceObject->StackSize) {
        return STATUS_REQUEST_NOT_ACCEPTED;
    }
    if (Queue != NULL) {
        WdfpReference(Queue);
        WdfpLeaveQueue(Request);
    }
    WdfpForgetRequest(Request);
    if (Formatted) {
        IoSetCompletionRoutine(Irp, NULL, NULL, FALSE, FALSE, FALSE);
    } else {
        IoSkipCurrentIrpStackLocation(Irp);
    }
    IoCallDriver(DeviceObject, Irp);
    if (Queue != NULL) {
        WdfpPresent(Queue);
        WdfpDereference(Queue);
    }
    return STATUS_SUCCESS;
}
