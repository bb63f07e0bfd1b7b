/*
 * The way back: interrupt, saved causes, DPC, completed IRPs.
 *
 * What the ISR has to save is what clearing the interrupt destroys: PxIS. Which commands
 * are done is not saved there, because nothing can destroy it: PxSACT (or PxCI) keeps a
 * finished tag clear until the tag is issued again, and only the DPC frees tags, under
 * Port->Lock. That leaves the ISR three register accesses a port and no search.
 */
#include "ahci.h"

#define AHCI_MESSAGE_PASSES 4

/*
 * Clears what is pending and adds it to what the DPC has to do. FALSE: nothing was
 * pending. PxIS is cleared before IS, or the port would set its bit in IS again at once.
 * IRQL: DIRQL, interrupt lock held.
 */
static BOOLEAN
AhciCollectCauses(PAHCI_HBA Hba)
{
    ULONG Raised = AhciRead(Hba->Registers, AHCI_IS);
    ULONG Pending = Raised & Hba->ActivePorts;

    if (Pending == 0 || (Raised == MAXULONG && !AhciIsPresent(Hba))) {
        return FALSE;
    }
    for (ULONG Left = Pending; Left != 0; Left &= Left - 1) {
        ULONG Number = AhciLowestBit(Left);
        PUCHAR Port = Hba->Registers + AHCI_PORT_BASE + Number * AHCI_PORT_STRIDE;
        ULONG Cause = AhciRead(Port, AHCI_PX_IS);

        AhciWrite(Port, AHCI_PX_IS, Cause);
        InterlockedOr(&Hba->Causes.PortCause[Number], (LONG)Cause);
    }
    AhciWrite(Hba->Registers, AHCI_IS, Pending);
    InterlockedOr(&Hba->Causes.Ports, (LONG)Pending);
    return TRUE;
}

/* The ISR for a line, perhaps a shared one. Rules ISR-2, ISR-6, ISR-7, ISR-8. */
BOOLEAN
AhciLineIsr(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    PAHCI_HBA Hba = ServiceContext;

    UNREFERENCED_PARAMETER(Interrupt);

    if (!AhciCollectCauses(Hba)) {
        return FALSE;
    }
    IoRequestDpc(Hba->Device, NULL, NULL);
    return TRUE;
}

/*
 * The ISR for the message. A message is an edge: not every controller sends another one
 * for a cause that comes between the clearing of PxIS and of IS, so IS is looked at again
 * until it stays clear. The limit is for a controller gone mad. (A line would interrupt
 * again.)
 */
BOOLEAN
AhciMessageIsr(PKINTERRUPT Interrupt, PVOID ServiceContext, ULONG MessageId)
{
    PAHCI_HBA Hba = ServiceContext;
    ULONG Pass;

    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(MessageId);

    if (!AhciCollectCauses(Hba)) {
        return FALSE;
    }
    for (Pass = 1; Pass < AHCI_MESSAGE_PASSES && AhciCollectCauses(Hba); Pass++) {
    }
    IoRequestDpc(Hba->Device, NULL, NULL);
    return TRUE;
}

/* Does the port run its commands? Not if it was stopped or is gone: all ones, or zero. */
static BOOLEAN
AhciPortRuns(PAHCI_PORT Port)
{
    ULONG Command = AhciRead(Port->Registers, AHCI_PX_CMD);

    return Command != MAXULONG && (Command & AHCI_PX_CMD_ST);
}

/*
 * The slots whose command is done. Stopping a port clears the same bits as finishing, and
 * a controller that is gone may read as zero; so what was read counts if the port still
 * runs afterwards. Port->Lock is held.
 */
static ULONG
AhciFindDone(PAHCI_PORT Port)
{
    ULONG Register = Port->Exclusive ? AHCI_PX_CI : AHCI_PX_SACT;
    ULONG Done = Port->Issued & ~AhciRead(Port->Registers, Register);

    return Done == 0 || AhciPortRuns(Port) ? Done : 0;
}

/*
 * Completes what one port has finished, starts what waits for it, and calls for recovery
 * if the port has stopped on an error. Returns the slots that were done. IRQL:
 * DISPATCH_LEVEL; takes Port->Lock.
 *
 * Clients send their next requests from their completion routines: all that come meanwhile
 * are issued with one pair of writes to the controller, the dearest steps of a request.
 */
ULONG
AhciServicePort(PAHCI_PORT Port, ULONG Cause)
{
    BOOLEAN Failed;
    ULONG Done = 0;

    AhciHoldIssue(Port);
    KeAcquireSpinLockAtDpcLevel(&Port->Lock);
    Failed = (Cause & AHCI_PX_IS_FATAL) != 0 && Port->State == AhciPortRunning;
    /* A serial command that failed may have left PxCI as if it had not. */
    if (Port->State == AhciPortRunning && !(Failed && Port->Exclusive)) {
        Done = AhciFindDone(Port);
    }
    if (Failed) {
        Port->State = AhciPortRecovering;
        Port->Fatal = Cause & AHCI_PX_IS_FATAL;
        Port->Overdue = 0;
    }
    Port->Issued &= ~Done;
    KeReleaseSpinLockFromDpcLevel(&Port->Lock);

    if (Failed) {
        AhciQueueRecovery(Port);
    }
    AhciFinishSlots(Port, Done, STATUS_SUCCESS);
    AhciPump(Port);
    AhciLetIssue(Port);
    return Done;
}

/*
 * The DPC. It may run on two processors at once, if the interrupt comes again meanwhile
 * (DPC-8), and once for several interrupts (ISR-13); so it goes by the saved causes
 * alone, and the second of two finds no port. IRQL: DISPATCH_LEVEL. Rule IRP-15.
 */
VOID
AhciDpcForIsr(PKDPC Dpc, PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    PAHCI_HBA Hba = DeviceObject->DeviceExtension;
    ULONG Ports = (ULONG)InterlockedExchange(&Hba->Causes.Ports, 0);

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Context);

    for (; Ports != 0; Ports &= Ports - 1) {
        ULONG Number = AhciLowestBit(Ports);

        AhciServicePort(Hba->Ports[Number],
                        (ULONG)InterlockedExchange(&Hba->Causes.PortCause[Number], 0));
    }
}
