/*
 * Control devices: devices that a driver makes for itself, outside of the PnP tree.
 *
 * One ends with WdfObjectDelete or with its driver: its names go, what waits in its queues
 * is cancelled. Whoever has it open still holds it (dispatch.c), so that the last close
 * finds a device; nothing is presented to the driver any more by then.
 */
#include "wdfp.h"
#include "control.h"
#include "queue.h"

/*
 * What a control device is made from, to be given to WdfDeviceCreate or WdfDeviceInitFree.
 * There are no users whose rights SDDLString could tell. NULL: pool is short. At or below
 * DISPATCH_LEVEL. Source: manual, WdfControlDeviceInitAllocate.
 */
PWDFDEVICE_INIT
NTAPI
ImpWdfControlDeviceInitAllocate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDRIVER DriverHandle,
                                const UNICODE_STRING *SDDLString)
{
    PWDFP_DRIVER Driver = WdfpObject(DriverGlobals, DriverHandle, WdfpDriverType);

    WdfpRequire(WdfpGlobals(DriverGlobals), SDDLString, "SDDLString");
    return WdfpAllocateDeviceInit(Driver, WdfpControlDevice, NULL);
}

/* Has the driver told of the power off. A device with a bus, no such moment: bug check
   0x10D, 3. At or below DISPATCH_LEVEL. Source: manual,
   WdfControlDeviceInitSetShutdownNotification. */
VOID NTAPI
ImpWdfControlDeviceInitSetShutdownNotification(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT Init,
    PFN_WDF_DEVICE_SHUTDOWN_NOTIFICATION Notification, UCHAR Flags)
{
    PWDFP_GLOBALS Globals = WdfpGlobals(DriverGlobals);

    WdfpRequire(Globals, (PVOID)(ULONG_PTR)Notification, "Notification");
    if (Init->Kind != WdfpControlDevice ||
        (Flags & ~(WdfDeviceShutdown | WdfDeviceLastChanceShutdown)) != 0) {
        WdfpViolation(Globals,
                      "a shutdown notification for a device with a bus, or of no kind",
                      WDF_VERIFIER_FATAL_ERROR, Init->Kind, Flags, 0);
    }
    Init->Shutdown = Notification;
    Init->ShutdownFlags = Flags;
}

/* The device can be opened from now on. One with a bus, whose start is that moment: bug
   check 0x10D, 3, the handle. At or below DISPATCH_LEVEL. Source: manual,
   WdfControlFinishInitializing. */
VOID NTAPI
ImpWdfControlFinishInitializing(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);

    if (Device->Init->Kind != WdfpControlDevice) {
        WdfpViolation(Device->Object.Globals,
                      "WdfControlFinishInitializing of a device with a bus",
                      WDF_VERIFIER_FATAL_ERROR, (ULONG_PTR)Handle, 0, 0);
    }
    Device->DeviceObject->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    Device->Finished = TRUE;
}

NTSTATUS
WdfpRegisterShutdown(PWDFP_DEVICE Device)
{
    PWDFDEVICE_INIT Init = Device->Init;
    NTSTATUS Status = STATUS_SUCCESS;

    if (Init->Shutdown != NULL && (Init->ShutdownFlags & WdfDeviceShutdown) != 0) {
        Status = IoRegisterShutdownNotification(Device->DeviceObject);
    }
    if (Init->Shutdown != NULL && NT_SUCCESS(Status) &&
        (Init->ShutdownFlags & WdfDeviceLastChanceShutdown) != 0) {
        Status = IoRegisterLastChanceShutdownNotification(Device->DeviceObject);
    }
    return Status;
}

NTSTATUS
WdfpDispatchShutdown(PWDFP_DEVICE Device, PIRP Irp)
{
    WDFP_CALL_VOID(Device->Object.Globals, Device->Init->Shutdown, WdfpHandle(Device));
    return WdfpCompleteIrp(Irp, STATUS_SUCCESS);
}

VOID
WdfpLeaveControlDevice(PWDFP_OBJECT Object)
{
    PWDFP_DEVICE Device = (PWDFP_DEVICE)Object;

    if (Device->DeviceObject == NULL) {
        return; /* it could not be created */
    }
    if (NT_SUCCESS(IoAcquireRemoveLock(&Device->Rundown, Device))) {
        IoReleaseRemoveLockAndWait(&Device->Rundown, Device);
    }
    if (Device->Init->Shutdown != NULL) {
        IoUnregisterShutdownNotification(Device->DeviceObject);
    }
    if (Device->SymbolicLink.Length != 0) {
        IoDeleteSymbolicLink(&Device->SymbolicLink);
    }
    WdfpEndQueues(Device);
    IoDeleteDevice(Device->DeviceObject);
}
