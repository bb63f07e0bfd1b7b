/*
 * What becomes of the device that a target has open: it is to be removed, it stays after
 * all, or it has gone.
 *
 * A target that is closed for a removal stays registered, so that it hears which of the two
 * it was. The callbacks may open, close and delete the target.
 */
#include "wdfp.h"
#include "target.h"

/* Those of wdmguid.h: drivers have them from a library, and the framework from nowhere. */
static const GUID WdfpQueryRemove = {
    0xCB3A4006, 0x46F0, 0x11D0, {0xB0, 0x8F, 0x00, 0x60, 0x97, 0x13, 0x05, 0x3F}};
static const GUID WdfpRemoveCancelled = {
    0xCB3A4007, 0x46F0, 0x11D0, {0xB0, 0x8F, 0x00, 0x60, 0x97, 0x13, 0x05, 0x3F}};
static const GUID WdfpRemoveComplete = {
    0xCB3A4008, 0x46F0, 0x11D0, {0xB0, 0x8F, 0x00, 0x60, 0x97, 0x13, 0x05, 0x3F}};

/* Without a callback the target makes way for the removal. */
static NTSTATUS
WdfpAskTarget(PWDFP_TARGET Target)
{
    PFN_WDF_IO_TARGET_QUERY_REMOVE Callback = Target->Params.EvtIoTargetQueryRemove;

    if (Callback != NULL) {
        return WDFP_CALL(Target->Object.Globals, Callback, WdfpHandle(Target));
    }
    WdfpCloseTarget(Target, WdfIoTargetClosedForQueryRemove);
    return STATUS_SUCCESS;
}

/* Without one it is as it was before. */
static VOID
WdfpTellStays(PWDFP_TARGET Target)
{
    PFN_WDF_IO_TARGET_REMOVE_CANCELED Callback = Target->Params.EvtIoTargetRemoveCanceled;

    if (Callback != NULL) {
        WDFP_CALL_VOID(Target->Object.Globals, Callback, WdfpHandle(Target));
    } else if (Target->State == WdfIoTargetClosedForQueryRemove) {
        WdfpOpenTarget(Target);
    }
}

/* Without one it is closed. */
static VOID
WdfpTellGone(PWDFP_TARGET Target)
{
    PFN_WDF_IO_TARGET_REMOVE_COMPLETE Callback = Target->Params.EvtIoTargetRemoveComplete;

    if (Callback != NULL) {
        WDFP_CALL_VOID(Target->Object.Globals, Callback, WdfpHandle(Target));
    } else {
        WdfpCloseTarget(Target, WdfIoTargetClosed);
    }
}

/* Called at PASSIVE_LEVEL. The target may be deleted meanwhile, but not before. */
static NTSTATUS NTAPI
WdfpTargetChanged(PVOID NotificationStructure, PVOID Context)
{
    const GUID *Event =
        &((PTARGET_DEVICE_REMOVAL_NOTIFICATION)NotificationStructure)->Event;
    PWDFP_TARGET Target = Context;
    NTSTATUS Status = STATUS_SUCCESS;

    WdfpReference(Target);
    if (IsEqualGUID(Event, &WdfpQueryRemove)) {
        Status = WdfpAskTarget(Target);
    } else if (IsEqualGUID(Event, &WdfpRemoveCancelled)) {
        WdfpTellStays(Target);
    } else if (IsEqualGUID(Event, &WdfpRemoveComplete)) {
        WdfpTellGone(Target);
    }
    WdfpDereference(Target);
    return Status;
}

VOID
WdfpUnregisterTarget(PWDFP_TARGET Target)
{
    PVOID Registration = Target->Registration;

    Target->Registration = NULL;
    if (Registration != NULL) {
        IoUnregisterPlugPlayNotificationEx(Registration);
    }
}

VOID
WdfpRegisterTarget(PWDFP_TARGET Target)
{
    WdfpUnregisterTarget(Target);
    if (Target->FileObject != NULL) {
        /* What is on no bus is not removed either: a failure means no more than that. */
        IoRegisterPlugPlayNotification(EventCategoryTargetDeviceChange, 0,
                                       Target->FileObject,
                                       Target->Device->Driver->DriverObject,
                                       WdfpTargetChanged, Target, &Target->Registration);
    }
}
