/*
 * The dispatch routine of every framework driver, for every major function.
 */
#include "wdfp.h"
#include "control.h"
#include "file.h"
#include "pdo.h"
#include "preprocess.h"
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
    if (Device->Init->Kind == WdfpControlDevice) {
        return WdfpCompleteIrp(Irp, STATUS_INVALID_DEVICE_REQUEST);
    }
    if (IoGetCurrentIrpStackLocation(Irp)->MajorFunction == IRP_MJ_POWER) {
        PoStartNextPowerIrp(Irp);
        if (Device->Init->Kind == WdfpPhysicalDevice) {
            return WdfpCompleteIrp(Irp, STATUS_SUCCESS);
        }
    }
    if (Device->Init->Kind == WdfpPhysicalDevice) {
        return WdfpCompleteIrp(Irp, Irp->IoStatus.Status);
    }
    return WdfpForward(Device, Irp);
}

NTSTATUS
WdfpDispatchIrp(PWDFP_DEVICE Device, PIRP Irp)
{
    UCHAR Major = IoGetCurrentIrpStackLocation(Irp)->MajorFunction;

    switch (Major) {
    case IRP_MJ_PNP:
        return Device->Init->Kind == WdfpPhysicalDevice ? WdfpDispatchPdo(Device, Irp)
                                                        : WdfpDispatchPnp(Device, Irp);
    case IRP_MJ_POWER:
    case IRP_MJ_SYSTEM_CONTROL:
        return WdfpDispatchDown(Device, Irp);
    case IRP_MJ_CREATE:
        return WdfpDispatchCreate(Device, Irp);
    case IRP_MJ_CLEANUP:
        return WdfpDispatchCleanup(Device, Irp);
    case IRP_MJ_CLOSE:
        return WdfpDispatchClose(Device, Irp);
    case IRP_MJ_SHUTDOWN:
        return Device->Init->Shutdown != NULL ? WdfpDispatchShutdown(Device, Irp)
                                              : WdfpDispatchIo(Device, Irp);
    default:
        return WdfpIsDispatchedByDriver(Device, Major) ? WdfpDispatchByDriver(Device, Irp)
                                                       : WdfpDispatchIo(Device, Irp);
    }
}

/* The driver first, if it wants to see such an IRP. */
static NTSTATUS
WdfpDispatchFirst(PWDFP_DEVICE Device, PIRP Irp)
{
    if (Device->Init->Preprocess != NULL &&
        WdfpIsPreprocessed(Device, IoGetCurrentIrpStackLocation(Irp))) {
        return WdfpPreprocess(Device, Irp);
    }
    return WdfpDispatchIrp(Device, Irp);
}

/* A control device can be deleted while somebody has it open: then it waits here until what
   is being dispatched has been, and only closes still succeed. */
static NTSTATUS
WdfpDispatchControl(PWDFP_DEVICE Device, PIRP Irp)
{
    UCHAR Major = IoGetCurrentIrpStackLocation(Irp)->MajorFunction;
    NTSTATUS Status = IoAcquireRemoveLock(&Device->Rundown, Irp);

    if (NT_SUCCESS(Status)) {
        Status = WdfpDispatchFirst(Device, Irp);
        IoReleaseRemoveLock(&Device->Rundown, Irp);
        return Status;
    }
    if (Major == IRP_MJ_CLEANUP || Major == IRP_MJ_CLOSE) {
        Status = STATUS_SUCCESS;
    }
    WdfpCompleteIrp(Irp, Status);
    if (Major == IRP_MJ_CLOSE) {
        WdfpDereference(Device);
    }
    return Status;
}

/* Every IRP of every framework device comes here. */
NTSTATUS
NTAPI
WdfpDispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PWDFP_DEVICE Device = WdfpDeviceFromWdm(DeviceObject);

    return Device->Init->Kind == WdfpControlDevice ? WdfpDispatchControl(Device, Irp)
                                                   : WdfpDispatchFirst(Device, Irp);
}
