/*
 * Letting a controller go: the orderly question whether it may be taken away, which is for
 * the clients of its disks to say (ahci/opens.h).
 */
#include "nvme.h"

/* Lets the disks be opened again. IRQL: PASSIVE_LEVEL, in an IRP of Plug and Play's. */
VOID
NvmeCancelLeave(PNVME_CONTROLLER Controller)
{
    for (ULONG Index = 0; Index < Controller->DiskCount; Index++) {
        PNVME_DISK Disk = Controller->Disks[Index]->DeviceExtension;

        DiskAllowOpens(&Disk->Opens);
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

        Opens += DiskForbidOpens(&Disk->Opens);
    }
    if (Opens != 0) {
        NvmeCancelLeave(Controller);
        return STATUS_DEVICE_BUSY;
    }
    return STATUS_SUCCESS;
}
