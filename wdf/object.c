/*
 * Creating objects, finding relatives, and references. Deletion: delete.c.
 */
#include "wdfp.h"

/* Counts an object of the driver; the driver's unbinding waits for the last. */
static VOID
WdfpCountObject(PWDFP_GLOBALS Globals)
{
    if (InterlockedIncrement(&Globals->Objects) == 1) {
        KeClearEvent(&Globals->NoObjects);
    }
}

/* Level and scope, where the attributes do not inherit them. The driver object, which has
   no parent, is at dispatch level without a scope (WDF-28). */
static VOID
WdfpSetSynchronization(PWDFP_OBJECT Object, PWDFP_OBJECT Parent,
                       PWDF_OBJECT_ATTRIBUTES Attributes)
{
    Object->ExecutionLevel =
        Parent == NULL ? WdfExecutionLevelDispatch : Parent->ExecutionLevel;
    Object->SynchronizationScope =
        Parent == NULL ? WdfSynchronizationScopeNone : Parent->SynchronizationScope;
    if (Attributes == NULL) {
        return;
    }
    if (Attributes->ExecutionLevel != WdfExecutionLevelInheritFromParent) {
        Object->ExecutionLevel = Attributes->ExecutionLevel;
    }
    if (Attributes->SynchronizationScope != WdfSynchronizationScopeInheritFromParent) {
        Object->SynchronizationScope = Attributes->SynchronizationScope;
    }
}

/* Makes Object the newest child of Parent. STATUS_DELETE_PENDING: too late. */
static NTSTATUS
WdfpInsertChild(PWDFP_OBJECT Parent, PWDFP_OBJECT Object)
{
    NTSTATUS Status = STATUS_DELETE_PENDING;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Parent->Globals->TreeLock, &OldIrql);
    if (Parent->State == WdfpAlive) {
        InsertHeadList(&Parent->Children, &Object->Sibling);
        WdfpReference(Parent);
        Object->Parent = Parent;
        Status = STATUS_SUCCESS;
    }
    KeReleaseSpinLock(&Parent->Globals->TreeLock, OldIrql);
    return Status;
}

SIZE_T
WdfpObjectSize(const WDFP_TYPE *Type, PWDF_OBJECT_ATTRIBUTES Attributes)
{
    return ALIGN_UP_BY((SIZE_T)Type->Size, 16) + WdfpContextSize(Attributes);
}

/* The memory of an object, its head and first context filled, the rest zeroed. */
static PWDFP_OBJECT
WdfpAllocateObject(PWDFP_GLOBALS Globals, const WDFP_TYPE *Type,
                   PWDF_OBJECT_ATTRIBUTES Attributes, PNPAGED_LOOKASIDE_LIST Lookaside)
{
    SIZE_T Size =
        Lookaside != NULL ? Lookaside->L.Size : WdfpObjectSize(Type, Attributes);
    PWDFP_OBJECT Object =
        Lookaside != NULL
            ? ExAllocateFromNPagedLookasideList(Lookaside)
            : ExAllocatePoolWithTag(NonPagedPoolNx, Size, Globals->Public.DriverTag);

    if (Object == NULL) {
        return NULL;
    }
    RtlZeroMemory(Object + 1, Size - sizeof(*Object));
    Object->Signature = WDFP_SIGNATURE | (ULONG)Type->Number << 24;
    Object->References = 1;
    Object->Globals = Globals;
    Object->Type = Type;
    Object->Lookaside = Lookaside;
    Object->Parent = NULL;
    Object->State = WdfpAlive;
    Object->Contexts =
        (PWDFP_CONTEXT)((PUCHAR)Object + ALIGN_UP_BY((SIZE_T)Type->Size, 16));
    InitializeListHead(&Object->Children);
    InitializeListHead(&Object->Sibling);
    WdfpInitializeContext(Object->Contexts, Object, Attributes);
    WdfpCountObject(Globals);
    return Object;
}

NTSTATUS
WdfpCreateObjectFrom(PWDFP_GLOBALS Globals, const WDFP_TYPE *Type,
                     PWDF_OBJECT_ATTRIBUTES Attributes, PVOID DefaultParent,
                     BOOLEAN ParentAllowed, PNPAGED_LOOKASIDE_LIST Lookaside,
                     PVOID *Result)
{
    NTSTATUS Status = WdfpCheckAttributes(Attributes);
    PWDFP_OBJECT Parent = DefaultParent;
    PWDFP_OBJECT Object;

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Attributes != NULL && Attributes->ParentObject != NULL) {
        if (!ParentAllowed) {
            return STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED;
        }
        Parent = WdfpAnyObject(&Globals->Public, Attributes->ParentObject);
    }
    Object = WdfpAllocateObject(Globals, Type, Attributes, Lookaside);
    if (Object == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    WdfpSetSynchronization(Object, Parent, Attributes);
    if (Parent != NULL) {
        Status = WdfpInsertChild(Parent, Object);
    }
    if (!NT_SUCCESS(Status)) {
        /* Nobody has seen it: none of its callbacks is due. */
        Object->Contexts->Cleanup = NULL;
        Object->Contexts->Destroy = NULL;
        WdfpDereference(Object);
        return Status;
    }
    *Result = Object;
    return STATUS_SUCCESS;
}

