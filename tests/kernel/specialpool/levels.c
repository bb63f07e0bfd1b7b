/*
 * Pool at a level too high: bug check 0xC2 without the verifier, 0xC4 with it, which the
 * boot's options decide. The verifier is told by the special pool's fill.
 */
#include "specialpool.h"

#define POOL_ALLOCATE_AT_IRQL 0x08
#define POOL_FREE_AT_IRQL     0x09

#define VERIFIER_PAGED_ALLOCATION    0x01
#define VERIFIER_NONPAGED_ALLOCATION 0x02
#define VERIFIER_PAGED_FREE          0x11
#define VERIFIER_NONPAGED_FREE       0x12

static BOOLEAN
IsVerified(PUCHAR Block)
{
    return Block[0] == SPECIAL_FILL && Block[BLOCK_SIZE - 1] == SPECIAL_FILL;
}

/* VER-1 */
VOID
AllocateAtDevice(VOID)
{
    BOOLEAN Verified = IsVerified(MakeBlock(NonPagedPoolNx));

    KtapExpectStop(Verified ? DRIVER_VERIFIER_DETECTED_VIOLATION : BAD_POOL_CALLER,
                   Verified ? VERIFIER_NONPAGED_ALLOCATION : POOL_ALLOCATE_AT_IRQL,
                   CMCI_LEVEL, NonPagedPoolNx, 48);
    KfRaiseIrql(CMCI_LEVEL);
    (VOID) !ExAllocatePoolWithTag(NonPagedPoolNx, 48, KTAP_TAG);
}

/* VER-2 */
VOID
FreeAtDevice(VOID)
{
    PUCHAR Block = MakeBlock(NonPagedPoolNx);
    BOOLEAN Verified = IsVerified(Block);

    KtapExpectStop(Verified ? DRIVER_VERIFIER_DETECTED_VIOLATION : BAD_POOL_CALLER,
                   Verified ? VERIFIER_NONPAGED_FREE : POOL_FREE_AT_IRQL, CMCI_LEVEL,
                   Verified ? NonPagedPoolNx : NonPagedPool, (ULONG64)(ULONG_PTR)Block);
    KfRaiseIrql(CMCI_LEVEL);
    ExFreePoolWithTag(Block, KTAP_TAG);
}

/* VER-1 */
VOID
AllocatePagedAtDispatch(VOID)
{
    BOOLEAN Verified = IsVerified(MakeBlock(PagedPool));

    KtapExpectStop(Verified ? DRIVER_VERIFIER_DETECTED_VIOLATION : BAD_POOL_CALLER,
                   Verified ? VERIFIER_PAGED_ALLOCATION : POOL_ALLOCATE_AT_IRQL,
                   DISPATCH_LEVEL, PagedPool, 48);
    KfRaiseIrql(DISPATCH_LEVEL);
    (VOID) !ExAllocatePoolWithTag(PagedPool, 48, KTAP_TAG);
}

/* VER-2: noticed with the verifier only. */
VOID
FreePagedAtDispatch(VOID)
{
    PUCHAR Block = MakeBlock(PagedPool);

    KtapExpectStop(DRIVER_VERIFIER_DETECTED_VIOLATION, VERIFIER_PAGED_FREE,
                   DISPATCH_LEVEL, PagedPool, (ULONG64)(ULONG_PTR)Block);
    KfRaiseIrql(DISPATCH_LEVEL);
    ExFreePoolWithTag(Block, KTAP_TAG);
}
