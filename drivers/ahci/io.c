/*
 * The dispatch routines: what may be asked of a disk, checked before it is queued.
 *
 * Read, write, flush and trim take one way: check, mark pending, enqueue, pump. Nothing is
 * started from here directly, so the order of arrival is the order of starting.
 */
#include "ahci.h"

#include <ntdddisk.h>
#include <ntddstor.h>

/* Ends an IRP that is not, or no longer, accounted to a disk. IRQL <= DISPATCH_LEVEL. */
VOID
AhciCompleteIrp(PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, Information != 0 ? IO_DISK_INCREMENT : IO_NO_INCREMENT);
}

/*
 * Ends a queued IRP and lets go of the disk's remove lock for it; the port may be gone
 * afterwards unless the caller holds it too. No lock may be held. IRQL <= DISPATCH_LEVEL.
 */
VOID
AhciCompleteDiskIrp(PAHCI_PORT Port, PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    PAHCI_DISK Disk = Port->Disk->DeviceExtension;

    AhciCompleteIrp(Irp, Status, Information);
    IoReleaseRemoveLock(&Disk->Common.RemoveLock, Irp);
}

/* IRP_MJ_CREATE, CLOSE, CLEANUP: the open files of a disk are counted (leave.c). */
NTSTATUS
AhciCreateClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PAHCI_EXTENSION Extension = DeviceObject->DeviceExtension;
    UCHAR MajorFunction = IoGetCurrentIrpStackLocation(Irp)->MajorFunction;
    NTSTATUS Status = STATUS_SUCCESS;

    if (Extension->Kind == AhciKindDisk && MajorFunction == IRP_MJ_CREATE) {
        Status = DiskOpened(&((PAHCI_DISK)Extension)->Opens);
    } else if (Extension->Kind == AhciKindDisk && MajorFunction == IRP_MJ_CLOSE) {
        DiskClosed(&((PAHCI_DISK)Extension)->Opens);
    }
    AhciCompleteIrp(Irp, Status, 0);
    return Status;
}

/*
 * Whole sectors, inside the disk, within one command, and described by an MDL of that
 * length. Written so that no sum can wrap.
 */
static NTSTATUS
AhciCheckTransfer(PAHCI_PORT Port, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    ULONGLONG DiskLength = Port->SectorCount * AHCI_SECTOR_SIZE;
    ULONGLONG Offset = (ULONGLONG)Stack->Parameters.Read.ByteOffset.QuadPart;
    ULONG Length = Stack->Parameters.Read.Length;

    if (Offset % AHCI_SECTOR_SIZE != 0 || Length % AHCI_SECTOR_SIZE != 0 ||
        Length > AHCI_MAXIMUM_TRANSFER) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Offset > DiskLength || Length > DiskLength - Offset) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Length != 0 &&
        (Irp->MdlAddress == NULL || MmGetMdlByteCount(Irp->MdlAddress) < Length ||
         (MmGetMdlByteOffset(Irp->MdlAddress) & FILE_WORD_ALIGNMENT) != 0)) {
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

/* Checks the request and queues it, or ends it here. The caller holds the remove lock. */
static NTSTATUS
AhciSubmit(PAHCI_DISK Disk, PIRP Irp)
{
    PAHCI_PORT Port = Disk->Port;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status = STATUS_SUCCESS;
    BOOLEAN Nothing = FALSE;

    switch (Stack->MajorFunction) {
    case IRP_MJ_FLUSH_BUFFERS:
        Nothing = !Port->FlushSupported;
        break;
    case IRP_MJ_DEVICE_CONTROL:
        Status = AhciCheckTrim(Port, Irp);
        break;
    default:
        Status = AhciCheckTransfer(Port, Irp);
        Nothing = Stack->Parameters.Read.Length == 0;
        break;
    }
    if (NT_SUCCESS(Status) && !Nothing) {
        Status = IoAcquireRemoveLock(&Disk->Common.RemoveLock, Irp);
    }
    if (!NT_SUCCESS(Status) || Nothing) {
        AhciCompleteIrp(Irp, Status, 0);
        return Status;
    }
    IoMarkIrpPending(Irp);
    AhciEnqueueIrp(Port, Irp);
    AhciPump(Port);
    return STATUS_PENDING;
}

/*
 * IRP_MJ_READ, WRITE (direct I/O), FLUSH_BUFFERS of a disk, and its trim.
 * Returns STATUS_PENDING, or the status of a request that was refused.
 * IRQL <= DISPATCH_LEVEL. Rules IRP-6, IRP-7.
 */
NTSTATUS
AhciQueuedRequest(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PAHCI_EXTENSION Extension = DeviceObject->DeviceExtension;
    NTSTATUS Status = STATUS_INVALID_DEVICE_REQUEST;

    /*
     * This reference is the routine's own. The IRP has another, but the IRP may be
     * completed, and the port freed, while AhciPump is still at work here.
     */
    if (Extension->Kind == AhciKindDisk) {
        Status = IoAcquireRemoveLock(&Extension->RemoveLock, DeviceObject);
    }
    if (!NT_SUCCESS(Status)) {
        AhciCompleteIrp(Irp, Status, 0);
        return Status;
    }
    Status = AhciSubmit((PAHCI_DISK)Extension, Irp);
    IoReleaseRemoveLock(&Extension->RemoveLock, DeviceObject);
    return Status;
}

/* Answers with a structure, if there is room for it. */
static NTSTATUS
AhciAnswer(PIRP Irp, const VOID *Answer, ULONG Length, PULONG_PTR Information)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);

    if (Stack->Parameters.DeviceIoControl.OutputBufferLength < Length) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    RtlCopyMemory(Irp->AssociatedIrp.SystemBuffer, Answer, Length);
    *Information = Length;
    return STATUS_SUCCESS;
}

