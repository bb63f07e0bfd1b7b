/*
 * Timer objects: set, cancelled, expired by a DPC of the processor that set them, or that their
 * own DPC is meant for. (OBJ-9 to OBJ-11)
 */
#include "ki.h"

#define UNITS_PER_MILLISECOND 10000
#define EXPIRY_BATCH          32 /* timers expired before others may have the lock */
#define INVALID_TIMER_OBJECT  0  /* first parameter of TIMER_OR_DPC_INVALID (BUG-18) */

/* What is no timer was never initialised, or has been overwritten: bug check. */
static VOID
KiCheckTimer(PKTIMER Timer)
{
    UCHAR Type = Timer->Header.Type;

    if (Type != KOBJECT_TIMER_NOTIFICATION && Type != KOBJECT_TIMER_SYNCHRONIZATION) {
        KeBugCheckEx(TIMER_OR_DPC_INVALID, INVALID_TIMER_OBJECT, (ULONG_PTR)Timer,
                     (ULONG_PTR)Timer, (ULONG_PTR)(Timer + 1));
    }
}

/* IRQL: <= DISPATCH_LEVEL. */
VOID NTAPI
KeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type)
{
    memset(Timer, 0, sizeof(*Timer));
    KiInitializeHeader(&Timer->Header,
                       (Type == NotificationTimer) ? KOBJECT_TIMER_NOTIFICATION
                                                   : KOBJECT_TIMER_SYNCHRONIZATION,
                       0, 0);
}
EXPORT(KeInitializeTimerEx);

VOID NTAPI
KeInitializeTimer(PKTIMER Timer)
{
    KeInitializeTimerEx(Timer, NotificationTimer);
}
EXPORT(KeInitializeTimer);

/*
 * Arms a timer that is not queued: DueTime negative from now, else a system time. FALSE
 * when that is over already, and the timer is not queued then. Dispatcher lock held.
 */
BOOLEAN
KiStartTimer(PKTIMER Timer, LARGE_INTEGER DueTime)
{
    LONG64 Now = (LONG64)KiQueryInterruptTime();

    if (DueTime.QuadPart < 0) {
        Timer->DueTime.QuadPart = (ULONG64)Now - (ULONG64)DueTime.QuadPart;
    } else {
        LARGE_INTEGER SystemTime;
        LONG64 Due;

        KeQuerySystemTime(&SystemTime);
        Due = Now + (DueTime.QuadPart - SystemTime.QuadPart);
        Timer->DueTime.QuadPart = (Due > 0) ? (ULONG64)Due : 0;
    }
    Timer->Header.Absolute = DueTime.QuadPart >= 0;
    Timer->Header.SignalState = 0;
    return KiInsertWheel(Timer);
}

/*
 * Queues a periodic timer that is due for its next turn. Turns that are over already, of a
 * late expiry or because the system time has jumped, are left out in one step: one by one they
 * could be millions, under the lock. Lock held.
 */
static VOID
KiStartPeriod(PKTIMER Timer)
{
    ULONG64 Period = (ULONG64)Timer->Period * UNITS_PER_MILLISECOND;

    do {
        ULONG64 Now = KiQueryInterruptTime(); /* the clock may tick meanwhile */

        if (Now > Timer->DueTime.QuadPart) {
            Timer->DueTime.QuadPart += (Now - Timer->DueTime.QuadPart) / Period * Period;
        }
        Timer->DueTime.QuadPart += Period;
    } while (!KiInsertWheel(Timer));
}

/* The timer is due: signal, queue its DPC, arm it again if it is periodic. Lock held. */
static VOID
KiCompleteTimer(PKTIMER Timer)
{
    PKDPC Dpc = Timer->Dpc;

    Timer->Header.SignalState = 1;
    Timer->Header.Absolute = FALSE; /* its periods are counted from here */
    KeTrace(TraceTimerExpire, 0, Timer,
            (Dpc != NULL) ? (ULONG_PTR)Dpc->DeferredRoutine : 0);
    if (Timer->Period > 0) {
        KiStartPeriod(Timer);
    }
    KiSignalObject(&Timer->Header, 0);
    if (Dpc != NULL) {
        KeInsertQueueDpc(Dpc, NULL, NULL); /* last: it may free the timer (DPC-31) */
    }
}

