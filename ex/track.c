/*
 * Whose each block of pool is: the drivers, and a record for every block they allocate.
 */
#include "track.h"

#define EXP_DRIVER_COUNT 64
#define EXP_TRACK_TAG    EXP_TAG('V', 'f', 'P', 'o')
#define EXP_BUCKETS      1024

BOOLEAN ExTracksDrivers;

static KSPIN_LOCK ExpTrackLock; /* guards all below but Base and Size of a driver */
static EXP_DRIVER ExpDrivers[EXP_DRIVER_COUNT];
static PEXP_TRACKED ExpBuckets[EXP_BUCKETS]; /* records of ordinary blocks, by address */

VOID
ExInitializeTracking(const CHAR *Options)
{
    KeInitializeSpinLock(&ExpTrackLock);
    for (ULONG Index = 0; Index < EXP_DRIVER_COUNT; Index++) {
        InitializeListHead(&ExpDrivers[Index].Blocks);
    }
    if (!RtlIsOption(Options, "specialpool", "off")) {
        ExpInitializeSpecialPool(RtlIsOption(Options, "specialpool", "underrun"));
    }
    ExpInitializeLowResources(Options);
    ExpPoisonPool();
    ExTracksDrivers = TRUE;
}

/* The entry of the driver called Name, or one nobody has; NULL: the table is full. */
static PEXP_DRIVER
ExpFindEntry(const CHAR *Name)
{
    PEXP_DRIVER Free = NULL;

    for (ULONG Index = 0; Index < EXP_DRIVER_COUNT; Index++) {
        PEXP_DRIVER Driver = &ExpDrivers[Index];

        if (strcmp(Driver->Name, Name) == 0 && Driver->Size == 0) {
            return Driver;
        }
        if (Free == NULL && Driver->Name[0] == '\0') {
            Free = Driver;
        }
    }
    return Free;
}

VOID
ExTrackDriver(const CHAR *Name, PVOID Base, SIZE_T Size)
{
    PEXP_DRIVER Driver = ExpFindEntry(Name);

    if (Driver == NULL) {
        DbgPrint("verifier: %s: more drivers than are tracked\n", Name);
        return;
    }
    RtlFormat(Driver->Name, sizeof(Driver->Name), "%s", Name);
    Driver->Base = (ULONG_PTR)Base;
    __atomic_store_n(&Driver->Size, Size, __ATOMIC_RELEASE);
}

PEXP_DRIVER
ExpFindDriver(ULONG_PTR Caller)
{
    for (ULONG Index = 0; Index < EXP_DRIVER_COUNT; Index++) {
        PEXP_DRIVER Driver = &ExpDrivers[Index];
        SIZE_T Size = __atomic_load_n(&Driver->Size, __ATOMIC_ACQUIRE);

        if (Caller - Driver->Base < Size) {
            return Driver;
        }
    }
    return NULL;
}

static PEXP_TRACKED *
ExpBucketOf(PVOID Address)
{
    return &ExpBuckets[((ULONG_PTR)Address / 16) * 0x9E3779B1U % EXP_BUCKETS];
}

/* The link that leads to the record of an ordinary block. ExpTrackLock held. */
static PEXP_TRACKED *
ExpFindLink(PVOID Address)
{
    PEXP_TRACKED *Link = ExpBucketOf(Address);

    while (*Link != NULL && (*Link)->Address != Address) {
        Link = &(*Link)->Next;
    }
    return Link;
}

/* Counts Block and hangs it into its driver's list, an ordinary one into its bucket too. */
static VOID
ExpRemember(PEXP_TRACKED Block, BOOLEAN Special)
{
    PEXP_DRIVER Driver = Block->Driver;
    PEXP_TRACKED *Bucket = ExpBucketOf(Block->Address);
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpTrackLock);

    InsertTailList(&Driver->Blocks, &Block->Link);
    if (!Special) {
        Block->Next = *Bucket;
        *Bucket = Block;
    }
    Driver->Allocations++;
    Driver->SpecialAllocations += Special;
    Driver->BlocksInUse++;
    Driver->BytesInUse += Block->Size;
    Driver->MostBytes = max(Driver->MostBytes, Driver->BytesInUse);
    KeReleaseSpinLock(&ExpTrackLock, OldIrql);
}

/* ExpTrackLock held. */
static VOID
ExpUnlinkBlock(PEXP_TRACKED Block)
{
    RemoveEntryList(&Block->Link);
    Block->Driver->BlocksInUse--;
    Block->Driver->BytesInUse -= Block->Size;
}

