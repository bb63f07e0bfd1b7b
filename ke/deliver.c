/*
 * Delivering kernel APCs to the thread that runs: from the APC interrupt, at the end of a
 * region, and in the middle of a wait.
 *
 * Whoever brings a thread here may be wrong: an interrupt asked for one thread can arrive
 * in the next one on the processor. Only the queue says what there is to do, and only the
 * thread itself looks at its regions.
 */
#include "ki.h"

/* BUG-20: whose routine it was that returned at another level. */
#define KI_UNIQUE_SPECIAL_APC 0
#define KI_UNIQUE_NORMAL_APC  1 /* its kernel routine */
#define KI_UNIQUE_CALLOUT     2

/* An APC off its queue: its routines may reuse or free the object. */
typedef struct _KI_APC_CALL {
    PKAPC Apc;
    PKKERNEL_ROUTINE KernelRoutine;
    PKNORMAL_ROUTINE NormalRoutine;
    PVOID NormalContext;
    PVOID SystemArgument1;
    PVOID SystemArgument2;
} KI_APC_CALL;

/*
 * Takes the thread's next kernel APC that may run now. FALSE: there is none; a normal one
 * that has to wait will be looked for when what it waits for is over.
 */
static BOOLEAN
KiTakeApc(PKTHREAD Thread, KI_APC_CALL *Call)
{
    KIRQL OldIrql = KiLockDispatcher();
    PLIST_ENTRY Head = &Thread->ApcState.ApcListHead[KernelMode];
    PKAPC Apc = CONTAINING_RECORD(Head->Flink, KAPC, ApcListEntry);
    BOOLEAN Taken = FALSE;

    Thread->ApcState.KernelApcPending = FALSE;
    if (!IsListEmpty(Head) &&
        (Apc->NormalRoutine == NULL ||
         (Thread->KernelApcDisable == 0 && !Thread->ApcState.KernelApcInProgress))) {
        KiUnlinkApc(Apc);
        *Call = (KI_APC_CALL){Apc,
                              Apc->KernelRoutine,
                              Apc->NormalRoutine,
                              Apc->NormalContext,
                              Apc->SystemArgument1,
                              Apc->SystemArgument2};
        Thread->ApcState.KernelApcInProgress |= Apc->NormalRoutine != NULL;
        Taken = TRUE;
    }
    KiUnlockDispatcher(OldIrql);
    return Taken;
}

/* An APC's routine must return at the level it was called at (IRQL-23, BUG-20): else the
   stop names it, and what else helps to find it. */
static VOID
KiCheckApcLevel(KIRQL Expected, ULONG Unique, PVOID Routine, PVOID Object,
                PKNORMAL_ROUTINE NormalRoutine)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (__builtin_expect(Irql != Expected, 0)) {
        KeBugCheckEx(IRQL_UNEXPECTED_VALUE,
                     ((ULONG_PTR)Irql << 16) | ((ULONG_PTR)Expected << 8) | Unique,
                     (ULONG_PTR)Routine, (ULONG_PTR)Object, (ULONG_PTR)NormalRoutine);
    }
}

/* A normal APC whose kernel routine has run: its normal routine, unless that took it
   away. APC_LEVEL around it. */
static VOID
KiRunNormalRoutine(PKTHREAD Thread, const KI_APC_CALL *Call)
{
    if (Call->NormalRoutine != NULL) {
        KeLowerIrql(PASSIVE_LEVEL);
        Call->NormalRoutine(Call->NormalContext, Call->SystemArgument1,
                            Call->SystemArgument2);
        KiCheckApcLevel(PASSIVE_LEVEL, KI_UNIQUE_CALLOUT, Call->NormalRoutine,
                        Call->NormalContext, NULL);
        KfRaiseIrql(APC_LEVEL);
    }
    Thread->ApcState.KernelApcInProgress = FALSE;
}

/*
 * Runs the kernel APCs of the running thread that may run: the special ones, then, one
 * after the other, the normal ones. APC_LEVEL, interrupts enabled, on the thread's stack;
 * may wait.
 */
VOID
KiDeliverApc(VOID)
{
    PKTHREAD Thread = KeGetCurrentThread();
    KI_APC_CALL Call;

    if (!Thread->ApcState.KernelApcPending || Thread->SpecialApcDisable != 0) {
        return;
    }
    while (KiTakeApc(Thread, &Call)) {
        PKNORMAL_ROUTINE NormalRoutine = Call.NormalRoutine;
        ULONG Unique =
            (NormalRoutine == NULL) ? KI_UNIQUE_SPECIAL_APC : KI_UNIQUE_NORMAL_APC;

        Call.KernelRoutine(Call.Apc, &Call.NormalRoutine, &Call.NormalContext,
                           &Call.SystemArgument1, &Call.SystemArgument2);
        KiCheckApcLevel(APC_LEVEL, Unique, Call.KernelRoutine, Call.Apc, NormalRoutine);
        if (NormalRoutine != NULL) {
            KiRunNormalRoutine(Thread, &Call);
        }
    }
}

VOID
KiCheckForKernelApc(VOID)
{
    PKTHREAD Thread = KeGetCurrentThread();

    Thread->ApcState.KernelApcPending = TRUE;
    if (KeGetCurrentIrql() == PASSIVE_LEVEL) {
        KfRaiseIrql(APC_LEVEL);
        KiDeliverApc();
        KeLowerIrql(PASSIVE_LEVEL);
    } else {
        HalRequestSoftwareInterrupt(APC_LEVEL);
    }
}

VOID
KiDeliverInWait(VOID)
{
    KiUnlockDispatcher(APC_LEVEL);
    KiDeliverApc();
    KiLockDispatcher();
}
