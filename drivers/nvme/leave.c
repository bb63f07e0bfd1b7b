/*
 * Letting a controller go: who has a disk of it open, and the orderly question whether it
 * may be taken away.
 *
 * The I/O manager looks for open files on the controller's own stack, where there are none:
 * they are on the disks, which are device objects beside it. So the driver counts them. An
 * open that comes while the question is asked is seen by one side at least: the open counts
 * itself first and looks then, the question forbids first and counts then.
 */
#include "nvme.h"

/* Counts a file; STATUS_DELETE_PENDING when the disk is about to go. IRQL: PASSIVE_LEVEL. */
NTSTATUS
NvmeOpenDisk(PNVME_DISK Disk)
{
    InterlockedIncrement(&Disk->Opens);
    if (InterlockedOr(&Disk->Leaving, 0) != 0) {
        InterlockedDecrement(&Disk->Opens);
        return STATUS_DELETE_PENDING;
    }
    return STATUS_SUCCESS;
}

/* A file's end, which may come after the controller's. IRQL: PASSIVE_LEVEL. */
VOID
NvmeCloseDisk(PNVME_DISK Disk)
{
    InterlockedDecrement(&Disk->Opens);
}

/* Lets the disks be opened again. IRQL: PASSIVE_LEVEL, in an IRP of Plug and Play's. */
VOID
NvmeCancelLeave(PNVME_CONTROLLER Controller)
{
    for (ULONG Index = 0; Index < Controller->DiskCount; Index++) {
        PNVME_DISK Disk = Controller->Disks[Index]->DeviceExtension;

        InterlockedExchange(&Disk->Leaving, FALSE);
    }
}

/*
 * Agrees to a removal, and to no open from then on. STATUS_DEVICE_BUSY: a disk is open, and
 * stays usable. IRQL: PASSIVE_LEVEL, in an IRP of Plug and Play's.
 */
NTSTATUS
NvmeQueryLeave(PNVME_CONTROLLER Controller)
{
    LONG Opens = 0;

    for (ULONG Index = 0; Index < Controller->DiskCount; Index++) {
        PNVME_DISK Disk = Controller->Disks[Index]->DeviceExtension;

        InterlockedExchange(&Disk->Leaving, TRUE);
        Opens += InterlockedOr(&Disk->Opens, 0);
    }
    if (Opens != 0) {
        NvmeCancelLeave(Controller);
        return STATUS_DEVICE_BUSY;
    }
    return STATUS_SUCCESS;
}
