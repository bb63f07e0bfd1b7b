/*
 * Events. A notification event stays signalled and lets everybody go; a synchronization
 * event lets one waiter go and resets itself. (OBJ-4, OBJ-5)
 */
#include "ki.h"

/* IRQL: any. */
VOID NTAPI
KeInitializeEvent(PKEVENT Event, EVENT_TYPE Type, BOOLEAN State)
{
    KiInitializeHeader(&Event->Header,
                       (Type == NotificationEvent) ? KOBJECT_EVENT_NOTIFICATION
                                                   : KOBJECT_EVENT_SYNCHRONIZATION,
                       sizeof(KEVENT) / sizeof(LONG), State != FALSE);
}
EXPORT(KeInitializeEvent);

/*
 * Signals the event, raising the priority of who it lets go by Increment.
 *
 * Returns the state before: non-zero when it was signalled. Wait TRUE: the caller keeps
 * the raised level and must wait at once, which gives it back. IRQL: <= DISPATCH_LEVEL;
 * Wait TRUE: <= APC_LEVEL. Source: OBJ-4.
 */
LONG NTAPI
KeSetEvent(PKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
    KIRQL OldIrql = KiLockDispatcher();
    LONG Old = Event->Header.SignalState;

    Event->Header.SignalState = 1;
    if (Old == 0) {
        KiSignalObject(&Event->Header, Increment);
    }
    KiLeaveDispatcher(OldIrql, Wait);
    return Old;
}
EXPORT(KeSetEvent);

/* Makes it not signalled; returns the state before. IRQL: <= DISPATCH_LEVEL. */
LONG NTAPI
KeResetEvent(PKEVENT Event)
{
    KIRQL OldIrql = KiLockDispatcher();
    LONG Old = Event->Header.SignalState;

    Event->Header.SignalState = 0;
    KiUnlockDispatcher(OldIrql);
    return Old;
}
EXPORT(KeResetEvent);

/* The same without an answer. Under the lock as well: a bare store could come between a
   set and the waiters it lets go, and take them back (OBJ-5). */
VOID NTAPI
KeClearEvent(PKEVENT Event)
{
    KeResetEvent(Event);
}
EXPORT(KeClearEvent);

/* Non-zero while signalled. IRQL: any, an ISR's too (ISR-11). */
LONG NTAPI
KeReadStateEvent(PKEVENT Event)
{
    return __atomic_load_n(&Event->Header.SignalState, __ATOMIC_ACQUIRE);
}
EXPORT(KeReadStateEvent);
