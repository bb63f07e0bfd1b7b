/*
 * opens.h - who has a disk open, and the question whether its controller may be taken away.
 * ahci.sys and nvme.sys share it.
 *
 * The I/O manager looks for open files on the controller's own stack, where there are none:
 * they are on the disks, which are device objects beside it. So the driver counts them. An
 * open that comes while the question is asked is seen by one side at least: the open counts
 * itself first and looks then, the question forbids first and counts then.
 */
#pragma once

#include <ntddk.h>

typedef struct _DISK_OPENS {
    volatile LONG Count;     /* interlocked: files that are open */
    volatile LONG Forbidden; /* the removal has been agreed to: no further open */
} DISK_OPENS, *PDISK_OPENS;

/* Counts a file; STATUS_DELETE_PENDING when the disk is about to go. PASSIVE_LEVEL, as all
   of these. */
NTSTATUS DiskOpened(PDISK_OPENS Opens);
/* A file's end, which may come after the controller's. */
VOID DiskClosed(PDISK_OPENS Opens);
/* No open from here on, until DiskAllowOpens. How many files there are. */
LONG DiskForbidOpens(PDISK_OPENS Opens);
VOID DiskAllowOpens(PDISK_OPENS Opens);
