/*
 * The pool as drivers call it: the heap under its lock, and the checks that name a
 * caller.
 *
 * All pool is nonpaged and lies in the direct map, which is never executable:
 * NonPagedPool, executable in NT, is not so here (docs/deviations.md). What is paged in
 * NT differs only in the level it may be asked for at. A request that NT answers with an
 * exception on failure is answered with NULL.
 */
#include "exp.h"
#include "poolheap.h"

#define EXP_TAG_NONE EXP_TAG('N', 'o', 'n', 'e') /* NT's for untagged blocks */

/* First parameters of BAD_POOL_CALLER and BAD_POOL_HEADER, as NT documents them. */
#define POOL_BAD_HEADER       0x01
#define POOL_FREED_TWICE      0x07
#define POOL_ALLOCATE_AT_IRQL 0x08
#define POOL_FREE_AT_IRQL     0x09
#define POOL_WRONG_TAG        0x0A
#define POOL_INVALID_ADDRESS  0x46
#define POOL_ZERO_TAG         0x9B
#define POOL_BLOCK_OVERRUN    0x20

#define EXP_POOL_PAGED         0x01
#define EXP_POOL_CACHE_ALIGNED 0x04

static KSPIN_LOCK ExpPoolLock; /* guards ExpHeap */
static EXP_HEAP ExpHeap;

static PVOID
ExpAllocateHeapPages(ULONG64 Count)
{
    ULONG64 Frames = MmAllocateFrames(Count, 1, MAXULONGLONG);

    return Frames == 0 ? NULL : ArchDirectMap(Frames);
}

/* Whether a page header may be read there: outside the direct map there is no pool, and a
   read could be one of a device's registers. */
static BOOLEAN
ExpIsHeapAddress(ULONG64 Address, SIZE_T Length)
{
    return Address >= ARCH_DIRECT_MAP_BASE && Address < ARCH_SYSTEM_SPACE_BASE &&
           MmIsRangeMapped(Address, Length);
}

/* Makes the pool usable. Needs mm/. */
NTSTATUS
ExInitializePool(VOID)
{
    KeInitializeSpinLock(&ExpPoolLock);
    ExpHeapInitialize(&ExpHeap, ExpAllocateHeapPages, MmFreePages, ExpIsHeapAddress);
    return STATUS_SUCCESS;
}

/*
 * NumberOfBytes of pool under Tag; contents undefined, or zero with POOL_ZERO_ALLOCATION.
 * Aligned to 16 bytes; to a page for a page or more and for cache-aligned types. NULL
 * when memory is short. IRQL <= DISPATCH_LEVEL, <= APC_LEVEL for paged types; above it,
 * and for a tag of zero, bug check BAD_POOL_CALLER. Source: ExAllocatePoolWithTag; VER-1.
 */
PVOID
NTAPI
ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    KIRQL Irql = KeGetCurrentIrql();
    PVOID Block;

    if (Irql > ((PoolType & EXP_POOL_PAGED) ? APC_LEVEL : DISPATCH_LEVEL)) {
        KeBugCheckEx(BAD_POOL_CALLER, POOL_ALLOCATE_AT_IRQL, Irql, PoolType,
                     NumberOfBytes);
    }
    if (Tag == 0) {
        KeBugCheckEx(BAD_POOL_CALLER, POOL_ZERO_TAG, PoolType, NumberOfBytes,
                     (ULONG_PTR)__builtin_return_address(0));
    }
    if (ExInjectFailure()) {
        return NULL;
    }
    Irql = KeAcquireSpinLockRaiseToDpc(&ExpPoolLock);
    Block = ExpHeapAllocate(&ExpHeap, NumberOfBytes, Tag,
                            (PoolType & EXP_POOL_CACHE_ALIGNED) != 0);
    KeReleaseSpinLock(&ExpPoolLock, Irql);
    if (Block != NULL && (PoolType & POOL_ZERO_ALLOCATION)) {
        memset(Block, 0, NumberOfBytes);
    }
    return Block;
}
EXPORT(ExAllocatePoolWithTag);

