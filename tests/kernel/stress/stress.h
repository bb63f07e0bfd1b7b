/*
 * stress.h: what the files of the suite share: the dice, the books that have to balance in
 * the end, and the actors who keep them busy.
 */
#pragma once

#include <device.h>

#define ACTORS 10

/* Each count is of things that happened; the pairs that have to be equal stand together. */
typedef struct _TALLY {
    volatile LONG64 TokensGiven, TokensTaken;
    volatile LONG64 EventsSet, EventsTaken;
    volatile LONG64 AlertsSent, AlertsTaken;
    volatile LONG64 DpcsQueued, DpcsRun, DpcsRemoved;
    volatile LONG64 ApcsQueued, ApcsRun, ApcsRemoved, NormalQueued, NormalRun;
    volatile LONG64 ItemsQueued, ItemsRun;
    volatile LONG64 TimersSet, TimersDue, TimersCancelled, TimersUnsure;
    volatile LONG64 Calls, CallsRun;
    volatile LONG64 ThreadsMade, ThreadsRun;
    volatile LONG64 Raised, Claimed, Arrived;
    volatile LONG64 LocksTaken, QueuedLocksTaken, MutexesTaken, ResourcesTaken;
    volatile LONG64 Timeouts, Actions;
    /* What must not happen at all. */
    volatile LONG64 WrongStatus, WrongLevel, WrongThread, WrongProcessor, Overlaps,
        Refused;
} TALLY;

typedef struct _ACTOR {
    PKTHREAD Thread;
    ULONG64 Dice;
} ACTOR, *PACTOR;

typedef VOID STRESS_ACTION(PACTOR Actor);

extern TALLY Tally;
extern ACTOR Actors[ACTORS];
extern volatile LONG Stop; /* nobody begins anything more */
extern KSEMAPHORE Tokens;

#define Count(Name) InterlockedIncrement64(&Tally.Name)

/* A number below Limit. */
ULONG Roll(PULONG64 Dice, ULONG Limit);
/* For code that runs in nobody's name: dice of its own, which differ at every call. */
ULONG64 NewDice(VOID);
VOID CheckLevel(KIRQL Irql);

/* waits.c: waits and what ends them. */
VOID InitializeWaits(VOID);
/* One wait with random arguments, all of which end; any thread. IRQL <= APC_LEVEL. */
VOID WaitSomehow(PULONG64 Dice);
STRESS_ACTION ActWait, ActGive, ActSetEvent, ActAlert, ActDelay;
LONG QueryEvent(VOID);

/* deferred.c: DPCs, timers, work items. */
VOID InitializeDeferred(VOID);
VOID QueueSomeDpc(PULONG64 Dice);
VOID QueueSomeItem(PULONG64 Dice);
STRESS_ACTION ActDpc, ActRemoveDpc, ActItem;
BOOLEAN AreItemsDone(VOID);

/* timers.c */
VOID InitializeTimers(VOID);
STRESS_ACTION ActSetTimer, ActCancelTimer;
VOID CancelTimers(VOID);

/* apcs.c */
VOID InitializeApcs(VOID);
STRESS_ACTION ActApc, ActUserApc;

/* locks.c: what only one may have. */
VOID InitializeLocks(VOID);
VOID DeleteLocks(VOID);
STRESS_ACTION ActSpinLock, ActQueuedLock, ActMutex, ActResource;
VOID CheckLocks(VOID);

/* places.c: processors, priorities, threads, calls on all processors. */
STRESS_ACTION ActAffinity, ActPriority, ActCall, ActThread;

/* line.c: the device's interrupt comes and goes. Context: unused. */
KSTART_ROUTINE ServeLine;
