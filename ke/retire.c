/*
 * Draining the DPC queue, and waiting for it to be drained.
 */
#include "ki.h"

/* The time of a DPC is also that of the interrupt that asked for it (ISRDPCSTATS). */
#if DIRQL_NT >= 0x603
FORCEINLINE VOID
KiBeginDpcTime(PKINTERRUPT Source)
{
    if (Source != NULL) {
        Source->IsrDpcStats.DpcTimeStart = ArchReadTimeStamp();
    }
}

FORCEINLINE VOID
KiEndDpcTime(PKINTERRUPT Source)
{
    if (Source != NULL) {
        Source->IsrDpcStats.DpcTime +=
            ArchReadTimeStamp() - Source->IsrDpcStats.DpcTimeStart;
    }
}
#else
#define KiBeginDpcTime(Source) UNREFERENCED_PARAMETER(Source)
#define KiEndDpcTime(Source)   UNREFERENCED_PARAMETER(Source)
#endif

#define INVALID_DPC_APC_COUNT 4 /* first parameter of TIMER_OR_DPC_INVALID (BUG-18) */

/* Runs one DPC that has been taken off the queue. DISPATCH_LEVEL, interrupts enabled. */
static FORCEINLINE VOID
KiRunDpc(BOOLEAN Observed, PKINTERRUPT Source, PKDPC Dpc, PKDEFERRED_ROUTINE Routine,
         PVOID Context, PVOID Argument1, PVOID Argument2)
{
    ULONG ApcDisable = KeGetCurrentThread()->CombinedApcDisable;

    if (Observed) {
        KiCallObservedDpc(KeDpcCall, Source, Dpc, Routine, Context, Argument1, Argument2);
    } else {
        Routine(Dpc, Context, Argument1, Argument2);
    }
    if (__builtin_expect(KeGetCurrentThread()->CombinedApcDisable != ApcDisable, 0)) {
        /* DPC-23: the thread it ran on top of is not its own to keep APCs from. */
        KeBugCheckEx(TIMER_OR_DPC_INVALID, INVALID_DPC_APC_COUNT, (ULONG_PTR)Routine,
                     ApcDisable, KeGetCurrentThread()->CombinedApcDisable);
    }
    if (__builtin_expect(KeGetCurrentIrql() != DISPATCH_LEVEL, 0)) {
        /* DPC-23: it must return at the level it was called at. A callout: BUG-20. */
        KeBugCheckEx(IRQL_UNEXPECTED_VALUE,
                     ((ULONG_PTR)KeGetCurrentIrql() << 16) | (DISPATCH_LEVEL << 8) | 2,
                     (ULONG_PTR)Routine, (ULONG_PTR)Context, 0);
    }
}

/*
 * Drains this processor's queue, from the head, until it is empty (DPC-22).
 *
 * Called at DISPATCH_LEVEL: on the DPC stack from the dispatch interrupt, or by the idle
 * thread on its own. Each object leaves the queue, and can be queued again, before its
 * routine runs (DPC-8): everything needed is read before DpcData is cleared.
 *
 * The compiler makes two of it: the plain one does not even ask whether anybody watches.
 */
