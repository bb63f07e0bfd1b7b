/*
 * Queries about memory, pool tags and threads.
 */
#include "query.h"

VOID
IopQueryMemory(PIOP_QUERY Query)
{
    PDIRQL_MEMORY_INFORMATION Entry = IopAddEntry(Query);
    EX_POOL_USAGE Pool;

    if (Entry == NULL) {
        return;
    }
    ExQueryPoolUsage(&Pool);
    Entry->TotalFrames = MmQueryTotalFrames();
    Entry->FramesInUse = MmQueryFramesInUse();
    Entry->FrameSize = PAGE_SIZE;
    Entry->InterruptSources = HalCountSources();
    Entry->PoolAllocations = Pool.Allocations;
    Entry->PoolFrees = Pool.Frees;
    Entry->PoolBlocks = Pool.BlocksInUse;
    Entry->PoolBytes = Pool.BytesInUse;
}

/* The table has free entries between those in use. */
VOID
IopQueryPoolTags(PIOP_QUERY Query)
{
    EX_POOL_USAGE Usage;
    ULONG Tag;

    for (ULONG Index = 0; ExQueryPoolTag(Index, &Tag, &Usage); Index++) {
        PDIRQL_POOL_TAG_INFORMATION Entry;

        if (Usage.Allocations == 0 || (Entry = IopAddEntry(Query)) == NULL) {
            continue;
        }
        Entry->Tag = Tag;
        Entry->Allocations = Usage.Allocations;
        Entry->Frees = Usage.Frees;
        Entry->Blocks = Usage.BlocksInUse;
        Entry->Bytes = Usage.BytesInUse;
    }
}

C_ASSERT((ULONG)DirqlThreadWaiting == (ULONG)Waiting);

/* At DISPATCH_LEVEL, under the lock of the list: the thread stays. */
static VOID
IopVisitThread(const KTHREAD *Tcb, HANDLE Id, PVOID Context)
{
    PDIRQL_THREAD_INFORMATION Entry = IopAddEntry(Context);

    if (Entry == NULL) {
        return;
    }
    Entry->Object = (ULONG64)(ULONG_PTR)Tcb;
    Entry->Id = (ULONG64)(ULONG_PTR)Id;
    Entry->StartRoutine = (ULONG64)(ULONG_PTR)Tcb->StartRoutine;
    Entry->State = Tcb->State;
    Entry->Priority = Tcb->Priority;
    Entry->BasePriority = Tcb->BasePriority;
    Entry->Processor = Tcb->NextProcessor;
    Entry->ContextSwitches = Tcb->ContextSwitches;
    Entry->ClockTicks = Tcb->KernelTime;
}

/* The names come last, without the lock: looking them up takes its time. */
VOID
IopQueryThreads(PIOP_QUERY Query)
{
    PDIRQL_THREAD_INFORMATION Entry = (PDIRQL_THREAD_INFORMATION)Query->Next;

    PsVisitThreads(IopVisitThread, Query);
    for (; (PUCHAR)Entry != Query->Next; Entry++) {
        IopDescribeRoutine(Entry->StartRoutine, Entry->Routine, sizeof(Entry->Routine));
    }
}
