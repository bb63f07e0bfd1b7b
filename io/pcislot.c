/*
 * Hot-plug slots of PCI Express: the controller in a root port or in a switch's downstream
 * port says that something was put in, taken out, or that its button was pushed.
 *
 * The way is a driver's: the ISR notes and clears the events and queues a DPC, the DPC
 * queues a work item, and that does the rest at PASSIVE_LEVEL with the lock of pnp.c held.
 *
 * The button of a slot in use asks for an orderly removal; there is no time to push it
 * again and call it off. A port is not itself removed.
 */
#include "iop.h"
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

#define PCI_COMMAND       0x04
#define PCIE_ABSENT       0xFFFF
#define IOP_SLOT_PATIENCE 100 /* ticks of 10 ms for a command, or a link, to come */

struct _IOP_SLOT {
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
};

static LIST_ENTRY IopSlots = {&IopSlots, &IopSlots};

static ULONG
IopReadSlot(PIOP_SLOT Slot, ULONG Register, ULONG Width)
{
    return HalReadPci(Slot->Port->Address, Slot->Capability + Register, Width);
}

static VOID
IopPauseSlot(VOID)
{
    LARGE_INTEGER Time = {.QuadPart = -100000};

    KeDelayExecutionThread(KernelMode, FALSE, &Time);
}

/* Changes the bits of Mask in the control register, which is a command to the slot, and
   waits until the slot has done it. */
static VOID
IopCommandSlot(PIOP_SLOT Slot, ULONG Mask, ULONG Bits)
{
    ULONG Old = IopReadSlot(Slot, PCIE_SLOT_CONTROL, 2);
    ULONG Turns = 0;

    if ((Old & Mask) == Bits) {
        return;
    }
    HalWritePci(Slot->Port->Address, Slot->Capability + PCIE_SLOT_STATUS, 2,
                PCIE_COMMAND_COMPLETED);
    HalWritePci(Slot->Port->Address, Slot->Capability + PCIE_SLOT_CONTROL, 2,
                (Old & ~Mask) | Bits);
    while ((Slot->Features & PCIE_SLOT_NO_COMPLETION) == 0 &&
           (IopReadSlot(Slot, PCIE_SLOT_STATUS, 2) & PCIE_COMMAND_COMPLETED) == 0 &&
           Turns++ < IOP_SLOT_PATIENCE) {
        IopPauseSlot();
    }
}

/* Power and its indicator, as far as the slot has them. */
static VOID
IopPowerSlot(PIOP_SLOT Slot, BOOLEAN On)
{
    ULONG Mask =
        ((Slot->Features & PCIE_SLOT_HAS_INDICATOR) != 0 ? PCIE_INDICATOR_MASK : 0) |
        ((Slot->Features & PCIE_SLOT_HAS_POWER) != 0 ? PCIE_POWER_OFF : 0);
    ULONG Turns = 0;

    IopCommandSlot(Slot, Mask,
                   Mask & (On ? PCIE_INDICATOR_ON : PCIE_INDICATOR_OFF | PCIE_POWER_OFF));
    if (!On ||
        (IopReadSlot(Slot, PCIE_LINK_CAPABILITIES, 4) & PCIE_LINK_REPORTS_ACTIVE) == 0) {
        return;
    }
    while ((IopReadSlot(Slot, PCIE_LINK_STATUS, 2) & PCIE_LINK_ACTIVE) == 0 &&
           Turns++ < IOP_SLOT_PATIENCE) {
        IopPauseSlot();
    }
}

/* Makes what is known of the slot's devices agree with what is in it. */
static VOID
IopHandleSlot(PIOP_SLOT Slot, ULONG Events)
{
    ULONG Number = Slot->Features >> PCIE_SLOT_NUMBER_SHIFT;

    IopBusVanished(Slot->Bus);
    if ((IopReadSlot(Slot, PCIE_SLOT_STATUS, 2) & PCIE_PRESENT) == 0) {
        IopPowerSlot(Slot, FALSE);
        return;
    }
    if (IopBusPopulated(Slot->Bus)) {
        if ((Events & PCIE_BUTTON_PUSHED) != 0) {
            DbgPrint("io: slot %u: its device is asked for\n", Number);
            IopPowerSlot(Slot, !IopEjectBus(Slot->Bus));
        }
        return;
    }
    IopPowerSlot(Slot, TRUE);
    if (!IopBusArrived(Slot->Bus)) {
        DbgPrint("io: slot %u: the new device waits for the end of the old one\n",
                 Number);
    }
}

