/*
 * Errors the processor notices. The naked routines exist so that the address of the
 * instruction at fault is known: it is the routine's own.
 */
#include "bugcheck.h"

/* A page that nothing maps, in the half of the address space the kernel leaves alone. */
#define NOWHERE 0x00007FFF12345000ULL

#define CORRUPT_LIST_ENTRY 3

static __attribute__((naked)) ULONG NTAPI
ReadAt(ULONG64 Address)
{
    UNREFERENCED_PARAMETER(Address);
    __asm__("movl (%rcx), %eax\n\tret");
}

static __attribute__((naked)) VOID NTAPI
WriteAt(ULONG64 Address)
{
    UNREFERENCED_PARAMETER(Address);
    __asm__("movl %eax, (%rcx)\n\tret");
}

static __attribute__((naked)) VOID NTAPI
Break(VOID)
{
    __asm__("int3\n\tret");
}

/* BUG-21, IRQL-21 */
VOID
ReadNowhere(VOID)
{
    Expect(DRIVER_IRQL_NOT_LESS_OR_EQUAL, NOWHERE, DISPATCH_LEVEL, 0,
           (ULONG64)(ULONG_PTR)ReadAt);
    ExpectPlace("ReadAt", DISPATCH_LEVEL);
    KfRaiseIrql(DISPATCH_LEVEL);
    ReadAt(NOWHERE);
}

/* BUG-21 */
VOID
WriteNowhere(VOID)
{
    Expect(DRIVER_IRQL_NOT_LESS_OR_EQUAL, NOWHERE, SYNCH_LEVEL, 1,
           (ULONG64)(ULONG_PTR)WriteAt);
    ExpectPlace("WriteAt", SYNCH_LEVEL);
    KfRaiseIrql(SYNCH_LEVEL);
    WriteAt(NOWHERE);
}

/* BUG-21: a driver that calls a null pointer stands at address 0. */
VOID
CallNowhere(VOID)
{
    KTAP_SUITE *volatile Nothing = NULL;

    Expect(DRIVER_IRQL_NOT_LESS_OR_EQUAL, 0, DISPATCH_LEVEL, 8, 0);
    ExpectPlace("CallNowhere", DISPATCH_LEVEL);
    KfRaiseIrql(DISPATCH_LEVEL);
    Nothing();
}

/* BUG-28 */
VOID
FastFail(VOID)
{
    Expect(KERNEL_SECURITY_CHECK_FAILURE, CORRUPT_LIST_ENTRY, ANY, ANY, ANY);
    ExpectPlace("FastFail", PASSIVE_LEVEL);
    __asm__ __volatile__("int $0x29" : : "c"(CORRUPT_LIST_ENTRY));
}

/* BUG-14 */
VOID
DivideByZero(VOID)
{
    ULONG Low = 1, High = 0;

    Expect(UNEXPECTED_KERNEL_MODE_TRAP, 0, ANY, ANY, ANY);
    ExpectPlace("DivideByZero", PASSIVE_LEVEL);
    __asm__ __volatile__("divl %2" : "+a"(Low), "+d"(High) : "r"(0));
}

/* BUG-8: STATUS_BREAKPOINT as a sign-extended number, and where it stands. */
VOID
Breakpoint(VOID)
{
    Expect(KMODE_EXCEPTION_NOT_HANDLED, (ULONG64)(LONG64)STATUS_BREAKPOINT,
           (ULONG64)(ULONG_PTR)Break, 0, 0);
    ExpectPlace("Break", PASSIVE_LEVEL);
    Break();
}

static __attribute__((noinline)) ULONG
Recurse(ULONG Depth)
{
    volatile UCHAR Frame[512];

    Frame[Depth % sizeof(Frame)] = (UCHAR)Depth;
    return Depth == MAXULONG ? 0 : Recurse(Depth + 1) + Frame[0];
}

/* BUG-14: the guard page below the stack makes it a double fault. */
VOID
OverflowStack(VOID)
{
    Expect(UNEXPECTED_KERNEL_MODE_TRAP, 8, ANY, ANY, ANY);
    ExpectPlace("Recurse", PASSIVE_LEVEL);
    DbgPrint("# expect line ^.*the stack overflowed into its guard page\n");
    Recurse(0);
}

/* BUG-14 */
VOID
BadOpcode(VOID)
{
    Expect(UNEXPECTED_KERNEL_MODE_TRAP, 6, ANY, ANY, 0);
    ExpectPlace("BadOpcode", PASSIVE_LEVEL);
    __asm__ __volatile__("ud2");
}

/* BUG-8: an address no processor has is a general protection fault, and says not which. */
VOID
ReadNoAddress(VOID)
{
    Expect(KMODE_EXCEPTION_NOT_HANDLED, (ULONG64)(LONG64)STATUS_ACCESS_VIOLATION,
           (ULONG64)(ULONG_PTR)ReadAt, 0, ANY);
    ExpectPlace("ReadAt", PASSIVE_LEVEL);
    ReadAt(0xDEADBEEFDEADBEEFULL);
}

/* BUG-7 */
VOID
UnusedVector(VOID)
{
    Expect(TRAP_CAUSE_UNKNOWN, 15, ANY, 0, 0);
    ExpectPlace("UnusedVector", PASSIVE_LEVEL);
    __asm__ __volatile__("int $15");
}
