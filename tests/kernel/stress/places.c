/*
 * Where and when threads run: affinity, priority, short threads, calls on all processors.
 */
#include "stress.h"

/* On some of the processors for a while, with a wait and without. */
VOID
ActAffinity(PACTOR Actor)
{
    ULONG Processors = KeQueryActiveProcessorCount(NULL);
    KAFFINITY Mask = 1 + Roll(&Actor->Dice, (1U << Processors) - 1);
    KIRQL OldIrql;

    KeSetSystemAffinityThread(Mask);
    for (ULONG Turn = Roll(&Actor->Dice, 3); Turn != 0; Turn--) {
        KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
        if ((Mask >> KeGetCurrentProcessorNumber() & 1) == 0) {
            Count(WrongProcessor);
        }
        KeLowerIrql(OldIrql);
        WaitSomehow(&Actor->Dice);
    }
    if (Roll(&Actor->Dice, 4) != 0) {
        KeRevertToUserAffinityThread();
    }
}

/* Anybody's; now and then above the workers and the system's own threads. */
VOID
ActPriority(PACTOR Actor)
{
    KeSetPriorityThread(Actors[Roll(&Actor->Dice, ACTORS)].Thread,
                        6 + (KPRIORITY)Roll(&Actor->Dice, 8));
}

static ULONG_PTR NTAPI
RunCall(ULONG_PTR Argument)
{
    Count(CallsRun);
    return Argument;
}

VOID
ActCall(PACTOR Actor)
{
    ULONG_PTR Argument = Roll(&Actor->Dice, MAXULONG);

    Count(Calls);
    if (KeIpiGenericCall(RunCall, Argument) != Argument) {
        Count(Refused);
    }
}

static VOID NTAPI
ShortThread(PVOID Context)
{
    ULONG64 Dice = (ULONG64)(ULONG_PTR)Context;

    Count(ThreadsRun);
    if (Roll(&Dice, 2) == 0) {
        WaitSomehow(&Dice);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* Its end is waited for, or nobody cares. */
VOID
ActThread(PACTOR Actor)
{
    PKTHREAD Thread;

    if (Roll(&Actor->Dice, 4) != 0) {
        return;
    }
    Thread = KtapCreateThread(ShortThread, (PVOID)(ULONG_PTR)NewDice());
    if (Thread == NULL) {
        Count(Refused);
        return;
    }
    Count(ThreadsMade);
    if (Roll(&Actor->Dice, 2) == 0) {
        ObDereferenceObject(Thread);
    } else if (KtapJoinThread(Thread) != STATUS_SUCCESS) {
        Count(WrongStatus);
    }
}
