/*
 * Deferred procedure calls: one queue for each processor, drained at DISPATCH_LEVEL on
 * the processor's DPC stack when its level falls below DISPATCH_LEVEL. (DPC-1 to DPC-23)
 *
 * A KDPC is queued while its DpcData names a queue; the compare-exchange on that field is
 * what makes an insert of a queued object harmless. The queue itself is guarded by
 * DpcLock, always with interrupts off, because ISRs insert.
 *
 * The drain is requested by a self-interrupt at 2Fh, not by looking at the queue on the
 * way out of an interrupt: drivers lower the level with one instruction of their own.
 */
#include "ki.h"
#include "dpcrule.h"

/* First parameters of TIMER_OR_DPC_INVALID (BUG-18). */
#define INVALID_DPC_OBJECT    1
#define INVALID_DPC_PROCESSOR 3

volatile LONG64 KiDpcsRemoved; /* from any queue, since boot */

VOID
KiInitializeDpcQueues(PKPRCB Prcb)
{
    for (ULONG Type = DPC_NORMAL; Type <= DPC_THREADED; Type++) {
        KDPC_LIST *List = &Prcb->DpcData[Type].DpcList;
        List->LastEntry = &List->ListHead;
    }
    KiInitializeDpcRule(Prcb);
}

static VOID
KiInitializeDpcObject(PKDPC Dpc, UCHAR Type, PKDEFERRED_ROUTINE Routine, PVOID Context)
{
    memset(Dpc, 0, sizeof(*Dpc));
    Dpc->Type = Type;
    Dpc->Importance = MediumImportance;
    Dpc->DeferredRoutine = Routine;
    Dpc->DeferredContext = Context;
}

/* Makes Dpc ready to be inserted: medium importance, no target. IRQL: any. DPC-3. */
VOID NTAPI
KeInitializeDpc(PKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext)
{
    KiInitializeDpcObject(Dpc, KOBJECT_DPC, DeferredRoutine, DeferredContext);
}
EXPORT(KeInitializeDpc);

/* Sets where and how urgently later inserts go. IRQL: any. DPC-15. */
VOID NTAPI
KeSetImportanceDpc(PKDPC Dpc, KDPC_IMPORTANCE Importance)
{
    Dpc->Importance = (UCHAR)Importance;
}
EXPORT(KeSetImportanceDpc);

/* Later inserts go to processor Number; one that does not exist changes nothing. DPC-13.
 */
VOID NTAPI
KeSetTargetProcessorDpc(PKDPC Dpc, CCHAR Number)
{
    if (Number >= 0 && (ULONG)Number < HAL_MAXIMUM_PROCESSORS &&
        (KeActiveProcessors & AFFINITY_MASK(Number)) != 0) {
        Dpc->Number = KI_DPC_TARGET(Number);
    }
}
EXPORT(KeSetTargetProcessorDpc);

/* The same with a group: STATUS_INVALID_PARAMETER for a processor that is not. DPC-14. */
NTSTATUS
NTAPI
KeSetTargetProcessorDpcEx(PKDPC Dpc, PPROCESSOR_NUMBER ProcNumber)
{
    if (ProcNumber->Group != 0 || ProcNumber->Reserved != 0 ||
        ProcNumber->Number >= HAL_MAXIMUM_PROCESSORS ||
        (KeActiveProcessors & AFFINITY_MASK(ProcNumber->Number)) == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    KeSetTargetProcessorDpc(Dpc, (CCHAR)ProcNumber->Number);
    return STATUS_SUCCESS;
}
EXPORT(KeSetTargetProcessorDpcEx);

/* Asks for the dispatch interrupt on a processor. Interrupts are off. */
FORCEINLINE VOID
KiRequestDispatch(PKPRCB Prcb, PKPRCB Current)
{
    if (Prcb == Current) {
        HalRequestSoftwareInterrupt(DISPATCH_LEVEL);
    } else {
        KiSendIpi(Prcb, IPI_REQUEST_DPC);
    }
}

static VOID
KiLinkDpc(PKDPC_DATA Data, PKDPC Dpc)
{
    KDPC_LIST *List = &Data->DpcList;

    if (Dpc->Importance == HighImportance) { /* DPC-16: to the head */
        Dpc->DpcListEntry.Next = List->ListHead.Next;
        List->ListHead.Next = &Dpc->DpcListEntry;
        if (List->LastEntry == &List->ListHead) {
            List->LastEntry = &Dpc->DpcListEntry;
        }
        return;
    }
    Dpc->DpcListEntry.Next = NULL;
    List->LastEntry->Next = &Dpc->DpcListEntry;
    List->LastEntry = &Dpc->DpcListEntry;
}

/* The processor whose queue it goes to. A number that KeSetTargetProcessorDpc would not have
   set: bug check. */
FORCEINLINE PKPRCB
KiTargetOfDpc(PKDPC Dpc, PKPRCB Current)
{
    USHORT Number = Dpc->Number;
    PKPRCB Target;

    if (__builtin_expect(Number == 0, 1)) {
        return Current;
    }
    Number -= KI_DPC_TARGET(0);
    Target = (Number < HAL_MAXIMUM_PROCESSORS) ? KiProcessorBlock[Number] : NULL;
    if (Target == NULL) {
        KeBugCheckEx(TIMER_OR_DPC_INVALID, INVALID_DPC_PROCESSOR, (ULONG_PTR)Dpc, Number,
                     (ULONG_PTR)KeNumberProcessors);
    }
    return Target;
}

/* Who queued it: the interrupt object whose ISR this processor is in counts it, and is found
   again when it runs. Interrupts are off, DpcLock is held. */
FORCEINLINE VOID
KiAttributeDpc(PKDPC Dpc, PKPRCB Current)
{
#if DIRQL_NT >= 0x603
    PKINTERRUPT Source = Current->ActiveInterrupt;

    KI_DPC_SOURCE(Dpc) = (KAFFINITY)Source;
    if (Source != NULL) {
        Source->IsrDpcStats.DpcCount++;
    }
#else
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Current);
#endif
}

