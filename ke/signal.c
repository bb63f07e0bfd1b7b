/*
 * What being signalled means for each kind of dispatcher object, and who is let go when
 * one becomes so. Everything here runs under the dispatcher lock.
 */
#include "ki.h"

VOID
KiInitializeHeader(PDISPATCHER_HEADER Header, UCHAR Type, UCHAR Size, LONG Signal)
{
    Header->Lock = 0;
    Header->Type = Type;
    Header->Size = Size;
    Header->SignalState = Signal;
    InitializeListHead(&Header->WaitListHead);
}

/* A mutant is free for its owner as well (OBJ-7). */
BOOLEAN
KiIsSignalled(PDISPATCHER_HEADER Object, PKTHREAD Thread)
{
    if (Object->Type == KOBJECT_MUTANT) {
        return Object->SignalState > 0 ||
               CONTAINING_RECORD(Object, KMUTANT, Header)->OwnerThread == Thread;
    }
    return Object->SignalState > 0;
}

static NTSTATUS
KiAcquireMutant(PKMUTANT Mutant, PKTHREAD Thread)
{
    NTSTATUS Status = STATUS_SUCCESS;

    if (--Mutant->Header.SignalState == 0) {
        Mutant->OwnerThread = Thread;
        Thread->KernelApcDisable -= Mutant->ApcDisable;
        InsertTailList(&Thread->MutantListHead, &Mutant->MutantListEntry);
        if (Mutant->Abandoned) {
            Mutant->Abandoned = FALSE;
            Status = STATUS_ABANDONED;
        }
    }
    return Status;
}

/* Takes from a signalled object what a satisfied wait takes. STATUS_ABANDONED for a
   mutant whose owner ended with it; else STATUS_SUCCESS. */
NTSTATUS
KiSatisfyWait(PDISPATCHER_HEADER Object, PKTHREAD Thread)
{
    switch (Object->Type) {
    case KOBJECT_EVENT_SYNCHRONIZATION:
    case KOBJECT_TIMER_SYNCHRONIZATION:
        Object->SignalState = 0;
        return STATUS_SUCCESS;
    case KOBJECT_SEMAPHORE:
        Object->SignalState--;
        return STATUS_SUCCESS;
    case KOBJECT_MUTANT:
        return KiAcquireMutant(CONTAINING_RECORD(Object, KMUTANT, Header), Thread);
    default: /* notification objects and threads stay signalled */
        return STATUS_SUCCESS;
    }
}

/* A wait for all: every object must be signalled; then all are taken from at once.
   *Status: STATUS_ABANDONED when a mutant among them was (OBJ-2). */
static BOOLEAN
KiSatisfyAll(PKTHREAD Thread, NTSTATUS *Status)
{
    PKWAIT_BLOCK Block = Thread->WaitBlockList;

    for (PKWAIT_BLOCK Each = Block; Each != NULL; Each = Each->NextWaitBlock) {
        if (Each->WaitKey != STATUS_TIMEOUT && !KiIsSignalled(Each->Object, Thread)) {
            return FALSE;
        }
    }
    for (; Block != NULL; Block = Block->NextWaitBlock) {
        if (Block->WaitKey != STATUS_TIMEOUT) {
            *Status |= KiSatisfyWait(Block->Object, Thread);
        }
    }
    return TRUE;
}

/*
 * Ends a thread's wait: takes its blocks out of every object's list, stops its timeout,
 * boosts it and makes it ready.
 */
VOID
KiUnwaitThread(PKTHREAD Thread, NTSTATUS Status, KPRIORITY Increment)
{
    for (PKWAIT_BLOCK Block = Thread->WaitBlockList; Block != NULL;
         Block = Block->NextWaitBlock) {
        RemoveEntryList(&Block->WaitListEntry);
    }
    Thread->WaitBlockList = NULL;
    if (Thread->Timer.Header.Inserted) {
        KiRemoveWheel(&Thread->Timer);
    }
    Thread->WaitStatus = Status;
    if (Thread->BasePriority < LOW_REALTIME_PRIORITY && Increment > 0) {
        KPRIORITY Boosted = Thread->BasePriority + Increment;
        Boosted = (Boosted < LOW_REALTIME_PRIORITY) ? Boosted : LOW_REALTIME_PRIORITY - 1;
        if (Boosted > Thread->Priority) {
            Thread->Priority = (SCHAR)Boosted;
        }
    }
    Thread->Quantum = THREAD_QUANTUM;
    KiReadyThread(Thread, FALSE);
}

/* The object has become signalled: ends waits, first come first served, while it is. */
VOID
KiSignalObject(PDISPATCHER_HEADER Object, KPRIORITY Increment)
{
    PLIST_ENTRY Entry = Object->WaitListHead.Flink;

    while (Entry != &Object->WaitListHead && Object->SignalState > 0) {
        PKWAIT_BLOCK Block = CONTAINING_RECORD(Entry, KWAIT_BLOCK, WaitListEntry);
        NTSTATUS Status = STATUS_SUCCESS;

        Entry = Entry->Flink;
        if (Block->WaitType == WaitAny) {
            Status = Block->WaitKey + KiSatisfyWait(Object, Block->Thread);
        } else if (!KiSatisfyAll(Block->Thread, &Status)) {
            continue;
        }
        KiUnwaitThread(Block->Thread, Status, Increment);
        /* The thread's other blocks may have stood next in this very list. */
        Entry = Object->WaitListHead.Flink;
    }
}
