/*
 * The text of a bug check: code and parameters first, then what it means, who did it,
 * where, and how it came to it. Each KiPrintStop routine is one stage (bugcheck.c): it may
 * fault where what it reads is broken, and the next one still runs.
 */
#include "ki.h"

#define MAXIMUM_FRAMES 40

/* Kernel symbols first, then those of the loaded images, then the bare number. */
VOID
KeDescribeAddress(ULONG_PTR Address, CHAR *Buffer, SIZE_T Size)
{
    if (!KiDescribeKernelAddress(Address, Buffer, Size) &&
        !LdrDescribeAddress(Address, Buffer, Size)) {
        RtlFormat(Buffer, Size, "0x%p", (PVOID)Address);
    }
}

static BOOLEAN
KiIsStackOverflow(VOID)
{
    return KiStop.Code == UNEXPECTED_KERNEL_MODE_TRAP &&
           MmIsGuardAddress(KiStop.Parameters[1]);
}

VOID
KeExplainStop(ULONG_PTR Guilty, const CHAR *Text)
{
    PKPRCB Prcb = KeGetCurrentPrcb();

    Prcb->StopGuilty = Guilty;
    Prcb->StopText = Text;
}

/* In words: what whoever stops has to say about this very case, else what the code means. */
static const CHAR *
KiWordStop(VOID)
{
    const CHAR *Text = KeGetCurrentPrcb()->StopText;

    if (KiIsStackOverflow()) {
        return "the stack overflowed into its guard page: too deep a recursion, or too "
               "large local variables";
    }
    return (Text != NULL) ? Text : KiDescribeCode(KiStop.Code)->Meaning;
}

/* The lines that stand first: what, who, and in words. */
VOID
KiPrintStopHead(VOID)
{
    const KI_CODE_NAME *Name = KiDescribeCode(KiStop.Code);
    PKPRCB Prcb = KeGetCurrentPrcb();

    KePrintUnlocked(
        "\n*** STOP: 0x%08X (0x%016I64X, 0x%016I64X, 0x%016I64X, 0x%016I64X)\n",
        KiStop.Code, (ULONG64)KiStop.Parameters[0], (ULONG64)KiStop.Parameters[1],
        (ULONG64)KiStop.Parameters[2], (ULONG64)KiStop.Parameters[3]);
    KePrintUnlocked("*** %s processor %u irql %u thread %p%s%s\n", Name->Name,
                    Prcb->Number, KiStop.Frame.PreviousIrql, Prcb->CurrentThread,
                    Prcb->DpcRoutineActive ? " in a DPC" : "",
                    (Prcb->ActiveInterrupt != NULL) ? " in an ISR" : "");
    KePrintUnlocked("*** %s\n", KiWordStop());
}

/* At a clock watchdog the guilty one stands on the processor that hangs, which has been
   stopped; a driver may have made up the parameters. */
static const KTRAP_FRAME *
KiFrameOfHungProcessor(VOID)
{
    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS; Number++) {
        PKPRCB Prcb = KiProcessorBlock[Number];

        if (KiStop.Code == CLOCK_WATCHDOG_TIMEOUT && Prcb != NULL && Prcb->Frozen &&
            KiStop.Parameters[2] == (ULONG_PTR)Prcb) {
            return Prcb->FrozenFrame;
        }
    }
    return NULL;
}

/* Whom KeExplainStop blames, else the parameter that names the guilty routine, else the first
   driver on the stack. */
static ULONG64
KiFindGuilty(VOID)
{
    ULONG Parameter = KiDescribeCode(KiStop.Code)->Guilty;
    const KTRAP_FRAME *Hung = KiFrameOfHungProcessor();
    KI_UNWIND Unwind;

    if (KeGetCurrentPrcb()->StopGuilty != 0) {
        return KeGetCurrentPrcb()->StopGuilty;
    }
    if (Parameter != 0 && KiIsDriverCode(KiStop.Parameters[Parameter - 1])) {
        return KiStop.Parameters[Parameter - 1];
    }
    if (Hung != NULL) {
        KiStartUnwind(Hung, TRUE, &Unwind);
    } else {
        KiStartUnwind(&KiStop.Frame, KiStop.IsTrap, &Unwind);
    }
    for (ULONG Depth = 0; Depth < MAXIMUM_FRAMES; Depth++) {
        if (LdrFindImage(Unwind.Context.Rip) != NULL) {
            return Unwind.Context.Rip;
        }
        if (!KiUnwindStep(&Unwind)) {
            break;
        }
    }
    return 0;
}

