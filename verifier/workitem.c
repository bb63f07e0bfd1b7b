/*
 * Work items: they are queued at DISPATCH_LEVEL, so they may not lie in memory that could be
 * paged out (VER-17).
 */
#include "vf.h"

#define VF_RULE_IO_DISPATCH 0x20022
#define VF_ITEM_PAGEABLE    0x131

static VOID
VfCheckItem(ULONG Rule, PVOID Item, const CHAR *Name)
{
    if (KeGetCurrentIrql() > DISPATCH_LEVEL) {
        VfStopRule(Rule, "%s called at IRQL %u", Name, KeGetCurrentIrql());
    }
    if (ExIsTrackedPaged(Item)) {
        VfStop(VF_ITEM_PAGEABLE, (ULONG_PTR)Item, 0, 0,
               "%s was given a work item in paged pool", Name);
    }
}

/* IRQL: any in its documents; the look at the pool wants DISPATCH_LEVEL or below. */
static VOID NTAPI
VfIoInitializeWorkItem(PVOID IoObject, PIO_WORKITEM IoWorkItem)
{
    VfCheckItem(VF_RULE_IO_DISPATCH, IoWorkItem, "IoInitializeWorkItem");
    IoInitializeWorkItem(IoObject, IoWorkItem);
}
VERIFY(IoInitializeWorkItem);

static VOID NTAPI
VfExQueueWorkItem(PWORK_QUEUE_ITEM WorkItem, WORK_QUEUE_TYPE QueueType)
{
    VfCheckItem(VF_RULE_IRQL_DISPATCH, WorkItem, "ExQueueWorkItem");
    ExQueueWorkItem(WorkItem, QueueType);
}
VERIFY(ExQueueWorkItem);
