/* Threads: made, started, ended; their priorities. */
#include "ki.h"

static KE_THREAD_EXIT_ROUTINE *KiThreadExitRoutine;

VOID
KeSetThreadExitRoutine(KE_THREAD_EXIT_ROUTINE *Routine)
{
    KiThreadExitRoutine = Routine;
}

/* Builds the stack of a thread that has not run: KiSwapStacks returns to KiThreadStartup.
 */
static VOID
KiBuildInitialStack(PKTHREAD Thread)
{
    PKSWITCH_FRAME Frame = (PKSWITCH_FRAME)((PUCHAR)Thread->InitialStack - 16) - 1;

    memset(Frame, 0, sizeof(*Frame) + 16);
    Frame->MxCsr = INITIAL_MXCSR;
    Frame->Return = (ULONG64)(ULONG_PTR)KiThreadStartup;
    Thread->KernelStack = Frame;
}

/* Fills a zeroed KTHREAD; StackTop may be NULL for a thread that runs already. */
VOID
KeInitializeThread(PKTHREAD Thread, PVOID StackTop, SIZE_T StackSize,
                   PKSTART_ROUTINE StartRoutine, PVOID StartContext, KPRIORITY Priority)
{
    KiInitializeHeader(&Thread->Header, KOBJECT_THREAD, sizeof(KTHREAD) / sizeof(LONG),
                       0);
    InitializeListHead(&Thread->MutantListHead);
    InitializeListHead(&Thread->ApcState.ApcListHead[KernelMode]);
    InitializeListHead(&Thread->ApcState.ApcListHead[UserMode]);
    Thread->ApcQueueable = TRUE;
    KeInitializeTimerEx(&Thread->Timer, NotificationTimer);
    Thread->State = Initialized;
    Thread->Priority = Thread->BasePriority = (SCHAR)Priority;
    Thread->Quantum = THREAD_QUANTUM;
    Thread->Affinity = Thread->UserAffinity = ~(KAFFINITY)0;
    Thread->StartRoutine = StartRoutine;
    Thread->StartContext = StartContext;
    Thread->InitialStack = StackTop;
    if (StackTop != NULL) {
        Thread->StackLimit = (PUCHAR)StackTop - StackSize;
        KiBuildInitialStack(Thread);
    }
}

/* Makes a new thread runnable. IRQL: <= DISPATCH_LEVEL. */
VOID
KeStartThread(PKTHREAD Thread)
{
    KIRQL OldIrql = KiLockDispatcher();

    Thread->NextProcessor = KeGetCurrentPrcb()->Number;
    KiReadyThread(Thread, FALSE);
    KiUnlockDispatcher(OldIrql);
}

/* A thread's first C code: the dispatcher lock was handed to it by KiSwapThread. */
VOID
KiRunThread(VOID)
{
    PKTHREAD Thread = KeGetCurrentThread();

    KiReleaseAfterSwap();
    KeLowerIrql(PASSIVE_LEVEL);
    ArchEnableInterrupts();
    Thread->StartRoutine(Thread->StartContext);
    KiThreadExitRoutine();
}

/* Mutants the thread still owns become free and say so (STATUS_ABANDONED). Lock held. */
static VOID
KiAbandonMutants(PKTHREAD Thread)
{
    while (!IsListEmpty(&Thread->MutantListHead)) {
        PKMUTANT Mutant = CONTAINING_RECORD(RemoveHeadList(&Thread->MutantListHead),
                                            KMUTANT, MutantListEntry);
        Mutant->OwnerThread = NULL;
        Thread->KernelApcDisable += Mutant->ApcDisable;
        Mutant->Abandoned = TRUE;
        Mutant->Header.SignalState = 1;
        KiSignalObject(&Mutant->Header, 0);
    }
}

/* Takes the user-mode APCs out of the queue one by one and lets their owners know. */
static VOID
KiRundownUserApcs(PKTHREAD Thread)
{
    PLIST_ENTRY Head = &Thread->ApcState.ApcListHead[UserMode];

    while (!IsListEmpty(Head)) { /* nobody inserts any more */
        PKAPC Apc = NULL;
        KIRQL OldIrql = KiLockDispatcher();

        if (!IsListEmpty(Head)) {
            Apc = CONTAINING_RECORD(Head->Flink, KAPC, ApcListEntry);
            KiUnlinkApc(Apc);
        }
        KiUnlockDispatcher(OldIrql);
        if (Apc != NULL && Apc->RundownRoutine != NULL) {
            Apc->RundownRoutine(Apc);
        }
    }
}

/*
 * The kernel APCs that are queued run now. One that cannot, a region that was not left, or
 * a level that was not given back is KERNEL_APC_PENDING_DURING_EXIT (0x20): the APC, the
 * thread's disable counts, the level.
 */
VOID
KeRundownThread(VOID)
{
    PKTHREAD Thread = KeGetCurrentThread();
    PLIST_ENTRY Head = &Thread->ApcState.ApcListHead[KernelMode];
    KIRQL OldIrql = KiLockDispatcher();

    KiAbandonMutants(Thread);
    Thread->ApcQueueable = FALSE;
    /* A normal routine that ends its thread is over with it. */
    Thread->ApcState.KernelApcInProgress = FALSE;
    KiUnlockDispatcher(OldIrql);
    if (!IsListEmpty(Head) && OldIrql == PASSIVE_LEVEL) {
        KiCheckForKernelApc();
    }
    if (Thread->CombinedApcDisable != 0 || OldIrql != PASSIVE_LEVEL ||
        !IsListEmpty(Head)) {
        PKAPC Apc =
            IsListEmpty(Head) ? NULL : CONTAINING_RECORD(Head->Flink, KAPC, ApcListEntry);

        KeBugCheckEx(KERNEL_APC_PENDING_DURING_EXIT, (ULONG_PTR)Apc,
                     Thread->CombinedApcDisable, OldIrql, 0);
    }
    KiRundownUserApcs(Thread);
}

VOID
KeTerminateThread(VOID)
{
    PKTHREAD Thread = KeGetCurrentThread();

    KiLockDispatcher();
    Thread->State = Terminated;
    Thread->Header.SignalState = 1;
    KiSignalObject(&Thread->Header, 0);
    KiSwapThread(KiChooseThread(KeGetCurrentPrcb()));
    ArchHaltForever(); /* nobody makes a terminated thread ready */
}

/* The dispatcher lock is held until a thread that ends is off its stack. */
VOID
KeWaitUntilSwitchedOut(PKTHREAD Thread)
{
    for (;;) {
        KIRQL OldIrql = KiLockDispatcher();
        BOOLEAN Gone = (Thread->State == Terminated);

        KiUnlockDispatcher(OldIrql);
        if (Gone) {
            return;
        }
        ArchPause();
    }
}

/* Sets the priority (1 to 31) of a thread; returns the one before. IRQL: <= DISPATCH. */
KPRIORITY
NTAPI
KeSetPriorityThread(PKTHREAD Thread, KPRIORITY Priority)
{
    KIRQL OldIrql;
    KPRIORITY Old;

    KE_ASSERT(Priority > LOW_PRIORITY && Priority < MAXIMUM_PRIORITY);
    OldIrql = KiLockDispatcher();
    Old = Thread->Priority;

    Thread->BasePriority = (SCHAR)Priority;
    KiChangePriority(Thread, Priority);
    KiUnlockDispatcher(OldIrql);
    return Old;
}
EXPORT(KeSetPriorityThread);

KPRIORITY
NTAPI
KeQueryPriorityThread(PKTHREAD Thread)
{
    return Thread->Priority;
}
EXPORT(KeQueryPriorityThread);
