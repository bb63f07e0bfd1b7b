/*
 * Queries about processors, interrupt objects and locks. Processors write their own counts
 * without a lock: what is read here is each count as it stood, not all of one moment.
 */
#include "query.h"

static VOID
IopFillProcessor(PKPRCB Prcb, PDIRQL_PROCESSOR_INFORMATION Entry)
{
    const KDPC_DATA *Normal = &Prcb->DpcData[DPC_NORMAL];
    const KDPC_DATA *Threaded = &Prcb->DpcData[DPC_THREADED];

    Entry->Number = Prcb->Number;
    Entry->ApicId = Prcb->ApicId;
    Entry->ClockTicks = Prcb->ClockTicks;
    Entry->IdleTicks = Prcb->IdleTicks;
    Entry->KernelTicks = Prcb->KernelTicks;
    Entry->DpcTicks = Prcb->DpcTicks;
    Entry->InterruptTicks = Prcb->InterruptTicks;
    Entry->Interrupts = Prcb->InterruptCount;
    Entry->Ipis = Prcb->IpiCount;
    Entry->Spurious = Prcb->SpuriousCount;
    Entry->Unexpected = Prcb->UnexpectedCount;
    Entry->DpcsInserted = (ULONG64)Normal->DpcCount + Threaded->DpcCount;
    Entry->DpcsRun = Prcb->DpcRunCount;
    Entry->DpcQueueDepth = (ULONG)Normal->DpcQueueDepth;
    Entry->ThreadedDpcQueueDepth = (ULONG)Threaded->DpcQueueDepth;
    Entry->DpcHighestDepth = (ULONG)Prcb->DpcHighestDepth;
    Entry->DpcMaximumDepth = (ULONG)Prcb->MaximumDpcQueueDepth;
    Entry->DpcRequestRate = Prcb->DpcRequestRate;
    Entry->SpinningFor = (ULONG64)(ULONG_PTR)Prcb->SpinningFor;
}

VOID
IopQueryProcessors(PIOP_QUERY Query)
{
    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS; Number++) {
        if ((KeActiveProcessors & AFFINITY_MASK(Number)) != 0) {
            PDIRQL_PROCESSOR_INFORMATION Entry = IopAddEntry(Query);

            if (Entry != NULL) {
                IopFillProcessor(KiProcessorBlock[Number], Entry);
            }
        }
    }
}

/* Where the interrupts of a vector come from, and whether they may come. */
static ULONG
IopQuerySource(PKINTERRUPT Interrupt, PULONG Source)
{
    ULONG Processor = KeInterruptProcessor(Interrupt);
    HAL_INTERRUPT_ASSIGNMENT Assignment;
    HAL_INTERRUPT_STATE State;
    ULONG Flags = 0;

    if (!HalQueryAssignment(Interrupt->Vector, Processor, &Assignment)) {
        return 0;
    }
    Flags = DIRQL_INTERRUPT_SOURCED | (Assignment.Message ? DIRQL_INTERRUPT_MESSAGE : 0);
    *Source = Assignment.Message ? Assignment.MessageIndex : Assignment.Gsi;
    if (HalQueryInterruptState(Interrupt->Vector, Processor, &State) && State.Masked) {
        Flags |= DIRQL_INTERRUPT_MASKED;
    }
    return Flags;
}

static ULONG
IopQueryInterruptFlags(PKINTERRUPT Interrupt)
{
    PKE_INTERRUPT_EXTENSION Extension = KeInterruptExtension(Interrupt);
    ULONG Flags = 0;

    Flags |= (Interrupt->Mode == LevelSensitive) ? DIRQL_INTERRUPT_LEVEL : 0;
    Flags |= Interrupt->ShareVector ? DIRQL_INTERRUPT_SHARED : 0;
    Flags |= KeIsInterruptMasked(Interrupt) ? DIRQL_INTERRUPT_STORM : 0;
    if (Extension != NULL) {
        Flags |= Extension->Passive ? DIRQL_INTERRUPT_PASSIVE : 0;
        Flags |= Extension->Inactive ? DIRQL_INTERRUPT_INACTIVE : 0;
    }
    return Flags;
}

/* The base name of the image an ISR lies in. */
static VOID
IopNameImage(ULONG_PTR Address, CHAR *Name, SIZE_T Size)
{
    KIRQL OldIrql = LdrLockImages();
    PKLDR_DATA_TABLE_ENTRY Image = LdrFindImage(Address);

    RtlFormat(Name, Size, "%s", (Image != NULL) ? Image->BaseName : "kernel");
    LdrUnlockImages(OldIrql);
}

