/*
 * Threaded DPCs: queued like any, run at PASSIVE_LEVEL in a thread of each processor, where
 * ordinary DPCs preempt them. (DPC-1, DPC-24)
 *
 * An ISR may queue one but cannot wake a thread, so an ordinary DPC of the processor carries
 * the news down to where an event can be set. Until the thread runs, and so at boot, threaded
 * DPCs are ordinary ones.
 */
#include "ki.h"

/* Makes Dpc a threaded DPC: medium importance, no target. IRQL: any. Source: DPC-3. */
VOID NTAPI
KeInitializeThreadedDpc(PKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine,
                        PVOID DeferredContext)
{
    KeInitializeDpc(Dpc, DeferredRoutine, DeferredContext);
    Dpc->Type = KOBJECT_THREADED_DPC;
}
EXPORT(KeInitializeThreadedDpc);

static VOID NTAPI
KiWakeDpcThread(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    KeSetEvent(&((PKPRCB)Context)->ThreadDpcEvent, EVENT_INCREMENT, FALSE);
}

VOID
KiInitializeThreadedDpcs(PKPRCB Prcb)
{
    KeInitializeEvent(&Prcb->ThreadDpcEvent, SynchronizationEvent, FALSE);
    KeInitializeDpc(&Prcb->ThreadDpcWake, KiWakeDpcThread, Prcb);
    KeSetImportanceDpc(&Prcb->ThreadDpcWake, MediumHighImportance);
    Prcb->ThreadDpcWake.Number = KI_DPC_TARGET(Prcb->Number); /* not up yet: no check */
}

/* Runs one, which has left its queue. PASSIVE_LEVEL. */
static VOID
KiRunThreadedDpc(PKPRCB Prcb, PKDPC Dpc, PKDEFERRED_ROUTINE Routine, PVOID Context,
                 PVOID Argument1, PVOID Argument2)
{
    if (KeObservesCalls) {
        KiCallObservedDpc(KeThreadedDpcCall, NULL, Dpc, Routine, Context, Argument1,
                          Argument2);
    } else {
        Routine(Dpc, Context, Argument1, Argument2);
    }
    if (KeGetCurrentIrql() != PASSIVE_LEVEL) {
        KeBugCheckEx(IRQL_UNEXPECTED_VALUE,
                     ((ULONG_PTR)KeGetCurrentIrql() << 16) | (PASSIVE_LEVEL << 8) | 2,
                     (ULONG_PTR)Routine, (ULONG_PTR)Context, 0);
    }
    ArchDisableInterrupts();
    Prcb->DpcRunCount++;
    ArchEnableInterrupts();
}

/* Drains the processor's threaded queue. FALSE: it was empty. */
static BOOLEAN
KiRetireOneThreaded(PKPRCB Prcb)
{
    PKDPC_DATA Data = &Prcb->DpcData[DPC_THREADED];
    PKDEFERRED_ROUTINE Routine;
    PVOID Context, Argument1, Argument2;
    PKDPC Dpc;

    ArchDisableInterrupts();
    KiAcquireSpinLock(&Data->DpcLock);
    Dpc = KiTakeDpc(Data);
    Data->ActiveDpc = Dpc; /* NULL: the queue is idle */
    if (Dpc == NULL) {
        KiReleaseSpinLock(&Data->DpcLock);
        ArchEnableInterrupts();
        return FALSE;
    }
    Routine = Dpc->DeferredRoutine;
    Context = Dpc->DeferredContext;
    Argument1 = Dpc->SystemArgument1;
    Argument2 = Dpc->SystemArgument2;
    __atomic_store_n(&Dpc->DpcData, NULL, __ATOMIC_RELEASE);
    KiReleaseSpinLock(&Data->DpcLock);
    ArchEnableInterrupts();
    KiRunThreadedDpc(Prcb, Dpc, Routine, Context, Argument1, Argument2);
    return TRUE;
}

/* The thread of one processor; Context: its number. Never ends. */
VOID NTAPI
KeServiceThreadedDpcs(PVOID Context)
{
    PKPRCB Prcb;

    KeSetSystemAffinityThreadEx(AFFINITY_MASK((ULONG_PTR)Context));
    KeSetPriorityThread(KeGetCurrentThread(), HIGH_PRIORITY);
    Prcb = KeGetCurrentPrcb();
    Prcb->ThreadDpcEnable = TRUE;
    for (;;) {
        while (KiRetireOneThreaded(Prcb)) {
        }
        KeWaitForSingleObject(&Prcb->ThreadDpcEvent, Executive, KernelMode, FALSE, NULL);
    }
}
