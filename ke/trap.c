/*
 * Exceptions, and vectors nobody owns.
 *
 * A driver cannot handle an exception here (no __except: docs/deviations.md), so each one
 * is a bug check, under the code and with the parameters NT documents for it. The
 * exceptions to that: NMI, with which a bug check stops the other processors.
 */
#include "ki.h"

#define TRAP_NMI                2
#define TRAP_BREAKPOINT         3
#define TRAP_DOUBLE_FAULT       8
#define TRAP_GENERAL_PROTECTION 13
#define TRAP_PAGE_FAULT         14
#define TRAP_MACHINE_CHECK      18
#define TRAP_FAST_FAIL          0x29
#define TRAP_ASSERTION          0x2C
#define TRAP_DEBUG_SERVICE      0x2D

#define PAGE_FAULT_PRESENT 0x1
#define PAGE_FAULT_WRITE   0x2
#define PAGE_FAULT_FETCH   0x10

#define EFLAGS_INTERRUPTS 0x200

/* BUG-4 and BUG-21: the third parameter. */
static ULONG_PTR
KiAccessOf(const KTRAP_FRAME *Frame)
{
    if (Frame->ErrorCode & PAGE_FAULT_FETCH) {
        return 8;
    }
    return (Frame->ErrorCode & PAGE_FAULT_WRITE) ? 1 : 0;
}

/* The page is there and does not allow it: at any level the code says what was tried, with
   the page table entry. */
static VOID
KiProtectionFault(PKTRAP_FRAME Frame)
{
    ULONG64 Address = Frame->FaultAddress;
    ULONG64 Entry = ArchQueryPageEntry(Address);

    if (Frame->ErrorCode & PAGE_FAULT_FETCH) {
        KiBugCheckTrap(ATTEMPTED_EXECUTE_OF_NOEXECUTE_MEMORY, Address, Entry,
                       (ULONG_PTR)Frame, 0, Frame);
    }
    if (Frame->ErrorCode & PAGE_FAULT_WRITE) {
        KiBugCheckTrap(ATTEMPTED_WRITE_TO_READONLY_MEMORY, Address, Entry,
                       (ULONG_PTR)Frame, 0, Frame);
    }
}

/* A fault in the special pool is reported as one whatever the level: past a block, or in
   one that was freed. Returns when it was elsewhere. */
static VOID
KiSpecialPoolFault(PKTRAP_FRAME Frame, BOOLEAN InKernel)
{
    EX_SPECIAL_FAULT Fault = ExQuerySpecialFault(Frame->FaultAddress);
    ULONG Code;

    if (Fault == ExNoSpecialFault) {
        return;
    }
    if (Fault == ExFreedBlockFault) {
        Code = InKernel ? PAGE_FAULT_IN_FREED_SPECIAL_POOL
                        : DRIVER_PAGE_FAULT_IN_FREED_SPECIAL_POOL;
    } else {
        Code = InKernel ? PAGE_FAULT_BEYOND_END_OF_ALLOCATION
                        : DRIVER_PAGE_FAULT_BEYOND_END_OF_ALLOCATION;
    }
    KiBugCheckTrap(Code, Frame->FaultAddress, (Frame->ErrorCode & PAGE_FAULT_WRITE) != 0,
                   Frame->Rip, 0, Frame);
}

/* Above APC_LEVEL a fault is the classic one, 0xA when the kernel made it and 0xD1 when it
   was a driver, or a jump of one into nowhere; below, memory that is not there: 0x50. */
