/*
 * CRC-32C (Castagnoli), as iSCSI and `crc32c` tools compute it: reflected polynomial
 * 82F63B78h, initial value and final exclusive-or FFFFFFFFh. The CRC of "123456789" is
 * E3069283h. Pure: no kernel routine is used, so the file also runs in a host test.
 */
#pragma once

#include <ntdef.h>

/* Builds the tables. Once, before the first Crc32cUpdate. Any IRQL. */
VOID Crc32cInitialize(VOID);

/*
 * Continues a CRC over Length bytes. Start with Crc = 0; what comes back is at every step
 * the CRC of all bytes so far. Any IRQL.
 */
ULONG Crc32cUpdate(ULONG Crc, const UCHAR *Data, SIZE_T Length);
