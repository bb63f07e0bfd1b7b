/*
 * Bit maps over 64-bit words: physical frames, system-space addresses, vectors.
 *
 * Every search goes a word at a time, so that a map of a million frames that is mostly in
 * use is passed over in a few thousand steps.
 */
#include "rtlp.h"

#define RTLP_WORD_BITS 64

/*
 * Makes a map of SizeInBits bits, all clear, over Words (caller's memory: (SizeInBits +
 * 63) / 64 words, which must outlive the map).
 */
VOID
RtlInitializeBits(PRTL_BIT_MAP_64 BitMap, ULONG64 *Words, ULONG64 SizeInBits)
{
    BitMap->SizeInBits = SizeInBits;
    BitMap->Words = Words;
    RtlClearBitRange(BitMap, 0, SizeInBits);
}

/* Mask of the bits of one word that [Start, End) covers; Start lies in that word. */
static ULONG64
RtlpWordMask(ULONG64 Start, ULONG64 End)
{
    ULONG64 First = Start % RTLP_WORD_BITS;
    ULONG64 Left = End - Start;
    ULONG64 Mask = ~0ULL << First;

    if (Left < RTLP_WORD_BITS - First) {
        Mask &= ~(~0ULL << (First + Left));
    }
    return Mask;
}

/* Sets or clears the part of [Start, Start + Count) that lies in the map. */
static VOID
RtlpWriteBitRange(PRTL_BIT_MAP_64 BitMap, ULONG64 Start, ULONG64 Count, BOOLEAN Set)
{
    ULONG64 End;

    if (Start >= BitMap->SizeInBits) {
        return;
    }
    End = Start + min(Count, BitMap->SizeInBits - Start);
    while (Start < End) {
        ULONG64 *Word = &BitMap->Words[Start / RTLP_WORD_BITS];
        ULONG64 Mask = RtlpWordMask(Start, End);

        *Word = Set ? *Word | Mask : *Word & ~Mask;
        Start = (Start / RTLP_WORD_BITS + 1) * RTLP_WORD_BITS;
    }
}

VOID
RtlSetBitRange(PRTL_BIT_MAP_64 BitMap, ULONG64 Start, ULONG64 Count)
{
    RtlpWriteBitRange(BitMap, Start, Count, TRUE);
}

VOID
RtlClearBitRange(PRTL_BIT_MAP_64 BitMap, ULONG64 Start, ULONG64 Count)
{
    RtlpWriteBitRange(BitMap, Start, Count, FALSE);
}

/* Bits beyond the map read as set: nobody may take them for free. */
BOOLEAN
RtlTestBitAt(const RTL_BIT_MAP_64 *BitMap, ULONG64 Index)
{
    return Index >= BitMap->SizeInBits ||
           ((BitMap->Words[Index / RTLP_WORD_BITS] >> (Index % RTLP_WORD_BITS)) & 1) != 0;
}

/* The first bit in [Start, End) that is set (clear, when Set is FALSE), or End. */
static ULONG64
RtlpFindBit(const RTL_BIT_MAP_64 *BitMap, ULONG64 Start, ULONG64 End, BOOLEAN Set)
{
    ULONG64 Invert = Set ? 0 : ~0ULL;

    while (Start < End) {
        ULONG64 Base = Start - Start % RTLP_WORD_BITS;
        ULONG64 Bits =
            (BitMap->Words[Base / RTLP_WORD_BITS] ^ Invert) & RtlpWordMask(Start, End);

        if (Bits != 0) {
            return Base + (ULONG64)__builtin_ctzll(Bits);
        }
        Start = Base + RTLP_WORD_BITS;
    }
    return End;
}

ULONG64
RtlFindClearRange(const RTL_BIT_MAP_64 *BitMap, ULONG64 Count, ULONG64 Alignment,
                  ULONG64 Hint)
{
    ULONG64 Size = BitMap->SizeInBits;
    ULONG64 Start = Hint;

    if (Count == 0 || Alignment == 0 || Count > Size) {
        return RTL_NO_BIT;
    }
    /* Each turn moves Start beyond a set bit, so the search ends. */
    while (Start <= Size - Count) {
        ULONG64 Misfit = Start % Alignment;
        ULONG64 Obstacle;

        if (Misfit != 0) {
            if (Alignment - Misfit > Size - Count - Start) {
                break;
            }
            Start += Alignment - Misfit;
        }
        Obstacle = RtlpFindBit(BitMap, Start, Start + Count, TRUE);
        if (Obstacle == Start + Count) {
            return Start;
        }
        Start = RtlpFindBit(BitMap, Obstacle, Size, FALSE);
    }
    return RTL_NO_BIT;
}
