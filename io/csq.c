/*
 * Cancel-safe queues: the driver supplies list and lock, these routines the cancellation.
 *
 * Tail.Overlay.DriverContext[3] of a queued IRP points at its queue, or at the caller's
 * IO_CSQ_IRP_CONTEXT; both begin with a type. Whoever swaps the cancel routine out of the
 * IRP first owns it: a remover that gets NULL leaves the IRP to the cancel routine, which
 * will take it off the list (IRP-12).
 */
#include "iop.h"

#define IOP_CSQ_SLOT 3

/* Calls the driver's insert routine, of either kind. */
static NTSTATUS
IopCsqCallInsert(PIO_CSQ Csq, PIRP Irp, PVOID InsertContext)
{
    if (Csq->Type == IO_TYPE_CSQ_EX) {
        return ((PIO_CSQ_INSERT_IRP_EX)(PVOID)Csq->CsqInsertIrp)(Csq, Irp, InsertContext);
    }
    Csq->CsqInsertIrp(Csq, Irp);
    return STATUS_SUCCESS;
}

/* Cuts the tie between an IRP and the caller's context for it, if there is one. */
static VOID
IopCsqForgetContext(PIRP Irp)
{
    PIO_CSQ_IRP_CONTEXT Context = Irp->Tail.Overlay.DriverContext[IOP_CSQ_SLOT];

    if (Context->Type == IO_TYPE_CSQ_IRP_CONTEXT) {
        Context->Irp = NULL;
    }
    Irp->Tail.Overlay.DriverContext[IOP_CSQ_SLOT] = NULL;
}

/* The cancel routine of every queued IRP; enters with the cancel spin lock (IRP-11). */
static VOID NTAPI
IopCsqCancelRoutine(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_CSQ_IRP_CONTEXT Context = Irp->Tail.Overlay.DriverContext[IOP_CSQ_SLOT];
    PIO_CSQ Csq =
        Context->Type == IO_TYPE_CSQ_IRP_CONTEXT ? Context->Csq : (PIO_CSQ)Context;
    KIRQL OldIrql;

    UNREFERENCED_PARAMETER(DeviceObject);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    Csq->CsqAcquireLock(Csq, &OldIrql);
    Csq->CsqRemoveIrp(Csq, Irp);
    IopCsqForgetContext(Irp);
    Csq->CsqReleaseLock(Csq, OldIrql);
    Csq->CsqCompleteCanceledIrp(Csq, Irp);
}

/* Fills in a queue of the given type. */
static NTSTATUS
IopCsqInitialize(PIO_CSQ Csq, ULONG Type, PIO_CSQ_INSERT_IRP Insert,
                 PIO_CSQ_REMOVE_IRP Remove, PIO_CSQ_PEEK_NEXT_IRP PeekNext,
                 PIO_CSQ_ACQUIRE_LOCK AcquireLock, PIO_CSQ_RELEASE_LOCK ReleaseLock,
                 PIO_CSQ_COMPLETE_CANCELED_IRP CompleteCanceled)
{
    Csq->Type = Type;
    Csq->CsqInsertIrp = Insert;
    Csq->CsqRemoveIrp = Remove;
    Csq->CsqPeekNextIrp = PeekNext;
    Csq->CsqAcquireLock = AcquireLock;
    Csq->CsqReleaseLock = ReleaseLock;
    Csq->CsqCompleteCanceledIrp = CompleteCanceled;
    Csq->ReservePointer = NULL;
    return STATUS_SUCCESS;
}

/* Prepares a queue on the driver's six routines. Any IRQL. Source: manual,
   IoCsqInitialize. */
NTSTATUS
NTAPI
IoCsqInitialize(PIO_CSQ Csq, PIO_CSQ_INSERT_IRP CsqInsertIrp,
                PIO_CSQ_REMOVE_IRP CsqRemoveIrp, PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp,
                PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock, PIO_CSQ_RELEASE_LOCK CsqReleaseLock,
                PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp)
{
    return IopCsqInitialize(Csq, IO_TYPE_CSQ, CsqInsertIrp, CsqRemoveIrp, CsqPeekNextIrp,
                            CsqAcquireLock, CsqReleaseLock, CsqCompleteCanceledIrp);
}
EXPORT(IoCsqInitialize);

