/*
 * WDFDPC.
 */
#include "wdfp.h"
#include "device.h"
#include "lock.h"

typedef struct _WDFP_DPC {
    WDFP_OBJECT Object; /* must be first */
    PFN_WDF_DPC Routine;
    PWDFP_LOCK Serialization; /* NULL: none */
    KDPC Dpc;
} WDFP_DPC, *PWDFP_DPC;

static VOID
WdfpDisposeDpc(PWDFP_OBJECT Object)
{
    KeRemoveQueueDpc(&((PWDFP_DPC)Object)->Dpc);
    KeFlushQueuedDpcs();
}

static const WDFP_TYPE WdfpDpcObjectType = {
    WdfpDpcType, "WDFDPC", sizeof(WDFP_DPC), WDFP_TYPE_PASSIVE, WdfpDisposeDpc,
    NULL,        NULL};

static PWDFP_DPC
WdfpDpcFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFDPC Handle)
{
    return WdfpObject(Globals, Handle, WdfpDpcType);
}

static VOID NTAPI
WdfpRunDpc(PKDPC KernelDpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PWDFP_DPC Dpc = Context;

    UNREFERENCED_PARAMETER(KernelDpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    if (Dpc->Serialization != NULL) {
        WdfpAcquireLock(Dpc->Serialization);
    }
    WDFP_CALL_VOID(Dpc->Object.Globals, Dpc->Routine, WdfpHandle(Dpc));
    if (Dpc->Serialization != NULL) {
        WdfpReleaseLock(Dpc->Serialization);
    }
}

/*
 * Creates a DPC below the parent that the attributes name. STATUS_INFO_LENGTH_MISMATCH (a
 * Size); STATUS_INVALID_PARAMETER (no routine); STATUS_WDF_PARENT_NOT_SPECIFIED;
 * STATUS_INVALID_DEVICE_REQUEST (the parent belongs to no device);
 * STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL (serialized below a passive-level parent);
 * STATUS_INSUFFICIENT_RESOURCES. At or below DISPATCH_LEVEL. Source: WDF-24.
 */
NTSTATUS
NTAPI
ImpWdfDpcCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PWDF_DPC_CONFIG Config,
                PWDF_OBJECT_ATTRIBUTES Attributes, WDFDPC *Handle)
{
    PWDFP_OBJECT Parent;
    PWDFP_DPC Dpc;
    NTSTATUS Status;

    WdfpRequire(WdfpGlobals(DriverGlobals), Config, "Config");
    if (Config->Size != sizeof(*Config)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (Config->EvtDpcFunc == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    Status = WdfpRequireParent(WdfpGlobals(DriverGlobals), Attributes, &Parent);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Config->AutomaticSerialization &&
        Parent->ExecutionLevel == WdfExecutionLevelPassive) {
        return STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL;
    }
    Status = WdfpCreateObject(WdfpGlobals(DriverGlobals), &WdfpDpcObjectType, Attributes,
                              Parent, TRUE, (PVOID *)&Dpc);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Dpc->Routine = Config->EvtDpcFunc;
    Dpc->Serialization = Config->AutomaticSerialization ? WdfpCallbackLock(Parent) : NULL;
    KeInitializeDpc(&Dpc->Dpc, WdfpRunDpc, Dpc);
    *Handle = WdfpHandle(Dpc);
    return STATUS_SUCCESS;
}

/* TRUE: queued; FALSE: it was queued already. Any IRQL. Source: WDF-24. */
BOOLEAN
NTAPI
ImpWdfDpcEnqueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDPC Handle)
{
    return KeInsertQueueDpc(&WdfpDpcFromHandle(DriverGlobals, Handle)->Dpc, NULL, NULL);
}

/* TRUE: it was queued, and is not any more. Wait: until it does not run either; then at
   PASSIVE_LEVEL, else at or below DISPATCH_LEVEL. Source: WDF-24. */
BOOLEAN
NTAPI
ImpWdfDpcCancel(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDPC Handle, BOOLEAN Wait)
{
    PWDFP_DPC Dpc = WdfpDpcFromHandle(DriverGlobals, Handle);
    BOOLEAN Removed = KeRemoveQueueDpc(&Dpc->Dpc);

    if (Wait) {
        WdfpRequireIrql(Dpc->Object.Globals, PASSIVE_LEVEL, "WdfDpcCancel that waits");
        KeFlushQueuedDpcs();
    }
    return Removed;
}

/* Any IRQL. Source: WDF-24. */
WDFOBJECT
NTAPI
ImpWdfDpcGetParentObject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDPC Handle)
{
    return WdfpHandle(WdfpDpcFromHandle(DriverGlobals, Handle)->Object.Parent);
}

/* WDM's DPC. Any IRQL. Source: WDF-24. */
PKDPC
NTAPI
ImpWdfDpcWdmGetDpc(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDPC Handle)
{
    return &WdfpDpcFromHandle(DriverGlobals, Handle)->Dpc;
}
