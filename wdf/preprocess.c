/*
 * WDM preprocessing: a driver sees IRPs of the kinds it names before the framework does, and
 * gives them back, or completes them itself.
 *
 * It gives an IRP back as it would send it to a lower driver: with its own stack location
 * skipped, or copied to the next one, for which such a device's StackSize has one more.
 */
#include "wdfp.h"
#include "preprocess.h"
#include "queue.h"

/* Frees the minor functions of all kinds. */
VOID
WdfpFreePreprocess(PWDFDEVICE_INIT Init)
{
    if (Init->Preprocess != NULL) {
        for (ULONG Major = 0; Major <= IRP_MJ_MAXIMUM_FUNCTION; Major++) {
            if (Init->Preprocess[Major].Minors != NULL) {
                ExFreePoolWithTag(Init->Preprocess[Major].Minors, WDFP_TAG);
            }
        }
        ExFreePoolWithTag(Init->Preprocess, WDFP_TAG);
    }
}

/*
 * Has Callback see IRPs of a major function first, those of Count minor functions, or all
 * (0). STATUS_INVALID_PARAMETER: no such major function; STATUS_INVALID_DEVICE_REQUEST: it
 * has a callback; STATUS_INSUFFICIENT_RESOURCES. At or below DISPATCH_LEVEL. Source: manual,
 * WdfDeviceInitAssignWdmIrpPreprocessCallback.
 */
NTSTATUS
NTAPI
ImpWdfDeviceInitAssignWdmIrpPreprocessCallback(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               PWDFDEVICE_INIT Init,
                                               PFN_WDFDEVICE_WDM_IRP_PREPROCESS Callback,
                                               UCHAR Major, PUCHAR Minors, ULONG Count)
{
    PWDFP_PREPROCESS Entry;

    WdfpRequire(WdfpGlobals(DriverGlobals), (PVOID)(ULONG_PTR)Callback,
                "EvtDeviceWdmIrpPreprocess");
    if (Major > IRP_MJ_MAXIMUM_FUNCTION || (Count != 0 && Minors == NULL) ||
        Count > MAXUCHAR + 1) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Init->Preprocess == NULL) {
        Init->Preprocess = ExAllocatePoolZero(
            NonPagedPoolNx, (IRP_MJ_MAXIMUM_FUNCTION + 1) * sizeof(*Entry), WDFP_TAG);
    }
    if (Init->Preprocess == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Entry = &Init->Preprocess[Major];
    if (Entry->Callback != NULL) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    if (Count != 0) {
        Entry->Minors = ExAllocatePoolZero(NonPagedPoolNx, Count, WDFP_TAG);
        if (Entry->Minors == NULL) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        RtlCopyMemory(Entry->Minors, Minors, Count);
    }
    Entry->Count = Count;
    Entry->Callback = Callback;
    return STATUS_SUCCESS;
}

BOOLEAN
WdfpIsPreprocessed(PWDFP_DEVICE Device, PIO_STACK_LOCATION Stack)
{
    PWDFP_PREPROCESS Entry = &Device->Init->Preprocess[Stack->MajorFunction];

    if (Entry->Callback == NULL || Entry->Count == 0) {
        return Entry->Callback != NULL;
    }
    for (ULONG Index = 0; Index < Entry->Count; Index++) {
        if (Entry->Minors[Index] == Stack->MinorFunction) {
            return TRUE;
        }
    }
    return FALSE;
}

NTSTATUS
WdfpPreprocess(PWDFP_DEVICE Device, PIRP Irp)
{
    UCHAR Major = IoGetCurrentIrpStackLocation(Irp)->MajorFunction;

    return WDFP_CALL(Device->Object.Globals, Device->Init->Preprocess[Major].Callback,
                     WdfpHandle(Device), Irp);
}

VOID
WdfpTakeIrpBack(PWDFP_DEVICE Device, PIRP Irp)
{
    if (Irp->CurrentLocation <= 1) {
        WdfpViolation(Device->Object.Globals,
                      "an IRP is given back without a stack location for the framework",
                      WDF_REQUEST_FATAL_ERROR,
                      WDF_REQUEST_FATAL_ERROR_NO_MORE_STACK_LOCATIONS,
                      (ULONG_PTR)WdfpHandle(Device), (ULONG_PTR)Irp);
    }
    IoSetNextIrpStackLocation(Irp);
    IoGetCurrentIrpStackLocation(Irp)->DeviceObject = Device->DeviceObject;
}

/* Gives an IRP that the driver has seen to the framework, after
   IoSkipCurrentIrpStackLocation or IoCopyCurrentIrpStackLocationToNext. What its handling
   returns. Source: manual, WdfDeviceWdmDispatchPreprocessedIrp. */
NTSTATUS
NTAPI
ImpWdfDeviceWdmDispatchPreprocessedIrp(PWDF_DRIVER_GLOBALS DriverGlobals,
                                       WDFDEVICE Handle, PIRP Irp)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);

    WdfpRequire(Device->Object.Globals, Irp, "Irp");
    WdfpTakeIrpBack(Device, Irp);
    return WdfpDispatchIrp(Device, Irp);
}
