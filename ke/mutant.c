/* Mutexes: owned by a thread, recursively; signalled while nobody owns one. (OBJ-7) */
#include "ki.h"

/* IRQL: any. Level is accepted and ignored, as NT does. */
VOID NTAPI
KeInitializeMutex(PKMUTEX Mutex, ULONG Level)
{
    UNREFERENCED_PARAMETER(Level);
    memset(Mutex, 0, sizeof(*Mutex));
    KiInitializeHeader(&Mutex->Header, KOBJECT_MUTANT, sizeof(KMUTANT) / sizeof(LONG), 1);
    Mutex->ApcDisable = 1;
}
EXPORT(KeInitializeMutex);

/*
 * Gives up one ownership. Returns the state before: 0 when the mutex became free.
 *
 * By another than the owner: STATUS_MUTANT_NOT_OWNED, unhandled, bug check 0x1E. Wait as
 * for KeSetEvent. IRQL: <= DISPATCH_LEVEL. Source: OBJ-7.
 */
LONG NTAPI
KeReleaseMutex(PKMUTEX Mutex, BOOLEAN Wait)
{
    KIRQL OldIrql = KiLockDispatcher();
    PKTHREAD Thread = KeGetCurrentThread();
    LONG Old = Mutex->Header.SignalState;

    if (Mutex->OwnerThread != Thread) {
        KeBugCheckEx(KMODE_EXCEPTION_NOT_HANDLED,
                     (ULONG_PTR)(LONG_PTR)STATUS_MUTANT_NOT_OWNED,
                     (ULONG_PTR)__builtin_return_address(0), 0, (ULONG_PTR)Mutex);
    }
    Mutex->Header.SignalState = Old + 1;
    if (Old == 0) {
        Mutex->OwnerThread = NULL;
        Thread->KernelApcDisable += Mutex->ApcDisable;
        if (Thread->CombinedApcDisable == 0 &&
            !IsListEmpty(&Thread->ApcState.ApcListHead[KernelMode])) {
            KiCheckForKernelApc();
        }
        RemoveEntryList(&Mutex->MutantListEntry);
        KiSignalObject(&Mutex->Header, SEMAPHORE_INCREMENT);
    }
    KiLeaveDispatcher(OldIrql, Wait);
    return Old;
}
EXPORT(KeReleaseMutex);

LONG NTAPI
KeReadStateMutex(PKMUTEX Mutex)
{
    return __atomic_load_n(&Mutex->Header.SignalState, __ATOMIC_ACQUIRE);
}
EXPORT(KeReadStateMutex);
