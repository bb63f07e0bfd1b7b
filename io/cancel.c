/*
 * Cancelling IRPs: the one cancel spin lock, and IoCancelIrp (IRP-10 to IRP-12).
 */
#include "iop.h"

static KSPIN_LOCK IopCancelSpinLock;

/* Takes the cancel spin lock; *Irql gets the level to restore. IRQL <= DISPATCH_LEVEL.
   Source: LCK-2. */
VOID NTAPI
IoAcquireCancelSpinLock(PKIRQL Irql)
{
    KeAcquireSpinLock(&IopCancelSpinLock, Irql);
}
EXPORT(IoAcquireCancelSpinLock);

/* Releases the cancel spin lock. A cancel routine passes Irp->CancelIrql. DISPATCH_LEVEL.
   Source: LCK-2, IRP-11. */
VOID NTAPI
IoReleaseCancelSpinLock(KIRQL Irql)
{
    KeReleaseSpinLock(&IopCancelSpinLock, Irql);
}
EXPORT(IoReleaseCancelSpinLock);

/*
 * Marks Irp cancelled and calls its cancel routine, if it has one, with the cancel spin
 * lock held; the routine releases it. TRUE when a routine was called. The caller sees to
 * it that the IRP still exists. IRQL <= DISPATCH_LEVEL. Source: IRP-10, IRP-11.
 */
BOOLEAN
NTAPI
IoCancelIrp(PIRP Irp)
{
    PDRIVER_CANCEL Cancel;
    KIRQL OldIrql;

    IoAcquireCancelSpinLock(&OldIrql);
    Irp->Cancel = TRUE;
    /* After the store: a driver that sets its routine now sees Cancel (IRP-12). */
    Cancel = IoSetCancelRoutine(Irp, NULL);
    if (Cancel == NULL) {
        IoReleaseCancelSpinLock(OldIrql);
        return FALSE;
    }
    Irp->CancelIrql = OldIrql;
    Cancel(IoGetCurrentIrpStackLocation(Irp)->DeviceObject, Irp);
    return TRUE;
}
EXPORT(IoCancelIrp);
