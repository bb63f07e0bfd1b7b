/*
 * Sending and waiting in one call, with a request of the driver's or one for the occasion.
 */
#include "wdfp.h"
#include "target.h"

/* What all of these have in common. */
typedef struct _WDFP_SYNCHRONOUS {
    WDFIOTARGET Target;
    WDFREQUEST Request; /* or NULL */
    PWDF_MEMORY_DESCRIPTOR Descriptors[WDFP_PIECES];
    PWDF_REQUEST_SEND_OPTIONS Options;
    PULONG_PTR Bytes; /* or NULL */
    BOOLEAN Arguments;
} WDFP_SYNCHRONOUS;

/* Formats, sends and waits; what became of it. */
static NTSTATUS
WdfpSendWith(PWDFP_REQUEST Request, PWDFP_TARGET Target, const WDFP_SYNCHRONOUS *Call,
             const IO_STACK_LOCATION *Stack, const WDFP_SEND_OPTIONS *Options)
{
    PWDF_DRIVER_GLOBALS DriverGlobals = &Target->Object.Globals->Public;
    WDFP_PIECE Pieces[WDFP_PIECES];
    NTSTATUS Status = STATUS_SUCCESS;

    for (ULONG Index = 0; Index < WDFP_PIECES && NT_SUCCESS(Status); Index++) {
        Status = WdfpPieceOfDescriptor(DriverGlobals, Call->Descriptors[Index],
                                       &Pieces[Index]);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfpFormat(Request, Target, Stack, Pieces, Call->Arguments);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfpSend(Request, Target, Options);
    }
    if (!NT_SUCCESS(Status)) {
        Request->Irp->IoStatus.Status = Status;
        return Status;
    }
    if (Call->Bytes != NULL) {
        *Call->Bytes = Request->Irp->IoStatus.Information;
    }
    return Request->Irp->IoStatus.Status;
}

/* The options, and the request of the call or a new one; referenced. */
static NTSTATUS
WdfpPrepareSynchronous(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFP_TARGET Target,
                       const WDFP_SYNCHRONOUS *Call, PWDFP_SEND_OPTIONS Options,
                       PWDFP_REQUEST *Request)
{
    NTSTATUS Status = WdfpCheckSendOptions(Call->Options, Options);
    PDEVICE_OBJECT DeviceObject = Target->DeviceObject;

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if ((Options->Flags & WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET) != 0) {
        return STATUS_INVALID_PARAMETER;
    }
    Options->Flags |= WDF_REQUEST_SEND_OPTION_SYNCHRONOUS;
    if (Call->Request != NULL) {
        *Request = WdfpRequestToSend(DriverGlobals, Call->Request);
        WdfpReference(*Request);
        return STATUS_SUCCESS;
    }
    if (DeviceObject == NULL) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    Status = WdfpCreateOwnRequest(Target->Object.Globals, NULL, Target,
                                  DeviceObject->StackSize, Request);
    if (NT_SUCCESS(Status)) {
        WdfpReference(*Request);
    }
    return Status;
}

static NTSTATUS
WdfpSendSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals, const WDFP_SYNCHRONOUS *Call,
                      const IO_STACK_LOCATION *Stack, const CHAR *Routine)
{
    PWDFP_TARGET Target = WdfpTargetFromHandle(DriverGlobals, Call->Target);
    WDFP_SEND_OPTIONS Options;
    PWDFP_REQUEST Request;
    NTSTATUS Status;

    WdfpRequireIrql(Target->Object.Globals, PASSIVE_LEVEL, Routine);
    if (Call->Bytes != NULL) {
        *Call->Bytes = 0;
    }
    Status = WdfpPrepareSynchronous(DriverGlobals, Target, Call, &Options, &Request);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = WdfpSendWith(Request, Target, Call, Stack, &Options);
    if (Call->Request == NULL) {
        WdfpDelete(Request);
    }
    WdfpDereference(Request);
    return Status;
}

static NTSTATUS
WdfpTransferSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals, const WDFP_SYNCHRONOUS *Call,
                          UCHAR Major, PLONGLONG DeviceOffset, const CHAR *Routine)
{
    IO_STACK_LOCATION Stack = {.MajorFunction = Major};

    /* Read and Write share one layout. */
    Stack.Parameters.Read.ByteOffset.QuadPart = DeviceOffset == NULL ? 0 : *DeviceOffset;
    return WdfpSendSynchronously(DriverGlobals, Call, &Stack, Routine);
}

/*
 * Reads and waits. OutputBuffer: NULL for none. *BytesRead gets the count. The request's
 * status; STATUS_IO_TIMEOUT; STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_PARAMETER (options,
 * descriptor); what WdfIoTargetFormatRequestForRead and WdfRequestSend return. A stopped
 * target makes it wait. PASSIVE_LEVEL. Source: manual, WdfIoTargetSendReadSynchronously.
 */
