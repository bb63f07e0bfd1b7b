/*
 * Handing ready slots to the controller.
 *
 * While a port is served, what completion routines send is kept back and issued together:
 * the writes to PxSACT and PxCI are the dearest steps of a request, and each tells of any
 * number of commands. A slot that is kept back is as one whose memory is still being mapped:
 * busy, neither issued nor to be retried.
 */
#include "ahci.h"

/*
 * Hands slots to the controller, all with one write, unless the port fell into recovery
 * meanwhile or a serial command is out; a serial slot comes alone. Returns those that have
 * to fail, since the port is dead. Port->Lock is held.
 */
static ULONG
AhciIssueLocked(PAHCI_PORT Port, ULONG Slots, BOOLEAN Serial)
{
    if (Port->State == AhciPortDead) {
        Port->Exclusive = Port->Exclusive && !Serial;
        return Slots;
    }
    if (Port->State == AhciPortRecovering || (Port->Exclusive && !Serial)) {
        Port->Exclusive = Port->Exclusive && !Serial;
        Port->Retry |= Slots;
        return 0;
    }
    for (ULONG Left = Slots; Left != 0; Left &= Left - 1) {
        PAHCI_SLOT Slot = &Port->Slots[AhciLowestBit(Left)];

        AhciWriteCommand(Slot);
        /* The first second is already begun. */
        Slot->SecondsLeft = AhciCommandSeconds() + 1;
    }
    Port->Issued |= Slots;
    if (!Serial) {
        AhciWrite(Port->Registers, AHCI_PX_SACT, Slots);
    }
    AhciWrite(Port->Registers, AHCI_PX_CI, Slots);
    Port->Statistics.IssueWrites++;
    return 0;
}

/* Hands the slot to the controller, now or when whoever holds the issuing lets go. */
VOID
AhciIssueSlot(PAHCI_SLOT Slot)
{
    PAHCI_PORT Port = Slot->Port;
    ULONG Bit = 1UL << Slot->Number;
    ULONG Failed = 0;

    KeAcquireSpinLockAtDpcLevel(&Port->Lock);
    if (Port->IssueHolds != 0 && !Slot->Serial) {
        Port->Held |= Bit;
    } else {
        Failed = AhciIssueLocked(Port, Bit, Slot->Serial);
    }
    KeReleaseSpinLockFromDpcLevel(&Port->Lock);
    if (Failed != 0) {
        AhciFinishSlots(Port, Failed, AhciGoneStatus(Port->Hba));
    }
}

/* From here to AhciLetIssue queued commands are kept back, to be issued together. */
VOID
AhciHoldIssue(PAHCI_PORT Port)
{
    InterlockedIncrement(&Port->IssueHolds);
}

/* Issues what was kept back. IRQL: DISPATCH_LEVEL; takes Port->Lock. */
VOID
AhciLetIssue(PAHCI_PORT Port)
{
    ULONG Failed = 0;

    KeAcquireSpinLockAtDpcLevel(&Port->Lock);
    InterlockedDecrement(&Port->IssueHolds);
    if (Port->Held != 0) {
        Failed = AhciIssueLocked(Port, Port->Held, FALSE);
        Port->Held = 0;
    }
    KeReleaseSpinLockFromDpcLevel(&Port->Lock);
    if (Failed != 0) {
        AhciFinishSlots(Port, Failed, AhciGoneStatus(Port->Hba));
    }
}
