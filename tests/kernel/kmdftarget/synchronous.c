/*
 * Sends that wait: every kind of request, with every kind of buffer.
 */
#include "kmdftarget.h"

/* A page boundary lies in it, so that an MDL of it has two frames. */
static DECLSPEC_ALIGN(4096) UCHAR Pages[8192];

static BOOLEAN
IsCounting(const UCHAR *Buffer, ULONG Length, UCHAR First)
{
    for (ULONG Index = 0; Index < Length; Index++) {
        if (Buffer[Index] != (UCHAR)(First + Index)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Fills Buffer with 0, 1, ... */
static VOID
Count(PUCHAR Buffer, ULONG Length)
{
    for (ULONG Index = 0; Index < Length; Index++) {
        Buffer[Index] = (UCHAR)Index;
    }
}

static BOOLEAN
IsInverted(const UCHAR *Buffer, ULONG Length)
{
    for (ULONG Index = 0; Index < Length; Index++) {
        if (Buffer[Index] != (UCHAR)~Index) {
            return FALSE;
        }
    }
    return TRUE;
}

VOID
TestTransfers(VOID)
{
    WDF_MEMORY_DESCRIPTOR Descriptor;
    UCHAR Data[16] = {0};
    LONGLONG Offset = 0x20;
    ULONG_PTR Bytes = 99;

    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&Descriptor, Data, sizeof(Data));
    ok_status(WdfIoTargetSendReadSynchronously(Unit.Self, NULL, &Descriptor, &Offset,
                                               NULL, &Bytes),
              STATUS_SUCCESS, "WdfIoTargetSendReadSynchronously: reads");
    ok(Bytes == sizeof(Data) && IsCounting(Data, sizeof(Data), 0x20),
       "WdfIoTargetSendReadSynchronously: the bytes at the offset, and their count");
    Offset = 0x123456789A;
    ok_status(WdfIoTargetSendWriteSynchronously(Unit.Self, NULL, &Descriptor, &Offset,
                                                NULL, &Bytes),
              STATUS_SUCCESS, "WdfIoTargetSendWriteSynchronously: writes");
    ok(Unit.WrittenTo == Offset && IsCounting(Unit.Written, sizeof(Data), 0x20),
       "WdfIoTargetSendWriteSynchronously: the bytes, and where to");
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&Descriptor, Pages + 4090, 12);
    ok_status(
        WdfIoTargetSendReadSynchronously(Unit.Self, NULL, &Descriptor, NULL, NULL, NULL),
        STATUS_SUCCESS, "WdfIoTargetSendReadSynchronously: no offset, no count");
    ok(IsCounting(Pages + 4090, 12, 0),
       "WdfIoTargetSendReadSynchronously: over a page boundary");
    ok_status(WdfIoTargetSendReadSynchronously(Unit.Self, NULL, NULL, NULL, NULL, &Bytes),
              STATUS_SUCCESS,
              "WdfIoTargetSendReadSynchronously: nothing, which succeeds");
    ok_equal(Bytes, 0, "WdfIoTargetSendReadSynchronously: and reads nothing");
}

/* One control by one method, internal or not. */
static VOID
TryControl(ULONG Code, BOOLEAN Internal, PCSTR Name)
{
    WDF_MEMORY_DESCRIPTOR Input, Output;
    UCHAR Question[12], Answer[16] = {0};
    ULONG_PTR Bytes = 0;
    NTSTATUS Status;

    Count(Question, sizeof(Question));
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&Input, Question, sizeof(Question));
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&Output, Answer, sizeof(Answer));
    Status = Internal ? WdfIoTargetSendInternalIoctlSynchronously(
                            Unit.Self, NULL, Code, &Input, &Output, NULL, &Bytes)
                      : WdfIoTargetSendIoctlSynchronously(Unit.Self, NULL, Code, &Input,
                                                          &Output, NULL, &Bytes);
    ok(Status == STATUS_SUCCESS && Bytes == sizeof(Question) &&
           IsInverted(Answer, sizeof(Question)) && Answer[12] == 0,
       Name);
}

