/*
 * Kernel APCs to any actor, special or normal, some taken back; user APCs, which end waits
 * and are always taken back, since there is no user mode to run them in.
 */
#include "stress.h"

#define APCS 64

typedef struct _STRESS_APC {
    KAPC Apc;
    PKTHREAD Thread;
    volatile LONG Busy; /* whoever makes it so may queue it */
} STRESS_APC, *PSTRESS_APC;

static STRESS_APC Apcs[APCS];

static KKERNEL_ROUTINE RunKernel, RunUser;
static KNORMAL_ROUTINE RunNormal;

VOID
InitializeApcs(VOID)
{
    RtlZeroMemory(Apcs, sizeof(Apcs));
}

static VOID
CheckThread(PSTRESS_APC Apc)
{
    if (Apc->Thread != KeGetCurrentThread()) {
        Count(WrongThread);
    }
}

/* Both routines of an APC may wait; a wait in a wait is what makes it hard. */
static VOID
WaitSometimes(VOID)
{
    ULONG64 Dice = NewDice();

    if (!Stop && Roll(&Dice, 8) == 0) {
        WaitSomehow(&Dice);
    }
}

static VOID NTAPI
RunKernel(PKAPC Apc, PKNORMAL_ROUTINE *NormalRoutine, PVOID *NormalContext,
          PVOID *SystemArgument1, PVOID *SystemArgument2)
{
    PSTRESS_APC Mine = CONTAINING_RECORD(Apc, STRESS_APC, Apc);

    UNREFERENCED_PARAMETER(NormalContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);
    CheckLevel(APC_LEVEL);
    CheckThread(Mine);
    WaitSometimes();
    if (*NormalRoutine != NULL) {
        Count(NormalQueued);
    } else {
        InterlockedExchange(&Mine->Busy, 0);
    }
    Count(ApcsRun);
}

static VOID NTAPI
RunNormal(PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PSTRESS_APC Mine = Context;

    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    CheckLevel(PASSIVE_LEVEL);
    CheckThread(Mine);
    WaitSometimes();
    InterlockedExchange(&Mine->Busy, 0);
    Count(NormalRun);
}

/* It may have run, and be another's, when it is taken back: then it is that one's turn
   that is counted so. */
VOID
ActApc(PACTOR Actor)
{
    PSTRESS_APC Apc = &Apcs[Roll(&Actor->Dice, APCS)];
    BOOLEAN Normal = Roll(&Actor->Dice, 2) != 0;

    if (InterlockedExchange(&Apc->Busy, 1) != 0) {
        return;
    }
    Apc->Thread = Actors[Roll(&Actor->Dice, ACTORS)].Thread;
    KeInitializeApc(&Apc->Apc, Apc->Thread, OriginalApcEnvironment, RunKernel, NULL,
                    Normal ? RunNormal : NULL, KernelMode, Normal ? Apc : NULL);
    Count(ApcsQueued);
    if (!KeInsertQueueApc(&Apc->Apc, NULL, NULL, (KPRIORITY)Roll(&Actor->Dice, 2))) {
        Count(Refused);
    }
    if (Roll(&Actor->Dice, 8) == 0 && KeRemoveQueueApc(&Apc->Apc)) {
        Count(ApcsRemoved);
        InterlockedExchange(&Apc->Busy, 0);
    }
}

static VOID NTAPI
RunUser(PKAPC Apc, PKNORMAL_ROUTINE *NormalRoutine, PVOID *NormalContext,
        PVOID *SystemArgument1, PVOID *SystemArgument2)
{
    UNREFERENCED_PARAMETER(Apc);
    UNREFERENCED_PARAMETER(NormalRoutine);
    UNREFERENCED_PARAMETER(NormalContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);
    Count(WrongThread);
}

VOID
ActUserApc(PACTOR Actor)
{
    KAPC Apc;

    KeInitializeApc(&Apc, Actors[Roll(&Actor->Dice, ACTORS)].Thread,
                    OriginalApcEnvironment, RunUser, NULL, RunNormal, UserMode, NULL);
    if (!KeInsertQueueApc(&Apc, NULL, NULL, 0)) {
        Count(Refused);
    }
    KeStallExecutionProcessor(Roll(&Actor->Dice, 50));
    if (!KeRemoveQueueApc(&Apc)) {
        Count(Refused);
    }
}
