/*
 * Formatting requests for a target with the driver's memory objects.
 */
#include "wdfp.h"
#include "target.h"

/* A memory object and the part of it that is meant. */
typedef struct _WDFP_PART {
    WDFMEMORY Memory;
    PWDFMEMORY_OFFSET Offset;
} WDFP_PART;

/* Formats a request as Stack says with up to three memory objects. */
static NTSTATUS
WdfpFormatWithMemory(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET TargetHandle,
                     WDFREQUEST Handle, const IO_STACK_LOCATION *Stack,
                     const WDFP_PART *Parts, BOOLEAN Arguments)
{
    PWDFP_TARGET Target = WdfpTargetFromHandle(DriverGlobals, TargetHandle);
    PWDFP_REQUEST Request = WdfpRequestToSend(DriverGlobals, Handle);
    WDFP_PIECE Pieces[WDFP_PIECES];
    NTSTATUS Status = STATUS_SUCCESS;

    for (ULONG Index = 0; Index < WDFP_PIECES && NT_SUCCESS(Status); Index++) {
        Status = WdfpPieceOfMemory(DriverGlobals, Parts[Index].Memory,
                                   Parts[Index].Offset, &Pieces[Index]);
    }
    return NT_SUCCESS(Status) ? WdfpFormat(Request, Target, Stack, Pieces, Arguments)
                              : Status;
}

static NTSTATUS
WdfpFormatTransfer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET Target,
                   WDFREQUEST Request, UCHAR Major, WDFMEMORY Memory,
                   PWDFMEMORY_OFFSET Offset, PLONGLONG DeviceOffset)
{
    const WDFP_PART Parts[WDFP_PIECES] = {{Memory, Offset}};
    IO_STACK_LOCATION Stack = {.MajorFunction = Major};

    /* Read and Write share one layout. */
    Stack.Parameters.Read.ByteOffset.QuadPart = DeviceOffset == NULL ? 0 : *DeviceOffset;
    return WdfpFormatWithMemory(DriverGlobals, Target, Request, &Stack, Parts, FALSE);
}

/*
 * A read into (a part of) a memory object, NULL for none, at *DeviceOffset, NULL for 0.
 * STATUS_INVALID_PARAMETER (an offset without memory), STATUS_INTEGER_OVERFLOW,
 * STATUS_BUFFER_TOO_SMALL (beyond the memory), STATUS_INVALID_BUFFER_SIZE (over 4 GiB),
 * STATUS_REQUEST_NOT_ACCEPTED, STATUS_INVALID_DEVICE_STATE, STATUS_INSUFFICIENT_RESOURCES.
 * At or below DISPATCH_LEVEL. Source: manual, WdfIoTargetFormatRequestForRead.
 */
NTSTATUS
NTAPI
ImpWdfIoTargetFormatRequestForRead(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET Target,
                                   WDFREQUEST Request, WDFMEMORY OutputBuffer,
                                   PWDFMEMORY_OFFSET OutputBufferOffset,
                                   PLONGLONG DeviceOffset)
{
    return WdfpFormatTransfer(DriverGlobals, Target, Request, IRP_MJ_READ, OutputBuffer,
                              OutputBufferOffset, DeviceOffset);
}

/* A write; else as above. Source: manual, WdfIoTargetFormatRequestForWrite. */
NTSTATUS
NTAPI
ImpWdfIoTargetFormatRequestForWrite(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET Target,
                                    WDFREQUEST Request, WDFMEMORY InputBuffer,
                                    PWDFMEMORY_OFFSET InputBufferOffset,
                                    PLONGLONG DeviceOffset)
{
    return WdfpFormatTransfer(DriverGlobals, Target, Request, IRP_MJ_WRITE, InputBuffer,
                              InputBufferOffset, DeviceOffset);
}

static NTSTATUS
WdfpFormatControl(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET Target,
                  WDFREQUEST Request, UCHAR Major, ULONG Code, const WDFP_PART *Parts)
{
    IO_STACK_LOCATION Stack = {.MajorFunction = Major};

    Stack.Parameters.DeviceIoControl.IoControlCode = Code;
    return WdfpFormatWithMemory(DriverGlobals, Target, Request, &Stack, Parts, FALSE);
}

/* A device control; its buffers are passed as its code's method says. Else as
   WdfIoTargetFormatRequestForRead. Source: manual, WdfIoTargetFormatRequestForIoctl. */
NTSTATUS
NTAPI
ImpWdfIoTargetFormatRequestForIoctl(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET Target,
                                    WDFREQUEST Request, ULONG IoctlCode,
                                    WDFMEMORY InputBuffer,
                                    PWDFMEMORY_OFFSET InputBufferOffset,
                                    WDFMEMORY OutputBuffer,
                                    PWDFMEMORY_OFFSET OutputBufferOffset)
{
    const WDFP_PART Parts[WDFP_PIECES] = {{InputBuffer, InputBufferOffset},
                                          {OutputBuffer, OutputBufferOffset}};

    return WdfpFormatControl(DriverGlobals, Target, Request, IRP_MJ_DEVICE_CONTROL,
                             IoctlCode, Parts);
}

/* The same as an internal one. Source: manual, WdfIoTargetFormatRequestForInternalIoctl. */
NTSTATUS
NTAPI
ImpWdfIoTargetFormatRequestForInternalIoctl(PWDF_DRIVER_GLOBALS DriverGlobals,
                                            WDFIOTARGET Target, WDFREQUEST Request,
                                            ULONG IoctlCode, WDFMEMORY InputBuffer,
                                            PWDFMEMORY_OFFSET InputBufferOffset,
                                            WDFMEMORY OutputBuffer,
                                            PWDFMEMORY_OFFSET OutputBufferOffset)
{
    const WDFP_PART Parts[WDFP_PIECES] = {{InputBuffer, InputBufferOffset},
                                          {OutputBuffer, OutputBufferOffset}};

    return WdfpFormatControl(DriverGlobals, Target, Request,
                             IRP_MJ_INTERNAL_DEVICE_CONTROL, IoctlCode, Parts);
}

/* An internal control whose arguments 1, 2 and 4 are the addresses of memory objects. Else as
   above. Source: manual, WdfIoTargetFormatRequestForInternalIoctlOthers. */
NTSTATUS
NTAPI
ImpWdfIoTargetFormatRequestForInternalIoctlOthers(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET Target, WDFREQUEST Request,
    ULONG IoctlCode, WDFMEMORY OtherArg1, PWDFMEMORY_OFFSET OtherArg1Offset,
    WDFMEMORY OtherArg2, PWDFMEMORY_OFFSET OtherArg2Offset, WDFMEMORY OtherArg4,
    PWDFMEMORY_OFFSET OtherArg4Offset)
{
    const WDFP_PART Parts[WDFP_PIECES] = {{OtherArg1, OtherArg1Offset},
                                          {OtherArg2, OtherArg2Offset},
                                          {OtherArg4, OtherArg4Offset}};
    IO_STACK_LOCATION Stack = {.MajorFunction = IRP_MJ_INTERNAL_DEVICE_CONTROL};

    /* The code stands where the third argument does. */
    Stack.Parameters.DeviceIoControl.IoControlCode = IoctlCode;
    return WdfpFormatWithMemory(DriverGlobals, Target, Request, &Stack, Parts, TRUE);
}
