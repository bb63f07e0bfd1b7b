/*
 * Addresses of the sender's, locked and mapped for the driver.
 */
#include "kmdfqueue.h"

/* Nobody maps this page of the system's half. */
#define NOWHERE ((PVOID)0xFFFFFF0000000000ULL)

VOID
TestProbeAndLock(VOID)
{
    static SENT Sent;
    PVOID Input = NULL, Output = NULL;
    WDFMEMORY Memory;
    SIZE_T Length = 0;
    PUCHAR Bytes;

    Unit.Count = 0;
    RtlFillMemory(Sent.Buffer, sizeof(Sent.Buffer), KTAP_POISON);
    SendControl(&Sent, CODE_NEITHER);
    WdfRequestRetrieveUnsafeUserInputBuffer(Unit.Held[0], 8, &Input, NULL);
    WdfRequestRetrieveUnsafeUserOutputBuffer(Unit.Held[0], 8, &Output, NULL);
    ok_status(WdfRequestProbeAndLockUserBufferForRead(Unit.Held[0], Input, 8, &Memory),
              STATUS_SUCCESS, "WdfRequestProbeAndLockUserBufferForRead: locks");
    Bytes = WdfMemoryGetBuffer(Memory, &Length);
    ok(Length == 8 && Bytes[0] == KTAP_POISON && Bytes != Input,
       "WdfRequestProbeAndLockUserBufferForRead: its bytes, at another address");
    ok_status(WdfRequestProbeAndLockUserBufferForWrite(Unit.Held[0], Output, 16, &Memory),
              STATUS_SUCCESS, "WdfRequestProbeAndLockUserBufferForWrite: locks");
    Bytes = WdfMemoryGetBuffer(Memory, NULL);
    Bytes[15] = 0x77;
    ok_equal(Sent.Buffer[15], 0x77,
             "WdfRequestProbeAndLockUserBufferForWrite: what is written arrives");
    ok_status(WdfRequestProbeAndLockUserBufferForRead(Unit.Held[0], Input, 0, &Memory),
              STATUS_INVALID_USER_BUFFER, "WdfRequestProbeAndLock...: no bytes");
    ok(Memory == NULL, "WdfRequestProbeAndLock...: and no memory object");
    ok_status(WdfRequestProbeAndLockUserBufferForRead(Unit.Held[0], NOWHERE, 8, &Memory),
              STATUS_ACCESS_VIOLATION, "WdfRequestProbeAndLock...: not mapped");
    ok_status(WdfRequestProbeAndLockUserBufferForWrite(
                  Unit.Held[0], (PVOID)(MAXULONG_PTR - 4), 16, &Memory),
              STATUS_ACCESS_VIOLATION, "WdfRequestProbeAndLock...: beyond the last");
    ok_equal(WdfRequestGetRequestorProcessId(Unit.Held[0]),
             (ULONG)(ULONG_PTR)PsGetCurrentProcessId(),
             "WdfRequestGetRequestorProcessId: the one process");
    WdfRequestComplete(Unit.Held[0], STATUS_SUCCESS);
    Finish(&Sent);
    SendControl(&Sent, CODE_HOLD);
    ok_status(
        WdfRequestProbeAndLockUserBufferForRead(Unit.Held[1], Sent.Buffer, 8, &Memory),
        STATUS_INVALID_DEVICE_REQUEST,
        "WdfRequestProbeAndLock...: one that has a checked buffer");
    WdfRequestComplete(Unit.Held[1], STATUS_SUCCESS);
    Finish(&Sent);
}
