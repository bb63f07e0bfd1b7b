/*
 * io.c: the queues, and what a client can ask. The protocol is drivers/e1000's: one frame a
 * read or write, questions by NDIS object identifiers.
 */
#include "pcidrv.h"

#include <ntddndis.h>

static EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL PcidrvControl;
static EVT_WDF_IO_QUEUE_STATE PcidrvReadsReady;

/* STATUS_NOT_SUPPORTED: an identifier we do not know. */
static NTSTATUS
PcidrvNumber(PPCIDRV_DEVICE Device, ULONG Oid, PULONG Value)
{
    switch (Oid) {
    case OID_GEN_MEDIA_CONNECT_STATUS:
        *Value = Device->Link ? NdisMediaStateConnected : NdisMediaStateDisconnected;
        return STATUS_SUCCESS;
    case OID_GEN_MAXIMUM_FRAME_SIZE:
        *Value = HW_FRAME_MAX - HW_HEADER_SIZE;
        return STATUS_SUCCESS;
    case OID_GEN_RCV_OK:
        *Value = (ULONG)Device->Received;
        return STATUS_SUCCESS;
    case OID_GEN_RCV_NO_BUFFER:
        *Value = (ULONG)Device->Overruns;
        return STATUS_SUCCESS;
    case OID_GEN_XMIT_OK:
        *Value = (ULONG)Device->Sent;
        return STATUS_SUCCESS;
    default:
        return STATUS_NOT_SUPPORTED;
    }
}

static NTSTATUS
PcidrvQuery(PPCIDRV_DEVICE Device, WDFREQUEST Request, PULONG_PTR Written)
{
    PVOID Answer;
    PULONG Oid, Output;
    ULONG Value;
    SIZE_T Size;
    NTSTATUS Status;

    Status = WdfRequestRetrieveInputBuffer(Request, sizeof(*Oid), (PVOID *)&Oid, NULL);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (*Oid == OID_802_3_CURRENT_ADDRESS || *Oid == OID_802_3_PERMANENT_ADDRESS) {
        Answer = Device->Address;
        Size = HW_ADDRESS_SIZE;
    } else {
        Status = PcidrvNumber(Device, *Oid, &Value);
        Answer = &Value;
        Size = sizeof(Value);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfRequestRetrieveOutputBuffer(Request, Size, (PVOID *)&Output, NULL);
    }
    if (NT_SUCCESS(Status)) {
        RtlCopyMemory(Output, Answer, Size);
        *Written = Size;
    }
    return Status;
}

static VOID NTAPI
PcidrvControl(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T OutputBufferLength,
              SIZE_T InputBufferLength, ULONG IoControlCode)
{
    ULONG_PTR Written = 0;
    NTSTATUS Status = STATUS_INVALID_DEVICE_REQUEST;

    UNREFERENCED_PARAMETER(OutputBufferLength);
    UNREFERENCED_PARAMETER(InputBufferLength);
    if (IoControlCode == IOCTL_NDIS_QUERY_GLOBAL_STATS) {
        Status = PcidrvQuery(PcidrvDevice(WdfIoQueueGetDevice(Queue)), Request, &Written);
    }
    WdfRequestCompleteWithInformation(Request, Status, Written);
}

/* The first read after none: there may be frames for it. */
static VOID NTAPI
PcidrvReadsReady(WDFQUEUE Queue, WDFCONTEXT Context)
{
    UNREFERENCED_PARAMETER(Queue);
    PcidrvReceive(Context);
}

/* Reads go to a manual queue at once; controls and writes are served as they come, and
   writes beyond the ring's room wait in a manual queue too. */
NTSTATUS
PcidrvCreateQueues(WDFDEVICE Handle)
{
    PPCIDRV_DEVICE Device = PcidrvDevice(Handle);
    WDF_IO_QUEUE_CONFIG Config;
    NTSTATUS Status;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&Config, WdfIoQueueDispatchParallel);
    Config.EvtIoDeviceControl = PcidrvControl;
    Config.EvtIoWrite = PcidrvWrite;
    Status = WdfIoQueueCreate(Handle, &Config, NULL, NULL);
    if (NT_SUCCESS(Status)) {
        WDF_IO_QUEUE_CONFIG_INIT(&Config, WdfIoQueueDispatchManual);
        Status = WdfIoQueueCreate(Handle, &Config, NULL, &Device->Reads);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfIoQueueCreate(Handle, &Config, NULL, &Device->Writes);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfIoQueueReadyNotify(Device->Reads, PcidrvReadsReady, Device);
    }
    return NT_SUCCESS(Status) ? WdfDeviceConfigureRequestDispatching(
                                    Handle, Device->Reads, WdfRequestTypeRead)
                              : Status;
}
