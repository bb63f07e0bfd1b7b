/*
 * The end of objects: children first, newest first; then what can still call the driver is
 * ended (Dispose), the cleanup callbacks run, and with the last reference the destroy
 * callbacks do and the memory goes.
 *
 * An object whose Dispose waits, or that has such a descendant, is deleted in a system
 * thread when WdfObjectDelete is called at DISPATCH_LEVEL.
 */
#include "wdfp.h"

/* Whether the object or one below it has to be disposed of at PASSIVE_LEVEL. TreeLock. */
static BOOLEAN
WdfpNeedsPassive(PWDFP_OBJECT Object)
{
    if ((Object->Type->Flags & WDFP_TYPE_PASSIVE) != 0 ||
        Object->ExecutionLevel == WdfExecutionLevelPassive) {
        return TRUE;
    }
    for (PLIST_ENTRY Link = Object->Children.Flink; Link != &Object->Children;
         Link = Link->Flink) {
        if (WdfpNeedsPassive(CONTAINING_RECORD(Link, WDFP_OBJECT, Sibling))) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Takes the newest child off the list, referenced; NULL when there is none. */
static PWDFP_OBJECT
WdfpTakeChild(PWDFP_OBJECT Object)
{
    PWDFP_OBJECT Child = NULL;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Object->Globals->TreeLock, &OldIrql);
    if (!IsListEmpty(&Object->Children)) {
        Child =
            CONTAINING_RECORD(RemoveHeadList(&Object->Children), WDFP_OBJECT, Sibling);
        InitializeListHead(&Child->Sibling);
        WdfpReference(Child);
    }
    KeReleaseSpinLock(&Object->Globals->TreeLock, OldIrql);
    return Child;
}

static VOID
WdfpRunCleanup(PWDFP_OBJECT Object)
{
    for (PWDFP_CONTEXT Context = Object->Contexts; Context != NULL;
         Context = Context->Next) {
        if (Context->Cleanup != NULL) {
            WDFP_CALL_VOID(Object->Globals, Context->Cleanup, WdfpHandle(Object));
        }
    }
}

/* Deletes an object whose State says that it is this caller's to delete. */
static VOID
WdfpRunDeletion(PWDFP_OBJECT Object)
{
    PWDFP_OBJECT Child;
    KIRQL OldIrql;

    if (Object->Type->Leave != NULL) {
        Object->Type->Leave(Object);
    }
    /* None is added any more: an empty list, seen without the lock, stays empty. */
    while (!IsListEmpty(&Object->Children) && (Child = WdfpTakeChild(Object)) != NULL) {
        WdfpDelete(Child);
        WdfpDereference(Child);
    }
    if (Object->Type->Dispose != NULL) {
        Object->Type->Dispose(Object);
    }
    WdfpRunCleanup(Object);
    KeAcquireSpinLock(&Object->Globals->TreeLock, &OldIrql);
    Object->State = WdfpDisposed;
    RemoveEntryList(&Object->Sibling);
    InitializeListHead(&Object->Sibling);
    KeReleaseSpinLock(&Object->Globals->TreeLock, OldIrql);
    WdfpDereference(Object);
}

/* Runs in a system worker thread. */
static VOID NTAPI
WdfpRunDeferredDeletion(PVOID Parameter)
{
    WdfpRunDeletion(Parameter);
}

VOID
WdfpDelete(PVOID Handle)
{
    PWDFP_OBJECT Object = Handle;
    BOOLEAN Mine, Defer;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Object->Globals->TreeLock, &OldIrql);
    Mine = Object->State == WdfpAlive;
    Defer = Mine && OldIrql > PASSIVE_LEVEL && WdfpNeedsPassive(Object);
    Object->State = Mine ? WdfpDeleting : Object->State;
    KeReleaseSpinLock(&Object->Globals->TreeLock, OldIrql);
    if (Defer) {
        ExInitializeWorkItem(&Object->Deletion, WdfpRunDeferredDeletion, Object);
        ExQueueWorkItem(&Object->Deletion, DelayedWorkQueue);
    } else if (Mine) {
        WdfpRunDeletion(Object);
    }
}

/* Frees the contexts behind the first, which lies in the object. */
static VOID
WdfpFreeContexts(PWDFP_OBJECT Object)
{
    PWDFP_CONTEXT Context = Object->Contexts->Next;

    while (Context != NULL) {
        PWDFP_CONTEXT Next = Context->Next;

        ExFreePoolWithTag(Context, Object->Globals->Public.DriverTag);
        Context = Next;
    }
}

/* Gives the memory back; the handle is found out from now on. */
static VOID
WdfpFreeObject(PWDFP_OBJECT Object)
{
    PNPAGED_LOOKASIDE_LIST Lookaside = Object->Lookaside;

    Object->Signature = WDFP_FREED;
    if (Lookaside != NULL) {
        ExFreeToNPagedLookasideList(Lookaside, Object);
    } else {
        ExFreePoolWithTag(Object, Object->Globals->Public.DriverTag);
    }
}

/* The handle is still good in the destroy callbacks, for contexts and nothing else. */
VOID
WdfpDestroy(PWDFP_OBJECT Object)
{
    PWDFP_GLOBALS Globals = Object->Globals;
    PWDFP_OBJECT Parent = Object->Parent;

    for (PWDFP_CONTEXT Context = Object->Contexts; Context != NULL;
         Context = Context->Next) {
        if (Context->Destroy != NULL) {
            WDFP_CALL_VOID(Globals, Context->Destroy, WdfpHandle(Object));
        }
    }
    if (Object->Type->Destroy != NULL) {
        Object->Type->Destroy(Object);
    }
    WdfpFreeContexts(Object);
    WdfpFreeObject(Object);
    if (Parent != NULL) {
        WdfpDereference(Parent);
    }
    if (InterlockedDecrement(&Globals->Objects) == 0) {
        KeSetEvent(&Globals->NoObjects, IO_NO_INCREMENT, FALSE);
    }
}

/* Deletes an object and all below it. One that the framework deletes itself (a device, a
   request of a queue): bug check 0x10D, 7, the handle. At or below DISPATCH_LEVEL. Source:
   manual, WdfObjectDelete. */
VOID NTAPI
ImpWdfObjectDelete(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Handle)
{
    PWDFP_OBJECT Object = WdfpAnyObject(DriverGlobals, Handle);

    WdfpRequireIrql(Object->Globals, DISPATCH_LEVEL, "WdfObjectDelete");
    if ((Object->Type->Flags & WDFP_TYPE_FRAMEWORKS) != 0) {
        DbgPrint("wdf: %s: a %s is not the driver's to delete\n",
                 DriverGlobals->DriverName, Object->Type->Name);
        KeBugCheckEx(WDF_VIOLATION, WDF_OBJECT_ERROR, (ULONG_PTR)Handle, 0, 0);
    }
    WdfpDelete(Object);
}