VOID
ExpForgetBlock(PEXP_TRACKED Block)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpTrackLock);

    ExpUnlinkBlock(Block);
    KeReleaseSpinLock(&ExpTrackLock, OldIrql);
}

PVOID
ExpAllocateTracked(const EXP_TRACKED *Request)
{
    PEXP_TRACKED Block = ExpAllocateSpecial(Request);

    if (Block != NULL) {
        ExpRemember(Block, TRUE);
        return Block->Address;
    }
    Block = ExpAllocateOrdinary(NonPagedPoolNx, sizeof(*Block), EXP_TRACK_TAG);
    if (Block == NULL) {
        return NULL;
    }
    *Block = *Request;
    Block->Address = ExpAllocateOrdinary(Request->PoolType, Request->Size, Request->Tag);
    if (Block->Address == NULL) {
        ExpFreeOrdinary(Block, EXP_TRACK_TAG);
        return NULL;
    }
    ExpRemember(Block, FALSE);
    return Block->Address;
}

BOOLEAN
ExpReleaseTracked(PVOID Address, ULONG Tag, ULONG_PTR Caller)
{
    PEXP_TRACKED Block, *Link;
    KIRQL OldIrql;

    if (ExpIsSpecialAddress((ULONG_PTR)Address)) {
        ExpFreeSpecial(Address, Tag, Caller);
        return TRUE;
    }
    OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpTrackLock);
    Link = ExpFindLink(Address);
    Block = *Link;
    if (Block != NULL) {
        *Link = Block->Next;
        ExpUnlinkBlock(Block);
    }
    KeReleaseSpinLock(&ExpTrackLock, OldIrql);
    if (Block != NULL) {
        ExpCheckFreed((ULONG_PTR)Address, Block->Size);
        ExpFreeOrdinary(Block, EXP_TRACK_TAG);
    }
    return FALSE;
}

/* The record of a live block, or NULL: it is the kernel's, or none. IRQL <= DISPATCH_LEVEL.
 */
PEXP_TRACKED
ExpFindTracked(PVOID Address)
{
    PEXP_TRACKED Block;
    KIRQL OldIrql;

    if (ExpIsSpecialAddress((ULONG_PTR)Address)) {
        PEXP_SLOT Slot = ExpNearestSlot((ULONG_PTR)Address);

        return Slot->State == ExpSlotLive && Slot->Block.Address == Address ? &Slot->Block
                                                                            : NULL;
    }
    OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpTrackLock);
    Block = *ExpFindLink(Address);
    KeReleaseSpinLock(&ExpTrackLock, OldIrql);
    return Block;
}

static BOOLEAN
ExpHoldsPaged(PEXP_DRIVER Driver, ULONG_PTR Address)
{
    PLIST_ENTRY Head = &Driver->Blocks;

    for (PLIST_ENTRY Entry = Head->Flink; Entry != Head; Entry = Entry->Flink) {
        PEXP_TRACKED Block = CONTAINING_RECORD(Entry, EXP_TRACKED, Link);

        if (Address - (ULONG_PTR)Block->Address < Block->Size) {
            return (Block->PoolType & EXP_POOL_PAGED) != 0;
        }
    }
    return FALSE;
}

BOOLEAN
ExIsTrackedPaged(PVOID Address)
{
    BOOLEAN Paged = FALSE;
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpTrackLock);

    for (ULONG Index = 0; Index < EXP_DRIVER_COUNT && !Paged; Index++) {
        Paged = ExpHoldsPaged(&ExpDrivers[Index], (ULONG_PTR)Address);
    }
    KeReleaseSpinLock(&ExpTrackLock, OldIrql);
    return Paged;
}

VOID
ExPrintTracking(VOID)
{
    if (!ExTracksDrivers) {
        return;
    }
    KePrint("\n%-16s  %11s  %7s  %6s  %9s  %9s  %7s\n", "pool of", "allocations",
            "special", "in use", "bytes", "most", "refused");
    for (ULONG Index = 0; Index < EXP_DRIVER_COUNT; Index++) {
        const EXP_DRIVER *Driver = &ExpDrivers[Index];

        if (Driver->Name[0] != '\0') {
            KePrint("%-16s  %11I64u  %7I64u  %6I64u  %9I64u  %9I64u  %7I64u\n",
                    Driver->Name, Driver->Allocations, Driver->SpecialAllocations,
                    Driver->BlocksInUse, Driver->BytesInUse, Driver->MostBytes,
                    Driver->Refused);
        }
    }
}
