/*
 * What diskcheck writes over its scratch area, so that the host can compute it too.
 *
 * A sector is 64 little-endian 64-bit words. Word 0 is the sector's number on the disk
 * (LBA), so a sector that landed in the wrong place is seen at once; word i, 1 to 63, is
 * the SplitMix64 output for LBA * 64 + i, so that no two words and no two sectors are
 * alike. In Python:
 *
 *     M = 2**64 - 1
 *     def mix(z):
 *         z = (z + 0x9E3779B97F4A7C15) & M
 *         z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & M
 *         z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M
 *         return z ^ (z >> 31)
 *     def sector(lba):
 *         words = [lba] + [mix((lba * 64 + i) & M) for i in range(1, 64)]
 *         return struct.pack('<64Q', *words)
 *
 * Pure: no kernel routine is used, so the file also runs in a host test.
 */
#pragma once

#include <ntdef.h>

#define PATTERN_SECTOR_SIZE 512

/* Fills one sector. Any IRQL. */
VOID PatternFill(UCHAR *Sector, ULONGLONG Lba);

/* Is this what PatternFill would have written there? Any IRQL. */
BOOLEAN PatternMatches(const UCHAR *Sector, ULONGLONG Lba);
