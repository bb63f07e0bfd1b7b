/*
 * The timer wheel of each processor: five levels of 64 lists, so that a tick looks at one list
 * however many timers there are.
 *
 * Level 0 holds what is due within 64 clock ticks, one list a tick; level n what is due
 * within 64^(n+1), one list for 64^n ticks. When level n comes round to 0, one list of
 * level n+1 is spread over it. A timer further away than the wheel reaches waits in the
 * last list and is spread again. All under the dispatcher lock.
 */
#include "ki.h"

VOID
KiInitializeTimerWheel(PKTIMER_WHEEL Wheel)
{
    InitializeListHead(&Wheel->Due);
    for (ULONG Level = 0; Level < TIMER_WHEEL_LEVELS; Level++) {
        for (ULONG Slot = 0; Slot < TIMER_WHEEL_SLOTS; Slot++) {
            InitializeListHead(&Wheel->Slots[Level][Slot]);
        }
    }
}

static ULONG64
KiTickOf(ULONG64 InterruptTime)
{
    return InterruptTime / KE_CLOCK_PERIOD;
}

/* The list that holds Tick on a level. */
static PLIST_ENTRY
KiSlotOf(PKTIMER_WHEEL Wheel, ULONG Level, ULONG64 Tick)
{
    return &Wheel->Slots[Level]
                        [(Tick >> (TIMER_WHEEL_BITS * Level)) & (TIMER_WHEEL_SLOTS - 1)];
}

/* Puts a timer in the list of its due tick, but no earlier than Earliest. */
static VOID
KiPlaceTimer(PKTIMER_WHEEL Wheel, PKTIMER Timer, ULONG64 Earliest)
{
    ULONG64 Tick = KiTickOf(Timer->DueTime.QuadPart + KE_CLOCK_PERIOD - 1);
    ULONG64 Delta;
    ULONG Level = 0;

    if (Tick < Earliest) {
        Tick = Earliest;
    }
    Delta = Tick - Wheel->Tick;
    while (Level < TIMER_WHEEL_LEVELS - 1 &&
           (Delta >> (TIMER_WHEEL_BITS * (Level + 1))) != 0) {
        Level++;
    }
    if ((Delta >> (TIMER_WHEEL_BITS * TIMER_WHEEL_LEVELS)) != 0) {
        Tick = Wheel->Tick + (1ULL << (TIMER_WHEEL_BITS * TIMER_WHEEL_LEVELS)) - 1;
    }
    InsertTailList(KiSlotOf(Wheel, Level, Tick), &Timer->TimerListEntry);
}

/* Where Timer expires: on the processor its DPC is meant for, else on this one. */
static PKPRCB
KiTimerProcessor(PKTIMER Timer)
{
    ULONG Target = (Timer->Dpc != NULL) ? Timer->Dpc->Number : 0;
    PKPRCB Prcb = NULL;

    if (Target != 0 && Target < KI_DPC_TARGET(HAL_MAXIMUM_PROCESSORS)) {
        Prcb = KiProcessorBlock[Target - KI_DPC_TARGET(0)];
    }
    return (Prcb != NULL) ? Prcb : KeGetCurrentPrcb();
}

/* Queues Timer; FALSE, and not queued, when its DueTime is not in the future. */
BOOLEAN
KiInsertWheel(PKTIMER Timer)
{
    ULONG64 Now = KiQueryInterruptTime();
    PKPRCB Prcb;

    if (Timer->DueTime.QuadPart <= Now) {
        return FALSE;
    }
    Prcb = KiTimerProcessor(Timer);
    if (Prcb->TimerWheel.Count == 0) {
        Prcb->TimerWheel.Tick = KiTickOf(Now); /* nothing was missed while it was empty */
    }
    Prcb->TimerWheel.Count++;
    Timer->Processor = Prcb->Number;
    Timer->Header.Inserted = TRUE;
    KiPlaceTimer(&Prcb->TimerWheel, Timer, Prcb->TimerWheel.Tick + 1);
    return TRUE;
}

VOID
KiRemoveWheel(PKTIMER Timer)
{
    RemoveEntryList(&Timer->TimerListEntry);
    Timer->Header.Inserted = FALSE;
    KiProcessorBlock[Timer->Processor]->TimerWheel.Count--;
}

static VOID
KiMoveList(PLIST_ENTRY From, PLIST_ENTRY To)
{
    while (!IsListEmpty(From)) {
        InsertTailList(To, RemoveHeadList(From));
    }
}

/* Spreads one list of Level over the levels below. */
static VOID
KiCascade(PKTIMER_WHEEL Wheel, ULONG Level)
{
    LIST_ENTRY Moved;

    InitializeListHead(&Moved);
    KiMoveList(KiSlotOf(Wheel, Level, Wheel->Tick), &Moved);
    /* What is due in this very tick goes to the list that is taken next. */
    while (!IsListEmpty(&Moved)) {
        KiPlaceTimer(Wheel,
                     CONTAINING_RECORD(RemoveHeadList(&Moved), KTIMER, TimerListEntry),
                     Wheel->Tick);
    }
}

static VOID
KiAdvanceWheel(PKTIMER_WHEEL Wheel)
{
    Wheel->Tick++;
    for (ULONG Level = 1; Level < TIMER_WHEEL_LEVELS; Level++) {
        if ((Wheel->Tick & ((1ULL << (TIMER_WHEEL_BITS * Level)) - 1)) != 0) {
            break;
        }
        KiCascade(Wheel, Level);
    }
    KiMoveList(KiSlotOf(Wheel, 0, Wheel->Tick), &Wheel->Due);
}

/* Takes the next timer that is due at Now out of the wheel, or returns NULL. */
PKTIMER
KiNextDueTimer(PKTIMER_WHEEL Wheel, ULONG64 Now)
{
    ULONG64 Tick = KiTickOf(Now);
    PKTIMER Timer;

    while (Wheel->Count != 0 && IsListEmpty(&Wheel->Due) && Wheel->Tick < Tick) {
        KiAdvanceWheel(Wheel);
    }
    if (IsListEmpty(&Wheel->Due)) {
        return NULL;
    }
    Timer = CONTAINING_RECORD(Wheel->Due.Flink, KTIMER, TimerListEntry);
    KiRemoveWheel(Timer);
    return Timer;
}

/* The system time has been advanced by Change: what is due at one is due so much earlier. */
static VOID
KiShiftTimer(PKTIMER Timer, LONG64 Change)
{
    LONG64 Due = (LONG64)Timer->DueTime.QuadPart - Change;

    if (Timer->Header.Absolute) {
        Timer->DueTime.QuadPart = (Due > 0) ? (ULONG64)Due : 0;
    }
}

/* Puts every timer of a wheel where it belongs now; the one walk over all of them, for a
   change of the system time. */
VOID
KiShiftWheel(PKTIMER_WHEEL Wheel, LONG64 Change)
{
    LIST_ENTRY All;

    InitializeListHead(&All);
    for (ULONG Level = 0; Level < TIMER_WHEEL_LEVELS; Level++) {
        for (ULONG Slot = 0; Slot < TIMER_WHEEL_SLOTS; Slot++) {
            KiMoveList(&Wheel->Slots[Level][Slot], &All);
        }
    }
    while (!IsListEmpty(&All)) {
        PKTIMER Timer = CONTAINING_RECORD(RemoveHeadList(&All), KTIMER, TimerListEntry);

        KiShiftTimer(Timer, Change);
        KiPlaceTimer(Wheel, Timer, Wheel->Tick + 1);
    }
}
