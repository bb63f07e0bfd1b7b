/*
 * Thread switches: by waiting, by preemption in the dispatch interrupt, by affinity.
 */
#include "ki.h"

/* What a switch seldom needs, out of its way. */
static __attribute__((noinline)) VOID
KiSwapAttended(PKTHREAD Old, PKTHREAD New)
{
    if (New->ApcState.KernelApcPending) {
        HalRequestSoftwareInterrupt(APC_LEVEL); /* fires when New is below APC_LEVEL */
    }
    KeTrace(TraceSwitch, (ULONG)New->Priority, New, (ULONG_PTR)New->StartRoutine);
    KiSwapStacks(&Old->KernelStack, New->KernelStack);
}

/*
 * Switches this processor to New, and returns when the thread that called runs again, on
 * this processor or another. The dispatcher lock is held on both sides: it is handed
 * over, so that nobody can resume a thread whose registers are not all saved yet.
 */
VOID
KiSwapThread(PKTHREAD New)
{
    PKPRCB Prcb = KeGetCurrentPrcb();
    PKTHREAD Old = Prcb->CurrentThread;

    New->State = Running;
    New->NextProcessor = Prcb->Number;
    New->ContextSwitches++;
    if (New == Prcb->IdleThread) {
        KiIdleSummary |= AFFINITY_MASK(Prcb->Number);
    } else if (Old == Prcb->IdleThread) {
        KiIdleSummary &= ~AFFINITY_MASK(Prcb->Number);
    }
    if (New == Old) {
        return;
    }
    Prcb->CurrentThread = New;
    Prcb->QuantumEnd = FALSE;
    if (__builtin_expect(New->ApcState.KernelApcPending || KeTraceEvents != 0, 0)) {
        KiSwapAttended(Old, New);
        return;
    }
    KiSwapStacks(&Old->KernelStack, New->KernelStack);
}

/* The running thread has used its quantum: it loses a boost, and yields to its equals. */
static VOID
KiQuantumEnd(PKPRCB Prcb)
{
    PKTHREAD Thread = Prcb->CurrentThread;

    Prcb->QuantumEnd = FALSE;
    Thread->Quantum = THREAD_QUANTUM;
    if (Thread->Priority > Thread->BasePriority) {
        Thread->Priority--;
    }
    if (Prcb->NextThread == NULL && (Prcb->ReadySummary >> Thread->Priority) != 0) {
        PKTHREAD Next = KiSelectThread(Prcb);
        if (Next != NULL) {
            Next->State = Standby;
            Prcb->NextThread = Next;
        }
    }
}

/*
 * The end of the dispatch interrupt: DPCs are done, perhaps another thread is due.
 * DISPATCH_LEVEL, on the interrupted thread's stack. The idle thread stays at
 * DISPATCH_LEVEL (IRQL-24) and is interrupted here only at boot, before it is idle.
 */
VOID
KiDispatchInterrupt(VOID)
{
    PKPRCB Prcb = KeGetCurrentPrcb();
    PKTHREAD Thread, Next;
    BOOLEAN Expired;

    if ((Prcb->NextThread == NULL && !Prcb->QuantumEnd) ||
        Prcb->CurrentThread == Prcb->IdleThread) {
        return;
    }
    KiLockDispatcher();
    Thread = Prcb->CurrentThread;
    Expired = Prcb->QuantumEnd;
    if (Expired) {
        KiQuantumEnd(Prcb);
    }
    Next = Prcb->NextThread;
    if (Next != NULL) {
        Prcb->NextThread = NULL;
        KiReadyThread(Thread, !Expired);
        KiSwapThread(Next);
    }
    KiReleaseAfterSwap();
}

/*
 * The loop of each processor's idle thread, at DISPATCH_LEVEL from here on (IRQL-24). An ISR
 * that ends its halt need not ask for the dispatch interrupt: the next step here is to look
 * at the queue. Anywhere else, as between two threads, it must.
 */
VOID
KeEnterIdleLoop(VOID)
{
    PKPRCB Prcb = KeGetCurrentPrcb();

    KfRaiseIrql(DISPATCH_LEVEL);
    for (;;) {
        ArchBlockInterrupts();
        Prcb->IdleLooks = FALSE;
        if (Prcb->DpcData[DPC_NORMAL].DpcList.ListHead.Next != NULL) {
            ArchEnableInterrupts();
            KiRetireDpcs();
        } else if (Prcb->NextThread != NULL) {
            ArchEnableInterrupts();
            KiLockDispatcher();
            KiSwapThread(KiChooseThread(Prcb));
            KiReleaseAfterSwap();
        } else {
            /* Whoever gives work to a halted processor interrupts it. */
            Prcb->IdleLooks = TRUE;
            ArchWaitForInterrupt();
        }
    }
}

/* Moves the running thread to a processor of Affinity if it is not on one. Lock held. */
static VOID
KiMoveThread(PKTHREAD Thread, KAFFINITY Affinity)
{
    PKPRCB Prcb = KeGetCurrentPrcb();

    Thread->Affinity = Affinity;
    if ((Affinity & AFFINITY_MASK(Prcb->Number)) == 0) {
        PKTHREAD Next = KiChooseThread(Prcb);

        KiReadyThread(Thread, TRUE);
        KiSwapThread(Next);
    }
}

/*
 * Confines the calling thread to Affinity; on return it runs on one of those processors.
 *
 * Bits of processors that are not up are ignored; a mask of none changes nothing. Returns
 * the affinity to give to KeRevertToUserAffinityThreadEx, 0 when none was in force.
 * IRQL: <= APC_LEVEL.
 */
KAFFINITY
NTAPI
KeSetSystemAffinityThreadEx(KAFFINITY Affinity)
{
    PKTHREAD Thread = KeGetCurrentThread();
    KIRQL OldIrql = KiLockDispatcher();
    KAFFINITY Old = Thread->SystemAffinityActive ? Thread->Affinity : 0;

    Affinity &= KeActiveProcessors;
    if (Affinity != 0) {
        Thread->SystemAffinityActive = TRUE;
        KiMoveThread(Thread, Affinity);
    }
    KiUnlockDispatcher(OldIrql);
    return Old;
}
EXPORT(KeSetSystemAffinityThreadEx);

VOID NTAPI
KeSetSystemAffinityThread(KAFFINITY Affinity)
{
    KeSetSystemAffinityThreadEx(Affinity);
}
EXPORT(KeSetSystemAffinityThread);

/* Undoes KeSetSystemAffinityThreadEx: back to Affinity, or with 0 to the thread's own.
   IRQL: <= APC_LEVEL. */
VOID NTAPI
KeRevertToUserAffinityThreadEx(KAFFINITY Affinity)
{
    PKTHREAD Thread = KeGetCurrentThread();
    KIRQL OldIrql = KiLockDispatcher();

    Affinity &= KeActiveProcessors;
    Thread->SystemAffinityActive = (Affinity != 0);
    KiMoveThread(Thread, (Affinity != 0) ? Affinity : Thread->UserAffinity);
    KiUnlockDispatcher(OldIrql);
}
EXPORT(KeRevertToUserAffinityThreadEx);

VOID NTAPI
KeRevertToUserAffinityThread(VOID)
{
    KeRevertToUserAffinityThreadEx(0);
}
EXPORT(KeRevertToUserAffinityThread);
