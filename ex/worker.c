/*
 * System worker threads: three queues, each with threads of its own priority.
 *
 * An item is off its queue before its routine is called, so the routine can queue it
 * again or free it (WRK-1, WRK-3). A routine that waits keeps one thread: a queue has
 * several, and what the kernel itself cannot do without (the reaper of threads, deferred
 * deletions) uses the critical queue, which drivers do not.
 */
#include "exp.h"

#include <internal/observe.h>

/* Subcode of WORKER_INVALID: an item is queued that is queued already. */
#define WORKER_ITEM_QUEUED_TWICE 1

typedef struct _EXP_WORK_QUEUE {
    KPRIORITY Priority; /* of its threads, as NT has them */
    ULONG ThreadCount;
    KSPIN_LOCK Lock; /* guards Items and the List of each item in it */
    LIST_ENTRY Items;
    KSEMAPHORE Available; /* counts Items */
} EXP_WORK_QUEUE, *PEXP_WORK_QUEUE;

static EXP_WORK_QUEUE ExpWorkQueues[MaximumWorkQueue] = {
    [CriticalWorkQueue] = {.Priority = 13, .ThreadCount = 2},
    [DelayedWorkQueue] = {.Priority = 12, .ThreadCount = 4},
    [HyperCriticalWorkQueue] = {.Priority = 15, .ThreadCount = 1},
};

/* Waits for an item and takes it off the queue. */
static PWORK_QUEUE_ITEM
ExpTakeItem(PEXP_WORK_QUEUE Queue)
{
    PLIST_ENTRY Entry;
    KIRQL OldIrql;

    KeWaitForSingleObject(&Queue->Available, Executive, KernelMode, FALSE, NULL);
    OldIrql = KeAcquireSpinLockRaiseToDpc(&Queue->Lock);
    Entry = RemoveHeadList(&Queue->Items);
    Entry->Flink = NULL;
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    return CONTAINING_RECORD(Entry, WORK_QUEUE_ITEM, List);
}

/* One item's routine; Item may be gone when it returns. */
static VOID
ExpCallWorker(PWORK_QUEUE_ITEM Item, PWORKER_THREAD_ROUTINE Routine, PVOID Parameter)
{
    KE_CALL Call = {.Kind = KeWorkerCall,
                    .Routine = (ULONG_PTR)Routine,
                    .Object = Item,
                    .Context = Parameter};

    if (!KeObservesCalls) {
        Routine(Parameter);
        return;
    }
    KeBeginCall(&Call);
    Routine(Parameter);
    KeEndCall(&Call);
}

static VOID NTAPI
ExpWorkerThread(PVOID Context)
{
    for (;;) {
        PWORK_QUEUE_ITEM Item = ExpTakeItem(Context);
        PWORKER_THREAD_ROUTINE Routine = Item->WorkerRoutine;
        PVOID Parameter = Item->Parameter; /* the routine may free the item */

        ExpCallWorker(Item, Routine, Parameter);
        if (KeGetCurrentIrql() != PASSIVE_LEVEL) {
            KeBugCheckEx(WORKER_THREAD_RETURNED_AT_BAD_IRQL, (ULONG_PTR)Routine,
                         KeGetCurrentIrql(), (ULONG_PTR)Parameter, (ULONG_PTR)Item);
        }
    }
}

NTSTATUS
ExpInitializeWorkers(VOID)
{
    for (ULONG Type = 0; Type < MaximumWorkQueue; Type++) {
        PEXP_WORK_QUEUE Queue = &ExpWorkQueues[Type];

        KeInitializeSpinLock(&Queue->Lock);
        InitializeListHead(&Queue->Items);
        KeInitializeSemaphore(&Queue->Available, 0, MAXLONG);
        for (ULONG Count = 0; Count < Queue->ThreadCount; Count++) {
            PETHREAD Thread;
            NTSTATUS Status =
                PspCreateThread(ExpWorkerThread, Queue, Queue->Priority, &Thread);

            if (!NT_SUCCESS(Status)) {
                return Status;
            }
            ObfDereferenceObject(Thread);
        }
    }
    return STATUS_SUCCESS;
}

/*
 * Queues an item whose routine a worker thread will call at PASSIVE_LEVEL, and which must
 * return at it (bug check WORKER_THREAD_RETURNED_AT_BAD_IRQL). The item was set up with
 * ExInitializeWorkItem and is in no queue: else, and for a queue that is none, bug check
 * WORKER_INVALID. IRQL <= DISPATCH_LEVEL. Source: ExQueueWorkItem; WRK-1 to WRK-3,
 * BUG-23.
 */
VOID NTAPI
ExQueueWorkItem(PWORK_QUEUE_ITEM WorkItem, WORK_QUEUE_TYPE QueueType)
{
    PEXP_WORK_QUEUE Queue;
    KIRQL OldIrql;

    KE_ASSERT(KeGetCurrentIrql() <= DISPATCH_LEVEL);
    if ((ULONG)QueueType >= MaximumWorkQueue || WorkItem->List.Flink != NULL) {
        KeBugCheckEx(WORKER_INVALID, WORKER_ITEM_QUEUED_TWICE, (ULONG_PTR)WorkItem,
                     (ULONG_PTR)QueueType, 0);
    }
    Queue = &ExpWorkQueues[QueueType];
    OldIrql = KeAcquireSpinLockRaiseToDpc(&Queue->Lock);
    InsertTailList(&Queue->Items, &WorkItem->List);
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    KeReleaseSemaphore(&Queue->Available, SEMAPHORE_INCREMENT, 1, FALSE);
}
EXPORT(ExQueueWorkItem);
