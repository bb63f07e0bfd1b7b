/*
 * stress: everything at once. Some threads wait, wake, lock, queue and cancel what the dice
 * say for five seconds; then the books have to balance: every wake was somebody's, every DPC,
 * APC, timer and work item ran once or was taken back.
 *
 * The module word seed= chooses the dice. The same seed is not the same run: processors and
 * device have their own time. Under QEMU's -icount it nearly is.
 */
#include "stress.h"

DRIVER_INITIALIZE DriverEntry;

#define DURATION 50000000 /* 100 ns */

TALLY Tally;
ACTOR Actors[ACTORS];
volatile LONG Stop;
static ULONG Seed = 1;
static volatile LONG64 DiceMade;
static volatile LONG Left; /* actors that have stopped */
static KEVENT Begin, Go;   /* all actors are made; nobody is in anybody's debt */

static STRESS_ACTION *const Actions[] = {
    ActWait,     ActWait,       ActWait,   ActGive,     ActGive,        ActSetEvent,
    ActAlert,    ActDelay,      ActDpc,    ActDpc,      ActRemoveDpc,   ActItem,
    ActSetTimer, ActSetTimer,   ActApc,    ActApc,      ActCancelTimer, ActUserApc,
    ActSpinLock, ActQueuedLock, ActMutex,  ActResource, ActResource,    ActAffinity,
    ActPriority, ActCall,       ActThread,
};

/* Marsaglia's xorshift; its state is never 0. */
ULONG
Roll(PULONG64 Dice, ULONG Limit)
{
    *Dice ^= *Dice << 13;
    *Dice ^= *Dice >> 7;
    *Dice ^= *Dice << 17;
    return (ULONG)(*Dice >> 32) % Limit;
}

ULONG64
NewDice(VOID)
{
    ULONG64 Dice = (ULONG64)InterlockedIncrement64(&DiceMade) * 0x9E3779B97F4A7C15;

    return (Dice ^ Seed * 0xBF58476D1CE4E5B9ULL) | 1;
}

VOID
CheckLevel(KIRQL Irql)
{
    if (KeGetCurrentIrql() != Irql) {
        Count(WrongLevel);
    }
}