/* The same with tag 'None'. Source: ExAllocatePool. */
PVOID
NTAPI
ExAllocatePool(POOL_TYPE PoolType, SIZE_T NumberOfBytes)
{
    return ExAllocatePoolWithTag(PoolType, NumberOfBytes, EXP_TAG_NONE);
}
EXPORT(ExAllocatePool);

/* The same; there is no reserve, so Priority changes nothing. Source:
   ExAllocatePoolWithTagPriority. */
PVOID
NTAPI
ExAllocatePoolWithTagPriority(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag,
                              EX_POOL_PRIORITY Priority)
{
    UNREFERENCED_PARAMETER(Priority);
    return ExAllocatePoolWithTag(PoolType, NumberOfBytes, Tag);
}
EXPORT(ExAllocatePoolWithTagPriority);

/* The pool type for POOL_FLAG_ bits; FALSE for unknown bits and for not just one pool. */
static BOOLEAN
ExpQueryPoolType(POOL_FLAGS Flags, POOL_TYPE *PoolType)
{
    const POOL_FLAGS Kinds =
        POOL_FLAG_NON_PAGED | POOL_FLAG_NON_PAGED_EXECUTE | POOL_FLAG_PAGED;
    const POOL_FLAGS Known = Kinds | POOL_FLAG_USE_QUOTA | POOL_FLAG_UNINITIALIZED |
                             POOL_FLAG_CACHE_ALIGNED | POOL_FLAG_RAISE_ON_FAILURE;
    POOL_FLAGS Kind = Flags & Kinds;

    if (Kind == 0 || (Kind & (Kind - 1)) != 0 ||
        (Flags & (POOL_FLAG_OPTIONAL_START - 1) & ~Known) != 0) {
        return FALSE;
    }
    *PoolType = Kind == POOL_FLAG_PAGED ? PagedPool : NonPagedPoolNx;
    if (Flags & POOL_FLAG_CACHE_ALIGNED) {
        *PoolType |= EXP_POOL_CACHE_ALIGNED;
    }
    if (!(Flags & POOL_FLAG_UNINITIALIZED)) {
        *PoolType |= POOL_ZERO_ALLOCATION;
    }
    return TRUE;
}

/*
 * Pool by POOL_FLAG_ bits, zeroed unless POOL_FLAG_UNINITIALIZED. NULL when memory is
 * short (with POOL_FLAG_RAISE_ON_FAILURE too: nothing is raised here), or when the flags
 * name no pool or one that does not exist here. IRQL as ExAllocatePoolWithTag. Source:
 * ExAllocatePool2.
 */
PVOID
NTAPI
ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag)
{
    POOL_TYPE PoolType;

    if (!ExpQueryPoolType(Flags, &PoolType)) {
        return NULL;
    }
    return ExAllocatePoolWithTag(PoolType, NumberOfBytes, Tag);
}
EXPORT(ExAllocatePool2);

/* The same; no extended parameter is known, so any is refused with NULL. Source:
   ExAllocatePool3. */
PVOID
NTAPI
ExAllocatePool3(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag,
                PCPOOL_EXTENDED_PARAMETER ExtendedParameters, ULONG Count)
{
    UNREFERENCED_PARAMETER(ExtendedParameters);
    return Count != 0 ? NULL : ExAllocatePool2(Flags, NumberOfBytes, Tag);
}
EXPORT(ExAllocatePool3);

