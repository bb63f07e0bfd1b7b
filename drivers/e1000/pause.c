/*
 * pause.c - requests from STOP to the next START. An adapter is stopped because its
 * resources change (PnP rebalances them), and its clients do not need to know: what they
 * ask for waits, and goes on when the adapter runs again.
 *
 * Reads and writes wait on the lists they are on anyway. What the chip was given and has
 * not sent goes back to the head of the list it came from. Queries have a list of their
 * own. All of them can be cancelled, and end with their file or with the device.
 */
#include "e1000.h"

/* Frames that were given to the chip and not sent will be given to it again, before all
 * others and in their order. Lock is held. */
static VOID
E1000TakeBackFrames(PE1000_CONTEXT Context)
{
    PLIST_ENTRY Entry;

    while (!IsListEmpty(&Context->Sent)) {
        Entry = RemoveTailList(&Context->Sent);
        E1000_IRP_SLOT(CONTAINING_RECORD(Entry, IRP, Tail.Overlay.ListEntry)) = NULL;
        InsertHeadList(&Context->Writes, Entry);
    }
}

/* Empties the transmit ring of an adapter that is silent, before its memory goes.
 * PASSIVE_LEVEL. */
VOID
E1000PauseTransmits(PE1000_CONTEXT Context)
{
    LIST_ENTRY Done;
    KIRQL OldIrql;

    InitializeListHead(&Done);
    KeAcquireSpinLock(&Context->Lock, &OldIrql);
    E1000ReclaimTransmits(Context, &Done);
    E1000TakeBackFrames(Context);
    KeReleaseSpinLock(&Context->Lock, OldIrql);
    E1000CompleteList(Context, &Done);
}

/*
 * Puts a request for an adapter that does not run on List, to wait for START. Returns
 * STATUS_PENDING, or with what the caller is to complete it; STATUS_CANCELLED: it is
 * marked pending nevertheless. Lock is held.
 */
NTSTATUS
E1000QueueForStart(PE1000_CONTEXT Context, PLIST_ENTRY List, PIRP Irp)
{
    if (!Context->Paused) {
        return Context->Gone ? STATUS_NO_SUCH_DEVICE : STATUS_DEVICE_NOT_READY;
    }
    return E1000QueueIrp(List, Irp) ? STATUS_PENDING : STATUS_CANCELLED;
}

/* The same for a query. STATUS_RETRY: the adapter runs by now. <= DISPATCH_LEVEL. */
NTSTATUS
E1000HoldQuery(PE1000_CONTEXT Context, PIRP Irp)
{
    NTSTATUS Status = STATUS_RETRY;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Context->Lock, &OldIrql);
    if (!Context->Started) {
        Status = E1000QueueForStart(Context, &Context->Queries, Irp);
    }
    KeReleaseSpinLock(&Context->Lock, OldIrql);
    return Status;
}

static PIRP
E1000NextQuery(PE1000_CONTEXT Context)
{
    KIRQL OldIrql;
    PIRP Irp;

    KeAcquireSpinLock(&Context->Lock, &OldIrql);
    Irp = E1000ClaimFirstIrp(&Context->Queries);
    KeReleaseSpinLock(&Context->Lock, OldIrql);
    return Irp;
}

/* The adapter runs: has everything done that waited. PASSIVE_LEVEL, no lock held. */
VOID
E1000ResumeIrps(PE1000_CONTEXT Context)
{
    PIRP Irp;

    while ((Irp = E1000NextQuery(Context)) != NULL) {
        E1000AnswerQuery(Context, Irp);
    }
    E1000ServeHere(Context);
}
