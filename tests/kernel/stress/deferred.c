/*
 * DPCs of every importance, target and kind, and work items; each may queue the other.
 */
#include "stress.h"

#define DPCS  48
#define ITEMS 48

static KDPC Dpcs[DPCS];

typedef struct _ITEM {
    WORK_QUEUE_ITEM Item;
    volatile LONG Busy; /* whoever makes it so may queue it */
} ITEM, *PITEM;

static ITEM Items[ITEMS];

static KDEFERRED_ROUTINE RunDpc;
static WORKER_THREAD_ROUTINE RunItem;

/* A third of them are threaded, and run at PASSIVE_LEVEL. */
VOID
InitializeDeferred(VOID)
{
    for (ULONG Index = 0; Index < DPCS; Index++) {
        if (Index % 3 == 0) {
            KeInitializeThreadedDpc(&Dpcs[Index], RunDpc, (PVOID)PASSIVE_LEVEL);
        } else {
            KeInitializeDpc(&Dpcs[Index], RunDpc, (PVOID)DISPATCH_LEVEL);
        }
    }
}

static VOID NTAPI
RunDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    ULONG64 Dice = NewDice();

    UNREFERENCED_PARAMETER(Dpc);
    if (Argument2 != (PVOID) ~(ULONG_PTR)Argument1) {
        Count(WrongStatus);
    }
    CheckLevel((KIRQL)(ULONG_PTR)Context);
    Count(DpcsRun);
    switch (Stop ? 0 : Roll(&Dice, 8)) {
    case 1:
        QueueSomeDpc(&Dice);
        break;
    case 2:
        QueueSomeItem(&Dice);
        break;
    case 3:
        Count(TokensGiven);
        KeReleaseSemaphore(&Tokens, 1, 1, FALSE);
        break;
    case 4:
        KeStallExecutionProcessor(Roll(&Dice, 20));
        break;
    }
}

/* Importance and target may change while it is queued: they count at the next insert. */
VOID
QueueSomeDpc(PULONG64 Dice)
{
    PKDPC Dpc = &Dpcs[Roll(Dice, DPCS)];
    ULONG_PTR Argument = Roll(Dice, MAXULONG);

    KeSetImportanceDpc(Dpc, (KDPC_IMPORTANCE)Roll(Dice, 4));
    KeSetTargetProcessorDpc(Dpc, (CCHAR)Roll(Dice, KeQueryActiveProcessorCount(NULL)));
    if (KeInsertQueueDpc(Dpc, (PVOID)Argument, (PVOID)~Argument)) {
        Count(DpcsQueued);
    }
}

VOID
ActDpc(PACTOR Actor)
{
    KIRQL OldIrql;

    KeRaiseIrql(Roll(&Actor->Dice, 2) ? DISPATCH_LEVEL : PASSIVE_LEVEL, &OldIrql);
    for (ULONG Turn = Roll(&Actor->Dice, 4); Turn != 0; Turn--) {
        QueueSomeDpc(&Actor->Dice);
    }
    KeLowerIrql(OldIrql);
}

VOID
ActRemoveDpc(PACTOR Actor)
{
    if (KeRemoveQueueDpc(&Dpcs[Roll(&Actor->Dice, DPCS)])) {
        Count(DpcsRemoved);
    }
}

static VOID NTAPI
RunItem(PVOID Context)
{
    PITEM Item = Context;
    ULONG64 Dice = NewDice();

    CheckLevel(PASSIVE_LEVEL);
    if (Roll(&Dice, 6) == 0) {
        WaitSomehow(&Dice);
    }
    if (!Stop && Roll(&Dice, 4) == 0) {
        QueueSomeDpc(&Dice);
    }
    Count(ItemsRun);
    InterlockedExchange(&Item->Busy, 0);
}

VOID
QueueSomeItem(PULONG64 Dice)
{
    PITEM Item = &Items[Roll(Dice, ITEMS)];

    if (InterlockedExchange(&Item->Busy, 1) == 0) {
        ExInitializeWorkItem(&Item->Item, RunItem, Item);
        Count(ItemsQueued);
        ExQueueWorkItem(&Item->Item, (WORK_QUEUE_TYPE)Roll(Dice, MaximumWorkQueue));
    }
}

VOID
ActItem(PACTOR Actor)
{
    QueueSomeItem(&Actor->Dice);
}

BOOLEAN
AreItemsDone(VOID)
{
    return Tally.ItemsRun == Tally.ItemsQueued;
}
