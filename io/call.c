/*
 * IofCallDriver: the step of an IRP from one driver to the next.
 */
#include "iop.h"

#include <internal/trace.h>

/* The last step when somebody watches. */
static __attribute__((noinline)) NTSTATUS NTAPI
IopCallTraced(PDEVICE_OBJECT DeviceObject, PIRP Irp, PDRIVER_DISPATCH Dispatch)
{
    KeTrace(TraceIrpStart, IoGetCurrentIrpStackLocation(Irp)->MajorFunction, Irp,
            (ULONG_PTR)Dispatch);
    return Dispatch(DeviceObject, Irp);
}

/*
 * Gives Irp to the driver of DeviceObject, with the next stack location, which the caller
 * has filled. Returns what the dispatch routine returns; after that the IRP may be gone.
 * No location left: bug check 0x35. IRQL <= DISPATCH_LEVEL, as the dispatch routine
 * allows. Source: manual, IoCallDriver.
 */
NTSTATUS
FASTCALL
IofCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION Stack;
    PDRIVER_DISPATCH Dispatch;

    if (Irp->CurrentLocation <= 1) {
        KeBugCheckEx(NO_MORE_IRP_STACK_LOCATIONS, (ULONG_PTR)Irp, 0, 0, 0);
    }
    Irp->CurrentLocation--;
    Stack = --Irp->Tail.Overlay.CurrentStackLocation;
    IopAccountIssue(DeviceObject, Irp, Stack);
    Stack->DeviceObject = DeviceObject;

    /* The major function is the caller's: a wrong one must not index past the table. */
    Dispatch = IopInvalidDeviceRequest;
    if (Stack->MajorFunction <= IRP_MJ_MAXIMUM_FUNCTION) {
        Dispatch = DeviceObject->DriverObject->MajorFunction[Stack->MajorFunction];
    }
    if (__builtin_expect((KeTraceEvents & KE_TRACE_BIT(TraceIrpStart)) != 0, 0)) {
        return IopCallTraced(DeviceObject, Irp, Dispatch);
    }
    return Dispatch(DeviceObject, Irp);
}
EXPORT(IofCallDriver);
