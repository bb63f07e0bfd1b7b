/*
 * Work items.
 */
#pragma once

#include <wdfobject.h>

/* Called at PASSIVE_LEVEL in a system thread. */
typedef VOID NTAPI EVT_WDF_WORKITEM(_In_ WDFWORKITEM WorkItem);
typedef EVT_WDF_WORKITEM *PFN_WDF_WORKITEM;

typedef struct _WDF_WORKITEM_CONFIG {
    ULONG Size;
    PFN_WDF_WORKITEM EvtWorkItemFunc;
    BOOLEAN AutomaticSerialization;
} WDF_WORKITEM_CONFIG, *PWDF_WORKITEM_CONFIG;

static FORCEINLINE VOID
WDF_WORKITEM_CONFIG_INIT(_Out_ PWDF_WORKITEM_CONFIG Config,
                         _In_ PFN_WDF_WORKITEM EvtWorkItemFunc)
{
    __builtin_memset(Config, 0, sizeof(*Config));
    Config->Size = sizeof(*Config);
    Config->EvtWorkItemFunc = EvtWorkItemFunc;
    Config->AutomaticSerialization = TRUE;
}

_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfWorkItemCreate,
            (_In_ PWDF_WORKITEM_CONFIG Config, _In_ PWDF_OBJECT_ATTRIBUTES Attributes,
             _Out_ WDFWORKITEM *WorkItem),
            (Config, Attributes, WorkItem));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(VOID, WdfWorkItemEnqueue, (_In_ WDFWORKITEM WorkItem), (WorkItem));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(WDFOBJECT, WdfWorkItemGetParentObject, (_In_ WDFWORKITEM WorkItem), (WorkItem));
/* Waits until it is neither queued nor running. */
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(VOID, WdfWorkItemFlush, (_In_ WDFWORKITEM WorkItem), (WorkItem));
