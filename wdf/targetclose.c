/*
 * Closing targets.
 */
#include "wdfp.h"
#include "target.h"

/* Cancels and awaits what was sent, and lets go of the device. A second call does nothing
   but set the state. */
VOID
WdfpCloseTarget(PWDFP_TARGET Target, WDF_IO_TARGET_STATE State)
{
    BOOLEAN Local = Target == Target->Device->LocalTarget;
    PDEVICE_OBJECT DeviceObject;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Target->Lock, &OldIrql);
    Target->State = State;
    DeviceObject = Target->DeviceObject;
    Target->DeviceObject = NULL;
    KeReleaseSpinLock(&Target->Lock, OldIrql);
    WdfpCancelWaitingSendings(Target);
    WdfpCancelSent(Target, TRUE);
    for (ULONG Share = 0; Share < WdfpTargetShares; Share++) {
        KeWaitForSingleObject(&Target->Idle[Share], Executive, KernelMode, FALSE, NULL);
    }
    if (State != WdfIoTargetClosedForQueryRemove) {
        WdfpUnregisterTarget(Target);
        WdfpForgetParams(Target);
    }
    if (DeviceObject == NULL || Local) {
        return;
    }
    if (Target->Physical != NULL) {
        ObDereferenceObject(Target->Physical);
        Target->Physical = NULL;
    }
    if (Target->FileObject != NULL) {
        ObDereferenceObject(Target->FileObject);
        Target->FileObject = NULL;
    }
    if (Target->Handle != NULL) {
        ZwClose(Target->Handle);
        Target->Handle = NULL;
    }
    ObDereferenceObject(DeviceObject);
}

/* Closes a target so that its device can be removed; it can be reopened. Source: manual,
   WdfIoTargetCloseForQueryRemove. */
VOID NTAPI
ImpWdfIoTargetCloseForQueryRemove(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET Handle)
{
    PWDFP_TARGET Target = WdfpTargetFromHandle(DriverGlobals, Handle);

    WdfpRequireIrql(Target->Object.Globals, PASSIVE_LEVEL,
                    "WdfIoTargetCloseForQueryRemove");
    WdfpCloseTarget(Target, WdfIoTargetClosedForQueryRemove);
}

/* Closes a target; what was sent is cancelled and waited for. PASSIVE_LEVEL. Source: manual,
   WdfIoTargetClose. */
VOID NTAPI
ImpWdfIoTargetClose(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET Handle)
{
    PWDFP_TARGET Target = WdfpTargetFromHandle(DriverGlobals, Handle);

    WdfpRequireIrql(Target->Object.Globals, PASSIVE_LEVEL, "WdfIoTargetClose");
    WdfpCloseTarget(Target, WdfIoTargetClosed);
}
