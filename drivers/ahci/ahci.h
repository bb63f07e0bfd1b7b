/*
 * The contexts of the AHCI driver and what its files offer each other.
 *
 * One functional device object per controller (AHCI_HBA), one named device object per
 * disk (AHCI_DISK), and behind each disk an AHCI_PORT in pool, freed before either.
 * Reading order: driver.c, pnp.c, hba.c, port.c, identify.c, disk.c, interrupt.c (how it
 * starts), then io.c, queue.c, command.c, issue.c (the way of a request down), isrdpc.c
 * (its way back), and timeout.c, recover.c, errorlog.c (when it fails). polled.c is for
 * commands without an IRP.
 *
 * One lock: AHCI_PORT.Lock, for a port's requests. No IRP is completed under it. What the
 * ISR and the DPC share, AHCI_HBA.Causes, is interlocked.
 */
#pragma once

#include "ahciioctl.h"
#include "hw.h"
#include "opens.h"

#define AHCI_POOL_TAG 0x69636841 /* "Ahci" */

typedef struct _AHCI_HBA *PAHCI_HBA;
typedef struct _AHCI_PORT *PAHCI_PORT;

typedef enum _AHCI_KIND { AhciKindHba, AhciKindDisk } AHCI_KIND;

/* How every device extension of this driver begins. */
typedef struct _AHCI_EXTENSION {
    AHCI_KIND Kind;
    IO_REMOVE_LOCK RemoveLock;
} AHCI_EXTENSION, *PAHCI_EXTENSION;

typedef struct _AHCI_DISK {
    AHCI_EXTENSION Common; /* one reference of RemoveLock per IRP inside the driver */
    PAHCI_PORT Port;
    DISK_OPENS Opens;
} AHCI_DISK, *PAHCI_DISK;

/*
 * What interrupts have left for the DPC: interlocked. The ISR only adds bits, first to
 * PortCause, then to Ports, until the DPC takes them, first Ports; so an interrupt that
 * comes before the DPC has run adds to the context of the earlier one and overwrites
 * nothing.
 */
typedef struct _AHCI_CAUSES {
    volatile LONG Ports; /* which have had an interrupt */
    volatile LONG PortCause[AHCI_MAXIMUM_PORTS];
} AHCI_CAUSES, *PAHCI_CAUSES;

typedef struct _AHCI_HBA {
    AHCI_EXTENSION Common;
    PDEVICE_OBJECT Device;
    PDEVICE_OBJECT PhysicalDevice;
    PDEVICE_OBJECT LowerDevice;

    PUCHAR Registers; /* NULL while not started */
    ULONG RegistersLength;
    ULONG Capabilities;
    PDMA_ADAPTER DmaAdapter;
    PAHCI_PORT Ports[AHCI_MAXIMUM_PORTS]; /* NULL where there is no disk */
    ULONG ActivePorts; /* whose interrupts are enabled; constant while GHC.IE is set */

    ULONG ConnectVersion; /* as IoConnectInterruptEx returned it, 0: not connected */
    union {
        PVOID Generic;
        PKINTERRUPT InterruptObject;
        PIO_INTERRUPT_MESSAGE_INFO MessageTable;
    } Connection;
    AHCI_CAUSES Causes;
} AHCI_HBA;

/* Of a list of so many elements that 64 KiB on scattered pages need no other memory. */
#define AHCI_LIST_SIZE (sizeof(SCATTER_GATHER_LIST) + 17 * sizeof(SCATTER_GATHER_ELEMENT))

/* One command slot; its number is the tag of a queued command. */
typedef struct _AHCI_SLOT {
    PAHCI_PORT Port;
    ULONG Number;
    PIRP Irp;
    PSCATTER_GATHER_LIST List;                      /* NULL: not mapped yet, or a flush */
    UCHAR DECLSPEC_ALIGN(8) Memory[AHCI_LIST_SIZE]; /* for a list of few elements */
    BOOLEAN Serial;    /* a non-queued command: nothing else may be out with it */
    ULONG SecondsLeft; /* while issued; 0: overdue */
    ULONG Attempts;    /* issued in vain, and by its own fault */
} AHCI_SLOT, *PAHCI_SLOT;

