/*
 * edukmdfioctl.h - what a client of \Device\EduKmdf can ask for: this control, and reads
 * and writes of the device's 4 KiB buffer, the file offset being the place in it.
 */
#pragma once

#include <devioctl.h>

/* In: ULONG n, at most 12. Out: ULONG n!, as the device computed it. */
#define IOCTL_EDUKMDF_FACTORIAL                                                          \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x811, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define EDUKMDF_FACTORIAL_MAX 12
