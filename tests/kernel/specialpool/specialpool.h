/* specialpool.h: the ways to misuse a block of pool, one a boot. */
#pragma once

#include "../cases.h"

#define BLOCK_SIZE   100
#define BLOCK_ROOM   112 /* BLOCK_SIZE rounded up to 16: where the page ends */
#define POISON_BYTE  0xDF
#define SPECIAL_FILL 0xB5

/* A block of BLOCK_SIZE bytes. */
PUCHAR MakeBlock(POOL_TYPE PoolType);

/* access.c: what faults. */
KTAP_SUITE WritePastEnd, WriteBeforeStart, ReadFreed, WriteFreed, KernelReadsPastEnd;
KTAP_SUITE KernelReadsFreed;

/* freeing.c: what a free notices in the special pool. */
KTAP_SUITE ChangeSlack, ChangeNearby, ChangeOneBit, FreeGuard, FreeMiddle,
    FreeSpecialTwice;
KTAP_SUITE FreeWrongTag, FreeTimer, FreeTimerWithDpc, FreeDpc;

/* ordinary.c: in the ordinary pool. */
KTAP_SUITE OverrunOrdinary, OverwriteHeader, FreeOrdinaryTwice, FreeOrdinaryWrongTag;
KTAP_SUITE FreeNothing, WriteFreedOrdinary;

/* levels.c: at a level too high. */
KTAP_SUITE AllocateAtDevice, FreeAtDevice, AllocatePagedAtDispatch, FreePagedAtDispatch;
