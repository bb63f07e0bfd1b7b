/*
 * EX_TIMER: a timer that belongs to the kernel, so that it can be deleted whatever it is
 * doing.
 *
 * It is a KTIMER with a DPC whose target is one processor. All runs of that DPC come one
 * after the other, for they are on that processor; so the last of all, which the deletion
 * queues itself when the timer is out of the wheel, is the moment at which nobody uses the
 * timer any more.
 */
#include "exp.h"

#define EXP_TAG_TIMER EXP_TAG('E', 'x', 'T', 'm')

/* Detail of bug check 0xC4, ours: a timer is set or deleted with parameters that are none
   (P2: the timer, P3 and P4: the ones at fault). */
#define EXP_VIOLATION_TIMER 0xD1A00020

/* First argument of the DPC's run that ends the timer. */
#define EXP_LAST_RUN ((PVOID)1)

#define UNITS_PER_MILLISECOND 10000

struct _EX_TIMER {
    KTIMER Timer; /* first: a driver waits for it */
    KDPC Dpc;
    PEXT_CALLBACK Callback;
    PVOID Context;
    ULONG Attributes;
    KSPIN_LOCK Lock;        /* guards what follows, and setting against deleting */
    BOOLEAN Armed;          /* set, and the callback for it has not begun */
    BOOLEAN Deleted;        /* cannot be set any more */
    BOOLEAN DeleteAtExpiry; /* the expiry under way is its end */
    PKEVENT Waiter;         /* of ExDeleteTimer, or NULL */
    PEXT_DELETE_CALLBACK DeleteCallback;
    PVOID DeleteContext;
};

/* Frees the timer and tells whoever wants to know. DISPATCH_LEVEL. */
static VOID
ExpEndTimer(PEX_TIMER Timer)
{
    PEXT_DELETE_CALLBACK Callback = Timer->DeleteCallback;
    PVOID Context = Timer->DeleteContext;
    PKEVENT Waiter = Timer->Waiter;

    ExFreePoolWithTag(Timer, EXP_TAG_TIMER);
    if (Callback != NULL) {
        Callback(Context);
    }
    if (Waiter != NULL) {
        KeSetEvent(Waiter, EVENT_INCREMENT, FALSE);
    }
}

/* Notes that the callback begins. FALSE: it has been called for this expiry, or the timer was
   cancelled after it. */
static BOOLEAN
ExpBeginCallback(PEX_TIMER Timer)
{
    BOOLEAN Due;

    KeAcquireSpinLockAtDpcLevel(&Timer->Lock);
    Due = Timer->Armed;
    /* A periodic timer is in the wheel again, and so is one that was set anew. */
    Timer->Armed = Due && Timer->Timer.Header.Inserted;
    KeReleaseSpinLockFromDpcLevel(&Timer->Lock);
    return Due && Timer->Callback != NULL;
}

/* Whether a timer that was to be deleted with its expiry has had its last one. */
static BOOLEAN
ExpHasExpired(PEX_TIMER Timer)
{
    BOOLEAN Ended;

    KeAcquireSpinLockAtDpcLevel(&Timer->Lock);
    Ended = Timer->DeleteAtExpiry && !Timer->Armed;
    KeReleaseSpinLockFromDpcLevel(&Timer->Lock);
    return Ended;
}

static VOID NTAPI
ExpTimerDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PEX_TIMER Timer = Context;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument2);
    if (ExpBeginCallback(Timer)) {
        Timer->Callback(Timer, Timer->Context);
    }
    if (Argument1 == EXP_LAST_RUN || ExpHasExpired(Timer)) {
        ExpEndTimer(Timer);
    }
}

/*
 * Allocates a timer.
 *   Callback, CallbackContext  called at each expiry, at DISPATCH_LEVEL on the processor of
 *                              this call; NULL: none
 *   Attributes                 EX_TIMER_
 * NULL: pool is short, an attribute is unknown, or they exclude each other. IRQL <=
 * DISPATCH_LEVEL. Source: manual, ExAllocateTimer.
 */
