/*
 * Work for system threads.
 */
#include "wdfp.h"
#include "work.h"

/* Runs in a system worker thread. The reference keeps the object while it is touched after
   the routine, which may delete it. */
static VOID NTAPI
WdfpRunWork(PVOID Parameter)
{
    PWDFP_WORK Work = Parameter;
    PWDFP_OBJECT Object = Work->Object;

    InterlockedExchange(&Work->Queued, 0);
    Work->Runner = KeGetCurrentThread();
    Work->Routine(Object);
    Work->Runner = NULL;
    InterlockedDecrement(&Work->Count);
    WdfpDereference(Object);
}

VOID
WdfpInitializeWork(PWDFP_WORK Work, PVOID Object, WDFP_WORK_ROUTINE *Routine)
{
    Work->Object = Object;
    Work->Routine = Routine;
    ExInitializeWorkItem(&Work->Item, WdfpRunWork, Work);
}

BOOLEAN
WdfpQueueWork(PWDFP_WORK Work, WORK_QUEUE_TYPE Queue)
{
    if (InterlockedExchange(&Work->Queued, 1) != 0) {
        return FALSE;
    }
    WdfpReference(Work->Object);
    InterlockedIncrement(&Work->Count);
    ExQueueWorkItem(&Work->Item, Queue);
    return TRUE;
}

VOID
WdfpDrainWork(PWDFP_WORK Work)
{
    LONG Own = Work->Runner == KeGetCurrentThread() ? 1 : 0;
    LARGE_INTEGER Nap = {.QuadPart = WDF_REL_TIMEOUT_IN_MS(1)};

    while (Work->Count > Own) {
        KeDelayExecutionThread(KernelMode, FALSE, &Nap);
    }
}
