/*
 * The dispatch routine of every framework driver, for every major function.
 */
#include "wdfp.h"
#include "device.h"
#include "file.h"
#include "queue.h"

NTSTATUS
WdfpCompleteIrp(PIRP Irp, NTSTATUS Status)
{
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

NTSTATUS
WdfpForward(PWDFP_DEVICE Device, PIRP Irp)
{
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(Device->Lower, Irp);
}

/* Power and WMI: devices stay in D0, so the bus driver's answer is the answer. */
static NTSTATUS
WdfpDispatchDown(PWDFP_DEVICE Device, PIRP Irp)
{
    if (Device->Lower == NULL) {
        return WdfpCompleteIrp(Irp, STATUS_INVALID_DEVICE_REQUEST);
    }
    if (IoGetCurrentIrpStackLocation(Irp)->MajorFunction == IRP_MJ_POWER) {
        PoStartNextPowerIrp(Irp);
    }
    return WdfpForward(Device, Irp);
}

/* Calls what serves the major function of Irp. */
NTSTATUS
NTAPI
WdfpDispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PWDFP_DEVICE Device = WdfpDeviceFromWdm(DeviceObject);

    switch (IoGetCurrentIrpStackLocation(Irp)->MajorFunction) {
    case IRP_MJ_PNP:
        return WdfpDispatchPnp(Device, Irp);
    case IRP_MJ_POWER:
    case IRP_MJ_SYSTEM_CONTROL:
        return WdfpDispatchDown(Device, Irp);
    case IRP_MJ_CREATE:
        return WdfpDispatchCreate(Device, Irp);
    case IRP_MJ_CLEANUP:
        return WdfpDispatchCleanup(Device, Irp);
    case IRP_MJ_CLOSE:
        return WdfpDispatchClose(Device, Irp);
    default:
        return WdfpDispatchIo(Device, Irp);
    }
}