/* Runs in a worker thread. */
static VOID NTAPI
IopServeSlot(PVOID Parameter)
{
    PIOP_SLOT Slot = Parameter;

    IopAcquirePnpLock();
    InterlockedExchange(&Slot->Queued, 0);
    if (!Slot->Stopped) {
        IopHandleSlot(Slot, (ULONG)InterlockedExchange(&Slot->Events, 0));
    }
    IopReleasePnpLock();
}

static VOID
IopQueueSlotWork(PIOP_SLOT Slot)
{
    if (InterlockedExchange(&Slot->Queued, 1) == 0) {
        ExQueueWorkItem(&Slot->Item, DelayedWorkQueue);
    }
}

static VOID NTAPI
IopSlotDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    IopQueueSlotWork(Context);
}

/* An event that comes between the reading and the clearing raises no further message:
   hence the second look. A port that answers all ones has nothing to say. */
static BOOLEAN NTAPI
IopSlotIsr(PKINTERRUPT Interrupt, PVOID Context)
{
    PIOP_SLOT Slot = Context;
    ULONG Seen = 0;
    ULONG Status;

    UNREFERENCED_PARAMETER(Interrupt);
    for (ULONG Turn = 0; Turn < 8; Turn++) {
        Status = IopReadSlot(Slot, PCIE_SLOT_STATUS, 2);
        if (Status == PCIE_ABSENT || (Status & PCIE_SLOT_EVENTS) == 0) {
            break;
        }
        HalWritePci(Slot->Port->Address, Slot->Capability + PCIE_SLOT_STATUS, 2,
                    Status & PCIE_SLOT_EVENTS);
        Seen |= Status & PCIE_SLOT_EVENTS;
    }
    if (Seen == 0) {
        return FALSE;
    }
    InterlockedOr(&Slot->Events, (LONG)Seen);
    KeInsertQueueDpc(&Slot->Dpc, NULL, NULL);
    return TRUE;
}

