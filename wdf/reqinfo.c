/*
 * What can be asked and said of a request while the driver has it.
 */
#include "wdfp.h"
#include "file.h"
#include "queue.h"

/* Source: manual, WdfRequestSetInformation. */
VOID NTAPI
ImpWdfRequestSetInformation(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle,
                            ULONG_PTR Information)
{
    WdfpDriversRequest(DriverGlobals, Handle)->Irp->IoStatus.Information = Information;
}

/* Source: manual, WdfRequestGetInformation. */
ULONG_PTR
NTAPI
ImpWdfRequestGetInformation(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle)
{
    return WdfpDriversRequest(DriverGlobals, Handle)->Irp->IoStatus.Information;
}

/* The status the request has so far: STATUS_PENDING while it is sent. Source: manual, WdfRequestGetStatus. */
NTSTATUS
NTAPI
ImpWdfRequestGetStatus(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle)
{
    PWDFP_REQUEST Request = WdfpDriversRequest(DriverGlobals, Handle);

    return Request->Sent ? STATUS_PENDING : Request->Irp->IoStatus.Status;
}

/* The open that the request belongs to; NULL when the device has no file objects. Source:
   manual, WdfRequestGetFileObject. */
WDFFILEOBJECT
NTAPI
ImpWdfRequestGetFileObject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle)
{
    PWDFP_REQUEST Request = WdfpDriversRequest(DriverGlobals, Handle);

    return Request->File == NULL ? NULL : WdfpHandle(Request->File);
}

/* KernelMode or UserMode. Source: manual, WdfRequestGetRequestorMode. */
KPROCESSOR_MODE
NTAPI
ImpWdfRequestGetRequestorMode(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle)
{
    return WdfpDriversRequest(DriverGlobals, Handle)->Irp->RequestorMode;
}

/* There are no such processes. Source: manual, WdfRequestIsFrom32BitProcess. */
BOOLEAN
NTAPI
ImpWdfRequestIsFrom32BitProcess(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle)
{
    return IoIs32bitProcess(WdfpDriversRequest(DriverGlobals, Handle)->Irp);
}

/* The queue that presented the request, or NULL. Source: manual, WdfRequestGetIoQueue. */
WDFQUEUE
NTAPI
ImpWdfRequestGetIoQueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle)
{
    PWDFP_REQUEST Request = WdfpDriversRequest(DriverGlobals, Handle);

    return Request->Queue == NULL ? NULL : WdfpHandle(Request->Queue);
}

/* WDM's request. Source: manual, WdfRequestWdmGetIrp. */
PIRP NTAPI
ImpWdfRequestWdmGetIrp(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle)
{
    return WdfpDriversRequest(DriverGlobals, Handle)->Irp;
}

/* Whose request it is: there is one process. Source: manual,
   WdfRequestGetRequestorProcessId. */
ULONG
NTAPI
ImpWdfRequestGetRequestorProcessId(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle)
{
    WdfpReceivedRequest(DriverGlobals, Handle);
    return (ULONG)(ULONG_PTR)PsGetCurrentProcessId();
}