static FORCEINLINE VOID
KiDrainDpcQueue(BOOLEAN Observed)
{
    PKPRCB Prcb = KeGetCurrentPrcb();
    PKDPC_DATA Data = &Prcb->DpcData[DPC_NORMAL];
    PKDPC Dpc;

    ArchBlockInterrupts();
    KiAcquireSpinLock(&Data->DpcLock);
    Prcb->DpcRoutineActive = TRUE;
    while ((Dpc = KiTakeDpc(Data)) != NULL) {
        PKDEFERRED_ROUTINE Routine = Dpc->DeferredRoutine;
        PVOID Context = Dpc->DeferredContext;
        PVOID Argument1 = Dpc->SystemArgument1, Argument2 = Dpc->SystemArgument2;
        PKINTERRUPT Source = (PKINTERRUPT)KI_DPC_SOURCE(Dpc);

        Data->ActiveDpc = Dpc;
        __atomic_store_n(&Dpc->DpcData, NULL, __ATOMIC_RELEASE);
        KiReleaseSpinLock(&Data->DpcLock);
        KiBeginDpcTime(Source);
        ArchEnableInterrupts();

        KiRunDpc(Observed, Source, Dpc, Routine, Context, Argument1, Argument2);

        ArchBlockInterrupts();
        KiEndDpcTime(Source);
        Prcb->DpcRunCount++;
        KiAcquireSpinLock(&Data->DpcLock);
    }
    Data->ActiveDpc = NULL;
    Prcb->DpcRoutineActive = FALSE;
    Prcb->DpcInterruptRequested = FALSE;
    KiReleaseSpinLock(&Data->DpcLock);
    ArchEnableInterrupts();
}

static VOID
KiRetirePlainDpcs(VOID)
{
    KiDrainDpcQueue(FALSE);
}

VOID
KiRetireObservedDpcs(VOID)
{
    KiDrainDpcQueue(TRUE);
}

VOID (*KiRetireDpcs)(VOID) = KiRetirePlainDpcs;

typedef struct _KI_FLUSH {
    KDPC Dpc;
    KEVENT Done;
} KI_FLUSH;

static VOID NTAPI
KiFlushDpcRoutine(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    KeSetEvent(&((KI_FLUSH *)Context)->Done, EVENT_INCREMENT, FALSE);
}

/* Whether a queue has nothing in it and nothing running from it. */
static BOOLEAN
KiIsDpcQueueIdle(PKDPC_DATA Data)
{
    BOOLEAN Enabled = ArchDisableInterrupts();
    BOOLEAN Idle;

    KiAcquireSpinLock(&Data->DpcLock);
    Idle = Data->DpcList.ListHead.Next == NULL && Data->ActiveDpc == NULL;
    KiReleaseSpinLock(&Data->DpcLock);
    ArchRestoreInterrupts(Enabled);
    return Idle;
}

/* Waits until one queue of a processor has been drained of what stands in it now: Dpc, at
   its tail, has run. A queue that is idle is not disturbed. */
static VOID
KiFlushQueue(PKPRCB Prcb, ULONG Queue)
{
    KI_FLUSH Flush;

    if (KiIsDpcQueueIdle(&Prcb->DpcData[Queue])) {
        return;
    }
    if (Queue == DPC_THREADED) {
        KeInitializeThreadedDpc(&Flush.Dpc, KiFlushDpcRoutine, &Flush);
    } else {
        KeInitializeDpc(&Flush.Dpc, KiFlushDpcRoutine, &Flush);
    }
    KeInitializeEvent(&Flush.Done, NotificationEvent, FALSE);
    KeSetImportanceDpc(&Flush.Dpc, MediumHighImportance);
    KeSetTargetProcessorDpc(&Flush.Dpc, (CCHAR)Prcb->Number);
    KeInsertQueueDpc(&Flush.Dpc, NULL, NULL);
    KeWaitForSingleObject(&Flush.Done, Executive, KernelMode, FALSE, NULL);
}

/*
 * Returns when every DPC queued on any processor before the call has run to its end.
 *
 * A DPC at the tail of each queue is waited for: a processor runs one DPC of a queue at a
 * time, so what was ahead of it, running or queued, is over. IRQL: PASSIVE_LEVEL. Source:
 * DPC-11.
 */
VOID NTAPI
KeFlushQueuedDpcs(VOID)
{
    KE_ASSERT(KeGetCurrentIrql() == PASSIVE_LEVEL);
    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS; Number++) {
        if ((KeActiveProcessors & AFFINITY_MASK(Number)) != 0) {
            KiFlushQueue(KiProcessorBlock[Number], DPC_THREADED);
            KiFlushQueue(KiProcessorBlock[Number], DPC_NORMAL);
        }
    }
}
EXPORT(KeFlushQueuedDpcs);
