/*
 * A command without an IRP, waited for by looking: 512 bytes from the disk, in START or
 * in recovery, while the port's interrupts are off and no request is out. So the
 * interrupt path never meets a command that is nobody's.
 */
#include "ahci.h"

#define AHCI_POLLED_MILLISECONDS 5000

/*
 * Runs a command that returns one block, in slot 0, with a table of its own: what an IRP
 * that waits for its retry has in slot 0's table stays. The block is in Memory->Page
 * then. Returns STATUS_IO_TIMEOUT or STATUS_IO_DEVICE_ERROR; the port has to be stopped
 * and started after either. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS
AhciReadPage(PAHCI_PORT Port, ULONG Command, ULONGLONG Address, ULONG Count)
{
    volatile AHCI_COMMAND_TABLE *Table = &Port->Memory->PolledTable;

    AhciWriteRegion(Port, Table, FIELD_OFFSET(AHCI_PORT_MEMORY, Page),
                    sizeof(Port->Memory->Page));
    AhciWriteFis(Table, Command, Address, 0, Count);
    AhciWriteHeader(Port, 0, Table, 1, FALSE);
    AhciWrite(Port->Registers, AHCI_PX_CI, 1);

    if (!AhciWait(Port->Registers, AHCI_PX_CI, 1, 0, AHCI_POLLED_MILLISECONDS)) {
        return STATUS_IO_TIMEOUT;
    }
    if ((AhciRead(Port->Registers, AHCI_PX_TFD) & AHCI_TFD_ERR) ||
        !AhciIsPresent(Port->Hba)) {
        return STATUS_IO_DEVICE_ERROR;
    }
    AhciWrite(Port->Registers, AHCI_PX_IS, AhciRead(Port->Registers, AHCI_PX_IS));
    return STATUS_SUCCESS;
}
