/*
 * Log 10h: which queued command it was that the disk failed.
 *
 * A disk that fails a queued command aborts all of them and says no more than that. Until
 * it is asked for this log, or reset, it refuses everything else.
 */
#include "ahci.h"

/* The page adds up to zero, or it is not what the disk wanted to say. */
static BOOLEAN
AhciPageIsWhole(PAHCI_PORT Port)
{
    UCHAR Sum = 0;
    ULONG Index;

    for (Index = 0; Index < AHCI_PAGE_WORDS; Index++) {
        USHORT Word = Port->Memory->Page[Index];

        Sum = (UCHAR)(Sum + Word + (Word >> 8));
    }
    return Sum == 0;
}

/*
 * Reads the log from a port that has just been restarted without a link reset. TRUE: *Tag
 * is the slot at fault, *Error its error register; the disk takes commands again. FALSE:
 * it needs a link reset. IRQL: PASSIVE_LEVEL, in recovery.
 */
BOOLEAN
AhciReadErrorLog(PAHCI_PORT Port, PULONG Tag, PULONG Error)
{
    USHORT First;

    if (!NT_SUCCESS(AhciReadPage(Port, ATA_READ_LOG_EXT, ATA_LOG_NCQ_ERROR, 1)) ||
        !AhciPageIsWhole(Port)) {
        return FALSE;
    }
    First = Port->Memory->Page[0];
    *Tag = First & ATA_LOG_NCQ_TAG_MASK;
    *Error = Port->Memory->Page[ATA_LOG_NCQ_ERROR_BYTE / 2] >> 8;
    return (First & ATA_LOG_NCQ_UNQUEUED) == 0;
}
