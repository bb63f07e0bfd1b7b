/*
 * What the framework refuses with a status.
 */
#include "kmdftarget.h"

/* A send that must not happen; why it did not. */
static NTSTATUS
Refused(WDFREQUEST Request, WDFIOTARGET Target, ULONG Size, ULONG Flags)
{
    WDF_REQUEST_SEND_OPTIONS Options;

    WDF_REQUEST_SEND_OPTIONS_INIT(&Options, Flags);
    Options.Size = Size;
    return WdfRequestSend(Request, Target, &Options) ? STATUS_SUCCESS
                                                     : WdfRequestGetStatus(Request);
}

VOID
TestBadSends(VOID)
{
    ULONG Size = sizeof(WDF_REQUEST_SEND_OPTIONS);
    WDF_REQUEST_REUSE_PARAMS Reuse;
    WDF_REQUEST_SEND_OPTIONS Options;
    WDFIOTARGET Closed;
    WDFREQUEST Request, Other;
    static SEEN Seen;

    WdfIoTargetCreate(Unit.Device, NULL, &Closed);
    WdfRequestCreate(NULL, Unit.Self, &Request);
    ok_status(Refused(Request, Unit.Self, Size, 0), STATUS_WDF_REQUEST_INVALID_STATE,
              "WdfRequestSend: not formatted");
    WdfObjectDelete(Request);
    Request = MakeHold(&Seen);
    ok_status(Refused(Request, Unit.Self, Size - 1, 0), STATUS_INFO_LENGTH_MISMATCH,
              "WdfRequestSend: options of a wrong Size");
    ok_status(Refused(Request, Unit.Self, Size, 0x40), STATUS_INVALID_PARAMETER,
              "WdfRequestSend: an unknown flag");
    ok_status(
        Refused(Request, Unit.Self, Size, WDF_REQUEST_SEND_OPTION_IMPERSONATE_CLIENT),
        STATUS_INVALID_PARAMETER, "WdfRequestSend: there is nobody to impersonate");
    ok_status(Refused(Request, Unit.Self, Size,
                      WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET |
                          WDF_REQUEST_SEND_OPTION_SYNCHRONOUS),
              STATUS_INVALID_PARAMETER, "WdfRequestSend: wait for what is forgotten");
    ok_status(Refused(Request, Unit.Self, Size, WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET),
              STATUS_INVALID_DEVICE_REQUEST, "WdfRequestSend: forget what is its own");
    ok_status(Refused(Request, Closed, Size, 0), STATUS_INVALID_DEVICE_STATE,
              "WdfRequestSend: a closed target");
    ok_status(Refused(Request, Closed, Size, WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE),
              STATUS_INVALID_DEVICE_STATE, "WdfRequestSend: closed is closed");
    ok_status(WdfRequestCreate(NULL, Closed, &Other), STATUS_INVALID_DEVICE_STATE,
              "WdfRequestCreate: for a closed target");
    WDF_REQUEST_SEND_OPTIONS_INIT(&Options, WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET);
    ok_status(
        WdfIoTargetSendReadSynchronously(Unit.Self, NULL, NULL, NULL, &Options, NULL),
        STATUS_INVALID_PARAMETER, "WdfIoTargetSendReadSynchronously: and forget");
    WDF_REQUEST_REUSE_PARAMS_INIT(&Reuse, 0, STATUS_SUCCESS);
    Reuse.Size--;
    ok_status(WdfRequestReuse(Request, &Reuse), STATUS_INFO_LENGTH_MISMATCH,
              "WdfRequestReuse: a wrong Size");
    WDF_REQUEST_REUSE_PARAMS_INIT(&Reuse, 2, STATUS_SUCCESS);
    ok_status(WdfRequestReuse(Request, &Reuse), STATUS_INVALID_PARAMETER,
              "WdfRequestReuse: an unknown flag");
    WDF_REQUEST_REUSE_PARAMS_INIT(&Reuse, 1, STATUS_SUCCESS);
    ok_status(WdfRequestReuse(Request, &Reuse), STATUS_INVALID_PARAMETER,
              "WdfRequestReuse: a new IRP that is none");
    Reuse.NewIrp = WdfRequestWdmGetIrp(Request);
    ok_status(WdfRequestReuse(Request, &Reuse), STATUS_INVALID_DEVICE_REQUEST,
              "WdfRequestReuse: a new IRP in place of the framework's");
    ok(Seen.Done == 0, "WdfRequestSend: no completion routine for what was not sent");
    WdfObjectDelete(Request);
    WdfObjectDelete(Closed);
}

/* How a read into a part of a memory object of 16 bytes is formatted. */
static NTSTATUS
FormatPart(WDFREQUEST Request, WDFMEMORY Memory, SIZE_T Offset, SIZE_T Length)
{
    WDFMEMORY_OFFSET Part = {Offset, Length};

    return WdfIoTargetFormatRequestForRead(Unit.Self, Request, Memory, &Part, NULL);
}

/* How a write of what a descriptor says ends. */
static NTSTATUS
WriteFrom(PWDF_MEMORY_DESCRIPTOR Descriptor)
{
    return WdfIoTargetSendWriteSynchronously(Unit.Self, NULL, Descriptor, NULL, NULL,
                                             NULL);
}

