/*
 * deviceinit.h: what a driver says of a device before it creates it.
 */
#pragma once

#include "driver.h"

#define WDFP_MAXIMUM_NAME 128 /* characters of a device name, the last one zero */

struct WDFDEVICE_INIT {
    PWDFP_DRIVER Driver;
    PDEVICE_OBJECT PhysicalDevice; /* NULL for a control device */
    BOOLEAN Created;               /* the device has taken it over: */
    struct _WDFP_DEVICE *Device;
    WDF_PNPPOWER_EVENT_CALLBACKS PnpPower;
    WDF_POWER_POLICY_EVENT_CALLBACKS PowerPolicy;
    WDF_FDO_EVENT_CALLBACKS Fdo;
    WDF_FILEOBJECT_CONFIG FileConfig; /* Size 0: not set */
    WDF_OBJECT_ATTRIBUTES FileAttributes;
    WDF_OBJECT_ATTRIBUTES RequestAttributes; /* Size 0: not set, as in the one above */
    WDF_DEVICE_IO_TYPE ReadWriteIoType;
    DEVICE_TYPE DeviceType;
    ULONG Characteristics;
    BOOLEAN Exclusive;
    BOOLEAN Filter;
    BOOLEAN PowerPageable;
    BOOLEAN PowerPolicyOwner;
    PFN_WDF_IO_IN_CALLER_CONTEXT IoInCallerContext;
    UNICODE_STRING Name;
    WCHAR NameBuffer[WDFP_MAXIMUM_NAME];
};

/* What AddDevice hands to the driver; NULL when pool is short. */
PWDFDEVICE_INIT WdfpAllocateDeviceInit(PWDFP_DRIVER Driver,
                                       PDEVICE_OBJECT PhysicalDevice);
VOID WdfpFreeDeviceInit(PWDFDEVICE_INIT Init);
