/*
 * A lock for threads that wait while they hold it: a synchronization event, signalled while
 * nobody has it.
 *
 * Not a fast mutex, which would raise to APC_LEVEL: drivers are called at PASSIVE_LEVEL
 * under such a lock. It is held in a critical region, because a normal APC that wants the
 * lock, too, would have its thread wait for itself; special APCs still come, so that
 * requests complete.
 */
#include "ki.h"

/* IRQL: PASSIVE_LEVEL. */
VOID
KeEnterEventLock(PKEVENT Lock)
{
    KeEnterCriticalRegion();
    KeWaitForSingleObject(Lock, Executive, KernelMode, FALSE, NULL);
}

/* By the thread that entered. IRQL: PASSIVE_LEVEL. */
VOID
KeLeaveEventLock(PKEVENT Lock)
{
    KeSetEvent(Lock, EVENT_INCREMENT, FALSE);
    KeLeaveCriticalRegion();
}
