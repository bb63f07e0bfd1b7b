/*
 * diskio.h: the disk under test, for the files of the suite.
 */
#pragma once

#include "../ktap.h"

#define SECTOR 512

extern PDEVICE_OBJECT DiskDevice;

/* IRP_MJ_DEVICE_CONTROL, waited for. PASSIVE_LEVEL. */
NTSTATUS Control(ULONG Code, PVOID Input, ULONG InputLength, PVOID Output,
                 ULONG OutputLength);

/* chain.c: requests sent by completion routines. */
KTAP_SUITE TestChain;
