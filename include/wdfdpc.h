/*
 * DPC objects, for DPCs beside the one that each interrupt object has.
 */
#pragma once

#include <wdfobject.h>

/* Called at DISPATCH_LEVEL on the processor that queued it. */
typedef VOID NTAPI EVT_WDF_DPC(_In_ WDFDPC Dpc);
typedef EVT_WDF_DPC *PFN_WDF_DPC;

typedef struct _WDF_DPC_CONFIG {
    ULONG Size;
    PFN_WDF_DPC EvtDpcFunc;
    BOOLEAN AutomaticSerialization;
} WDF_DPC_CONFIG, *PWDF_DPC_CONFIG;

static FORCEINLINE VOID
WDF_DPC_CONFIG_INIT(_Out_ PWDF_DPC_CONFIG Config, _In_ PFN_WDF_DPC EvtDpcFunc)
{
    __builtin_memset(Config, 0, sizeof(*Config));
    Config->Size = sizeof(*Config);
    Config->EvtDpcFunc = EvtDpcFunc;
    Config->AutomaticSerialization = TRUE;
}

_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfDpcCreate,
            (_In_ PWDF_DPC_CONFIG Config, _In_ PWDF_OBJECT_ATTRIBUTES Attributes,
             _Out_ WDFDPC *Dpc),
            (Config, Attributes, Dpc));
/* TRUE: queued; FALSE: it was queued already. Any IRQL. */
WDF_ROUTINE(BOOLEAN, WdfDpcEnqueue, (_In_ WDFDPC Dpc), (Dpc));
/* TRUE: taken off the queue. Wait: until it does not run either; PASSIVE_LEVEL then. */
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(BOOLEAN, WdfDpcCancel, (_In_ WDFDPC Dpc, _In_ BOOLEAN Wait), (Dpc, Wait));
WDF_ROUTINE(WDFOBJECT, WdfDpcGetParentObject, (_In_ WDFDPC Dpc), (Dpc));
WDF_ROUTINE(PKDPC, WdfDpcWdmGetDpc, (_In_ WDFDPC Dpc), (Dpc));
