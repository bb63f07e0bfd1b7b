/*
 * diskcheck: reads a whole disk, prints the CRC-32C of it, and writes and verifies a
 * scratch MiB, as a program would, with many requests in flight.
 *
 * Parameters, all optional, under the service's Parameters key:
 *   Device         REG_SZ     the disk, default \Device\Harddisk0
 *   Depth          REG_DWORD  requests in flight, default 32
 *   ScratchOffset  REG_DWORD  where the scratch MiB begins, in bytes, a multiple of 512;
 *                             0, the default, is the last MiB of the disk
 *   KeepGoing      REG_DWORD  not 0: skip what cannot be read or written, and count it
 */
#pragma once

#include <ntddk.h>

#define DISKCHECK_NAME_LENGTH   64
#define DISKCHECK_DEFAULT_DEPTH 32
#define DISKCHECK_SCRATCH_SIZE  0x100000

typedef struct _DISKCHECK_PARAMETERS {
    UNICODE_STRING Device;
    WCHAR DeviceBuffer[DISKCHECK_NAME_LENGTH];
    ULONG Depth;
    ULONG ScratchOffset;
    ULONG KeepGoing;
} DISKCHECK_PARAMETERS, *PDISKCHECK_PARAMETERS;

/* check.c: the thread. Context: the parameters. Its exit status is the verdict. */
KSTART_ROUTINE DiskcheckThread;
