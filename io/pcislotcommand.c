/*
 * Telling a slot what to do: its control register. A change of it is a command, which the
 * slot takes its time for. PASSIVE_LEVEL, with the lock of pnp.c held.
 */
#include "iop.h"
#include "pcislot.h"

#define IOP_SLOT_PATIENCE 100 /* ticks of 10 ms for a command, or a link, to come */

/* Any IRQL. */
ULONG
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
VOID
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
VOID
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
