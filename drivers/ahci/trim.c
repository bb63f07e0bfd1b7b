/*
 * TRIM: telling a disk which sectors hold nothing any more, by
 * IOCTL_STORAGE_MANAGE_DATA_SET_ATTRIBUTES.
 *
 * The request is checked once, when it comes in, and cut into what the disk takes when it
 * is issued: at most 65,535 sectors a range, 64 ranges a block. The system buffer is the
 * kernel's own copy, so that it still says the same then.
 */
#include "ahci.h"

#include <ntddstor.h>

#define AHCI_TRIM_BLOCK_BYTES (ATA_TRIM_RANGES_PER_BLOCK * sizeof(ULONGLONG))

/* The ranges of a request that has been checked. */
static PDEVICE_DATA_SET_RANGE
AhciTrimInput(PIRP Irp, PULONG Count)
{
    PDEVICE_MANAGE_DATA_SET_ATTRIBUTES Attributes = Irp->AssociatedIrp.SystemBuffer;

    *Count = Attributes->DataSetRangesLength / sizeof(DEVICE_DATA_SET_RANGE);
    return (PVOID)((PUCHAR)Attributes + Attributes->DataSetRangesOffset);
}

/* Is this a whole request for a trim, its ranges inside the input? */
static NTSTATUS
AhciCheckTrimHeader(PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PDEVICE_MANAGE_DATA_SET_ATTRIBUTES Attributes = Irp->AssociatedIrp.SystemBuffer;
    ULONG Length = Stack->Parameters.DeviceIoControl.InputBufferLength;

    if (Length < sizeof(*Attributes) || Attributes->Size < sizeof(*Attributes)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Attributes->Action != DeviceDsmAction_Trim) {
        return STATUS_NOT_SUPPORTED;
    }
    if (Attributes->DataSetRangesOffset < sizeof(*Attributes) ||
        Attributes->DataSetRangesOffset % sizeof(LONGLONG) != 0 ||
        Attributes->DataSetRangesOffset > Length ||
        Attributes->DataSetRangesLength > Length - Attributes->DataSetRangesOffset ||
        Attributes->DataSetRangesLength % sizeof(DEVICE_DATA_SET_RANGE) != 0) {
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

/* How many of the disk's ranges one of the request's takes; no sum can wrap. */
static NTSTATUS
AhciCountRanges(PAHCI_PORT Port, PDEVICE_DATA_SET_RANGE Range, PULONGLONG Count)
{
    ULONGLONG DiskLength = Port->SectorCount * AHCI_SECTOR_SIZE;
    ULONGLONG Offset = (ULONGLONG)Range->StartingOffset;
    ULONGLONG Sectors = Range->LengthInBytes / AHCI_SECTOR_SIZE;

    if (Offset % AHCI_SECTOR_SIZE != 0 || Range->LengthInBytes % AHCI_SECTOR_SIZE != 0 ||
        Offset > DiskLength || Range->LengthInBytes > DiskLength - Offset) {
        return STATUS_INVALID_PARAMETER;
    }
    *Count = (Sectors + ATA_TRIM_MAXIMUM_SECTORS - 1) / ATA_TRIM_MAXIMUM_SECTORS;
    return STATUS_SUCCESS;
}

/*
 * Checks a trim that comes in. Returns STATUS_NOT_SUPPORTED for another action or a disk
 * that does not trim, STATUS_INVALID_PARAMETER for a malformed request, one beyond the
 * disk, with nothing in it, or with more than one command holds. Any IRQL.
 */
NTSTATUS
AhciCheckTrim(PAHCI_PORT Port, PIRP Irp)
{
    NTSTATUS Status =
        Port->TrimRanges != 0 ? AhciCheckTrimHeader(Irp) : STATUS_NOT_SUPPORTED;
    PDEVICE_DATA_SET_RANGE Range;
    ULONGLONG Total = 0;
    ULONGLONG Pieces;
    ULONG Count;

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Range = AhciTrimInput(Irp, &Count);
    for (; NT_SUCCESS(Status) && Count != 0; Count--, Range++) {
        Status = AhciCountRanges(Port, Range, &Pieces);
        Total += NT_SUCCESS(Status) ? Pieces : 0;
    }
    if (NT_SUCCESS(Status) && (Total == 0 || Total > Port->TrimRanges)) {
        Status = STATUS_INVALID_PARAMETER;
    }
    return Status;
}

/* Cuts the request's ranges into the disk's. Returns how many they are. */
static ULONG
AhciFillRanges(PAHCI_PORT Port, PIRP Irp)
{
    volatile ULONGLONG *Output = Port->Memory->Trim;
    PDEVICE_DATA_SET_RANGE Range;
    ULONG Index = 0;
    ULONG Count;

    Range = AhciTrimInput(Irp, &Count);
    for (; Count != 0; Count--, Range++) {
        ULONGLONG Sector = (ULONGLONG)Range->StartingOffset / AHCI_SECTOR_SIZE;
        ULONGLONG Left = Range->LengthInBytes / AHCI_SECTOR_SIZE;

        while (Left != 0) {
            ULONGLONG Piece =
                Left < ATA_TRIM_MAXIMUM_SECTORS ? Left : ATA_TRIM_MAXIMUM_SECTORS;

            Output[Index++] = Sector | Piece << ATA_TRIM_COUNT_SHIFT;
            Sector += Piece;
            Left -= Piece;
        }
    }
    return Index;
}

/* Writes the command of a slot with a trim. A trim is serial, so the port's one list of
   ranges is free. IRQL: DISPATCH_LEVEL; Port->Lock is held. */
VOID
AhciWriteTrim(PAHCI_SLOT Slot)
{
    PAHCI_PORT Port = Slot->Port;
    volatile AHCI_COMMAND_TABLE *Table = &Port->Memory->Tables[Slot->Number];
    ULONG Count = AhciFillRanges(Port, Slot->Irp);
    ULONG Blocks = (Count + ATA_TRIM_RANGES_PER_BLOCK - 1) / ATA_TRIM_RANGES_PER_BLOCK;

    for (; Count < Blocks * ATA_TRIM_RANGES_PER_BLOCK; Count++) {
        Port->Memory->Trim[Count] = 0; /* a range of no sectors is skipped */
    }
    AhciWriteRegion(Port, Table, FIELD_OFFSET(AHCI_PORT_MEMORY, Trim),
                    Blocks * (ULONG)AHCI_TRIM_BLOCK_BYTES);
    AhciWriteFis(Table, ATA_DATA_SET_MANAGEMENT, 0, ATA_DSM_TRIM, Blocks);
    AhciWriteHeader(Port, Slot->Number, Table, 1, TRUE);
}
