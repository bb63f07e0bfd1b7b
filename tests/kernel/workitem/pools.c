/*
 * The pools behind the queues: they grow when every thread is kept waiting, and shrink again.
 */
#include "workitem.h"

#define KEPT                                                                             \
    12 /* items that wait inside their routine; more than any queue has threads */
#define LASTING  4  /* threads of the delayed queue that stay */
#define PATIENCE 10 /* seconds for the others to end */

static KEVENT Gate;
static PKTHREAD KeptThreads[KEPT];
static volatile LONG Kept, Through;
static volatile LONG Priorities[MaximumWorkQueue];

static VOID NTAPI
KeptWorker(PVOID Parameter)
{
    PKTHREAD Thread = KeGetCurrentThread();

    UNREFERENCED_PARAMETER(Parameter);
    ObReferenceObject(Thread);
    KeptThreads[InterlockedIncrement(&Kept) - 1] = Thread;
    KeWaitForSingleObject(&Gate, Executive, KernelMode, FALSE, NULL);
    InterlockedIncrement(&Through);
}

static ULONG
CountEnded(VOID)
{
    LARGE_INTEGER Now = {.QuadPart = 0};
    ULONG Ended = 0;

    for (ULONG Index = 0; Index < KEPT; Index++) {
        Ended += KeWaitForSingleObject(KeptThreads[Index], Executive, KernelMode, FALSE,
                                       &Now) == STATUS_SUCCESS;
    }
    return Ended;
}

/* More waiting routines than threads: each gets one in the end, and no two the same. */
VOID
TestPools(VOID)
{
    static WORK_QUEUE_ITEM Items[KEPT];
    ULONG Same = 0;

    Through = 0;
    KeInitializeEvent(&Gate, NotificationEvent, FALSE);
    for (ULONG Index = 0; Index < KEPT; Index++) {
        ExInitializeWorkItem(&Items[Index], KeptWorker, NULL);
        ExQueueWorkItem(&Items[Index], DelayedWorkQueue);
    }
    ok(KtapAwait(&Kept, KEPT), "WRK-2 a pool whose threads all wait grows");
    KeSetEvent(&Gate, 0, FALSE);
    ok(KtapAwait(&Through, KEPT), "WRK-2 every routine comes to its end");
    for (ULONG Index = 1; Index < KEPT; Index++) {
        Same += KeptThreads[Index] == KeptThreads[0];
    }
    ok_equal(Same, 0, "WRK-2 each ran in a thread of its own");
    for (ULONG Turn = 0; Turn < PATIENCE * 10 && CountEnded() < KEPT - LASTING; Turn++) {
        KtapSleep(100);
    }
    ok_equal(CountEnded(), KEPT - LASTING, "WRK-2 threads that were added end when idle");
    for (ULONG Index = 0; Index < KEPT; Index++) {
        ObDereferenceObject(KeptThreads[Index]);
    }
}

static VOID NTAPI
PriorityWorker(PVOID Parameter)
{
    Priorities[(ULONG_PTR)Parameter] = KeQueryPriorityThread(KeGetCurrentThread());
    InterlockedIncrement(&Through);
}

/* One above the queue's own is the boost of the semaphore. */
VOID
TestQueues(VOID)
{
    WORK_QUEUE_ITEM Items[MaximumWorkQueue];

    Through = 0;
    for (ULONG_PTR Type = 0; Type < MaximumWorkQueue; Type++) {
        ExInitializeWorkItem(&Items[Type], PriorityWorker, (PVOID)Type);
        ExQueueWorkItem(&Items[Type], (WORK_QUEUE_TYPE)Type);
    }
    ok(KtapAwait(&Through, MaximumWorkQueue), "WRK-1 each of the three queues is served");
    ok(Priorities[DelayedWorkQueue] == 12 || Priorities[DelayedWorkQueue] == 13,
       "WRK-1 delayed at priority 12");
    ok(Priorities[CriticalWorkQueue] == 13 || Priorities[CriticalWorkQueue] == 14,
       "WRK-1 critical at priority 13");
    ok_equal(Priorities[HyperCriticalWorkQueue], 15,
             "WRK-1 hypercritical at priority 15");
    KtapSleep(20); /* the items lie on this stack */
}
