/*
 * nic.c - the adapter as a client sees it: reads that are always outstanding, and writes.
 */
#include "slot.h"
#include <ntddndis.h>

#define NIC_SEND_TIMEOUT NETECHO_SECOND

/*
 * Opens an adapter and puts all reads out.
 *
 * DeviceName  its device object, like \Device\E1000_0
 * Nic         gets the open adapter
 *
 * Returns STATUS_SUCCESS, STATUS_INSUFFICIENT_RESOURCES, or why the device cannot be
 * opened.
 */
NTSTATUS
NicOpen(const UNICODE_STRING *DeviceName, PNIC *Nic)
{
    UNICODE_STRING Name = *DeviceName;
    NTSTATUS Status;
    PNIC New;
    ULONG Index;

    New = ExAllocatePoolWithTag(NonPagedPool, sizeof(*New), NETECHO_TAG);
    if (New == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(New, sizeof(*New));
    Status = IoGetDeviceObjectPointer(&Name, FILE_READ_DATA | FILE_WRITE_DATA,
                                      &New->FileObject, &New->Device);
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(New, NETECHO_TAG);
        return Status;
    }
    NicInitializeShelf(&New->Reads, IRP_MJ_READ);
    NicInitializeShelf(&New->Writes, IRP_MJ_WRITE);
    Status = NicFillShelf(New, &New->Reads);
    if (NT_SUCCESS(Status)) {
        Status = NicFillShelf(New, &New->Writes);
    }
    if (!NT_SUCCESS(Status)) {
        NicClose(New);
        return Status;
    }
    for (Index = 0; Index < NIC_SLOTS; Index++) {
        NicStartSlot(New, NicTakeSlot(&New->Reads, NULL), NIC_FRAME_ROOM);
    }
    *Nic = New;
    return STATUS_SUCCESS;
}

/* Takes back every IRP, then lets the adapter go. */
VOID
NicClose(PNIC Nic)
{
    NicEmptyShelf(&Nic->Reads);
    NicEmptyShelf(&Nic->Writes);
    ObDereferenceObject(Nic->FileObject);
    ExFreePoolWithTag(Nic, NETECHO_TAG);
}

/* Asks the adapter for its station address, WIRE_MAC_SIZE bytes. */
NTSTATUS
NicQueryAddress(PNIC Nic, PUCHAR Mac)
{
    ULONG Oid = OID_802_3_CURRENT_ADDRESS;
    IO_STATUS_BLOCK IoStatus;
    NTSTATUS Status;
    KEVENT Event;
    PIRP Irp;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildDeviceIoControlRequest(IOCTL_NDIS_QUERY_GLOBAL_STATS, Nic->Device, &Oid,
                                        sizeof(Oid), Mac, WIRE_MAC_SIZE, FALSE, &Event,
                                        &IoStatus);
    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = IoCallDriver(Nic->Device, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = IoStatus.Status;
    }
    if (NT_SUCCESS(Status) && IoStatus.Information != WIRE_MAC_SIZE) {
        Status = STATUS_INVALID_DEVICE_STATE;
    }
    return Status;
}

/*
 * Hands a frame to the adapter, without waiting until it is on the wire. A frame that the
 * adapter then fails to send is a frame lost, which is what retransmission is for.
 *
 * Returns STATUS_SUCCESS, STATUS_INVALID_PARAMETER if the frame is too long,
 * STATUS_IO_TIMEOUT if all write slots stay with the adapter.
 */
NTSTATUS
NicSend(PNIC Nic, const UCHAR *Frame, ULONG Length)
{
    LARGE_INTEGER Timeout = {.QuadPart = -(LONGLONG)NIC_SEND_TIMEOUT};
    PNIC_SLOT Slot;

    if (Length > WIRE_FRAME_MAX) {
        return STATUS_INVALID_PARAMETER;
    }
    Slot = NicTakeSlot(&Nic->Writes, &Timeout);
    if (Slot == NULL) {
        return STATUS_IO_TIMEOUT;
    }
    /* The MDL stays as long as the room it describes; the stack location says what to
     * send. */
    RtlCopyMemory(Slot->Frame, Frame, Length);
    NicStartSlot(Nic, Slot, Length);
    return STATUS_SUCCESS;
}

/*
 * Waits for a frame, copies it and puts its read out again.
 *
 * Deadline  interrupt time until which to wait; one that has passed means not to wait
 * Frame     gets the frame, at most Capacity bytes of it
 * Length    gets how many
 *
 * Returns STATUS_SUCCESS, STATUS_TIMEOUT, or the status with which the driver failed a
 * read.
 */
NTSTATUS
NicReceive(PNIC Nic, ULONG64 Deadline, PUCHAR Frame, ULONG Capacity, PULONG Length)
{
    ULONG64 Now = KeQueryInterruptTime();
    LARGE_INTEGER Timeout = {.QuadPart = 0};
    PNIC_SLOT Slot;
    NTSTATUS Status;

    if (Deadline > Now) {
        Timeout.QuadPart = -(LONGLONG)(Deadline - Now);
    }
    Slot = NicTakeSlot(&Nic->Reads, &Timeout);
    if (Slot == NULL) {
        return STATUS_TIMEOUT;
    }
    Status = Slot->Irp->IoStatus.Status;
    if (!NT_SUCCESS(Status)) {
        NicPutSlot(Slot);
        return Status;
    }
    *Length = (ULONG)Slot->Irp->IoStatus.Information;
    if (*Length > Capacity) {
        *Length = Capacity;
    }
    RtlCopyMemory(Frame, Slot->Frame, *Length);
    NicStartSlot(Nic, Slot, NIC_FRAME_ROOM);
    return STATUS_SUCCESS;
}
