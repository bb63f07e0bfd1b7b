/*
 * pool: sizes, alignment, zeroing, and blocks that stay apart on every processor.
 */
#include "../cases.h"

DRIVER_INITIALIZE DriverEntry;

#define BLOCKS 64

typedef PVOID NTAPI ALLOCATE_POOL2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag);

/* Looked up, as a driver for several versions does: old import libraries lack it. */
static ALLOCATE_POOL2 *AllocatePool2;

/* Every size from 0 to Last: aligned, writable to the last byte, and not its neighbour.
 */
static VOID
TestSizes(VOID)
{
    ULONG Misaligned = 0, Missing = 0;

    for (SIZE_T Size = 0; Size < 3 * PAGE_SIZE; Size += (Size < 300) ? 1 : 61) {
        PUCHAR Block = ExAllocatePoolWithTag(NonPagedPool, Size, KTAP_TAG);

        if (Block == NULL) {
            Missing++;
            continue;
        }
        Misaligned += ((ULONG_PTR)Block & 15) != 0;
        Misaligned += Size >= PAGE_SIZE && ((ULONG_PTR)Block & (PAGE_SIZE - 1)) != 0;
        RtlFillMemory(Block, Size, KTAP_POISON);
        ExFreePoolWithTag(Block, KTAP_TAG);
    }
    ok_equal(Missing, 0, "ExAllocatePoolWithTag: every size from 0 to three pages");
    ok_equal(Misaligned, 0, "ExAllocatePoolWithTag: 16 bytes, a page or more to a page");
}

static VOID
TestTypes(VOID)
{
    PUCHAR Block;
    KIRQL Old;

    Block = ExAllocatePoolWithTag(PagedPool, 100, KTAP_TAG);
    ok(Block != NULL, "VER-1 paged pool at PASSIVE_LEVEL");
    ExFreePool(Block);
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    Block = ExAllocatePoolWithTag(NonPagedPoolNx, 5000, KTAP_TAG);
    ok(Block != NULL, "VER-1 nonpaged pool at DISPATCH_LEVEL");
    ExFreePoolWithTag(Block, KTAP_TAG);
    ok_irql(DISPATCH_LEVEL, "VER-2 and freeing it leaves the level");
    KeLowerIrql(Old);
    Block = ExAllocatePoolWithTag(NonPagedPoolCacheAligned, 100, KTAP_TAG);
    ok_equal((ULONG_PTR)Block & 63, 0, "ExAllocatePoolWithTag: a cache-aligned type is");
    ExFreePoolWithTag(Block, KTAP_TAG);
    ok(ExAllocatePoolWithTag(NonPagedPool, 1ULL << 40, KTAP_TAG) == NULL,
       "ExAllocatePoolWithTag: NULL for more than there is");
    ok(ExAllocatePoolWithTag(NonPagedPool, MAXULONG_PTR - 8, KTAP_TAG) == NULL,
       "ExAllocatePoolWithTag: NULL for a size that overflows");
}

static BOOLEAN
IsFilledWith(PUCHAR Block, SIZE_T Size, UCHAR Value)
{
    for (SIZE_T Index = 0; Index < Size; Index++) {
        if (Block[Index] != Value) {
            return FALSE;
        }
    }
    return TRUE;
}

/* The block before is poisoned, so that zeroes are not those of a fresh page. */
static VOID
TestZeroing(SIZE_T Size)
{
    PUCHAR Block = AllocatePool2(POOL_FLAG_NON_PAGED, Size, KTAP_TAG);

    RtlFillMemory(Block, Size, KTAP_POISON);
    ExFreePoolWithTag(Block, KTAP_TAG);
    Block = AllocatePool2(POOL_FLAG_NON_PAGED, Size, KTAP_TAG);
    ok(Block != NULL && IsFilledWith(Block, Size, 0),
       "ExAllocatePool2: zeroes the block");
    ExFreePoolWithTag(Block, KTAP_TAG);
    Block = ExAllocatePoolZero(NonPagedPool, Size, KTAP_TAG);
    ok(Block != NULL && IsFilledWith(Block, Size, 0),
       "ExAllocatePoolZero: zeroes the block");
    ExFreePoolWithTag(Block, KTAP_TAG);
}