PEX_TIMER
NTAPI
ExAllocateTimer(PEXT_CALLBACK Callback, PVOID CallbackContext, ULONG Attributes)
{
    const ULONG Exclusive = EX_TIMER_HIGH_RESOLUTION | EX_TIMER_NO_WAKE;
    PEX_TIMER Timer;

    if ((Attributes & ~(Exclusive | EX_TIMER_NOTIFICATION)) != 0 ||
        (Attributes & Exclusive) == Exclusive) {
        return NULL;
    }
    Timer = ExAllocatePoolZero(NonPagedPoolNx, sizeof(*Timer), EXP_TAG_TIMER);
    if (Timer == NULL) {
        return NULL;
    }
    KeInitializeTimerEx(&Timer->Timer, (Attributes & EX_TIMER_NOTIFICATION) != 0
                                           ? NotificationTimer
                                           : SynchronizationTimer);
    KeInitializeDpc(&Timer->Dpc, ExpTimerDpc, Timer);
    KeSetTargetProcessorDpc(&Timer->Dpc, (CCHAR)KeGetCurrentProcessorNumber());
    KeSetImportanceDpc(&Timer->Dpc,
                       MediumHighImportance); /* the last run is waited for */
    KeInitializeSpinLock(&Timer->Lock);
    Timer->Callback = Callback;
    Timer->Context = CallbackContext;
    Timer->Attributes = Attributes;
    return Timer;
}
EXPORT(ExAllocateTimer);

/* The rules of ExSetTimer's parameters; else the machine stops. */
static VOID
ExpCheckSetting(PEX_TIMER Timer, LONGLONG DueTime, LONGLONG Period,
                PEXT_SET_PARAMETERS Parameters)
{
    BOOLEAN Precise = (Timer->Attributes & EX_TIMER_HIGH_RESOLUTION) != 0;

    if (Period < 0 || Period > MAXLONG || (Precise && DueTime >= 0)) {
        KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION, EXP_VIOLATION_TIMER,
                     (ULONG_PTR)Timer, (ULONG_PTR)DueTime, (ULONG_PTR)Period);
    }
    if (Parameters != NULL &&
        (Parameters->Version != 0 || Parameters->Reserved != 0 ||
         Parameters->NoWakeTolerance < EX_TIMER_UNLIMITED_TOLERANCE)) {
        KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION, EXP_VIOLATION_TIMER,
                     (ULONG_PTR)Timer, (ULONG_PTR)Parameters, Parameters->Version);
    }
}

/*
 * Sets a timer, anew if it is set.
 *   DueTime     100 ns, negative from now (the only ones for EX_TIMER_HIGH_RESOLUTION), else
 *               a system time
 *   Period      100 ns, at most MAXLONG; 0: once. Taken in whole milliseconds, rounded up
 *   Parameters  NULL, or as ExInitializeSetTimerParameters begins them
 * Whether it was set already. A timer that is being deleted is not set; other parameters
 * are bug check 0xC4, what is no timer 0xC7. IRQL <= DISPATCH_LEVEL. Source: manual,
 * ExSetTimer.
 */
BOOLEAN
NTAPI
ExSetTimer(PEX_TIMER Timer, LONGLONG DueTime, LONGLONG Period,
           PEXT_SET_PARAMETERS Parameters)
{
    LARGE_INTEGER Due = {.QuadPart = DueTime};
    BOOLEAN WasSet = FALSE;
    LONG Milliseconds;
    KIRQL OldIrql;

    ExpCheckSetting(Timer, DueTime, Period, Parameters);
    Milliseconds = (LONG)((Period + UNITS_PER_MILLISECOND - 1) / UNITS_PER_MILLISECOND);
    KeAcquireSpinLock(&Timer->Lock, &OldIrql);
    if (!Timer->Deleted) {
        Timer->Armed = TRUE;
        WasSet = KeSetTimerEx(&Timer->Timer, Due, Milliseconds, &Timer->Dpc);
    }
    KeReleaseSpinLock(&Timer->Lock, OldIrql);
    return WasSet;
}
EXPORT(ExSetTimer);

