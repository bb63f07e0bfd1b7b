/*
 * Objects: attributes, contexts, references, deletion.
 */
#pragma once

#include <wdfroutine.h>

/* Called where the deletion happens, or at PASSIVE_LEVEL for objects that demand it: the
   object's children are cleaned up already, its use ends. */
typedef VOID NTAPI EVT_WDF_OBJECT_CONTEXT_CLEANUP(_In_ WDFOBJECT Object);
typedef EVT_WDF_OBJECT_CONTEXT_CLEANUP *PFN_WDF_OBJECT_CONTEXT_CLEANUP;
/* Called when the last reference has gone: the memory goes next. */
typedef VOID NTAPI EVT_WDF_OBJECT_CONTEXT_DESTROY(_In_ WDFOBJECT Object);
typedef EVT_WDF_OBJECT_CONTEXT_DESTROY *PFN_WDF_OBJECT_CONTEXT_DESTROY;

typedef enum _WDF_EXECUTION_LEVEL {
    WdfExecutionLevelInvalid = 0,
    WdfExecutionLevelInheritFromParent,
    WdfExecutionLevelPassive,
    WdfExecutionLevelDispatch
} WDF_EXECUTION_LEVEL;

typedef enum _WDF_SYNCHRONIZATION_SCOPE {
    WdfSynchronizationScopeInvalid = 0,
    WdfSynchronizationScopeInheritFromParent,
    WdfSynchronizationScopeDevice,
    WdfSynchronizationScopeQueue,
    WdfSynchronizationScopeNone
} WDF_SYNCHRONIZATION_SCOPE;

typedef const struct _WDF_OBJECT_CONTEXT_TYPE_INFO *PCWDF_OBJECT_CONTEXT_TYPE_INFO;
typedef PCWDF_OBJECT_CONTEXT_TYPE_INFO(NTAPI *PFN_GET_UNIQUE_CONTEXT_TYPE)(VOID);

/* One kind of context. UniqueType is what tells it from others. */
typedef struct _WDF_OBJECT_CONTEXT_TYPE_INFO {
    ULONG Size;
    PCSTR ContextName;
    SIZE_T ContextSize;
    PCWDF_OBJECT_CONTEXT_TYPE_INFO UniqueType;
    PFN_GET_UNIQUE_CONTEXT_TYPE EvtDriverGetUniqueContextType;
} WDF_OBJECT_CONTEXT_TYPE_INFO, *PWDF_OBJECT_CONTEXT_TYPE_INFO;

typedef struct _WDF_OBJECT_ATTRIBUTES {
    ULONG Size;
    PFN_WDF_OBJECT_CONTEXT_CLEANUP EvtCleanupCallback;
    PFN_WDF_OBJECT_CONTEXT_DESTROY EvtDestroyCallback;
    WDF_EXECUTION_LEVEL ExecutionLevel;
    WDF_SYNCHRONIZATION_SCOPE SynchronizationScope;
    WDFOBJECT ParentObject;
    SIZE_T ContextSizeOverride;
    PCWDF_OBJECT_CONTEXT_TYPE_INFO ContextTypeInfo;
} WDF_OBJECT_ATTRIBUTES, *PWDF_OBJECT_ATTRIBUTES;

static FORCEINLINE VOID
WDF_OBJECT_ATTRIBUTES_INIT(_Out_ PWDF_OBJECT_ATTRIBUTES Attributes)
{
    __builtin_memset(Attributes, 0, sizeof(*Attributes));
    Attributes->Size = sizeof(*Attributes);
    Attributes->ExecutionLevel = WdfExecutionLevelInheritFromParent;
    Attributes->SynchronizationScope = WdfSynchronizationScopeInheritFromParent;
}

#define WDF_TYPE_NAME_TO_TYPE_INFO(Type) _WDF_##Type##_TYPE_INFO
#define WDF_GET_CONTEXT_TYPE_INFO(Type)  (WDF_TYPE_NAME_TO_TYPE_INFO(Type).UniqueType)
#define WDF_OBJECT_ATTRIBUTES_SET_CONTEXT_TYPE(Attributes, Type)                         \
    (Attributes)->ContextTypeInfo = WDF_GET_CONTEXT_TYPE_INFO(Type)
