/*
 * Accesses that fault at once. The naked routines exist so that the address of the
 * instruction at fault is known: it is the routine's own.
 */
#include "specialpool.h"

static __attribute__((naked)) UCHAR NTAPI
ReadByte(const VOID *Address)
{
    UNREFERENCED_PARAMETER(Address);
    __asm__("movb (%rcx), %al\n\tret");
}

static __attribute__((naked)) VOID NTAPI
WriteByte(PVOID Address)
{
    UNREFERENCED_PARAMETER(Address);
    __asm__("movb %al, (%rcx)\n\tret");
}

static VOID
Write(ULONG Code, PUCHAR Address)
{
    KtapExpectStop(Code, (ULONG64)(ULONG_PTR)Address, 1, (ULONG64)(ULONG_PTR)WriteByte,
                   0);
    WriteByte(Address);
}

VOID
WritePastEnd(VOID)
{
    Write(DRIVER_PAGE_FAULT_BEYOND_END_OF_ALLOCATION,
          MakeBlock(NonPagedPoolNx) + BLOCK_ROOM);
}

/* With specialpool=underrun. */
VOID
WriteBeforeStart(VOID)
{
    Write(DRIVER_PAGE_FAULT_BEYOND_END_OF_ALLOCATION, MakeBlock(NonPagedPoolNx) - 1);
}

VOID
ReadFreed(VOID)
{
    PUCHAR Block = MakeBlock(NonPagedPoolNx);

    ExFreePoolWithTag(Block, KTAP_TAG);
    KtapExpectStop(DRIVER_PAGE_FAULT_IN_FREED_SPECIAL_POOL, (ULONG64)(ULONG_PTR)Block, 0,
                   (ULONG64)(ULONG_PTR)ReadByte, 0);
    ReadByte(Block);
}

/* The address stays out of use while others come and go; the level makes no difference. */
VOID
WriteFreed(VOID)
{
    PUCHAR Block = MakeBlock(NonPagedPoolNx);
    ULONG Same = 0;

    ExFreePoolWithTag(Block, KTAP_TAG);
    for (ULONG Turn = 0; Turn < 100; Turn++) {
        PUCHAR Other = ExAllocatePoolWithTag(NonPagedPoolNx, BLOCK_SIZE, KTAP_TAG);

        Same += Other == Block;
        ExFreePoolWithTag(Other, KTAP_TAG);
    }
    ok_equal(Same, 0, "special pool: a freed address is not given out again soon");
    KfRaiseIrql(DISPATCH_LEVEL);
    Write(DRIVER_PAGE_FAULT_IN_FREED_SPECIAL_POOL, Block);
}

/* A kernel routine faults on the driver's behalf: the kernel's codes. */
static VOID
Compare(ULONG Code, PUCHAR Block)
{
    KtapExpectStop(Code, KTAP_ANY, 0, KTAP_ANY, 0);
    RtlCompareMemory(Block, Block, BLOCK_SIZE + PAGE_SIZE);
}

VOID
KernelReadsPastEnd(VOID)
{
    Compare(PAGE_FAULT_BEYOND_END_OF_ALLOCATION, MakeBlock(NonPagedPoolNx));
}

VOID
KernelReadsFreed(VOID)
{
    PUCHAR Block = MakeBlock(NonPagedPoolNx);

    ExFreePoolWithTag(Block, KTAP_TAG);
    Compare(PAGE_FAULT_IN_FREED_SPECIAL_POOL, Block);
}
