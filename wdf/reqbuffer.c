/*
 * The parameters and buffers of a request, as its kind and its control code's method say.
 */
#include "wdfp.h"
#include "request.h"

#define WDFP_METHOD(Code) ((Code)&3)

/* The pages an MDL describes; NULL when they cannot be mapped. */
static PVOID
WdfpMapMdl(PMDL Mdl)
{
    return Mdl == NULL ? NULL
                       : MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority |
                                                               MdlMappingNoExecute);
}

/* The data of a read or write. Neither: the address as it came, for the driver to check. */
static PVOID
WdfpTransferBuffer(PWDFP_REQUEST Request)
{
    switch (Request->Device->Init->ReadWriteIoType) {
    case WdfDeviceIoBuffered:
        return Request->Irp->AssociatedIrp.SystemBuffer;
    case WdfDeviceIoDirect:
        return WdfpMapMdl(Request->Irp->MdlAddress);
    default:
        return Request->Irp->UserBuffer;
    }
}

NTSTATUS
WdfpInputBuffer(PWDFP_REQUEST Request, PWDFP_BUFFER Buffer)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Request->Irp);

    switch (Stack->MajorFunction) {
    case IRP_MJ_WRITE:
        Buffer->Length = Stack->Parameters.Write.Length;
        Buffer->Address = WdfpTransferBuffer(Request);
        return STATUS_SUCCESS;
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_INTERNAL_DEVICE_CONTROL:
        Buffer->Length = Stack->Parameters.DeviceIoControl.InputBufferLength;
        Buffer->Address =
            WDFP_METHOD(Stack->Parameters.DeviceIoControl.IoControlCode) == METHOD_NEITHER
                ? Stack->Parameters.DeviceIoControl.Type3InputBuffer
                : Request->Irp->AssociatedIrp.SystemBuffer;
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

NTSTATUS
WdfpOutputBuffer(PWDFP_REQUEST Request, PWDFP_BUFFER Buffer)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Request->Irp);

    switch (Stack->MajorFunction) {
    case IRP_MJ_READ:
        Buffer->Length = Stack->Parameters.Read.Length;
        Buffer->Address = WdfpTransferBuffer(Request);
        return STATUS_SUCCESS;
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_INTERNAL_DEVICE_CONTROL:
        break;
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    Buffer->Length = Stack->Parameters.DeviceIoControl.OutputBufferLength;
    switch (WDFP_METHOD(Stack->Parameters.DeviceIoControl.IoControlCode)) {
    case METHOD_BUFFERED:
        Buffer->Address = Request->Irp->AssociatedIrp.SystemBuffer;
        break;
    case METHOD_NEITHER:
        Buffer->Address = Request->Irp->UserBuffer;
        break;
    default:
        Buffer->Address = WdfpMapMdl(Request->Irp->MdlAddress);
    }
    return STATUS_SUCCESS;
}

BOOLEAN
WdfpIsNeither(PWDFP_REQUEST Request)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Request->Irp);

    if (Stack->MajorFunction == IRP_MJ_READ || Stack->MajorFunction == IRP_MJ_WRITE) {
        return Request->Device->Init->ReadWriteIoType == WdfDeviceIoNeither;
    }
    return WDFP_METHOD(Stack->Parameters.DeviceIoControl.IoControlCode) == METHOD_NEITHER;
}

/* Checks a buffer against what the driver needs at least. */
static NTSTATUS
WdfpReturnBuffer(NTSTATUS Status, const WDFP_BUFFER *Found, SIZE_T Minimum, PVOID *Buffer,
                 SIZE_T *Length)
{
    *Buffer = NULL;
    if (Length != NULL) {
        *Length = 0;
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Found->Length < max(Minimum, 1)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    if (Found->Address == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    *Buffer = Found->Address;
    if (Length != NULL) {
        *Length = Found->Length;
    }
    return STATUS_SUCCESS;
}

/* The sender's data. STATUS_BUFFER_TOO_SMALL: less than Minimum, or none;
   STATUS_INVALID_DEVICE_REQUEST: this kind of request has none;
   STATUS_INSUFFICIENT_RESOURCES. At or below DISPATCH_LEVEL. Source: manual,
   WdfRequestRetrieveInputBuffer. */
NTSTATUS
NTAPI
ImpWdfRequestRetrieveInputBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle,
                                 SIZE_T Minimum, PVOID *Buffer, SIZE_T *Length)
{
    WDFP_BUFFER Found = {NULL, 0};
    NTSTATUS Status = WdfpInputBuffer(WdfpReceivedRequest(DriverGlobals, Handle), &Found);

    return WdfpReturnBuffer(Status, &Found, Minimum, Buffer, Length);
}

/* Where the answer goes; else as above. Source: manual, WdfRequestRetrieveOutputBuffer. */
NTSTATUS
NTAPI
ImpWdfRequestRetrieveOutputBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle,
                                  SIZE_T Minimum, PVOID *Buffer, SIZE_T *Length)
{
    WDFP_BUFFER Found = {NULL, 0};
    NTSTATUS Status =
        WdfpOutputBuffer(WdfpReceivedRequest(DriverGlobals, Handle), &Found);

    return WdfpReturnBuffer(Status, &Found, Minimum, Buffer, Length);
}

VOID
WdfpFillParameters(PWDFP_REQUEST Request, PWDF_REQUEST_PARAMETERS Parameters)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Request->Irp);

    if (Parameters->Size != sizeof(*Parameters)) {
        WdfpViolation(Request->Object.Globals, "WDF_REQUEST_PARAMETERS has a wrong Size",
                      WDF_VERIFIER_FATAL_ERROR, Parameters->Size, sizeof(*Parameters), 0);
    }
    Parameters->Type = (WDF_REQUEST_TYPE)Stack->MajorFunction;
    Parameters->MinorFunction = Stack->MinorFunction;
    /* Both unions have the members of one kind in the same places, in 32 bytes. Lengths are
       twice as long here; but what an internal control has there may be an address. */
    C_ASSERT(sizeof(Stack->Parameters) >= sizeof(Parameters->Parameters));
    RtlCopyMemory(&Parameters->Parameters, &Stack->Parameters,
                  sizeof(Parameters->Parameters));
    if (Stack->MajorFunction == IRP_MJ_READ || Stack->MajorFunction == IRP_MJ_WRITE) {
        Parameters->Parameters.Read.Length = Stack->Parameters.Read.Length;
    } else if (Stack->MajorFunction == IRP_MJ_DEVICE_CONTROL) {
        Parameters->Parameters.DeviceIoControl.OutputBufferLength =
            Stack->Parameters.DeviceIoControl.OutputBufferLength;
        Parameters->Parameters.DeviceIoControl.InputBufferLength =
            Stack->Parameters.DeviceIoControl.InputBufferLength;
    }
}

/* What the request asks for. A wrong Size: bug check 0x10D, 3. At or below DISPATCH_LEVEL.
   Source: manual, WdfRequestGetParameters. */
VOID NTAPI
ImpWdfRequestGetParameters(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle,
                           PWDF_REQUEST_PARAMETERS Parameters)
{
    WdfpFillParameters(WdfpReceivedRequest(DriverGlobals, Handle), Parameters);
}
