/*
 * The end of an IRP that ran off the top of its stack.
 *
 * NT queues an APC to the thread that issued it, because the buffer, the status block and
 * the event may be user memory. Ours are kernel memory, so whoever completes does the
 * same steps at once, at its own level (docs/deviations.md).
 */
#include "iop.h"

/*
 * Copies what a buffered request read to its caller. Overlay.AllocationSize, which only
 * IRP_MJ_CREATE uses otherwise, holds the size of the caller's buffer: a driver's
 * Information beyond it must not reach past it.
 */
static VOID
IopCopyBackBuffer(PIRP Irp)
{
    ULONG64 Length = (ULONG64)Irp->Overlay.AllocationSize.QuadPart;

    if ((Irp->Flags & IRP_INPUT_OPERATION) == 0 || NT_ERROR(Irp->IoStatus.Status)) {
        return;
    }
    memcpy(Irp->UserBuffer, Irp->AssociatedIrp.SystemBuffer,
           min(Length, (ULONG64)Irp->IoStatus.Information));
}

/* Gives back the system buffer and the MDLs that IoBuild... or a Zw routine made. */
VOID
IopReleaseBuffers(PIRP Irp)
{
    if ((Irp->Flags & IRP_BUFFERED_IO) != 0) {
        IopCopyBackBuffer(Irp);
        if ((Irp->Flags & IRP_DEALLOCATE_BUFFER) != 0) {
            ExFreePoolWithTag(Irp->AssociatedIrp.SystemBuffer, IOP_TAG_BUFFER);
        }
    }
    while (Irp->MdlAddress != NULL) {
        PMDL Mdl = Irp->MdlAddress;

        Irp->MdlAddress = Mdl->Next;
        if ((Mdl->MdlFlags & MDL_PAGES_LOCKED) != 0) {
            MmUnlockPages(Mdl);
        }
        IoFreeMdl(Mdl);
    }
}

/* The end of a part of another IRP: the last part ends the whole. */
static VOID
IopFinishAssociatedIrp(PIRP Irp, CCHAR PriorityBoost)
{
    PIRP Master = Irp->AssociatedIrp.MasterIrp;

    while (Irp->MdlAddress != NULL) {
        PMDL Mdl = Irp->MdlAddress;

        Irp->MdlAddress = Mdl->Next;
        IoFreeMdl(Mdl);
    }
    IoFreeIrp(Irp);
    if (InterlockedDecrement(&Master->AssociatedIrp.IrpCount) == 0) {
        IofCompleteRequest(Master, PriorityBoost);
    }
}

/*
 * Tells the originator and frees what the I/O manager made. The event comes last: its
 * waiter may return at once, and with it the stack the status block lies on.
 */
VOID
IopFinishIrp(PIRP Irp, CCHAR PriorityBoost)
{
    PKEVENT Event = Irp->UserEvent;

    if ((Irp->Flags & IRP_ASSOCIATED_IRP) != 0) {
        IopFinishAssociatedIrp(Irp, PriorityBoost);
        return;
    }
    if ((Irp->AllocationFlags & IOP_IRP_FILE) != 0) {
        IopFinishFileIrp(Irp, PriorityBoost);
        return;
    }
    if ((Irp->AllocationFlags & IOP_IRP_BUILT) != 0) {
        IopReleaseBuffers(Irp);
    }
    if (Irp->UserIosb != NULL) {
        *Irp->UserIosb = Irp->IoStatus;
    }
    if ((Irp->AllocationFlags & IOP_IRP_FROM_POOL) != 0) {
        IoFreeIrp(Irp);
    }
    if (Event != NULL) {
        KeSetEvent(Event, PriorityBoost, FALSE);
    }
}
