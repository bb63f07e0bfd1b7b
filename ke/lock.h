/*
 * The spin lock itself, inline for ke/: bit 0 of the word, set by `lock bts`, cleared by
 * a plain store (a release on x86).
 *
 * Waiting reads the word, with `pause`, until it looks free, and only then tries again,
 * so that waiters do not pull the cache line from the holder.
 */
#pragma once

#include <wdm.h>
#include <internal/arch.h>

/* The drivers' calling convention: routines of theirs have nothing to save around it, and
   end in it where they can. */
VOID NTAPI KiWaitForSpinLock(PKSPIN_LOCK SpinLock);

/* TRUE when the lock was free and is now the caller's. */
FORCEINLINE BOOLEAN
KiTrySpinLock(PKSPIN_LOCK SpinLock)
{
    BOOLEAN WasSet;

    __asm__ volatile("lock btsq $0, %1" : "=@ccc"(WasSet), "+m"(*SpinLock)::"memory");
    return !WasSet;
}

FORCEINLINE VOID
KiAcquireSpinLock(PKSPIN_LOCK SpinLock)
{
    if (__builtin_expect(!KiTrySpinLock(SpinLock), 0)) {
        KiWaitForSpinLock(SpinLock);
    }
}

FORCEINLINE VOID
KiReleaseSpinLock(PKSPIN_LOCK SpinLock)
{
    __atomic_store_n(SpinLock, 0, __ATOMIC_RELEASE);
}
