/*
 * IDENTIFY DEVICE: what the disk says it is, believed only as far as it makes sense.
 */
#include "ahci.h"

#define AHCI_LBA48_SECTORS (1ULL << 48)

static USHORT
AhciIdentifyWord(PAHCI_PORT Port, ULONG Index)
{
    return Port->Memory->Page[Index];
}

/* Two characters a word, the first in the high byte, padded with blanks. */
static VOID
AhciCopyModel(PAHCI_PORT Port)
{
    ULONG Length = ATA_ID_MODEL_WORDS * 2;
    ULONG Index;

    for (Index = 0; Index < Length; Index++) {
        USHORT Word = AhciIdentifyWord(Port, ATA_ID_MODEL + Index / 2);
        CHAR Character = (CHAR)(Index % 2 == 0 ? Word >> 8 : Word);

        /* The string goes to the log: nothing unprintable from the device may. */
        Port->Model[Index] = Character >= ' ' && Character <= '~' ? Character : '?';
    }
    while (Length > 0 && Port->Model[Length - 1] == ' ') {
        Length--;
    }
    Port->Model[Length] = '\0';
}

/* Queue depth: the smaller of what the controller and the disk can hold. */
static VOID
AhciChooseDepth(PAHCI_PORT Port)
{
    ULONG Capabilities = Port->Hba->Capabilities;
    ULONG Slots = (Capabilities >> AHCI_CAP_SLOTS_SHIFT) & AHCI_CAP_SLOTS_MASK;
    ULONG Disk = AhciIdentifyWord(Port, ATA_ID_QUEUE_DEPTH) & AHCI_CAP_SLOTS_MASK;
    USHORT Sata = AhciIdentifyWord(Port, ATA_ID_SATA_CAPABILITIES);

    /* All ones, like zero, means that the word is not reported. */
    Port->Queued =
        (Capabilities & AHCI_CAP_SNCQ) && Sata != MAXUSHORT && (Sata & ATA_ID_SATA_NCQ);
    Port->Depth = Port->Queued ? (Slots < Disk ? Slots : Disk) + 1 : 1;
    Port->Statistics.Queued = Port->Queued;
    Port->Statistics.Depth = Port->Depth;
}

/* What the disk offers beyond reading and writing. Sets: word 83, valid. */
static VOID
AhciChooseFeatures(PAHCI_PORT Port, USHORT Sets)
{
    USHORT More = AhciIdentifyWord(Port, ATA_ID_SETS_MORE);
    USHORT Trim = AhciIdentifyWord(Port, ATA_ID_TRIM);
    ULONG Blocks = AhciIdentifyWord(Port, ATA_ID_TRIM_BLOCKS);

    Port->FlushSupported = (Sets & ATA_ID_SETS_FLUSH_EXT) != 0;
    Port->LogSupported = (More & ATA_ID_SETS_VALID_MASK) == ATA_ID_SETS_VALID &&
                         (More & ATA_ID_MORE_LOGS) != 0;
    if (Trim != MAXUSHORT && (Trim & ATA_ID_TRIM_SUPPORTED)) {
        Blocks = Blocks == 0 ? 1 : Blocks;
        Port->TrimRanges = Blocks < AHCI_TRIM_BLOCKS ? Blocks * ATA_TRIM_RANGES_PER_BLOCK
                                                     : AHCI_TRIM_RANGES;
    }
}

/*
 * Identifies the disk behind a started port and fills in the port's constants.
 * Returns STATUS_NOT_SUPPORTED for a disk without 48-bit addresses or with sectors other
 * than 512 bytes, STATUS_IO_TIMEOUT, or STATUS_IO_DEVICE_ERROR. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS
AhciIdentify(PAHCI_PORT Port)
{
    NTSTATUS Status = AhciReadPage(Port, ATA_IDENTIFY_DEVICE, 0, 0);
    USHORT Sets, Sector;
    ULONG Index;

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Sets = AhciIdentifyWord(Port, ATA_ID_COMMAND_SETS);
    Sector = AhciIdentifyWord(Port, ATA_ID_SECTOR_SIZE_FLAGS);
    if ((Sets & ATA_ID_SETS_VALID_MASK) != ATA_ID_SETS_VALID ||
        !(Sets & ATA_ID_SETS_LBA48)) {
        return STATUS_NOT_SUPPORTED;
    }
    if ((Sector & ATA_ID_SETS_VALID_MASK) == ATA_ID_SECTOR_FLAGS_VALID &&
        (Sector & ATA_ID_LONG_SECTORS)) {
        return STATUS_NOT_SUPPORTED;
    }
    for (Index = 0; Index < 4; Index++) {
        Port->SectorCount |=
            (ULONGLONG)AhciIdentifyWord(Port, ATA_ID_SECTOR_COUNT + Index)
            << (16 * Index);
    }
    if (Port->SectorCount == 0 || Port->SectorCount > AHCI_LBA48_SECTORS) {
        return STATUS_IO_DEVICE_ERROR;
    }
    AhciChooseFeatures(Port, Sets);
    AhciChooseDepth(Port);
    AhciCopyModel(Port);
    return STATUS_SUCCESS;
}
