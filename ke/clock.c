/*
 * The clock interrupt of each processor, and the time it keeps.
 *
 * Processor 0 advances the times in KUSER_SHARED_DATA, each by one 64-bit store, because
 * drivers read them without a call (driver-binary-interface, section 1). Every processor
 * counts its own ticks, ends quanta, and looks after DPCs nobody asked an interrupt for.
 */
#include "ki.h"
#include "dpcrule.h"

/* The page at KI_USER_SHARED_DATA; the alias lets the kernel write what drivers read. */
static __attribute__((aligned(PAGE_SIZE))) UCHAR KiSharedPage[PAGE_SIZE];
#define KI_SHARED ((KUSER_SHARED_DATA *)KiSharedPage)

#define UNITS_PER_SECOND 10000000
/* Milliseconds in a tick, with 24 bits behind the point. */
#define TICK_COUNT_MULTIPLIER ((ULONG)(((ULONG64)KE_CLOCK_PERIOD << 24) / 10000))

/* Odd while the times of a tick change; and the TSC at the last tick. */
static volatile ULONG KiTickSequence;
static volatile ULONG64 KiTickTimeStamp;

/* Two 32-bit halves and a copy of the high one: a reader of 32 bits at a time compares
   the copies, a reader of 64 never sees half a store. The copy is written first. */
static VOID
KiStoreTime(volatile KSYSTEM_TIME *Time, ULONG64 Value)
{
    Time->High2Time = (LONG)(Value >> 32);
    *(volatile ULONG64 *)(ULONG_PTR)&Time->LowPart = Value;
}

static ULONG64
KiLoadTime(const volatile KSYSTEM_TIME *Time)
{
    return *(const volatile ULONG64 *)(ULONG_PTR)&Time->LowPart;
}

ULONG64
KiQueryInterruptTime(VOID)
{
    return KiLoadTime(&KI_SHARED->InterruptTime);
}

/* Maps the shared page for readers and sets the system time. Boot processor, once. */
VOID
KeInitializeTime(LONG64 SystemTime)
{
    ULONG64 Frame = ArchTranslate((ULONG64)(ULONG_PTR)KiSharedPage);

    KE_ASSERT(ArchMapPage(ARCH_SHARED_USER_DATA, Frame, 0));
    KI_SHARED->TickCountMultiplier = TICK_COUNT_MULTIPLIER;
    KiStoreTime(&KI_SHARED->SystemTime, (ULONG64)SystemTime);
}

/* Starts the periodic clock of the processor that runs this. */
VOID
KeStartClock(VOID)
{
    HalStartClock(KE_CLOCK_PERIOD);
}

/* Interrupts are off while the count is odd: a reader on this processor would wait for it. */
static VOID
KiAdvanceTime(VOID)
{
    BOOLEAN Enabled = ArchDisableInterrupts();

    KiTickSequence++;
    KiTickTimeStamp = ArchReadTimeStamp();
    KiStoreTime(&KI_SHARED->InterruptTime,
                KiLoadTime(&KI_SHARED->InterruptTime) + KE_CLOCK_PERIOD);
    KiStoreTime(&KI_SHARED->SystemTime,
                KiLoadTime(&KI_SHARED->SystemTime) + KE_CLOCK_PERIOD);
    KiTickSequence++;
    ArchRestoreInterrupts(Enabled);
    KiStoreTime(&KI_SHARED->TickCount, KiLoadTime(&KI_SHARED->TickCount) + 1);
}

/* Like a tick's change, made on the processor that makes those. */
LONG64
KiStoreSystemTime(LONG64 SystemTime)
{
    BOOLEAN Enabled = ArchDisableInterrupts();
    LONG64 Change = SystemTime - (LONG64)KiLoadTime(&KI_SHARED->SystemTime);

    KiTickSequence++;
    KiStoreTime(&KI_SHARED->SystemTime, (ULONG64)SystemTime);
    KiTickSequence++;
    ArchRestoreInterrupts(Enabled);
    return Change;
}

/* What the TSC has counted since the tick, in 100 ns; the next tick may be late. */
static ULONG64
KiTimeSinceTick(ULONG64 TickTimeStamp, ULONG64 TimeStamp)
{
    ULONG64 Frequency = HalQueryTimeStampFrequency();
    ULONG64 Ticks = (TimeStamp > TickTimeStamp) ? TimeStamp - TickTimeStamp : 0;

    if (Ticks >= Frequency) {
        return KE_CLOCK_PERIOD - 1;
    }
    return min(Ticks * UNITS_PER_SECOND / Frequency, (ULONG64)KE_CLOCK_PERIOD - 1);
}

