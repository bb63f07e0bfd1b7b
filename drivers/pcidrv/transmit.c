/*
 * transmit.c: the ring of command blocks. The command unit stops behind the newest block,
 * which has the suspend bit; a new one takes the bit over, and the unit is told to go on.
 */
#include "pcidrv.h"

#define PCIDRV_THRESHOLD 0xE0 /* of 8 bytes: whole frames are fetched first */

/* The chip's defaults for a PHY behind MII, but for short frames, which it is not to drop:
   senders on a virtual wire do not pad. */
static const UCHAR PcidrvConfiguration[HW_CONFIG_SIZE] = {
    22, 0x08, 0, 0,    0,    0, 0x32, 0x02, 0x01, 0,    0x2E,
    0,  0x60, 0, 0xF2, 0x48, 0, 0x40, 0xF2, 0x80, 0x3F, 0x05};

static ULONG
PcidrvCommandOffset(ULONG Index)
{
    return FIELD_OFFSET(PCIDRV_SHARED, Command) + Index * sizeof(HW_COMMAND);
}

/* The next free block, NULL when the ring is full but for one. TransmitLock. */
static volatile HW_COMMAND *
PcidrvNextCommand(PPCIDRV_DEVICE Device)
{
    if ((Device->CommandNext + 1) % PCIDRV_COMMANDS == Device->CommandOldest) {
        return NULL;
    }
    return &Device->Shared->Command[Device->CommandNext];
}

/* Hands the next block, which is filled, to the chip. TransmitLock. */
static VOID
PcidrvAppend(PPCIDRV_DEVICE Device, USHORT Operation)
{
    ULONG Index = Device->CommandNext;
    ULONG Previous = (Index + PCIDRV_COMMANDS - 1) % PCIDRV_COMMANDS;
    volatile HW_COMMAND *Command = &Device->Shared->Command[Index];

    Command->Head.Status = 0;
    Command->Head.Command = Operation | HW_COMMAND_SUSPEND | HW_COMMAND_INTERRUPT;
    KeMemoryBarrier();
    Device->Shared->Command[Previous].Head.Command &= (USHORT)~HW_COMMAND_SUSPEND;
    Device->CommandNext = (Index + 1) % PCIDRV_COMMANDS;
    if (Device->Running) {
        PcidrvCommand(Device, HW_CU_RESUME, 0);
    } else {
        PcidrvCommand(Device, HW_CU_START, PcidrvCommandOffset(Index));
        Device->Running = TRUE;
    }
}

/* The chip is reset: an empty ring, configuration and address as its first blocks. */
VOID
PcidrvStartCommands(PPCIDRV_DEVICE Device)
{
    volatile HW_COMMAND *Command = Device->Shared->Command;

    WdfSpinLockAcquire(Device->TransmitLock);
    Device->CommandNext = Device->CommandOldest = 0;
    Device->Running = FALSE;
    for (ULONG Index = 0; Index < PCIDRV_COMMANDS; Index++) {
        Command[Index].Head.Link = PcidrvCommandOffset((Index + 1) % PCIDRV_COMMANDS);
    }
    PcidrvCommand(Device, HW_CU_LOAD_BASE, Device->SharedAddress);
    RtlCopyMemory((PVOID)Command[0].u.Configuration, PcidrvConfiguration, HW_CONFIG_SIZE);
    PcidrvAppend(Device, HW_COMMAND_CONFIGURE);
    RtlCopyMemory((PVOID)Command[1].u.Address, Device->Address, HW_ADDRESS_SIZE);
    PcidrvAppend(Device, HW_COMMAND_ADDRESS);
    WdfSpinLockRelease(Device->TransmitLock);
}

/* Takes the oldest block off the ring, done or not; its write or NULL. TransmitLock. */
static WDFREQUEST
PcidrvTakeOldest(PPCIDRV_DEVICE Device)
{
    WDFREQUEST Request = Device->Sending[Device->CommandOldest];

    Device->Sending[Device->CommandOldest] = NULL;
    Device->CommandOldest = (Device->CommandOldest + 1) % PCIDRV_COMMANDS;
    Device->Taken++;
    return Request;
}

/* Ends with Status the writes that the chip will not send any more: it stops, or is reset.
   Others wait from now on. */
