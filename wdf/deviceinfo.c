/*
 * What can be asked of a device: its names, its properties.
 */
#include "wdfp.h"
#include "deviceinfo.h"
#include "unistring.h"

/* The device's name in a string object. STATUS_INVALID_DEVICE_STATE: it has none;
   STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual,
   WdfDeviceRetrieveDeviceName. */
NTSTATUS
NTAPI
ImpWdfDeviceRetrieveDeviceName(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                               WDFSTRING String)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);

    return Device->Init->Name.Length == 0
               ? STATUS_INVALID_DEVICE_STATE
               : WdfpAssignString(WdfpObject(DriverGlobals, String, WdfpStringType),
                                  &Device->Init->Name);
}

/* Which framework this is, in words. STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source:
   manual, WdfDriverRetrieveVersionString. */
NTSTATUS
NTAPI
ImpWdfDriverRetrieveVersionString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDRIVER Driver,
                                  WDFSTRING String)
{
    static const UNICODE_STRING Version =
        RTL_CONSTANT_STRING(L"Kernel Mode Driver Framework, version 1.33");

    WdfpObject(DriverGlobals, Driver, WdfpDriverType);
    return WdfpAssignString(WdfpObject(DriverGlobals, String, WdfpStringType), &Version);
}

NTSTATUS
WdfpQueryInMemory(PWDF_DRIVER_GLOBALS DriverGlobals, PDEVICE_OBJECT Physical,
                  DEVICE_REGISTRY_PROPERTY Property, POOL_TYPE PoolType,
                  PWDF_OBJECT_ATTRIBUTES Attributes, WDFMEMORY *Result)
{
    WDFMEMORY Memory;
    NTSTATUS Status;
    ULONG Length;
    PVOID Buffer;

    *Result = NULL;
    Status = Physical == NULL ? STATUS_INVALID_DEVICE_REQUEST
                              : IoGetDeviceProperty(Physical, Property, 0, NULL, &Length);
    if (Status != STATUS_BUFFER_TOO_SMALL) {
        return NT_SUCCESS(Status) ? STATUS_OBJECT_NAME_NOT_FOUND : Status;
    }
    Status = ImpWdfMemoryCreate(DriverGlobals, Attributes, PoolType, 0, Length, &Memory,
                                &Buffer);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IoGetDeviceProperty(Physical, Property, Length, Buffer, &Length);
    if (!NT_SUCCESS(Status)) {
        ImpWdfObjectDelete(DriverGlobals, Memory);
        return Status;
    }
    *Result = Memory;
    return STATUS_SUCCESS;
}

/* A property of the physical device in a new memory object, whose parent is the driver
   unless the attributes name one. What IoGetDeviceProperty and WdfMemoryCreate return.
   PASSIVE_LEVEL. Source: manual, WdfDeviceAllocAndQueryProperty. */
NTSTATUS
NTAPI
ImpWdfDeviceAllocAndQueryProperty(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                                  DEVICE_REGISTRY_PROPERTY Property, POOL_TYPE PoolType,
                                  PWDF_OBJECT_ATTRIBUTES Attributes, WDFMEMORY *Result)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);

    WdfpRequire(Device->Object.Globals, Result, "PropertyMemory");
    WdfpRequireIrql(Device->Object.Globals, PASSIVE_LEVEL,
                    "WdfDeviceAllocAndQueryProperty");
    return WdfpQueryInMemory(DriverGlobals, Device->Physical, Property, PoolType,
                             Attributes, Result);
}

/* The same before the device is created. Source: manual, WdfFdoInitAllocAndQueryProperty. */
NTSTATUS
NTAPI
ImpWdfFdoInitAllocAndQueryProperty(PWDF_DRIVER_GLOBALS DriverGlobals,
                                   PWDFDEVICE_INIT Init,
                                   DEVICE_REGISTRY_PROPERTY Property, POOL_TYPE PoolType,
                                   PWDF_OBJECT_ATTRIBUTES Attributes, WDFMEMORY *Result)
{
    WdfpRequire(WdfpGlobals(DriverGlobals), Init, "DeviceInit");
    WdfpRequire(WdfpGlobals(DriverGlobals), Result, "PropertyMemory");
    WdfpRequireIrql(WdfpGlobals(DriverGlobals), PASSIVE_LEVEL,
                    "WdfFdoInitAllocAndQueryProperty");
    return WdfpQueryInMemory(DriverGlobals, Init->PhysicalDevice, Property, PoolType,
                             Attributes, Result);
}