VOID
KiQueryPreciseTime(PKI_PRECISE_TIME Time)
{
    ULONG Sequence;
    ULONG64 Since;

    do {
        Sequence = KiTickSequence;
        Time->InterruptTime = KiLoadTime(&KI_SHARED->InterruptTime);
        Time->SystemTime = KiLoadTime(&KI_SHARED->SystemTime);
        Time->TimeStamp = ArchReadTimeStamp();
        Since = KiTimeSinceTick(KiTickTimeStamp, Time->TimeStamp);
    } while ((Sequence & 1) != 0 || Sequence != KiTickSequence);
    Time->InterruptTime += Since;
    Time->SystemTime += Since;
}

/* Charges the tick to what it interrupted. */
static VOID
KiChargeTick(PKPRCB Prcb, KIRQL Irql)
{
    Prcb->ClockTicks++;
    if (Irql > DISPATCH_LEVEL) {
        Prcb->InterruptTicks++;
    } else if (Prcb->DpcRoutineActive) {
        Prcb->DpcTicks++;
    } else if (Prcb->CurrentThread == Prcb->IdleThread) {
        Prcb->IdleTicks++;
    } else {
        Prcb->KernelTicks++;
        Prcb->CurrentThread->KernelTime++;
    }
}

static BOOLEAN
KiCheckQuantum(PKPRCB Prcb)
{
    PKTHREAD Thread = Prcb->CurrentThread;

    if (Thread == Prcb->IdleThread || --Thread->Quantum > 0) {
        return FALSE;
    }
    Prcb->QuantumEnd = TRUE;
    return TRUE;
}

#if DIRQL_NT >= 0xA04
#define WATCHDOG_PERIOD 64 /* clock ticks: a second */

/* NT 2004 keeps, beside the totals, what they were when the present period began: whoever
   suspects an interrupt sees how much of the period was its. */
static VOID
KiBeginWatchdogPeriod(PKPRCB Prcb)
{
    if (Prcb->ClockTicks % WATCHDOG_PERIOD != 0) {
        return;
    }
    for (ULONG Vector = PRIMARY_VECTOR_BASE; Vector < CLOCK_VECTOR; Vector++) {
        PKINTERRUPT Head = Prcb->InterruptObject[Vector];
        PKINTERRUPT Interrupt = Head;

        while (Interrupt != NULL) {
            ISRDPCSTATS *Stats = &Interrupt->IsrDpcStats;

            Stats->DpcWatchdog.SequenceNumber++;
            Stats->DpcWatchdog.IsrTime = Stats->IsrTime;
            Stats->DpcWatchdog.IsrCount = Stats->IsrCount;
            Stats->DpcWatchdog.DpcTime = Stats->DpcTime;
            Stats->DpcWatchdog.DpcCount = Stats->DpcCount;
            Interrupt = KiNextInChain(Interrupt);
            Interrupt = (Interrupt == Head) ? NULL : Interrupt;
        }
    }
}
#else
#define KiBeginWatchdogPeriod(Prcb) ((VOID)0)
#endif

/* The clock interrupt's body. CLOCK_LEVEL, interrupts enabled. */
VOID
KiUpdateClock(PKTRAP_FRAME Frame)
{
    PKPRCB Prcb = KeGetCurrentPrcb();
    BOOLEAN Request;

    KeTrace(TraceInterruptEnter, CLOCK_VECTOR, NULL, (ULONG_PTR)KiUpdateClock);
    KiChargeTick(Prcb, Frame->PreviousIrql);
    if (Prcb->Number == KI_TIME_KEEPER) {
        KiAdvanceTime();
    }
    if (Prcb->TimerWheel.Count != 0) {
        KeInsertQueueDpc(&Prcb->TimerExpirationDpc, NULL, NULL);
    }
    KiWatchDpcs(Prcb, Frame->PreviousIrql);
    KiWatchNeighbour(Prcb);
    KiWatchIpi(Prcb);
    KiWatchStorms(Prcb);
    KiBeginWatchdogPeriod(Prcb);
    Request = KiAdaptDpcRule(Prcb);
    Request |= KiCheckQuantum(Prcb);
    if (Request) {
        HalRequestSoftwareInterrupt(DISPATCH_LEVEL);
    }
    KeTrace(TraceInterruptLeave, CLOCK_VECTOR, NULL, (ULONG_PTR)KiUpdateClock);
}
