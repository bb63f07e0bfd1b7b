/*
 * The way up: from the resources of IRP_MN_START_DEVICE to a device that serves requests,
 * in the order of WDF-30. A step that fails is undone with those before it, by the same
 * code that takes a running device down.
 */
#include "wdfp.h"
#include "children.h"
#include "dma.h"
#include "interrupt.h"
#include "powerdown.h"
#include "queue.h"
#include "resources.h"

/* Calls a callback that only takes the device; one that is not there succeeds. */
static NTSTATUS
WdfpCallDevice(PWDFP_DEVICE Device, NTSTATUS(NTAPI *Callback)(WDFDEVICE))
{
    return Callback == NULL
               ? STATUS_SUCCESS
               : WDFP_CALL(Device->Object.Globals, Callback, WdfpHandle(Device));
}

static NTSTATUS
WdfpPrepare(PWDFP_DEVICE Device, PCM_RESOURCE_LIST Raw, PCM_RESOURCE_LIST Translated)
{
    PFN_WDF_DEVICE_PREPARE_HARDWARE Callback =
        Device->Init->PnpPower.EvtDevicePrepareHardware;
    NTSTATUS Status = WdfpCreateResourceLists(Device, Raw, Translated);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WdfpAssignInterrupts(Device);
    Device->Step = WdfpDevicePrepared;
    if (Callback == NULL) {
        return STATUS_SUCCESS;
    }
    Device->Preparing = TRUE;
    Status = WDFP_CALL(Device->Object.Globals, Callback, WdfpHandle(Device),
                       WdfpHandle(Device->Raw), WdfpHandle(Device->Translated));
    Device->Preparing = FALSE;
    WdfpRequireSupported(Device, Status,
                         "EvtDevicePrepareHardware returned STATUS_NOT_SUPPORTED");
    return Status;
}

static NTSTATUS
WdfpEnterD0(PWDFP_DEVICE Device)
{
    PFN_WDF_DEVICE_D0_ENTRY Callback = Device->Init->PnpPower.EvtDeviceD0Entry;
    NTSTATUS Status = STATUS_SUCCESS;

    if (Callback != NULL) {
        Status = WDFP_CALL(Device->Object.Globals, Callback, WdfpHandle(Device),
                           Device->PowerState);
    }
    if (NT_SUCCESS(Status)) {
        Device->Step = WdfpDeviceInD0;
    }
    return Status;
}

static NTSTATUS
WdfpEnableInterrupts(PWDFP_DEVICE Device)
{
    PFN_WDF_DEVICE_D0_ENTRY_POST_INTERRUPTS_ENABLED Callback =
        Device->Init->PnpPower.EvtDeviceD0EntryPostInterruptsEnabled;
    NTSTATUS Status;

    Device->Step = WdfpDeviceConnected; /* one that fails half-way has some to disable */
    Status = WdfpConnectInterrupts(Device);
    if (NT_SUCCESS(Status) && Callback != NULL) {
        Status = WDFP_CALL(Device->Object.Globals, Callback, WdfpHandle(Device),
                           Device->PowerState);
    }
    return Status;
}

/* Self-managed I/O begins once, and is resumed after that. */
static NTSTATUS
WdfpStartSelfManaged(PWDFP_DEVICE Device)
{
    PWDF_PNPPOWER_EVENT_CALLBACKS Callbacks = &Device->Init->PnpPower;

    if (Device->SelfManaged) {
        return WdfpCallDevice(Device, Callbacks->EvtDeviceSelfManagedIoRestart);
    }
    Device->SelfManaged = TRUE;
    return WdfpCallDevice(Device, Callbacks->EvtDeviceSelfManagedIoInit);
}

static NTSTATUS
WdfpStartIo(PWDFP_DEVICE Device)
{
    NTSTATUS Status;

    Device->Step = WdfpDeviceStarted;
    Device->PowerState = WdfPowerDeviceD0;
    Status = WdfpStartDma(Device);
    if (NT_SUCCESS(Status)) {
        WdfpScanForChildren(Device);
        WdfpStartQueues(Device);
        Status = WdfpStartSelfManaged(Device);
    }
    if (NT_SUCCESS(Status)) {
        WdfpSetInterfaces(Device, TRUE);
    }
    return Status;
}

/*
 * Starts a device. What the failing callback returned; STATUS_INSUFFICIENT_RESOURCES; then
 * the device is as before. PASSIVE_LEVEL.
 */
NTSTATUS
WdfpPowerUp(PWDFP_DEVICE Device, PCM_RESOURCE_LIST Raw, PCM_RESOURCE_LIST Translated)
{
    NTSTATUS Status;

    Device->Begun = TRUE;
    Status = WdfpPrepare(Device, Raw, Translated);
    if (NT_SUCCESS(Status)) {
        Status = WdfpEnterD0(Device);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfpEnableInterrupts(Device);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfpStartIo(Device);
    }
    if (!NT_SUCCESS(Status)) {
        WdfpPowerDown(Device, WdfPowerDeviceD3Final);
    }
    return Status;
}
