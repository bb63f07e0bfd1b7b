/*
 * What a slot has to say: something was put in, or taken out, or its button was pushed.
 *
 * The way is a driver's: the ISR notes and clears the events and queues a DPC, the DPC
 * queues a work item, and that does the rest at PASSIVE_LEVEL with the lock of pnp.c held.
 *
 * The button of a slot in use asks for an orderly removal; there is no time to push it
 * again and call it off.
 */
#include "iop.h"
#include "pcislot.h"

#define PCI_COMMAND 0x04
#define PCIE_ABSENT 0xFFFF

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

/* Has the slot looked at by a worker, once however often it is asked for. IRQL <=
   DISPATCH_LEVEL. */
VOID
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

/* Connects the slot's interrupt: a message, or else the port's line. PASSIVE_LEVEL. */
NTSTATUS
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

/* Prepares what an interrupt leads to; before IopConnectSlot. */
VOID
IopInitializeSlot(PIOP_SLOT Slot)
{
    KeInitializeDpc(&Slot->Dpc, IopSlotDpc, Slot);
    ExInitializeWorkItem(&Slot->Item, IopServeSlot, Slot);
}