static NTSTATUS
AhciGetStatistics(PAHCI_PORT Port, PIRP Irp, PULONG_PTR Information)
{
    AHCI_STATISTICS Statistics;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Port->Lock, &OldIrql);
    Statistics = Port->Statistics;
    KeReleaseSpinLock(&Port->Lock, OldIrql);
    return AhciAnswer(Irp, &Statistics, sizeof(Statistics), Information);
}

/* The controls that are answered at once, all but the trim. */
static NTSTATUS
AhciQuery(PAHCI_PORT Port, PIRP Irp, PULONG_PTR Information)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    GET_LENGTH_INFORMATION Length;

    switch (Stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_DISK_GET_LENGTH_INFO:
        Length.Length.QuadPart = (LONGLONG)(Port->SectorCount * AHCI_SECTOR_SIZE);
        return AhciAnswer(Irp, &Length, sizeof(Length), Information);
    case IOCTL_AHCI_QUERY_STATISTICS:
        return AhciGetStatistics(Port, Irp, Information);
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

/*
 * IRP_MJ_DEVICE_CONTROL of a disk: a trim takes the way of the reads and writes, anything
 * else completes at once. IRQL <= DISPATCH_LEVEL.
 */
NTSTATUS
AhciDeviceControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PAHCI_EXTENSION Extension = DeviceObject->DeviceExtension;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status = STATUS_INVALID_DEVICE_REQUEST;
    ULONG_PTR Information = 0;

    if (Stack->Parameters.DeviceIoControl.IoControlCode ==
        IOCTL_STORAGE_MANAGE_DATA_SET_ATTRIBUTES) {
        return AhciQueuedRequest(DeviceObject, Irp);
    }
    if (Extension->Kind == AhciKindDisk) {
        Status = IoAcquireRemoveLock(&Extension->RemoveLock, Irp);
        if (NT_SUCCESS(Status)) {
            Status = AhciQuery(((PAHCI_DISK)Extension)->Port, Irp, &Information);
            IoReleaseRemoveLock(&Extension->RemoveLock, Irp);
        }
    }
    AhciCompleteIrp(Irp, Status, Information);
    return Status;
}