/* Puts Dpc into one of Prcb's queues; FALSE: it is queued already. *Request: the dispatch
   interrupt is to be asked for. DpcLock is held. */
static FORCEINLINE BOOLEAN
KiQueueDpcLocked(PKDPC Dpc, PKPRCB Prcb, PKPRCB Current, ULONG Queue,
                 PVOID SystemArgument1, PVOID SystemArgument2, PBOOLEAN Request)
{
    PKDPC_DATA Data = &Prcb->DpcData[Queue];
    LONG Depth;

    *Request = FALSE;
    if (InterlockedCompareExchangePointer(&Dpc->DpcData, Data, NULL) != NULL) {
        return FALSE;
    }
    Dpc->SystemArgument1 = SystemArgument1;
    Dpc->SystemArgument2 = SystemArgument2;
    KiAttributeDpc(Dpc, Current);
    KiLinkDpc(Data, Dpc);
    Data->DpcCount++;
    Depth = Data->DpcQueueDepth + 1;
    Data->DpcQueueDepth = Depth;
    if (Depth > Prcb->DpcHighestDepth) {
        Prcb->DpcHighestDepth = Depth;
    }
    if (Queue == DPC_NORMAL &&
        KiShouldRequestDispatch(Prcb, Dpc->Importance, Prcb == Current)) {
        Prcb->DpcInterruptRequested = TRUE;
        *Request = TRUE;
    }
    return TRUE;
}

/* The same on any processor, with the lock and the interrupt. Interrupts are off. */
static BOOLEAN
KiQueueDpc(PKDPC Dpc, PKPRCB Prcb, PKPRCB Current, ULONG Queue, PVOID SystemArgument1,
           PVOID SystemArgument2)
{
    PKSPIN_LOCK Lock = &Prcb->DpcData[Queue].DpcLock;
    BOOLEAN Queued, Request;

    KiAcquireSpinLock(Lock);
    Queued = KiQueueDpcLocked(Dpc, Prcb, Current, Queue, SystemArgument1, SystemArgument2,
                              &Request);
    if (Queued) {
        KeTrace(TraceDpcInsert, Prcb->Number, Dpc, (ULONG_PTR)Dpc->DeferredRoutine);
    }
    KiReleaseSpinLock(Lock);
    if (Request) {
        KiRequestDispatch(Prcb, Current);
    }
    return Queued;
}

/* The same for what is not an ordinary DPC: a threaded one, or none, which was never
   initialised or has been overwritten. */
static BOOLEAN
KiQueueThreadedDpc(PKDPC Dpc, PKPRCB Current, PVOID SystemArgument1,
                   PVOID SystemArgument2)
{
    PKPRCB Prcb;

    if (Dpc->Type != KOBJECT_THREADED_DPC) {
        KeBugCheckEx(TIMER_OR_DPC_INVALID, INVALID_DPC_OBJECT, (ULONG_PTR)Dpc,
                     (ULONG_PTR)Dpc, (ULONG_PTR)(Dpc + 1));
    }
    Prcb = KiTargetOfDpc(Dpc, Current);
    if (!Prcb->ThreadDpcEnable) {
        return KiQueueDpc(Dpc, Prcb, Current, DPC_NORMAL, SystemArgument1,
                          SystemArgument2);
    }
    if (!KiQueueDpc(Dpc, Prcb, Current, DPC_THREADED, SystemArgument1, SystemArgument2)) {
        return FALSE;
    }
    KeInsertQueueDpc(&Prcb->ThreadDpcWake, NULL, NULL);
    return TRUE;
}

/* The rest of an insert that is not of the usual kind: another processor's queue, or one
   that is locked, a threaded DPC, or a trace. Interrupts are off, and restored. */
