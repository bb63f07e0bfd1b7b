/*
 * IRP_MJ_DEVICE_CONTROL of a disk: its length, and what its queues have counted.
 */
#include "nvme.h"

#include <ntdddisk.h>

static NTSTATUS
NvmeGetLength(PNVME_DISK Disk, PIRP Irp, ULONG Length, PULONG_PTR Information)
{
    PGET_LENGTH_INFORMATION Output = Irp->AssociatedIrp.SystemBuffer;

    if (Length < sizeof(*Output)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    Output->Length.QuadPart = (LONGLONG)Disk->Length;
    *Information = sizeof(*Output);
    return STATUS_SUCCESS;
}

/* One entry. The lock keeps the counts of a queue consistent with each other. */
static VOID
NvmeCopyStatistics(PNVME_CONTROLLER Controller, PNVME_QUEUE Queue,
                   PNVME_QUEUE_STATISTICS Output)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    *Output = Queue->Statistics;
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    Output->Interrupts = Controller->Messages[Queue->Message].Interrupts;
    Output->Resets = Controller->Resets;
    Output->Events = Controller->Events;
}

/* A line for each pair that was used. IRQL: PASSIVE_LEVEL. */
VOID
NvmeReportQueues(PNVME_CONTROLLER Controller)
{
    for (ULONG Index = 0; Index < Controller->QueueCount; Index++) {
        NVME_QUEUE_STATISTICS Counts;

        NvmeCopyStatistics(Controller, Controller->Queues[Index], &Counts);
        if (Counts.Completed != 0) {
            DbgPrint(
                "nvme: queue %u: %I64u completed, %I64u on the processor that asked, "
                "%I64u interrupts, %I64u waited, %I64u errors, %I64u late, "
                "%I64u repeated\n",
                (unsigned)Index + 1, Counts.Completed, Counts.AtHome, Counts.Interrupts,
                Counts.Waited, Counts.Errors, Counts.Aborts, Counts.Repeated);
        }
    }
}

static NTSTATUS
NvmeQueryQueues(PNVME_DISK Disk, PIRP Irp, ULONG Length, PULONG_PTR Information)
{
    PNVME_QUEUE_STATISTICS Output = Irp->AssociatedIrp.SystemBuffer;
    ULONG Count = min(Length / sizeof(*Output), Disk->Controller->QueueCount);

    if (Count == 0) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    for (ULONG Index = 0; Index < Count; Index++) {
        NvmeCopyStatistics(Disk->Controller, Disk->Controller->Queues[Index],
                           &Output[Index]);
    }
    *Information = Count * sizeof(*Output);
    return STATUS_SUCCESS;
}

static NTSTATUS
NvmeControlDisk(PNVME_DISK Disk, PIRP Irp, PULONG_PTR Information)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG Length = Stack->Parameters.DeviceIoControl.OutputBufferLength;

    switch (Stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_DISK_GET_LENGTH_INFO:
        return NvmeGetLength(Disk, Irp, Length, Information);
    case IOCTL_NVME_QUERY_QUEUES:
        return NvmeQueryQueues(Disk, Irp, Length, Information);
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

/* Completes at once. IRQL <= DISPATCH_LEVEL. */
NTSTATUS
NvmeDeviceControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PNVME_EXTENSION Extension = DeviceObject->DeviceExtension;
    NTSTATUS Status = STATUS_INVALID_DEVICE_REQUEST;
    ULONG_PTR Information = 0;

    if (Extension->Kind == NvmeKindDisk) {
        Status = IoAcquireRemoveLock(&Extension->RemoveLock, Irp);
        if (NT_SUCCESS(Status)) {
            Status = NvmeControlDisk((PNVME_DISK)Extension, Irp, &Information);
            IoReleaseRemoveLock(&Extension->RemoveLock, Irp);
        }
    }
    NvmeCompleteIrp(Irp, Status, Information);
    return Status;
}
