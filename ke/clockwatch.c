/*
 * The clock watchdog: a processor whose clock ticks stop, because it sits with interrupts off
 * or above CLOCK_LEVEL, cannot say so itself. (BUG-25)
 *
 * Each processor looks at each of its ticks at one other, the next in number, so the cost is
 * the same for any number of processors. Of several that hang in a row, the one before the
 * first of them finds it. In a KeIpiGenericCall, where no clock ticks, who waits for the others
 * looks after them.
 */
#include "ki.h"

#define CLOCK_TICKS_PER_SECOND 64

static ULONG KiClockWatchdogLimit; /* clock ticks; off until boot sets it */

/* Sets after how many of its own clock ticks without one of another processor a processor
   stops the machine; 0: never. Boot, once. */
VOID
KeSetClockWatchdog(ULONG Limit)
{
    KiClockWatchdogLimit = Limit;
}

/* The next active processor in number, after the last the first. */
static PKPRCB
KiNeighbour(PKPRCB Prcb)
{
    KAFFINITY Above = KeActiveProcessors & ~(AFFINITY_MASK(Prcb->Number) * 2 - 1);

    return KiProcessorBlock[__builtin_ctzll(Above != 0 ? Above : KeActiveProcessors)];
}

/* From the clock. Processors that join change the neighbour: the count begins anew. */
VOID
KiWatchNeighbour(PKPRCB Prcb)
{
    PKPRCB Neighbour = KiNeighbour(Prcb);
    ULONG64 Ticks = __atomic_load_n(&Neighbour->ClockTicks, __ATOMIC_RELAXED);

    if (Neighbour == Prcb || Neighbour != Prcb->NeighbourWatched ||
        Ticks != Prcb->NeighbourTicks) {
        Prcb->NeighbourWatched = Neighbour;
        Prcb->NeighbourTicks = Ticks;
        Prcb->NeighbourStill = 0;
        return;
    }
    Prcb->NeighbourStill++;
    if (KiClockWatchdogLimit != 0 && Prcb->NeighbourStill >= KiClockWatchdogLimit) {
        KeBugCheckEx(CLOCK_WATCHDOG_TIMEOUT, KiClockWatchdogLimit, 0,
                     (ULONG_PTR)Neighbour, Neighbour->Number);
    }
}

/* From the waits of a KeIpiGenericCall; Left: who is waited for. A look counts as one tick at
   most: time in which the host ran nobody is nobody's fault. */
VOID
KiWatchCall(PKI_CALL_WATCH Watch, KAFFINITY Left)
{
    ULONG64 Now = ArchReadTimeStamp();

    if (Now - Watch->TimeStamp < HalQueryTimeStampFrequency() / CLOCK_TICKS_PER_SECOND) {
        return;
    }
    Watch->TimeStamp = Now;
    Watch->Ticks++;
    if (KiClockWatchdogLimit != 0 && Watch->Ticks >= KiClockWatchdogLimit) {
        PKPRCB Prcb = KiProcessorBlock[__builtin_ctzll(Left)];

        KeBugCheckEx(CLOCK_WATCHDOG_TIMEOUT, KiClockWatchdogLimit, 0, (ULONG_PTR)Prcb,
                     Prcb->Number);
    }
}
