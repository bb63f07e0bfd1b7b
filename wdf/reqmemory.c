/*
 * The buffers of a request as memory objects and as MDLs. Both are made when they are asked
 * for first, and go with the request.
 */
#include "wdfp.h"
#include "memory.h"
#include "request.h"

/* The one side's memory object, made once. */
static NTSTATUS
WdfpRequestMemory(PWDFP_REQUEST Request, NTSTATUS Status, const WDFP_BUFFER *Found,
                  PVOID *Place, WDFMEMORY *Result)
{
    PWDFP_MEMORY Memory;

    WdfpRequire(Request->Object.Globals, Result, "Memory");
    *Result = NULL;
    if (NT_SUCCESS(Status) && Found->Length == 0) {
        Status = STATUS_BUFFER_TOO_SMALL;
    }
    if (NT_SUCCESS(Status) && Found->Address == NULL) {
        Status = STATUS_INSUFFICIENT_RESOURCES;
    }
    if (NT_SUCCESS(Status) && *Place == NULL) {
        Status = WdfpCreateMemory(Request->Object.Globals, NULL, Request, Found->Address,
                                  Found->Length, &Memory);
        *Place = NT_SUCCESS(Status) ? Memory : NULL;
    }
    if (NT_SUCCESS(Status)) {
        *Result = WdfpHandle(*Place);
    }
    return Status;
}

/* The sender's data as a memory object, which goes with the request. Returns what
   WdfRequestRetrieveInputBuffer does. At or below DISPATCH_LEVEL. Source: manual,
   WdfRequestRetrieveInputMemory. */
NTSTATUS
NTAPI
ImpWdfRequestRetrieveInputMemory(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle,
                                 WDFMEMORY *Memory)
{
    PWDFP_REQUEST Request = WdfpReceivedRequest(DriverGlobals, Handle);
    WDFP_BUFFER Found = {NULL, 0};
    NTSTATUS Status = WdfpInputBuffer(Request, &Found);

    return WdfpRequestMemory(Request, Status, &Found, &Request->InputMemory, Memory);
}

/* Where the answer goes, as a memory object. Source: manual,
   WdfRequestRetrieveOutputMemory. */
NTSTATUS
NTAPI
ImpWdfRequestRetrieveOutputMemory(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle,
                                  WDFMEMORY *Memory)
{
    PWDFP_REQUEST Request = WdfpReceivedRequest(DriverGlobals, Handle);
    WDFP_BUFFER Found = {NULL, 0};
    NTSTATUS Status = WdfpOutputBuffer(Request, &Found);

    return WdfpRequestMemory(Request, Status, &Found, &Request->OutputMemory, Memory);
}

/* The IRP's own MDL where it has one, else one of the system buffer, made once. Addresses
   that nobody has checked have none: STATUS_INVALID_DEVICE_REQUEST. */
static NTSTATUS
WdfpRequestMdl(PWDFP_REQUEST Request, NTSTATUS Status, const WDFP_BUFFER *Found,
               PMDL *Place, PMDL *Result)
{
    PIRP Irp = Request->Irp;

    WdfpRequire(Request->Object.Globals, Result, "Mdl");
    *Result = NULL;
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Found->Length == 0) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    if (Found->Address != NULL && Found->Address == Irp->AssociatedIrp.SystemBuffer) {
        if (*Place == NULL) {
            *Place =
                IoAllocateMdl(Found->Address, (ULONG)Found->Length, FALSE, FALSE, NULL);
            if (*Place == NULL) {
                return STATUS_INSUFFICIENT_RESOURCES;
            }
            MmBuildMdlForNonPagedPool(*Place);
        }
        *Result = *Place;
        return STATUS_SUCCESS;
    }
    *Result = Irp->MdlAddress;
    return *Result == NULL ? STATUS_INVALID_DEVICE_REQUEST : STATUS_SUCCESS;
}