VOID
TestBadMemory(VOID)
{
    WDF_MEMORY_DESCRIPTOR Descriptor;
    WDFREQUEST Request;
    WDFMEMORY Memory;
    UCHAR Data[16];
    PMDL Mdl = IoAllocateMdl(Data, sizeof(Data), FALSE, FALSE, NULL);

    MmBuildMdlForNonPagedPool(Mdl);
    WdfRequestCreate(NULL, Unit.Self, &Request);
    WdfMemoryCreatePreallocated(NULL, Data, sizeof(Data), &Memory);
    ok_status(FormatPart(Request, NULL, 0, 4), STATUS_INVALID_PARAMETER,
              "WDFMEMORY_OFFSET: a part of nothing");
    ok_status(FormatPart(Request, Memory, 8, 9), STATUS_BUFFER_TOO_SMALL,
              "WDFMEMORY_OFFSET: beyond the end");
    ok_status(FormatPart(Request, Memory, 17, 0), STATUS_BUFFER_TOO_SMALL,
              "WDFMEMORY_OFFSET: behind the end");
    ok_status(FormatPart(Request, Memory, 8, MAXULONG64 - 4), STATUS_INTEGER_OVERFLOW,
              "WDFMEMORY_OFFSET: around the end of all addresses");
    ok_status(FormatPart(Request, Memory, 16, 0), STATUS_SUCCESS,
              "WDFMEMORY_OFFSET: nothing at the end");
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&Descriptor, NULL, 4);
    ok_status(WriteFrom(&Descriptor), STATUS_INVALID_PARAMETER,
              "WDF_MEMORY_DESCRIPTOR: bytes of nothing");
    WDF_MEMORY_DESCRIPTOR_INIT_MDL(&Descriptor, Mdl, sizeof(Data) + 1);
    ok_status(WriteFrom(&Descriptor), STATUS_BUFFER_TOO_SMALL,
              "WDF_MEMORY_DESCRIPTOR: more than an MDL has");
    WDF_MEMORY_DESCRIPTOR_INIT_MDL(&Descriptor, NULL, 4);
    ok_status(WriteFrom(&Descriptor), STATUS_INVALID_PARAMETER,
              "WDF_MEMORY_DESCRIPTOR: no MDL");
    WDF_MEMORY_DESCRIPTOR_INIT_HANDLE(&Descriptor, NULL, NULL);
    ok_status(WriteFrom(&Descriptor), STATUS_INVALID_PARAMETER,
              "WDF_MEMORY_DESCRIPTOR: no memory object");
    RtlZeroMemory(&Descriptor, sizeof(Descriptor));
    ok_status(WriteFrom(&Descriptor), STATUS_INVALID_PARAMETER,
              "WDF_MEMORY_DESCRIPTOR: of no type");
    WdfObjectDelete(Request);
    WdfObjectDelete(Memory);
    IoFreeMdl(Mdl);
}

VOID
TestBadOpens(VOID)
{
    UNICODE_STRING Nobody = RTL_CONSTANT_STRING(L"\\Device\\KmdfNobody");
    WDF_IO_TARGET_OPEN_PARAMS Params;
    WDFIOTARGET Target;

    WdfIoTargetCreate(Unit.Device, NULL, &Target);
    WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME(&Params, &Nobody, GENERIC_READ);
    ok_status(WdfIoTargetOpen(Target, &Params), STATUS_OBJECT_NAME_NOT_FOUND,
              "WdfIoTargetOpen: a name that leads nowhere");
    Params.Size--;
    ok_status(WdfIoTargetOpen(Target, &Params), STATUS_INFO_LENGTH_MISMATCH,
              "WdfIoTargetOpen: a wrong Size");
    Params.Size++;
    Params.Type = WdfIoTargetOpenLocalTargetByFile;
    ok_status(WdfIoTargetOpen(Target, &Params), STATUS_INVALID_PARAMETER,
              "WdfIoTargetOpen: a type of the other framework's");
    WDF_IO_TARGET_OPEN_PARAMS_INIT_EXISTING_DEVICE(&Params, NULL);
    ok_status(WdfIoTargetOpen(Target, &Params), STATUS_INVALID_PARAMETER,
              "WdfIoTargetOpen: no device");
    WDF_IO_TARGET_OPEN_PARAMS_INIT_REOPEN(&Params);
    ok_status(WdfIoTargetOpen(Target, &Params), STATUS_INVALID_DEVICE_STATE,
              "WdfIoTargetOpen: nothing to open again");
    ok_status(WdfIoTargetOpen(WdfDeviceGetIoTarget(Unit.Device), &Params),
              STATUS_INVALID_DEVICE_REQUEST, "WdfIoTargetOpen: the local target");
    ok(WdfIoTargetGetState(Target) == WdfIoTargetClosed,
       "WdfIoTargetOpen: one that failed leaves it closed");
    ok_status(WdfIoTargetStart(Target), STATUS_INVALID_DEVICE_STATE,
              "WdfIoTargetStart: not open");
    WdfIoTargetStop(Target, WdfIoTargetCancelSentIo);
    WdfIoTargetPurge(Target, WdfIoTargetPurgeIoAndWait);
    WdfIoTargetClose(Target);
    ok(WdfIoTargetGetState(Target) == WdfIoTargetClosed,
       "WdfIoTargetStop, Purge, Close: nothing to end");
    WdfObjectDelete(Target);
}
