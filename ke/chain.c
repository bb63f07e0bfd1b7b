/*
 * Several ISRs on one vector: what KiChainedDispatch calls, and what the objects count.
 */
#include "ki.h"

static volatile ULONG64 KiFirstInterruptTime;

/* TSC at the first device interrupt since boot; 0: none yet. Any IRQL. */
ULONG64
KeQueryFirstInterruptTime(VOID)
{
    return KiFirstInterruptTime;
}

/* How often the ISR was called, wherever this NT version counts it. */
ULONG64
KeQueryIsrCount(PKINTERRUPT Interrupt)
{
    if (KiIsPassive(Interrupt)) {
        return Interrupt->DispatchCount;
    }
#if DIRQL_NT >= 0x603
    return Interrupt->IsrDpcStats.IsrCount;
#else
    return Interrupt->DispatchCount;
#endif
}

ULONG64
KeQueryIsrDpcCount(PKINTERRUPT Interrupt)
{
#if DIRQL_NT >= 0x603
    return Interrupt->IsrDpcStats.DpcCount;
#else
    UNREFERENCED_PARAMETER(Interrupt);
    return 0;
#endif
}

VOID
KeQueryIsrTimes(PKINTERRUPT Interrupt, PULONG64 IsrTime, PULONG64 DpcTime)
{
#if DIRQL_NT >= 0x603
    *IsrTime = Interrupt->IsrDpcStats.IsrTime;
    *DpcTime = Interrupt->IsrDpcStats.DpcTime;
#else
    UNREFERENCED_PARAMETER(Interrupt);
    *IsrTime = *DpcTime = 0;
#endif
}

#if DIRQL_NT >= 0x603
static VOID
KiBeginIsrTime(PKINTERRUPT Interrupt)
{
    Interrupt->IsrDpcStats.IsrTimeStart = ArchReadTimeStamp();
    Interrupt->IsrDpcStats.IsrActive = TRUE;
}

static VOID
KiEndIsrTime(PKINTERRUPT Interrupt)
{
    Interrupt->IsrDpcStats.IsrTime +=
        ArchReadTimeStamp() - Interrupt->IsrDpcStats.IsrTimeStart;
    Interrupt->IsrDpcStats.IsrCount++;
    Interrupt->IsrDpcStats.IsrActive = FALSE;
}
#else
static VOID
KiBeginIsrTime(PKINTERRUPT Interrupt)
{
    (VOID) Interrupt;
}

static VOID
KiEndIsrTime(PKINTERRUPT Interrupt)
{
    Interrupt->DispatchCount++;
}
#endif

/* One ISR under its own lock, at its own SynchronizeIrql (CHN-4). Entered at Irql. */
static FORCEINLINE BOOLEAN
KiCallChained(PKINTERRUPT Interrupt, BOOLEAN Observed)
{
    PKPRCB Prcb = KeGetCurrentPrcb();
    KIRQL OldIrql = KfRaiseIrql(Interrupt->SynchronizeIrql);
    BOOLEAN Claimed;

    Prcb->ActiveInterrupt = Interrupt;
    KiAcquireSpinLock(Interrupt->ActualLock);
    KiBeginIsrTime(Interrupt);
    Claimed = Observed ? KiCallObservedIsr(Interrupt, KeIsrCall)
                       : Interrupt->ServiceRoutine(Interrupt, Interrupt->ServiceContext);
    KiEndIsrTime(Interrupt);
    Interrupt->ServiceCount += (Claimed != FALSE);
    KiReleaseSpinLock(Interrupt->ActualLock);
    Prcb->ChainedServiceCount++;
    KeLowerIrql(OldIrql);
    return Claimed;
}

static BOOLEAN
KiIsInactive(PKINTERRUPT Interrupt)
{
    PKE_INTERRUPT_EXTENSION Extension = KeInterruptExtension(Interrupt);

    return Extension != NULL && Extension->Inactive;
}

/* One pass in list order. A level-sensitive chain stops at the first claim (CHN-1). */
static FORCEINLINE BOOLEAN
KiPassChain(PKINTERRUPT Head, BOOLEAN Observed)
{
    PKINTERRUPT Interrupt = Head;
    BOOLEAN Claimed = FALSE;

    do {
        if (!KiIsInactive(Interrupt) && KiCallChained(Interrupt, Observed)) {
            Claimed = TRUE;
            if (Head->Mode == LevelSensitive) {
                break;
            }
        }
        Interrupt = KiNextInChain(Interrupt);
    } while (Interrupt != Head);
    return Claimed;
}

/*
 * Serves one interrupt of a shared vector. A level line that is still asserted interrupts
 * again by itself (CHN-2); an edge that came during the pass does not, so a latched chain
 * goes round until a whole pass claims nothing (CHN-3).
 *
 * IRQL: the vector's, interrupts enabled. The list changes only on this processor with
 * interrupts off, at PASSIVE_LEVEL: never under this walk.
 *
 * The compiler makes two of it, of which KiServeChain is one for good: the plain one does not
 * even ask whether anybody watches.
 */
static FORCEINLINE VOID
KiScanChain(PKINTERRUPT Head, BOOLEAN Observed)
{
    if (KiFirstInterruptTime == 0) {
        KiFirstInterruptTime = ArchReadTimeStamp();
    }
    KeGetCurrentPrcb()->ChainedDispatchCount++;
    if (KiIsPassive(Head)) {
        KiRequestPassive(Head);
        return;
    }
    if (!KiNeedsScan(Head)) {
        /* Here for the time only: the short way from now on, and its answer ignored now
           as then (CHN-8). The gate can be written: its vector is in service. Or here to
           be observed, which is for good. */
        if (!Observed) {
            KiSetDispatch(Head, FALSE);
        }
        KiCallChained(Head, Observed);
        return;
    }
    while (KiPassChain(Head, Observed) && Head->Mode == Latched) {
    }
}

static VOID
KiServePlainChain(PKINTERRUPT Head)
{
    KiScanChain(Head, FALSE);
}

VOID
KiServeObservedChain(PKINTERRUPT Head)
{
    ULONG_PTR Routine = KeQueryServiceRoutine(Head);

    KeTrace(TraceInterruptEnter, Head->Vector, Head, Routine);
    KiScanChain(Head, TRUE);
    KeTrace(TraceInterruptLeave, Head->Vector, Head, Routine);
}

VOID (*KiServeChain)(PKINTERRUPT Head) = KiServePlainChain;

/* Whether the live IDT gate of Interrupt's vector leads into the head of its chain, or to
   the vector's thunk in the NT versions that have those. */
BOOLEAN
KeIsGateInside(PKINTERRUPT Interrupt)
{
    PKPRCB Prcb = KiProcessorBlock[KeInterruptProcessor(Interrupt)];
    PKINTERRUPT Head = Prcb->InterruptObject[Interrupt->Vector];
    PKIDTENTRY64 Idt = CONTAINING_RECORD(Prcb, KPCR, Prcb)->IdtBase;
    ULONG64 Target = ArchGateTarget(&Idt[Interrupt->Vector]);

    return Head != NULL && Target == KiGateTarget(Head);
}
