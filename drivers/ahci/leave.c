/*
 * Letting a controller go: the orderly question whether it may be taken away, which is for
 * the clients of its disks to say (opens.h).
 */
#include "ahci.h"

/* Lets the disks be opened again. IRQL: PASSIVE_LEVEL, in an IRP of Plug and Play's. */
VOID
AhciCancelLeave(PAHCI_HBA Hba)
{
    for (ULONG Number = 0; Number < AHCI_MAXIMUM_PORTS; Number++) {
        if (Hba->Ports[Number] != NULL) {
            PAHCI_DISK Disk = Hba->Ports[Number]->Disk->DeviceExtension;

            DiskAllowOpens(&Disk->Opens);
        }
    }
}

/*
 * Agrees to a removal, and to no open from then on. STATUS_DEVICE_BUSY: a disk is open, and
 * stays usable. IRQL: PASSIVE_LEVEL, in an IRP of Plug and Play's.
 */
NTSTATUS
AhciQueryLeave(PAHCI_HBA Hba)
{
    LONG Opens = 0;

    for (ULONG Number = 0; Number < AHCI_MAXIMUM_PORTS; Number++) {
        if (Hba->Ports[Number] != NULL) {
            PAHCI_DISK Disk = Hba->Ports[Number]->Disk->DeviceExtension;

            Opens += DiskForbidOpens(&Disk->Opens);
        }
    }
    if (Opens != 0) {
        AhciCancelLeave(Hba);
        return STATUS_DEVICE_BUSY;
    }
    return STATUS_SUCCESS;
}