typedef enum _AHCI_PORT_STATE {
    AhciPortRunning,
    AhciPortRecovering, /* a worker is restarting it: nothing is issued */
    AhciPortDead        /* could not be restarted */
} AHCI_PORT_STATE;

typedef struct _AHCI_PORT {
    PAHCI_HBA Hba;
    ULONG Number;
    PUCHAR Registers;
    PDEVICE_OBJECT Disk;
    PIO_WORKITEM RecoveryItem; /* queued on the way into AhciPortRecovering only */

    volatile AHCI_PORT_MEMORY *Memory;
    PHYSICAL_ADDRESS MemoryAddress;

    /* What IDENTIFY DEVICE said: constant from then on. */
    ULONGLONG SectorCount;
    ULONG Depth;      /* commands that may be outstanding */
    ULONG TrimRanges; /* of one command; 0: the disk does not trim */
    BOOLEAN Queued;
    BOOLEAN FlushSupported;
    BOOLEAN LogSupported;
    CHAR Model[ATA_ID_MODEL_WORDS * 2 + 1];

    LONG PumpRequests; /* interlocked */
    LONG IssueHolds;   /* interlocked; not 0: who holds issues what is in Held */
    KEVENT Idle;       /* set when closed, empty, and not recovering */

    KSPIN_LOCK Lock; /* guards all that follows, and the writing of PxSACT and PxCI */
    LIST_ENTRY Waiting;
    BOOLEAN Open;
    BOOLEAN Exclusive; /* a serial command has been chosen and is not finished */
    AHCI_PORT_STATE State;
    ULONG Busy;         /* slots that hold an IRP */
    ULONG Held;         /* of those, ready, and kept back for a moment */
    ULONG Issued;       /* of those, given to the controller */
    ULONG Retry;        /* of those, to be issued again */
    ULONG Beside;       /* of those in Retry, what may go out beside others */
    ULONG Overdue;      /* of those issued, why the port is recovering; 0: an error is */
    ULONG Fatal;        /* the causes for which the port is recovering */
    ULONG Silent;       /* timeouts in a row without any command done in between */
    ULONGLONG DoneThen; /* commands that had been done at the last of them */
    AHCI_STATISTICS Statistics;
    AHCI_SLOT Slots[AHCI_MAXIMUM_SLOTS];
} AHCI_PORT;

/* The number of the lowest bit that is set; Bits is not zero. */
static inline ULONG
AhciLowestBit(ULONG Bits)
{
    return (ULONG)__builtin_ctz(Bits);
}

static inline ULONG
AhciRead(PUCHAR Registers, ULONG Offset)
{
    return READ_REGISTER_ULONG((volatile ULONG *)(Registers + Offset));
}

static inline VOID
AhciWrite(PUCHAR Registers, ULONG Offset, ULONG Value)
{
    WRITE_REGISTER_ULONG((volatile ULONG *)(Registers + Offset), Value);
}

/* The IRP that has waited longest, or NULL. Port->Lock is held. */
static inline PIRP
AhciHeadIrp(PAHCI_PORT Port)
{
    if (IsListEmpty(&Port->Waiting)) {
        return NULL;
    }
    return CONTAINING_RECORD(Port->Waiting.Flink, IRP, Tail.Overlay.ListEntry);
}

/* settings.c */
NTSTATUS AhciReadSettings(PUNICODE_STRING RegistryPath);
ULONG AhciCommandSeconds(VOID);

/* pnp.c */
DRIVER_DISPATCH AhciPnp;

/* leave.c */
NTSTATUS AhciQueryLeave(PAHCI_HBA Hba);
VOID AhciCancelLeave(PAHCI_HBA Hba);

