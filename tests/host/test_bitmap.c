/*
 * Host test of bit maps, against a plain array of bytes that is searched the slow way.
 */
#include <stdlib.h>
#include "check.h"

#include "../../rtl/bitmap.c"

#define TEST_BITS 517 /* not a whole number of words */

static ULONG64 Words[(TEST_BITS + 63) / 64];
static UCHAR Model[TEST_BITS];
static RTL_BIT_MAP_64 Map;

static ULONG64
ModelFind(ULONG64 Count, ULONG64 Alignment, ULONG64 Hint)
{
    for (ULONG64 Start = Hint; Start + Count <= TEST_BITS; Start++) {
        ULONG64 Run = 0;

        while (Run < Count && Model[Start + Run] == 0) {
            Run += 1;
        }
        if (Run == Count && Start % Alignment == 0) {
            return Start;
        }
    }
    return RTL_NO_BIT;
}

static int
SameAsModel(void)
{
    for (ULONG64 Index = 0; Index < TEST_BITS; Index++) {
        if (RtlTestBitAt(&Map, Index) != Model[Index]) {
            return 0;
        }
    }
    return 1;
}

static void
CompareWithModel(void)
{
    int Same = 1, Found = 1;

    srand(1);
    for (int Step = 0; Step < 20000; Step++) {
        ULONG64 Start = (ULONG64)rand() % TEST_BITS;
        ULONG64 Count = 1 + (ULONG64)rand() % 90;
        ULONG64 Alignment = 1ULL << (rand() % 7);
        UCHAR Value = rand() % 5 < 2;

        Count = min(Count, TEST_BITS - Start);
        for (ULONG64 Index = 0; Index < Count; Index++) {
            Model[Start + Index] = Value;
        }
        if (Value) {
            RtlSetBitRange(&Map, Start, Count);
        } else {
            RtlClearBitRange(&Map, Start, Count);
        }
        Count = 1 + (ULONG64)rand() % 100;
        Start = (ULONG64)rand() % TEST_BITS;
        Same &= SameAsModel();
        Found &= RtlFindClearRange(&Map, Count, Alignment, Start) ==
                 ModelFind(Count, Alignment, Start);
    }
    Check(Same, "ranges set and cleared at random read back as the model's");
    Check(Found, "every search gives what the slow search gives");
}

int
main(void)
{
    for (ULONG64 Index = 0; Index < RTL_NUMBER_OF(Words); Index++) {
        Words[Index] = ~0ULL;
    }
    RtlInitializeBits(&Map, Words, TEST_BITS);
    Check(SameAsModel(), "a new map is clear");
    Check(RtlTestBitAt(&Map, TEST_BITS) && RtlTestBitAt(&Map, MAXULONGLONG),
          "bits beyond the map read as set");
    Check(RtlFindClearRange(&Map, TEST_BITS, 1, 0) == 0, "the whole map is one range");
    Check(RtlFindClearRange(&Map, TEST_BITS + 1, 1, 0) == RTL_NO_BIT,
          "more is not there");
    Check(RtlFindClearRange(&Map, 1, 1, MAXULONGLONG) == RTL_NO_BIT,
          "a hint beyond the map");
    Check(RtlFindClearRange(&Map, 0, 1, 0) == RTL_NO_BIT, "no range is empty");
    Check(RtlFindClearRange(&Map, 1, 1ULL << 63, 1) == RTL_NO_BIT,
          "no wrap by alignment");
    RtlSetBitRange(&Map, 500, MAXULONGLONG);
    Check(RtlTestBitAt(&Map, 516) && !RtlTestBitAt(&Map, 499),
          "a range is cut to the map");
    RtlClearBitRange(&Map, 0, TEST_BITS);
    CompareWithModel();
    return CheckVerdict();
}
