/*
 * The PnP state and capabilities of a device, as its driver sets them.
 */
#include "wdfp.h"
#include "pnpstate.h"

static ULONG
WdfpStateBit(WDF_TRI_STATE Value, ULONG Bit)
{
    return Value == WdfTrue ? Bit : 0;
}

VOID
WdfpReportState(PWDFP_DEVICE Device, PIRP Irp)
{
    const WDF_DEVICE_STATE *State = &Device->State;

    Irp->IoStatus.Information |=
        WdfpStateBit(State->Disabled, PNP_DEVICE_DISABLED) |
        WdfpStateBit(State->DontDisplayInUI, PNP_DEVICE_DONT_DISPLAY_IN_UI) |
        WdfpStateBit(State->Failed, PNP_DEVICE_FAILED) |
        WdfpStateBit(State->NotDisableable, PNP_DEVICE_NOT_DISABLEABLE) |
        WdfpStateBit(State->Removed, PNP_DEVICE_REMOVED) |
        WdfpStateBit(State->ResourcesChanged, PNP_DEVICE_RESOURCE_REQUIREMENTS_CHANGED);
    Irp->IoStatus.Status = STATUS_SUCCESS;
}

/* Value, where the driver has one; a macro, since bit-fields have no address. */
#define WDFP_SET_CAPABILITY(Capability, Value)                                           \
    do {                                                                                 \
        if ((Value) != WdfUseDefault) {                                                  \
            (Capability) = (Value) == WdfTrue;                                           \
        }                                                                                \
    } while (0)

NTSTATUS
WdfpReportCapabilities(PWDFP_DEVICE Device, PIO_STACK_LOCATION Stack, NTSTATUS Status)
{
    PDEVICE_CAPABILITIES Caps = Stack->Parameters.DeviceCapabilities.Capabilities;
    const WDF_DEVICE_PNP_CAPABILITIES *Mine = &Device->PnpCapabilities;

    if (!NT_SUCCESS(Status) || Mine->Size == 0) {
        return Status;
    }
    WDFP_SET_CAPABILITY(Caps->LockSupported, Mine->LockSupported);
    WDFP_SET_CAPABILITY(Caps->EjectSupported, Mine->EjectSupported);
    WDFP_SET_CAPABILITY(Caps->Removable, Mine->Removable);
    WDFP_SET_CAPABILITY(Caps->DockDevice, Mine->DockDevice);
    WDFP_SET_CAPABILITY(Caps->UniqueID, Mine->UniqueID);
    WDFP_SET_CAPABILITY(Caps->SilentInstall, Mine->SilentInstall);
    WDFP_SET_CAPABILITY(Caps->SurpriseRemovalOK, Mine->SurpriseRemovalOK);
    WDFP_SET_CAPABILITY(Caps->HardwareDisabled, Mine->HardwareDisabled);
    WDFP_SET_CAPABILITY(Caps->NoDisplayInUI, Mine->NoDisplayInUI);
    if (Mine->Address != MAXULONG) {
        Caps->Address = Mine->Address;
    }
    if (Mine->UINumber != MAXULONG) {
        Caps->UINumber = Mine->UINumber;
    }
    return Status;
}

/* Source: manual, WdfDeviceSetPnpCapabilities. */
VOID NTAPI
ImpWdfDeviceSetPnpCapabilities(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                               PWDF_DEVICE_PNP_CAPABILITIES Capabilities)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);

    if (Capabilities->Size != sizeof(*Capabilities)) {
        WdfpViolation(
            Device->Object.Globals, "WDF_DEVICE_PNP_CAPABILITIES has a wrong Size",
            WDF_VERIFIER_FATAL_ERROR, Capabilities->Size, sizeof(*Capabilities), 0);
    }
    Device->PnpCapabilities = *Capabilities;
}

/* Kept: the only power state here is D0. Source: manual, WdfDeviceSetPowerCapabilities. */
VOID NTAPI
ImpWdfDeviceSetPowerCapabilities(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                                 PWDF_DEVICE_POWER_CAPABILITIES Capabilities)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);

    if (Capabilities->Size != sizeof(*Capabilities)) {
        WdfpViolation(
            Device->Object.Globals, "WDF_DEVICE_POWER_CAPABILITIES has a wrong Size",
            WDF_VERIFIER_FATAL_ERROR, Capabilities->Size, sizeof(*Capabilities), 0);
    }
    Device->PowerCapabilities = *Capabilities;
}

/* What the driver has said of the device. Source: manual, WdfDeviceGetDeviceState. */
VOID NTAPI
ImpWdfDeviceGetDeviceState(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                           PWDF_DEVICE_STATE State)
{
    *State = WdfpDeviceFromHandle(DriverGlobals, Handle)->State;
}

/* Tells PnP of the device: it is asked for its state soon, and removed when that is failed,
   disabled or removed. At or below DISPATCH_LEVEL. Source: manual,
   WdfDeviceSetDeviceState. */
VOID NTAPI
ImpWdfDeviceSetDeviceState(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                           PWDF_DEVICE_STATE State)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);

    /* AssignedToGuest came with 1.33. */
    if (State->Size != sizeof(*State) &&
        State->Size != FIELD_OFFSET(WDF_DEVICE_STATE, AssignedToGuest)) {
        WdfpViolation(Device->Object.Globals, "WDF_DEVICE_STATE has a wrong Size",
                      WDF_VERIFIER_FATAL_ERROR, State->Size, sizeof(*State), 0);
    }
    RtlCopyMemory(&Device->State, State, State->Size);
    IoInvalidateDeviceState(Device->Physical);
}

/* The device does not work any more: its driver is removed from it. A restart is what PnP
   would do next; here the device stays without a driver. At or below DISPATCH_LEVEL.
   Source: manual, WdfDeviceSetFailed. */
VOID NTAPI
ImpWdfDeviceSetFailed(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                      WDF_DEVICE_FAILED_ACTION Action)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);

    UNREFERENCED_PARAMETER(Action);
    Device->State.Failed = WdfTrue;
    IoInvalidateDeviceState(Device->Physical);
}

NTSTATUS
WdfpAskDriver(PWDFP_DEVICE Device, PFN_WDF_DEVICE_QUERY_REMOVE Callback)
{
    if (Device->Fixed > 0) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    return Callback == NULL
               ? STATUS_SUCCESS
               : WDFP_CALL(Device->Object.Globals, Callback, WdfpHandle(Device));
}

/* Says whether the device can be stopped and removed when it is asked; if not, requests to
   do so fail until that was taken back as often. At or below DISPATCH_LEVEL. Source: manual,
   WdfDeviceSetStaticStopRemove. */
VOID NTAPI
ImpWdfDeviceSetStaticStopRemove(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                                BOOLEAN Stoppable)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);

    if (Stoppable) {
        InterlockedDecrement(&Device->Fixed);
    } else {
        InterlockedIncrement(&Device->Fixed);
    }
}
