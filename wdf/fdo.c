/*
 * What only function devices have: the device below, before and after they are created.
 */
#include "wdfp.h"
#include "children.h"

/* The physical device the driver was called for. Source: manual,
   WdfFdoInitWdmGetPhysicalDevice. */
PDEVICE_OBJECT
NTAPI
ImpWdfFdoInitWdmGetPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT Init)
{
    WdfpRequire(WdfpGlobals(DriverGlobals), Init, "DeviceInit");
    return Init->PhysicalDevice;
}

/* Callbacks that filter the resources. A wrong Size: bug check 0x10D, 3. Source: manual,
   WdfFdoInitSetEventCallbacks. */
VOID NTAPI
ImpWdfFdoInitSetEventCallbacks(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT Init,
                               PWDF_FDO_EVENT_CALLBACKS Callbacks)
{
    if (Callbacks->Size != sizeof(*Callbacks)) {
        WdfpViolation(WdfpGlobals(DriverGlobals),
                      "WDF_FDO_EVENT_CALLBACKS has a wrong Size",
                      WDF_VERIFIER_FATAL_ERROR, Callbacks->Size, sizeof(*Callbacks), 0);
    }
    Init->Fdo = *Callbacks;
}

/* The device only looks on: it owns no power policy. Source: manual, WdfFdoInitSetFilter. */
VOID NTAPI
ImpWdfFdoInitSetFilter(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT Init)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    Init->Filter = TRUE;
    Init->PowerPolicyOwner = FALSE;
}

/* A property of the physical device, as IoGetDeviceProperty has it. PASSIVE_LEVEL. Source:
   manual, WdfFdoInitQueryProperty. */
NTSTATUS
NTAPI
ImpWdfFdoInitQueryProperty(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT Init,
                           DEVICE_REGISTRY_PROPERTY Property, ULONG Length, PVOID Buffer,
                           PULONG ResultLength)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return IoGetDeviceProperty(Init->PhysicalDevice, Property, Length, Buffer,
                               ResultLength);
}

/* The same of a device that was created. PASSIVE_LEVEL. Source: manual,
   WdfDeviceQueryProperty. */
NTSTATUS
NTAPI
ImpWdfDeviceQueryProperty(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                          DEVICE_REGISTRY_PROPERTY Property, ULONG Length, PVOID Buffer,
                          PULONG ResultLength)
{
    return IoGetDeviceProperty(WdfpDeviceFromHandle(DriverGlobals, Handle)->Physical,
                               Property, Length, Buffer, ResultLength);
}

/* Gives the device a child list as it is created; a wrong Size: bug check 0x10D, 3. Source:
   manual, WdfFdoInitSetDefaultChildListConfig. */
VOID NTAPI
ImpWdfFdoInitSetDefaultChildListConfig(PWDF_DRIVER_GLOBALS DriverGlobals,
                                       PWDFDEVICE_INIT Init,
                                       PWDF_CHILD_LIST_CONFIG Config,
                                       PWDF_OBJECT_ATTRIBUTES Attributes)
{
    if (Config->Size != sizeof(*Config)) {
        WdfpViolation(WdfpGlobals(DriverGlobals),
                      "WDF_CHILD_LIST_CONFIG has a wrong Size", WDF_VERIFIER_FATAL_ERROR,
                      Config->Size, sizeof(*Config), 0);
    }
    Init->ChildList = *Config;
    if (Attributes != NULL) {
        Init->ChildListAttributes = *Attributes;
    }
}

/* That list, or NULL. At or below DISPATCH_LEVEL. Source: manual,
   WdfFdoGetDefaultChildList. */
WDFCHILDLIST
NTAPI
ImpWdfFdoGetDefaultChildList(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Fdo)
{
    PWDFP_CHILD_LIST List = WdfpDeviceFromHandle(DriverGlobals, Fdo)->DefaultChildList;

    return List == NULL ? NULL : WdfpHandle(List);
}