/* Expires what is due on a processor, at most a batch. FALSE: that was all. */
static BOOLEAN
KiExpireBatch(PKPRCB Prcb)
{
    KIRQL OldIrql = KiLockDispatcher();
    ULONG64 Now = KiQueryInterruptTime();
    PKTIMER Timer = NULL;

    for (ULONG Count = 0; Count < EXPIRY_BATCH; Count++) {
        Timer = KiNextDueTimer(&Prcb->TimerWheel, Now);
        if (Timer == NULL) {
            break;
        }
        KiCompleteTimer(Timer);
    }
    KiUnlockDispatcher(OldIrql);
    return Timer != NULL;
}

/* DPC of each processor, queued by its clock when timers are set. */
VOID NTAPI
KiExpireTimers(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    while (KiExpireBatch(KeGetCurrentPrcb())) {
    }
}

/*
 * Sets a timer: DueTime in 100 ns (negative: from now; positive: system time), Period in
 * milliseconds or 0, Dpc to queue at expiry or NULL.
 *
 * Returns whether it was set already, and is then set anew. An object that is no timer is bug
 * check 0xC7. IRQL: <= DISPATCH_LEVEL. Source: OBJ-9, BUG-18.
 */
BOOLEAN
NTAPI
KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER DueTime, LONG Period, PKDPC Dpc)
{
    KIRQL OldIrql;
    BOOLEAN WasSet;

    KiCheckTimer(Timer);
    OldIrql = KiLockDispatcher();
    WasSet = Timer->Header.Inserted;
    if (WasSet) {
        KiRemoveWheel(Timer);
    }
    Timer->Dpc = Dpc;
    Timer->Period = Period;
    if (!KiStartTimer(Timer, DueTime)) {
        Timer->DueTime.QuadPart = KiQueryInterruptTime(); /* its periods begin now */
        KiCompleteTimer(Timer);
    }
    KiUnlockDispatcher(OldIrql);
    return WasSet;
}
EXPORT(KeSetTimerEx);

BOOLEAN
NTAPI
KeSetTimer(PKTIMER Timer, LARGE_INTEGER DueTime, PKDPC Dpc)
{
    return KeSetTimerEx(Timer, DueTime, 0, Dpc);
}
EXPORT(KeSetTimer);

/* The tolerable delay is accepted; expiry is at the next tick as for every timer. */
BOOLEAN
NTAPI
KeSetCoalescableTimer(PKTIMER Timer, LARGE_INTEGER DueTime, ULONG Period,
                      ULONG TolerableDelay, PKDPC Dpc)
{
    UNREFERENCED_PARAMETER(TolerableDelay);
    return KeSetTimerEx(Timer, DueTime, (LONG)Period, Dpc);
}
EXPORT(KeSetCoalescableTimer);

/* Takes the timer out of the wheel. TRUE: it was set. IRQL: <= DISPATCH_LEVEL. */
BOOLEAN
NTAPI
KeCancelTimer(PKTIMER Timer)
{
    KIRQL OldIrql;
    BOOLEAN WasSet;

    KiCheckTimer(Timer);
    OldIrql = KiLockDispatcher();
    WasSet = Timer->Header.Inserted;
    if (WasSet) {
        KiRemoveWheel(Timer);
    }
    KiUnlockDispatcher(OldIrql);
    return WasSet;
}
EXPORT(KeCancelTimer);

BOOLEAN
NTAPI
KeReadStateTimer(PKTIMER Timer)
{
    return __atomic_load_n(&Timer->Header.SignalState, __ATOMIC_ACQUIRE) > 0;
}
EXPORT(KeReadStateTimer);
