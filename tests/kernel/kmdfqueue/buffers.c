/*
 * What a request asks for, and its buffers in every form.
 */
#include "kmdfqueue.h"

VOID
TestParameters(VOID)
{
    static SENT Sent;
    WDF_REQUEST_PARAMETERS Parameters;
    WDFREQUEST Request;

    SendWrite(&Sent, 24);
    WdfIoQueueRetrieveNextRequest(Unit.Manual, &Request);
    WDF_REQUEST_PARAMETERS_INIT(&Parameters);
    WdfRequestGetParameters(Request, &Parameters);
    ok(Parameters.Type == WdfRequestTypeWrite &&
           Parameters.Parameters.Write.Length == 24 &&
           Parameters.Parameters.Write.DeviceOffset == 0x123456789,
       "WdfRequestGetParameters: of a write");
    ok(WdfRequestWdmGetIrp(Request) == Sent.Irp, "WdfRequestWdmGetIrp: the IRP");
    ok(WdfRequestGetFileObject(Request) == NULL, "WdfRequestGetFileObject: none here");
    ok(WdfRequestGetRequestorMode(Request) == KernelMode, "WdfRequestGetRequestorMode");
    WdfRequestComplete(Request, STATUS_SUCCESS);
    Finish(&Sent);
}

static VOID
TestDirect(WDFREQUEST Request, PSENT Sent)
{
    PVOID Buffer;
    SIZE_T Length;
    PMDL Mdl;

    ok_status(WdfRequestRetrieveOutputBuffer(Request, 1, &Buffer, &Length),
              STATUS_SUCCESS,
              "WdfRequestRetrieveOutputBuffer: of a direct control, mapped");
    RtlFillMemory(Buffer, Length, 0x5A);
    ok(Length == sizeof(Sent->Buffer) && Sent->Buffer[63] == 0x5A,
       "WdfRequestRetrieveOutputBuffer: the sender's pages");
    ok_status(WdfRequestRetrieveOutputWdmMdl(Request, &Mdl), STATUS_SUCCESS,
              "WdfRequestRetrieveOutputWdmMdl: of a direct control");
    ok(Mdl == Sent->Irp->MdlAddress, "WdfRequestRetrieveOutputWdmMdl: the IRP's own");
}

VOID
TestBuffers(VOID)
{
    static SENT Sent;
    WDFMEMORY Memory, Same;
    PVOID Buffer;
    SIZE_T Length;
    PMDL Mdl;

    Unit.Count = 0;
    SendControl(&Sent, CODE_HOLD);
    ok_status(WdfRequestRetrieveInputBuffer(Unit.Held[0], 9, &Buffer, &Length),
              STATUS_BUFFER_TOO_SMALL, "WdfRequestRetrieveInputBuffer: too small");
    WdfRequestRetrieveInputBuffer(Unit.Held[0], 8, &Buffer, &Length);
    ok(Buffer == Sent.Buffer && Length == 8,
       "WdfRequestRetrieveInputBuffer: as large as it is");
    WdfRequestRetrieveOutputMemory(Unit.Held[0], &Memory);
    WdfRequestRetrieveOutputMemory(Unit.Held[0], &Same);
    Buffer = WdfMemoryGetBuffer(Memory, &Length);
    ok(Buffer == Sent.Buffer && Length == sizeof(Sent.Buffer) && Same == Memory,
       "WdfRequestRetrieveOutputMemory: an object, the same one again");
    ok_status(WdfRequestRetrieveInputWdmMdl(Unit.Held[0], &Mdl), STATUS_SUCCESS,
              "WdfRequestRetrieveInputWdmMdl: of the system buffer");
    ok(MmGetMdlVirtualAddress(Mdl) == Sent.Buffer && MmGetMdlByteCount(Mdl) == 8,
       "WdfRequestRetrieveInputWdmMdl: its bytes");
    ok_status(WdfRequestRetrieveUnsafeUserInputBuffer(Unit.Held[0], 1, &Buffer, NULL),
              STATUS_INVALID_DEVICE_REQUEST,
              "WdfRequestRetrieveUnsafeUserInputBuffer: not of a buffered control");
    WdfRequestComplete(Unit.Held[0], STATUS_SUCCESS);
    Finish(&Sent);
    SendControl(&Sent, CODE_DIRECT);
    TestDirect(Unit.Held[1], &Sent);
    WdfRequestComplete(Unit.Held[1], STATUS_SUCCESS);
    Finish(&Sent);
}

VOID
TestUnchecked(VOID)
{
    static SENT Sent;
    PVOID Buffer;
    SIZE_T Length;
    PMDL Mdl;

    Unit.Count = 0;
    SendControl(&Sent, CODE_NEITHER);
    ok_status(WdfRequestRetrieveUnsafeUserOutputBuffer(Unit.Held[0], 1, &Buffer, &Length),
              STATUS_SUCCESS, "WdfRequestRetrieveUnsafeUserOutputBuffer: METHOD_NEITHER");
    ok(Buffer == Sent.Buffer && Length == sizeof(Sent.Buffer), "the address as it came");
    ok_status(WdfRequestRetrieveOutputWdmMdl(Unit.Held[0], &Mdl),
              STATUS_INVALID_DEVICE_REQUEST,
              "WdfRequestRetrieveOutputWdmMdl: it has no pages");
    WdfRequestComplete(Unit.Held[0], STATUS_SUCCESS);
    Finish(&Sent);
    SendRead(&Sent);
    ok_status(WdfRequestRetrieveInputBuffer(Unit.Held[1], 0, &Buffer, &Length),
              STATUS_INVALID_DEVICE_REQUEST,
              "WdfRequestRetrieveInputBuffer: a read has none");
    WdfRequestComplete(Unit.Held[1], STATUS_SUCCESS);
    Finish(&Sent);
}
