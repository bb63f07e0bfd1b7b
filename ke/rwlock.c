/*
 * EX_SPIN_LOCK: many readers or one writer. (LCK-9)
 *
 * The word counts readers in its low bits. A writer sets the top bit first, which keeps new
 * readers out, and then waits until those inside have left.
 */
#include "ki.h"

#define RW_WRITER ((LONG)0x80000000)

static VOID
KiAcquireShared(PEX_SPIN_LOCK SpinLock)
{
    for (ULONG Round = 0;; Round++) {
        LONG Old = __atomic_load_n(SpinLock, __ATOMIC_RELAXED);

        if ((Old & RW_WRITER) == 0 &&
            InterlockedCompareExchange(SpinLock, Old + 1, Old) == Old) {
            KiEndSpin();
            return;
        }
        ArchPause();
        KiWatchSpin(SpinLock, Round);
    }
}

static VOID
KiAcquireExclusive(PEX_SPIN_LOCK SpinLock)
{
    ULONG Round = 0;

    while ((InterlockedOr(SpinLock, RW_WRITER) & RW_WRITER) != 0) {
        while ((__atomic_load_n(SpinLock, __ATOMIC_RELAXED) & RW_WRITER) != 0) {
            ArchPause();
            KiWatchSpin(SpinLock, Round++);
        }
    }
    while (__atomic_load_n(SpinLock, __ATOMIC_ACQUIRE) != RW_WRITER) {
        ArchPause();
        KiWatchSpin(SpinLock, Round++);
    }
    KiEndSpin();
}

/* Raises to DISPATCH_LEVEL and enters as a reader; returns the level before.
   IRQL: <= DISPATCH_LEVEL. Source: LCK-2, LCK-9. */
KIRQL
NTAPI
ExAcquireSpinLockShared(PEX_SPIN_LOCK SpinLock)
{
    KIRQL OldIrql = KfRaiseIrql(DISPATCH_LEVEL);

    KiAcquireShared(SpinLock);
    return OldIrql;
}
EXPORT(ExAcquireSpinLockShared);

/* A reader leaves. IRQL: DISPATCH_LEVEL. */
VOID NTAPI
ExReleaseSpinLockShared(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql)
{
    InterlockedDecrement(SpinLock);
    KeLowerIrql(OldIrql);
}
EXPORT(ExReleaseSpinLockShared);

/* Raises to DISPATCH_LEVEL and enters as the writer; returns the level before. */
KIRQL
NTAPI
ExAcquireSpinLockExclusive(PEX_SPIN_LOCK SpinLock)
{
    KIRQL OldIrql = KfRaiseIrql(DISPATCH_LEVEL);

    KiAcquireExclusive(SpinLock);
    return OldIrql;
}
EXPORT(ExAcquireSpinLockExclusive);

/* The writer leaves. IRQL: DISPATCH_LEVEL. */
VOID NTAPI
ExReleaseSpinLockExclusive(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql)
{
    __atomic_store_n(SpinLock, 0, __ATOMIC_RELEASE);
    KeLowerIrql(OldIrql);
}
EXPORT(ExReleaseSpinLockExclusive);

/* The same four with the level as it is. IRQL: >= DISPATCH_LEVEL. Source: LCK-2. */
VOID NTAPI
ExAcquireSpinLockSharedAtDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    KiRequireDpcLevel((const VOID *)SpinLock);
    KiAcquireShared(SpinLock);
}
EXPORT(ExAcquireSpinLockSharedAtDpcLevel);

VOID NTAPI
ExReleaseSpinLockSharedFromDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    KiRequireDpcLevel((const VOID *)SpinLock);
    InterlockedDecrement(SpinLock);
}
EXPORT(ExReleaseSpinLockSharedFromDpcLevel);

VOID NTAPI
ExAcquireSpinLockExclusiveAtDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    KiRequireDpcLevel((const VOID *)SpinLock);
    KiAcquireExclusive(SpinLock);
}
EXPORT(ExAcquireSpinLockExclusiveAtDpcLevel);

VOID NTAPI
ExReleaseSpinLockExclusiveFromDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    KiRequireDpcLevel((const VOID *)SpinLock);
    __atomic_store_n(SpinLock, 0, __ATOMIC_RELEASE);
}
EXPORT(ExReleaseSpinLockExclusiveFromDpcLevel);

/*
 * The only reader becomes the writer: TRUE. With another reader inside, or a writer waiting,
 * FALSE, and the caller is a reader as before. IRQL: DISPATCH_LEVEL. Source: LCK-9.
 */
LOGICAL
NTAPI
ExTryConvertSharedSpinLockExclusive(PEX_SPIN_LOCK SpinLock)
{
    return InterlockedCompareExchange(SpinLock, RW_WRITER, 1) == 1;
}
EXPORT(ExTryConvertSharedSpinLockExclusive);
