/*
 * The dispatch routines: what may be asked of a disk, checked before it is queued.
 *
 * Read, write and flush take one way: check, mark pending, enqueue, pump. The queue is the
 * one of the processor that asks, and from choosing it to starting the command the code
 * stays there, at DISPATCH_LEVEL.
 */
#include "nvme.h"

/* Ends an IRP that is not, or no longer, accounted to a disk. IRQL <= DISPATCH_LEVEL. */
VOID
NvmeCompleteIrp(PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, Information != 0 ? IO_DISK_INCREMENT : IO_NO_INCREMENT);
}

/*
 * Ends a queued IRP and lets go of the disk's remove lock for it; the queue may be gone
 * afterwards unless the caller holds it too. No lock may be held. IRQL <= DISPATCH_LEVEL.
 */
VOID
NvmeCompleteDiskIrp(PIRP Irp, NTSTATUS Status)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PNVME_DISK Disk = Stack->DeviceObject->DeviceExtension;
    ULONG_PTR Information = 0;

    if (NT_SUCCESS(Status) && Stack->MajorFunction != IRP_MJ_FLUSH_BUFFERS) {
        Information = Stack->Parameters.Read.Length;
    }
    NvmeCompleteIrp(Irp, Status, Information);
    IoReleaseRemoveLock(&Disk->Common.RemoveLock, Irp);
}

/* IRP_MJ_CREATE, CLOSE, CLEANUP: the open files of a disk are counted (leave.c). */
NTSTATUS
NvmeCreateClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PNVME_EXTENSION Extension = DeviceObject->DeviceExtension;
    UCHAR MajorFunction = IoGetCurrentIrpStackLocation(Irp)->MajorFunction;
    NTSTATUS Status = STATUS_SUCCESS;

    if (Extension->Kind == NvmeKindDisk && MajorFunction == IRP_MJ_CREATE) {
        Status = DiskOpened(&((PNVME_DISK)Extension)->Opens);
    } else if (Extension->Kind == NvmeKindDisk && MajorFunction == IRP_MJ_CLOSE) {
        DiskClosed(&((PNVME_DISK)Extension)->Opens);
    }
    NvmeCompleteIrp(Irp, Status, 0);
    return Status;
}

/*
 * Whole blocks, inside the disk, within one command, and described by an MDL of that
 * length. Written so that no sum can wrap.
 */
static NTSTATUS
NvmeCheckTransfer(PNVME_DISK Disk, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    ULONGLONG Offset = (ULONGLONG)Stack->Parameters.Read.ByteOffset.QuadPart;
    ULONG Length = Stack->Parameters.Read.Length;
    ULONG Mask = (1UL << Disk->BlockShift) - 1;

    if ((Offset & Mask) != 0 || (Length & Mask) != 0 ||
        Length > Disk->Controller->MaximumTransfer) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Offset > Disk->Length || Length > Disk->Length - Offset) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Length != 0 &&
        (Irp->MdlAddress == NULL || MmGetMdlByteCount(Irp->MdlAddress) < Length ||
         (MmGetMdlByteOffset(Irp->MdlAddress) & FILE_LONG_ALIGNMENT) != 0)) {
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

/* Queues a checked request on this processor's pair. The caller holds the remove lock. */
static VOID
NvmeQueueIrp(PNVME_CONTROLLER Controller, PIRP Irp)
{
    PNVME_QUEUE Queue;
    ULONG Processor;
    KIRQL OldIrql;

    IoMarkIrpPending(Irp);
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    Processor = KeGetCurrentProcessorNumberEx(NULL);
    Queue = Controller->QueueOf[Processor];
    NvmeEnqueueIrp(Queue, Irp, Processor);
    NvmePump(Queue);
    KeLowerIrql(OldIrql);
}

/* Checks the request and queues it, or ends it here. The caller holds the remove lock. */
static NTSTATUS
NvmeSubmit(PNVME_DISK Disk, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status = STATUS_SUCCESS;
    BOOLEAN Nothing;

    if (Stack->MajorFunction == IRP_MJ_FLUSH_BUFFERS) {
        Nothing = !Disk->Controller->HasCache;
    } else {
        Status = NvmeCheckTransfer(Disk, Irp);
        Nothing = Stack->Parameters.Read.Length == 0;
    }
    if (NT_SUCCESS(Status) && !Nothing) {
        Status = IoAcquireRemoveLock(&Disk->Common.RemoveLock, Irp);
    }
    if (!NT_SUCCESS(Status) || Nothing) {
        NvmeCompleteIrp(Irp, Status, 0);
        return Status;
    }
    NvmeQueueIrp(Disk->Controller, Irp);
    return STATUS_PENDING;
}

/*
 * IRP_MJ_READ, WRITE (direct I/O), FLUSH_BUFFERS of a disk.
 * Returns STATUS_PENDING, or the status of a request that was refused.
 * IRQL <= DISPATCH_LEVEL. Rules IRP-6, IRP-7.
 */
NTSTATUS
NvmeReadWriteFlush(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PNVME_EXTENSION Extension = DeviceObject->DeviceExtension;
    NTSTATUS Status = STATUS_INVALID_DEVICE_REQUEST;

    /*
     * This reference is the routine's own. The IRP has another, but the IRP may be
     * completed, and the queue freed, while NvmePump is still at work here.
     */
    if (Extension->Kind == NvmeKindDisk) {
        Status = IoAcquireRemoveLock(&Extension->RemoveLock, DeviceObject);
    }
    if (!NT_SUCCESS(Status)) {
        NvmeCompleteIrp(Irp, Status, 0);
        return Status;
    }
    Status = NvmeSubmit((PNVME_DISK)Extension, Irp);
    IoReleaseRemoveLock(&Extension->RemoveLock, DeviceObject);
    return Status;
}
