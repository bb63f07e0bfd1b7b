/*
 * System worker threads: three queues, each with threads of its own priority.
 *
 * An item is off its queue before its routine is called, so the routine can queue it
 * again or free it (WRK-1, WRK-3). A routine that waits keeps one thread. When items wait
 * and nobody takes one for a clock tick or two, because all threads of the queue are kept,
 * the pool thread adds one; a thread that was added ends when it has been idle for long.
 */
#include "exp.h"

#include <internal/observe.h>

/* First parameter of WORKER_INVALID: an item is queued that is queued already. */
#define WORKER_ITEM_QUEUED_TWICE 1

/* Fourth parameter of APC_INDEX_MISMATCH: found after a work item, not a system call. */
#define APC_MISMATCH_WORKER 1

#define MOST_ADDED_THREADS   16 /* of each queue */
#define POOL_THREAD_PRIORITY 16 /* above every worker's */

/* In 100 ns, from now. */
#define PROGRESS_INTERVAL (-200000LL)   /* without an item taken: one more thread */
#define IDLE_LIMIT        (-30000000LL) /* then an added thread ends */

typedef struct _EXP_WORK_QUEUE {
    KPRIORITY Priority; /* of its threads, as NT has them */
    ULONG ThreadCount;  /* that boot makes and that stay */
    KSPIN_LOCK Lock;    /* guards what follows, and the List of each item */
    LIST_ENTRY Items;
    ULONG Pending;        /* in Items */
    ULONG Added;          /* threads beyond ThreadCount */
    ULONG Taken;          /* items ever taken */
    ULONG TakenBefore;    /* when the pool thread looked last; only it */
    volatile LONG Idle;   /* threads that wait for an item; needs no lock */
    KSEMAPHORE Available; /* counts Items */
} EXP_WORK_QUEUE, *PEXP_WORK_QUEUE;

static EXP_WORK_QUEUE ExpWorkQueues[MaximumWorkQueue] = {
    [CriticalWorkQueue] = {.Priority = 13, .ThreadCount = 2},
    [DelayedWorkQueue] = {.Priority = 12, .ThreadCount = 4},
    [HyperCriticalWorkQueue] = {.Priority = 15, .ThreadCount = 1},
};

static KEVENT ExpItemsWait; /* some queue has more items than idle threads */

/* An added thread was idle for long: it may end unless an item has just come. */
static BOOLEAN
ExpMayEnd(PEXP_WORK_QUEUE Queue)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&Queue->Lock);
    BOOLEAN Ends = (Queue->Pending == 0);

    if (Ends) {
        InterlockedDecrement(&Queue->Idle);
        Queue->Added--;
    }
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    return Ends;
}

/* Waits for an item and takes it off the queue. NULL: there was none for Limit, and the thread
   is no longer counted. */
static PWORK_QUEUE_ITEM
ExpTakeItem(PEXP_WORK_QUEUE Queue, PLARGE_INTEGER Limit)
{
    PLIST_ENTRY Entry;
    KIRQL OldIrql;

    InterlockedIncrement(&Queue->Idle);
    while (KeWaitForSingleObject(&Queue->Available, Executive, KernelMode, FALSE,
                                 Limit) == STATUS_TIMEOUT) {
        if (ExpMayEnd(Queue)) {
            return NULL;
        }
    }
    OldIrql = KeAcquireSpinLockRaiseToDpc(&Queue->Lock);
    Entry = RemoveHeadList(&Queue->Items);
    Entry->Flink = NULL;
    Queue->Pending--;
    InterlockedDecrement(&Queue->Idle);
    Queue->Taken++;
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

VOID
ExRefuseWorkerReturn(ULONG_PTR Routine, PVOID Parameter, PVOID Item)
{
    if (KeGetCurrentIrql() != PASSIVE_LEVEL) {
        KeBugCheckEx(WORKER_THREAD_RETURNED_AT_BAD_IRQL, Routine, KeGetCurrentIrql(),
                     (ULONG_PTR)Parameter, (ULONG_PTR)Item);
    }
    KeBugCheckEx(APC_INDEX_MISMATCH, Routine, 0, KeGetCurrentThread()->CombinedApcDisable,
                 APC_MISMATCH_WORKER);
}

/* Runs items until there is none for Limit; NULL: for ever. */
static VOID
ExpServeQueue(PEXP_WORK_QUEUE Queue, PLARGE_INTEGER Limit)
{
    PWORK_QUEUE_ITEM Item;

    while ((Item = ExpTakeItem(Queue, Limit)) != NULL) {
        PWORKER_THREAD_ROUTINE Routine = Item->WorkerRoutine;
        PVOID Parameter = Item->Parameter; /* the routine may free the item */

        ExpCallWorker(Item, Routine, Parameter);
        ExCheckWorkerReturn((ULONG_PTR)Routine, Parameter, Item);
    }
}

static VOID NTAPI
ExpWorkerThread(PVOID Context)
{
    ExpServeQueue(Context, NULL);
}

static VOID NTAPI
ExpAddedWorkerThread(PVOID Context)
{
    LARGE_INTEGER Limit = {.QuadPart = IDLE_LIMIT};

    ExpServeQueue(Context, &Limit);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static NTSTATUS
ExpStartThread(PKSTART_ROUTINE Routine, PVOID Context, KPRIORITY Priority)
{
    PETHREAD Thread;
    NTSTATUS Status = PspCreateThread(Routine, Context, Priority, &Thread);

    if (NT_SUCCESS(Status)) {
        ObfDereferenceObject(Thread);
    }
    return Status;
}

/* Adds a thread to a queue whose items wait without any being taken since the last look.
   TRUE: items wait still. */
static BOOLEAN
ExpGrowPool(PEXP_WORK_QUEUE Queue)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&Queue->Lock);
    BOOLEAN Waits = (Queue->Pending > (ULONG)Queue->Idle);
    BOOLEAN Add =
        Waits && Queue->Taken == Queue->TakenBefore && Queue->Added < MOST_ADDED_THREADS;

    Queue->TakenBefore = Queue->Taken;
    Queue->Added += Add;
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    if (Add &&
        !NT_SUCCESS(ExpStartThread(ExpAddedWorkerThread, Queue, Queue->Priority))) {
        OldIrql = KeAcquireSpinLockRaiseToDpc(&Queue->Lock);
        Queue->Added--; /* no memory now: perhaps at the next look */
        KeReleaseSpinLock(&Queue->Lock, OldIrql);
    }
    return Waits;
}

