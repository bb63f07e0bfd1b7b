/*
 * pcislot.h - one hot-plug slot of PCI Express: its registers, and what its files ask of each
 * other. The slot is a part of a root port or of a switch's downstream port.
 *
 * pcislot.c knows the slots, pcislotcommand.c tells one what to do, pcislotevent.c hears
 * what it has to say and does what follows from it.
 */
#pragma once

#include "iopnp.h"

#include <internal/ke.h>

/* Registers, from the PCI Express capability on, and their bits. */
#define PCIE_CAPABILITIES        0x02
#define PCIE_SLOT_IMPLEMENTED    0x0100
#define PCIE_LINK_CAPABILITIES   0x0C
#define PCIE_LINK_REPORTS_ACTIVE 0x00100000
#define PCIE_LINK_STATUS         0x12
#define PCIE_LINK_ACTIVE         0x2000
#define PCIE_SLOT_CAPABILITIES   0x14
#define PCIE_SLOT_HAS_BUTTON     0x00000001
#define PCIE_SLOT_HAS_POWER      0x00000002
#define PCIE_SLOT_HAS_INDICATOR  0x00000010
#define PCIE_SLOT_HOT_PLUG       0x00000040
#define PCIE_SLOT_NO_COMPLETION  0x00040000
#define PCIE_SLOT_NUMBER_SHIFT   19
#define PCIE_SLOT_CONTROL        0x18
#define PCIE_ENABLE_BUTTON       0x0001
#define PCIE_ENABLE_PRESENCE     0x0008
#define PCIE_ENABLE_INTERRUPT    0x0020
#define PCIE_INDICATOR_MASK      0x0300
#define PCIE_INDICATOR_ON        0x0100
#define PCIE_INDICATOR_OFF       0x0300
#define PCIE_POWER_OFF           0x0400
#define PCIE_ENABLE_LINK_CHANGE  0x1000
#define PCIE_SLOT_STATUS         0x1A
#define PCIE_BUTTON_PUSHED       0x0001
#define PCIE_PRESENCE_CHANGED    0x0008
#define PCIE_COMMAND_COMPLETED   0x0010
#define PCIE_PRESENT             0x0040
#define PCIE_LINK_CHANGED        0x0100
#define PCIE_SLOT_EVENTS         (PCIE_BUTTON_PUSHED | PCIE_PRESENCE_CHANGED | PCIE_LINK_CHANGED)

typedef struct _IOP_SLOT {
    LIST_ENTRY Link; /* IopSlots: complete before the first interrupt, and for good */
    PIOP_PDO Port;
    ULONG Bus;        /* behind the port */
    ULONG Capability; /* where it is in configuration space */
    ULONG Features;   /* PCIE_SLOT_CAPABILITIES */
    BOOLEAN Stopped;  /* the lock of pnp.c */
    HAL_INTERRUPT_ASSIGNMENT Interrupt;
    PKINTERRUPT InterruptObject;
    KDPC Dpc;
    WORK_QUEUE_ITEM Item;
    volatile LONG Events; /* PCIE_SLOT_EVENTS not yet looked at */
    volatile LONG Queued; /* Item waits for its worker */
} IOP_SLOT, *PIOP_SLOT;

/* pcislotcommand.c */
ULONG IopReadSlot(PIOP_SLOT Slot, ULONG Register, ULONG Width);
VOID IopCommandSlot(PIOP_SLOT Slot, ULONG Mask, ULONG Bits);
VOID IopPowerSlot(PIOP_SLOT Slot, BOOLEAN On);

/* pcislotevent.c */
VOID IopInitializeSlot(PIOP_SLOT Slot);
NTSTATUS IopConnectSlot(PIOP_SLOT Slot);
VOID IopQueueSlotWork(PIOP_SLOT Slot);
