/*
 * WDFREQUEST: from the IRP's arrival to its completion.
 */
#include "wdfp.h"
#include "file.h"
#include "queue.h"
#include "request.h"
#include "reserve.h"
#include "sending.h"

static VOID
WdfpFreeRequestMdls(PWDFP_REQUEST Request)
{
    if (Request->InputMdl != NULL) {
        IoFreeMdl(Request->InputMdl);
        Request->InputMdl = NULL;
    }
    if (Request->OutputMdl != NULL) {
        IoFreeMdl(Request->OutputMdl);
        Request->OutputMdl = NULL;
    }
}

static VOID
WdfpDestroyRequest(PWDFP_OBJECT Object)
{
    WdfpFreeSending((PWDFP_REQUEST)Object);
}

static const WDFP_TYPE WdfpRequestObjectType = {
    WdfpRequestType,    "WDFREQUEST", sizeof(WDFP_REQUEST), WDFP_TYPE_FRAMEWORKS, NULL,
    WdfpDestroyRequest, NULL};

/* What the driver wants in the requests of a device; NULL: nothing. */
static PWDF_OBJECT_ATTRIBUTES
WdfpRequestAttributes(PWDFP_DEVICE Device)
{
    return Device->Init->RequestAttributes.Size == 0 ? NULL
                                                     : &Device->Init->RequestAttributes;
}

VOID
WdfpInitializeRequests(PWDFP_DEVICE Device)
{
    ExInitializeNPagedLookasideList(
        &Device->Requests, NULL, NULL, POOL_NX_ALLOCATION,
        WdfpObjectSize(&WdfpRequestObjectType, WdfpRequestAttributes(Device)),
        Device->Object.Globals->Public.DriverTag, 0);
}

NTSTATUS
WdfpCreateRequest(PWDFP_DEVICE Device, PIRP Irp, PWDFP_REQUEST *Result)
{
    NTSTATUS Status = WdfpCreateObjectFrom(Device->Object.Globals, &WdfpRequestObjectType,
                                           WdfpRequestAttributes(Device), Device, FALSE,
                                           &Device->Requests, (PVOID *)Result);

    if (NT_SUCCESS(Status)) {
        InitializeListHead(&(*Result)->Link);
        WdfpBindRequest(*Result, Device, Irp);
    }
    return Status;
}

NTSTATUS
WdfpCreateReserved(PWDFP_QUEUE Queue, PWDFP_REQUEST *Result)
{
    NTSTATUS Status = WdfpCreateObject(Queue->Object.Globals, &WdfpRequestObjectType,
                                       WdfpRequestAttributes(Queue->Device), Queue, FALSE,
                                       (PVOID *)Result);

    if (NT_SUCCESS(Status)) {
        InitializeListHead(&(*Result)->Link);
        (*Result)->Home = Queue;
    }
    return Status;
}

VOID
WdfpBindRequest(PWDFP_REQUEST Request, PWDFP_DEVICE Device, PIRP Irp)
{
    PFILE_OBJECT FileObject = IoGetCurrentIrpStackLocation(Irp)->FileObject;

    Request->Irp = Irp;
    Request->Device = Device;
    if (FileObject != NULL && !IsListEmpty(&Device->Files)) {
        Request->File = WdfpFindFile(Device, FileObject);
    }
    Irp->Tail.Overlay.DriverContext[0] = Request;
}

/* Deletes the memory objects that were made of the buffers. A request that is deleted takes
   them with it. */
static VOID
WdfpForgetMemory(PWDFP_REQUEST Request)
{
    if (Request->InputMemory != NULL) {
        WdfpDelete(Request->InputMemory);
        Request->InputMemory = NULL;
    }
    if (Request->OutputMemory != NULL) {
        WdfpDelete(Request->OutputMemory);
        Request->OutputMemory = NULL;
    }
}

VOID
WdfpForgetRequest(PWDFP_REQUEST Request)
{
    if (Request->Sending != NULL) {
        WdfpUndress(Request->Sending);
    }
    if (Request->Locked != NULL) {
        WdfpUnlockBuffers(Request);
    }
    WdfpFreeRequestMdls(Request);
    Request->Irp = NULL;
    Request->Presented = FALSE;
    if (Request->Home == NULL) {
        WdfpDelete(Request);
    } else {
        WdfpForgetMemory(Request);
        WdfpKeepReserved(Request);
    }
}

VOID
WdfpFinishRequest(PWDFP_REQUEST Request, NTSTATUS Status, CCHAR Boost)
{
    PIRP Irp = Request->Irp;

    if (Request->Completing != NULL) {
        Request->Completing(Request, Status);
    }
    WdfpForgetRequest(Request);
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, Boost);
}

