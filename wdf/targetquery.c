/*
 * What is behind a target: WDM's objects, and the properties of its device.
 */
#include "wdfp.h"
#include "deviceinfo.h"
#include "target.h"

/* The device object that requests go to; NULL while the target is closed. At or below
   DISPATCH_LEVEL. Source: manual, WdfIoTargetWdmGetTargetDeviceObject. */
PDEVICE_OBJECT
NTAPI
ImpWdfIoTargetWdmGetTargetDeviceObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                       WDFIOTARGET Handle)
{
    return WdfpTargetFromHandle(DriverGlobals, Handle)->DeviceObject;
}

/* The physical device at the bottom of that stack; NULL: there is none, or the target is
   closed. Source: manual, WdfIoTargetWdmGetTargetPhysicalDevice. */
PDEVICE_OBJECT
NTAPI
ImpWdfIoTargetWdmGetTargetPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                         WDFIOTARGET Handle)
{
    return WdfpTargetFromHandle(DriverGlobals, Handle)->Physical;
}

/* The open that a target is; NULL where there is none, as for the local one. Source: manual,
   WdfIoTargetWdmGetTargetFileObject. */
PFILE_OBJECT
NTAPI
ImpWdfIoTargetWdmGetTargetFileObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                     WDFIOTARGET Handle)
{
    return WdfpTargetFromHandle(DriverGlobals, Handle)->FileObject;
}

/* A kernel handle of that open, of a target opened by name; else NULL. Source: manual,
   WdfIoTargetWdmGetTargetFileHandle. */
HANDLE
NTAPI
ImpWdfIoTargetWdmGetTargetFileHandle(PWDF_DRIVER_GLOBALS DriverGlobals,
                                     WDFIOTARGET Handle)
{
    return WdfpTargetFromHandle(DriverGlobals, Handle)->Handle;
}

/* A property of the target's device, as IoGetDeviceProperty has it.
   STATUS_INVALID_DEVICE_REQUEST: it has no physical device, or is closed. PASSIVE_LEVEL.
   Source: manual, WdfIoTargetQueryTargetProperty. */
NTSTATUS
NTAPI
ImpWdfIoTargetQueryTargetProperty(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET Handle,
                                  DEVICE_REGISTRY_PROPERTY Property, ULONG Length,
                                  PVOID Buffer, PULONG ResultLength)
{
    PWDFP_TARGET Target = WdfpTargetFromHandle(DriverGlobals, Handle);

    WdfpRequire(Target->Object.Globals, ResultLength, "ResultLength");
    WdfpRequireIrql(Target->Object.Globals, PASSIVE_LEVEL,
                    "WdfIoTargetQueryTargetProperty");
    *ResultLength = 0;
    return Target->Physical == NULL ? STATUS_INVALID_DEVICE_REQUEST
                                    : IoGetDeviceProperty(Target->Physical, Property,
                                                          Length, Buffer, ResultLength);
}

/* The same in a new memory object of the right size, whose parent is the driver unless the
   attributes name one. Source: manual, WdfIoTargetAllocAndQueryTargetProperty. */
NTSTATUS
NTAPI
ImpWdfIoTargetAllocAndQueryTargetProperty(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          WDFIOTARGET Handle,
                                          DEVICE_REGISTRY_PROPERTY Property,
                                          POOL_TYPE PoolType,
                                          PWDF_OBJECT_ATTRIBUTES Attributes,
                                          WDFMEMORY *Result)
{
    PWDFP_TARGET Target = WdfpTargetFromHandle(DriverGlobals, Handle);

    WdfpRequire(Target->Object.Globals, Result, "PropertyMemory");
    WdfpRequireIrql(Target->Object.Globals, PASSIVE_LEVEL,
                    "WdfIoTargetAllocAndQueryTargetProperty");
    return WdfpQueryInMemory(DriverGlobals, Target->Physical, Property, PoolType,
                             Attributes, Result);
}

/*
 * Asks the target's drivers for an interface, which is returned referenced.
 * STATUS_NOT_SUPPORTED: nobody has it; STATUS_INVALID_DEVICE_STATE: the target is closed;
 * STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual,
 * WdfIoTargetQueryForInterface.
 */
NTSTATUS
NTAPI
ImpWdfIoTargetQueryForInterface(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET Handle,
                                const GUID *InterfaceType, PINTERFACE Interface,
                                USHORT Size, USHORT Version, PVOID Data)
{
    PWDFP_TARGET Target = WdfpTargetFromHandle(DriverGlobals, Handle);
    IO_STACK_LOCATION Stack = {.MajorFunction = IRP_MJ_PNP,
                               .MinorFunction = IRP_MN_QUERY_INTERFACE};
    const WDFP_SEND_OPTIONS Options = {WDF_REQUEST_SEND_OPTION_SYNCHRONOUS |
                                           WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE,
                                       0};
    PDEVICE_OBJECT DeviceObject = Target->DeviceObject;
    PWDFP_REQUEST Request;
    NTSTATUS Status;

    WdfpRequire(Target->Object.Globals, InterfaceType, "InterfaceType");
    WdfpRequire(Target->Object.Globals, Interface, "Interface");
    WdfpRequireIrql(Target->Object.Globals, PASSIVE_LEVEL,
                    "WdfIoTargetQueryForInterface");
    if (DeviceObject == NULL) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    Status = WdfpCreateOwnRequest(Target->Object.Globals, NULL, Target,
                                  DeviceObject->StackSize, &Request);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WdfpReference(Request);
    Stack.Parameters.QueryInterface.InterfaceType = InterfaceType;
    Stack.Parameters.QueryInterface.Size = Size;
    Stack.Parameters.QueryInterface.Version = Version;
    Stack.Parameters.QueryInterface.Interface = Interface;
    Stack.Parameters.QueryInterface.InterfaceSpecificData = Data;
    ImpWdfRequestWdmFormatUsingStackLocation(DriverGlobals, WdfpHandle(Request), &Stack);
    Request->Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    Status = WdfpSend(Request, Target, &Options);
    if (NT_SUCCESS(Status)) {
        Status = Request->Irp->IoStatus.Status;
    }
    WdfpDelete(Request);
    WdfpDereference(Request);
    return Status;
}
