/*
 * queue.c - requests that come in, wait in the device queue, and leave.
 *
 * Each IRP holds a reference on the remove lock from EduEnterIrp to EduCompleteIrp.
 */
#include "edu.h"

static DRIVER_CANCEL EduCancelIrp;

/* Lets an IRP in, or completes it with STATUS_DELETE_PENDING. */
NTSTATUS
EduEnterIrp(PEDU_CONTEXT Context, PIRP Irp)
{
    NTSTATUS Status = IoAcquireRemoveLock(&Context->RemoveLock, Irp);

    if (!NT_SUCCESS(Status)) {
        Irp->IoStatus.Status = Status;
        Irp->IoStatus.Information = 0;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
    }
    return Status;
}

/*
 * Completes an IRP and gives back its reference on the remove lock, after which Context
 * may be gone. <= DISPATCH_LEVEL, no lock held. Returns Status, for dispatch routines.
 */
NTSTATUS
EduCompleteIrp(PEDU_CONTEXT Context, PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    IoReleaseRemoveLock(&Context->RemoveLock, Irp);
    return Status;
}

/* DISPATCH_LEVEL, the cancel spin lock held: takes a packet out of the queue (IRP-11). */
static VOID NTAPI
EduCancelIrp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    KeRemoveEntryDeviceQueue(&DeviceObject->DeviceQueue,
                             &Irp->Tail.Overlay.DeviceQueueEntry);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    EduCompleteIrp(DeviceObject->DeviceExtension, Irp, STATUS_CANCELLED, 0);
}

/* Moves the packets of one file from the device queue to Done. The cancel spin lock is
 * held, which is what guards the queue, and nobody can cancel them meanwhile. */
static VOID
EduRemovePackets(PDEVICE_OBJECT DeviceObject, PFILE_OBJECT FileObject, PLIST_ENTRY Done)
{
    PLIST_ENTRY Head = &DeviceObject->DeviceQueue.DeviceListHead;
    PLIST_ENTRY Entry, Next;
    PIRP Irp;

    for (Entry = Head->Flink; Entry != Head; Entry = Next) {
        Next = Entry->Flink;
        Irp =
            CONTAINING_RECORD(Entry, IRP, Tail.Overlay.DeviceQueueEntry.DeviceListEntry);
        if (IoGetCurrentIrpStackLocation(Irp)->FileObject == FileObject) {
            KeRemoveEntryDeviceQueue(&DeviceObject->DeviceQueue,
                                     &Irp->Tail.Overlay.DeviceQueueEntry);
            IoSetCancelRoutine(Irp, NULL);
            InsertTailList(Done, &Irp->Tail.Overlay.ListEntry);
        }
    }
}

/* IRP_MJ_CLEANUP: a file's last handle is closed, so nobody waits for its requests. */
NTSTATUS
NTAPI
EduDispatchCleanup(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEDU_CONTEXT Context = DeviceObject->DeviceExtension;
    NTSTATUS Status = EduEnterIrp(Context, Irp);
    LIST_ENTRY Done;
    KIRQL OldIrql;

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    InitializeListHead(&Done);
    IoAcquireCancelSpinLock(&OldIrql);
    EduRemovePackets(DeviceObject, IoGetCurrentIrpStackLocation(Irp)->FileObject, &Done);
    IoReleaseCancelSpinLock(OldIrql);
    while (!IsListEmpty(&Done)) {
        EduCompleteIrp(
            Context,
            CONTAINING_RECORD(RemoveHeadList(&Done), IRP, Tail.Overlay.ListEntry),
            STATUS_CANCELLED, 0);
    }
    EduAbortHeld(Context, IoGetCurrentIrpStackLocation(Irp)->FileObject,
                 STATUS_CANCELLED);
    return EduCompleteIrp(Context, Irp, STATUS_SUCCESS, 0);
}

/*
 * Starts a checked request, or queues it. The IRP may be completed before IoStartPacket
 * is through with the device, hence a second reference on the remove lock.
 */
NTSTATUS
EduQueueRequest(PEDU_CONTEXT Context, PIRP Irp)
{
    NTSTATUS Status = IoAcquireRemoveLock(&Context->RemoveLock, Context);

    if (!NT_SUCCESS(Status)) {
        return EduCompleteIrp(Context, Irp, Status, 0);
    }
    IoMarkIrpPending(Irp);
    IoStartPacket(Context->FunctionDevice, Irp, NULL, EduCancelIrp);
    IoReleaseRemoveLock(&Context->RemoveLock, Context);
    return STATUS_PENDING;
}
