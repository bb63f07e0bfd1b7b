/*
 * A bit map that finds aligned runs of clear bits: one bit a frame, or a page of
 * addresses.
 *
 * It knows nothing of memory or locks (its owners hold theirs), so that the host tests
 * drive the same code the kernel runs.
 */
#pragma once

#include <ntdef.h>

typedef struct _MI_BITMAP {
    PULONG64 Words; /* bit set = in use */
    ULONG64 BitCount;
} MI_BITMAP, *PMI_BITMAP;

#define MI_BITMAP_NONE MAXULONGLONG

/* Bytes of storage for Count bits. */
FORCEINLINE ULONG64
MiBitmapBytes(ULONG64 Count)
{
    return (Count / 64 + (Count % 64 != 0)) * sizeof(ULONG64);
}

FORCEINLINE BOOLEAN
MiTestBit(const MI_BITMAP *Map, ULONG64 Index)
{
    return (BOOLEAN)(__atomic_load_n(&Map->Words[Index / 64], __ATOMIC_RELAXED) >>
                         (Index % 64) &
                     1);
}

/* Takes Words for the map's storage and sets every bit. */
VOID MiInitializeBitmap(PMI_BITMAP Map, PULONG64 Words, ULONG64 BitCount);

/* Both return how many bits changed; Index + Count lies within the map. */
ULONG64 MiSetBits(PMI_BITMAP Map, ULONG64 Index, ULONG64 Count);
ULONG64 MiClearBits(PMI_BITMAP Map, ULONG64 Index, ULONG64 Count);

/* First set or clear bit in [From, To), or To when there is none. */
ULONG64 MiNextSetBit(const MI_BITMAP *Map, ULONG64 From, ULONG64 To);
ULONG64 MiNextClearBit(const MI_BITMAP *Map, ULONG64 From, ULONG64 To);

/* First run of Count clear bits in [From, To) that starts at a multiple of Alignment (a
   power of 2) and, when Boundary (a power of 2 >= Count) is not 0, crosses no multiple of
   it; MI_BITMAP_NONE when there is none. */
ULONG64 MiFindClearRun(const MI_BITMAP *Map, ULONG64 From, ULONG64 To, ULONG64 Count,
                       ULONG64 Alignment, ULONG64 Boundary);