VOID
PcidrvStopCommands(PPCIDRV_DEVICE Device, NTSTATUS Status)
{
    WDFREQUEST Request;
    BOOLEAN Any;

    do {
        Request = NULL;
        WdfSpinLockAcquire(Device->TransmitLock);
        Device->Running = FALSE;
        Any = Device->CommandOldest != Device->CommandNext;
        if (Any) {
            Request = PcidrvTakeOldest(Device);
        }
        WdfSpinLockRelease(Device->TransmitLock);
        if (Request != NULL) {
            WdfRequestComplete(Request, Status);
        }
    } while (Any);
}

/* Puts a write's frame into the ring; STATUS_DEVICE_BUSY: it is full, or stands.
   TransmitLock. */
static NTSTATUS
PcidrvSend(PPCIDRV_DEVICE Device, WDFREQUEST Request)
{
    volatile HW_COMMAND *Command = PcidrvNextCommand(Device);
    PVOID Frame;
    SIZE_T Length;
    NTSTATUS Status;

    if (Command == NULL || !Device->Running) {
        return STATUS_DEVICE_BUSY;
    }
    Status = WdfRequestRetrieveInputBuffer(Request, HW_HEADER_SIZE, &Frame, &Length);
    if (!NT_SUCCESS(Status) || Length > HW_FRAME_MAX) {
        return STATUS_INVALID_PARAMETER;
    }
    Command->u.Transmit.Descriptors = HW_SIMPLE;
    Command->u.Transmit.Count = (USHORT)Length | HW_TRANSMIT_EOF;
    Command->u.Transmit.Threshold = PCIDRV_THRESHOLD;
    Command->u.Transmit.DescriptorCount = 0;
    RtlCopyMemory((PVOID)Command->u.Transmit.Frame, Frame, Length);
    Device->Sending[Device->CommandNext] = Request;
    WdfRequestSetInformation(Request, Length);
    PcidrvAppend(Device, HW_COMMAND_TRANSMIT);
    return STATUS_SUCCESS;
}

VOID NTAPI
PcidrvWrite(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T Length)
{
    PPCIDRV_DEVICE Device = PcidrvDevice(WdfIoQueueGetDevice(Queue));
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Length);
    WdfSpinLockAcquire(Device->TransmitLock);
    Status = PcidrvSend(Device, Request);
    if (Status == STATUS_DEVICE_BUSY) {
        /* Under the lock, so that the DPC that makes room sees it there. */
        Status = WdfRequestForwardToIoQueue(Request, Device->Writes);
    }
    WdfSpinLockRelease(Device->TransmitLock);
    if (!NT_SUCCESS(Status)) {
        WdfRequestComplete(Request, Status);
    }
}

/* A write that waited for room; whether there was one that could be sent, or had to end. */
static BOOLEAN
PcidrvSendWaiting(PPCIDRV_DEVICE Device)
{
    WDFREQUEST Request = NULL;
    NTSTATUS Status = STATUS_SUCCESS;

    WdfSpinLockAcquire(Device->TransmitLock);
    if (PcidrvNextCommand(Device) != NULL && Device->Running &&
        NT_SUCCESS(WdfIoQueueRetrieveNextRequest(Device->Writes, &Request))) {
        Status = PcidrvSend(Device, Request);
    }
    WdfSpinLockRelease(Device->TransmitLock);
    if (!NT_SUCCESS(Status)) {
        WdfRequestComplete(Request, Status);
    }
    return Request != NULL;
}

/* Completes the writes that the chip has sent, in order, and fills the ring again. */
VOID
PcidrvReclaim(PPCIDRV_DEVICE Device)
{
    WDFREQUEST Request;
    USHORT Status;

    do {
        Request = NULL;
        Status = 0;
        WdfSpinLockAcquire(Device->TransmitLock);
        if (Device->CommandOldest != Device->CommandNext) {
            Status = Device->Shared->Command[Device->CommandOldest].Head.Status;
        }
        if ((Status & HW_STATUS_COMPLETE) != 0) {
            Request = PcidrvTakeOldest(Device);
            Device->Sent += Request != NULL;
        }
        WdfSpinLockRelease(Device->TransmitLock);
        if (Request != NULL) {
            WdfRequestComplete(Request, (Status & HW_STATUS_OK) != 0
                                            ? STATUS_SUCCESS
                                            : STATUS_IO_DEVICE_ERROR);
        }
    } while ((Status & HW_STATUS_COMPLETE) != 0);
    while (PcidrvSendWaiting(Device)) {
    }
}