/* The same, with an insert routine that may refuse. Source: manual, IoCsqInitializeEx. */
NTSTATUS
NTAPI
IoCsqInitializeEx(PIO_CSQ Csq, PIO_CSQ_INSERT_IRP_EX CsqInsertIrp,
                  PIO_CSQ_REMOVE_IRP CsqRemoveIrp, PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp,
                  PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock,
                  PIO_CSQ_RELEASE_LOCK CsqReleaseLock,
                  PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp)
{
    return IopCsqInitialize(Csq, IO_TYPE_CSQ_EX, (PIO_CSQ_INSERT_IRP)(PVOID)CsqInsertIrp,
                            CsqRemoveIrp, CsqPeekNextIrp, CsqAcquireLock, CsqReleaseLock,
                            CsqCompleteCanceledIrp);
}
EXPORT(IoCsqInitializeEx);

/*
 * Marks Irp pending and queues it; an IRP already cancelled is completed instead.
 *   Context        for IoCsqRemoveIrp later, or NULL
 *   InsertContext  for an extended queue's insert routine
 * Returns what that routine returns: on failure the IRP is not queued and not pending.
 * IRQL <= DISPATCH_LEVEL. Source: manual, IoCsqInsertIrpEx.
 */
NTSTATUS
NTAPI
IoCsqInsertIrpEx(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context, PVOID InsertContext)
{
    BOOLEAN Cancelled = FALSE;
    NTSTATUS Status;
    KIRQL OldIrql;

    if (Context != NULL) {
        Context->Type = IO_TYPE_CSQ_IRP_CONTEXT;
        Context->Irp = Irp;
        Context->Csq = Csq;
    }
    Irp->Tail.Overlay.DriverContext[IOP_CSQ_SLOT] =
        Context != NULL ? (PVOID)Context : Csq;

    Csq->CsqAcquireLock(Csq, &OldIrql);
    Status = IopCsqCallInsert(Csq, Irp, InsertContext);
    if (NT_SUCCESS(Status)) {
        IoMarkIrpPending(Irp);
        IoSetCancelRoutine(Irp, IopCsqCancelRoutine);
        /* Cancelled before the routine was set, and nobody has called the routine: ours.
         */
        if (Irp->Cancel && IoSetCancelRoutine(Irp, NULL) != NULL) {
            Cancelled = TRUE;
            Csq->CsqRemoveIrp(Csq, Irp);
        }
    }
    if (Cancelled || !NT_SUCCESS(Status)) {
        IopCsqForgetContext(Irp);
    }
    Csq->CsqReleaseLock(Csq, OldIrql);
    if (Cancelled) {
        Csq->CsqCompleteCanceledIrp(Csq, Irp);
    }
    return Status;
}
EXPORT(IoCsqInsertIrpEx);

/* The same for a plain queue, whose insert routine cannot refuse. Source: manual,
   IoCsqInsertIrp. */
VOID NTAPI
IoCsqInsertIrp(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context)
{
    IoCsqInsertIrpEx(Csq, Irp, Context, NULL);
}
EXPORT(IoCsqInsertIrp);

/* Takes the first IRP the peek routine offers for PeekContext that is not being
   cancelled; NULL: none. IRQL <= DISPATCH_LEVEL. Source: manual, IoCsqRemoveNextIrp. */
PIRP NTAPI
IoCsqRemoveNextIrp(PIO_CSQ Csq, PVOID PeekContext)
{
    PIRP Irp = NULL;
    KIRQL OldIrql;

    Csq->CsqAcquireLock(Csq, &OldIrql);
    do {
        Irp = Csq->CsqPeekNextIrp(Csq, Irp, PeekContext);
    } while (Irp != NULL && IoSetCancelRoutine(Irp, NULL) == NULL);
    if (Irp != NULL) {
        Csq->CsqRemoveIrp(Csq, Irp);
        IopCsqForgetContext(Irp);
    }
    Csq->CsqReleaseLock(Csq, OldIrql);
    return Irp;
}
EXPORT(IoCsqRemoveNextIrp);

/* Takes the IRP that was inserted with Context; NULL when it is gone already.
   IRQL <= DISPATCH_LEVEL. Source: manual, IoCsqRemoveIrp. */
PIRP NTAPI
IoCsqRemoveIrp(PIO_CSQ Csq, PIO_CSQ_IRP_CONTEXT Context)
{
    PIRP Irp;
    KIRQL OldIrql;

    Csq->CsqAcquireLock(Csq, &OldIrql);
    Irp = Context->Irp;
    if (Irp != NULL && IoSetCancelRoutine(Irp, NULL) == NULL) {
        Irp = NULL;
    }
    if (Irp != NULL) {
        Csq->CsqRemoveIrp(Csq, Irp);
        IopCsqForgetContext(Irp);
    }
    Csq->CsqReleaseLock(Csq, OldIrql);
    return Irp;
}
EXPORT(IoCsqRemoveIrp);
