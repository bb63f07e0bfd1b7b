/*
 * Threads: a signal to the thread that waited for it, the switch back, a work item's way.
 *
 * The measuring thread stays on processor 0. Its partner has a better priority, so on the same
 * processor KeSetEvent returns after the partner has run and waits again.
 */
#include "bench.h"

#define PARTNER_PRIORITY 14
#define CROWD_PRIORITY   1
#define CROWD            200

typedef struct _BENCH_PARTNER {
    KAFFINITY Affinity;
    KEVENT Wake;
    volatile ULONG64 Running; /* when it ran after the last wake; 0: not yet */
    volatile BOOLEAN Stop;
} BENCH_PARTNER, *PBENCH_PARTNER;

static BENCH_PARTNER BenchPartner;
static volatile BOOLEAN BenchCrowdStop;
static volatile LONG BenchCrowdLeft;
static PIO_WORKITEM BenchWorkItem;
static KEVENT BenchWorkDone;

static VOID NTAPI
BenchPartnerThread(PVOID Context)
{
    PBENCH_PARTNER Partner = Context;

    KeSetSystemAffinityThread(Partner->Affinity);
    KeSetPriorityThread(KeGetCurrentThread(), PARTNER_PRIORITY);
    while (!Partner->Stop) {
        KeWaitForSingleObject(&Partner->Wake, Executive, KernelMode, FALSE, NULL);
        Partner->Running = BenchStamp();
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* From the signal to the partner's first instruction after its wait. */
static ULONG64
BenchTrySignal(VOID)
{
    ULONG64 Start;

    BenchPartner.Running = 0;
    Start = BenchStamp();
    KeSetEvent(&BenchPartner.Wake, 0, FALSE);
    while (BenchPartner.Running == 0) {
        YieldProcessor();
    }
    return BenchPartner.Running - Start;
}

/* From there, through the partner's next wait, back to this thread. */
static ULONG64
BenchTrySwitch(VOID)
{
    KeSetEvent(&BenchPartner.Wake, 0, FALSE);
    return BenchStamp() - BenchPartner.Running;
}

static VOID
BenchStartPartner(ULONG Processor)
{
    BenchPartner.Affinity = (KAFFINITY)1 << Processor;
    BenchPartner.Stop = FALSE;
    KeInitializeEvent(&BenchPartner.Wake, SynchronizationEvent, FALSE);
    BenchStartThread(BenchPartnerThread, &BenchPartner);
    BenchSleep(50); /* it comes to wait */
}

static VOID
BenchStopPartner(VOID)
{
    BenchPartner.Stop = TRUE;
    KeSetEvent(&BenchPartner.Wake, 0, FALSE);
    BenchSleep(50);
}

/* Ready for ever, and never its turn while anybody measures. */
static VOID NTAPI
BenchCrowdThread(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    KeSetPriorityThread(KeGetCurrentThread(), CROWD_PRIORITY);
    while (!BenchCrowdStop) {
        YieldProcessor();
    }
    InterlockedDecrement(&BenchCrowdLeft);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID
BenchMeasureAmongThreads(VOID)
{
    BenchCrowdLeft = CROWD;
    for (ULONG Index = 0; Index < CROWD; Index++) {
        BenchStartThread(BenchCrowdThread, NULL);
    }
    BenchFigure("event_to_waiter_200_threads", BenchTrySignal);
    BenchFigure("context_switch_200_threads", BenchTrySwitch);
    BenchCrowdStop = TRUE;
    while (BenchCrowdLeft != 0) {
        BenchSleep(20);
    }
}

static VOID NTAPI
BenchWorker(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Context);
    KeSetEvent(&BenchWorkDone, 0, FALSE);
}

static ULONG64
BenchTryWorkItem(VOID)
{
    ULONG64 Start = BenchStamp();

    IoQueueWorkItem(BenchWorkItem, BenchWorker, DelayedWorkQueue, NULL);
    KeWaitForSingleObject(&BenchWorkDone, Executive, KernelMode, FALSE, NULL);
    return BenchStamp() - Start;
}

static VOID
BenchMeasureWorkItem(PBENCH_DEVICE Device)
{
    BenchWorkItem = IoAllocateWorkItem(Device->Self);
    if (BenchWorkItem != NULL) {
        KeInitializeEvent(&BenchWorkDone, SynchronizationEvent, FALSE);
        BenchFigure("work_item_round_trip", BenchTryWorkItem);
        BenchSleep(50); /* the worker is through with the item */
        IoFreeWorkItem(BenchWorkItem);
    }
}

/* On processor 0. */
VOID
BenchMeasureThreads(PBENCH_DEVICE Device)
{
    BenchStartPartner(0);
    BenchFigure("event_to_waiter", BenchTrySignal);
    BenchFigure("context_switch", BenchTrySwitch);
    if (KeQueryActiveProcessorCount(NULL) == 1) {
        BenchMeasureAmongThreads();
    }
    BenchStopPartner();
    BenchMeasureWorkItem(Device);
    if (KeQueryActiveProcessorCount(NULL) > 1) {
        BenchStartPartner(1);
        BenchFigure("event_to_waiter_remote", BenchTrySignal);
        BenchStopPartner();
    }
}