PWDFP_REQUEST
WdfpDriversRequest(PWDF_DRIVER_GLOBALS Globals, WDFREQUEST Handle)
{
    PWDFP_REQUEST Request = WdfpObject(Globals, Handle, WdfpRequestType);

    if (Request->Irp == NULL) {
        WdfpViolation(WdfpGlobals(Globals), "a request is used after it was completed",
                      WDF_REQUEST_FATAL_ERROR, WDF_REQUEST_FATAL_ERROR_NULL_IRP,
                      (ULONG_PTR)Handle, 0);
    }
    return Request;
}

PWDFP_REQUEST
WdfpReceivedRequest(PWDF_DRIVER_GLOBALS Globals, WDFREQUEST Handle)
{
    PWDFP_REQUEST Request = WdfpDriversRequest(Globals, Handle);

    if (Request->Device == NULL) {
        WdfpViolation(WdfpGlobals(Globals),
                      "a request of the driver's own is used as one it was sent",
                      WDF_REQUEST_FATAL_ERROR, 0, (ULONG_PTR)Handle,
                      (ULONG_PTR)Request->Irp);
    }
    if (Request->Sent) {
        WdfpViolation(WdfpGlobals(Globals), "a request is used while it is sent",
                      WDF_REQUEST_FATAL_ERROR,
                      WDF_REQUEST_FATAL_ERROR_REQUEST_ALREADY_SENT, (ULONG_PTR)Handle,
                      (ULONG_PTR)Request->Irp);
    }
    return Request;
}

/* Completes a request of the driver's, and presents the next of its queue. A request that
   can still be cancelled is a stop: its cancel callback could come after this. */
static VOID
WdfpComplete(PWDF_DRIVER_GLOBALS Globals, WDFREQUEST Handle, NTSTATUS Status, CCHAR Boost)
{
    PWDFP_REQUEST Request = WdfpReceivedRequest(Globals, Handle);
    PWDFP_QUEUE Queue = Request->Queue;
    PWDFP_QUEUE Home = Request->Home;

    WdfpRequireIrql(WdfpGlobals(Globals), DISPATCH_LEVEL, "WdfRequestComplete");
    if (!Request->Presented || Request->Irp->CancelRoutine != NULL) {
        WdfpViolation(WdfpGlobals(Globals),
                      "a request is completed that is cancelable or not the driver's",
                      WDF_REQUEST_FATAL_ERROR, WDF_REQUEST_FATAL_ERROR_NULL_IRP,
                      (ULONG_PTR)Handle, (ULONG_PTR)Request->Irp);
    }
    if (Queue != NULL) {
        WdfpReference(Queue);
        WdfpLeaveQueue(Request);
    }
    if (Home != NULL) {
        WdfpReference(Home);
    }
    WdfpFinishRequest(Request, Status, Boost);
    if (Queue != NULL) {
        WdfpPresent(Queue);
        WdfpDereference(Queue);
    }
    if (Home != NULL) {
        WdfpPresent(Home); /* it may have been forwarded to another */
        WdfpDereference(Home);
    }
}

/* Completes a request. Twice, or one that is not the driver's: bug check 0x10D, 5 when its
   memory is gone, else 6. At or below DISPATCH_LEVEL. Source: manual, WdfRequestComplete. */
VOID NTAPI
ImpWdfRequestComplete(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle,
                      NTSTATUS Status)
{
    WdfpComplete(DriverGlobals, Handle, Status, IO_NO_INCREMENT);
}

/* The same, with a boost for the waiting thread. Source: manual,
   WdfRequestCompleteWithPriorityBoost. */
VOID NTAPI
ImpWdfRequestCompleteWithPriorityBoost(PWDF_DRIVER_GLOBALS DriverGlobals,
                                       WDFREQUEST Handle, NTSTATUS Status,
                                       CCHAR PriorityBoost)
{
    WdfpComplete(DriverGlobals, Handle, Status, PriorityBoost);
}

/* The same, with the number of bytes, or what else the request returns. Source: manual,
   WdfRequestCompleteWithInformation. */
VOID NTAPI
ImpWdfRequestCompleteWithInformation(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle,
                                     NTSTATUS Status, ULONG_PTR Information)
{
    WdfpDriversRequest(DriverGlobals, Handle)->Irp->IoStatus.Information = Information;
    WdfpComplete(DriverGlobals, Handle, Status, IO_NO_INCREMENT);
}