/* The driver to ask, if there is any. */
VOID
KiPrintStopGuilty(VOID)
{
    ULONG64 Address = KiFindGuilty();
    PKLDR_DATA_TABLE_ENTRY Image = LdrFindImage(Address);
    CHAR Text[160];

    if (Image != NULL) {
        KeDescribeAddress(Address, Text, sizeof(Text));
        KePrintUnlocked("*** driver %s at %s\n", Image->BaseName, Text);
    }
}

/* The block of special pool a parameter points into or just past, if one does. */
VOID
KiPrintStopBlock(VOID)
{
    CHAR Text[320];

    for (ULONG Index = 0; Index < RTL_NUMBER_OF(KiStop.Parameters); Index++) {
        if (ExDescribeSpecialBlock(KiStop.Parameters[Index], Text, sizeof(Text))) {
            KePrintUnlocked("*** special pool: %s\n", Text);
            return;
        }
    }
}

/* R12 to R15 lie in the frame's home area, where trap.asm and bugentry.asm put them. */
VOID
KiPrintStopRegisters(VOID)
{
    const KTRAP_FRAME *Frame = &KiStop.Frame;

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
                    KiStop.IsTrap ? Frame->FaultAddress : ArchReadCr2(), ArchReadCr3());
    KePrintUnlocked("cr8 %u", Frame->PreviousIrql);
    if (KiStop.IsTrap) {
        KePrintUnlocked(" error code %I64X", Frame->ErrorCode);
    }
    KePrintUnlocked("\n");
}

/* The frames from the stopped state outwards, one line each. */
VOID
KiPrintStopStack(VOID)
{
    KI_UNWIND Unwind;
    CHAR Text[160];

    KiStartUnwind(&KiStop.Frame, KiStop.IsTrap, &Unwind);
    KePrintUnlocked("stack:\n");
    for (ULONG Depth = 0; Depth < MAXIMUM_FRAMES && Unwind.Context.Rip != 0; Depth++) {
        KeDescribeAddress(Unwind.Context.Rip, Text, sizeof(Text));
        KePrintUnlocked(" %2u  %016I64X  %s\n", Depth, Unwind.Context.Rsp, Text);
        if (!KiUnwindStep(&Unwind)) {
            break;
        }
    }
}

/* What was asked of a processor by interrupt and not yet looked at. */
static VOID
KiPrintIpiRequests(PKPRCB Prcb)
{
    if (Prcb->IpiRequests != 0) {
        KePrintUnlocked("*** processor %u has request 0x%X of others before it\n",
                        Prcb->Number, (unsigned)Prcb->IpiRequests);
    }
}

/* Where the other processors stood, and what they were about to say themselves. */
VOID
KiPrintStopOthers(VOID)
{
    CHAR Text[160];

    KiPrintIpiRequests(KeGetCurrentPrcb());
    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS; Number++) {
        PKPRCB Prcb = KiProcessorBlock[Number];

        if (Prcb == NULL || Prcb == KeGetCurrentPrcb()) {
            continue;
        }
        if (!Prcb->Frozen) {
            KePrintUnlocked("processor %u did not stop\n", Number);
            continue;
        }
        KeDescribeAddress(Prcb->FrozenFrame->Rip, Text, sizeof(Text));
        KePrintUnlocked("processor %u irql %u at %s\n", Number,
                        Prcb->FrozenFrame->PreviousIrql, Text);
        KiPrintIpiRequests(Prcb);
        if (Prcb->FrozenCode != 0) {
            KePrintUnlocked("*** processor %u came to bug check 0x%08X %s itself\n",
                            Number, Prcb->FrozenCode,
                            KiDescribeCode(Prcb->FrozenCode)->Name);
        }
    }
}
