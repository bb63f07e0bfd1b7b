/*
 * The text of a bug check: code and parameters first, then who, where and how it came to
 * it.
 */
#include "ki.h"

typedef struct _KI_CODE_NAME {
    ULONG Code;
    const CHAR *Name;
} KI_CODE_NAME;

#define CODE_NAME(Code)                                                                  \
    {                                                                                    \
        Code, #Code                                                                      \
    }

static const KI_CODE_NAME KiCodeNames[] = {
    CODE_NAME(IRQL_NOT_GREATER_OR_EQUAL),
    CODE_NAME(IRQL_NOT_LESS_OR_EQUAL),
    CODE_NAME(MAXIMUM_WAIT_OBJECTS_EXCEEDED),
    CODE_NAME(SPIN_LOCK_ALREADY_OWNED),
    CODE_NAME(TRAP_CAUSE_UNKNOWN),
    CODE_NAME(KMODE_EXCEPTION_NOT_HANDLED),
    CODE_NAME(NO_MORE_IRP_STACK_LOCATIONS),
    CODE_NAME(MULTIPLE_IRP_COMPLETE_REQUESTS),
    CODE_NAME(PAGE_FAULT_IN_NONPAGED_AREA),
    CODE_NAME(UNEXPECTED_KERNEL_MODE_TRAP),
    CODE_NAME(NMI_HARDWARE_FAILURE),
    CODE_NAME(MACHINE_CHECK_EXCEPTION),
    CODE_NAME(ATTEMPTED_SWITCH_FROM_DPC),
    CODE_NAME(BAD_POOL_CALLER),
    CODE_NAME(DRIVER_VERIFIER_DETECTED_VIOLATION),
    CODE_NAME(TIMER_OR_DPC_INVALID),
    CODE_NAME(IRQL_UNEXPECTED_VALUE),
    CODE_NAME(DRIVER_IRQL_NOT_LESS_OR_EQUAL),
    CODE_NAME(WORKER_THREAD_RETURNED_AT_BAD_IRQL),
    CODE_NAME(MANUALLY_INITIATED_CRASH),
    CODE_NAME(HARDWARE_INTERRUPT_STORM),
    CODE_NAME(CLOCK_WATCHDOG_TIMEOUT),
    CODE_NAME(WDF_VIOLATION),
    CODE_NAME(DPC_WATCHDOG_VIOLATION),
    CODE_NAME(KERNEL_SECURITY_CHECK_FAILURE),
    CODE_NAME(PASSIVE_INTERRUPT_ERROR),
};

static const CHAR *
KiNameOfCode(ULONG Code)
{
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(KiCodeNames); Index++) {
        if (KiCodeNames[Index].Code == Code) {
            return KiCodeNames[Index].Name;
        }
    }
    return "UNKNOWN";
}

/* Kernel symbols first, then those of the loaded images, then the bare number. */
VOID
KeDescribeAddress(ULONG_PTR Address, CHAR *Buffer, SIZE_T Size)
{
    if (!KiDescribeKernelAddress(Address, Buffer, Size) &&
        !LdrDescribeAddress(Address, Buffer, Size)) {
        RtlFormat(Buffer, Size, "0x%p", (PVOID)Address);
    }
}

/* R12 to R15 lie in the frame's home area, where trap.asm and bugentry.asm put them. */
static VOID
KiPrintRegisters(const KTRAP_FRAME *Frame, KIRQL Irql, BOOLEAN IsTrap)
{
    KePrintUnlocked("rip %016I64X rsp %016I64X rbp %016I64X rflags %08I64X\n", Frame->Rip,
                    Frame->Rsp, Frame->Rbp, Frame->EFlags);
    KePrintUnlocked("rax %016I64X rbx %016I64X rcx %016I64X rdx %016I64X\n", Frame->Rax,
                    Frame->Rbx, Frame->Rcx, Frame->Rdx);
    KePrintUnlocked("rsi %016I64X rdi %016I64X r8  %016I64X r9  %016I64X\n", Frame->Rsi,
                    Frame->Rdi, Frame->R8, Frame->R9);
    KePrintUnlocked("r10 %016I64X r11 %016I64X r12 %016I64X r13 %016I64X\n", Frame->R10,
                    Frame->R11, Frame->P1Home, Frame->P2Home);
    KePrintUnlocked("r14 %016I64X r15 %016I64X cr2 %016I64X cr3 %016I64X\n",
                    Frame->P3Home, Frame->P4Home,
                    IsTrap ? Frame->FaultAddress : ArchReadCr2(), ArchReadCr3());
    KePrintUnlocked("cr8 %u", Irql);
    if (IsTrap) {
        KePrintUnlocked(" error code %I64X", Frame->ErrorCode);
    }
    KePrintUnlocked("\n");
}

/* Where the guilty one stands: at a clock watchdog, on the processor that hangs, which has
   been stopped; a driver may have made up the parameters. */
static const KTRAP_FRAME *
KiGuiltyFrame(ULONG Code, const ULONG_PTR Parameters[4], const KTRAP_FRAME *Frame)
{
    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS; Number++) {
        PKPRCB Prcb = KiProcessorBlock[Number];

        if (Code == CLOCK_WATCHDOG_TIMEOUT && Prcb != NULL && Prcb->Frozen &&
            Parameters[2] == (ULONG_PTR)Prcb) {
            return Prcb->FrozenFrame;
        }
    }
    return Frame;
}

VOID
KeExplainStop(ULONG_PTR Guilty, const CHAR *Text)
{
    PKPRCB Prcb = KeGetCurrentPrcb();

    Prcb->StopGuilty = Guilty;
    Prcb->StopText = Text;
}

/* The first driver on the stack, if any, is the one to ask, unless somebody knows better. */
static VOID
KiPrintGuilty(const KTRAP_FRAME *Frame)
{
    PKPRCB Prcb = KeGetCurrentPrcb();
    ULONG64 Address =
        (Prcb->StopGuilty != 0) ? Prcb->StopGuilty : KiFindDriverOnStack(Frame);
    PKLDR_DATA_TABLE_ENTRY Image = LdrFindImage(Address);
    CHAR Text[160];

    if (Image == NULL) {
        return;
    }
    KeDescribeAddress(Address, Text, sizeof(Text));
    KePrintUnlocked("*** driver %s at %s\n", Image->BaseName, Text);
}

/* Everything between the STOP line and the end line. World stopped, interrupts off. */
VOID
KiPrintStopReport(ULONG Code, const ULONG_PTR Parameters[4], KIRQL Irql,
                  const KTRAP_FRAME *Frame, BOOLEAN IsTrap)
{
    PKPRCB Prcb = KeGetCurrentPrcb();

    KePrintUnlocked(
        "\n*** STOP: 0x%08X (0x%016I64X, 0x%016I64X, 0x%016I64X, 0x%016I64X)\n", Code,
        (ULONG64)Parameters[0], (ULONG64)Parameters[1], (ULONG64)Parameters[2],
        (ULONG64)Parameters[3]);
    KePrintUnlocked("*** %s processor %u irql %u thread %p%s%s\n", KiNameOfCode(Code),
                    Prcb->Number, Irql, Prcb->CurrentThread,
                    Prcb->DpcRoutineActive ? " in a DPC" : "",
                    (Prcb->ActiveInterrupt != NULL) ? " in an ISR" : "");
    if (Prcb->StopText != NULL) {
        KePrintUnlocked("*** %s\n", Prcb->StopText);
    }
    KiPrintGuilty(KiGuiltyFrame(Code, Parameters, Frame));
    KiPrintRegisters(Frame, Irql, IsTrap);
    KiPrintStack(Frame);
}