static VOID NTAPI
Act(PVOID Context)
{
    PACTOR Actor = Context;

    KeWaitForSingleObject(&Begin, Executive, KernelMode, FALSE, NULL);
    while (!Stop) {
        Actions[Roll(&Actor->Dice, RTL_NUMBER_OF(Actions))](Actor);
        CheckLevel(PASSIVE_LEVEL);
        Count(Actions);
    }
    KeRevertToUserAffinityThread();
    InterlockedIncrement(&Left);
    KeWaitForSingleObject(&Go, Executive, KernelMode, FALSE, NULL);
    InterlockedAdd64(&Tally.AlertsTaken, KeTestAlertThread(KernelMode) != FALSE);
    InterlockedAdd64(&Tally.AlertsTaken, KeTestAlertThread(UserMode) != FALSE);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* What DPCs, APCs and work items have begun ends by itself; new ones come from none. */
static VOID
LetEverythingEnd(VOID)
{
    CancelTimers();
    for (ULONG Turn = 0; Turn < 500; Turn++) {
        KeFlushQueuedDpcs();
        if (AreItemsDone() && Tally.ApcsQueued == Tally.ApcsRun + Tally.ApcsRemoved &&
            Tally.NormalQueued == Tally.NormalRun) {
            break;
        }
        KtapSleep(10);
    }
    KeFlushQueuedDpcs();
}

static VOID
CheckQueues(VOID)
{
    ok_equal(Tally.DpcsRun + Tally.DpcsRemoved, Tally.DpcsQueued,
             "DPC-7 DPC-9 DPC-10 every queued DPC ran once or was removed");
    ok_equal(Tally.ApcsRun + Tally.ApcsRemoved, Tally.ApcsQueued,
             "IRQL-11 every queued APC ran once or was removed");
    ok_equal(Tally.NormalRun, Tally.NormalQueued,
             "IRQL-11 and the normal routine of each that ran and has one");
    ok_equal(Tally.ItemsRun, Tally.ItemsQueued, "WRK-1 every work item ran once");
    ok(Tally.TimersDue <= Tally.TimersSet - Tally.TimersCancelled &&
           Tally.TimersDue >=
               Tally.TimersSet - Tally.TimersCancelled - Tally.TimersUnsure,
       "OBJ-9 every timer that was set expired, or was cancelled");
    ok_equal(Tally.CallsRun, Tally.Calls * KeQueryActiveProcessorCount(NULL),
             "IPI-1 each call ran once on every processor");
    ok_equal(Tally.ThreadsRun, Tally.ThreadsMade, "every thread that was made ran");
    ok_equal(Tally.Claimed, Tally.Raised, "ISR-2 each interrupt was claimed once");
    ok_equal(Tally.Arrived, Tally.Raised, "DPC-9 and its DPC ran");
}

static VOID
CheckBooks(VOID)
{
    DbgPrint("# seed %u: %I64d actions, %I64d time-outs, %I64d APCs, %I64d DPCs\n", Seed,
             Tally.Actions, Tally.Timeouts, Tally.ApcsRun, Tally.DpcsRun);
    DbgPrint(
        "# %I64d items, %I64d timers, %I64d interrupts, %I64d threads, %I64d alerts\n",
        Tally.ItemsRun, Tally.TimersDue, Tally.Raised, Tally.ThreadsRun,
        Tally.AlertsTaken);
    CheckQueues();
    ok_equal(Tally.TokensTaken + KeReadStateSemaphore(&Tokens), Tally.TokensGiven,
             "OBJ-6 every unit of the semaphore woke one wait, or is there");
    ok_equal(Tally.EventsTaken + QueryEvent(), Tally.EventsSet,
             "OBJ-4 every set of the event woke one wait, or stands");
    ok_equal(Tally.AlertsTaken, Tally.AlertsSent, "OBJ-2 every alert was taken once");
    CheckLocks();
    ok_equal(Tally.WrongStatus, 0, "OBJ-2 no wait ended for no reason");
    ok_equal(Tally.WrongLevel, 0, "IRQL-20 every routine ran at its level");
    ok_equal(Tally.WrongThread, 0, "IRQL-11 every APC ran in its thread");
    ok_equal(Tally.WrongProcessor, 0, "AFF-4 every thread and DPC ran where it has to");
    ok_equal(Tally.Overlaps, 0, "LCK-2 OBJ-7 nobody had what another had");
    ok_equal(Tally.Refused, 0, "nothing was refused that has to be taken");
}

static VOID
ReadSeed(VOID)
{
    RTL_QUERY_REGISTRY_TABLE Table[2];
    WCHAR Path[200];

    RtlCopyMemory(Path, Ktap.RegistryPath.Buffer, Ktap.RegistryPath.Length);
    wcscpy(Path + Ktap.RegistryPath.Length / sizeof(WCHAR), L"\\Parameters");
    RtlZeroMemory(Table, sizeof(Table));
    Table[0].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[0].Name = L"seed";
    Table[0].EntryContext = &Seed;
    RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Path, Table, NULL, NULL);
}

static VOID
Prepare(VOID)
{
    ReadSeed();
    KeInitializeEvent(&Begin, NotificationEvent, FALSE);
    KeInitializeEvent(&Go, NotificationEvent, FALSE);
    InitializeWaits();
    InitializeDeferred();
    InitializeTimers();
    InitializeApcs();
    InitializeLocks();
}

static VOID
StressTests(VOID)
{
    LARGE_INTEGER Duration = {.QuadPart = -DURATION};
    ULONG Ended = 0;
    PKTHREAD Line;

    Prepare();
    for (ULONG Index = 0; Index < ACTORS; Index++) {
        Actors[Index].Dice = NewDice();
        Actors[Index].Thread = KtapCreateThread(Act, &Actors[Index]);
    }
    Line = KtapCreateThread(ServeLine, NULL);
    KeSetPriorityThread(KeGetCurrentThread(), LOW_REALTIME_PRIORITY);
    KeSetEvent(&Begin, 0, FALSE);
    KeDelayExecutionThread(KernelMode, FALSE, &Duration);
    InterlockedExchange(&Stop, 1);
    ok_status(KtapJoinThread(Line), STATUS_SUCCESS, "the line's thread ends");
    ok(KtapAwait(&Left, ACTORS), "no actor waits for ever");
    LetEverythingEnd();
    KeSetEvent(&Go, 0, FALSE);
    for (ULONG Index = 0; Index < ACTORS; Index++) {
        Ended += KtapJoinThread(Actors[Index].Thread) == STATUS_SUCCESS;
    }
    ok_equal(Ended, ACTORS, "every actor ends");
    DeleteLocks();
    CheckBooks();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return StartSuite(DriverObject, RegistryPath, StressTests);
}