NTSTATUS
NTAPI
ImpWdfIoTargetSendReadSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET Target,
                                    WDFREQUEST Request,
                                    PWDF_MEMORY_DESCRIPTOR OutputBuffer,
                                    PLONGLONG DeviceOffset,
                                    PWDF_REQUEST_SEND_OPTIONS Options,
                                    PULONG_PTR BytesRead)
{
    const WDFP_SYNCHRONOUS Call = {Target,  Request,   {OutputBuffer},
                                   Options, BytesRead, FALSE};

    return WdfpTransferSynchronously(DriverGlobals, &Call, IRP_MJ_READ, DeviceOffset,
                                     "WdfIoTargetSendReadSynchronously");
}

/* Writes; else as above. Source: manual, WdfIoTargetSendWriteSynchronously. */
NTSTATUS
NTAPI
ImpWdfIoTargetSendWriteSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
                                     WDFIOTARGET Target, WDFREQUEST Request,
                                     PWDF_MEMORY_DESCRIPTOR InputBuffer,
                                     PLONGLONG DeviceOffset,
                                     PWDF_REQUEST_SEND_OPTIONS Options,
                                     PULONG_PTR BytesWritten)
{
    const WDFP_SYNCHRONOUS Call = {Target,  Request,      {InputBuffer},
                                   Options, BytesWritten, FALSE};

    return WdfpTransferSynchronously(DriverGlobals, &Call, IRP_MJ_WRITE, DeviceOffset,
                                     "WdfIoTargetSendWriteSynchronously");
}

static NTSTATUS
WdfpControlSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals, const WDFP_SYNCHRONOUS *Call,
                         UCHAR Major, ULONG Code, const CHAR *Routine)
{
    IO_STACK_LOCATION Stack = {.MajorFunction = Major};

    Stack.Parameters.DeviceIoControl.IoControlCode = Code;
    return WdfpSendSynchronously(DriverGlobals, Call, &Stack, Routine);
}

/* A device control; else as above. Source: manual, WdfIoTargetSendIoctlSynchronously. */
NTSTATUS
NTAPI
ImpWdfIoTargetSendIoctlSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
                                     WDFIOTARGET Target, WDFREQUEST Request,
                                     ULONG IoctlCode, PWDF_MEMORY_DESCRIPTOR InputBuffer,
                                     PWDF_MEMORY_DESCRIPTOR OutputBuffer,
                                     PWDF_REQUEST_SEND_OPTIONS Options,
                                     PULONG_PTR BytesReturned)
{
    const WDFP_SYNCHRONOUS Call = {Target,  Request,       {InputBuffer, OutputBuffer},
                                   Options, BytesReturned, FALSE};

    return WdfpControlSynchronously(DriverGlobals, &Call, IRP_MJ_DEVICE_CONTROL,
                                    IoctlCode, "WdfIoTargetSendIoctlSynchronously");
}

/* An internal one. Source: manual, WdfIoTargetSendInternalIoctlSynchronously. */
NTSTATUS
NTAPI
ImpWdfIoTargetSendInternalIoctlSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             WDFIOTARGET Target, WDFREQUEST Request,
                                             ULONG IoctlCode,
                                             PWDF_MEMORY_DESCRIPTOR InputBuffer,
                                             PWDF_MEMORY_DESCRIPTOR OutputBuffer,
                                             PWDF_REQUEST_SEND_OPTIONS Options,
                                             PULONG_PTR BytesReturned)
{
    const WDFP_SYNCHRONOUS Call = {Target,  Request,       {InputBuffer, OutputBuffer},
                                   Options, BytesReturned, FALSE};

    return WdfpControlSynchronously(DriverGlobals, &Call, IRP_MJ_INTERNAL_DEVICE_CONTROL,
                                    IoctlCode,
                                    "WdfIoTargetSendInternalIoctlSynchronously");
}

/* An internal one whose arguments 1, 2 and 4 are addresses. Source: manual,
   WdfIoTargetSendInternalIoctlOthersSynchronously. */
NTSTATUS
NTAPI
ImpWdfIoTargetSendInternalIoctlOthersSynchronously(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET Target, WDFREQUEST Request,
    ULONG IoctlCode, PWDF_MEMORY_DESCRIPTOR OtherArg1, PWDF_MEMORY_DESCRIPTOR OtherArg2,
    PWDF_MEMORY_DESCRIPTOR OtherArg4, PWDF_REQUEST_SEND_OPTIONS Options,
    PULONG_PTR BytesReturned)
{
    const WDFP_SYNCHRONOUS Call = {
        Target, Request, {OtherArg1, OtherArg2, OtherArg4}, Options, BytesReturned, TRUE};

    return WdfpControlSynchronously(DriverGlobals, &Call, IRP_MJ_INTERNAL_DEVICE_CONTROL,
                                    IoctlCode,
                                    "WdfIoTargetSendInternalIoctlOthersSynchronously");
}