#define WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(Attributes, Type)                        \
    WDF_OBJECT_ATTRIBUTES_INIT(Attributes);                                              \
    WDF_OBJECT_ATTRIBUTES_SET_CONTEXT_TYPE(Attributes, Type)

/* Describes Type as a context and makes Function(handle), which finds it in an object. It
   ends in that function: drivers write it with a semicolon and without. */
#define WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(Type, Function)                               \
    const DECLSPEC_SELECTANY WDF_OBJECT_CONTEXT_TYPE_INFO WDF_TYPE_NAME_TO_TYPE_INFO(    \
        Type) = {sizeof(WDF_OBJECT_CONTEXT_TYPE_INFO), #Type, sizeof(Type),              \
                 &WDF_TYPE_NAME_TO_TYPE_INFO(Type), NULL};                               \
    static FORCEINLINE Type *Function(_In_ WDFOBJECT Handle)                             \
    {                                                                                    \
        return (Type *)WdfObjectGetTypedContextWorker(Handle,                            \
                                                      WDF_GET_CONTEXT_TYPE_INFO(Type));  \
    }
#define WDF_DECLARE_CONTEXT_TYPE(Type)                                                   \
    WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(Type, WdfObjectGet_##Type)
#define WdfObjectGetTypedContext(Handle, Type)                                           \
    ((Type *)WdfObjectGetTypedContextWorker((WDFOBJECT)(Handle),                         \
                                            WDF_GET_CONTEXT_TYPE_INFO(Type)))

/* NULL when the object has no context of that type. Any IRQL. */
WDF_ROUTINE(PVOID, WdfObjectGetTypedContextWorker,
            (_In_ WDFOBJECT Handle, _In_ PCWDF_OBJECT_CONTEXT_TYPE_INFO TypeInfo),
            (Handle, TypeInfo));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfObjectAllocateContext,
            (_In_ WDFOBJECT Handle, _In_ PWDF_OBJECT_ATTRIBUTES ContextAttributes,
             _Outptr_opt_ PVOID *Context),
            (Handle, ContextAttributes, Context));
/* The object a context belongs to. Any IRQL. */
WDF_ROUTINE(WDFOBJECT, WdfObjectContextGetObject, (_In_ PVOID ContextPointer),
            (ContextPointer));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(VOID, WdfObjectReferenceActual,
            (_In_ WDFOBJECT Handle, _In_opt_ PVOID Tag, _In_ LONG Line, _In_z_ PCSTR File),
            (Handle, Tag, Line, File));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(VOID, WdfObjectDereferenceActual,
            (_In_ WDFOBJECT Handle, _In_opt_ PVOID Tag, _In_ LONG Line, _In_z_ PCSTR File),
            (Handle, Tag, Line, File));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfObjectCreate,
            (_In_opt_ PWDF_OBJECT_ATTRIBUTES Attributes, _Out_ WDFOBJECT *Object),
            (Attributes, Object));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(VOID, WdfObjectDelete, (_In_ WDFOBJECT Object), (Object));
/* The synchronization lock of a device or queue; not when its scope is none. */
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(VOID, WdfObjectAcquireLock, (_In_ WDFOBJECT Object), (Object));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(VOID, WdfObjectReleaseLock, (_In_ WDFOBJECT Object), (Object));

#define WdfObjectReference(Handle)                                                       \
    WdfObjectReferenceActual((Handle), NULL, __LINE__, __FILE__)
#define WdfObjectReferenceWithTag(Handle, Tag)                                           \
    WdfObjectReferenceActual((Handle), (Tag), __LINE__, __FILE__)
#define WdfObjectDereference(Handle)                                                     \
    WdfObjectDereferenceActual((Handle), NULL, __LINE__, __FILE__)
#define WdfObjectDereferenceWithTag(Handle, Tag)                                         \
    WdfObjectDereferenceActual((Handle), (Tag), __LINE__, __FILE__)
