/*
 * query.c - what a client can ask: address, link and counters, by NDIS object identifier.
 *
 * The identifiers and the control code are NDIS's, because every network tool of that
 * system knows them; there is no NDIS here.
 */
#include "e1000.h"
#include <ntddndis.h>

/* NDIS 6 identifiers, which not every ntddndis.h has. */
#ifndef OID_GEN_BYTES_RCV
#define OID_GEN_BYTES_RCV  0x00020219
#define OID_GEN_BYTES_XMIT 0x0002021A
#endif

/* This driver's own, for which the same goes. */
#ifndef OID_DIRQL_INTERRUPTS
#define OID_DIRQL_INTERRUPTS 0xFF100001
#define OID_DIRQL_UNDERSIZE  0xFF100002
#define OID_DIRQL_OVERSIZE   0xFF100003
#endif

/* NDIS counts link speed in units of 100 bits per second. */
#define E1000_SPEED_10   100000
#define E1000_SPEED_100  1000000
#define E1000_SPEED_1000 10000000

/* Which counter answers which identifier. */
static const struct {
    ULONG Oid;
    ULONG Offset;
} E1000Counters[] = {
    {OID_GEN_RCV_OK, FIELD_OFFSET(E1000_STATISTICS, FramesReceived)},
    {OID_GEN_BYTES_RCV, FIELD_OFFSET(E1000_STATISTICS, BytesReceived)},
    {OID_GEN_RCV_ERROR, FIELD_OFFSET(E1000_STATISTICS, ReceiveErrors)},
    {OID_GEN_RCV_NO_BUFFER, FIELD_OFFSET(E1000_STATISTICS, Overruns)},
    {OID_GEN_XMIT_OK, FIELD_OFFSET(E1000_STATISTICS, FramesSent)},
    {OID_GEN_BYTES_XMIT, FIELD_OFFSET(E1000_STATISTICS, BytesSent)},
    {OID_DIRQL_INTERRUPTS, FIELD_OFFSET(E1000_STATISTICS, Interrupts)},
    {OID_GEN_RCV_CRC_ERROR, FIELD_OFFSET(E1000_STATISTICS, ChecksumErrors)},
    {OID_DIRQL_UNDERSIZE, FIELD_OFFSET(E1000_STATISTICS, Undersize)},
    {OID_DIRQL_OVERSIZE, FIELD_OFFSET(E1000_STATISTICS, Oversize)},
    {OID_GEN_XMIT_ERROR, FIELD_OFFSET(E1000_STATISTICS, SendErrors)},
};

/* FALSE if the identifier is not a counter's. Lock is held, adapter started. */
static BOOLEAN
E1000ReadCounter(PE1000_CONTEXT Context, ULONG Oid, PULONG64 Value)
{
    ULONG Index;

    E1000CollectStatistics(Context);
    for (Index = 0; Index < RTL_NUMBER_OF(E1000Counters); Index++) {
        if (E1000Counters[Index].Oid == Oid) {
            *Value =
                *(PULONG64)((PUCHAR)&Context->Statistics + E1000Counters[Index].Offset);
            return TRUE;
        }
    }
    return FALSE;
}

static ULONG
E1000LinkSpeed(ULONG DeviceStatus)
{
    switch (DeviceStatus & E1000_STATUS_SPEED_MASK) {
    case E1000_STATUS_SPEED_10:
        return E1000_SPEED_10;
    case E1000_STATUS_SPEED_100:
        return E1000_SPEED_100;
    default:
        return E1000_SPEED_1000;
    }
}

/* FALSE if the identifier has no number for an answer. Lock is held, adapter started. */
static BOOLEAN
E1000ReadNumber(PE1000_CONTEXT Context, ULONG Oid, PULONG64 Value)
{
    ULONG DeviceStatus;

    switch (Oid) {
    case OID_GEN_MEDIA_CONNECT_STATUS:
        DeviceStatus = E1000Read(Context, E1000_STATUS);
        *Value = (DeviceStatus & E1000_STATUS_LU) ? NdisMediaStateConnected
                                                  : NdisMediaStateDisconnected;
        return TRUE;
    case OID_GEN_LINK_SPEED:
        *Value = E1000LinkSpeed(E1000Read(Context, E1000_STATUS));
        return TRUE;
    case OID_GEN_MAXIMUM_FRAME_SIZE:
        *Value = E1000_SEND_MAX - E1000_HEADER_SIZE;
        return TRUE;
    default:
        return E1000ReadCounter(Context, Oid, Value);
    }
}

/*
 * Answers one identifier.
 *
 * Oid      the question
 * Buffer   gets the answer: 6 bytes of an address, or a number
 * Length   bytes in Buffer; a number is 8 bytes if they fit, else its low 4
 * Written  gets the bytes of the answer
 *
 * Returns STATUS_NOT_SUPPORTED for an identifier it does not know,
 * STATUS_BUFFER_TOO_SMALL, STATUS_DEVICE_NOT_READY while the adapter does not run. <=
 * DISPATCH_LEVEL.
 */
NTSTATUS
E1000Query(PE1000_CONTEXT Context, ULONG Oid, PVOID Buffer, ULONG Length,
           PULONG_PTR Written)
{
    UCHAR Address[E1000_ADDRESS_SIZE];
    ULONG64 Value = 0;
    PVOID Answer = &Value;
    ULONG Size = Length >= sizeof(ULONG64) ? sizeof(ULONG64) : sizeof(ULONG);
    BOOLEAN Known = TRUE;
    BOOLEAN Started;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Context->Lock, &OldIrql);
    Started = Context->Started;
    if (Oid == OID_802_3_CURRENT_ADDRESS || Oid == OID_802_3_PERMANENT_ADDRESS) {
        RtlCopyMemory(Address, Context->Address, sizeof(Address));
        Answer = Address;
        Size = sizeof(Address);
    } else if (Started) {
        Known = E1000ReadNumber(Context, Oid, &Value);
    }
    KeReleaseSpinLock(&Context->Lock, OldIrql);

    if (!Started) {
        return STATUS_DEVICE_NOT_READY;
    }
    if (!Known) {
        return STATUS_NOT_SUPPORTED;
    }
    if (Length < Size) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    RtlCopyMemory(Buffer, Answer, Size);
    *Written = Size;
    return STATUS_SUCCESS;
}
