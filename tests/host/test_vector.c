/*
 * Host test of the vector allocator: levels, alignment, balance, what is never given out,
 * and what several processors have in common.
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

static HALP_VECTOR_MAP Processors[8];
static PHALP_VECTOR_MAP Group[8];

static void
InitializeGroup(ULONG Count)
{
    for (ULONG Index = 0; Index < Count; Index++) {
        HalpInitializeVectorMap(&Processors[Index]);
        Group[Index] = &Processors[Index];
    }
}

/* A group of one chooses what a single map would, whatever is taken already. */
static void
TestGroupOfOne(void)
{
    int Equal = 1;
    ULONG Vector;
    InitializeGroup(1);
    HalpInitializeVectorMap(&Map);
    do {
        Vector = HalpAllocateVectors(&Map, 1);
        Equal &= HalpAllocateSharedVectors(Group, 1, 1) == Vector;
    } while (Vector != 0);
    Check(Equal, "one processor: the vectors of a single map, in its order");
}

static void
TestGroup(void)
{
    InitializeGroup(8);
    ULONG Alone = HalpAllocateVectors(&Processors[5], 1);
    ULONG First = HalpAllocateSharedVectors(Group, 8, 1);
    Check(First >> 4 == HAL_HIGHEST_DEVICE_IRQL - 1,
          "several: the class that is least loaded on any of them");
    int Taken = 1;
    for (ULONG Index = 0; Index < 8; Index++) {
        Taken &= Processors[Index].Taken[First >> 4] >> (First & 0xF) & 1;
    }
    Check(Taken, "the vector is taken on every one of them [KINT-3]");
    Check(HalpAllocateVectors(&Processors[0], 1) == Alone,
          "and the vector that one of them had is free on the others");
    HalpFreeVector(&Processors[2], First);
    Check((Processors[2].Taken[First >> 4] >> (First & 0xF) & 1) == 0 &&
              (Processors[3].Taken[First >> 4] >> (First & 0xF) & 1) == 1,
          "freed on one it stays taken on the others");
}

/* Every vector is taken on one of the two, half of them on each. */
static void
TestGroupExhaustion(void)
{
    HALP_VECTOR_MAP Before[2];
    InitializeGroup(2);
    for (ULONG Class = HAL_LOWEST_DEVICE_IRQL; Class <= HAL_HIGHEST_DEVICE_IRQL;
         Class++) {
        Processors[0].Taken[Class] |= 0x5555;
        Processors[1].Taken[Class] |= 0xAAAA;
    }
    __builtin_memcpy(Before, Processors, sizeof(Before));
    Check(HalpAllocateSharedVectors(Group, 2, 1) == 0,
          "free on one and taken on the other is not free");
    Check(__builtin_memcmp(Before, Processors, sizeof(Before)) == 0,
          "a refused claim takes nothing");
    HalpFreeVector(&Processors[0], 0x64);
    Check(HalpAllocateSharedVectors(Group, 2, 1) == 0x64,
          "the only vector free on both is found");
    Processors[0].Taken[8] = 0xFF00;
    Processors[1].Taken[8] = 0xF0F0;
    Check(HalpAllocateSharedVectors(Group, 2, 8) == 0 &&
              HalpAllocateSharedVectors(Group, 2, 4) == 0x80,
          "a block is free, and aligned, on both");
}

int
main(void)
{
    TestFirst();
    TestExhaustion();
    TestBlocks();
    TestBalance();
    TestGroupOfOne();
    TestGroup();
    TestGroupExhaustion();
    return CheckVerdict();
}
