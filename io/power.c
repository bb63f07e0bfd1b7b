/*
 * The power routines drivers call. Every device is in D0 from start to removal, and power
 * IRPs are serialized by nobody, so these are thin.
 */
#include "iop.h"

/* Tells that the driver is ready for its next power IRP. NT has not needed this
   since 6.0, and there is no queue to move here. IRQL <= DISPATCH_LEVEL. Source: manual,
   PoStartNextPowerIrp. */
VOID NTAPI
PoStartNextPowerIrp(PIRP Irp)
{
    UNREFERENCED_PARAMETER(Irp);
}
EXPORT(PoStartNextPowerIrp);

/* IofCallDriver for a power IRP. IRQL <= DISPATCH_LEVEL. Source: manual, PoCallDriver. */
NTSTATUS
NTAPI
PoCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    return IofCallDriver(DeviceObject, Irp);
}
EXPORT(PoCallDriver);

/* Notes a device's power state; returns the one before: working, fully on.
   IRQL <= DISPATCH_LEVEL. Source: manual, PoSetPowerState. */
POWER_STATE
NTAPI
PoSetPowerState(PDEVICE_OBJECT DeviceObject, POWER_STATE_TYPE Type, POWER_STATE State)
{
    POWER_STATE Before;

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(State);
    if (Type == DevicePowerState) {
        Before.DeviceState = PowerDeviceD0;
    } else {
        Before.SystemState = PowerSystemWorking;
    }
    return Before;
}
EXPORT(PoSetPowerState);
