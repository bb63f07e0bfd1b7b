/*
 * One door to the two kinds of pool blocks, and the accounting both share.
 *
 * A large block begins at a page; a small one never does, since its page's header stands
 * there. So the address alone says which kind a block is.
 */
#include "poolheap.h"

static BOOLEAN
ExpIsLarge(PVOID Address)
{
    return (ULONG_PTR)Address % EXP_PAGE_SIZE == 0;
}

static VOID
ExpCountAllocation(PEXP_TAG_USAGE Usage, SIZE_T Size)
{
    Usage->Allocations++;
    Usage->BlocksInUse++;
    Usage->BytesInUse += Size;
}

static VOID
ExpCountFree(PEXP_TAG_USAGE Usage, SIZE_T Size)
{
    Usage->Frees++;
    Usage->BlocksInUse--;
    Usage->BytesInUse -= Size;
}

VOID
ExpHeapInitialize(PEXP_HEAP Heap, EXP_ALLOCATE_PAGES *AllocatePages,
                  EXP_FREE_PAGES *FreePages, EXP_IS_MAPPED *IsMapped)
{
    Heap->AllocatePages = AllocatePages;
    Heap->FreePages = FreePages;
    Heap->IsMapped = IsMapped;
    ExpBlockInitialize(Heap);
}

PVOID
ExpHeapAllocate(PEXP_HEAP Heap, SIZE_T Size, ULONG Tag, BOOLEAN PageAligned)
{
    PVOID Address;

    if (Size > EXP_LARGEST_BLOCK) {
        return NULL;
    }
    if (PageAligned || Size > EXP_LARGEST_SMALL) {
        Size = max(Size, 1);
        Address = ExpLargeAllocate(Heap, Size, Tag);
    } else {
        Address = ExpBlockAllocate(Heap, Size, Tag);
    }
    if (Address != NULL) {
        ExpCountAllocation(&Heap->Total, Size);
        ExpCountAllocation(ExpTagUsage(Heap, Tag), Size);
    }
    return Address;
}

EXP_POOL_FAULT
ExpHeapQuery(PEXP_HEAP Heap, PVOID Address, PEXP_POOL_REPORT Report)
{
    return ExpIsLarge(Address) ? ExpLargeQuery(Heap, Address, Report)
                               : ExpBlockQuery(Heap, Address, Report);
}

EXP_POOL_FAULT
ExpHeapFree(PEXP_HEAP Heap, PVOID Address, ULONG Tag, PEXP_POOL_REPORT Report)
{
    EXP_POOL_FAULT Fault = ExpHeapQuery(Heap, Address, Report);

    if (Fault != ExpPoolGood) {
        return Fault;
    }
    if (Tag != 0 && Tag != Report->Tag) {
        return ExpPoolWrongTag;
    }
    ExpCountFree(&Heap->Total, Report->Size);
    ExpCountFree(ExpTagUsage(Heap, Report->Tag), Report->Size);
    if (ExpIsLarge(Address)) {
        ExpLargeFree(Heap, Address);
    } else {
        ExpBlockFree(Heap, Address);
    }
    return ExpPoolGood;
}
