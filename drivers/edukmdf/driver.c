/*
 * driver.c - DriverEntry. edukmdf.sys serves QEMU's edu device (PCI\VEN_1234&DEV_11E8) as
 * \Device\EduKmdf; edukmdfioctl.h says what can be asked of it.
 */
#include "edukmdf.h"

DRIVER_INITIALIZE DriverEntry;

/* Called once, PASSIVE_LEVEL, when FxDriverEntry has bound the driver. */
NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG Config;

    WDF_DRIVER_CONFIG_INIT(&Config, EduEvtDeviceAdd);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &Config,
                           WDF_NO_HANDLE);
}
