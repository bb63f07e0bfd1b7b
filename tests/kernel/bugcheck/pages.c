/* Pages that are not there or do not allow it, and stacks that are no stacks. */
#include "bugcheck.h"

#define NOWHERE 0xFFFFB00012345000ULL /* kernel half, nothing mapped */

/* BUG: 0x50, a read below DISPATCH_LEVEL. */
VOID
ReadNowhereLow(VOID)
{
    Expect(PAGE_FAULT_IN_NONPAGED_AREA, NOWHERE, 0, ANY, 0);
    ExpectPlace("ReadNowhereLow", APC_LEVEL);
    KfRaiseIrql(APC_LEVEL);
    (VOID) * (volatile ULONG *)NOWHERE;
}

/* BUG-12: level, access and instruction as for 0xA. */
VOID
ReadNowhereOff(VOID)
{
    Expect(PAGE_FAULT_WITH_INTERRUPTS_OFF, NOWHERE, PASSIVE_LEVEL, 0, ANY);
    ExpectPlace("ReadNowhereOff", PASSIVE_LEVEL);
    __asm__ __volatile__("cli" ::: "memory");
    (VOID) * (volatile ULONG *)NOWHERE;
}

/* 0xBE: address and page table entry; at any level. */
VOID
WriteCode(VOID)
{
    volatile UCHAR *Code = (volatile UCHAR *)(ULONG_PTR)ReadNowhereLow;

    Expect(ATTEMPTED_WRITE_TO_READONLY_MEMORY, (ULONG64)(ULONG_PTR)Code, ANY, ANY, 0);
    ExpectPlace("WriteCode", DISPATCH_LEVEL);
    KfRaiseIrql(DISPATCH_LEVEL);
    *Code = 0xC3;
}

/* 0xFC: a call into the data section; who called stands on the stack. */
VOID
ExecuteData(VOID)
{
    static UCHAR Data[16] = {0xC3};
    KTAP_SUITE *volatile Call = (KTAP_SUITE *)(PVOID)Data;

    Expect(ATTEMPTED_EXECUTE_OF_NOEXECUTE_MEMORY, (ULONG64)(ULONG_PTR)Data, ANY, ANY, 0);
    DbgPrint("# expect irql %u\n", PASSIVE_LEVEL);
    Call();
}

/* BUG-14: RSP points nowhere; the next push cannot even be reported on this stack. */
VOID
LoseStack(VOID)
{
    Expect(UNEXPECTED_KERNEL_MODE_TRAP, 8, ANY, ANY, ANY);
    ExpectPlace("LoseStack", PASSIVE_LEVEL);
    __asm__ __volatile__("movq %0, %%rsp\n\tpushq %%rax" ::"r"(NOWHERE + 0x800)
                         : "memory");
}

/* The return addresses are gone: the report ends where the stack makes no sense. */
VOID
SmashFrame(VOID)
{
    volatile ULONG64 Buffer[2];
    volatile ULONG64 *Word = Buffer;

    Expect(DRIVER_IRQL_NOT_LESS_OR_EQUAL, NOWHERE, DISPATCH_LEVEL, 0, ANY);
    ExpectPlace("SmashFrame", DISPATCH_LEVEL);
    KfRaiseIrql(DISPATCH_LEVEL);
    for (ULONG Index = 0; Index < 32; Index++) {
        Word[Index] = 0x4141414141414141;
    }
    __asm__ __volatile__("movq %0, %%rbp\n\tmovl (%1), %%eax" ::"r"(0x4242424242424242),
                         "r"(NOWHERE)
                         : "memory", "rax");
}

/* BUG-4: the kernel faults, and the driver that gave it the pointer is named. */
VOID
PassBadPointer(VOID)
{
    Expect(IRQL_NOT_LESS_OR_EQUAL, ANY, DISPATCH_LEVEL, ANY, ANY);
    ExpectPlace("PassBadPointer", DISPATCH_LEVEL);
    KfRaiseIrql(DISPATCH_LEVEL);
    KeSetEvent((PKEVENT)NOWHERE, 0, FALSE);
}

/* The same through a routine of the kernel that keeps no frame pointer. */
VOID
PassBadPointerToLeaf(VOID)
{
    KIRQL Old;

    Expect(IRQL_NOT_LESS_OR_EQUAL, NOWHERE, DISPATCH_LEVEL, 1, ANY);
    ExpectPlace("PassBadPointerToLeaf", DISPATCH_LEVEL);
    KeAcquireSpinLock((PKSPIN_LOCK)NOWHERE, &Old);
} /* lint: on purpose */
