/*
 * Requests of the driver's own, made to be sent: with an IRP of the framework's, or around
 * one that the driver has.
 */
#include "wdfp.h"
#include "sending.h"
#include "target.h"

/* One that is deleted while it is sent is asked to come back soon; its memory stays. */
static VOID
WdfpDisposeOwnRequest(PWDFP_OBJECT Object)
{
    PWDFP_SENDING Sending = ((PWDFP_REQUEST)Object)->Sending;

    if (Sending != NULL && WdfpReferenceSending(Sending)) {
        WdfpCancelSending(Sending);
        WdfpReleaseSending(Sending);
    }
}

static VOID
WdfpDestroyOwnRequest(PWDFP_OBJECT Object)
{
    PWDFP_REQUEST Request = (PWDFP_REQUEST)Object;

    if (Request->Sending != NULL) {
        WdfpUndress(Request->Sending);
    }
    WdfpFreeSending(Request);
    if (Request->FreesIrp && Request->Irp != NULL) {
        IoFreeIrp(Request->Irp);
    }
}

static const WDFP_TYPE WdfpOwnRequestType = {
    WdfpRequestType,       "WDFREQUEST", sizeof(WDFP_REQUEST), 0, WdfpDisposeOwnRequest,
    WdfpDestroyOwnRequest, NULL};

/* A request without an IRP yet. */
static NTSTATUS
WdfpCreateBareRequest(PWDFP_GLOBALS Globals, PWDF_OBJECT_ATTRIBUTES Attributes,
                      PVOID Parent, PWDFP_REQUEST *Result)
{
    NTSTATUS Status = WdfpCreateObject(Globals, &WdfpOwnRequestType, Attributes, Parent,
                                       TRUE, (PVOID *)Result);

    if (NT_SUCCESS(Status)) {
        InitializeListHead(&(*Result)->Link);
    }
    return Status;
}

NTSTATUS
WdfpCreateOwnRequest(PWDFP_GLOBALS Globals, PWDF_OBJECT_ATTRIBUTES Attributes,
                     PVOID Parent, CCHAR StackSize, PWDFP_REQUEST *Result)
{
    PIRP Irp = IoAllocateIrp(StackSize, FALSE);
    NTSTATUS Status;

    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = WdfpCreateBareRequest(Globals, Attributes, Parent, Result);
    if (!NT_SUCCESS(Status)) {
        IoFreeIrp(Irp);
        return Status;
    }
    (*Result)->Irp = Irp;
    (*Result)->FreesIrp = TRUE;
    (*Result)->OwnIrp = TRUE;
    return STATUS_SUCCESS;
}

NTSTATUS
WdfpFitTarget(PWDFP_REQUEST Request, PWDFP_TARGET Target)
{
    PDEVICE_OBJECT DeviceObject = Target->DeviceObject;
    PIRP Irp;

    if (DeviceObject == NULL) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    if (Request->Irp->CurrentLocation > DeviceObject->StackSize) {
        return STATUS_SUCCESS;
    }
    if (!Request->OwnIrp) {
        return STATUS_REQUEST_NOT_ACCEPTED;
    }
    Irp = IoAllocateIrp(DeviceObject->StackSize, FALSE);
    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (Request->Sending != NULL) {
        WdfpUndress(Request->Sending);
    }
    IoFreeIrp(Request->Irp);
    Request->Irp = Irp;
    Request->Formatted = FALSE;
    return STATUS_SUCCESS;
}

/*
 * Creates a request for a target, or for one that is chosen later (NULL). Its parent is the
 * driver unless the attributes name one. STATUS_INFO_LENGTH_MISMATCH,
 * STATUS_INVALID_PARAMETER (attributes); STATUS_INVALID_DEVICE_STATE (the target is not
 * open); STATUS_INSUFFICIENT_RESOURCES. At or below DISPATCH_LEVEL. Source: manual,
 * WdfRequestCreate.
 */
NTSTATUS
NTAPI
ImpWdfRequestCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PWDF_OBJECT_ATTRIBUTES Attributes,
                    WDFIOTARGET TargetHandle, WDFREQUEST *Handle)
{
    PWDFP_GLOBALS Globals = WdfpGlobals(DriverGlobals);
    PVOID Driver = WdfpObject(DriverGlobals, DriverGlobals->Driver, WdfpDriverType);
    CCHAR StackSize = 1;
    PWDFP_REQUEST Request;
    NTSTATUS Status;

    WdfpRequire(Globals, Handle, "Request");
    if (TargetHandle != NULL) {
        PDEVICE_OBJECT DeviceObject =
            WdfpTargetFromHandle(DriverGlobals, TargetHandle)->DeviceObject;

        if (DeviceObject == NULL) {
            return STATUS_INVALID_DEVICE_STATE;
        }
        StackSize = DeviceObject->StackSize;
    }
    Status = WdfpCreateOwnRequest(Globals, Attributes, Driver, StackSize, &Request);
    if (NT_SUCCESS(Status)) {
        *Handle = WdfpHandle(Request);
    }
    return Status;
}