static VOID
KiPageFault(PKTRAP_FRAME Frame)
{
    ULONG64 Address = Frame->FaultAddress;
    BOOLEAN InKernel = Frame->Rip >= (ULONG64)(ULONG_PTR)KiTextStart &&
                       Frame->Rip < (ULONG64)(ULONG_PTR)KiTextEnd;

    if (MmIsGuardAddress(Address)) {
        KiBugCheckTrap(UNEXPECTED_KERNEL_MODE_TRAP, TRAP_DOUBLE_FAULT, Address,
                       Frame->Rsp, Frame->Rip, Frame);
    }
    if (Frame->ErrorCode & PAGE_FAULT_PRESENT) {
        KiProtectionFault(Frame);
    }
    KiSpecialPoolFault(Frame, InKernel);
    if (Frame->PreviousIrql >= DISPATCH_LEVEL) {
        KiBugCheckTrap(InKernel ? IRQL_NOT_LESS_OR_EQUAL : DRIVER_IRQL_NOT_LESS_OR_EQUAL,
                       Address, Frame->PreviousIrql, KiAccessOf(Frame), Frame->Rip,
                       Frame);
    }
    if ((Frame->EFlags & EFLAGS_INTERRUPTS) == 0) {
        KiBugCheckTrap(PAGE_FAULT_WITH_INTERRUPTS_OFF, Address, Frame->PreviousIrql,
                       KiAccessOf(Frame), Frame->Rip, Frame);
    }
    KiBugCheckTrap(PAGE_FAULT_IN_NONPAGED_AREA, Address, KiAccessOf(Frame), Frame->Rip, 0,
                   Frame);
}

/* Exceptions without a handler of their own here: one the processor has, or one of the
   numbers it has not, which only INT n reaches. */
static VOID
KiOtherTrap(ULONG Vector, PKTRAP_FRAME Frame)
{
    if (Vector == 9 || Vector == 15 || (Vector >= 22 && Vector <= 27) || Vector == 31) {
        KiBugCheckTrap(TRAP_CAUSE_UNKNOWN, Vector, Frame->Rip, 0, 0, Frame);
    }
    KiBugCheckTrap(UNEXPECTED_KERNEL_MODE_TRAP, Vector, Frame->Rip, Frame->ErrorCode, 0,
                   Frame);
}

/* Every exception, from KiTrapEntry. Returns only to continue the interrupted code. */
VOID
KiDispatchTrap(ULONG Vector, PKTRAP_FRAME Frame)
{
    switch (Vector) {
    case TRAP_NMI:
        if (KiBugCheckActive) {
            KiFreezeProcessor(Frame);
        }
        KiBugCheckTrap(NMI_HARDWARE_FAILURE, 0x4F4454, 0, 0, 0, Frame);
        break;
    case TRAP_BREAKPOINT:
        Frame->Rip--; /* the trap reports the instruction after it */
        KiExceptionNotHandled(STATUS_BREAKPOINT, 0, 0, Frame);
        break;
    case TRAP_DOUBLE_FAULT: /* mostly: no stack to push the first fault on */
        KiBugCheckTrap(UNEXPECTED_KERNEL_MODE_TRAP, Vector, Frame->FaultAddress,
                       Frame->Rsp, Frame->Rip, Frame);
        break;
    case TRAP_PAGE_FAULT:
        KiPageFault(Frame);
        break;
    case TRAP_GENERAL_PROTECTION:
        /* A pointer that is no address at all: the processor does not say which. */
        KiExceptionNotHandled(STATUS_ACCESS_VIOLATION, 0, MAXULONG_PTR, Frame);
        break;
    case TRAP_MACHINE_CHECK:
        KiBugCheckTrap(MACHINE_CHECK_EXCEPTION, 0, 0, 0, 0, Frame);
        break;
    case TRAP_FAST_FAIL: /* RCX: the reason; 3 is a corrupt list */
        KiBugCheckTrap(KERNEL_SECURITY_CHECK_FAILURE, Frame->Rcx, (ULONG_PTR)Frame, 0, 0,
                       Frame);
        break;
    case TRAP_ASSERTION:
        KiExceptionNotHandled(STATUS_ASSERTION_FAILURE, 0, 0, Frame);
        break;
    case TRAP_DEBUG_SERVICE: /* no debugger is listening: nothing to do */
        break;
    default:
        KiOtherTrap(Vector, Frame);
        break;
    }
}

/*
 * A vector nobody owns (SPR-3): counted by vector. Returns whether the local APIC holds
 * it in service, so that it must be ended; an INT n from software it does not.
 */
BOOLEAN
KiCountUnexpected(ULONG Vector)
{
    PKPRCB Prcb = KeGetCurrentPrcb();

    Prcb->UnexpectedCount++;
    Prcb->UnexpectedVectors[Vector & 0xFF]++;
    return HalVectorInService((UCHAR)Vector);
}
