/*
 * The FIFO of IRPs that have no slot yet. Each can be cancelled while it waits here, and
 * no longer once it is claimed.
 *
 * Who owns a waiting IRP is decided by one atomic exchange of its cancel routine
 * (IRP-12): whoever gets the routine back may complete the IRP. An IRP whose routine was
 * already taken is being cancelled on another processor and is left to it.
 */
#include "ahci.h"

static DRIVER_CANCEL AhciCancelIrp;

/* Entered with the cancel spin lock held, which guards nothing of ours. Rule IRP-11. */
static VOID
AhciCancelIrp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PAHCI_DISK Disk = DeviceObject->DeviceExtension;
    PAHCI_PORT Port = Disk->Port;
    KIRQL OldIrql;

    IoReleaseCancelSpinLock(Irp->CancelIrql);

    KeAcquireSpinLock(&Port->Lock, &OldIrql);
    RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
    KeReleaseSpinLock(&Port->Lock, OldIrql);

    AhciCompleteDiskIrp(Port, Irp, STATUS_CANCELLED, 0);
}

/*
 * Appends an IRP that has been marked pending, or completes it if the port is closed or
 * the IRP already cancelled. IRQL <= DISPATCH_LEVEL; takes Port->Lock.
 */
VOID
AhciEnqueueIrp(PAHCI_PORT Port, PIRP Irp)
{
    NTSTATUS Status = STATUS_SUCCESS;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Port->Lock, &OldIrql);
    if (!Port->Open) {
        Status = STATUS_NO_SUCH_DEVICE;
    } else {
        InsertTailList(&Port->Waiting, &Irp->Tail.Overlay.ListEntry);
        IoSetCancelRoutine(Irp, AhciCancelIrp);
        /* A cancel that came before the routine was there has not called it. */
        if (Irp->Cancel && IoSetCancelRoutine(Irp, NULL) != NULL) {
            RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
            Status = STATUS_CANCELLED;
        }
    }
    KeReleaseSpinLock(&Port->Lock, OldIrql);

    if (!NT_SUCCESS(Status)) {
        AhciCompleteDiskIrp(Port, Irp, Status, 0);
    }
}

/*
 * Takes the head off the list. FALSE: its cancel routine is on the way and will complete
 * it; the entry is left linked to itself for that routine to unlink. Port->Lock is held.
 */
BOOLEAN
AhciClaimHeadIrp(PAHCI_PORT Port)
{
    PLIST_ENTRY Entry = RemoveHeadList(&Port->Waiting);
    PIRP Irp = CONTAINING_RECORD(Entry, IRP, Tail.Overlay.ListEntry);

    InitializeListHead(Entry);
    return IoSetCancelRoutine(Irp, NULL) != NULL;
}

/* Fails every waiting IRP. The caller keeps the port alive. IRQL <= DISPATCH_LEVEL. */
VOID
AhciFailWaiting(PAHCI_PORT Port, NTSTATUS Status)
{
    KIRQL OldIrql;
    PIRP Irp;

    do {
        KeAcquireSpinLock(&Port->Lock, &OldIrql);
        Irp = AhciHeadIrp(Port);
        while (Irp != NULL && !AhciClaimHeadIrp(Port)) {
            Irp = AhciHeadIrp(Port);
        }
        KeReleaseSpinLock(&Port->Lock, OldIrql);
        if (Irp != NULL) {
            AhciCompleteDiskIrp(Port, Irp, Status, 0);
        }
    } while (Irp != NULL);
}
