/*
 * What the driver counts, for programs: IOCTL_NVME_QUERY_QUEUES of a disk gives one
 * NVME_QUEUE_STATISTICS for each I/O queue pair, as many as the buffer holds.
 */
#pragma once

#include <devioctl.h>

#define IOCTL_NVME_QUERY_QUEUES                                                          \
    CTL_CODE(FILE_DEVICE_MASS_STORAGE, 0x900, METHOD_BUFFERED, FILE_READ_ACCESS)

typedef struct _NVME_QUEUE_STATISTICS {
    ULONGLONG Completed;
    ULONGLONG AtHome;   /* of those, on the processor that had asked */
    ULONGLONG Waited;   /* requests that found the queue full */
    ULONGLONG Errors;   /* completed with an error status of the device */
    ULONGLONG Aborts;   /* commands that were not answered in time */
    ULONGLONG Repeated; /* commands issued again after a reset or an abort */
    ULONGLONG Interrupts;
    ULONGLONG Bells; /* times the device was told of new commands */
    ULONG Resets;    /* of the controller; the same for all of its queues */
    ULONG Events;    /* asynchronous events; the same */
} NVME_QUEUE_STATISTICS, *PNVME_QUEUE_STATISTICS;