static VOID NTAPI
ExpPoolThread(PVOID Context)
{
    LARGE_INTEGER Interval = {.QuadPart = PROGRESS_INTERVAL};
    BOOLEAN Wait;

    UNREFERENCED_PARAMETER(Context);
    for (;;) {
        KeWaitForSingleObject(&ExpItemsWait, Executive, KernelMode, FALSE, NULL);
        do {
            KeDelayExecutionThread(KernelMode, FALSE, &Interval);
            Wait = FALSE;
            for (ULONG Type = 0; Type < MaximumWorkQueue; Type++) {
                Wait |= ExpGrowPool(&ExpWorkQueues[Type]);
            }
        } while (Wait);
    }
}

NTSTATUS
ExpInitializeWorkers(VOID)
{
    KeInitializeEvent(&ExpItemsWait, SynchronizationEvent, FALSE);
    for (ULONG Type = 0; Type < MaximumWorkQueue; Type++) {
        PEXP_WORK_QUEUE Queue = &ExpWorkQueues[Type];

        KeInitializeSpinLock(&Queue->Lock);
        InitializeListHead(&Queue->Items);
        KeInitializeSemaphore(&Queue->Available, 0, MAXLONG);
        for (ULONG Count = 0; Count < Queue->ThreadCount; Count++) {
            NTSTATUS Status = ExpStartThread(ExpWorkerThread, Queue, Queue->Priority);

            if (!NT_SUCCESS(Status)) {
                return Status;
            }
        }
    }
    return ExpStartThread(ExpPoolThread, NULL, POOL_THREAD_PRIORITY);
}

/*
 * Queues an item whose routine a worker thread will call at PASSIVE_LEVEL, and which must
 * return at it (bug check WORKER_THREAD_RETURNED_AT_BAD_IRQL), outside every critical and
 * guarded region and without a mutex (APC_INDEX_MISMATCH). The item was set up with
 * ExInitializeWorkItem and is in no queue: else, and for a queue that is none, bug check
 * WORKER_INVALID. IRQL <= DISPATCH_LEVEL. Source: ExQueueWorkItem; WRK-1 to WRK-3,
 * BUG-23.
 */
VOID NTAPI
ExQueueWorkItem(PWORK_QUEUE_ITEM WorkItem, WORK_QUEUE_TYPE QueueType)
{
    PEXP_WORK_QUEUE Queue;
    BOOLEAN Waits;
    KIRQL OldIrql;

    KE_ASSERT(KeGetCurrentIrql() <= DISPATCH_LEVEL);
    if ((ULONG)QueueType >= MaximumWorkQueue ||
        InterlockedCompareExchangePointer((PVOID *)&WorkItem->List.Flink, WorkItem,
                                          NULL) != NULL) {
        KeBugCheckEx(WORKER_INVALID, WORKER_ITEM_QUEUED_TWICE, (ULONG_PTR)WorkItem,
                     (ULONG_PTR)QueueType, 0);
    }
    KeTrace(TraceWorkQueue, QueueType, WorkItem, (ULONG_PTR)WorkItem->WorkerRoutine);
    Queue = &ExpWorkQueues[QueueType];
    OldIrql = KeAcquireSpinLockRaiseToDpc(&Queue->Lock);
    InsertTailList(&Queue->Items, &WorkItem->List);
    Waits = (++Queue->Pending > (ULONG)Queue->Idle);
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    KeReleaseSemaphore(&Queue->Available, SEMAPHORE_INCREMENT, 1, FALSE);
    if (Waits) {
        KeSetEvent(&ExpItemsWait, 0, FALSE);
    }
}
EXPORT(ExQueueWorkItem);

/* The first item of Queue that lies in the range or whose routine does, or NULL. */
static PVOID
ExpFindItem(PEXP_WORK_QUEUE Queue, ULONG_PTR Start, SIZE_T Length)
{
    PVOID Found = NULL;
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&Queue->Lock);

    for (PLIST_ENTRY Entry = Queue->Items.Flink; Entry != &Queue->Items && Found == NULL;
         Entry = Entry->Flink) {
        PWORK_QUEUE_ITEM Item = CONTAINING_RECORD(Entry, WORK_QUEUE_ITEM, List);

        if ((ULONG_PTR)Item - Start < Length ||
            (ULONG_PTR)Item->WorkerRoutine - Start < Length) {
            Found = Item;
        }
    }
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    return Found;
}

/* A queued work item that lies in [Start, Start + Length), or whose routine does; NULL:
   there is none. IRQL <= DISPATCH_LEVEL. */
PVOID
ExpFindQueuedItem(ULONG_PTR Start, SIZE_T Length)
{
    PVOID Found = NULL;

    for (ULONG Type = 0; Type < MaximumWorkQueue && Found == NULL; Type++) {
        Found = ExpFindItem(&ExpWorkQueues[Type], Start, Length);
    }
    return Found;
}
