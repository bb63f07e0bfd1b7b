/*
 * Writing a command where the controller will read it: header, command FIS, memory
 * regions.
 *
 * Only what changes is written; the rest of the port's memory has been zero since it was
 * allocated. All of it is volatile, so it stands before the caller's store to PxCI.
 */
#include "ahci.h"

/* Writes a command FIS. Features and Count as the head of hw.h's table says. */
VOID
AhciWriteFis(volatile AHCI_COMMAND_TABLE *Table, ULONG Command, ULONGLONG Sector,
             ULONG Features, ULONG Count)
{
    volatile ULONG *Fis = Table->Fis;

    Fis[0] = AHCI_FIS_HOST_TO_DEVICE | AHCI_FIS_COMMAND_BIT |
             Command << AHCI_FIS_COMMAND_SHIFT |
             (Features & 0xFF) << AHCI_FIS_FEATURES_SHIFT;
    Fis[1] = (ULONG)(Sector & 0xFFFFFF) | (ULONG)ATA_DEVICE_LBA << AHCI_FIS_DEVICE_SHIFT;
    Fis[2] = (ULONG)(Sector >> 24 & 0xFFFFFF) | (Features >> 8 & 0xFF)
                                                    << AHCI_FIS_FEATURES_SHIFT;
    Fis[3] = Count & 0xFFFF;
    Fis[4] = 0;
}

/* The bus address of something in the memory that the port shares with the controller. */
static ULONGLONG
AhciSharedAddress(PAHCI_PORT Port, ULONG_PTR Offset)
{
    return (ULONGLONG)Port->MemoryAddress.QuadPart + Offset;
}

/* Writes the header of a slot: where its table is and how much of it is used. */
VOID
AhciWriteHeader(PAHCI_PORT Port, ULONG Slot, volatile AHCI_COMMAND_TABLE *Table,
                ULONG Regions, BOOLEAN ToDevice)
{
    volatile AHCI_COMMAND_HEADER *Header = &Port->Memory->CommandList[Slot];
    ULONGLONG Address =
        AhciSharedAddress(Port, (ULONG_PTR)Table - (ULONG_PTR)Port->Memory);

    Header->Flags = AHCI_FIS_DWORDS | (ToDevice ? AHCI_HEADER_WRITE : 0) |
                    Regions << AHCI_HEADER_PRDT_SHIFT;
    Header->BytesTransferred = 0;
    Header->TableLow = (ULONG)Address;
    Header->TableHigh = (ULONG)(Address >> 32);
}

/* Makes a part of the shared memory the only region of a table. */
VOID
AhciWriteRegion(PAHCI_PORT Port, volatile AHCI_COMMAND_TABLE *Table, ULONG Offset,
                ULONG Length)
{
    ULONGLONG Address = AhciSharedAddress(Port, Offset);

    Table->Regions[0].AddressLow = (ULONG)Address;
    Table->Regions[0].AddressHigh = (ULONG)(Address >> 32);
    Table->Regions[0].LengthLessOne = Length - 1;
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

/* A read or a write, queued or serial. Parameters.Write is laid out like Read. */
static VOID
AhciWriteTransfer(PAHCI_SLOT Slot)
{
    volatile AHCI_COMMAND_TABLE *Table = &Slot->Port->Memory->Tables[Slot->Number];
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Slot->Irp);
    BOOLEAN Write = Stack->MajorFunction == IRP_MJ_WRITE;
    ULONGLONG Sector =
        (ULONGLONG)Stack->Parameters.Read.ByteOffset.QuadPart / AHCI_SECTOR_SIZE;
    ULONG Sectors = Stack->Parameters.Read.Length / AHCI_SECTOR_SIZE;

    if (Slot->Serial) {
        AhciWriteFis(Table, Write ? ATA_WRITE_DMA_EXT : ATA_READ_DMA_EXT, Sector, 0,
                     Sectors);
    } else {
        AhciWriteFis(Table, Write ? ATA_WRITE_FPDMA_QUEUED : ATA_READ_FPDMA_QUEUED,
                     Sector, Sectors, Slot->Number << AHCI_FIS_TAG_SHIFT);
    }
    AhciWriteHeader(Slot->Port, Slot->Number, Table, Slot->List->NumberOfElements, Write);
}

/*
 * Writes the command of a slot. The disk's limits have been checked when the IRP came in.
 * IRQL: DISPATCH_LEVEL; Port->Lock is held.
 */
VOID
AhciWriteCommand(PAHCI_SLOT Slot)
{
    PAHCI_PORT Port = Slot->Port;
    volatile AHCI_COMMAND_TABLE *Table = &Port->Memory->Tables[Slot->Number];

    switch (IoGetCurrentIrpStackLocation(Slot->Irp)->MajorFunction) {
    case IRP_MJ_FLUSH_BUFFERS:
        AhciWriteFis(Table, ATA_FLUSH_CACHE_EXT, 0, 0, 0);
        AhciWriteHeader(Port, Slot->Number, Table, 0, FALSE);
        break;
    case IRP_MJ_DEVICE_CONTROL:
        AhciWriteTrim(Slot);
        break;
    default:
        AhciWriteTransfer(Slot);
        break;
    }
}
