/*
 * Pool blocks of whole pages: every block of a page or more, those of more than half a
 * page, and cache-aligned ones. They have no header, since they begin at a page; a record
 * for each hangs in a table by its address.
 */
#include "poolheap.h"

struct _EXP_LARGE {
    PEXP_LARGE Next;
    PVOID Address;
    SIZE_T Size;
    ULONG Tag;
};

#define EXP_LARGE_TAG 0x6772614C /* 'Larg' */

static PEXP_LARGE *
ExpLargeBucket(PEXP_HEAP Heap, PVOID Address)
{
    return &Heap->Large[((ULONG_PTR)Address / EXP_PAGE_SIZE) % EXP_LARGE_BUCKETS];
}

/* The link that leads to the record of Address; the last, NULL, when there is none. */
static PEXP_LARGE *
ExpFindLarge(PEXP_HEAP Heap, PVOID Address)
{
    PEXP_LARGE *Link = ExpLargeBucket(Heap, Address);

    while (*Link != NULL && (*Link)->Address != Address) {
        Link = &(*Link)->Next;
    }
    return Link;
}

static ULONG64
ExpPageCount(SIZE_T Size)
{
    return (Size + EXP_PAGE_SIZE - 1) / EXP_PAGE_SIZE;
}

PVOID
ExpLargeAllocate(PEXP_HEAP Heap, SIZE_T Size, ULONG Tag)
{
    PEXP_LARGE Record;
    PEXP_LARGE *Bucket;

    Size = max(Size, 1);
    Record = ExpBlockAllocate(Heap, sizeof(*Record), EXP_LARGE_TAG);
    if (Record == NULL) {
        return NULL;
    }
    Record->Address = Heap->AllocatePages(ExpPageCount(Size));
    if (Record->Address == NULL) {
        ExpBlockFree(Heap, Record);
        return NULL;
    }
    Record->Size = Size;
    Record->Tag = Tag;
    Bucket = ExpLargeBucket(Heap, Record->Address);
    Record->Next = *Bucket;
    *Bucket = Record;
    return Record->Address;
}

EXP_POOL_FAULT
ExpLargeQuery(PEXP_HEAP Heap, PVOID Address, PEXP_POOL_REPORT Report)
{
    PEXP_LARGE Record = *ExpFindLarge(Heap, Address);

    if (Record == NULL) {
        return ExpPoolBadAddress;
    }
    Report->Tag = Record->Tag;
    Report->Size = Record->Size;
    Report->Header = (ULONG64)(ULONG_PTR)Record;
    return ExpPoolGood;
}

VOID
ExpLargeFree(PEXP_HEAP Heap, PVOID Address)
{
    PEXP_LARGE *Link = ExpFindLarge(Heap, Address);
    PEXP_LARGE Record = *Link;

    *Link = Record->Next;
    Heap->FreePages(Address, ExpPageCount(Record->Size));
    ExpBlockFree(Heap, Record);
}
