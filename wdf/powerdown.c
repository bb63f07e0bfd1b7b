/*
 * The way down, from whatever step a device has come to, in the order of WDF-31. A callback
 * that fails stops nothing: the device goes either way.
 */
#include "wdfp.h"
#include "device.h"
#include "dma.h"
#include "interrupt.h"
#include "powerdown.h"
#include "queue.h"
#include "resources.h"

static VOID
WdfpStopIo(PWDFP_DEVICE Device)
{
    PFN_WDF_DEVICE_SELF_MANAGED_IO_SUSPEND Suspend =
        Device->Init->PnpPower.EvtDeviceSelfManagedIoSuspend;

    WdfpSetInterfaces(Device, FALSE);
    if (Suspend != NULL && Device->SelfManaged) {
        WDFP_CALL(Device->Object.Globals, Suspend, WdfpHandle(Device));
    }
    if (!Device->Gone) {
        WdfpStopQueues(Device); /* those of one that is gone have ended: WdfpVanish */
    }
    WdfpStopDma(Device);
}

static VOID
WdfpDisableInterrupts(PWDFP_DEVICE Device, WDF_POWER_DEVICE_STATE Target)
{
    PFN_WDF_DEVICE_D0_EXIT_PRE_INTERRUPTS_DISABLED Callback =
        Device->Init->PnpPower.EvtDeviceD0ExitPreInterruptsDisabled;

    if (Callback != NULL) {
        WDFP_CALL(Device->Object.Globals, Callback, WdfpHandle(Device), Target);
    }
    WdfpDisconnectInterrupts(Device);
}

static VOID
WdfpLeaveD0(PWDFP_DEVICE Device, WDF_POWER_DEVICE_STATE Target)
{
    PFN_WDF_DEVICE_D0_EXIT Callback = Device->Init->PnpPower.EvtDeviceD0Exit;

    if (Callback != NULL) {
        WDFP_CALL(Device->Object.Globals, Callback, WdfpHandle(Device), Target);
    }
    Device->PowerState = Target;
}

VOID
WdfpRequireSupported(PWDFP_DEVICE Device, NTSTATUS Status, const CHAR *Why)
{
    if (Status == STATUS_NOT_SUPPORTED) {
        WdfpViolation(Device->Object.Globals, Why, WDF_PNP_FATAL_ERROR,
                      (ULONG_PTR)WdfpHandle(Device), (ULONG)Status, 0);
    }
}

static VOID
WdfpRelease(PWDFP_DEVICE Device)
{
    PFN_WDF_DEVICE_RELEASE_HARDWARE Callback =
        Device->Init->PnpPower.EvtDeviceReleaseHardware;

    if (Callback != NULL) {
        WdfpRequireSupported(Device,
                             WDFP_CALL(Device->Object.Globals, Callback,
                                       WdfpHandle(Device),
                                       WdfpHandle(Device->Translated)),
                             "EvtDeviceReleaseHardware returned STATUS_NOT_SUPPORTED");
    }
    WdfpForgetInterrupts(Device);
    WdfpDeleteResourceLists(Device);
}

/* Takes the device down to WdfpDeviceAdded. PASSIVE_LEVEL. */
VOID
WdfpPowerDown(PWDFP_DEVICE Device, WDF_POWER_DEVICE_STATE Target)
{
    if (Device->Step >= WdfpDeviceStarted) {
        WdfpStopIo(Device);
    }
    if (Device->Step >= WdfpDeviceConnected) {
        WdfpDisableInterrupts(Device, Target);
    }
    if (Device->Step >= WdfpDeviceInD0) {
        WdfpLeaveD0(Device, Target);
    }
    if (Device->Step >= WdfpDevicePrepared) {
        WdfpRelease(Device);
    }
    Device->Step = WdfpDeviceAdded;
}

/* Whoever waits for the device does not close it, so that it would never be removed: what
   waits ends now, ahead of self-managed I/O (WDF-31). Registers are left alone. */
VOID
WdfpVanish(PWDFP_DEVICE Device)
{
    PFN_WDF_DEVICE_SURPRISE_REMOVAL Callback =
        Device->Init->PnpPower.EvtDeviceSurpriseRemoval;

    Device->Gone = TRUE;
    if (Callback != NULL) {
        WDFP_CALL_VOID(Device->Object.Globals, Callback, WdfpHandle(Device));
    }
    WdfpEndManagedQueues(Device);
    WdfpPowerDown(Device, WdfPowerDeviceD3Final);
}

/* The last of self-managed I/O, after the hardware was released: queues end first. */
VOID
WdfpEndSelfManaged(PWDFP_DEVICE Device)
{
    PWDF_PNPPOWER_EVENT_CALLBACKS Callbacks = &Device->Init->PnpPower;

    WdfpEndQueues(Device);
    WdfpAwaitForwarded(Device);
    if (!Device->SelfManaged) {
        return;
    }
    if (Callbacks->EvtDeviceSelfManagedIoFlush != NULL) {
        WDFP_CALL_VOID(Device->Object.Globals, Callbacks->EvtDeviceSelfManagedIoFlush,
                       WdfpHandle(Device));
    }
    if (Callbacks->EvtDeviceSelfManagedIoCleanup != NULL) {
        WDFP_CALL_VOID(Device->Object.Globals, Callbacks->EvtDeviceSelfManagedIoCleanup,
                       WdfpHandle(Device));
    }
    Device->SelfManaged = FALSE;
}
