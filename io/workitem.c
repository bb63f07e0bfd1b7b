/*
 * I/O work items: routines run at PASSIVE_LEVEL for a device or driver, which stays
 * referenced from the queueing to the routine's return (WRK-1 to WRK-4).
 */
#include "iop.h"

#include <internal/observe.h>

struct _IO_WORKITEM {
    WORK_QUEUE_ITEM Item;
    PVOID IoObject; /* device or driver object */
    PIO_WORKITEM_ROUTINE Routine;
    PIO_WORKITEM_ROUTINE_EX RoutineEx; /* one of the two is set */
    PVOID Context;
};

static VOID
IopCallWorkItem(PIO_WORKITEM WorkItem)
{
    if (WorkItem->RoutineEx != NULL) {
        WorkItem->RoutineEx(WorkItem->IoObject, WorkItem->Context, WorkItem);
    } else {
        WorkItem->Routine(WorkItem->IoObject, WorkItem->Context);
    }
}

static ULONG_PTR
IopRoutineOf(PIO_WORKITEM WorkItem)
{
    return (WorkItem->RoutineEx != NULL) ? (ULONG_PTR)WorkItem->RoutineEx
                                         : (ULONG_PTR)WorkItem->Routine;
}

static VOID
IopCallObservedWorkItem(PIO_WORKITEM WorkItem)
{
    KE_CALL Call = {.Kind = KeWorkItemCall,
                    .Routine = IopRoutineOf(WorkItem),
                    .Object = WorkItem,
                    .Context = WorkItem->Context};

    KeBeginCall(&Call);
    IopCallWorkItem(WorkItem);
    KeEndCall(&Call);
}

/*
 * Runs in a worker thread. The item is off its queue, so the routine may free or queue it
 * again: everything needed afterwards is read before. How it returned is looked at here and
 * not only by the worker, because here the driver's routine is known (BUG-23).
 */
static VOID NTAPI
IopRunWorkItem(PVOID Parameter)
{
    PIO_WORKITEM WorkItem = Parameter;
    PVOID IoObject = WorkItem->IoObject;
    ULONG_PTR Routine = IopRoutineOf(WorkItem);
    PVOID Context = WorkItem->Context;

    if (KeObservesCalls) {
        IopCallObservedWorkItem(WorkItem);
    } else {
        IopCallWorkItem(WorkItem);
    }
    ExCheckWorkerReturn(Routine, Context, WorkItem);
    ObDereferenceObject(IoObject);
}

/* Bytes a caller-supplied work item needs. Any IRQL. Source: WRK-4. */
ULONG
NTAPI
IoSizeofWorkItem(VOID)
{
    return sizeof(struct _IO_WORKITEM);
}
EXPORT(IoSizeofWorkItem);

/* Prepares a work item in the caller's memory for IoObject, a device or driver object.
   Any IRQL. Source: WRK-4. */
VOID NTAPI
IoInitializeWorkItem(PVOID IoObject, PIO_WORKITEM IoWorkItem)
{
    memset(IoWorkItem, 0, sizeof(*IoWorkItem));
    IoWorkItem->IoObject = IoObject;
    ExInitializeWorkItem(&IoWorkItem->Item, IopRunWorkItem, IoWorkItem);
}
EXPORT(IoInitializeWorkItem);

/* Ends the use of such a work item, which is not queued. Nothing is kept for one, so
   there is nothing to do. IRQL <= DISPATCH_LEVEL. Source: WRK-4. */
VOID NTAPI
IoUninitializeWorkItem(PIO_WORKITEM IoWorkItem)
{
    UNREFERENCED_PARAMETER(IoWorkItem);
}
EXPORT(IoUninitializeWorkItem);

/* Allocates a work item for DeviceObject; NULL when pool is short. IRQL <=
   DISPATCH_LEVEL. Source: WRK-1. */
PIO_WORKITEM
NTAPI
IoAllocateWorkItem(PDEVICE_OBJECT DeviceObject)
{
    PIO_WORKITEM WorkItem = NULL;

    if (!ExRefuseCaller(IOP_CALLER())) {
        WorkItem = IopAllocate(sizeof(struct _IO_WORKITEM), IOP_TAG_WORK_ITEM);
    }
    if (WorkItem != NULL) {
        IoInitializeWorkItem(DeviceObject, WorkItem);
    }
    return WorkItem;
}
EXPORT(IoAllocateWorkItem);

/* Frees a work item of IoAllocateWorkItem; its own routine may. One that is queued is bug
   check WORKER_INVALID. IRQL <= DISPATCH_LEVEL. Source: WRK-1. */
VOID NTAPI
IoFreeWorkItem(PIO_WORKITEM IoWorkItem)
{
    if (IoWorkItem->Item.List.Flink != NULL) {
        KeBugCheckEx(WORKER_INVALID, EX_WORKER_ITEM_FREED, (ULONG_PTR)&IoWorkItem->Item,
                     (ULONG_PTR)IoWorkItem, (ULONG_PTR)(IoWorkItem + 1));
    }
    ExFreePoolWithTag(IoWorkItem, IOP_TAG_WORK_ITEM);
}
EXPORT(IoFreeWorkItem);

/* References the object and queues the item, whose routine has been set. */
static VOID
IopQueueWorkItem(PIO_WORKITEM WorkItem, WORK_QUEUE_TYPE QueueType, PVOID Context)
{
    WorkItem->Context = Context;
    ObReferenceObject(WorkItem->IoObject);
    ExQueueWorkItem(&WorkItem->Item, QueueType);
}

/*
 * Queues the item: WorkerRoutine(device, Context) runs at PASSIVE_LEVEL in a system
 * thread. The item must not be queued already (WRK-3). IRQL <= DISPATCH_LEVEL. Source:
 * WRK-1, WRK-2.
 */
VOID NTAPI
IoQueueWorkItem(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE WorkerRoutine,
                WORK_QUEUE_TYPE QueueType, PVOID Context)
{
    IoWorkItem->Routine = WorkerRoutine;
    IoWorkItem->RoutineEx = NULL;
    IopQueueWorkItem(IoWorkItem, QueueType, Context);
}
EXPORT(IoQueueWorkItem);

/* The same with WorkerRoutine(object, Context, item). Source: WRK-1, WRK-2. */
VOID NTAPI
IoQueueWorkItemEx(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE_EX WorkerRoutine,
                  WORK_QUEUE_TYPE QueueType, PVOID Context)
{
    IoWorkItem->Routine = NULL;
    IoWorkItem->RoutineEx = WorkerRoutine;
    IopQueueWorkItem(IoWorkItem, QueueType, Context);
}
EXPORT(IoQueueWorkItemEx);
