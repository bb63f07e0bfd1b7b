/*
 * Bug checks: stop every processor, say what is known, leave the machine.
 *
 * The first processor to get here owns the report; the others are stopped by NMI, which
 * reaches them whatever their level, and a second bug check on the way prints one line and
 * ends. Nothing here takes a lock, waits without a bound, or allocates.
 */
#include "ki.h"

#define STOP_LIMIT_MICROSECONDS 100000

volatile LONG KiBugCheckActive;
static volatile LONG KiBugCheckOwner; /* processor number + 1 */
static LIST_ENTRY KiBugCheckCallbacks = {&KiBugCheckCallbacks, &KiBugCheckCallbacks};

/* A processor that was told to stop: keeps its state for the debugger, and halts. */
VOID
KiFreezeProcessor(PKTRAP_FRAME Frame)
{
    PKPRCB Prcb = KeGetCurrentPrcb();

    Prcb->FrozenFrame = Frame;
    Prcb->Frozen = TRUE;
    ArchHaltForever();
}

static VOID
KiStopOtherProcessors(PKPRCB Self)
{
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

/* Only the first caller returns. One that comes while reporting says so and ends it. */
static VOID
KiBecomeOwner(PKPRCB Prcb, ULONG Code)
{
    LONG Owner = InterlockedCompareExchange(&KiBugCheckOwner, (LONG)Prcb->Number + 1, 0);

    if (Owner == 0) {
        return;
    }
    if (Owner != (LONG)Prcb->Number + 1) {
        ArchHaltForever(); /* another one reports; its NMI finds us here */
    }
    KePrintUnlocked("*** another bug check 0x%08X inside this report\n"
                    "*** end of stop report\n",
                    Code);
    HalLeaveMachine(HAL_VERDICT_BUGCHECK);
}

static VOID
KiRunCallbacks(VOID)
{
    PLIST_ENTRY Entry = KiBugCheckCallbacks.Flink;

    for (ULONG Count = 0; Entry != &KiBugCheckCallbacks && Count < 64; Count++) {
        PKBUGCHECK_CALLBACK_RECORD Record =
            CONTAINING_RECORD(Entry, KBUGCHECK_CALLBACK_RECORD, Entry);

        Entry = Entry->Flink;
        Record->State = BufferStarted;
        Record->CallbackRoutine(Record->Buffer, Record->Length);
        Record->State = BufferFinished;
    }
}

/* The report and the end. Level: that of the interrupted or calling code. */
static __attribute__((noreturn)) VOID
KiBugCheckReport(ULONG Code, const ULONG_PTR Parameters[4], KIRQL Irql,
                 const KTRAP_FRAME *Frame, BOOLEAN IsTrap)
{
    PKPRCB Prcb = KeGetCurrentPrcb();

    KiBecomeOwner(Prcb, Code);
    InterlockedExchange(&KiBugCheckActive, 1);
    KiStopOtherProcessors(Prcb);
    KiPrintStopReport(Code, Parameters, Irql, Frame, IsTrap);
    KiRunCallbacks();
    KePrintUnlocked("*** end of stop report\n");
    HalLeaveMachine(HAL_VERDICT_BUGCHECK);
}

/* A bug check for a trap: the frame is the state to show. */
VOID
KiBugCheckTrap(ULONG Code, ULONG_PTR Parameter1, ULONG_PTR Parameter2, ULONG_PTR Parameter3,
               ULONG_PTR Parameter4, PKTRAP_FRAME Frame)
{
    const ULONG_PTR Parameters[4] = {Parameter1, Parameter2, Parameter3, Parameter4};

    ArchDisableInterrupts();
    KiBugCheckReport(Code, Parameters, Frame->PreviousIrql, Frame, TRUE);
}

/*
 * Stops the system: code, four parameters, and the state of the caller.
 * Does not return. IRQL: any. Source: section H of the contract, IRQL-25.
 */
VOID
NTAPI
KeBugCheckEx(ULONG BugCheckCode, ULONG_PTR BugCheckParameter1, ULONG_PTR BugCheckParameter2,
             ULONG_PTR BugCheckParameter3, ULONG_PTR BugCheckParameter4)
{
    const ULONG_PTR Parameters[4] = {BugCheckParameter1, BugCheckParameter2,
                                     BugCheckParameter3, BugCheckParameter4};
    KTRAP_FRAME Frame;
    KIRQL Irql = KeGetCurrentIrql();

    ArchDisableInterrupts();
    memset(&Frame, 0, sizeof(Frame));
    __asm__ volatile("movq %%rbx, %0; movq %%rdi, %1; movq %%rsi, %2"
                     : "=m"(Frame.Rbx), "=m"(Frame.Rdi), "=m"(Frame.Rsi));
    Frame.Rip = (ULONG64)(ULONG_PTR)__builtin_return_address(0);
    Frame.Rsp = (ULONG64)(ULONG_PTR)__builtin_frame_address(0) + 16;
    Frame.Rbp = *(ULONG64 *)__builtin_frame_address(0);
    Frame.EFlags = ArchReadFlags();
    KiBugCheckReport(BugCheckCode, Parameters, Irql, &Frame, FALSE);
}
EXPORT(KeBugCheckEx);

VOID
NTAPI
KeBugCheck(ULONG BugCheckCode)
{
    KeBugCheckEx(BugCheckCode, 0, 0, 0, 0);
}
EXPORT(KeBugCheck);

/* Registers a routine to run, at HIGH_LEVEL with the world stopped, after the report.
   FALSE when the record is registered already. IRQL: any. */
BOOLEAN
NTAPI
KeRegisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord,
                           PKBUGCHECK_CALLBACK_ROUTINE CallbackRoutine, PVOID Buffer,
                           ULONG Length, PUCHAR Component)
{
    KIRQL OldIrql;

    if (CallbackRecord->State != BufferEmpty) {
        return FALSE;
    }
    CallbackRecord->CallbackRoutine = CallbackRoutine;
    CallbackRecord->Buffer = Buffer;
    CallbackRecord->Length = Length;
    CallbackRecord->Component = Component;
    CallbackRecord->State = BufferInserted;
    OldIrql = KiLockDispatcher();
    InsertTailList(&KiBugCheckCallbacks, &CallbackRecord->Entry);
    KiUnlockDispatcher(OldIrql);
    return TRUE;
}
EXPORT(KeRegisterBugCheckCallback);

BOOLEAN
NTAPI
KeDeregisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord)
{
    KIRQL OldIrql;

    if (CallbackRecord->State != BufferInserted) {
        return FALSE;
    }
    OldIrql = KiLockDispatcher();
    RemoveEntryList(&CallbackRecord->Entry);
    CallbackRecord->State = BufferEmpty;
    KiUnlockDispatcher(OldIrql);
    return TRUE;
}
EXPORT(KeDeregisterBugCheckCallback);
