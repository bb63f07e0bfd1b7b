/*
 * Counting the files on a disk, and forbidding more of them.
 */
#include "opens.h"

NTSTATUS
DiskOpened(PDISK_OPENS Opens)
{
    InterlockedIncrement(&Opens->Count);
    if (InterlockedOr(&Opens->Forbidden, 0) != 0) {
        InterlockedDecrement(&Opens->Count);
        return STATUS_DELETE_PENDING;
    }
    return STATUS_SUCCESS;
}

VOID
DiskClosed(PDISK_OPENS Opens)
{
    InterlockedDecrement(&Opens->Count);
}

LONG
DiskForbidOpens(PDISK_OPENS Opens)
{
    InterlockedExchange(&Opens->Forbidden, TRUE);
    return InterlockedOr(&Opens->Count, 0);
}

VOID
DiskAllowOpens(PDISK_OPENS Opens)
{
    InterlockedExchange(&Opens->Forbidden, FALSE);
}