VOID
TestControls(VOID)
{
    WDF_MEMORY_DESCRIPTOR Output;
    UCHAR Answer[4] = {1, 2, 3, 4};
    ULONG_PTR Bytes = 0;

    TryControl(CODE_INVERT, FALSE, "WdfIoTargetSendIoctlSynchronously: buffered");
    TryControl(CODE_INVERT_IN, FALSE, "WdfIoTargetSendIoctlSynchronously: in direct");
    TryControl(CODE_INVERT_OUT, FALSE, "WdfIoTargetSendIoctlSynchronously: out direct");
    TryControl(CODE_INVERT_NEITHER, FALSE, "WdfIoTargetSendIoctlSynchronously: neither");
    TryControl(CODE_INVERT, TRUE, "WdfIoTargetSendInternalIoctlSynchronously: buffered");
    TryControl(CODE_INVERT_NEITHER, TRUE,
               "WdfIoTargetSendInternalIoctlSynchronously: neither");
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&Output, Answer, sizeof(Answer));
    ok_status(WdfIoTargetSendIoctlSynchronously(Unit.Self, NULL, CODE_FAIL, NULL, &Output,
                                                NULL, &Bytes),
              STATUS_DATA_ERROR,
              "WdfIoTargetSendIoctlSynchronously: the driver's status");
    ok(Answer[0] == 1 && Answer[3] == 4,
       "WdfIoTargetSendIoctlSynchronously: a failed control returns no data");
}

VOID
TestDescriptors(VOID)
{
    WDF_MEMORY_DESCRIPTOR Input, Output;
    WDFMEMORY_OFFSET Part = {4, 8};
    WDFMEMORY Memory;
    WDFREQUEST Request;
    ULONG_PTR Bytes = 0;
    PUCHAR Buffer;
    PMDL Mdl;

    WdfMemoryCreate(NULL, NonPagedPoolNx, 0, 32, &Memory, (PVOID *)&Buffer);
    RtlFillMemory(Buffer, 32, KTAP_POISON);
    Count(Buffer + 4, 8);
    Mdl = IoAllocateMdl(Pages + 4092, 16, FALSE, FALSE, NULL);
    MmBuildMdlForNonPagedPool(Mdl);
    WDF_MEMORY_DESCRIPTOR_INIT_HANDLE(&Input, Memory, &Part);
    WDF_MEMORY_DESCRIPTOR_INIT_MDL(&Output, Mdl, 16);
    WdfRequestCreate(NULL, Unit.Self, &Request);
    for (ULONG Turn = 0; Turn < 2; Turn++) {
        RtlZeroMemory(Pages + 4092, 16);
        ok_status(WdfIoTargetSendIoctlSynchronously(
                      Unit.Self, Request, Turn == 0 ? CODE_INVERT : CODE_INVERT_OUT,
                      &Input, &Output, NULL, &Bytes),
                  STATUS_SUCCESS, "WDF_MEMORY_DESCRIPTOR: a part of an object, an MDL");
        ok(Bytes == 8 && IsInverted(Pages + 4092, 8) && Pages[4100] == 0,
           "WDF_MEMORY_DESCRIPTOR: as much as the part has");
    }
    ok(Buffer[3] == KTAP_POISON && Buffer[12] == KTAP_POISON && Mdl->Next == NULL,
       "WDF_MEMORY_DESCRIPTOR: nothing beside it is touched");
    ok_status(WdfRequestGetStatus(Request), STATUS_SUCCESS,
              "WdfRequestGetStatus: of the driver's own request");
    WdfObjectDelete(Request);
    WdfObjectDelete(Memory);
    IoFreeMdl(Mdl);
}

VOID
TestArguments(VOID)
{
    WDF_MEMORY_DESCRIPTOR First, Second, Fourth;
    UCHAR Data[3];
    ULONG_PTR Bytes = 0;

    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&First, &Data[0], 1);
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&Second, &Data[1], 1);
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&Fourth, &Data[2], 1);
    ok_status(
        WdfIoTargetSendInternalIoctlOthersSynchronously(
            Unit.Self, NULL, CODE_ARGUMENTS, &First, &Second, &Fourth, NULL, &Bytes),
        STATUS_SUCCESS, "WdfIoTargetSendInternalIoctlOthersSynchronously: sends");
    ok(Unit.Arguments[0] == &Data[0] && Unit.Arguments[1] == &Data[1] &&
           Unit.Arguments[2] == &Data[2] && Bytes == 3,
       "WdfIoTargetSendInternalIoctlOthersSynchronously: three arguments arrive");
}
