/*
 * Writing a command where the controller will read it: header, command FIS, memory
 * regions.
 *
 * Only what changes is written; the rest of the port's memory has been zero since it was
 * allocated. All of it is volatile, so it stands before the caller's store to PxCI.
 */
#include "ahci.h"

/* Writes the command FIS of a slot. Features and Count as the head of hw.h's table says.
 */
VOID
AhciWriteFis(PAHCI_PORT Port, ULONG Slot, ULONG Command, ULONGLONG Sector, ULONG Features,
             ULONG Count)
{
    volatile ULONG *Fis = Port->Memory->Tables[Slot].Fis;

    Fis[0] = AHCI_FIS_HOST_TO_DEVICE | AHCI_FIS_COMMAND_BIT |
             Command << AHCI_FIS_COMMAND_SHIFT |
             (Features & 0xFF) << AHCI_FIS_FEATURES_SHIFT;
    Fis[1] = (ULONG)(Sector & 0xFFFFFF) | (ULONG)ATA_DEVICE_LBA << AHCI_FIS_DEVICE_SHIFT;
    Fis[2] = (ULONG)(Sector >> 24 & 0xFFFFFF) | (Features >> 8 & 0xFF)
                                                    << AHCI_FIS_FEATURES_SHIFT;
    Fis[3] = Count & 0xFFFF;
    Fis[4] = 0;
}

/* Writes the header of a slot: where its table is and how much of it is used. */
VOID
AhciWriteHeader(PAHCI_PORT Port, ULONG Slot, ULONG Regions, BOOLEAN ToDevice)
{
    volatile AHCI_COMMAND_HEADER *Header = &Port->Memory->CommandList[Slot];
    ULONGLONG Table = (ULONGLONG)Port->MemoryAddress.QuadPart +
                      FIELD_OFFSET(AHCI_PORT_MEMORY, Tables) +
                      (ULONGLONG)Slot * sizeof(AHCI_COMMAND_TABLE);

    Header->Flags = AHCI_FIS_DWORDS | (ToDevice ? AHCI_HEADER_WRITE : 0) |
                    Regions << AHCI_HEADER_PRDT_SHIFT;
    Header->BytesTransferred = 0;
    Header->TableLow = (ULONG)Table;
    Header->TableHigh = (ULONG)(Table >> 32);
}

/*
 * Describes the IRP's mapped memory to the controller. The list has to fit the table, be
 * word aligned, and cover the transfer exactly: the disk would wait for the rest, or
 * write past the end. Returns STATUS_INVALID_PARAMETER otherwise. IRQL: DISPATCH_LEVEL.
 */
NTSTATUS
AhciFillRegions(PAHCI_SLOT Slot)
{
    volatile AHCI_COMMAND_TABLE *Table = &Slot->Port->Memory->Tables[Slot->Number];
    PSCATTER_GATHER_LIST List = Slot->List;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Slot->Irp);
    ULONGLONG Total = 0;
    ULONG Index;

    if (List->NumberOfElements > AHCI_PRDT_ENTRIES) {
        return STATUS_INVALID_PARAMETER;
    }
    for (Index = 0; Index < List->NumberOfElements; Index++) {
        ULONGLONG Address = (ULONGLONG)List->Elements[Index].Address.QuadPart;
        ULONG Length = List->Elements[Index].Length;

        if (Length == 0 || Length > AHCI_MAXIMUM_REGION ||
            ((Address | Length) & 1) != 0) {
            return STATUS_INVALID_PARAMETER;
        }
        Table->Regions[Index].AddressLow = (ULONG)Address;
        Table->Regions[Index].AddressHigh = (ULONG)(Address >> 32);
        Table->Regions[Index].LengthLessOne = Length - 1;
        Total += Length;
    }
    return Total == Stack->Parameters.Read.Length ? STATUS_SUCCESS
                                                  : STATUS_INVALID_PARAMETER;
}

/*
 * Writes the command of a slot, queued or serial. The disk's limits have been checked
 * when the IRP came in. IRQL: DISPATCH_LEVEL; Port->Lock is held.
 */
VOID
AhciWriteCommand(PAHCI_SLOT Slot)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Slot->Irp);
    BOOLEAN Write = Stack->MajorFunction == IRP_MJ_WRITE;
    ULONGLONG Sector;
    ULONG Sectors;

    if (Stack->MajorFunction == IRP_MJ_FLUSH_BUFFERS) {
        AhciWriteFis(Slot->Port, Slot->Number, ATA_FLUSH_CACHE_EXT, 0, 0, 0);
        AhciWriteHeader(Slot->Port, Slot->Number, 0, FALSE);
        return;
    }
    /* Parameters.Write is laid out like Parameters.Read. */
    Sector = (ULONGLONG)Stack->Parameters.Read.ByteOffset.QuadPart / AHCI_SECTOR_SIZE;
    Sectors = Stack->Parameters.Read.Length / AHCI_SECTOR_SIZE;
    if (Slot->Serial) {
        AhciWriteFis(Slot->Port, Slot->Number,
                     Write ? ATA_WRITE_DMA_EXT : ATA_READ_DMA_EXT, Sector, 0, Sectors);
    } else {
        AhciWriteFis(Slot->Port, Slot->Number,
                     Write ? ATA_WRITE_FPDMA_QUEUED : ATA_READ_FPDMA_QUEUED, Sector,
                     Sectors, Slot->Number << AHCI_FIS_TAG_SHIFT);
    }
    AhciWriteHeader(Slot->Port, Slot->Number, Slot->List->NumberOfElements, Write);
}
