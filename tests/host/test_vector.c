/*
 * Host test of the vector allocator: levels, alignment, balance, what is never given out.
 */
#include "check.h"

#include "../../hal/vector.c"

static HALP_VECTOR_MAP Map;

static void
TestFirst(void)
{
    HalpInitializeVectorMap(&Map);
    ULONG First = HalpAllocateVectors(&Map, 1);
    ULONG Second = HalpAllocateVectors(&Map, 1);
    Check(First >> 4 == HAL_HIGHEST_DEVICE_IRQL, "of equal classes the highest is taken");
    Check(Second >> 4 == HAL_HIGHEST_DEVICE_IRQL - 1, "then the least loaded");
}

static void
TestExhaustion(void)
{
    static UCHAR Given[256];
    ULONG Count = 0, Vector, InRange = 1, Twice = 0;
    HalpInitializeVectorMap(&Map);
    while ((Vector = HalpAllocateVectors(&Map, 1)) != 0 && Count < 300) {
        InRange &= Vector >= 0x30 && Vector <= 0xBF;
        Twice |= Given[Vector & 0xFF]++ != 0;
        Count++;
    }
    Check(Count == 9 * 16 - 2,
          "every device vector is given once, the 8259 ghosts never");
    Check(InRange && !Twice, "all are device vectors, none twice [IRQL-4]");
    Check(!Given[0x37] && !Given[0x3F], "vectors 0x37 and 0x3F stay reserved");
    HalpFreeVector(&Map, 0x37);
    HalpFreeVector(&Map, 0x2F);
    HalpFreeVector(&Map, CLOCK_VECTOR);
    Check(HalpAllocateVectors(&Map, 1) == 0, "reserved vectors cannot be freed");
    HalpFreeVector(&Map, 0x55);
    Check(HalpAllocateVectors(&Map, 1) == 0x55, "a freed vector is given again");
}

static void
TestBlocks(void)
{
    for (ULONG Count = 1; Count <= 16; Count *= 2) {
        int Good = 1;
        ULONG First;
        HalpInitializeVectorMap(&Map);
        HalpAllocateVectors(&Map, 1);
        while ((First = HalpAllocateVectors(&Map, Count)) != 0) {
            Good &= First % Count == 0 && First >> 4 == (First + Count - 1) >> 4;
            for (ULONG Vector = First; Vector < First + Count; Vector++) {
                Good &= Vector != 0x37 && Vector != 0x3F;
            }
        }
        Check(Good, "blocks are aligned and inside one level [MSI-5]");
    }
    Check(HalpAllocateVectors(&Map, 3) == 0 && HalpAllocateVectors(&Map, 32) == 0 &&
              HalpAllocateVectors(&Map, 0) == 0,
          "blocks of other sizes are refused");
}

static void
TestBalance(void)
{
    ULONG Load[16] = {0};
    HalpInitializeVectorMap(&Map);
    for (ULONG Index = 0; Index < 27; Index++) {
        Load[HalpAllocateVectors(&Map, 1) >> 4]++;
    }
    int Even = 1;
    for (ULONG Class = 4; Class <= 11; Class++) {
        Even &= Load[Class] >= 3 && Load[Class] <= 4;
    }
    Check(Even, "vectors spread evenly over the levels");
}

int
main(void)
{
    TestFirst();
    TestExhaustion();
    TestBlocks();
    TestBalance();
    return CheckVerdict();
}
