/*
 * pcidrv.h: a KMDF driver of the Intel 8255x. Its three steps of an interrupt:
 *
 *   EvtInterruptIsr   at DIRQL: takes the causes from the chip, masks it, asks for the DPC
 *   EvtInterruptDpc   at DISPATCH_LEVEL: completes requests from both rings, unmasks
 *   a work item       at PASSIVE_LEVEL: asks the PHY for the link, resets a chip that hangs
 *
 * Frames are copied to and from blocks in a common buffer, not moved by WDFDMATRANSACTIONs:
 * the chip wants a receive buffer before anybody knows which read the frame is for, and a
 * frame in a transmit block is at most 1514 bytes, less work to copy than to map.
 *
 * Reads wait in a manual queue, and so do writes that find no free block. ReceiveLock and
 * TransmitLock guard a ring each; no request is completed under one.
 */
#pragma once

#include <wdf.h>

#include "hw.h"

#define PCIDRV_RECEIVES 64
#define PCIDRV_COMMANDS 32
#define PCIDRV_IDLE     MAXULONG64

/* Memory that the chip sees too. */
typedef struct _PCIDRV_SHARED {
    volatile HW_RECEIVE Receive[PCIDRV_RECEIVES];
    volatile HW_COMMAND Command[PCIDRV_COMMANDS];
} PCIDRV_SHARED, *PPCIDRV_SHARED;

typedef struct _PCIDRV_DEVICE {
    PUCHAR Registers;
    WDFINTERRUPT Interrupt;
    WDFDMAENABLER DmaEnabler;
    WDFCOMMONBUFFER Buffer;
    PPCIDRV_SHARED Shared;
    ULONG SharedAddress;
    UCHAR Address[HW_ADDRESS_SIZE];
    WDFQUEUE Reads;
    WDFQUEUE Writes; /* those that wait for a block */

    WDFSPINLOCK ReceiveLock; /* the receive ring and the next three */
    ULONG ReceiveNext;
    BOOLEAN ReceiveStopped; /* every descriptor holds a frame that nobody has read */
    ULONG64 Received;
    ULONG64 Overruns; /* times that the chip ran out of descriptors */

    WDFSPINLOCK TransmitLock; /* the command ring and the rest */
    BOOLEAN Running;          /* else writes wait */
    ULONG CommandNext;
    ULONG CommandOldest;                 /* == CommandNext: the ring is empty */
    WDFREQUEST Sending[PCIDRV_COMMANDS]; /* NULL: no transmit */
    ULONG64 Sent;
    ULONG64 Taken;   /* blocks that have come off the ring */
    ULONG64 Watched; /* Taken at the watch's last look; PCIDRV_IDLE: the ring was empty */

    WDFTIMER Watch;
    WDFWORKITEM Work;
    BOOLEAN Link; /* the work item's */
} PCIDRV_DEVICE, *PPCIDRV_DEVICE;

WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(PCIDRV_DEVICE, PcidrvDevice)

/* What the ISR saves; the interrupt's lock guards it. */
typedef struct _PCIDRV_INTERRUPT {
    PPCIDRV_DEVICE Device;
    UCHAR Causes;
    BOOLEAN Enabled;
} PCIDRV_INTERRUPT, *PPCIDRV_INTERRUPT;

WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(PCIDRV_INTERRUPT, PcidrvInterrupt)

/* hardware.c */
EVT_WDF_DEVICE_PREPARE_HARDWARE PcidrvPrepare;
EVT_WDF_DEVICE_RELEASE_HARDWARE PcidrvRelease;
EVT_WDF_DEVICE_D0_ENTRY PcidrvD0Entry;
EVT_WDF_DEVICE_D0_ENTRY_POST_INTERRUPTS_ENABLED PcidrvD0EntryConnected;
EVT_WDF_DEVICE_D0_EXIT_PRE_INTERRUPTS_DISABLED PcidrvD0ExitConnected;
EVT_WDF_DEVICE_D0_EXIT PcidrvD0Exit;
EVT_WDF_DEVICE_SURPRISE_REMOVAL PcidrvSurpriseRemoval;

/* chip.c */
VOID PcidrvCommand(PPCIDRV_DEVICE Device, UCHAR Command, ULONG Pointer);
VOID PcidrvReset(PPCIDRV_DEVICE Device);
VOID PcidrvReadAddress(PPCIDRV_DEVICE Device);
BOOLEAN PcidrvReadLink(PPCIDRV_DEVICE Device);

/* isrdpc.c */
EVT_WDF_INTERRUPT_ISR PcidrvIsr;
EVT_WDF_INTERRUPT_DPC PcidrvDpc;
EVT_WDF_INTERRUPT_ENABLE PcidrvEnable;
EVT_WDF_INTERRUPT_DISABLE PcidrvDisable;

/* receive.c */
VOID PcidrvStartReceive(PPCIDRV_DEVICE Device);
VOID PcidrvRestartReceive(PPCIDRV_DEVICE Device);
VOID PcidrvReceive(PPCIDRV_DEVICE Device);

/* transmit.c */
VOID PcidrvStartCommands(PPCIDRV_DEVICE Device);
VOID PcidrvStopCommands(PPCIDRV_DEVICE Device, NTSTATUS Status);
VOID PcidrvReclaim(PPCIDRV_DEVICE Device);
EVT_WDF_IO_QUEUE_IO_WRITE PcidrvWrite;

/* io.c */
NTSTATUS PcidrvCreateQueues(WDFDEVICE Device);

/* watch.c */
NTSTATUS PcidrvCreateWatch(WDFDEVICE Device);
