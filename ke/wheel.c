/*
 * The timer wheel: five levels of 64 lists, so that a tick looks at one list however many
 * timers there are.
 *
 * Level 0 holds what is due within 64 clock ticks, one list a tick; level n what is due
 * within 64^(n+1), one list for 64^n ticks. When level n comes round to 0, one list of
 * level n+1 is spread over it. A timer further away than the wheel reaches waits in the
 * last list and is spread again. All under the dispatcher lock.
 */
#include "ki.h"

#define WHEEL_BITS   6
#define WHEEL_SLOTS  (1 << WHEEL_BITS)
#define WHEEL_LEVELS 5

static LIST_ENTRY KiWheel[WHEEL_LEVELS][WHEEL_SLOTS];
static LIST_ENTRY KiDueList; /* taken from the wheel, not handed out yet */
static ULONG64 KiWheelTick;  /* every tick up to this one has been taken */
volatile LONG KiTimerCount;

VOID
KiInitializeTimerWheel(VOID)
{
    InitializeListHead(&KiDueList);
    for (ULONG Level = 0; Level < WHEEL_LEVELS; Level++) {
        for (ULONG Slot = 0; Slot < WHEEL_SLOTS; Slot++) {
            InitializeListHead(&KiWheel[Level][Slot]);
        }
    }
}

static ULONG64
KiTickOf(ULONG64 InterruptTime)
{
    return InterruptTime / KE_CLOCK_PERIOD;
}

/* Puts a timer in the list of its due tick, but no earlier than Earliest. */
static VOID
KiPlaceTimer(PKTIMER Timer, ULONG64 Earliest)
{
    ULONG64 Tick = KiTickOf(Timer->DueTime.QuadPart + KE_CLOCK_PERIOD - 1);
    ULONG64 Delta, Level = 0;

    if (Tick < Earliest) {
        Tick = Earliest;
    }
    Delta = Tick - KiWheelTick;
    while (Level < WHEEL_LEVELS - 1 && (Delta >> (WHEEL_BITS * (Level + 1))) != 0) {
        Level++;
    }
    if ((Delta >> (WHEEL_BITS * WHEEL_LEVELS)) != 0) {
        Tick = KiWheelTick + (1ULL << (WHEEL_BITS * WHEEL_LEVELS)) - 1;
    }
    InsertTailList(&KiWheel[Level][(Tick >> (WHEEL_BITS * Level)) & (WHEEL_SLOTS - 1)],
                   &Timer->TimerListEntry);
}

/* Queues Timer; FALSE, and not queued, when its DueTime is not in the future. */
BOOLEAN
KiInsertWheel(PKTIMER Timer)
{
    ULONG64 Now = KiQueryInterruptTime();

    if (Timer->DueTime.QuadPart <= Now) {
        return FALSE;
    }
    if (KiTimerCount == 0) {
        KiWheelTick = KiTickOf(Now); /* nothing was missed while the wheel was empty */
    }
    KiTimerCount++;
    Timer->Header.Inserted = TRUE;
    KiPlaceTimer(Timer, KiWheelTick + 1);
    return TRUE;
}

VOID
KiRemoveWheel(PKTIMER Timer)
{
    RemoveEntryList(&Timer->TimerListEntry);
    Timer->Header.Inserted = FALSE;
    KiTimerCount--;
}

/* Spreads one list of Level over the levels below. */
static VOID
KiCascade(ULONG Level)
{
    PLIST_ENTRY Slot =
        &KiWheel[Level][(KiWheelTick >> (WHEEL_BITS * Level)) & (WHEEL_SLOTS - 1)];
    LIST_ENTRY Moved;

    InitializeListHead(&Moved);
    while (!IsListEmpty(Slot)) {
        InsertTailList(&Moved, RemoveHeadList(Slot));
    }
    /* What is due in this very tick goes to the list that is taken next. */
    while (!IsListEmpty(&Moved)) {
        KiPlaceTimer(CONTAINING_RECORD(RemoveHeadList(&Moved), KTIMER, TimerListEntry),
                     KiWheelTick);
    }
}

static VOID
KiAdvanceWheel(VOID)
{
    PLIST_ENTRY Slot;

    KiWheelTick++;
    for (ULONG Level = 1; Level < WHEEL_LEVELS; Level++) {
        if ((KiWheelTick & ((1ULL << (WHEEL_BITS * Level)) - 1)) != 0) {
            break;
        }
        KiCascade(Level);
    }
    Slot = &KiWheel[0][KiWheelTick & (WHEEL_SLOTS - 1)];
    while (!IsListEmpty(Slot)) {
        InsertTailList(&KiDueList, RemoveHeadList(Slot));
    }
}

/* Takes the next timer that is due at Now out of the wheel, or returns NULL. */
PKTIMER
KiNextDueTimer(ULONG64 Now)
{
    ULONG64 Tick = KiTickOf(Now);
    PKTIMER Timer;

    while (KiTimerCount != 0 && IsListEmpty(&KiDueList) && KiWheelTick < Tick) {
        KiAdvanceWheel();
    }
    if (IsListEmpty(&KiDueList)) {
        return NULL;
    }
    Timer = CONTAINING_RECORD(KiDueList.Flink, KTIMER, TimerListEntry);
    KiRemoveWheel(Timer);
    return Timer;
}
