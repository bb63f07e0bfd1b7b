/*
 * CRC-32C by slices of eight bytes.
 *
 * Eight tables, 8 KiB: Crc32cTables[n][b] is the CRC of byte b followed by n zero bytes.
 * The CRC is linear, so eight bytes are eight independent look-ups and one sum, where a
 * byte at a time would be eight look-ups that wait for each other.
 */
#include "crc32c.h"

#define CRC32C_POLYNOMIAL 0x82F63B78u
#define CRC32C_SLICES     8

static ULONG Crc32cTables[CRC32C_SLICES][256];

VOID
Crc32cInitialize(VOID)
{
    ULONG Byte, Bit, Slice, Crc;

    for (Byte = 0; Byte < 256; Byte++) {
        Crc = Byte;
        for (Bit = 0; Bit < 8; Bit++) {
            Crc = Crc >> 1 ^ (Crc & 1 ? CRC32C_POLYNOMIAL : 0);
        }
        Crc32cTables[0][Byte] = Crc;
    }
    for (Slice = 1; Slice < CRC32C_SLICES; Slice++) {
        for (Byte = 0; Byte < 256; Byte++) {
            Crc = Crc32cTables[Slice - 1][Byte];
            Crc32cTables[Slice][Byte] = Crc >> 8 ^ Crc32cTables[0][Crc & 0xFF];
        }
    }
}

/* Eight bytes: the first four meet the running CRC, the others do not. */
static ULONG
Crc32cSlice(ULONG Crc, const UCHAR *Data)
{
    return Crc32cTables[7][Data[0] ^ (Crc & 0xFF)] ^
           Crc32cTables[6][Data[1] ^ (Crc >> 8 & 0xFF)] ^
           Crc32cTables[5][Data[2] ^ (Crc >> 16 & 0xFF)] ^
           Crc32cTables[4][Data[3] ^ (Crc >> 24)] ^ Crc32cTables[3][Data[4]] ^
           Crc32cTables[2][Data[5]] ^ Crc32cTables[1][Data[6]] ^ Crc32cTables[0][Data[7]];
}

ULONG
Crc32cUpdate(ULONG Crc, const UCHAR *Data, SIZE_T Length)
{
    Crc = ~Crc;
    for (; Length >= CRC32C_SLICES; Length -= CRC32C_SLICES, Data += CRC32C_SLICES) {
        Crc = Crc32cSlice(Crc, Data);
    }
    for (; Length != 0; Length--, Data++) {
        Crc = Crc >> 8 ^ Crc32cTables[0][(Crc ^ *Data) & 0xFF];
    }
    return ~Crc;
}
