/*
 * deviceinit.h: what a driver says of a device before it creates it.
 */
#pragma once

#include "driver.h"

#define WDFP_MAXIMUM_NAME 128 /* characters of a device name, the last one zero */

/* What a device is to the PnP manager. */
typedef enum _WDFP_DEVICE_KIND {
    WdfpFunctionDevice, /* or a filter: on the stack of a device that was found */
    WdfpControlDevice,  /* nothing: the driver made it for itself */
    WdfpPhysicalDevice  /* what a bus driver found */
} WDFP_DEVICE_KIND;

/* IRPs of one major function that the driver sees first. */
typedef struct _WDFP_PREPROCESS {
    PFN_WDFDEVICE_WDM_IRP_PREPROCESS Callback; /* NULL: it does not */
    PUCHAR Minors;                             /* pool; NULL: all of them */
    ULONG Count;
} WDFP_PREPROCESS, *PWDFP_PREPROCESS;

struct WDFDEVICE_INIT {
    WDFP_DEVICE_KIND Kind;
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
    PWDFP_PREPROCESS Preprocess; /* one for each major function, or NULL */
    PFN_WDF_DEVICE_SHUTDOWN_NOTIFICATION Shutdown; /* of a control device */
    UCHAR ShutdownFlags;
    struct _WDFP_PDO_INIT *Pdo;      /* of a physical device; else NULL */
    WDF_CHILD_LIST_CONFIG ChildList; /* of the default one; Size 0: there is none */
    WDF_OBJECT_ATTRIBUTES ChildListAttributes; /* Size 0: not set */
    UNICODE_STRING Name;
    WCHAR NameBuffer[WDFP_MAXIMUM_NAME];
};

/* What a driver makes a device from; NULL when pool is short. */
PWDFDEVICE_INIT WdfpAllocateDeviceInit(PWDFP_DRIVER Driver, WDFP_DEVICE_KIND Kind,
                                       PDEVICE_OBJECT PhysicalDevice);
VOID WdfpFreeDeviceInit(PWDFDEVICE_INIT Init);

/* pdoinit.c: frees what is kept of a physical device. */
VOID WdfpFreePdoInit(PWDFDEVICE_INIT Init);
/* preprocess.c: frees what is kept of minor functions. */
VOID WdfpFreePreprocess(PWDFDEVICE_INIT Init);
