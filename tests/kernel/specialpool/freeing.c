/*
 * What is noticed when a block of special pool is freed.
 */
#include "specialpool.h"

#define SPECIAL_NOT_ALLOCATED  0x20
#define SPECIAL_BAD_ADDRESS    0x21
#define SPECIAL_NEARBY_BYTES   0x23
#define SPECIAL_BYTES_AFTER    0x24
#define SPECIAL_ONE_BIT_NEARBY 0x32
#define POOL_FREED_TWICE       0x07
#define POOL_WRONG_TAG         0x0A

#define ADDRESS(Pointer) ((ULONG64)(ULONG_PTR)(Pointer))

static KDEFERRED_ROUTINE IdleDpc;

static VOID NTAPI
IdleDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
}

/* Frees a block around which the bytes at Changed are not what they were. */
static VOID
FreeChanged(PUCHAR Block, PUCHAR Changed, ULONG Cause)
{
    KtapExpectStop(SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, ADDRESS(Block),
                   ADDRESS(Changed), KTAP_ANY, Cause);
    ExFreePoolWithTag(Block, KTAP_TAG);
}

VOID
ChangeSlack(VOID)
{
    PUCHAR Block = MakeBlock(NonPagedPoolNx);

    Block[BLOCK_SIZE] = 0;
    FreeChanged(Block, Block + BLOCK_SIZE, SPECIAL_BYTES_AFTER);
}

VOID
ChangeNearby(VOID)
{
    PUCHAR Block = MakeBlock(NonPagedPoolNx);

    Block[-64] = SPECIAL_FILL ^ 0xFF;
    FreeChanged(Block, Block - 64, SPECIAL_NEARBY_BYTES);
}

VOID
ChangeOneBit(VOID)
{
    PUCHAR Block = MakeBlock(NonPagedPoolNx);

    Block[-64] ^= 0x10;
    FreeChanged(Block, Block - 64, SPECIAL_ONE_BIT_NEARBY);
}

VOID
FreeGuard(VOID)
{
    PUCHAR Guard = MakeBlock(NonPagedPoolNx) + BLOCK_ROOM;

    KtapExpectStop(SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, ADDRESS(Guard), KTAP_ANY, 0,
                   SPECIAL_NOT_ALLOCATED);
    ExFreePool(Guard);
}

VOID
FreeMiddle(VOID)
{
    PUCHAR Block = MakeBlock(NonPagedPoolNx);

    KtapExpectStop(SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, ADDRESS(Block + 16),
                   BLOCK_SIZE, BLOCK_ROOM, SPECIAL_BAD_ADDRESS);
    ExFreePool(Block + 16);
}

VOID
FreeSpecialTwice(VOID)
{
    PUCHAR Block = MakeBlock(NonPagedPoolNx);

    ExFreePoolWithTag(Block, KTAP_TAG);
    KtapExpectStop(BAD_POOL_CALLER, POOL_FREED_TWICE, KTAP_ANY, KTAP_ANY, ADDRESS(Block));
    ExFreePoolWithTag(Block, KTAP_TAG);
}

VOID
FreeWrongTag(VOID)
{
    PUCHAR Block = MakeBlock(NonPagedPoolNx);

    KtapExpectStop(BAD_POOL_CALLER, POOL_WRONG_TAG, ADDRESS(Block), KTAP_TAG, 0x31323334);
    ExFreePoolWithTag(Block, 0x31323334);
}

/* BUG-18: a timer that is set lies in the block. */
VOID
FreeTimer(VOID)
{
    PUCHAR Block = MakeBlock(NonPagedPoolNx);
    PKTIMER Timer = (PKTIMER)(Block + 16);

    KeInitializeTimer(Timer);
    KeSetTimer(Timer, KtapMilliseconds(60000), NULL);
    KtapExpectStop(TIMER_OR_DPC_INVALID, 0, ADDRESS(Timer), ADDRESS(Block),
                   ADDRESS(Block + BLOCK_SIZE));
    ExFreePoolWithTag(Block, KTAP_TAG);
}

/* BUG-18: the timer is elsewhere, its DPC is not. */
VOID
FreeTimerWithDpc(VOID)
{
    static KTIMER Timer;
    PUCHAR Block = MakeBlock(NonPagedPoolNx);
    PKDPC Dpc = (PKDPC)Block;

    KeInitializeDpc(Dpc, IdleDpc, NULL);
    KeInitializeTimer(&Timer);
    KeSetTimer(&Timer, KtapMilliseconds(60000), Dpc);
    KtapExpectStop(TIMER_OR_DPC_INVALID, 1, ADDRESS(Dpc), ADDRESS(Block),
                   ADDRESS(Block + BLOCK_SIZE));
    ExFreePoolWithTag(Block, KTAP_TAG);
}

/* BUG-18: a queued DPC, which the level keeps from running. */
VOID
FreeDpc(VOID)
{
    PUCHAR Block = MakeBlock(NonPagedPoolNx);
    PKDPC Dpc = (PKDPC)Block;

    KeInitializeDpc(Dpc, IdleDpc, NULL);
    KtapExpectStop(TIMER_OR_DPC_INVALID, 1, ADDRESS(Dpc), ADDRESS(Block),
                   ADDRESS(Block + BLOCK_SIZE));
    KfRaiseIrql(DISPATCH_LEVEL);
    KeInsertQueueDpc(Dpc, NULL, NULL);
    ExFreePoolWithTag(Block, KTAP_TAG);
}