/* Stops with what is wrong with a block that is being freed. */
static VOID
ExpReportPoolFault(EXP_POOL_FAULT Fault, PVOID Address, ULONG Tag,
                   const EXP_POOL_REPORT *Report)
{
    ULONG_PTR Block = (ULONG_PTR)Address;

    switch (Fault) {
    case ExpPoolGood:
        return;
    case ExpPoolBadAddress:
        KeBugCheckEx(BAD_POOL_CALLER, POOL_INVALID_ADDRESS, Block, 0, 0);
    case ExpPoolAlreadyFree:
        KeBugCheckEx(BAD_POOL_CALLER, POOL_FREED_TWICE, 0, Report->Header, Block);
    case ExpPoolWrongTag:
        KeBugCheckEx(BAD_POOL_CALLER, POOL_WRONG_TAG, Block, Report->Tag, Tag);
    case ExpPoolOverrun:
        KeBugCheckEx(BAD_POOL_HEADER, POOL_BLOCK_OVERRUN, Block, Block + Report->Size,
                     Report->Tag);
    case ExpPoolBadHeader:
        KeBugCheckEx(BAD_POOL_CALLER, POOL_BAD_HEADER, Block, Report->Header, 0);
    }
}

/*
 * Frees a block. Tag must be the block's unless it is 0. A wrong tag, an address that is
 * no block's, a block freed before or one that was written past: bug check
 * BAD_POOL_CALLER or BAD_POOL_HEADER. IRQL <= DISPATCH_LEVEL. Source: ExFreePoolWithTag;
 * VER-2.
 */
VOID NTAPI
ExFreePoolWithTag(PVOID P, ULONG Tag)
{
    KIRQL Irql = KeGetCurrentIrql();
    EXP_POOL_REPORT Report = {0};
    EXP_POOL_FAULT Fault;

    if (Irql > DISPATCH_LEVEL) {
        KeBugCheckEx(BAD_POOL_CALLER, POOL_FREE_AT_IRQL, Irql, NonPagedPool,
                     (ULONG_PTR)P);
    }
    Irql = KeAcquireSpinLockRaiseToDpc(&ExpPoolLock);
    Fault = ExpHeapFree(&ExpHeap, P, Tag, &Report);
    KeReleaseSpinLock(&ExpPoolLock, Irql);
    ExpReportPoolFault(Fault, P, Tag, &Report);
}
EXPORT(ExFreePoolWithTag);

/* The same without a look at the tag. Source: ExFreePool. */
VOID NTAPI
ExFreePool(PVOID P)
{
    ExFreePoolWithTag(P, 0);
}
EXPORT(ExFreePool);

static VOID
ExpCopyUsage(PEX_POOL_USAGE Usage, const EXP_TAG_USAGE *Source)
{
    Usage->Allocations = Source->Allocations;
    Usage->Frees = Source->Frees;
    Usage->BytesInUse = Source->BytesInUse;
    Usage->BlocksInUse = Source->BlocksInUse;
}

VOID
ExQueryPoolUsage(PEX_POOL_USAGE Usage)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpPoolLock);

    ExpCopyUsage(Usage, &ExpHeap.Total);
    KeReleaseSpinLock(&ExpPoolLock, OldIrql);
}

VOID
ExQueryPoolTagUsage(ULONG Tag, PEX_POOL_USAGE Usage)
{
    static const EXP_TAG_USAGE None;
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpPoolLock);
    const EXP_TAG_USAGE *Found = ExpFindTagUsage(&ExpHeap, Tag);

    ExpCopyUsage(Usage, Found != NULL ? Found : &None);
    KeReleaseSpinLock(&ExpPoolLock, OldIrql);
}

BOOLEAN
ExIsPoolBlock(PVOID Address, SIZE_T *Size, ULONG *Tag)
{
    EXP_POOL_REPORT Report;
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpPoolLock);
    EXP_POOL_FAULT Fault = ExpHeapQuery(&ExpHeap, Address, &Report);

    KeReleaseSpinLock(&ExpPoolLock, OldIrql);
    if (Fault != ExpPoolGood) {
        return FALSE;
    }
    *Size = Report.Size;
    *Tag = Report.Tag;
    return TRUE;
}