/* A message, or else the port's line. */
static NTSTATUS
IopConnectSlot(PIOP_SLOT Slot)
{
    IOP_CONNECTION Connection = {.ServiceRoutine = IopSlotIsr, .ServiceContext = Slot};
    HAL_PCI_ADDRESS Address = Slot->Port->Address;
    const ULONG64 Processor = 1;
    NTSTATUS Status = HalAssignMessages(Address, &Processor, 1, &Slot->Interrupt);

    if (!NT_SUCCESS(Status)) {
        Status = HalAssignLine(Address, Processor, &Slot->Interrupt);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Connection.Vector = Slot->Interrupt.Vector;
    Connection.Irql = Slot->Interrupt.Irql;
    Connection.SynchronizeIrql = Slot->Interrupt.Irql;
    Connection.Mode = Slot->Interrupt.Latched ? Latched : LevelSensitive;
    Connection.ShareVector = !Slot->Interrupt.Message;
    Connection.Processors = Slot->Interrupt.Affinity;
    Status = IopConnect(&Connection, &Slot->InterruptObject);
    if (!NT_SUCCESS(Status)) {
        HalReleaseAssignment(&Slot->Interrupt);
        return Status;
    }
    /* A message is a write to memory, which the port may do as a bus master only. */
    HalWritePci(Address, PCI_COMMAND, 2,
                HalReadPci(Address, PCI_COMMAND, 2) | PCI_ENABLE_MEMORY_SPACE |
                    PCI_ENABLE_BUS_MASTER);
    return STATUS_SUCCESS;
}

/* Takes the slot behind a port into service. */
static VOID
IopStartSlot(PIOP_PDO Port, ULONG Capability, ULONG Features)
{
    PIOP_SLOT Slot = IopAllocate(sizeof(*Slot), IOP_TAG_PNP);
    NTSTATUS Status = STATUS_INSUFFICIENT_RESOURCES;

    if (Slot != NULL) {
        Slot->Port = Port;
        Slot->Bus = Port->SecondaryBus;
        Slot->Capability = Capability;
        Slot->Features = Features;
        KeInitializeDpc(&Slot->Dpc, IopSlotDpc, Slot);
        ExInitializeWorkItem(&Slot->Item, IopServeSlot, Slot);
        Status = IopConnectSlot(Slot);
    }
    if (!NT_SUCCESS(Status)) {
        DbgPrint("io: %s: its slot is not served: status 0x%08X\n", IopPdoName(Port),
                 Status);
        if (Slot != NULL) {
            ExFreePoolWithTag(Slot, IOP_TAG_PNP);
        }
        return;
    }
    InsertTailList(&IopSlots, &Slot->Link);
    IopCommandSlot(Slot,
                   PCIE_ENABLE_BUTTON | PCIE_ENABLE_PRESENCE | PCIE_ENABLE_INTERRUPT |
                       PCIE_ENABLE_LINK_CHANGE,
                   PCIE_ENABLE_PRESENCE | PCIE_ENABLE_INTERRUPT |
                       PCIE_ENABLE_LINK_CHANGE |
                       ((Features & PCIE_SLOT_HAS_BUTTON) != 0 ? PCIE_ENABLE_BUTTON : 0));
    /* What came while the firmware was done and we were not there yet. */
    if ((IopReadSlot(Slot, PCIE_SLOT_STATUS, 2) & PCIE_PRESENT) != 0 &&
        !IopBusPopulated(Slot->Bus)) {
        IopQueueSlotWork(Slot);
    }
}

/* Takes every hot-plug slot behind a numbered port into service. Once, at boot. */
VOID
IopStartSlots(VOID)
{
    for (PLIST_ENTRY Link = IopPdos.Flink; Link != &IopPdos; Link = Link->Flink) {
        PIOP_PDO Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);
        ULONG Capability =
            HalFindPciCapability(Pdo->Address, PCI_CAPABILITY_ID_PCI_EXPRESS);
        ULONG Features;

        if (Pdo->SecondaryBus == 0 || Capability == 0 ||
            (HalReadPci(Pdo->Address, Capability + PCIE_CAPABILITIES, 2) &
             PCIE_SLOT_IMPLEMENTED) == 0) {
            continue;
        }
        Features = HalReadPci(Pdo->Address, Capability + PCIE_SLOT_CAPABILITIES, 4);
        if ((Features & PCIE_SLOT_HOT_PLUG) != 0) {
            IopStartSlot(Pdo, Capability, Features);
        }
    }
}

static PIOP_SLOT
IopFindSlot(ULONG Bus)
{
    for (PLIST_ENTRY Link = IopSlots.Flink; Link != &IopSlots; Link = Link->Flink) {
        PIOP_SLOT Slot = CONTAINING_RECORD(Link, IOP_SLOT, Link);

        if (Slot->Bus == Bus) {
            return Slot;
        }
    }
    return NULL;
}

VOID
IopQueueSlot(ULONG Bus)
{
    PIOP_SLOT Slot = IopFindSlot(Bus);

    if (Slot != NULL) {
        IopQueueSlotWork(Slot);
    }
}

BOOLEAN
IopIsInSlot(PIOP_PDO Pdo)
{
    return IopFindSlot(Pdo->Address.Bus) != NULL;
}

BOOLEAN
IopPushButton(PIOP_PDO Pdo)
{
    for (; Pdo != NULL; Pdo = IopParentOf(Pdo)) {
        PIOP_SLOT Slot = IopIsPci(Pdo) ? IopFindSlot(Pdo->Address.Bus) : NULL;

        if (Slot != NULL) {
            InterlockedOr(&Slot->Events, PCIE_BUTTON_PUSHED);
            IopQueueSlotWork(Slot);
            return TRUE;
        }
    }
    return FALSE;
}

/* Takes the slots out of service: nothing comes or goes any more. PASSIVE_LEVEL, once. */
VOID
IopStopSlots(VOID)
{
    for (PLIST_ENTRY Link = IopSlots.Flink; Link != &IopSlots; Link = Link->Flink) {
        PIOP_SLOT Slot = CONTAINING_RECORD(Link, IOP_SLOT, Link);

        IopAcquirePnpLock();
        Slot->Stopped = TRUE;
        IopCommandSlot(Slot, PCIE_ENABLE_INTERRUPT, 0);
        IopReleasePnpLock();
        IoDisconnectInterrupt(Slot->InterruptObject);
        HalReleaseAssignment(&Slot->Interrupt);
    }
}
