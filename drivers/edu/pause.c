/*
 * pause.c - requests from STOP to the next START. A device is stopped because its
 * resources change (PnP rebalances them); its clients need not know, their requests wait.
 *
 * All but one wait in the device queue, where they are anyway. That one is Held: a packet
 * whose turn has come, or that the device was at work on. It gets a cancel routine again,
 * and whoever gets that out of it (IRP-12) ends it or goes on with it.
 */
#include "edu.h"

static DRIVER_CANCEL EduCancelHeld;

/* DISPATCH_LEVEL, the cancel spin lock held, which is given back first (IRP-11). */
static VOID NTAPI
EduCancelHeld(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEDU_CONTEXT Context = DeviceObject->DeviceExtension;
    KIRQL OldIrql;

    IoReleaseCancelSpinLock(Irp->CancelIrql);

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    KeAcquireSpinLockAtDpcLevel(&Context->Lock);
    Context->Held = NULL;
    KeReleaseSpinLockFromDpcLevel(&Context->Lock);
    EduFailRequest(Context, Irp, STATUS_CANCELLED);
    KeLowerIrql(OldIrql);
}

/*
 * Keeps a packet whose turn it is for START. FALSE: it has been cancelled, and is the
 * caller's to end. Lock is held.
 */
BOOLEAN
EduHoldPacket(PEDU_CONTEXT Context, PIRP Irp)
{
    Context->Held = Irp;
    IoSetCancelRoutine(Irp, EduCancelHeld);
    /* A cancellation before this found no routine; one from here on does. */
    if (Irp->Cancel && IoSetCancelRoutine(Irp, NULL) != NULL) {
        Context->Held = NULL;
        return FALSE;
    }
    return TRUE;
}

/* The request that the device has not finished begins anew with START. The device is
 * silent and its DPC does not run any more. PASSIVE_LEVEL. */
VOID
EduHoldActive(PEDU_CONTEXT Context)
{
    BOOLEAN Held;
    KIRQL OldIrql;
    PIRP Irp;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    KeAcquireSpinLockAtDpcLevel(&Context->Lock);
    Irp = Context->Active;
    Context->Active = NULL;
    Held = Irp == NULL || EduHoldPacket(Context, Irp);
    KeReleaseSpinLockFromDpcLevel(&Context->Lock);
    if (!Held) {
        EduFailRequest(Context, Irp, STATUS_CANCELLED);
    }
    KeLowerIrql(OldIrql);
}

/* Takes the held packet, if it is one of this file's (NULL: of anybody's) and nobody is
 * cancelling it. DISPATCH_LEVEL. */
static PIRP
EduTakeHeld(PEDU_CONTEXT Context, PFILE_OBJECT FileObject)
{
    PIRP Irp, Taken = NULL;

    KeAcquireSpinLockAtDpcLevel(&Context->Lock);
    Irp = Context->Held;
    if (Irp != NULL &&
        (FileObject == NULL ||
         IoGetCurrentIrpStackLocation(Irp)->FileObject == FileObject) &&
        IoSetCancelRoutine(Irp, NULL) != NULL) {
        Context->Held = NULL;
        Taken = Irp;
    }
    KeReleaseSpinLockFromDpcLevel(&Context->Lock);
    return Taken;
}

/* Ends the held packets, one after the other, of a file or (NULL) of all. No lock held.
 * <= DISPATCH_LEVEL. */
VOID
EduAbortHeld(PEDU_CONTEXT Context, PFILE_OBJECT FileObject, NTSTATUS Reason)
{
    KIRQL OldIrql;
    PIRP Irp;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    while ((Irp = EduTakeHeld(Context, FileObject)) != NULL) {
        EduFailRequest(Context, Irp, Reason);
    }
    KeLowerIrql(OldIrql);
}

/* The device runs again: the held packet's turn comes a second time. PASSIVE_LEVEL. */
VOID
EduResume(PEDU_CONTEXT Context)
{
    KIRQL OldIrql;
    PIRP Irp;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    Irp = EduTakeHeld(Context, NULL);
    if (Irp != NULL) {
        EduStartIo(Context->FunctionDevice, Irp);
    }
    KeLowerIrql(OldIrql);
}
