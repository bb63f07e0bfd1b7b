/*
 * Host test of the pool heap: alignment, accounting, every fault it must see, and a long
 * random run in which each block's content must survive its neighbours.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../ex/poolheap.c"
#include "../../ex/poolblock.c"
#include "../../ex/poollarge.c"
#include "../../ex/pooltag.c"

static int TestNumber;
static int TestFailures;

static void
Check(int Holds, const char *Name)
{
    printf("%s %d - %s\n", Holds ? "ok" : "not ok", ++TestNumber, Name);
    TestFailures += !Holds;
}

static EXP_HEAP Heap;
static long PagesOut;
static long PageLimit = 1L << 30;

static PVOID
TakePages(ULONG64 Count)
{
    if (PagesOut + (long)Count > PageLimit) {
        return NULL;
    }
    PagesOut += (long)Count;
    return aligned_alloc(EXP_PAGE_SIZE, Count * EXP_PAGE_SIZE);
}

static VOID
GivePages(PVOID Address, ULONG64 Count)
{
    PagesOut -= (long)Count;
    free(Address);
}

static BOOLEAN
IsMapped(ULONG64 Address, SIZE_T Length)
{
    (void)Length;
    return Address >= EXP_PAGE_SIZE;
}

static EXP_POOL_FAULT
Free(PVOID Address, ULONG Tag)
{
    EXP_POOL_REPORT Report;

    return ExpHeapFree(&Heap, Address, Tag, &Report);
}

static void
TestAlignment(void)
{
    int Aligned = 1;
    int WithinPage = 1;

    for (SIZE_T Size = 0; Size < 3 * EXP_PAGE_SIZE; Size += Size < 2100 ? 1 : 97) {
        ULONG_PTR Address = (ULONG_PTR)ExpHeapAllocate(&Heap, Size, 1, FALSE);

        Aligned &= Address % (Size >= EXP_PAGE_SIZE ? EXP_PAGE_SIZE : 16) == 0;
        WithinPage &= Size == 0 || Size >= EXP_PAGE_SIZE ||
                      Address / EXP_PAGE_SIZE == (Address + Size - 1) / EXP_PAGE_SIZE;
        __builtin_memset((PVOID)Address, 0xA5, Size);
        Aligned &= Free((PVOID)Address, 1) == ExpPoolGood;
    }
    Check(Aligned, "aligned to 16 bytes, to a page from a page on");
    Check(WithinPage, "a block of less than a page crosses no page");
    Check((ULONG_PTR)ExpHeapAllocate(&Heap, EXP_LARGEST_BLOCK + 1, 1, FALSE) == 0,
          "absurd sizes refused");
}

static void
TestFaults(void)
{
    EXP_POOL_REPORT Report;
    PUCHAR First = ExpHeapAllocate(&Heap, 20, 0x61616161, FALSE);
    PUCHAR Second = ExpHeapAllocate(&Heap, 20, 0x62626262, FALSE);
    PUCHAR Large = ExpHeapAllocate(&Heap, 5000, 0x63636363, FALSE);
    UCHAR Saved;

    Check(Free(First, 0x62626262) == ExpPoolWrongTag, "wrong tag");
    Check(Free(Large, 0x62626262) == ExpPoolWrongTag, "wrong tag of a large block");
    Check(ExpHeapQuery(&Heap, First, &Report) == ExpPoolGood &&
              Report.Tag == 0x61616161 && Report.Size == 20,
          "query tells tag and size");
    Check(Free(First + 16, 0) == ExpPoolBadAddress, "address inside a block");
    Check(Free(Large + EXP_PAGE_SIZE, 0) == ExpPoolBadAddress, "page inside a block");
    Check(Free((PVOID)(ULONG_PTR)24, 0) == ExpPoolBadAddress, "address not mapped");
    First[20] ^= 1;
    Check(Free(First, 0) == ExpPoolOverrun, "write past the end");
    First[20] ^= 1;
    Saved = First[-16];
    First[-16] ^= 1;
    Check(Free(First, 0) == ExpPoolBadHeader, "tag overwritten");
    First[-16] = Saved;
    First[-9] ^= 1;
    Check(Free(First, 0) == ExpPoolBadHeader, "state overwritten");
    First[-9] ^= 1;
    Check(Free(First, 0x61616161) == ExpPoolGood, "untouched again: freed");
    Check(Free(First, 0x61616161) == ExpPoolAlreadyFree, "freed twice");
    Check(Free(Large, 0) == ExpPoolGood && Free(Large, 0) == ExpPoolBadAddress,
          "large block freed twice");
    Check(Free(Second, 0) == ExpPoolGood, "neighbour unharmed");
}

static PVOID DamagedBlock, DamagedByte;

static VOID
NoteDamage(PVOID Block, PVOID Where)
{
    DamagedBlock = Block;
    DamagedByte = Where;
}

/* A freed block is poisoned, and given out again shows who wrote to it meanwhile. */
static void
TestPoison(void)
{
    PUCHAR Before = ExpHeapAllocate(&Heap, 700, 0x61616161, FALSE);
    PUCHAR Block;

    Free(Before, 0); /* without poison: nothing to look at later */
    Heap.Damaged = NoteDamage;
    Check(ExpHeapAllocate(&Heap, 700, 0x61616161, FALSE) == Before && !DamagedBlock,
          "a block freed before the poison is not looked at");
    Free(Before, 0);
    Check(Before[0] == 0xDF && Before[699] == 0xDF, "a freed block is poisoned");
    Block = ExpHeapAllocate(&Heap, 690, 0x61616161, FALSE);
    Check(Block == Before && DamagedBlock == NULL, "and is given out again if whole");
    Free(Block, 0);
    Block[600] = 0;
    Free(ExpHeapAllocate(&Heap, 700, 0x61616161, FALSE), 0);
    Check(DamagedBlock == Block && DamagedByte == Block + 600, "a write after the free");
    Heap.Damaged = NULL;
}

