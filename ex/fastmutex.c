/*
 * Fast mutexes, and guarded mutexes, which are the same since Windows 8 (OBJ-8).
 *
 * Count is 1 when free and falls by one for each thread that holds or waits; who finds it
 * below zero sleeps on the event, which a release sets once for the next. The holder is
 * at APC_LEVEL, so that no APC can make it wait for itself. Not recursive.
 */
#include "exp.h"

/* Driver Verifier's subcodes for a fast mutex used at a wrong level (VER-6). */
#define VERIFIER_MUTEX_ACQUIRED_ABOVE_APC 0x33
#define VERIFIER_MUTEX_RELEASED_NOT_APC   0x34

static VOID
ExpEnterMutex(PFAST_MUTEX Mutex)
{
    if (InterlockedDecrement(&Mutex->Count) != 0) {
        Mutex->Contention++;
        KeWaitForSingleObject(&Mutex->Event, Executive, KernelMode, FALSE, NULL);
    }
    Mutex->Owner = KeGetCurrentThread();
}

static VOID
ExpLeaveMutex(PFAST_MUTEX Mutex)
{
    Mutex->Owner = NULL;
    if (InterlockedIncrement(&Mutex->Count) <= 0) {
        KeSetEvent(&Mutex->Event, EVENT_INCREMENT, FALSE);
    }
}

static BOOLEAN
ExpTryEnterMutex(PFAST_MUTEX Mutex)
{
    if (InterlockedCompareExchange(&Mutex->Count, 0, 1) != 1) {
        return FALSE;
    }
    Mutex->Owner = KeGetCurrentThread();
    return TRUE;
}

static VOID
ExpCheckAcquire(PFAST_MUTEX Mutex)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql > APC_LEVEL) {
        KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION,
                     VERIFIER_MUTEX_ACQUIRED_ABOVE_APC, Irql, (ULONG_PTR)Mutex, 0);
    }
}

/*
 * Waits for the mutex and holds it at APC_LEVEL. IRQL <= APC_LEVEL, else bug check
 * DRIVER_VERIFIER_DETECTED_VIOLATION. Source: ExAcquireFastMutex; OBJ-8, VER-6.
 */
VOID NTAPI
ExAcquireFastMutex(PFAST_MUTEX FastMutex)
{
    KIRQL OldIrql;

    ExpCheckAcquire(FastMutex);
    OldIrql = KfRaiseIrql(APC_LEVEL);
    ExpEnterMutex(FastMutex);
    FastMutex->OldIrql = OldIrql;
}
EXPORT(ExAcquireFastMutex);

/*
 * Releases the mutex and restores the level it was acquired at. IRQL = APC_LEVEL, else
 * bug check. Source: ExReleaseFastMutex; OBJ-8, VER-6.
 */
VOID NTAPI
ExReleaseFastMutex(PFAST_MUTEX FastMutex)
{
    KIRQL Irql = KeGetCurrentIrql();
    KIRQL OldIrql = (KIRQL)FastMutex->OldIrql; /* the next holder overwrites it */

    if (Irql != APC_LEVEL) {
        KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION, VERIFIER_MUTEX_RELEASED_NOT_APC,
                     Irql, (ULONG_PTR)FastMutex, 0);
    }
    ExpLeaveMutex(FastMutex);
    KeLowerIrql(OldIrql);
}
EXPORT(ExReleaseFastMutex);

/* TRUE and as after ExAcquireFastMutex when the mutex was free; else FALSE and nothing.
   IRQL <= APC_LEVEL. Source: ExTryToAcquireFastMutex. */
BOOLEAN
NTAPI
ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex)
{
    KIRQL OldIrql;

    ExpCheckAcquire(FastMutex);
    OldIrql = KfRaiseIrql(APC_LEVEL);
    if (!ExpTryEnterMutex(FastMutex)) {
        KeLowerIrql(OldIrql);
        return FALSE;
    }
    FastMutex->OldIrql = OldIrql;
    return TRUE;
}
EXPORT(ExTryToAcquireFastMutex);

/* Without a change of level: the caller has APCs off already. IRQL <= APC_LEVEL. Source:
   ExAcquireFastMutexUnsafe. */
VOID NTAPI
ExAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex)
{
    ExpCheckAcquire(FastMutex);
    ExpEnterMutex(FastMutex);
}
EXPORT(ExAcquireFastMutexUnsafe);

/* Undoes ExAcquireFastMutexUnsafe. Source: ExReleaseFastMutexUnsafe. */
VOID NTAPI
ExReleaseFastMutexUnsafe(PFAST_MUTEX FastMutex)
{
    ExpLeaveMutex(FastMutex);
}
EXPORT(ExReleaseFastMutexUnsafe);

/* Any IRQL. Source: KeInitializeGuardedMutex. */
VOID NTAPI
KeInitializeGuardedMutex(PKGUARDED_MUTEX Mutex)
{
    ExInitializeFastMutex(Mutex);
}
EXPORT(KeInitializeGuardedMutex);

EXPORT_AS(KeAcquireGuardedMutex, ExAcquireFastMutex);
EXPORT_AS(KeReleaseGuardedMutex, ExReleaseFastMutex);
EXPORT_AS(KeTryToAcquireGuardedMutex, ExTryToAcquireFastMutex);
EXPORT_AS(KeAcquireGuardedMutexUnsafe, ExAcquireFastMutexUnsafe);
EXPORT_AS(KeReleaseGuardedMutexUnsafe, ExReleaseFastMutexUnsafe);
