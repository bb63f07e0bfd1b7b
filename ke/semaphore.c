/* Semaphores: signalled while the count is above zero; each wait takes one. (OBJ-6) */
#include "ki.h"

/* IRQL: PASSIVE_LEVEL (OBJ-10). */
VOID NTAPI
KeInitializeSemaphore(PKSEMAPHORE Semaphore, LONG Count, LONG Limit)
{
    KiInitializeHeader(&Semaphore->Header, KOBJECT_SEMAPHORE,
                       sizeof(KSEMAPHORE) / sizeof(LONG), Count);
    Semaphore->Limit = Limit;
}
EXPORT(KeInitializeSemaphore);

/*
 * Adds Adjustment to the count. Returns the count before, 0 when it was not signalled.
 *
 * Going beyond the limit is STATUS_SEMAPHORE_LIMIT_EXCEEDED, which nothing in the kernel
 * handles: bug check 0x1E. Wait as for KeSetEvent. IRQL: <= DISPATCH_LEVEL. Source:
 * OBJ-6.
 */
LONG NTAPI
KeReleaseSemaphore(PKSEMAPHORE Semaphore, KPRIORITY Increment, LONG Adjustment,
                   BOOLEAN Wait)
{
    KIRQL OldIrql = KiLockDispatcher();
    LONG Old = Semaphore->Header.SignalState;

    if (Adjustment < 0 || Adjustment > Semaphore->Limit - Old) {
        KeBugCheckEx(KMODE_EXCEPTION_NOT_HANDLED,
                     (ULONG_PTR)(LONG_PTR)STATUS_SEMAPHORE_LIMIT_EXCEEDED,
                     (ULONG_PTR)__builtin_return_address(0), 0, (ULONG_PTR)Semaphore);
    }
    Semaphore->Header.SignalState = Old + Adjustment;
    if (Old == 0) {
        KiSignalObject(&Semaphore->Header, Increment);
    }
    KiLeaveDispatcher(OldIrql, Wait);
    return Old;
}
EXPORT(KeReleaseSemaphore);

LONG NTAPI
KeReadStateSemaphore(PKSEMAPHORE Semaphore)
{
    return __atomic_load_n(&Semaphore->Header.SignalState, __ATOMIC_ACQUIRE);
}
EXPORT(KeReadStateSemaphore);
