/*
 * CRC-32 as Ethernet, zlib and NT's RtlComputeCrc32 have it, four bits at a time: a table of
 * sixteen words is enough for the few hundred KiB of a trace.
 */
#include "rtlp.h"

static const ULONG RtlpCrcOfNibble[16] = {
    0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4,
    0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
    0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
};

ULONG
RtlComputeCrc32(ULONG PartialCrc, const VOID *Buffer, SIZE_T Length)
{
    const UCHAR *Byte = Buffer;
    ULONG Crc = ~PartialCrc;

    while (Length-- != 0) {
        Crc ^= *Byte++;
        Crc = (Crc >> 4) ^ RtlpCrcOfNibble[Crc & 0xF];
        Crc = (Crc >> 4) ^ RtlpCrcOfNibble[Crc & 0xF];
    }
    return ~Crc;
}
