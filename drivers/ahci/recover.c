/*
 * After an error or a command too late: find the request at fault, fail it or try it
 * again, and lose no other.
 *
 * An error has stopped the port; a command too late may have stopped the disk. Restarting
 * takes milliseconds to seconds, so a worker does it at PASSIVE_LEVEL. A disk that fails
 * one queued command aborts all of them. If it has a log of that (errorlog.c), the log
 * names the guilty one, and the others go out again as they were. If not, a link reset
 * makes it forget all of them, and they are issued again as serial commands, one at a
 * time: the guilty one then fails alone. When none of them is answered either, it is the
 * disk, and all fail: each one's own attempts would take minutes.
 */
#include "ahci.h"

#define AHCI_MAXIMUM_ATTEMPTS 3
#define AHCI_REFUSED_ATTEMPTS 2 /* when it was the disk itself that refused */
/* Timeouts in a row that are the disk's and no command's: the first one's attempts and one
   of another. */
#define AHCI_SILENT_LIMIT (AHCI_MAXIMUM_ATTEMPTS + 1)
#define AHCI_NO_TAG       AHCI_MAXIMUM_SLOTS

static IO_WORKITEM_ROUTINE AhciRecover;

/* What the worker found out before it took the lock. */
typedef struct _AHCI_VERDICT {
    BOOLEAN Present;   /* there is a device to ask */
    BOOLEAN Restarted; /* the port runs again */
    ULONG Tag;         /* from the error log, or AHCI_NO_TAG */
    ULONG Error;       /* the error register */
} AHCI_VERDICT, *PAHCI_VERDICT;

/* What the client is told of a command that failed by its own fault. */
static NTSTATUS
AhciErrorStatus(PAHCI_PORT Port, ULONG Error)
{
    if (Port->Overdue != 0) {
        return STATUS_IO_TIMEOUT;
    }
    if (!(Port->Fatal & AHCI_PX_IS_TFES)) {
        return STATUS_IO_DEVICE_ERROR;
    }
    if (Error & ATA_ERROR_INTERFACE_CRC) {
        return STATUS_CRC_ERROR;
    }
    if (Error & ATA_ERROR_UNCORRECTABLE) {
        return STATUS_DEVICE_DATA_ERROR;
    }
    return Error & ATA_ERROR_ID_NOT_FOUND ? STATUS_NONEXISTENT_SECTOR
                                          : STATUS_IO_DEVICE_ERROR;
}

/* May the same command well succeed the next time? The disk has tried what it can before it
   refuses one. */
static BOOLEAN
AhciMayPass(PAHCI_PORT Port, ULONG Error)
{
    return Port->Overdue != 0 || !(Port->Fatal & AHCI_PX_IS_TFES) ||
           (Error & ATA_ERROR_INTERFACE_CRC);
}

/*
 * The issued slots at fault. 0: a queued one, it is not known which; the serial attempt
 * will tell, or succeed.
 */
static ULONG
AhciFindGuilty(PAHCI_PORT Port, PAHCI_VERDICT Verdict)
{
    if (Port->Overdue != 0) {
        return Port->Overdue & Port->Issued;
    }
    if (Verdict->Tag != AHCI_NO_TAG) {
        return Port->Issued & (1UL << Verdict->Tag);
    }
    return Port->Exclusive ? Port->Issued : 0;
}

/* Of the guilty, those that have had their chances: an error that passes is nobody's. */
static ULONG
AhciCountAttempts(PAHCI_PORT Port, ULONG Guilty, BOOLEAN MayPass)
{
    ULONG Most = MayPass ? AHCI_MAXIMUM_ATTEMPTS : AHCI_REFUSED_ATTEMPTS;
    ULONG Failed = 0;
    ULONG Number;

    for (Number = 0; Number < AHCI_MAXIMUM_SLOTS; Number++) {
        PAHCI_SLOT Slot = &Port->Slots[Number];

        if ((Guilty & (1UL << Number)) && ++Slot->Attempts >= Most) {
            Failed |= 1UL << Number;
        }
    }
    return Failed;
}

/* Whether the disk answers nobody: nothing has been done for several timeouts. Lock is
   held. */
static BOOLEAN
AhciIsSilent(PAHCI_PORT Port)
{
    PAHCI_STATISTICS Seen = &Port->Statistics;
    ULONGLONG Done = Seen->Reads + Seen->Writes + Seen->Flushes + Seen->Trims;

    if (Port->Overdue == 0 || Done != Port->DoneThen) {
        Port->Silent = 0;
    }
    Port->Silent += Port->Overdue != 0;
    Port->DoneThen = Done;
    return Port->Silent >= AHCI_SILENT_LIMIT;
}

/*
 * Sorts the issued slots into those to fail, which are returned, and those to issue
 * again, and lets the port go on. Port->Lock is held.
 */
