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

volatile LONG64 KiDpcsRemoved; /* from any queue, since boot */

#define DEFAULT_MAXIMUM_DPC_QUEUE_DEPTH 4 /* DPC-21 */
#define DEFAULT_MINIMUM_DPC_RATE        3

VOID
KiInitializeDpcQueues(PKPRCB Prcb)
{
    for (ULONG Type = DPC_NORMAL; Type <= DPC_THREADED; Type++) {
        KDPC_LIST *List = &Prcb->DpcData[Type].DpcList;
        List->LastEntry = &List->ListHead;
    }
    Prcb->MaximumDpcQueueDepth = DEFAULT_MAXIMUM_DPC_QUEUE_DEPTH;
    Prcb->MinimumDpcRate = DEFAULT_MINIMUM_DPC_RATE;
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
VOID
KiRequestDispatch(PKPRCB Prcb)
{
    if (Prcb == KeGetCurrentPrcb()) {
        HalRequestSoftwareInterrupt(DISPATCH_LEVEL);
    } else {
        KiSendIpi(Prcb, IPI_REQUEST_DPC);
    }
}

/* The request rule of DPC-17. Called under DpcLock, after the depth was counted. */
static BOOLEAN
KiShouldRequest(PKPRCB Prcb, PKDPC Dpc, BOOLEAN Local)
{
    if (Prcb->DpcInterruptRequested || Prcb->DpcRoutineActive) {
        return FALSE; /* the drain that is coming, or under way, takes this one along */
    }
    if (Dpc->Importance >= HighImportance ||
        (Local && Dpc->Importance != LowImportance)) {
        return TRUE;
    }
    if (Prcb->DpcData[DPC_NORMAL].DpcQueueDepth > Prcb->MaximumDpcQueueDepth) {
        return TRUE;
    }
    return Local && Prcb->DpcRequestRate < Prcb->MinimumDpcRate;
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

static PKPRCB
KiTargetOfDpc(PKDPC Dpc, PKPRCB Current)
{
    return (Dpc->Number == 0) ? Current
                              : KiProcessorBlock[Dpc->Number - KI_DPC_TARGET(0)];
}

/* Who queued it: the interrupt object whose ISR this processor is in counts it, and is found
   again when it runs. Interrupts are off, DpcLock is held. */
FORCEINLINE VOID
KiAttributeDpc(PKDPC Dpc, PKPRCB Current)
{
#if DIRQL_NT >= 0x603
    KI_DPC_SOURCE(Dpc) = (KAFFINITY)Current->ActiveInterrupt;
    if (Current->ActiveInterrupt != NULL) {
        Current->ActiveInterrupt->IsrDpcStats.DpcCount++;
    }
#else
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Current);
#endif
}

/*
 * Queues Dpc with two arguments, on its target or on this processor.
 *
 * Returns TRUE when it was queued; FALSE, with nothing changed and the first insert's
 * arguments kept, when it is queued already. IRQL: any. Source: DPC-7, DPC-16, DPC-17.
 */
BOOLEAN
NTAPI
KeInsertQueueDpc(PKDPC Dpc, PVOID SystemArgument1, PVOID SystemArgument2)
{
    BOOLEAN Enabled = ArchDisableInterrupts();
    PKPRCB Current = KeGetCurrentPrcb();
    PKPRCB Prcb = KiTargetOfDpc(Dpc, Current);
    BOOLEAN Threaded = (Dpc->Type == KOBJECT_THREADED_DPC && Prcb->ThreadDpcEnable);
    PKDPC_DATA Data = &Prcb->DpcData[Threaded ? DPC_THREADED : DPC_NORMAL];
    BOOLEAN Request;

    KiAcquireSpinLock(&Data->DpcLock);
    if (InterlockedCompareExchangePointer(&Dpc->DpcData, Data, NULL) != NULL) {
        KiReleaseSpinLock(&Data->DpcLock);
        ArchRestoreInterrupts(Enabled);
        return FALSE;
    }
    Dpc->SystemArgument1 = SystemArgument1;
    Dpc->SystemArgument2 = SystemArgument2;
    KiAttributeDpc(Dpc, Current);
    KiLinkDpc(Data, Dpc);
    Data->DpcCount++;
    if (++Data->DpcQueueDepth > Prcb->DpcHighestDepth) {
        Prcb->DpcHighestDepth = Data->DpcQueueDepth;
    }
    Request = !Threaded && KiShouldRequest(Prcb, Dpc, Prcb == Current);
    Prcb->DpcInterruptRequested |= Request;
    KiReleaseSpinLock(&Data->DpcLock);
    if (Threaded) {
        KeInsertQueueDpc(&Prcb->ThreadDpcWake, NULL, NULL);
    }

    if (Request) {
        KiRequestDispatch(Prcb);
    }
    ArchRestoreInterrupts(Enabled);
    return TRUE;
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