/* The pages of the sender's data. STATUS_INVALID_DEVICE_REQUEST: a kind without any, or a
   method that only gives an address; STATUS_BUFFER_TOO_SMALL: empty;
   STATUS_INSUFFICIENT_RESOURCES. The MDL goes with the request. At or below DISPATCH_LEVEL.
   Source: manual, WdfRequestRetrieveInputWdmMdl. */
NTSTATUS
NTAPI
ImpWdfRequestRetrieveInputWdmMdl(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle,
                                 PMDL *Mdl)
{
    PWDFP_REQUEST Request = WdfpReceivedRequest(DriverGlobals, Handle);
    WDFP_BUFFER Found = {NULL, 0};
    NTSTATUS Status = WdfpInputBuffer(Request, &Found);

    return WdfpRequestMdl(Request, Status, &Found, &Request->InputMdl, Mdl);
}

/* The pages where the answer goes. Source: manual, WdfRequestRetrieveOutputWdmMdl. */
NTSTATUS
NTAPI
ImpWdfRequestRetrieveOutputWdmMdl(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle,
                                  PMDL *Mdl)
{
    PWDFP_REQUEST Request = WdfpReceivedRequest(DriverGlobals, Handle);
    WDFP_BUFFER Found = {NULL, 0};
    NTSTATUS Status = WdfpOutputBuffer(Request, &Found);

    return WdfpRequestMdl(Request, Status, &Found, &Request->OutputMdl, Mdl);
}

/* An address that the sender gave and nobody has checked: of METHOD_NEITHER, or of a read
   or write of a device that takes neither buffers nor pages. */
static NTSTATUS
WdfpUnsafeBuffer(PWDFP_REQUEST Request, NTSTATUS Status, const WDFP_BUFFER *Found,
                 SIZE_T Minimum, PVOID *Buffer, SIZE_T *Length)
{
    WdfpRequire(Request->Object.Globals, Buffer, "Buffer");
    *Buffer = NULL;
    if (NT_SUCCESS(Status) && !WdfpIsNeither(Request)) {
        Status = STATUS_INVALID_DEVICE_REQUEST;
    }
    if (NT_SUCCESS(Status) && Found->Length < max(Minimum, 1)) {
        Status = STATUS_BUFFER_TOO_SMALL;
    }
    if (NT_SUCCESS(Status)) {
        *Buffer = Found->Address;
    }
    if (Length != NULL) {
        *Length = NT_SUCCESS(Status) ? Found->Length : 0;
    }
    return Status;
}

/* The sender's address of its data, unchecked; for EvtIoInCallerContext. PASSIVE_LEVEL.
   STATUS_INVALID_DEVICE_REQUEST: the request has a buffer that is checked;
   STATUS_BUFFER_TOO_SMALL. Source: manual, WdfRequestRetrieveUnsafeUserInputBuffer. */
NTSTATUS
NTAPI
ImpWdfRequestRetrieveUnsafeUserInputBuffer(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           WDFREQUEST Handle, SIZE_T Minimum,
                                           PVOID *Buffer, SIZE_T *Length)
{
    PWDFP_REQUEST Request = WdfpReceivedRequest(DriverGlobals, Handle);
    WDFP_BUFFER Found = {NULL, 0};
    NTSTATUS Status = WdfpInputBuffer(Request, &Found);

    return WdfpUnsafeBuffer(Request, Status, &Found, Minimum, Buffer, Length);
}

/* The same, of where the answer goes. Source: manual,
   WdfRequestRetrieveUnsafeUserOutputBuffer. */
NTSTATUS
NTAPI
ImpWdfRequestRetrieveUnsafeUserOutputBuffer(PWDF_DRIVER_GLOBALS DriverGlobals,
                                            WDFREQUEST Handle, SIZE_T Minimum,
                                            PVOID *Buffer, SIZE_T *Length)
{
    PWDFP_REQUEST Request = WdfpReceivedRequest(DriverGlobals, Handle);
    WDFP_BUFFER Found = {NULL, 0};
    NTSTATUS Status = WdfpOutputBuffer(Request, &Found);

    return WdfpUnsafeBuffer(Request, Status, &Found, Minimum, Buffer, Length);
}
