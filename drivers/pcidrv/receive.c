/*
 * receive.c: the ring of receive descriptors. A frame stays in its descriptor until a read
 * wants it; the descriptor in front of the oldest frame is the last the chip may fill.
 */
#include "pcidrv.h"

static ULONG
PcidrvReceiveOffset(ULONG Index)
{
    return FIELD_OFFSET(PCIDRV_SHARED, Receive) + Index * sizeof(HW_RECEIVE);
}

/* Makes a descriptor the chip's, as the last one, and the one before it no longer the last.
   ReceiveLock. */
static VOID
PcidrvRecycle(PPCIDRV_DEVICE Device, ULONG Index)
{
    volatile HW_RECEIVE *Receive = &Device->Shared->Receive[Index];
    ULONG Previous = (Index + PCIDRV_RECEIVES - 1) % PCIDRV_RECEIVES;

    Receive->Head.Status = 0;
    Receive->Count = 0;
    Receive->Size = sizeof(Receive->Frame);
    Receive->Head.Command = HW_COMMAND_LAST;
    KeMemoryBarrier();
    Device->Shared->Receive[Previous].Head.Command = 0;
}

/* The chip is reset: all descriptors are free, the unit starts at the first. */
VOID
PcidrvStartReceive(PPCIDRV_DEVICE Device)
{
    WdfSpinLockAcquire(Device->ReceiveLock);
    Device->ReceiveNext = 0;
    Device->ReceiveStopped = FALSE;
    for (ULONG Index = 0; Index < PCIDRV_RECEIVES; Index++) {
        Device->Shared->Receive[Index].Head.Link =
            PcidrvReceiveOffset((Index + 1) % PCIDRV_RECEIVES);
        PcidrvRecycle(Device, Index);
    }
    PcidrvCommand(Device, HW_RU_LOAD_BASE, Device->SharedAddress);
    PcidrvCommand(Device, HW_RU_START, PcidrvReceiveOffset(0));
    WdfSpinLockRelease(Device->ReceiveLock);
}

/* The unit stopped for want of descriptors. It goes on at the first free one; while there is
   none, a read that takes a frame comes here again. ReceiveLock. */
static VOID
PcidrvResumeReceive(PPCIDRV_DEVICE Device)
{
    for (ULONG Count = 0; Count < PCIDRV_RECEIVES; Count++) {
        ULONG Index = (Device->ReceiveNext + Count) % PCIDRV_RECEIVES;

        if ((Device->Shared->Receive[Index].Head.Status & HW_STATUS_COMPLETE) == 0) {
            Device->ReceiveStopped = FALSE;
            PcidrvCommand(Device, HW_RU_START, PcidrvReceiveOffset(Index));
            return;
        }
    }
}

VOID
PcidrvRestartReceive(PPCIDRV_DEVICE Device)
{
    WdfSpinLockAcquire(Device->ReceiveLock);
    Device->ReceiveStopped = TRUE;
    Device->Overruns++;
    PcidrvResumeReceive(Device);
    WdfSpinLockRelease(Device->ReceiveLock);
}

/* Bytes of the frame in a descriptor; 0: none that is whole. */
static ULONG
PcidrvFrameLength(volatile HW_RECEIVE *Receive)
{
    ULONG Length = Receive->Count & HW_COUNT_MASK;

    return (Receive->Head.Status & HW_STATUS_OK) != 0 && Length >= HW_HEADER_SIZE &&
                   Length <= sizeof(Receive->Frame)
               ? Length
               : 0;
}

/* Copies the oldest frame to a read, and gives the descriptor back. ReceiveLock. */
static NTSTATUS
PcidrvDeliver(PPCIDRV_DEVICE Device, WDFREQUEST Request, PULONG_PTR Copied)
{
    volatile HW_RECEIVE *Receive = &Device->Shared->Receive[Device->ReceiveNext];
    ULONG Length = PcidrvFrameLength(Receive);
    PVOID Buffer;
    SIZE_T Room;
    NTSTATUS Status = WdfRequestRetrieveOutputBuffer(Request, 1, &Buffer, &Room);

    *Copied = 0;
    if (!NT_SUCCESS(Status)) {
        return Status; /* the frame is the next read's */
    }
    *Copied = min(Length, Room);
    RtlCopyMemory(Buffer, (PVOID)Receive->Frame, *Copied);
    Device->Received++;
    PcidrvRecycle(Device, Device->ReceiveNext);
    Device->ReceiveNext = (Device->ReceiveNext + 1) % PCIDRV_RECEIVES;
    return *Copied == Length ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
}

/* Drops descriptors without a whole frame; whether there is a frame. ReceiveLock. */
static BOOLEAN
PcidrvHasFrame(PPCIDRV_DEVICE Device)
{
    for (ULONG Count = 0; Count < PCIDRV_RECEIVES; Count++) {
        volatile HW_RECEIVE *Receive = &Device->Shared->Receive[Device->ReceiveNext];

        if ((Receive->Head.Status & HW_STATUS_COMPLETE) == 0) {
            return FALSE;
        }
        if (PcidrvFrameLength(Receive) != 0) {
            return TRUE;
        }
        PcidrvRecycle(Device, Device->ReceiveNext);
        Device->ReceiveNext = (Device->ReceiveNext + 1) % PCIDRV_RECEIVES;
    }
    return FALSE;
}

/* Brings frames and reads together until one of them runs out. */
VOID
PcidrvReceive(PPCIDRV_DEVICE Device)
{
    WDFREQUEST Request;
    ULONG_PTR Copied = 0;
    NTSTATUS Status = STATUS_SUCCESS;

    for (;;) {
        Request = NULL;
        WdfSpinLockAcquire(Device->ReceiveLock);
        if (PcidrvHasFrame(Device) &&
            NT_SUCCESS(WdfIoQueueRetrieveNextRequest(Device->Reads, &Request))) {
            Status = PcidrvDeliver(Device, Request, &Copied);
        }
        if (Device->ReceiveStopped) {
            PcidrvResumeReceive(Device);
        }
        WdfSpinLockRelease(Device->ReceiveLock);
        if (Request == NULL) {
            return;
        }
        WdfRequestCompleteWithInformation(Request, Status, Copied);
    }
}
