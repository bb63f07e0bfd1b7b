/*
 * Bug checks: stop every processor, say what is known, leave the machine.
 *
 * The first processor to get here owns the report; the others are stopped by NMI, which
 * reaches them whatever their level, and a second bug check on the way prints one line
 * and ends. Nothing here takes a lock, waits without a bound, or allocates.
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

/* At HIGH_LEVEL, the list as it stands: its lock may be held by a processor that stopped.
 */
static VOID
KiRunCallbacks(VOID)
{
    PLIST_ENTRY Entry = KiBugCheckCallbacks.Flink;

    KfRaiseIrql(HIGH_LEVEL);
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
KiBugCheckTrap(ULONG Code, ULONG_PTR Parameter1, ULONG_PTR Parameter2,
               ULONG_PTR Parameter3, ULONG_PTR Parameter4, PKTRAP_FRAME Frame)
{
    const ULONG_PTR Parameters[4] = {Parameter1, Parameter2, Parameter3, Parameter4};

    ArchDisableInterrupts();
    KiBugCheckReport(Code, Parameters, Frame->PreviousIrql, Frame, TRUE);
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
    KiBugCheckReport(Code, Parameters, Frame->PreviousIrql, Frame, FALSE);
}
EXPORT(KeBugCheckEx);

VOID NTAPI
KeBugCheck(ULONG BugCheckCode)
{
    KeBugCheckEx(BugCheckCode, 0, 0, 0, 0);
}
EXPORT(KeBugCheck);

/* Registers a routine to run, at HIGH_LEVEL with the world stopped, after the report.
   FALSE when the record is registered already. IRQL: <= DISPATCH_LEVEL. */
BOOLEAN
NTAPI
KeRegisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord,
                           PKBUGCHECK_CALLBACK_ROUTINE CallbackRoutine, PVOID Buffer,
                           ULONG Length, PUCHAR Component)
{
    KIRQL OldIrql = KiLockDispatcher();
    BOOLEAN Free = (CallbackRecord->State == BufferEmpty);

    if (Free) {
        CallbackRecord->CallbackRoutine = CallbackRoutine;
        CallbackRecord->Buffer = Buffer;
        CallbackRecord->Length = Length;
        CallbackRecord->Component = Component;
        CallbackRecord->State = BufferInserted;
        InsertTailList(&KiBugCheckCallbacks, &CallbackRecord->Entry);
    }
    KiUnlockDispatcher(OldIrql);
    return Free;
}
EXPORT(KeRegisterBugCheckCallback);

BOOLEAN
NTAPI
KeDeregisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord)
{
    KIRQL OldIrql = KiLockDispatcher();
    BOOLEAN Registered = (CallbackRecord->State == BufferInserted);

    if (Registered) {
        RemoveEntryList(&CallbackRecord->Entry);
        CallbackRecord->State = BufferEmpty;
    }
    KiUnlockDispatcher(OldIrql);
    return Registered;
}
EXPORT(KeDeregisterBugCheckCallback);