/* Nobody disconnects meanwhile. PASSIVE_LEVEL. */
static VOID
IopVisitInterrupt(PKINTERRUPT Interrupt, PVOID Context)
{
    PDIRQL_INTERRUPT_INFORMATION Entry = IopAddEntry(Context);
    ULONG_PTR Routine = KeQueryServiceRoutine(Interrupt);

    if (Entry == NULL) {
        return;
    }
    Entry->Object = (ULONG64)(ULONG_PTR)Interrupt;
    Entry->ServiceRoutine = Routine;
    Entry->Processor = KeInterruptProcessor(Interrupt);
    Entry->Vector = Interrupt->Vector;
    Entry->Irql = Interrupt->Irql;
    Entry->SynchronizeIrql = Interrupt->SynchronizeIrql;
    Entry->Flags = IopQueryInterruptFlags(Interrupt);
    Entry->Flags |= IopQuerySource(Interrupt, &Entry->Source);
    /* Claims first: they are never more than the calls. */
    Entry->Claims = *(volatile ULONG *)&Interrupt->ServiceCount;
    Entry->Calls = KeQueryIsrCount(Interrupt);
    Entry->Dpcs = KeQueryIsrDpcCount(Interrupt);
    KeQueryIsrTimes(Interrupt, &Entry->IsrTime, &Entry->DpcTime);
    IopDescribeRoutine(Routine, Entry->Routine, sizeof(Entry->Routine));
    IopNameImage(Routine, Entry->Driver, sizeof(Entry->Driver));
}

VOID
IopQueryInterrupts(PIOP_QUERY Query)
{
    KeVisitInterrupts(IopVisitInterrupt, Query);
}

/* Processors that have waited for a spin lock so long that they say so. */
static ULONG
IopCountSpinning(const KSPIN_LOCK *Lock)
{
    ULONG Count = 0;

    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS; Number++) {
        if ((KeActiveProcessors & AFFINITY_MASK(Number)) != 0) {
            Count += KiProcessorBlock[Number]->SpinningFor == Lock;
        }
    }
    return Count;
}

/* The lock an ISR runs under; a passive one's is no spin lock. */
static VOID
IopVisitInterruptLock(PKINTERRUPT Interrupt, PVOID Context)
{
    PKE_INTERRUPT_EXTENSION Extension = KeInterruptExtension(Interrupt);
    PDIRQL_LOCK_INFORMATION Entry;
    BOOLEAN Held;

    if (Extension != NULL && Extension->Passive) {
        return;
    }
    Entry = IopAddEntry(Context);
    if (Entry == NULL) {
        return;
    }
    Held = !KeTestSpinLock(Interrupt->ActualLock);
    Entry->Address = (ULONG64)(ULONG_PTR)Interrupt->ActualLock;
    Entry->Kind = DirqlInterruptLock;
    Entry->State = Held ? DirqlLockExclusive : DirqlLockFree;
    Entry->Holders = Held;
    Entry->Waiters = IopCountSpinning(Interrupt->ActualLock);
    Entry->Irql = Interrupt->SynchronizeIrql;
    IopDescribeRoutine(KeQueryServiceRoutine(Interrupt), Entry->Name,
                       sizeof(Entry->Name));
}

static VOID
IopVisitResource(const ERESOURCE *Resource, BOOLEAN Exclusive, PVOID Context)
{
    PDIRQL_LOCK_INFORMATION Entry = IopAddEntry(Context);

    if (Entry == NULL) {
        return;
    }
    Entry->Address = (ULONG64)(ULONG_PTR)Resource;
    Entry->Kind = DirqlResourceLock;
    Entry->Holders = Resource->ActiveEntries;
    Entry->Waiters = Resource->NumberOfSharedWaiters + Resource->NumberOfExclusiveWaiters;
    Entry->Contention = Resource->ContentionCount;
    if (Exclusive) {
        Entry->State = DirqlLockExclusive;
        Entry->Owner = Resource->OwnerEntry.OwnerThread;
    } else if (Entry->Holders != 0) {
        Entry->State = DirqlLockShared;
    }
}

VOID
IopQueryLocks(PIOP_QUERY Query)
{
    KeVisitInterrupts(IopVisitInterruptLock, Query);
    ExVisitResources(IopVisitResource, Query);
}
