/*
 * The heap under the pool: blocks, their headers, the pages they are cut from.
 *
 * It has no lock and asks for pages through pointers, so that the host tests drive it as
 * the kernel does. Pages are EXP_PAGE_SIZE-aligned; a block of less than a page never
 * crosses a page boundary, one of a page or more begins at one (as NT promises drivers).
 */
#pragma once

#include <ntdef.h>
#include <wdm/list.h>

#define EXP_PAGE_SIZE     4096
#define EXP_BLOCK_ALIGN   16
#define EXP_CLASS_COUNT   20
#define EXP_LARGEST_SMALL 2000 /* bytes a caller gets from a block of the last class */
#define EXP_LARGE_BUCKETS 256
#define EXP_TAG_COUNT     512
#define EXP_LARGEST_BLOCK (1ULL << 40)

/* In front of every block of less than a page. */
typedef struct _EXP_BLOCK {
    ULONG Tag;
    USHORT
    Size; /* bytes the caller asked for; free: bytes after the header with the poison */
    USHORT State; /* EXP_BLOCK_LIVE or EXP_BLOCK_FREE; anything else: overwritten */
    union {
        ULONG64 Check;           /* live: the header's address, hashed */
        struct _EXP_BLOCK *Next; /* free: next in its page's list */
    };
} EXP_BLOCK, *PEXP_BLOCK;

/* One kind of tag, and what stands under it. Counters as EX_POOL_USAGE has them. */
typedef struct _EXP_TAG_USAGE {
    ULONG Tag;
    ULONG64 Allocations;
    ULONG64 Frees;
    ULONG64 BytesInUse;
    ULONG64 BlocksInUse;
} EXP_TAG_USAGE, *PEXP_TAG_USAGE;

typedef PVOID EXP_ALLOCATE_PAGES(ULONG64 Count);
typedef VOID EXP_FREE_PAGES(PVOID Address, ULONG64 Count);
/* A freed block was written to, at Where. Does not return. */
typedef VOID EXP_DAMAGED(PVOID Block, PVOID Where);
typedef BOOLEAN EXP_IS_MAPPED(ULONG64 Address, SIZE_T Length);

typedef struct _EXP_LARGE EXP_LARGE, *PEXP_LARGE;

typedef struct _EXP_HEAP {
    EXP_ALLOCATE_PAGES *AllocatePages;
    EXP_FREE_PAGES *FreePages;
    EXP_IS_MAPPED *IsMapped;
    EXP_DAMAGED *Damaged; /* not NULL: freed blocks are poisoned, and looked at again */
    LIST_ENTRY Partial[EXP_CLASS_COUNT]; /* pages with a free block */
    ULONG EmptyPages[EXP_CLASS_COUNT];   /* of those, without a live one: one is kept */
    PEXP_LARGE Large[EXP_LARGE_BUCKETS]; /* whole-page blocks by address */
    EXP_TAG_USAGE Total;
    EXP_TAG_USAGE Tags[EXP_TAG_COUNT]; /* open hash; the last takes what finds no place */
} EXP_HEAP, *PEXP_HEAP;

/* What ExpHeapFree found wrong. */
typedef enum _EXP_POOL_FAULT {
    ExpPoolGood,
    ExpPoolBadAddress,  /* no block begins there */
    ExpPoolAlreadyFree, /* a block did, and was freed */
    ExpPoolOverrun,     /* written past its end */
    ExpPoolBadHeader,   /* header overwritten */
    ExpPoolWrongTag
} EXP_POOL_FAULT;

typedef struct _EXP_POOL_REPORT {
    ULONG Tag; /* of the block, as allocated */
    SIZE_T Size;
    ULONG64 Header; /* first eight bytes of its header */
} EXP_POOL_REPORT, *PEXP_POOL_REPORT;

/* Heap is zeroed memory. */
VOID ExpHeapInitialize(PEXP_HEAP Heap, EXP_ALLOCATE_PAGES *AllocatePages,
                       EXP_FREE_PAGES *FreePages, EXP_IS_MAPPED *IsMapped);

/* A block of Size bytes, contents undefined; NULL when pages are short. PageAligned asks
   for whole pages however small the block. */
PVOID ExpHeapAllocate(PEXP_HEAP Heap, SIZE_T Size, ULONG Tag, BOOLEAN PageAligned);

/* Frees a block, or says why it cannot be and changes nothing. Tag 0 matches any. */
EXP_POOL_FAULT ExpHeapFree(PEXP_HEAP Heap, PVOID Address, ULONG Tag,
                           PEXP_POOL_REPORT Report);

/* What ExpHeapFree would find; *Report is filled when it is ExpPoolGood. */
EXP_POOL_FAULT ExpHeapQuery(PEXP_HEAP Heap, PVOID Address, PEXP_POOL_REPORT Report);

/* poollarge.c: blocks of whole pages. */
PVOID ExpLargeAllocate(PEXP_HEAP Heap, SIZE_T Size, ULONG Tag);
EXP_POOL_FAULT ExpLargeQuery(PEXP_HEAP Heap, PVOID Address, PEXP_POOL_REPORT Report);
VOID ExpLargeFree(PEXP_HEAP Heap, PVOID Address);

/* poolblock.c: blocks of less than a page, without accounting. */
VOID ExpBlockInitialize(PEXP_HEAP Heap);
PVOID ExpBlockAllocate(PEXP_HEAP Heap, SIZE_T Size, ULONG Tag);
EXP_POOL_FAULT ExpBlockQuery(PEXP_HEAP Heap, PVOID Address, PEXP_POOL_REPORT Report);
VOID ExpBlockFree(PEXP_HEAP Heap, PVOID Address);

/* pooltag.c: the usage of one tag; NULL from the second when the tag was never used. */
PEXP_TAG_USAGE ExpTagUsage(PEXP_HEAP Heap, ULONG Tag);
const EXP_TAG_USAGE *ExpFindTagUsage(const EXP_HEAP *Heap, ULONG Tag);
