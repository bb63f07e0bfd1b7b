/*
 * Idle and wake settings: checked as if they mattered. Devices stay in D0 here and cannot
 * wake anything (docs/deviations.md), so that an idle device is one like any other.
 */
#include "wdfp.h"
#include "device.h"

/* Only the driver that owns the power policy of a stack has a say in it. */
static PWDFP_DEVICE
WdfpPolicyDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle, PNTSTATUS Status)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);

    *Status =
        Device->Init->PowerPolicyOwner ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
    return Device;
}

/* Members came with 1.9 and 1.11. */
static BOOLEAN
WdfpIsIdleSize(ULONG Size)
{
    return Size == sizeof(WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS) ||
           Size == FIELD_OFFSET(WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS, IdleTimeoutType) ||
           Size == FIELD_OFFSET(WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS,
                                PowerUpIdleDeviceOnSystemWake);
}

/*
 * What the device does when it is idle: nothing, here. STATUS_INFO_LENGTH_MISMATCH;
 * STATUS_INVALID_PARAMETER (idle capabilities, a device state D0); STATUS_POWER_STATE_INVALID
 * (it is to wake itself, which no device can); STATUS_INVALID_DEVICE_REQUEST (the driver does
 * not own the power policy). PASSIVE_LEVEL. Source: manual, WdfDeviceAssignS0IdleSettings.
 */
NTSTATUS
NTAPI
ImpWdfDeviceAssignS0IdleSettings(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                                 PWDF_DEVICE_POWER_POLICY_IDLE_SETTINGS Settings)
{
    NTSTATUS Status;

    WdfpPolicyDevice(DriverGlobals, Handle, &Status);
    WdfpRequire(WdfpGlobals(DriverGlobals), Settings, "Settings");
    WdfpRequireIrql(WdfpGlobals(DriverGlobals), PASSIVE_LEVEL,
                    "WdfDeviceAssignS0IdleSettings");
    if (!WdfpIsIdleSize(Settings->Size)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Settings->IdleCaps <= IdleCapsInvalid ||
        Settings->IdleCaps > IdleUsbSelectiveSuspend ||
        Settings->DxState <= PowerDeviceD0 || Settings->DxState > PowerDeviceMaximum) {
        return STATUS_INVALID_PARAMETER;
    }
    return Settings->IdleCaps == IdleCannotWakeFromS0 ? STATUS_SUCCESS
                                                      : STATUS_POWER_STATE_INVALID;
}

/*
 * How the device wakes a sleeping system: not at all, unless that was Enabled = WdfFalse
 * anyway. STATUS_INFO_LENGTH_MISMATCH; STATUS_INVALID_PARAMETER; STATUS_POWER_STATE_INVALID;
 * STATUS_INVALID_DEVICE_REQUEST, as above. PASSIVE_LEVEL. Source: manual,
 * WdfDeviceAssignSxWakeSettings.
 */
NTSTATUS
NTAPI
ImpWdfDeviceAssignSxWakeSettings(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                                 PWDF_DEVICE_POWER_POLICY_WAKE_SETTINGS Settings)
{
    NTSTATUS Status;

    WdfpPolicyDevice(DriverGlobals, Handle, &Status);
    WdfpRequire(WdfpGlobals(DriverGlobals), Settings, "Settings");
    WdfpRequireIrql(WdfpGlobals(DriverGlobals), PASSIVE_LEVEL,
                    "WdfDeviceAssignSxWakeSettings");
    /* The last two members came with 1.9. */
    if (Settings->Size != sizeof(*Settings) &&
        Settings->Size != FIELD_OFFSET(WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS,
                                       ArmForWakeIfChildrenAreArmedForWake)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Settings->DxState <= PowerDeviceD0 || Settings->DxState > PowerDeviceMaximum) {
        return STATUS_INVALID_PARAMETER;
    }
    return Settings->Enabled == WdfFalse ? STATUS_SUCCESS : STATUS_POWER_STATE_INVALID;
}

/*
 * Keeps the device in D0, where it is, until the driver resumes idling as often.
 * STATUS_SUCCESS; STATUS_INVALID_DEVICE_STATE: it is not started;
 * STATUS_INVALID_DEVICE_REQUEST. PASSIVE_LEVEL if WaitForD0, else at or below
 * DISPATCH_LEVEL. Source: manual, WdfDeviceStopIdle.
 */
NTSTATUS
NTAPI
ImpWdfDeviceStopIdleNoTrack(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                            BOOLEAN WaitForD0)
{
    NTSTATUS Status;
    PWDFP_DEVICE Device = WdfpPolicyDevice(DriverGlobals, Handle, &Status);

    WdfpRequireIrql(WdfpGlobals(DriverGlobals),
                    WaitForD0 ? PASSIVE_LEVEL : DISPATCH_LEVEL, "WdfDeviceStopIdle");
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Device->Step < WdfpDeviceInD0) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    InterlockedIncrement(&Device->PowerReferences);
    return STATUS_SUCCESS;
}

/* The same, for a debugger that looks for who has not resumed. Source: manual,
   WdfDeviceStopIdle. */
NTSTATUS
NTAPI
ImpWdfDeviceStopIdleActual(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                           BOOLEAN WaitForD0, PVOID Tag, LONG Line, PCSTR File)
{
    UNREFERENCED_PARAMETER(Tag);
    UNREFERENCED_PARAMETER(Line);
    UNREFERENCED_PARAMETER(File);
    return ImpWdfDeviceStopIdleNoTrack(DriverGlobals, Handle, WaitForD0);
}

/* Takes one WdfDeviceStopIdle back that succeeded; more: bug check 0x10D, 3, the handle. At
   or below DISPATCH_LEVEL. Source: manual, WdfDeviceResumeIdle. */
VOID NTAPI
ImpWdfDeviceResumeIdleNoTrack(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);

    if (InterlockedDecrement(&Device->PowerReferences) < 0) {
        WdfpViolation(Device->Object.Globals,
                      "WdfDeviceResumeIdle without WdfDeviceStopIdle",
                      WDF_VERIFIER_FATAL_ERROR, (ULONG_PTR)Handle, 0, 0);
    }
}

/* The same. Source: manual, WdfDeviceResumeIdle. */
VOID NTAPI
ImpWdfDeviceResumeIdleActual(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                             PVOID Tag, LONG Line, PCSTR File)
{
    UNREFERENCED_PARAMETER(Tag);
    UNREFERENCED_PARAMETER(Line);
    UNREFERENCED_PARAMETER(File);
    ImpWdfDeviceResumeIdleNoTrack(DriverGlobals, Handle);
}
