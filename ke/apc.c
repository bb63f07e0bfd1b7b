/*
 * Asynchronous procedure calls: work for one thread, whatever it is doing. (IRQL-5, IRQL-11)
 *
 * A kernel APC is special (no normal routine) or normal. The first runs its kernel routine
 * at APC_LEVEL as soon as the thread is below it; the second then runs its normal routine
 * at PASSIVE_LEVEL, one at a time, and only outside critical regions and mutexes. A queued
 * APC is announced by a local APIC interrupt at 1Fh and not by a flag that routines look
 * at: a driver lowers its level with no call into the kernel.
 *
 * Who queues one for a thread that runs always asks for the interrupt, without a look at
 * the thread's regions: those belong to it alone, and deliver.c looks at them in it. For a
 * thread that does not run, KernelApcPending is enough: the switch to it asks (swap.c).
 */
#include "ki.h"

/*
 * Fills in an APC for Thread. KernelRoutine is called first, at APC_LEVEL; NormalRoutine,
 * if there is one, after it. Without one the APC is a special kernel APC, and ApcMode and
 * NormalContext mean nothing. RundownRoutine is called when the thread ends before a
 * user-mode APC. There is one process, so Environment chooses between equals.
 * IRQL: any. Source: ntoskrnl export; STR of KAPC.
 */
VOID NTAPI
KeInitializeApc(PRKAPC Apc, PKTHREAD Thread, KAPC_ENVIRONMENT Environment,
                PKKERNEL_ROUTINE KernelRoutine, PKRUNDOWN_ROUTINE RundownRoutine,
                PKNORMAL_ROUTINE NormalRoutine, KPROCESSOR_MODE ApcMode,
                PVOID NormalContext)
{
    memset(Apc, 0, sizeof(*Apc));
    Apc->Type = KOBJECT_APC;
    Apc->Size = sizeof(*Apc);
    Apc->Thread = Thread;
    Apc->ApcStateIndex = (Environment == CurrentApcEnvironment) ? OriginalApcEnvironment
                                                                : (CCHAR)Environment;
    Apc->KernelRoutine = KernelRoutine;
    Apc->RundownRoutine = RundownRoutine;
    if (NormalRoutine != NULL) {
        Apc->NormalRoutine = NormalRoutine;
        Apc->NormalContext = NormalContext;
        Apc->ApcMode = (ApcMode == KernelMode) ? KernelMode : UserMode;
    }
}
EXPORT(KeInitializeApc);

/* Special APCs stand before all normal ones, in the order they came. */
static VOID
KiLinkApc(PKAPC Apc)
{
    PLIST_ENTRY Head = &Apc->Thread->ApcState.ApcListHead[(UCHAR)Apc->ApcMode];
    PLIST_ENTRY Next = Head;

    if (Apc->NormalRoutine == NULL) {
        Next = Head->Flink;
        while (Next != Head &&
               CONTAINING_RECORD(Next, KAPC, ApcListEntry)->NormalRoutine == NULL) {
            Next = Next->Flink;
        }
    }
    InsertTailList(Next, &Apc->ApcListEntry); /* before Next */
    Apc->Inserted = TRUE;
}

VOID
KiUnlinkApc(PKAPC Apc)
{
    PKAPC_STATE State = &Apc->Thread->ApcState;

    RemoveEntryList(&Apc->ApcListEntry);
    Apc->Inserted = FALSE;
    if (IsListEmpty(&State->ApcListHead[UserMode])) {
        State->UserApcPending = FALSE;
    }
}

/* Whether a waiting thread, whose regions stand still, can take Apc now. */
static BOOLEAN
KiMayInterruptWait(PKTHREAD Thread, PKAPC Apc)
{
    if (Thread->WaitIrql >= APC_LEVEL || Thread->SpecialApcDisable != 0) {
        return FALSE;
    }
    return Apc->NormalRoutine == NULL ||
           (Thread->KernelApcDisable == 0 && !Thread->ApcState.KernelApcInProgress);
}

/* Sees to it that the thread takes a kernel APC just queued. Dispatcher lock held. */
static VOID
KiAnnounceKernelApc(PKTHREAD Thread, PKAPC Apc, KPRIORITY Increment)
{
    Thread->ApcState.KernelApcPending = TRUE;
    if (Thread->State == Waiting) {
        if (KiMayInterruptWait(Thread, Apc)) {
            KiUnwaitThread(Thread, STATUS_KERNEL_APC, Increment);
        }
    } else if (Thread == KeGetCurrentThread()) {
        HalRequestSoftwareInterrupt(APC_LEVEL);
    } else if (Thread->State == Running) {
        KiSendIpi(KiProcessorBlock[Thread->NextProcessor], IPI_REQUEST_APC);
    }
}

/* There is no user mode to run it in: it ends a user-mode alertable wait. Lock held. */
static VOID
KiAnnounceUserApc(PKTHREAD Thread, KPRIORITY Increment)
{
    if (Thread->State == Waiting && Thread->Alertable && Thread->WaitMode == UserMode) {
        Thread->ApcState.UserApcPending = TRUE;
        KiUnwaitThread(Thread, STATUS_USER_APC, Increment);
    }
}

/*
 * Queues an APC to its thread, with two arguments for its routines; a wait it interrupts
 * ends with a priority boost of Increment, and is resumed after a kernel APC.
 *
 * TRUE: queued. FALSE: it is queued already, or the thread takes no APCs because it ends.
 * For the calling thread below APC_LEVEL it has run on return. IRQL: <= DISPATCH_LEVEL.
 */
BOOLEAN
NTAPI
KeInsertQueueApc(PRKAPC Apc, PVOID SystemArgument1, PVOID SystemArgument2,
                 KPRIORITY Increment)
{
    PKTHREAD Thread = Apc->Thread;
    KIRQL OldIrql = KiLockDispatcher();
    BOOLEAN Queued = Thread->ApcQueueable && !Apc->Inserted;

    if (Queued) {
        Apc->SystemArgument1 = SystemArgument1;
        Apc->SystemArgument2 = SystemArgument2;
        if (Apc->ApcStateIndex == InsertApcEnvironment) {
            Apc->ApcStateIndex = OriginalApcEnvironment;
        }
        KiLinkApc(Apc);
        if (Apc->ApcMode == KernelMode) {
            KiAnnounceKernelApc(Thread, Apc, Increment);
        } else {
            KiAnnounceUserApc(Thread, Increment);
        }
    }
    KiUnlockDispatcher(OldIrql);
    return Queued;
}
EXPORT(KeInsertQueueApc);

/* Takes an APC back. TRUE: it was queued and will not run; FALSE: it was not (it may be
   running). IRQL: <= DISPATCH_LEVEL. */
BOOLEAN
NTAPI
KeRemoveQueueApc(PRKAPC Apc)
{
    KIRQL OldIrql = KiLockDispatcher();
    BOOLEAN Queued = Apc->Inserted;

    if (Queued) {
        KiUnlinkApc(Apc);
    }
    KiUnlockDispatcher(OldIrql);
    return Queued;
}
EXPORT(KeRemoveQueueApc);
