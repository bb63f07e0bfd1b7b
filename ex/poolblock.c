/*
 * Pool blocks of less than a page.
 *
 * A page is cut into equal blocks of one of twenty sizes and begins with a header of its
 * own, so that a page whose blocks have all been freed goes back to mm/ (one is kept for
 * each size, against going back and forth). A per-processor cache would stand in front of
 * ExpBlockAllocate and ExpBlockFree; nothing here would change.
 */
#include "poolheap.h"
#include <internal/rtl.h>

#define EXP_BLOCK_LIVE 0x4C50
#define EXP_BLOCK_FREE 0x4650
#define EXP_PAGE_MAGIC 0x6C6F6F50
#define EXP_FILL       0xBD /* in the first bytes past the caller's, checked at free */
#define EXP_FILL_BYTES 16
#define EXP_POISON     0xDF /* in all of a freed block, when Damaged is set */

/* At the start of each page cut into blocks. */
typedef struct _EXP_PAGE {
    LIST_ENTRY Link; /* in Partial while FreeCount != 0 */
    ULONG Magic;
    UCHAR Class;
    UCHAR BlockCount;
    UCHAR FreeCount;
    PEXP_BLOCK FreeList;
} EXP_PAGE, *PEXP_PAGE;

#define EXP_PAGE_HEADER ALIGN_UP_BY(sizeof(EXP_PAGE), EXP_BLOCK_ALIGN)

C_ASSERT(sizeof(EXP_BLOCK) == EXP_BLOCK_ALIGN);

/* Bytes of a block, header included: what n blocks leave each of a page, for 126 to 2. */
static const USHORT ExpBlockSize[EXP_CLASS_COUNT] = {
    32,  48,  64,  80,  96,  112, 128, 160,  192,  224,
    256, 336, 400, 496, 576, 672, 800, 1008, 1344, 2016,
};

C_ASSERT(EXP_LARGEST_SMALL == 2016 - sizeof(EXP_BLOCK));
C_ASSERT(EXP_PAGE_HEADER + 2 * 2016 <= EXP_PAGE_SIZE);

static ULONG
ExpSizeClass(SIZE_T Size)
{
    ULONG Class = 0;

    while (ExpBlockSize[Class] < Size + sizeof(EXP_BLOCK)) {
        Class++;
    }
    return Class;
}

static PEXP_PAGE
ExpPageOf(PVOID Address)
{
    return (PEXP_PAGE)ALIGN_DOWN_BY(Address, EXP_PAGE_SIZE);
}

/* A word that belongs to this header at this address: a copied or shifted one shows. */
static ULONG64
ExpBlockCheck(const EXP_BLOCK *Block)
{
    ULONG64 Content = (ULONG64)Block->Size << 32 | Block->Tag;

    return ((ULONG64)(ULONG_PTR)Block ^ Content) * 0x9E3779B97F4A7C15ULL;
}

/* The bytes between the caller's last and the block's last, as many as are watched. */
static PUCHAR
ExpFillOf(PEXP_BLOCK Block, ULONG *Length)
{
    ULONG Slack = ExpBlockSize[ExpPageOf(Block)->Class] - sizeof(EXP_BLOCK) - Block->Size;

    *Length = min(Slack, EXP_FILL_BYTES);
    return (PUCHAR)(Block + 1) + Block->Size;
}

VOID
ExpBlockInitialize(PEXP_HEAP Heap)
{
    for (ULONG Class = 0; Class < EXP_CLASS_COUNT; Class++) {
        InitializeListHead(&Heap->Partial[Class]);
        Heap->EmptyPages[Class] = 0;
    }
}

/* Cuts a new page into blocks of Class; NULL when there is no page. */
static PEXP_PAGE
ExpCutPage(PEXP_HEAP Heap, ULONG Class)
{
    PEXP_PAGE Page = Heap->AllocatePages(1);
    ULONG Size = ExpBlockSize[Class];

    if (Page == NULL) {
        return NULL;
    }
    Page->Magic = EXP_PAGE_MAGIC;
    Page->Class = (UCHAR)Class;
    Page->BlockCount = (UCHAR)((EXP_PAGE_SIZE - EXP_PAGE_HEADER) / Size);
    Page->FreeCount = Page->BlockCount;
    Page->FreeList = NULL;
    for (ULONG Index = Page->BlockCount; Index-- > 0;) {
        PEXP_BLOCK Block = (PEXP_BLOCK)((PUCHAR)Page + EXP_PAGE_HEADER + Index * Size);

        Block->State = EXP_BLOCK_FREE;
        Block->Size = 0;
        Block->Next = Page->FreeList;
        Page->FreeList = Block;
    }
    InsertHeadList(&Heap->Partial[Class], &Page->Link);
    Heap->EmptyPages[Class]++;
    return Page;
}

static VOID
ExpPoisonBlock(PEXP_BLOCK Block, ULONG Length)
{
    memset(Block + 1, EXP_POISON, Length);
    Block->Size = (USHORT)Length;
}