static void
TestAccounting(void)
{
    ULONG64 Bytes = Heap.Total.BytesInUse;
    PVOID First = ExpHeapAllocate(&Heap, 100, 0x64646464, FALSE);
    PVOID Second = ExpHeapAllocate(&Heap, 9000, 0x64646464, TRUE);
    const EXP_TAG_USAGE *Usage = ExpFindTagUsage(&Heap, 0x64646464);

    Check(Usage->BytesInUse == 9100 && Usage->BlocksInUse == 2,
          "bytes and blocks of a tag");
    Free(First, 0);
    Free(Second, 0);
    Check(Usage->BytesInUse == 0 && Usage->Allocations == 2 && Usage->Frees == 2,
          "a tag without a leak");
    Check(Heap.Total.BytesInUse == Bytes, "total as before");
    Check(ExpFindTagUsage(&Heap, 0x65656565) == NULL, "a tag never used");
    for (ULONG Tag = 1000; Tag < 2000; Tag++) {
        Free(ExpHeapAllocate(&Heap, 1, Tag, FALSE), Tag);
    }
    Check(Heap.Tags[EXP_TAG_COUNT - 1].Allocations != 0 &&
              Heap.Tags[EXP_TAG_COUNT - 1].BlocksInUse == 0,
          "tags beyond the table are counted together");
}

static void
TestShortage(void)
{
    PVOID Small;

    PageLimit = PagesOut + 1;
    Check(ExpHeapAllocate(&Heap, 3 * EXP_PAGE_SIZE, 1, FALSE) == NULL,
          "pages short: NULL");
    PageLimit = PagesOut;
    Small = ExpHeapAllocate(&Heap, 16, 1, FALSE);
    Check(Small != NULL, "kept page still serves");
    Free(Small, 0);
    PageLimit = 1L << 30;
}

#define MODEL_BLOCKS 2000

/* Random allocations and frees; every block is filled and must read back. */
static void
TestRandom(void)
{
    static struct {
        PUCHAR Address;
        SIZE_T Size;
        UCHAR Fill;
    } Blocks[MODEL_BLOCKS];
    int Wrong = 0;

    srand(7);
    for (int Step = 0; Step < 200000; Step++) {
        int Index = rand() % MODEL_BLOCKS;

        if (Blocks[Index].Address == NULL) {
            SIZE_T Size = (SIZE_T)(rand() % 8 ? rand() % 300 : rand() % 9000);

            Blocks[Index].Address = ExpHeapAllocate(&Heap, Size, 2, rand() % 64 == 0);
            Blocks[Index].Size = Size;
            Blocks[Index].Fill = (UCHAR)rand();
            __builtin_memset(Blocks[Index].Address, Blocks[Index].Fill, Size);
            continue;
        }
        for (SIZE_T Byte = 0; Byte < Blocks[Index].Size; Byte++) {
            Wrong += Blocks[Index].Address[Byte] != Blocks[Index].Fill;
        }
        Wrong += Free(Blocks[Index].Address, 2) != ExpPoolGood;
        Blocks[Index].Address = NULL;
    }
    for (int Index = 0; Index < MODEL_BLOCKS; Index++) {
        Wrong += Blocks[Index].Address != NULL && Free(Blocks[Index].Address, 2);
    }
    Check(Wrong == 0, "200000 random steps keep every block's content");
    Check(Heap.Total.BytesInUse == 0 && Heap.Total.BlocksInUse == 0,
          "nothing in use after");
    Check(PagesOut <= EXP_CLASS_COUNT, "pages went back, one kept for each size");
}

int
main(void)
{
    ExpHeapInitialize(&Heap, TakePages, GivePages, IsMapped);
    TestAlignment();
    TestFaults();
    TestPoison();
    TestAccounting();
    TestShortage();
    TestRandom();
    printf("1..%d\n", TestNumber);
    return TestFailures != 0;
}
