/*
 * queue.c - IRPs that wait: queued, cancelled, claimed, completed.
 *
 * Each waiting IRP is on one list of the context and has E1000CancelIrp in it. Two
 * parties may want to end it at the same time: we, and somebody who calls IoCancelIrp.
 * Whoever gets the cancel routine out of the IRP, by one atomic exchange, completes it
 * (IRP-12). If that is the canceller, the IRP stays on its list until E1000CancelIrp has
 * taken Lock, and everybody else passes it by.
 */
#include "e1000.h"

/* No transmit slot may point to an IRP that is about to be completed. Lock is held. */
static VOID
E1000LeaveSlot(PIRP Irp)
{
    PIRP *Slot = E1000_IRP_SLOT(Irp);

    if (Slot != NULL) {
        *Slot = NULL;
        E1000_IRP_SLOT(Irp) = NULL;
    }
}

/*
 * The I/O manager's call for an IRP that is cancelled while it waits. DISPATCH_LEVEL, the
 * cancel spin lock held, which is given back before any other lock is taken (IRP-11).
 * A frame that is in the transmit ring is sent all the same.
 */
VOID NTAPI
E1000CancelIrp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PE1000_CONTEXT Context = DeviceObject->DeviceExtension;
    KIRQL OldIrql;

    IoReleaseCancelSpinLock(Irp->CancelIrql);

    KeAcquireSpinLock(&Context->Lock, &OldIrql);
    RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
    E1000LeaveSlot(Irp);
    KeReleaseSpinLock(&Context->Lock, OldIrql);

    E1000CompleteIrp(Context, Irp, STATUS_CANCELLED, 0, IO_NO_INCREMENT);
}

/*
 * Puts an IRP at the end of a list, pending. Lock is held. Returns FALSE if it had been
 * cancelled before: then it is on no list and the caller completes it. Either way it is
 * marked pending, so the dispatch routine returns STATUS_PENDING (IRP-6).
 */
BOOLEAN
E1000QueueIrp(PLIST_ENTRY List, PIRP Irp)
{
    IoMarkIrpPending(Irp);
    E1000_IRP_SLOT(Irp) = NULL;
    InsertTailList(List, &Irp->Tail.Overlay.ListEntry);

    /* First the routine, then the test: a cancellation in between is seen by one of them.
     */
    IoSetCancelRoutine(Irp, E1000CancelIrp);
    return !Irp->Cancel || !E1000ClaimIrp(Irp);
}

/* Takes a waiting IRP off its list, to be completed. FALSE: it is its canceller's. */
BOOLEAN
E1000ClaimIrp(PIRP Irp)
{
    if (IoSetCancelRoutine(Irp, NULL) == NULL) {
        return FALSE;
    }
    RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
    E1000LeaveSlot(Irp);
    return TRUE;
}

/* Claims the IRP that has waited longest. NULL if there is none. Lock is held. */
PIRP
E1000ClaimFirstIrp(PLIST_ENTRY List)
{
    PLIST_ENTRY Entry;
    PIRP Irp;

    for (Entry = List->Flink; Entry != List; Entry = Entry->Flink) {
        Irp = CONTAINING_RECORD(Entry, IRP, Tail.Overlay.ListEntry);
        if (E1000ClaimIrp(Irp)) {
            return Irp;
        }
    }
    return NULL;
}

/* Gives a claimed IRP its outcome; it is completed when the caller has released Lock. */
VOID
E1000FinishIrp(PIRP Irp, NTSTATUS Status, ULONG Information, PLIST_ENTRY Done)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    InsertTailList(Done, &Irp->Tail.Overlay.ListEntry);
}

/* Moves the IRPs of one file, or of all if FileObject is NULL, from List to Done. */
static VOID
E1000AbortList(PLIST_ENTRY List, PFILE_OBJECT FileObject, NTSTATUS Status,
               PLIST_ENTRY Done)
{
    PLIST_ENTRY Entry, Next;
    PIRP Irp;

    for (Entry = List->Flink; Entry != List; Entry = Next) {
        Next = Entry->Flink;
        Irp = CONTAINING_RECORD(Entry, IRP, Tail.Overlay.ListEntry);
        if (FileObject != NULL &&
            IoGetCurrentIrpStackLocation(Irp)->FileObject != FileObject) {
            continue;
        }
        /* Also when its canceller has it: the ring may be gone before he gets to it. */
        E1000LeaveSlot(Irp);
        if (E1000ClaimIrp(Irp)) {
            E1000FinishIrp(Irp, Status, 0, Done);
        }
    }
}

/* Completes every waiting IRP of a file, or all if it is NULL. <= DISPATCH_LEVEL, no
 * lock. */
VOID
E1000AbortIrps(PE1000_CONTEXT Context, PFILE_OBJECT FileObject, NTSTATUS Status)
{
    LIST_ENTRY Done;
    KIRQL OldIrql;

    InitializeListHead(&Done);
    KeAcquireSpinLock(&Context->Lock, &OldIrql);
    E1000AbortList(&Context->Reads, FileObject, Status, &Done);
    E1000AbortList(&Context->Writes, FileObject, Status, &Done);
    E1000AbortList(&Context->Sent, FileObject, Status, &Done);
    E1000AbortList(&Context->Queries, FileObject, Status, &Done);
    KeReleaseSpinLock(&Context->Lock, OldIrql);
    E1000CompleteList(Context, &Done);
}

/*
 * Completes an IRP and gives back its reference on the remove lock, after which Context
 * may be gone. <= DISPATCH_LEVEL, no lock held. Returns Status, for dispatch routines.
 */
NTSTATUS
E1000CompleteIrp(PE1000_CONTEXT Context, PIRP Irp, NTSTATUS Status, ULONG_PTR Information,
                 CCHAR Boost)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, Boost);
    IoReleaseRemoveLock(&Context->RemoveLock, Irp);
    return Status;
}

/* Completes what was finished under Lock, in order. <= DISPATCH_LEVEL, no lock held. */
VOID
E1000CompleteList(PE1000_CONTEXT Context, PLIST_ENTRY Done)
{
    PIRP Irp;

    while (!IsListEmpty(Done)) {
        Irp = CONTAINING_RECORD(RemoveHeadList(Done), IRP, Tail.Overlay.ListEntry);
        E1000CompleteIrp(Context, Irp, Irp->IoStatus.Status, Irp->IoStatus.Information,
                         IO_NETWORK_INCREMENT);
    }
}
