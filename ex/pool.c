/*
 * The ordinary pool: the heap under its lock, and what its faults are reported as.
 *
 * All pool is nonpaged and lies in the direct map, which is never executable:
 * NonPagedPool, executable in NT, is not so here (docs/deviations.md). What is paged in
 * NT differs only in the level it may be asked for at (poolapi.c).
 */
#include "exp.h"
#include "poolheap.h"

/* First parameters of BAD_POOL_CALLER and BAD_POOL_HEADER, as NT documents them. */
#define POOL_BAD_HEADER      0x01
#define POOL_FREED_TWICE     0x07
#define POOL_WRONG_TAG       0x0A
#define POOL_INVALID_ADDRESS 0x46
#define POOL_FREE_LIST       0x03
#define POOL_DATA_FOLLOWING  0x21

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

/* A freed block whose fill somebody has written over, at Where. */
static VOID
ExpReportPoison(PVOID Block, PVOID Where)
{
    KeBugCheckEx(BAD_POOL_HEADER, POOL_FREE_LIST, (ULONG_PTR)Block, (ULONG_PTR)Where,
                 *(PUCHAR)Where);
}

VOID
ExpPoisonPool(VOID)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpPoolLock);

    ExpHeap.Damaged = ExpReportPoison;
    KeReleaseSpinLock(&ExpPoolLock, OldIrql);
}

PVOID
ExpAllocateOrdinary(POOL_TYPE PoolType, SIZE_T Size, ULONG Tag)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpPoolLock);
    PVOID Block = ExpHeapAllocate(&ExpHeap, Size, Tag, (PoolType & EXP_CACHE_ALIGN) != 0);

    KeReleaseSpinLock(&ExpPoolLock, OldIrql);
    return Block;
}

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
        KeBugCheckEx(BAD_POOL_HEADER, POOL_DATA_FOLLOWING, Block, Report->Size,
                     *((PUCHAR)Address + Report->Size));
    case ExpPoolBadHeader:
        KeBugCheckEx(BAD_POOL_CALLER, POOL_BAD_HEADER, Block, Report->Header, 0);
    }
}

VOID
ExpFreeOrdinary(PVOID Address, ULONG Tag)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpPoolLock);
    EXP_POOL_REPORT Report = {0};
    EXP_POOL_FAULT Fault = ExpHeapFree(&ExpHeap, Address, Tag, &Report);

    KeReleaseSpinLock(&ExpPoolLock, OldIrql);
    ExpReportPoolFault(Fault, Address, Tag, &Report);
}

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
ExQueryPoolTag(ULONG Index, PULONG Tag, PEX_POOL_USAGE Usage)
{
    KIRQL OldIrql;

    if (Index >= EXP_TAG_COUNT) {
        return FALSE;
    }
    OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpPoolLock);
    *Tag = ExpHeap.Tags[Index].Tag;
    ExpCopyUsage(Usage, &ExpHeap.Tags[Index]);
    KeReleaseSpinLock(&ExpPoolLock, OldIrql);
    return TRUE;
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
