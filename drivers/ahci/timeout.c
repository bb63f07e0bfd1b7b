/*
 * A limit for every command: the disk's I/O timer counts each one down, once a second.
 *
 * In its last second a command is looked for by hand: perhaps it is done and its
 * interrupt was lost. If it is not, the port is recovered (recover.c).
 */
#include "ahci.h"

/*
 * Takes a second from every command that is out, or all of them if the controller is
 * gone. Returns those that are in their last. Port->Lock is held.
 */
static ULONG
AhciCountDown(PAHCI_PORT Port, BOOLEAN Present)
{
    ULONG Last = 0;
    ULONG Number;

    for (Number = 0; Number < AHCI_MAXIMUM_SLOTS; Number++) {
        PAHCI_SLOT Slot = &Port->Slots[Number];

        if (Port->Issued & (1UL << Number)) {
            Slot->SecondsLeft =
                Present && Slot->SecondsLeft != 0 ? Slot->SecondsLeft - 1 : 0;
            Last |= Slot->SecondsLeft <= 1 ? 1UL << Number : 0;
        }
    }
    return Last;
}

/* Of the commands that are out, those whose time is up. Port->Lock is held. */
static ULONG
AhciFindOverdue(PAHCI_PORT Port)
{
    ULONG Overdue = 0;
    ULONG Number;

    for (Number = 0; Number < AHCI_MAXIMUM_SLOTS; Number++) {
        if ((Port->Issued & (1UL << Number)) && Port->Slots[Number].SecondsLeft == 0) {
            Overdue |= 1UL << Number;
        }
    }
    return Overdue;
}

/*
 * Does for a port what its interrupt should have done, and enables it again: something
 * has to have switched it off. The causes stay in PxIS and may interrupt after all.
 */
static VOID
AhciLookByHand(PAHCI_PORT Port, ULONG Expected)
{
    ULONG Late = Expected & AhciServicePort(Port, AhciRead(Port->Registers, AHCI_PX_IS));

    KeAcquireSpinLockAtDpcLevel(&Port->Lock);
    for (; Late != 0; Late &= Late - 1) {
        Port->Statistics.Late++;
    }
    if (Port->State == AhciPortRunning) {
        AhciWrite(Port->Registers, AHCI_PX_IE, AHCI_PX_IE_WANTED);
        AhciWrite(Port->Hba->Registers, AHCI_GHC, AHCI_GHC_AE | AHCI_GHC_IE);
    }
    KeReleaseSpinLockFromDpcLevel(&Port->Lock);
}

/*
 * The disk's I/O timer; Context is its port, which outlives the timer. IRQL:
 * DISPATCH_LEVEL; takes Port->Lock.
 */
VOID
AhciTick(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PAHCI_PORT Port = Context;
    BOOLEAN Present = AhciIsPresent(Port->Hba);
    BOOLEAN Recover = FALSE;
    ULONG Last;

    UNREFERENCED_PARAMETER(DeviceObject);

    KeAcquireSpinLockAtDpcLevel(&Port->Lock);
    Last = Port->State == AhciPortRunning ? AhciCountDown(Port, Present) : 0;
    KeReleaseSpinLockFromDpcLevel(&Port->Lock);
    if (Last == 0) {
        return;
    }
    if (Present) {
        AhciLookByHand(Port, Last);
    }
    KeAcquireSpinLockAtDpcLevel(&Port->Lock);
    if (Port->State == AhciPortRunning) {
        Port->Overdue = AhciFindOverdue(Port);
        Recover = Port->Overdue != 0;
        Port->State = Recover ? AhciPortRecovering : AhciPortRunning;
    }
    KeReleaseSpinLockFromDpcLevel(&Port->Lock);
    if (Recover) {
        AhciQueueRecovery(Port);
    }
}