/* The same around an IRP that the driver allocated. RequestFreesIrp: the IRP is freed with
   the request. Source: manual, WdfRequestCreateFromIrp. */
NTSTATUS
NTAPI
ImpWdfRequestCreateFromIrp(PWDF_DRIVER_GLOBALS DriverGlobals,
                           PWDF_OBJECT_ATTRIBUTES Attributes, PIRP Irp,
                           BOOLEAN RequestFreesIrp, WDFREQUEST *Handle)
{
    PWDFP_GLOBALS Globals = WdfpGlobals(DriverGlobals);
    PVOID Driver = WdfpObject(DriverGlobals, DriverGlobals->Driver, WdfpDriverType);
    PWDFP_REQUEST Request;
    NTSTATUS Status;

    WdfpRequire(Globals, Irp, "Irp");
    WdfpRequire(Globals, Handle, "Request");
    Status = WdfpCreateBareRequest(Globals, Attributes, Driver, &Request);
    if (NT_SUCCESS(Status)) {
        Request->Irp = Irp;
        Request->FreesIrp = RequestFreesIrp;
        *Handle = WdfpHandle(Request);
    }
    return Status;
}

/* Whether parameters are right for a request. */
static NTSTATUS
WdfpCheckReuse(PWDFP_REQUEST Request, const WDF_REQUEST_REUSE_PARAMS *Params)
{
    BOOLEAN New = (Params->Flags & WDF_REQUEST_REUSE_SET_NEW_IRP) != 0;

    if (Params->Size != sizeof(*Params)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if ((Params->Flags & ~(ULONG)WDF_REQUEST_REUSE_SET_NEW_IRP) != 0 ||
        (New && Params->NewIrp == NULL)) {
        return STATUS_INVALID_PARAMETER;
    }
    /* An IRP that came from above is completed, and one of the framework's is its own. */
    if (Request->Device != NULL || (New && Request->OwnIrp)) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    return STATUS_SUCCESS;
}

/*
 * Makes a request of the driver's own as new, with Status, so that it can be formatted and
 * sent once more; one of WdfRequestCreateFromIrp can get another IRP.
 * STATUS_INFO_LENGTH_MISMATCH; STATUS_INVALID_PARAMETER; STATUS_INVALID_DEVICE_REQUEST (one
 * of a queue, or a new IRP for one that has the framework's). While it is sent: bug check
 * 0x10D, 6. At or below DISPATCH_LEVEL. Source: manual, WdfRequestReuse.
 */
NTSTATUS
NTAPI
ImpWdfRequestReuse(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle,
                   PWDF_REQUEST_REUSE_PARAMS Params)
{
    PWDFP_REQUEST Request = WdfpRequestToSend(DriverGlobals, Handle);
    NTSTATUS Status;

    WdfpRequire(WdfpGlobals(DriverGlobals), Params, "ReuseParams");
    Status = WdfpCheckReuse(Request, Params);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Request->Sending != NULL) {
        WdfpUndress(Request->Sending);
    }
    if ((Params->Flags & WDF_REQUEST_REUSE_SET_NEW_IRP) != 0) {
        if (Request->FreesIrp && Request->Irp != Params->NewIrp) {
            IoFreeIrp(Request->Irp);
        }
        Request->Irp = Params->NewIrp;
    } else if (Request->OwnIrp) {
        IoReuseIrp(Request->Irp, Params->Status);
    }
    Request->Irp->IoStatus.Status = Params->Status;
    Request->CompletionRoutine = NULL;
    Request->CompletionContext = NULL;
    Request->Formatted = FALSE;
    return STATUS_SUCCESS;
}

/* Whether a request can be sent to a target; one of WdfRequestCreate gets room for it.
   STATUS_REQUEST_NOT_ACCEPTED: it has no room for the target's stack;
   STATUS_INSUFFICIENT_RESOURCES; STATUS_INVALID_DEVICE_STATE: the target is not open. At or
   below DISPATCH_LEVEL. Source: manual, WdfRequestChangeTarget. */
NTSTATUS
NTAPI
ImpWdfRequestChangeTarget(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle,
                          WDFIOTARGET TargetHandle)
{
    return WdfpFitTarget(WdfpRequestToSend(DriverGlobals, Handle),
                         WdfpTargetFromHandle(DriverGlobals, TargetHandle));
}
