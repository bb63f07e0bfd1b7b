/*
 * WDFWORKITEM.
 */
#include "wdfp.h"
#include "device.h"
#include "lock.h"
#include "work.h"

typedef struct _WDFP_WORKITEM {
    WDFP_OBJECT Object; /* must be first */
    PFN_WDF_WORKITEM Routine;
    PWDFP_LOCK Serialization; /* NULL: none */
    WDFP_WORK Work;
} WDFP_WORKITEM, *PWDFP_WORKITEM;

/* One that is queued runs first; its own callback does not wait for itself (WDF-26). */
static VOID
WdfpDisposeWorkItem(PWDFP_OBJECT Object)
{
    WdfpDrainWork(&((PWDFP_WORKITEM)Object)->Work);
}

static const WDFP_TYPE WdfpWorkItemObjectType = {WdfpWorkItemType,
                                                 "WDFWORKITEM",
                                                 sizeof(WDFP_WORKITEM),
                                                 WDFP_TYPE_PASSIVE,
                                                 WdfpDisposeWorkItem,
                                                 NULL,
                                                 NULL};

static PWDFP_WORKITEM
WdfpWorkItemFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFWORKITEM Handle)
{
    return WdfpObject(Globals, Handle, WdfpWorkItemType);
}

static VOID
WdfpCallWorkItem(PWDFP_OBJECT Object)
{
    PWDFP_WORKITEM WorkItem = (PWDFP_WORKITEM)Object;

    WdfpAcquireLock(WorkItem->Serialization);
    WDFP_CALL_VOID(Object->Globals, WorkItem->Routine, WdfpHandle(WorkItem));
    WdfpReleaseLock(WorkItem->Serialization);
}

/*
 * Creates a work item below the parent that the attributes name.
 * STATUS_INFO_LENGTH_MISMATCH (a Size); STATUS_INVALID_PARAMETER (no routine);
 * STATUS_WDF_PARENT_NOT_SPECIFIED; STATUS_INVALID_DEVICE_REQUEST (the parent belongs to no
 * device); STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL (serialized below a parent that is not
 * at passive level); STATUS_INSUFFICIENT_RESOURCES. At or below DISPATCH_LEVEL. Source:
 * WDF-25.
 */
NTSTATUS
NTAPI
ImpWdfWorkItemCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PWDF_WORKITEM_CONFIG Config,
                     PWDF_OBJECT_ATTRIBUTES Attributes, WDFWORKITEM *Handle)
{
    PWDFP_WORKITEM WorkItem;
    PWDFP_OBJECT Parent;
    NTSTATUS Status;

    WdfpRequire(WdfpGlobals(DriverGlobals), Config, "Config");
    if (Config->Size != sizeof(*Config)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (Config->EvtWorkItemFunc == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    Status = WdfpRequireParent(WdfpGlobals(DriverGlobals), Attributes, &Parent);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Config->AutomaticSerialization && WdfpCallbackLock(Parent) != NULL &&
        Parent->ExecutionLevel != WdfExecutionLevelPassive) {
        return STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL;
    }
    Status = WdfpCreateObject(WdfpGlobals(DriverGlobals), &WdfpWorkItemObjectType,
                              Attributes, Parent, TRUE, (PVOID *)&WorkItem);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WorkItem->Routine = Config->EvtWorkItemFunc;
    WorkItem->Serialization =
        Config->AutomaticSerialization ? WdfpCallbackLock(Parent) : NULL;
    WdfpInitializeWork(&WorkItem->Work, WorkItem, WdfpCallWorkItem);
    *Handle = WdfpHandle(WorkItem);
    return STATUS_SUCCESS;
}

/* Queues the item unless it is queued. At or below DISPATCH_LEVEL. Source: WDF-25. */
VOID NTAPI
ImpWdfWorkItemEnqueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFWORKITEM Handle)
{
    WdfpQueueWork(&WdfpWorkItemFromHandle(DriverGlobals, Handle)->Work, DelayedWorkQueue);
}

/* Source: WDF-25. */
WDFOBJECT
NTAPI
ImpWdfWorkItemGetParentObject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFWORKITEM Handle)
{
    return WdfpHandle(WdfpWorkItemFromHandle(DriverGlobals, Handle)->Object.Parent);
}

/* Waits until the item neither is queued nor runs. From its own callback, which would wait
   for itself: bug check 0x10D, 7, the handle. PASSIVE_LEVEL. Source: WDF-25. */
VOID NTAPI
ImpWdfWorkItemFlush(PWDF_DRIVER_GLOBALS DriverGlobals, WDFWORKITEM Handle)
{
    PWDFP_WORKITEM WorkItem = WdfpWorkItemFromHandle(DriverGlobals, Handle);

    WdfpRequireIrql(WorkItem->Object.Globals, PASSIVE_LEVEL, "WdfWorkItemFlush");
    if (WorkItem->Work.Runner == KeGetCurrentThread()) {
        WdfpViolation(WorkItem->Object.Globals, "WdfWorkItemFlush in its own callback",
                      WDF_OBJECT_ERROR, (ULONG_PTR)Handle, 0, 0);
    }
    WdfpDrainWork(&WorkItem->Work);
}
