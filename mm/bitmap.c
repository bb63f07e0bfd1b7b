/*
 * Bit runs: set, clear, find. Words that are all ones or all zeroes are passed over
 * whole, so that a search through a full gibibyte of frames costs 4096 loads.
 */
#include "bitmap.h"

/* Ones in Word; the compiler's builtin would be a call into libgcc without POPCNT. */
static ULONG64
MiCountOnes(ULONG64 Word)
{
    Word -= (Word >> 1) & 0x5555555555555555ULL;
    Word = (Word & 0x3333333333333333ULL) + ((Word >> 2) & 0x3333333333333333ULL);
    Word = (Word + (Word >> 4)) & 0x0F0F0F0F0F0F0F0FULL;
    return (Word * 0x0101010101010101ULL) >> 56;
}

/* The bits of word Index / 64 that lie in [Index, Index + Count). */
static ULONG64
MiWordMask(ULONG64 Index, ULONG64 Count)
{
    ULONG64 First = Index % 64;
    ULONG64 Length = min(Count, 64 - First);
    ULONG64 Ones = Length == 64 ? MAXULONGLONG : (1ULL << Length) - 1;

    return Ones << First;
}

VOID
MiInitializeBitmap(PMI_BITMAP Map, PULONG64 Words, ULONG64 BitCount)
{
    Map->Words = Words;
    Map->BitCount = BitCount;
    for (ULONG64 Word = 0; Word < MiBitmapBytes(BitCount) / sizeof(ULONG64); Word++) {
        Words[Word] = MAXULONGLONG;
    }
}

ULONG64
MiSetBits(PMI_BITMAP Map, ULONG64 Index, ULONG64 Count)
{
    ULONG64 Changed = 0;

    while (Count != 0) {
        ULONG64 Mask = MiWordMask(Index, Count);
        ULONG64 Step = min(Count, 64 - Index % 64);
        PULONG64 Word = &Map->Words[Index / 64];

        Changed += MiCountOnes(Mask & ~*Word);
        __atomic_store_n(Word, *Word | Mask, __ATOMIC_RELAXED);
        Index += Step;
        Count -= Step;
    }
    return Changed;
}

ULONG64
MiClearBits(PMI_BITMAP Map, ULONG64 Index, ULONG64 Count)
{
    ULONG64 Changed = 0;

    while (Count != 0) {
        ULONG64 Mask = MiWordMask(Index, Count);
        ULONG64 Step = min(Count, 64 - Index % 64);
        PULONG64 Word = &Map->Words[Index / 64];

        Changed += MiCountOnes(Mask & *Word);
        __atomic_store_n(Word, *Word & ~Mask, __ATOMIC_RELAXED);
        Index += Step;
        Count -= Step;
    }
    return Changed;
}

/* First bit in [From, To) that differs from the bits of Skip (all zeroes or all ones). */
static ULONG64
MiNextDifferentBit(const MI_BITMAP *Map, ULONG64 From, ULONG64 To, ULONG64 Skip)
{
    while (From < To) {
        ULONG64 Word = (Map->Words[From / 64] ^ Skip) & MiWordMask(From, To - From);

        if (Word != 0) {
            return From - From % 64 + (ULONG64)__builtin_ctzll(Word);
        }
        From += 64 - From % 64;
    }
    return To;
}

ULONG64
MiNextSetBit(const MI_BITMAP *Map, ULONG64 From, ULONG64 To)
{
    return MiNextDifferentBit(Map, From, To, 0);
}

ULONG64
MiNextClearBit(const MI_BITMAP *Map, ULONG64 From, ULONG64 To)
{
    return MiNextDifferentBit(Map, From, To, MAXULONGLONG);
}

ULONG64
MiFindClearRun(const MI_BITMAP *Map, ULONG64 From, ULONG64 To, ULONG64 Count,
               ULONG64 Alignment, ULONG64 Boundary)
{
    ULONG64 Index = ALIGN_UP_BY(From, Alignment);

    /* No sum here wraps: Index and Count stay at or below BitCount, which is below 2^52.
     */
    To = min(To, Map->BitCount);
    while (Count != 0 && Index < To && Count <= To - Index) {
        ULONG64 Last = Index + Count - 1;
        ULONG64 Used;

        if (Boundary != 0 && Index / Boundary != Last / Boundary) {
            Index = ALIGN_UP_BY(Last - Last % Boundary, Alignment);
            continue;
        }
        Used = MiNextSetBit(Map, Index, Index + Count);
        if (Used == Index + Count) {
            return Index;
        }
        Index = ALIGN_UP_BY(MiNextClearBit(Map, Used, To), Alignment);
    }
    return MI_BITMAP_NONE;
}