static VOID
TestFlags(VOID)
{
    PVOID Block =
        AllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_UNINITIALIZED, 64, KTAP_TAG);

    ok(Block != NULL, "ExAllocatePool2: uninitialised");
    ExFreePool(Block);
    Block = AllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_CACHE_ALIGNED, 8, KTAP_TAG);
    ok(Block != NULL && ((ULONG_PTR)Block & 63) == 0, "ExAllocatePool2: cache-aligned");
    ExFreePool(Block);
    ok(AllocatePool2(0, 64, KTAP_TAG) == NULL, "ExAllocatePool2: no pool is named");
    ok(AllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_PAGED, 64, KTAP_TAG) == NULL,
       "ExAllocatePool2: nor two");
}

static volatile LONG Damaged;
static ULONG Turns = 3000; /* case=brief: fewer, where each free stops all processors */

/* Many blocks of many sizes at once, each full of its own byte, freed out of order. */
static VOID NTAPI
ChurningThread(PVOID Context)
{
    PUCHAR Blocks[BLOCKS] = {NULL};
    SIZE_T Sizes[BLOCKS];
    ULONG Seed = (ULONG)(ULONG_PTR)Context * 2654435761U + 1;

    for (ULONG Turn = 0; Turn < Turns; Turn++) {
        ULONG Slot = (Seed >> 8) % BLOCKS;

        if (Blocks[Slot] != NULL) {
            if (!IsFilledWith(Blocks[Slot], Sizes[Slot], (UCHAR)(Slot + 1))) {
                InterlockedIncrement(&Damaged);
            }
            ExFreePoolWithTag(Blocks[Slot], KTAP_TAG);
        }
        Sizes[Slot] = (Seed >> 16) % ((Turn % 8 == 0) ? 9000 : 400);
        Blocks[Slot] = ExAllocatePoolWithTag(NonPagedPool, Sizes[Slot], KTAP_TAG);
        RtlFillMemory(Blocks[Slot], Sizes[Slot], (UCHAR)(Slot + 1));
        Seed = Seed * 1664525 + 1013904223;
    }
    for (ULONG Slot = 0; Slot < BLOCKS; Slot++) {
        if (Blocks[Slot] != NULL) {
            ExFreePoolWithTag(Blocks[Slot], KTAP_TAG);
        }
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID
TestChurn(VOID)
{
    PKTHREAD Threads[4];
    ULONG Joined = 0;

    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Threads); Index++) {
        Threads[Index] = KtapCreateThread(ChurningThread, (PVOID)(ULONG_PTR)Index);
    }
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Threads); Index++) {
        Joined += KtapJoinThread(Threads[Index]) == STATUS_SUCCESS;
    }
    ok_equal(Joined, RTL_NUMBER_OF(Threads), "ExFreePoolWithTag: four threads churn");
    ok_equal(Damaged, 0, "ExAllocatePoolWithTag: no block overlaps another");
}

static VOID
TestLookaside(VOID)
{
    static NPAGED_LOOKASIDE_LIST List;
    PVOID First, Second;

    KtapPoison(&List);
    ExInitializeNPagedLookasideList(&List, NULL, NULL, 0, 200, KTAP_TAG, 0);
    First = ExAllocateFromNPagedLookasideList(&List);
    Second = ExAllocateFromNPagedLookasideList(&List);
    ok(First != NULL && Second != NULL && First != Second, "a lookaside list allocates");
    ExFreeToNPagedLookasideList(&List, First);
    ok(ExAllocateFromNPagedLookasideList(&List) == First, "and gives back what it got");
    ExFreeToNPagedLookasideList(&List, First);
    ExFreeToNPagedLookasideList(&List, Second);
    ExDeleteNPagedLookasideList(&List);
}

static VOID
PoolTests(VOID)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"ExAllocatePool2");
    WCHAR Buffer[32];
    UNICODE_STRING Case = {0, sizeof(Buffer), Buffer};

    KtapQueryCase(&Case);
    Turns = Case.Length == 0 ? Turns : 200;
    AllocatePool2 = (ALLOCATE_POOL2 *)MmGetSystemRoutineAddress(&Name);
    TestSizes();
    TestTypes();
    if (ok(AllocatePool2 != NULL, "ExAllocatePool2 is exported")) {
        TestZeroing(72);
        TestZeroing(2 * PAGE_SIZE);
        TestFlags();
    }
    TestChurn();
    TestLookaside();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, PoolTests);
}
