/*
 * Bug checks: stop every processor, say what is known, leave the machine.
 *
 * The first processor to get here owns the report; the others are stopped by NMI, which
 * reaches them whatever their level. Nothing here takes a lock, waits without a bound, or
 * allocates. The report is made in stages: a fault inside one, because what it looks at is
 * broken too, comes back here, costs one line, and the next stage follows.
 */
#include "ki.h"

#define STOP_LIMIT_MICROSECONDS 100000
#define MAXIMUM_NESTED_FAULTS   96 /* each stage, each callback, and some more */

volatile LONG KiBugCheckActive;
KI_STOP KiStop;
ULONG_PTR KiBugCheckData[5]; /* code and parameters, where debuggers look for them */

static volatile LONG KiBugCheckOwner;   /* processor number + 1 */
static volatile LONG KiBugCheckEntries; /* by the owner: 1 is the stop itself */

/* A processor that was told to stop: keeps its state for the debugger, and halts. */
VOID
KiFreezeProcessor(const KTRAP_FRAME *Frame)
{
    PKPRCB Prcb = KeGetCurrentPrcb();

    Prcb->FrozenFrame = Frame;
    Prcb->Frozen = TRUE;
    ArchHaltForever();
}

static VOID
KiStopOtherProcessors(VOID)
{
    PKPRCB Self = KeGetCurrentPrcb();

    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS; Number++) {
        PKPRCB Prcb = KiProcessorBlock[Number];

        if (Prcb != NULL && Prcb != Self) {
            HalSendNmi(Prcb->ApicId);
            for (ULONG Waited = 0; !Prcb->Frozen && Waited < STOP_LIMIT_MICROSECONDS;
                 Waited++) {
                HalStallExecution(1);
            }
        }
    }
}

/* The callbacks' level, and from here on the report's; the one to show is kept. */
static VOID
KiRaiseToStop(VOID)
{
    __writecr8(HIGH_LEVEL);
    InterlockedExchange(&KiBugCheckActive, 1);
}

typedef VOID KI_STOP_STAGE(VOID);

static KI_STOP_STAGE *const KiStopStages[] = {
    KiRaiseToStop,          KiStopOtherProcessors, KiPrintStopHead,  KiPrintStopGuilty,
    KiPrintStopBlock,       KiPrintStopRegisters,  KiPrintStopStack, KiPrintStopOthers,
    KiRunBugCheckCallbacks, KiRunReasonCallbacks,
};

/* Only the owner returns. Another processor leaves word of its own stop, and halts. */
static VOID
KiBecomeOwner(ULONG Code, const KTRAP_FRAME *Frame)
{
    PKPRCB Prcb = KeGetCurrentPrcb();
    LONG Self = (LONG)Prcb->Number + 1;
    LONG Owner = InterlockedCompareExchange(&KiBugCheckOwner, Self, 0);

    if (Owner != 0 && Owner != Self) {
        Prcb->FrozenCode = Code;
        KiFreezeProcessor(Frame);
    }
}

static VOID
KiRecordStop(ULONG Code, const ULONG_PTR Parameters[4], const KTRAP_FRAME *Frame,
             BOOLEAN IsTrap)
{
    KeTrace(TraceBugCheck, 0, (PVOID)(ULONG_PTR)Code, Parameters[0]);
    KiStop.Code = Code;
    KiStop.Frame = *Frame;
    KiStop.IsTrap = IsTrap;
    KiBugCheckData[0] = Code;
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(KiStop.Parameters); Index++) {
        KiStop.Parameters[Index] = Parameters[Index];
        KiBugCheckData[Index + 1] = Parameters[Index];
    }
}

/* The owner again: a stage of its report, or a callback, has failed. */
static VOID
KiNoteNestedStop(ULONG Code, const ULONG_PTR Parameters[4], const KTRAP_FRAME *Frame)
{
    CHAR Text[160];

    KePrintUnlocked(
        "\n*** a fault inside this report: 0x%08X (0x%I64X, 0x%I64X, 0x%I64X, "
        "0x%I64X)",
        Code, (ULONG64)Parameters[0], (ULONG64)Parameters[1], (ULONG64)Parameters[2],
        (ULONG64)Parameters[3]);
    KeDescribeAddress(Frame->Rip, Text, sizeof(Text));
    KePrintUnlocked(" at %s; the rest follows\n", Text);
}

/* The report and the end. The level of the stopped code stands in the frame. */
__attribute__((noreturn)) VOID
KiBugCheckReport(ULONG Code, const ULONG_PTR Parameters[4], const KTRAP_FRAME *Frame,
                 BOOLEAN IsTrap)
{
    LONG Entries;

    KiBecomeOwner(Code, Frame);
    Entries = InterlockedIncrement(&KiBugCheckEntries);
    if (Entries == 1) {
        KiRecordStop(Code, Parameters, Frame, IsTrap);
    } else if (Entries == 2) {
        KiNoteNestedStop(Code, Parameters, Frame);
    }
    while (Entries < MAXIMUM_NESTED_FAULTS &&
           KiStop.Stage < RTL_NUMBER_OF(KiStopStages)) {
        KiStopStages[KiStop.Stage++]();
    }
    KePrintUnlocked("*** end of stop report\n");
    HalLeaveMachine(HAL_VERDICT_BUGCHECK);
}

/* A bug check for a trap: the frame is the state to show. */
VOID
KiBugCheckTrap(ULONG Code, ULONG_PTR Parameter1, ULONG_PTR Parameter2,
               ULONG_PTR Parameter3, ULONG_PTR Parameter4, PKTRAP_FRAME Frame)
{
    const ULONG_PTR Parameters[4] = {Parameter1, Parameter2, Parameter3, Parameter4};

    ArchDisableInterrupts();
    KiBugCheckReport(Code, Parameters, Frame, TRUE);
}

/*
 * KeBugCheckEx(Code, four parameters): stops the system, with the state of the caller.
 * Does not return. IRQL: any. Source: section H of the contract, IRQL-25.
 *
 * Its entry is bugentry.asm, which keeps the caller's registers; interrupts are off here.
 */
VOID
KiBugCheckCall(ULONG Code, const ULONG_PTR Parameters[4], const KTRAP_FRAME *Frame)
{
    KiBugCheckReport(Code, Parameters, Frame, FALSE);
}
EXPORT(KeBugCheckEx);

/* The same with four zeros. */
VOID NTAPI
KeBugCheck(ULONG BugCheckCode)
{
    KeBugCheckEx(BugCheckCode, 0, 0, 0, 0);
}
EXPORT(KeBugCheck);
