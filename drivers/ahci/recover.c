/*
 * After an error: find the request at fault, fail it, and lose no other.
 *
 * The port has stopped by itself. Restarting it takes milliseconds to seconds, so a
 * worker does it at PASSIVE_LEVEL. A disk that fails one queued command aborts all of
 * them, and a link reset is what makes it forget them. Which one it was is found by
 * issuing them again as serial commands, one at a time: the guilty one then fails alone,
 * and is failed.
 */
#include "ahci.h"

static IO_WORKITEM_ROUTINE AhciRecover;

/* Decides, under the lock, who is at fault. Returns the slots to fail. */
static ULONG
AhciSettleIssued(PAHCI_PORT Port, BOOLEAN Restarted)
{
    BOOLEAN Alone = (Port->Issued & (Port->Issued - 1)) == 0;
    ULONG Failed = Alone ? Port->Issued : 0;

    Port->Retry |= Port->Issued & ~Failed;
    Port->Issued = 0;
    if (!Restarted || !Port->Open) {
        Failed |= Port->Retry;
    }
    Port->Retry &= ~Failed;
    Port->State = Restarted ? AhciPortRunning : AhciPortDead;
    Port->Open = Port->Open && Restarted;
    AhciSignalIfIdle(Port);
    return Failed;
}

/* Restarts a port that is in AhciPortRecovering. Work item: PASSIVE_LEVEL. */
static VOID
AhciRecover(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PAHCI_DISK Disk = DeviceObject->DeviceExtension;
    PAHCI_PORT Port = Context;
    BOOLEAN Restarted;
    KIRQL OldIrql;
    ULONG Failed;

    DbgPrint("ahci: port %u: error, task file 0x%04x, SError 0x%08x\n",
             (unsigned)Port->Number, (unsigned)AhciRead(Port->Registers, AHCI_PX_TFD),
             (unsigned)AhciRead(Port->Registers, AHCI_PX_SERR));
    Restarted = AhciStopPort(Port) && AhciStartPort(Port, TRUE);

    KeAcquireSpinLock(&Port->Lock, &OldIrql);
    Failed = AhciSettleIssued(Port, Restarted);
    if (Restarted) {
        AhciWrite(Port->Registers, AHCI_PX_IE, AHCI_PX_IE_WANTED);
    }
    KeReleaseSpinLock(&Port->Lock, OldIrql);

    AhciFinishSlots(Port, Failed, STATUS_IO_DEVICE_ERROR);
    if (Restarted) {
        AhciPump(Port);
    } else {
        DbgPrint("ahci: port %u: does not restart\n", (unsigned)Port->Number);
        AhciFailWaiting(Port, STATUS_NO_SUCH_DEVICE);
    }
    IoReleaseRemoveLock(&Disk->Common.RemoveLock, Port);
}

/*
 * Sends the worker. The caller has just moved the port into AhciPortRecovering, which
 * happens once until the worker moves it out: the work item is never queued twice
 * (WRK-3). IRQL: DISPATCH_LEVEL, in the port's DPC.
 */
VOID
AhciQueueRecovery(PAHCI_PORT Port)
{
    PAHCI_DISK Disk = Port->Disk->DeviceExtension;

    /* Cannot fail: the disk is removed only after the last DPC of its controller. */
    (VOID) IoAcquireRemoveLock(&Disk->Common.RemoveLock, Port);
    IoQueueWorkItem(Port->RecoveryItem, AhciRecover, DelayedWorkQueue, Port);
}
