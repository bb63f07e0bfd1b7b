/*
 * Contexts: the driver's bytes in an object, found by their type.
 *
 * The first context lies behind the object and costs nothing to find, so that
 * an ISR can look for its own. Others are allocated when the driver asks for them.
 */
#include "wdfp.h"

#define WDFP_ATTRIBUTE_ALIGNMENT 16

static SIZE_T
WdfpBytesOfContext(PWDF_OBJECT_ATTRIBUTES Attributes)
{
    if (Attributes == NULL || Attributes->ContextTypeInfo == NULL) {
        return 0;
    }
    return max(Attributes->ContextSizeOverride, Attributes->ContextTypeInfo->ContextSize);
}

/*
 * Whether attributes (NULL: none) are well formed. STATUS_INFO_LENGTH_MISMATCH (Size);
 * STATUS_INVALID_PARAMETER (level, scope, a size override without a type).
 */
NTSTATUS
WdfpCheckAttributes(PWDF_OBJECT_ATTRIBUTES Attributes)
{
    PCWDF_OBJECT_CONTEXT_TYPE_INFO Type;

    if (Attributes == NULL) {
        return STATUS_SUCCESS;
    }
    if (Attributes->Size != sizeof(*Attributes)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if ((ULONG)Attributes->ExecutionLevel - WdfExecutionLevelInheritFromParent >
            WdfExecutionLevelDispatch - WdfExecutionLevelInheritFromParent ||
        (ULONG)Attributes->SynchronizationScope -
                WdfSynchronizationScopeInheritFromParent >
            WdfSynchronizationScopeNone - WdfSynchronizationScopeInheritFromParent) {
        return STATUS_INVALID_PARAMETER;
    }
    Type = Attributes->ContextTypeInfo;
    if (Type == NULL) {
        return Attributes->ContextSizeOverride == 0 ? STATUS_SUCCESS
                                                    : STATUS_INVALID_PARAMETER;
    }
    if (Type->Size != sizeof(*Type)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (Attributes->ContextSizeOverride != 0 &&
        Attributes->ContextSizeOverride < Type->ContextSize) {
        return STATUS_INVALID_PARAMETER;
    }
    return WdfpBytesOfContext(Attributes) <= MAXUSHORT * 16ULL ? STATUS_SUCCESS
                                                               : STATUS_INVALID_PARAMETER;
}

SIZE_T
WdfpContextSize(PWDF_OBJECT_ATTRIBUTES Attributes)
{
    return sizeof(WDFP_CONTEXT) +
           ALIGN_UP_BY(WdfpBytesOfContext(Attributes), WDFP_ATTRIBUTE_ALIGNMENT);
}

/* Drivers of several modules share a type by asking for its one description. */
static PCWDF_OBJECT_CONTEXT_TYPE_INFO
WdfpUniqueType(PCWDF_OBJECT_CONTEXT_TYPE_INFO Type)
{
    if (Type->EvtDriverGetUniqueContextType != NULL) {
        return Type->EvtDriverGetUniqueContextType();
    }
    return Type->UniqueType != NULL ? Type->UniqueType : Type;
}

VOID
WdfpInitializeContext(PWDFP_CONTEXT Context, PWDFP_OBJECT Object,
                      PWDF_OBJECT_ATTRIBUTES Attributes)
{
    Context->Object = Object;
    if (Attributes == NULL) {
        return;
    }
    Context->Cleanup = Attributes->EvtCleanupCallback;
    Context->Destroy = Attributes->EvtDestroyCallback;
    if (Attributes->ContextTypeInfo != NULL) {
        Context->Type = WdfpUniqueType(Attributes->ContextTypeInfo);
    }
}

/* The context of an object that has Type, or NULL. */
static PWDFP_CONTEXT
WdfpFindContext(PWDFP_OBJECT Object, PCWDF_OBJECT_CONTEXT_TYPE_INFO Type)
{
    for (PWDFP_CONTEXT Context = Object->Contexts; Context != NULL;
         Context = Context->Next) {
        if (Context->Type == Type) {
            return Context;
        }
    }
    return NULL;
}

/* The driver's bytes in an object, zeroed when the object was made; NULL when it has no
   context of that type. Any IRQL. Source: manual, WdfObjectGetTypedContextWorker. */
PVOID
NTAPI
ImpWdfObjectGetTypedContextWorker(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Handle,
                                  PCWDF_OBJECT_CONTEXT_TYPE_INFO TypeInfo)
{
    PWDFP_OBJECT Object = WdfpAnyObject(DriverGlobals, Handle);
    PWDFP_CONTEXT Context = WdfpFindContext(Object, TypeInfo);

    return Context == NULL ? NULL : Context + 1;
}

/* The object whose context ContextPointer is. Any IRQL. Source: manual,
   WdfObjectContextGetObject. */
WDFOBJECT
NTAPI
ImpWdfObjectContextGetObject(PWDF_DRIVER_GLOBALS DriverGlobals, PVOID ContextPointer)
{
    PWDFP_CONTEXT Context = (PWDFP_CONTEXT)ContextPointer - 1;

    WdfpRequire(WdfpGlobals(DriverGlobals), ContextPointer, "ContextPointer");
    WdfpAnyObject(DriverGlobals, WdfpHandle(Context->Object));
    return WdfpHandle(Context->Object);
}

/* Appends a context unless the object has one of its type. */
static NTSTATUS
WdfpInsertContext(PWDFP_OBJECT Object, PWDFP_CONTEXT Context)
{
    NTSTATUS Status = STATUS_SUCCESS;
    PWDFP_CONTEXT Last;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Object->Globals->TreeLock, &OldIrql);
    if (Object->State != WdfpAlive) {
        Status = STATUS_DELETE_PENDING;
    } else if (WdfpFindContext(Object, Context->Type) != NULL) {
        Status = STATUS_OBJECT_NAME_EXISTS;
    } else {
        for (Last = Object->Contexts; Last->Next != NULL;) {
            Last = Last->Next;
        }
        /* Readers take no lock: the context is whole before it can be found. */
        __atomic_store_n(&Last->Next, Context, __ATOMIC_RELEASE);
    }
    KeReleaseSpinLock(&Object->Globals->TreeLock, OldIrql);
    return Status;
}

/*
 * Adds one more context to an object, with callbacks of its own. STATUS_OBJECT_NAME_EXISTS:
 * it has one of the type, which *Context gets; STATUS_DELETE_PENDING; a parent in the
 * attributes or no type is STATUS_INVALID_PARAMETER; STATUS_INFO_LENGTH_MISMATCH;
 * STATUS_INSUFFICIENT_RESOURCES. At or below DISPATCH_LEVEL. Source: manual,
 * WdfObjectAllocateContext.
 */
NTSTATUS
NTAPI
ImpWdfObjectAllocateContext(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Handle,
                            PWDF_OBJECT_ATTRIBUTES Attributes, PVOID *ContextPointer)
{
    PWDFP_OBJECT Object = WdfpAnyObject(DriverGlobals, Handle);
    NTSTATUS Status = WdfpCheckAttributes(Attributes);
    PWDFP_CONTEXT Context;

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Attributes == NULL || Attributes->ContextTypeInfo == NULL ||
        Attributes->ParentObject != NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    Context = ExAllocatePoolZero(NonPagedPoolNx, WdfpContextSize(Attributes),
                                 DriverGlobals->DriverTag);
    if (Context == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    WdfpInitializeContext(Context, Object, Attributes);
    Status = WdfpInsertContext(Object, Context);
    if (Status != STATUS_SUCCESS) {
        PWDFP_CONTEXT Present = WdfpFindContext(Object, Context->Type);

        ExFreePoolWithTag(Context, DriverGlobals->DriverTag);
        Context = Present;
    }
    if (ContextPointer != NULL) {
        *ContextPointer = Context == NULL ? NULL : Context + 1;
    }
    return Status;
}