/* A block that is given out again: its poison, if it has any, must be whole. */
static VOID
ExpCheckPoison(PEXP_HEAP Heap, PEXP_BLOCK Block)
{
    PUCHAR Bytes = (PUCHAR)(Block + 1);
    ULONG Length = Heap->Damaged != NULL ? Block->Size : 0;

    for (ULONG Index = 0; Index < Length; Index++) {
        if (Bytes[Index] != EXP_POISON) {
            Heap->Damaged(Bytes, &Bytes[Index]);
        }
    }
}

PVOID
ExpBlockAllocate(PEXP_HEAP Heap, SIZE_T Size, ULONG Tag)
{
    ULONG Class = ExpSizeClass(Size);
    PEXP_PAGE Page;
    PEXP_BLOCK Block;
    PUCHAR Fill;
    ULONG Length;

    if (IsListEmpty(&Heap->Partial[Class])) {
        Page = ExpCutPage(Heap, Class);
        if (Page == NULL) {
            return NULL;
        }
    } else {
        Page = CONTAINING_RECORD(Heap->Partial[Class].Flink, EXP_PAGE, Link);
    }
    Heap->EmptyPages[Class] -= Page->FreeCount == Page->BlockCount;
    Block = Page->FreeList;
    ExpCheckPoison(Heap, Block);
    Page->FreeList = Block->Next;
    if (--Page->FreeCount == 0) {
        RemoveEntryList(&Page->Link);
    }
    Block->Tag = Tag;
    Block->Size = (USHORT)Size;
    Block->State = EXP_BLOCK_LIVE;
    Block->Check = ExpBlockCheck(Block);
    Fill = ExpFillOf(Block, &Length);
    while (Length != 0) {
        Fill[--Length] = EXP_FILL;
    }
    return Block + 1;
}

/* Whether Address is where a block of Page begins. */
static BOOLEAN
ExpIsBlockStart(const EXP_PAGE *Page, PVOID Address)
{
    ULONG_PTR Offset = (ULONG_PTR)Address - (ULONG_PTR)Page;

    if (Page->Magic != EXP_PAGE_MAGIC || Page->Class >= EXP_CLASS_COUNT ||
        Offset < EXP_PAGE_HEADER + sizeof(EXP_BLOCK)) {
        return FALSE;
    }
    Offset -= EXP_PAGE_HEADER + sizeof(EXP_BLOCK);
    return Offset % ExpBlockSize[Page->Class] == 0 &&
           Offset / ExpBlockSize[Page->Class] < Page->BlockCount;
}

EXP_POOL_FAULT
ExpBlockQuery(PEXP_HEAP Heap, PVOID Address, PEXP_POOL_REPORT Report)
{
    PEXP_PAGE Page = ExpPageOf(Address);
    PEXP_BLOCK Block = (PEXP_BLOCK)Address - 1;
    PUCHAR Fill;
    ULONG Length;

    if (!Heap->IsMapped((ULONG64)(ULONG_PTR)Page, EXP_PAGE_SIZE) ||
        !ExpIsBlockStart(Page, Address)) {
        return ExpPoolBadAddress;
    }
    Report->Tag = Block->Tag;
    Report->Size = Block->Size;
    Report->Header =
        (ULONG64)Block->State << 48 | (ULONG64)Block->Size << 32 | Block->Tag;
    if (Block->State == EXP_BLOCK_FREE) {
        return ExpPoolAlreadyFree;
    }
    if (Block->State != EXP_BLOCK_LIVE || Block->Check != ExpBlockCheck(Block) ||
        Block->Size > ExpBlockSize[Page->Class] - sizeof(EXP_BLOCK)) {
        return ExpPoolBadHeader;
    }
    Fill = ExpFillOf(Block, &Length);
    while (Length != 0) {
        if (Fill[--Length] != EXP_FILL) {
            return ExpPoolOverrun;
        }
    }
    return ExpPoolGood;
}

VOID
ExpBlockFree(PEXP_HEAP Heap, PVOID Address)
{
    PEXP_PAGE Page = ExpPageOf(Address);
    PEXP_BLOCK Block = (PEXP_BLOCK)Address - 1;
    ULONG Class = Page->Class;

    Block->State = EXP_BLOCK_FREE;
    Block->Size = 0;
    if (Heap->Damaged != NULL) {
        ExpPoisonBlock(Block, ExpBlockSize[Class] - sizeof(EXP_BLOCK));
    }
    Block->Next = Page->FreeList;
    Page->FreeList = Block;
    if (Page->FreeCount++ == 0) {
        InsertTailList(&Heap->Partial[Class], &Page->Link);
    }
    if (Page->FreeCount < Page->BlockCount) {
        return;
    }
    if (Heap->EmptyPages[Class] == 0) {
        Heap->EmptyPages[Class] = 1;
        return;
    }
    RemoveEntryList(&Page->Link);
    Page->Magic = 0;
    Heap->FreePages(Page, 1);
}
