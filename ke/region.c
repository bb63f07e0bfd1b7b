/*
 * Regions of a thread without APCs: critical ones keep normal kernel APCs off, guarded
 * ones all of them. They nest, and may overlap. (IRQL-11, OBJ-8)
 *
 * The counts are the thread's own; no lock is needed, because an APC that comes meanwhile
 * is looked for again here, after the count has become zero.
 */
#include "ki.h"

/* The store of a count stays before the look at the queue: the interrupt of an APC that is
   queued in between then finds the region left. */
FORCEINLINE VOID
KiLeftRegion(PKTHREAD Thread)
{
    __asm__ volatile("" ::: "memory");
    if (!IsListEmpty(&Thread->ApcState.ApcListHead[KernelMode])) {
        KiCheckForKernelApc();
    }
}

/* Normal kernel APCs of the calling thread are off until the matching leave.
   IRQL: <= APC_LEVEL. */
VOID NTAPI
KeEnterCriticalRegion(VOID)
{
    KeGetCurrentThread()->KernelApcDisable--;
}
EXPORT(KeEnterCriticalRegion);

/* Undoes one KeEnterCriticalRegion; APCs that waited for the last one run before it
   returns. IRQL: <= APC_LEVEL. */
VOID NTAPI
KeLeaveCriticalRegion(VOID)
{
    PKTHREAD Thread = KeGetCurrentThread();

    if (++Thread->KernelApcDisable == 0 && Thread->SpecialApcDisable == 0) {
        KiLeftRegion(Thread);
    }
}
EXPORT(KeLeaveCriticalRegion);

/* All kernel APCs of the calling thread are off until the matching leave.
   IRQL: <= APC_LEVEL. */
VOID NTAPI
KeEnterGuardedRegion(VOID)
{
    KeGetCurrentThread()->SpecialApcDisable--;
}
EXPORT(KeEnterGuardedRegion);

/* Undoes one KeEnterGuardedRegion, as KeLeaveCriticalRegion does. IRQL: <= APC_LEVEL. */
VOID NTAPI
KeLeaveGuardedRegion(VOID)
{
    PKTHREAD Thread = KeGetCurrentThread();

    if (++Thread->SpecialApcDisable == 0) {
        KiLeftRegion(Thread);
    }
}
EXPORT(KeLeaveGuardedRegion);

/* Whether no kernel APC at all can come now: a guarded region, or the level. IRQL: any. */
BOOLEAN
NTAPI
KeAreAllApcsDisabled(VOID)
{
    return KeGetCurrentThread()->SpecialApcDisable != 0 ||
           KeGetCurrentIrql() >= APC_LEVEL;
}
EXPORT(KeAreAllApcsDisabled);

/* Whether a region of the thread or a mutex it holds keeps normal kernel APCs off. The
   level is not asked. IRQL: <= DISPATCH_LEVEL. */
BOOLEAN
NTAPI
KeAreApcsDisabled(VOID)
{
    return KeGetCurrentThread()->CombinedApcDisable != 0;
}
EXPORT(KeAreApcsDisabled);