/* Cancels the timer. Lock held. TRUE: it was set. */
static BOOLEAN
ExpCancelTimer(PEX_TIMER Timer)
{
    BOOLEAN WasSet = KeCancelTimer(&Timer->Timer);

    if (WasSet) {
        Timer->Armed = FALSE;
    }
    return WasSet;
}

/* Takes a timer back. Parameters: NULL. TRUE: it was set; FALSE: it was not, or it has
   expired, and its callback may be about to be called. IRQL <= DISPATCH_LEVEL. Source:
   manual, ExCancelTimer. */
BOOLEAN
NTAPI
ExCancelTimer(PEX_TIMER Timer, PEXT_CANCEL_PARAMETERS Parameters)
{
    BOOLEAN WasSet;
    KIRQL OldIrql;

    UNREFERENCED_PARAMETER(Parameters);
    KeAcquireSpinLock(&Timer->Lock, &OldIrql);
    WasSet = ExpCancelTimer(Timer);
    KeReleaseSpinLock(&Timer->Lock, OldIrql);
    return WasSet;
}
EXPORT(ExCancelTimer);

/*
 * The deletion proper, under the lock: the timer either ends with its next expiry or, being out
 * of the wheel, with a run of its DPC that is queued here. One that an expiry has queued is
 * taken out first, since it would come without the argument; what it had to call, the last
 * run calls.
 */
static BOOLEAN
ExpDeleteLocked(PEX_TIMER Timer, BOOLEAN Cancel)
{
    BOOLEAN WasSet;

    Timer->Deleted = TRUE;
    if (!Cancel && Timer->Timer.Period == 0 && Timer->Timer.Header.Inserted) {
        Timer->DeleteAtExpiry = TRUE;
        return FALSE;
    }
    /* Even when it is not set: an expiry that is half done is over after this. */
    WasSet = ExpCancelTimer(Timer);
    KeRemoveQueueDpc(&Timer->Dpc);
    KeInsertQueueDpc(&Timer->Dpc, EXP_LAST_RUN, NULL);
    return WasSet;
}

/*
 * Deletes a timer, which cannot be set from now on.
 *   Cancel      TRUE: cancels it first; FALSE: one that is set expires before it goes,
 *               unless it is periodic, which has no last expiry
 *   Wait        TRUE, with Cancel: returns when no callback runs or will; not in a callback
 *   Parameters  without Wait: a callback for the end; or NULL
 * Whether a timer that was set was cancelled. Wait without Cancel, or other parameters, are
 * bug check 0xC4. IRQL <= DISPATCH_LEVEL; with Wait <= APC_LEVEL. Source: manual,
 * ExDeleteTimer.
 */
BOOLEAN
NTAPI
ExDeleteTimer(PEX_TIMER Timer, BOOLEAN Cancel, BOOLEAN Wait,
              PEXT_DELETE_PARAMETERS Parameters)
{
    BOOLEAN WasSet;
    KEVENT Gone;
    KIRQL OldIrql;

    if ((Wait && !Cancel) || Timer->Deleted ||
        (Parameters != NULL && (Parameters->Version != 0 || Parameters->Reserved != 0))) {
        KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION, EXP_VIOLATION_TIMER,
                     (ULONG_PTR)Timer, Timer->Deleted, (ULONG_PTR)Parameters);
    }
    KeInitializeEvent(&Gone, NotificationEvent, FALSE);
    KeAcquireSpinLock(&Timer->Lock, &OldIrql);
    Timer->Waiter = Wait ? &Gone : NULL;
    if (Parameters != NULL && !Wait) {
        Timer->DeleteCallback = Parameters->DeleteCallback;
        Timer->DeleteContext = Parameters->DeleteContext;
    }
    WasSet = ExpDeleteLocked(Timer, Cancel);
    KeReleaseSpinLock(&Timer->Lock, OldIrql);
    if (Wait) {
        KeWaitForSingleObject(&Gone, Executive, KernelMode, FALSE, NULL);
    }
    return WasSet;
}
EXPORT(ExDeleteTimer);