/* hba.c */
NTSTATUS AhciStartHba(PAHCI_HBA Hba, PCM_RESOURCE_LIST Translated);
VOID AhciStopHba(PAHCI_HBA Hba);
BOOLEAN AhciIsPresent(PAHCI_HBA Hba);
NTSTATUS AhciGoneStatus(PAHCI_HBA Hba);
BOOLEAN AhciWait(PUCHAR Registers, ULONG Offset, ULONG Mask, ULONG Value,
                 ULONG Milliseconds);

/* interrupt.c */
NTSTATUS AhciConnectInterrupt(PAHCI_HBA Hba);
VOID AhciDisconnectInterrupt(PAHCI_HBA Hba);

/* port.c */
BOOLEAN AhciStopPort(PAHCI_PORT Port);
BOOLEAN AhciStartPort(PAHCI_PORT Port, BOOLEAN ResetLink);
BOOLEAN AhciLinkIsUp(PAHCI_PORT Port);

/* polled.c */
NTSTATUS AhciReadPage(PAHCI_PORT Port, ULONG Command, ULONGLONG Address, ULONG Count);

/* identify.c */
NTSTATUS AhciIdentify(PAHCI_PORT Port);

/* disk.c */
VOID AhciOpenPort(PAHCI_HBA Hba, ULONG Number);
NTSTATUS AhciCreateDisk(PAHCI_PORT Port);
VOID AhciDrainPort(PAHCI_PORT Port);
VOID AhciFreePort(PAHCI_PORT Port);

/* io.c */
DRIVER_DISPATCH AhciCreateClose;
DRIVER_DISPATCH AhciQueuedRequest;
DRIVER_DISPATCH AhciDeviceControl;
VOID AhciCompleteIrp(PIRP Irp, NTSTATUS Status, ULONG_PTR Information);
VOID AhciCompleteDiskIrp(PAHCI_PORT Port, PIRP Irp, NTSTATUS Status,
                         ULONG_PTR Information);

/* queue.c */
VOID AhciEnqueueIrp(PAHCI_PORT Port, PIRP Irp);
BOOLEAN AhciClaimHeadIrp(PAHCI_PORT Port);
VOID AhciFailWaiting(PAHCI_PORT Port, NTSTATUS Status);

/* command.c */
VOID AhciPump(PAHCI_PORT Port);
VOID AhciFinishSlots(PAHCI_PORT Port, ULONG Slots, NTSTATUS Status);
VOID AhciSignalIfIdle(PAHCI_PORT Port);

/* submit.c */
VOID AhciIssueSlot(PAHCI_SLOT Slot);
VOID AhciHoldIssue(PAHCI_PORT Port);
VOID AhciLetIssue(PAHCI_PORT Port);

/* issue.c */
NTSTATUS AhciFillRegions(PAHCI_SLOT Slot);
VOID AhciWriteCommand(PAHCI_SLOT Slot);
VOID AhciWriteFis(volatile AHCI_COMMAND_TABLE *Table, ULONG Command, ULONGLONG Sector,
                  ULONG Features, ULONG Count);
VOID AhciWriteHeader(PAHCI_PORT Port, ULONG Slot, volatile AHCI_COMMAND_TABLE *Table,
                     ULONG Regions, BOOLEAN ToDevice);
VOID AhciWriteRegion(PAHCI_PORT Port, volatile AHCI_COMMAND_TABLE *Table, ULONG Offset,
                     ULONG Length);

/* isrdpc.c */
KSERVICE_ROUTINE AhciLineIsr;
KMESSAGE_SERVICE_ROUTINE AhciMessageIsr;
IO_DPC_ROUTINE AhciDpcForIsr;

ULONG AhciServicePort(PAHCI_PORT Port, ULONG Cause);

/* trim.c */
NTSTATUS AhciCheckTrim(PAHCI_PORT Port, PIRP Irp);
VOID AhciWriteTrim(PAHCI_SLOT Slot);

/* timeout.c */
IO_TIMER_ROUTINE AhciTick;

/* errorlog.c */
BOOLEAN AhciReadErrorLog(PAHCI_PORT Port, PULONG Tag, PULONG Error);

/* recover.c */
VOID AhciQueueRecovery(PAHCI_PORT Port);
