/*
 * The hot-plug slots of PCI Express: which there are, and who asks about them. They are
 * taken into service once, at boot, and stay: a port is not itself removed.
 */
#include "iop.h"
#include "pcislot.h"

static LIST_ENTRY IopSlots = {&IopSlots, &IopSlots};

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
        IopInitializeSlot(Slot);
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
