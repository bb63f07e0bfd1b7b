/*
 * What a status of the device means to a client.
 */
#include "nvme.h"

static const struct {
    ULONG Device;
    NTSTATUS Status;
} NvmeStatuses[] = {
    {NVME_STATUS_OPCODE, STATUS_INVALID_DEVICE_REQUEST},
    {NVME_STATUS_FIELD, STATUS_INVALID_PARAMETER},
    {NVME_STATUS_ABORTED, STATUS_IO_TIMEOUT},
    {NVME_STATUS_QUEUE_DELETED, STATUS_IO_TIMEOUT},
    {NVME_STATUS_NAMESPACE, STATUS_NO_SUCH_DEVICE},
    {NVME_STATUS_OUT_OF_RANGE, STATUS_NONEXISTENT_SECTOR},
    {NVME_STATUS_CAPACITY, STATUS_DISK_FULL},
    {NVME_STATUS_NOT_READY, STATUS_DEVICE_NOT_READY},
    {NVME_STATUS_READ_ONLY, STATUS_MEDIA_WRITE_PROTECTED},
    {NVME_STATUS_UNRECOVERED, STATUS_DEVICE_DATA_ERROR},
};

/* Status: type and code. What is not in the table is STATUS_IO_DEVICE_ERROR. Any IRQL. */
NTSTATUS
NvmeTranslateStatus(ULONG Status)
{
    if (Status == NVME_STATUS_SUCCESS) {
        return STATUS_SUCCESS;
    }
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(NvmeStatuses); Index++) {
        if (NvmeStatuses[Index].Device == Status) {
            return NvmeStatuses[Index].Status;
        }
    }
    return STATUS_IO_DEVICE_ERROR;
}
