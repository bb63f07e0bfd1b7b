/*
 * Storage control beyond reading and writing: what a client tells a device about its
 * data.
 */
#pragma once

#include <devioctl.h>

#define IOCTL_STORAGE_BASE FILE_DEVICE_MASS_STORAGE

/* In: DEVICE_MANAGE_DATA_SET_ATTRIBUTES, and the ranges where it says. Out: nothing. */
#define IOCTL_STORAGE_MANAGE_DATA_SET_ATTRIBUTES                                         \
    CTL_CODE(IOCTL_STORAGE_BASE, 0x0501, METHOD_BUFFERED, FILE_WRITE_ACCESS)

typedef ULONG DEVICE_DATA_MANAGEMENT_SET_ACTION;

#define DeviceDsmActionFlag_NonDestructive 0x80000000
#define DeviceDsmAction_Trim               1 /* the ranges hold nothing any more */

/* Offsets and lengths of the blocks are in bytes, from the start of this. */
typedef struct _DEVICE_MANAGE_DATA_SET_ATTRIBUTES {
    ULONG Size;
    DEVICE_DATA_MANAGEMENT_SET_ACTION Action;
    ULONG Flags;
    ULONG ParameterBlockOffset;
    ULONG ParameterBlockLength;
    ULONG DataSetRangesOffset;
    ULONG DataSetRangesLength;
} DEVICE_MANAGE_DATA_SET_ATTRIBUTES, *PDEVICE_MANAGE_DATA_SET_ATTRIBUTES;

/* In bytes. */
typedef struct _DEVICE_DATA_SET_RANGE {
    LONGLONG StartingOffset;
    ULONGLONG LengthInBytes;
} DEVICE_DATA_SET_RANGE, *PDEVICE_DATA_SET_RANGE;
