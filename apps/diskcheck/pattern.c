/*
 * The scratch pattern; pattern.h says what it is.
 *
 * Bytes are stored and compared one by one, which fixes the byte order whatever the
 * processor's is and asks nothing of the buffer's alignment.
 */
#include "pattern.h"

#define PATTERN_WORD_BYTES 8
#define PATTERN_WORDS      (PATTERN_SECTOR_SIZE / PATTERN_WORD_BYTES)

static ULONGLONG
PatternWord(ULONGLONG Lba, ULONG Index)
{
    ULONGLONG Word;

    if (Index == 0) {
        return Lba;
    }
    Word = Lba * PATTERN_WORDS + Index + 0x9E3779B97F4A7C15ULL;
    Word = (Word ^ Word >> 30) * 0xBF58476D1CE4E5B9ULL;
    Word = (Word ^ Word >> 27) * 0x94D049BB133111EBULL;
    return Word ^ Word >> 31;
}

VOID
PatternFill(UCHAR *Sector, ULONGLONG Lba)
{
    ULONG Index, Byte;

    for (Index = 0; Index < PATTERN_WORDS; Index++) {
        ULONGLONG Word = PatternWord(Lba, Index);

        for (Byte = 0; Byte < PATTERN_WORD_BYTES; Byte++) {
            *Sector++ = (UCHAR)(Word >> 8 * Byte);
        }
    }
}

BOOLEAN
PatternMatches(const UCHAR *Sector, ULONGLONG Lba)
{
    ULONG Index, Byte;

    for (Index = 0; Index < PATTERN_WORDS; Index++) {
        ULONGLONG Word = PatternWord(Lba, Index);

        for (Byte = 0; Byte < PATTERN_WORD_BYTES; Byte++) {
            if (*Sector++ != (UCHAR)(Word >> 8 * Byte)) {
                return FALSE;
            }
        }
    }
    return TRUE;
}