static __attribute__((noinline)) BOOLEAN NTAPI
KiInsertSeldomDpc(PKDPC Dpc, PVOID SystemArgument1, PVOID SystemArgument2,
                  BOOLEAN Enabled)
{
    PKPRCB Current = KeGetCurrentPrcb();
    BOOLEAN Queued;

    if (Dpc->Type != KOBJECT_DPC) {
        Queued = KiQueueThreadedDpc(Dpc, Current, SystemArgument1, SystemArgument2);
    } else {
        Queued = KiQueueDpc(Dpc, KiTargetOfDpc(Dpc, Current), Current, DPC_NORMAL,
                            SystemArgument1, SystemArgument2);
    }
    ArchRestoreInterrupts(Enabled);
    return Queued;
}

/* Asks this processor for the dispatch interrupt, and restores interrupts. */
static __attribute__((noinline)) BOOLEAN NTAPI
KiEndInsertWithRequest(BOOLEAN Enabled)
{
    HalRequestSoftwareInterrupt(DISPATCH_LEVEL);
    ArchRestoreInterrupts(Enabled);
    return TRUE;
}

/* An ordinary DPC for whoever inserts it, and nobody watches. */
FORCEINLINE BOOLEAN
KiIsUsualDpc(PKDPC Dpc)
{
    return Dpc->Type == KOBJECT_DPC && Dpc->Number == 0 &&
           (KeTraceEvents & KE_TRACE_BIT(TraceDpcInsert)) == 0;
}

/*
 * Queues Dpc with two arguments, on its target or on this processor.
 *
 * Returns TRUE when it was queued; FALSE, with nothing changed and the first insert's
 * arguments kept, when it is queued already. An object that is no DPC, or whose processor
 * does not exist, is bug check 0xC7. IRQL: any. Source: DPC-7, DPC-16, DPC-17, BUG-18.
 */
BOOLEAN
NTAPI
KeInsertQueueDpc(PKDPC Dpc, PVOID SystemArgument1, PVOID SystemArgument2)
{
    BOOLEAN Enabled = ArchDisableInterrupts();
    PKPRCB Current = KeGetCurrentPrcb();
    PKSPIN_LOCK Lock = &Current->DpcData[DPC_NORMAL].DpcLock;
    BOOLEAN Queued, Request;

    /* Other routines are called at the ends only: the usual way keeps all it needs in the
       registers of a leaf. */
    if (__builtin_expect(!KiIsUsualDpc(Dpc) || !KiTrySpinLock(Lock), 0)) {
        return KiInsertSeldomDpc(Dpc, SystemArgument1, SystemArgument2, Enabled);
    }
    Queued = KiQueueDpcLocked(Dpc, Current, Current, DPC_NORMAL, SystemArgument1,
                              SystemArgument2, &Request);
    KiReleaseSpinLock(Lock);
    if (Request) {
        return KiEndInsertWithRequest(Enabled);
    }
    ArchRestoreInterrupts(Enabled);
    return Queued;
}
EXPORT(KeInsertQueueDpc);

/* Takes Dpc out of a queue it is in. Under DpcLock. */
static VOID
KiUnlinkDpc(PKDPC_DATA Data, PKDPC Dpc)
{
    PSINGLE_LIST_ENTRY Previous = &Data->DpcList.ListHead;

    while (Previous->Next != &Dpc->DpcListEntry) {
        Previous = Previous->Next;
    }
    Previous->Next = Dpc->DpcListEntry.Next;
    if (Data->DpcList.LastEntry == &Dpc->DpcListEntry) {
        Data->DpcList.LastEntry = Previous;
    }
    Data->DpcQueueDepth--;
}

/*
 * Takes Dpc out of its queue. TRUE: it was queued and that queuing will not run; FALSE:
 * it was not queued (it may be running). IRQL: any. Source: DPC-10.
 */
BOOLEAN
NTAPI
KeRemoveQueueDpc(PKDPC Dpc)
{
    BOOLEAN Enabled = ArchDisableInterrupts();
    BOOLEAN Removed = FALSE;
    PKDPC_DATA Data = __atomic_load_n((PKDPC_DATA *)&Dpc->DpcData, __ATOMIC_ACQUIRE);

    if (Data != NULL) {
        KiAcquireSpinLock(&Data->DpcLock);
        /* It may have run, and been queued elsewhere, before the lock was ours. */
        if (Dpc->DpcData == Data) {
            KiUnlinkDpc(Data, Dpc);
            KeTrace(TraceDpcRemove, 0, Dpc, (ULONG_PTR)Dpc->DeferredRoutine);
            InterlockedIncrement64(&KiDpcsRemoved);
            __atomic_store_n(&Dpc->DpcData, NULL, __ATOMIC_RELEASE);
            Removed = TRUE;
        }
        KiReleaseSpinLock(&Data->DpcLock);
    }
    ArchRestoreInterrupts(Enabled);
    return Removed;
}
EXPORT(KeRemoveQueueDpc);

/* Non-zero while a DPC runs on this processor. IRQL: any. DPC-12. */
LOGICAL
NTAPI
KeIsExecutingDpc(VOID)
{
    BOOLEAN Enabled = ArchDisableInterrupts();
    LOGICAL Active = KeGetCurrentPrcb()->DpcRoutineActive;

    ArchRestoreInterrupts(Enabled);
    return Active;
}
EXPORT(KeIsExecutingDpc);
