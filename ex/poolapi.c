/*
 * The pool as it is called: levels, tags and flags are checked, and a driver's blocks are
 * told from the kernel's, which matters while the verifier is on (track.h).
 *
 * A request that NT answers with an exception on failure is answered with NULL.
 */
#include "track.h"

#define EXP_TAG_NONE EXP_TAG('N', 'o', 'n', 'e') /* NT's for untagged blocks */

/* First parameters of BAD_POOL_CALLER, as NT documents them. */
#define POOL_ALLOCATE_AT_IRQL 0x08
#define POOL_FREE_AT_IRQL     0x09
#define POOL_ZERO_TAG         0x9B

/* And of DRIVER_VERIFIER_DETECTED_VIOLATION (VER-1, VER-2). */
#define VERIFIER_PAGED_ALLOCATION    0x01
#define VERIFIER_NONPAGED_ALLOCATION 0x02
#define VERIFIER_PAGED_FREE          0x11
#define VERIFIER_NONPAGED_FREE       0x12

/* Who called the exported routine this stands in. */
#define EXP_CALLER() ((ULONG_PTR)__builtin_return_address(0))

/* A level too high for a pool: for a driver under the verifier VER-1, else its own code. */
static VOID
ExpCheckAllocateIrql(POOL_TYPE PoolType, SIZE_T Size)
{
    KIRQL Irql = KeGetCurrentIrql();
    BOOLEAN Paged = (PoolType & EXP_POOL_PAGED) != 0;

    if (Irql <= (Paged ? APC_LEVEL : DISPATCH_LEVEL)) {
        return;
    }
    if (ExTracksDrivers) {
        KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION,
                     Paged ? VERIFIER_PAGED_ALLOCATION : VERIFIER_NONPAGED_ALLOCATION,
                     Irql, PoolType, Size);
    }
    KeBugCheckEx(BAD_POOL_CALLER, POOL_ALLOCATE_AT_IRQL, Irql, PoolType, Size);
}

/* A block for a driver of the verifier's, or NULL. */
static PVOID
ExpAllocateForDriver(PEXP_DRIVER Driver, POOL_TYPE PoolType, SIZE_T Size, ULONG Tag,
                     ULONG_PTR Caller)
{
    EXP_TRACKED Request = {.Driver = Driver,
                           .Size = Size,
                           .Tag = Tag,
                           .PoolType = PoolType,
                           .AllocatedBy = Caller};

    return ExpRefuseDriver(Driver, Tag) ? NULL : ExpAllocateTracked(&Request);
}

/* Every allocation, with the return address of the routine it was asked of. */
static EX_ALLOCATE_OBSERVER *ExpAllocateObserver; /* NULL: nobody asks */

VOID
ExSetAllocateObserver(EX_ALLOCATE_OBSERVER *Observer)
{
    ExpAllocateObserver = Observer;
}

static PVOID
ExpAllocate(POOL_TYPE PoolType, SIZE_T Size, ULONG Tag, ULONG_PTR Caller)
{
    PEXP_DRIVER Driver = ExTracksDrivers ? ExpFindDriver(Caller) : NULL;
    PVOID Block;

    ExpCheckAllocateIrql(PoolType, Size);
    if (Tag == 0) {
        KeBugCheckEx(BAD_POOL_CALLER, POOL_ZERO_TAG, PoolType, Size, Caller);
    }
    if (ExInjectFailure()) {
        return NULL;
    }
    if (Driver != NULL) {
        Block = ExpAllocateForDriver(Driver, PoolType, Size, Tag, Caller);
    } else {
        Block = ExpAllocateOrdinary(PoolType, Size, Tag);
    }
    if (Block != NULL && ExpAllocateObserver != NULL) {
        ExpAllocateObserver(Block, Size);
    }
    if (Block != NULL && (PoolType & POOL_ZERO_ALLOCATION)) {
        memset(Block, 0, Size);
    }
    return Block;
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
    return ExpAllocate(PoolType, NumberOfBytes, Tag, EXP_CALLER());
}
EXPORT(ExAllocatePoolWithTag);

/* The same with tag 'None'. Source: ExAllocatePool. */
PVOID
NTAPI
ExAllocatePool(POOL_TYPE PoolType, SIZE_T NumberOfBytes)
{
    return ExpAllocate(PoolType, NumberOfBytes, EXP_TAG_NONE, EXP_CALLER());
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
    return ExpAllocate(PoolType, NumberOfBytes, Tag, EXP_CALLER());
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
        *PoolType |= EXP_CACHE_ALIGN;
    }
    if (!(Flags & POOL_FLAG_UNINITIALIZED)) {
        *PoolType |= POOL_ZERO_ALLOCATION;
    }
    return TRUE;
}

static PVOID
ExpAllocateByFlags(POOL_FLAGS Flags, SIZE_T Size, ULONG Tag, ULONG_PTR Caller)
{
    POOL_TYPE PoolType;

    return ExpQueryPoolType(Flags, &PoolType) ? ExpAllocate(PoolType, Size, Tag, Caller)
                                              : NULL;
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
    return ExpAllocateByFlags(Flags, NumberOfBytes, Tag, EXP_CALLER());
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
    return Count != 0 ? NULL
                      : ExpAllocateByFlags(Flags, NumberOfBytes, Tag, EXP_CALLER());
}
EXPORT(ExAllocatePool3);

/* A level too high to free at: for a driver's block under the verifier VER-2. */
static VOID
ExpCheckFreeIrql(PVOID Address)
{
    KIRQL Irql = KeGetCurrentIrql();
    PEXP_TRACKED Block =
        ExTracksDrivers && Irql > PASSIVE_LEVEL ? ExpFindTracked(Address) : NULL;

    if (Block != NULL) {
        BOOLEAN Paged = (Block->PoolType & EXP_POOL_PAGED) != 0;

        if (Irql > (Paged ? APC_LEVEL : DISPATCH_LEVEL)) {
            KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION,
                         Paged ? VERIFIER_PAGED_FREE : VERIFIER_NONPAGED_FREE, Irql,
                         Block->PoolType, (ULONG_PTR)Address);
        }
    }
    if (Irql > DISPATCH_LEVEL) {
        KeBugCheckEx(BAD_POOL_CALLER, POOL_FREE_AT_IRQL, Irql, NonPagedPool,
                     (ULONG_PTR)Address);
    }
}

static VOID
ExpFree(PVOID Address, ULONG Tag, ULONG_PTR Caller)
{
    ExpCheckFreeIrql(Address);
    if (!ExTracksDrivers || !ExpReleaseTracked(Address, Tag, Caller)) {
        ExpFreeOrdinary(Address, Tag);
    }
}

/*
 * Frees a block. Tag must be the block's unless it is 0. A wrong tag, an address that is
 * no block's, a block freed before or one that was written past: bug check
 * BAD_POOL_CALLER or BAD_POOL_HEADER, for a block of special pool also
 * SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, and TIMER_OR_DPC_INVALID for a driver's under
 * the verifier in which something is queued. IRQL <= DISPATCH_LEVEL. Source:
 * ExFreePoolWithTag; VER-2.
 */
VOID NTAPI
ExFreePoolWithTag(PVOID P, ULONG Tag)
{
    ExpFree(P, Tag, EXP_CALLER());
}
EXPORT(ExFreePoolWithTag);

/* The same without a look at the tag. Source: ExFreePool. */
VOID NTAPI
ExFreePool(PVOID P)
{
    ExpFree(P, 0, EXP_CALLER());
}
EXPORT(ExFreePool);
