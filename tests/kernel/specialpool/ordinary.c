/*
 * Misuse of the ordinary pool, which has no guard pages: what its headers, the bytes past
 * a block and the poison in a freed one show.
 */
#include "specialpool.h"

#define HEADER_FREE_LIST      0x03
#define HEADER_DATA_FOLLOWING 0x21
#define POOL_BAD_HEADER       0x01
#define POOL_FREED_TWICE      0x07
#define POOL_WRONG_TAG        0x0A
#define POOL_INVALID_ADDRESS  0x46

#define ADDRESS(Pointer) ((ULONG64)(ULONG_PTR)(Pointer))

VOID
OverrunOrdinary(VOID)
{
    PUCHAR Block = MakeBlock(NonPagedPoolNx);

    Block[BLOCK_SIZE] = 0x11;
    KtapExpectStop(BAD_POOL_HEADER, HEADER_DATA_FOLLOWING, ADDRESS(Block), BLOCK_SIZE,
                   0x11);
    ExFreePoolWithTag(Block, KTAP_TAG);
}

VOID
OverwriteHeader(VOID)
{
    PUCHAR Block = MakeBlock(NonPagedPoolNx);

    RtlFillMemory(Block - 16, 16, KTAP_POISON);
    KtapExpectStop(BAD_POOL_CALLER, POOL_BAD_HEADER, ADDRESS(Block), KTAP_ANY, KTAP_ANY);
    ExFreePoolWithTag(Block, KTAP_TAG);
}

VOID
FreeOrdinaryTwice(VOID)
{
    PUCHAR Block = MakeBlock(NonPagedPoolNx);

    ExFreePoolWithTag(Block, KTAP_TAG);
    KtapExpectStop(BAD_POOL_CALLER, POOL_FREED_TWICE, KTAP_ANY, KTAP_ANY, ADDRESS(Block));
    ExFreePoolWithTag(Block, KTAP_TAG);
}

VOID
FreeOrdinaryWrongTag(VOID)
{
    PUCHAR Block = MakeBlock(NonPagedPoolNx);

    KtapExpectStop(BAD_POOL_CALLER, POOL_WRONG_TAG, ADDRESS(Block), KTAP_TAG, 0x31323334);
    ExFreePoolWithTag(Block, 0x31323334);
}

/* An address nothing maps. */
VOID
FreeNothing(VOID)
{
    KtapExpectStop(BAD_POOL_CALLER, POOL_INVALID_ADDRESS, 0x00007FFF12345010ULL, KTAP_ANY,
                   KTAP_ANY);
    ExFreePool((PVOID)0x00007FFF12345010ULL);
}

/* With specialpool=off, so that the freed block can be written: its next user finds out. */
VOID
WriteFreedOrdinary(VOID)
{
    PUCHAR Block = MakeBlock(NonPagedPoolNx);
    KIRQL Old;

    /* Nobody else of this processor's comes between; boots with one. */
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    ExFreePoolWithTag(Block, KTAP_TAG);
    ok_equal(Block[40], POISON_BYTE, "ordinary pool: a freed block is poisoned");
    Block[40] = 0x22;
    KtapExpectStop(BAD_POOL_HEADER, HEADER_FREE_LIST, ADDRESS(Block), ADDRESS(Block + 40),
                   0x22);
    (VOID) !ExAllocatePoolWithTag(NonPagedPoolNx, BLOCK_SIZE, KTAP_TAG);
}
