/*
 * Exceptions that reach nobody: this kernel calls no driver's handler
 * (docs/deviations.md), so each one, trapped or raised, ends in a bug check.
 */
#include "ki.h"

/* What bug check 0x3D points at. One processor comes so far; a second one writes the same
   kind of thing and then stops. */
static EXCEPTION_RECORD KiExceptionRecord;
static CONTEXT KiExceptionContext;

static VOID
KiRecordException(NTSTATUS Status, ULONG_PTR Information0, ULONG_PTR Information1,
                  const KTRAP_FRAME *Frame)
{
    PCONTEXT Context = &KiExceptionContext;

    KiExceptionRecord.ExceptionCode = Status;
    KiExceptionRecord.ExceptionAddress = (PVOID)(ULONG_PTR)Frame->Rip;
    KiExceptionRecord.NumberParameters = 2;
    KiExceptionRecord.ExceptionInformation[0] = Information0;
    KiExceptionRecord.ExceptionInformation[1] = Information1;
    Context->ContextFlags = CONTEXT_CONTROL | CONTEXT_INTEGER;
    Context->SegCs = (USHORT)Frame->SegCs;
    Context->SegSs = (USHORT)Frame->SegSs;
    Context->EFlags = (ULONG)Frame->EFlags;
    Context->Rip = Frame->Rip;
    Context->Rsp = Frame->Rsp;
    Context->Rbp = Frame->Rbp;
    Context->Rax = Frame->Rax;
    Context->Rbx = Frame->Rbx;
    Context->Rcx = Frame->Rcx;
    Context->Rdx = Frame->Rdx;
    Context->Rsi = Frame->Rsi;
    Context->Rdi = Frame->Rdi;
    Context->R8 = Frame->R8;
    Context->R9 = Frame->R9;
    Context->R10 = Frame->R10;
    Context->R11 = Frame->R11;
    Context->R12 = Frame->P1Home; /* trap.asm keeps R12 to R15 there */
    Context->R13 = Frame->P2Home;
    Context->R14 = Frame->P3Home;
    Context->R15 = Frame->P4Home;
}

/*
 * An exception with Status and two words of information: in an ISR 0x3D with its records
 * (BUG-9), anywhere else 0x1E (BUG-8).
 */
VOID
KiExceptionNotHandled(NTSTATUS Status, ULONG_PTR Information0, ULONG_PTR Information1,
                      PKTRAP_FRAME Frame)
{
    if (KeGetCurrentPrcb()->ActiveInterrupt != NULL) {
        KiRecordException(Status, Information0, Information1, Frame);
        KiBugCheckTrap(INTERRUPT_EXCEPTION_NOT_HANDLED, (ULONG_PTR)&KiExceptionRecord,
                       (ULONG_PTR)&KiExceptionContext, 0, 0, Frame);
    }
    KiBugCheckTrap(KMODE_EXCEPTION_NOT_HANDLED, (ULONG_PTR)(LONG_PTR)Status, Frame->Rip,
                   Information0, Information1, Frame);
}

/* Raises Status in the caller: bug check 0x1E with the address after the call. Does not
   return. IRQL: <= APC_LEVEL. Source: BUG-8. */
VOID NTAPI
ExRaiseStatus(NTSTATUS Status)
{
    KeBugCheckEx(KMODE_EXCEPTION_NOT_HANDLED, (ULONG_PTR)(LONG_PTR)Status,
                 (ULONG_PTR)__builtin_return_address(0), 0, 0);
}
EXPORT(ExRaiseStatus);

/* The same with STATUS_ACCESS_VIOLATION. */
VOID NTAPI
ExRaiseAccessViolation(VOID)
{
    KeBugCheckEx(KMODE_EXCEPTION_NOT_HANDLED,
                 (ULONG_PTR)(LONG_PTR)STATUS_ACCESS_VIOLATION,
                 (ULONG_PTR)__builtin_return_address(0), 0, 0);
}
EXPORT(ExRaiseAccessViolation);

/* The same with STATUS_DATATYPE_MISALIGNMENT. */
VOID NTAPI
ExRaiseDatatypeMisalignment(VOID)
{
    KeBugCheckEx(KMODE_EXCEPTION_NOT_HANDLED,
                 (ULONG_PTR)(LONG_PTR)STATUS_DATATYPE_MISALIGNMENT,
                 (ULONG_PTR)__builtin_return_address(0), 0, 0);
}
EXPORT(ExRaiseDatatypeMisalignment);