NTSTATUS
WdfpCreateObject(PWDFP_GLOBALS Globals, const WDFP_TYPE *Type,
                 PWDF_OBJECT_ATTRIBUTES Attributes, PVOID Parent, BOOLEAN ParentAllowed,
                 PVOID *Result)
{
    return WdfpCreateObjectFrom(Globals, Type, Attributes, Parent, ParentAllowed, NULL,
                                Result);
}

VOID
WdfpReference(PVOID Object)
{
    InterlockedIncrement(&((PWDFP_OBJECT)Object)->References);
}

VOID
WdfpDereference(PVOID Object)
{
    if (InterlockedDecrement(&((PWDFP_OBJECT)Object)->References) == 0) {
        WdfpDestroy(Object);
    }
}

PVOID
WdfpAncestor(PVOID Object, WDFP_TYPE_NUMBER Type)
{
    PWDFP_OBJECT Ancestor = Object;

    while (Ancestor != NULL && Ancestor->Type->Number != Type) {
        Ancestor = Ancestor->Parent;
    }
    return Ancestor;
}

NTSTATUS
WdfpRequireParent(PWDFP_GLOBALS Globals, PWDF_OBJECT_ATTRIBUTES Attributes,
                  PWDFP_OBJECT *Parent)
{
    NTSTATUS Status = WdfpCheckAttributes(Attributes);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Attributes == NULL || Attributes->ParentObject == NULL) {
        return STATUS_WDF_PARENT_NOT_SPECIFIED;
    }
    *Parent = WdfpAnyObject(&Globals->Public, Attributes->ParentObject);
    return WdfpAncestor(*Parent, WdfpDeviceType) == NULL ? STATUS_INVALID_DEVICE_REQUEST
                                                         : STATUS_SUCCESS;
}

/* Keeps the memory of an object until it is dereferenced; its use ends with its deletion
   all the same. Tag, line and file serve a debugger that looks at traces. At or below
   DISPATCH_LEVEL. Source: manual, WdfObjectReferenceActual. */
VOID NTAPI
ImpWdfObjectReferenceActual(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Handle,
                            PVOID Tag, LONG Line, PCSTR File)
{
    UNREFERENCED_PARAMETER(Tag);
    UNREFERENCED_PARAMETER(Line);
    UNREFERENCED_PARAMETER(File);
    WdfpReference(WdfpAnyObject(DriverGlobals, Handle));
}

/* Gives one reference back. More than were taken: bug check 0x10D, 7, the handle. At or
   below DISPATCH_LEVEL. Source: manual, WdfObjectDereferenceActual. */
VOID NTAPI
ImpWdfObjectDereferenceActual(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Handle,
                              PVOID Tag, LONG Line, PCSTR File)
{
    PWDFP_OBJECT Object = WdfpAnyObject(DriverGlobals, Handle);

    UNREFERENCED_PARAMETER(Tag);
    UNREFERENCED_PARAMETER(Line);
    UNREFERENCED_PARAMETER(File);
    if (Object->References == 1 && Object->State == WdfpAlive) {
        WdfpViolation(Object->Globals, "an object is dereferenced that nobody referenced",
                      WDF_OBJECT_ERROR, (ULONG_PTR)Handle, 0, 0);
    }
    WdfpDereference(Object);
}

static const WDFP_TYPE WdfpPlainType = {
    WdfpObjectType, "WDFOBJECT", sizeof(WDFP_OBJECT), 0, NULL, NULL, NULL};

/*
 * Creates an object that is nothing but its contexts and children; its parent is the driver
 * unless the attributes name one. STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_PARAMETER
 * (attributes), STATUS_DELETE_PENDING (parent), STATUS_INSUFFICIENT_RESOURCES. At or below
 * DISPATCH_LEVEL. Source: manual, WdfObjectCreate.
 */
NTSTATUS
NTAPI
ImpWdfObjectCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PWDF_OBJECT_ATTRIBUTES Attributes,
                   WDFOBJECT *Result)
{
    PWDFP_GLOBALS Globals = WdfpGlobals(DriverGlobals);
    PVOID Object;
    NTSTATUS Status;

    WdfpRequire(Globals, Result, "Object");
    Status = WdfpCreateObject(
        Globals, &WdfpPlainType, Attributes,
        WdfpObject(DriverGlobals, DriverGlobals->Driver, WdfpDriverType), TRUE, &Object);
    if (NT_SUCCESS(Status)) {
        *Result = WdfpHandle(Object);
    }
    return Status;
}