static ULONG
AhciSettleIssued(PAHCI_PORT Port, PAHCI_VERDICT Verdict)
{
    ULONG Guilty = AhciFindGuilty(Port, Verdict);
    ULONG Failed = AhciCountAttempts(Port, Guilty, AhciMayPass(Port, Verdict->Error));
    ULONG Again = Port->Issued & ~Failed;

    Port->Retry |= Again;
    if (Verdict->Tag != AHCI_NO_TAG && Guilty != 0) {
        Port->Beside |= Again;
    }
    Port->Issued = 0;
    Port->Exclusive = Port->Exclusive && Again == 0; /* else its retry claims it anew */
    if (AhciIsSilent(Port) || !Verdict->Restarted || !Port->Open) {
        Failed |= Port->Retry;
    }
    Port->Retry &= ~Failed;
    Port->Beside &= Port->Retry;
    Port->State = Verdict->Restarted ? AhciPortRunning : AhciPortDead;
    Port->Open = Port->Open && Verdict->Restarted;
    AhciSignalIfIdle(Port);
    return Failed;
}

/* An error among queued commands, of a disk that can say which and is not stuck? */
static BOOLEAN
AhciMayAskLog(PAHCI_PORT Port)
{
    ULONG TaskFile = AhciRead(Port->Registers, AHCI_PX_TFD);

    return Port->LogSupported && !Port->Exclusive && Port->Overdue == 0 &&
           (Port->Fatal & AHCI_PX_IS_TFES) && !(TaskFile & (AHCI_TFD_BSY | AHCI_TFD_DRQ));
}

/*
 * Stops the port and starts it again. In recovery nobody else touches it, and no cause
 * that an interrupt has saved outlives it: it would be held against the next command.
 */
static VOID
AhciRestart(PAHCI_PORT Port, PAHCI_VERDICT Verdict)
{
    BOOLEAN MayAskLog = AhciMayAskLog(Port);

    Verdict->Tag = AHCI_NO_TAG;
    Verdict->Error = AhciRead(Port->Registers, AHCI_PX_TFD) >> 8 & 0xFF;
    if (MayAskLog && AhciStopPort(Port)) {
        KeFlushQueuedDpcs();
        if (AhciStartPort(Port, FALSE) &&
            AhciReadErrorLog(Port, &Verdict->Tag, &Verdict->Error)) {
            Verdict->Restarted = TRUE;
            return;
        }
    }
    Verdict->Tag = AHCI_NO_TAG;
    Port->Statistics.LinkResets++;
    if (AhciStopPort(Port)) {
        KeFlushQueuedDpcs();
        Verdict->Restarted = AhciStartPort(Port, TRUE);
    }
}

/* Counts and tells why the port stopped. Only the worker writes these counts. */
static VOID
AhciNote(PAHCI_PORT Port)
{
    Port->Statistics.Timeouts += Port->Overdue != 0 ? 1 : 0;
    Port->Statistics.Errors += Port->Overdue == 0 ? 1 : 0;
    DbgPrint("ahci: port %u: %s, task file 0x%04x, SError 0x%08x\n",
             (unsigned)Port->Number, Port->Overdue != 0 ? "timeout" : "error",
             (unsigned)AhciRead(Port->Registers, AHCI_PX_TFD),
             (unsigned)AhciRead(Port->Registers, AHCI_PX_SERR));
}

/* Restarts a port that is in AhciPortRecovering. Work item: PASSIVE_LEVEL. */
static VOID
AhciRecover(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PAHCI_DISK Disk = DeviceObject->DeviceExtension;
    PAHCI_PORT Port = Context;
    AHCI_VERDICT Verdict = {.Tag = AHCI_NO_TAG};
    NTSTATUS Status = AhciGoneStatus(Port->Hba);
    KIRQL OldIrql;
    ULONG Failed;

    AhciNote(Port);
    if (AhciIsPresent(Port->Hba)) {
        AhciRestart(Port, &Verdict);
        Verdict.Present = Verdict.Restarted || AhciLinkIsUp(Port);
    }
    if (Verdict.Present) {
        Status = AhciErrorStatus(Port, Verdict.Error);
    }

    KeAcquireSpinLock(&Port->Lock, &OldIrql);
    Failed = AhciSettleIssued(Port, &Verdict);
    if (Verdict.Restarted) {
        AhciWrite(Port->Registers, AHCI_PX_IE, AHCI_PX_IE_WANTED);
    }
    KeReleaseSpinLock(&Port->Lock, OldIrql);

    AhciFinishSlots(Port, Failed, Status);
    if (Verdict.Restarted) {
        AhciPump(Port);
    } else {
        DbgPrint("ahci: port %u: %s\n", (unsigned)Port->Number,
                 Verdict.Present ? "does not restart" : "the disk is gone");
        AhciFailWaiting(Port, AhciGoneStatus(Port->Hba));
    }
    IoReleaseRemoveLock(&Disk->Common.RemoveLock, Port);
}

/*
 * Sends the worker. The caller has just moved the port into AhciPortRecovering, which
 * happens once until the worker moves it out: the work item is never queued twice
 * (WRK-3). IRQL: DISPATCH_LEVEL, in a DPC of the port's.
 */
VOID
AhciQueueRecovery(PAHCI_PORT Port)
{
    PAHCI_DISK Disk = Port->Disk->DeviceExtension;

    /* Cannot fail: the disk is removed only after the last DPC of its controller. */
    (VOID) IoAcquireRemoveLock(&Disk->Common.RemoveLock, Port);
    IoQueueWorkItem(Port->RecoveryItem, AhciRecover, DelayedWorkQueue, Port);
}
