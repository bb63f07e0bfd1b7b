/*
 * The FIFO of IRPs that have no slot yet. Each can be cancelled while it waits here, and
 * no longer once it is claimed.
 *
 * Who owns a waiting IRP is decided by one atomic exchange of its cancel routine
 * (IRP-12): whoever gets the routine back may complete the IRP. An IRP whose routine was
 * already taken is being cancelled on another processor and is left to it.
 */
#include "nvme.h"

static DRIVER_CANCEL NvmeCancelIrp;

/* Entered with the cancel spin lock held, which guards nothing of ours. Rule IRP-11. */
static VOID
NvmeCancelIrp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PNVME_QUEUE Queue = Irp->Tail.Overlay.DriverContext[0];
    KIRQL OldIrql;

    UNREFERENCED_PARAMETER(DeviceObject);
    IoReleaseCancelSpinLock(Irp->CancelIrql);

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
    KeReleaseSpinLock(&Queue->Lock, OldIrql);

    NvmeCompleteDiskIrp(Irp, STATUS_CANCELLED);
}

/*
 * Appends an IRP that has been marked pending, or completes it if the queue is closed or
 * the IRP already cancelled. IRQL: DISPATCH_LEVEL; takes Queue->Lock.
 */
VOID
NvmeEnqueueIrp(PNVME_QUEUE Queue, PIRP Irp, ULONG Processor)
{
    NTSTATUS Status = STATUS_SUCCESS;

    Irp->Tail.Overlay.DriverContext[0] = Queue;
    Irp->Tail.Overlay.DriverContext[1] = (PVOID)(ULONG_PTR)Processor;
    KeAcquireSpinLockAtDpcLevel(&Queue->Lock);
    if (!Queue->Open) {
        Status = STATUS_NO_SUCH_DEVICE;
    } else {
        Queue->Statistics.Waited += Queue->FreeCount == 0;
        InsertTailList(&Queue->Waiting, &Irp->Tail.Overlay.ListEntry);
        IoSetCancelRoutine(Irp, NvmeCancelIrp);
        /* A cancel that came before the routine was there has not called it. */
        if (Irp->Cancel && IoSetCancelRoutine(Irp, NULL) != NULL) {
            RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
            Status = STATUS_CANCELLED;
        }
    }
    KeReleaseSpinLockFromDpcLevel(&Queue->Lock);

    if (!NT_SUCCESS(Status)) {
        NvmeCompleteDiskIrp(Irp, Status);
    }
}

/*
 * Takes the IRP that has waited longest off the list, or returns NULL. One that is being
 * cancelled is passed over: its entry is left linked to itself for the cancel routine to
 * unlink. Queue->Lock is held.
 */
PIRP
NvmeClaimIrp(PNVME_QUEUE Queue)
{
    while (!IsListEmpty(&Queue->Waiting)) {
        PLIST_ENTRY Entry = RemoveHeadList(&Queue->Waiting);
        PIRP Irp = CONTAINING_RECORD(Entry, IRP, Tail.Overlay.ListEntry);

        InitializeListHead(Entry);
        if (IoSetCancelRoutine(Irp, NULL) != NULL) {
            return Irp;
        }
    }
    return NULL;
}

/* Fails every waiting IRP. The caller keeps the queue alive. IRQL <= DISPATCH_LEVEL. */
VOID
NvmeFailWaiting(PNVME_QUEUE Queue, NTSTATUS Status)
{
    KIRQL OldIrql;
    PIRP Irp;

    do {
        KeAcquireSpinLock(&Queue->Lock, &OldIrql);
        Irp = NvmeClaimIrp(Queue);
        KeReleaseSpinLock(&Queue->Lock, OldIrql);
        if (Irp != NULL) {
            NvmeCompleteDiskIrp(Irp, Status);
        }
    } while (Irp != NULL);
}
