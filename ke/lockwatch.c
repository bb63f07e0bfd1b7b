/*
 * Waiting for a spin lock that nobody will release: bug check 0xF instead of silence.
 * (LCK-4, BUG-6)
 *
 * A lock's word says no more than that it is taken: naming an owner would cost the path
 * that finds it free. So the waiter looks, now and then, at everybody who could hold it. The
 * waiter's own processor cannot: what it interrupted runs no more until the wait is over.
 * Another one cannot while it is idle, outside every ISR and DPC, or waits for the same
 * lock. If that is so for all of them, look after look, while their clocks go on, the
 * holder is the waiter itself, or left with the lock.
 *
 * A processor that runs a thread may hold the lock, and the waiter waits on; the DPC
 * watchdog is the end of that.
 */
#include "ki.h"

#define TICKS_OF_PROOF 16 /* of each other processor's clock: a quarter of a second */

/* What one waiting processor has seen; its own. */
typedef struct _KI_SPIN_WATCH {
    const volatile VOID *Lock;
    ULONG64 Ticks[HAL_MAXIMUM_PROCESSORS]; /* of each other one, when the proof began */
} KI_SPIN_WATCH;

static KI_SPIN_WATCH KiSpinWatch[HAL_MAXIMUM_PROCESSORS];

static BOOLEAN KiSpinsAreWatched;

/* From here on: all processors that will ever hold a lock have been announced. Boot. */
VOID
KeWatchSpinLocks(VOID)
{
    KiSpinsAreWatched = TRUE;
}

static BOOLEAN
KiMayHold(PKPRCB Prcb, const volatile VOID *Lock)
{
    if (Prcb->SpinningFor == Lock) {
        return FALSE;
    }
    return Prcb->CurrentThread != Prcb->IdleThread || Prcb->DpcRoutineActive ||
           Prcb->ActiveInterrupt != NULL;
}

static BOOLEAN
KiIsOther(PKPRCB Prcb)
{
    return Prcb != NULL && Prcb != KeGetCurrentPrcb();
}

static VOID
KiBeginProof(KI_SPIN_WATCH *Watch, const volatile VOID *Lock)
{
    Watch->Lock = Lock;
    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS; Number++) {
        PKPRCB Prcb = KiProcessorBlock[Number];

        Watch->Ticks[Number] = KiIsOther(Prcb) ? Prcb->ClockTicks : 0;
    }
}

/* TRUE when no processor has been able to release the lock for the whole proof. */
static BOOLEAN
KiIsLockLost(KI_SPIN_WATCH *Watch, const volatile VOID *Lock)
{
    BOOLEAN Proved = TRUE;

    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS; Number++) {
        PKPRCB Prcb = KiProcessorBlock[Number];

        if (!KiIsOther(Prcb)) {
            continue;
        }
        if (KiMayHold(Prcb, Lock)) {
            Watch->Lock = NULL; /* and begin again */
            return FALSE;
        }
        Proved = Proved && Prcb->ClockTicks - Watch->Ticks[Number] >= TICKS_OF_PROOF;
    }
    return Proved;
}

VOID
KiLookAtSpin(const volatile VOID *Lock, BOOLEAN First)
{
    PKPRCB Prcb = KeGetCurrentPrcb();
    KI_SPIN_WATCH *Watch = &KiSpinWatch[Prcb->Number];

    if (!KiSpinsAreWatched) {
        return;
    }
    Prcb->SpinningFor = Lock;
    if (First || Watch->Lock != Lock) {
        KiBeginProof(Watch, Lock);
    }
    if (KiIsLockLost(Watch, Lock)) {
        KeBugCheckEx(SPIN_LOCK_ALREADY_OWNED, (ULONG_PTR)Lock, KeGetCurrentIrql(), 0, 0);
    }
}
