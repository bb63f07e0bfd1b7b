/*
 * WDM dispatching: a driver chooses the queue of an IRP itself, IRP by IRP.
 */
#include "wdfp.h"
#include "preprocess.h"
#include "queue.h"

/* Whether IRPs of the major function go to queues. */
static BOOLEAN
WdfpIsForQueues(UCHAR Major)
{
    return Major == IRP_MJ_READ || Major == IRP_MJ_WRITE ||
           Major == IRP_MJ_DEVICE_CONTROL || Major == IRP_MJ_INTERNAL_DEVICE_CONTROL;
}

/*
 * Puts an IRP into a queue of the driver's choice, in a preprocess callback or another of
 * WDM's; with WDF_DISPATCH_IRP_TO_IO_QUEUE_PREPROCESSED_IRP as above, else in the current
 * stack location. STATUS_PENDING: the queue has it. STATUS_INVALID_PARAMETER (another
 * device's queue) and STATUS_INVALID_DEVICE_REQUEST (a kind of IRP that no queue serves)
 * leave it the driver's; STATUS_INVALID_DEVICE_STATE (the queue accepts none) and
 * STATUS_INSUFFICIENT_RESOURCES complete it. At or below DISPATCH_LEVEL. Source: manual,
 * WdfDeviceWdmDispatchIrpToIoQueue.
 */
NTSTATUS
NTAPI
ImpWdfDeviceWdmDispatchIrpToIoQueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                                    PIRP Irp, WDFQUEUE QueueHandle, ULONG Flags)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);
    PWDFP_QUEUE Queue = WdfpQueueFromHandle(DriverGlobals, QueueHandle);
    BOOLEAN Preprocessed = (Flags & WDF_DISPATCH_IRP_TO_IO_QUEUE_PREPROCESSED_IRP) != 0;

    WdfpRequire(Device->Object.Globals, Irp, "Irp");
    if (Queue->Device != Device) {
        return STATUS_INVALID_PARAMETER;
    }
    if (!WdfpIsForQueues(Preprocessed
                             ? IoGetNextIrpStackLocation(Irp)->MajorFunction
                             : IoGetCurrentIrpStackLocation(Irp)->MajorFunction)) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    if (Preprocessed) {
        WdfpTakeIrpBack(Device, Irp);
    }
    return WdfpQueueIrp(
        Device, Irp, Queue,
        (Flags & WDF_DISPATCH_IRP_TO_IO_QUEUE_INVOKE_INCALLERCTX_CALLBACK) != 0 &&
            Device->Init->IoInCallerContext != NULL);
}

/*
 * Has the driver dispatch a kind of IRP, a read, write or control, which then goes to a queue
 * by WdfDeviceWdmDispatchIrpToIoQueue. Driver is for the modules of a class extension.
 * STATUS_INVALID_PARAMETER: another kind; STATUS_INVALID_DEVICE_STATE: it has a queue of its
 * own, or such a callback. PASSIVE_LEVEL. Source: manual,
 * WdfDeviceConfigureWdmIrpDispatchCallback.
 */
NTSTATUS
NTAPI
ImpWdfDeviceConfigureWdmIrpDispatchCallback(PWDF_DRIVER_GLOBALS DriverGlobals,
                                            WDFDEVICE Handle, WDFDRIVER Driver,
                                            UCHAR Major,
                                            PFN_WDFDEVICE_WDM_IRP_DISPATCH Routine,
                                            WDFCONTEXT Context)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);

    UNREFERENCED_PARAMETER(Driver);
    WdfpRequire(Device->Object.Globals, (PVOID)(ULONG_PTR)Routine,
                "EvtDeviceWdmIrpDispatch");
    if (!WdfpIsForQueues(Major)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Device->Dispatch[Major] != NULL || Device->IrpDispatch[Major].Routine != NULL) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    Device->IrpDispatch[Major].Context = Context;
    Device->IrpDispatch[Major].Routine = Routine;
    return STATUS_SUCCESS;
}

/* Has told the callback that the framework called it, and not the driver. */
static const CHAR WdfpFromFramework;

NTSTATUS
WdfpDispatchByDriver(PWDFP_DEVICE Device, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    UCHAR Major = Stack->MajorFunction;
    ULONG Code = 0;

    if (Major == IRP_MJ_DEVICE_CONTROL || Major == IRP_MJ_INTERNAL_DEVICE_CONTROL) {
        Code = Stack->Parameters.DeviceIoControl.IoControlCode;
    }
    return WDFP_CALL(Device->Object.Globals, Device->IrpDispatch[Major].Routine,
                     WdfpHandle(Device), Major, Stack->MinorFunction, Code,
                     Device->IrpDispatch[Major].Context, Irp, (PVOID)&WdfpFromFramework);
}

/* Gives the framework an IRP in its current stack location. DispatchContext: what
   EvtDeviceWdmIrpDispatch was called with, which is then not called again, or NULL. What
   the IRP's handling returns. Source: manual, WdfDeviceWdmDispatchIrp. */
NTSTATUS
NTAPI
ImpWdfDeviceWdmDispatchIrp(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle, PIRP Irp,
                           WDFCONTEXT DispatchContext)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);

    WdfpRequire(Device->Object.Globals, Irp, "Irp");
    return DispatchContext == &WdfpFromFramework ? WdfpDispatchIo(Device, Irp)
                                                 : WdfpDispatchIrp(Device, Irp);
}
