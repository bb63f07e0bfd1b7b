/*
 * driver.h: the driver object, root of a driver's tree.
 */
#pragma once

#include "object.h"

typedef struct _WDFP_DRIVER {
    WDFP_OBJECT Object; /* must be first */
    WDF_DRIVER_CONFIG Config;
    PDRIVER_OBJECT DriverObject;
    UNICODE_STRING RegistryPath; /* zero-terminated */
} WDFP_DRIVER, *PWDFP_DRIVER;

/* The driver that a driver object's code was bound as, or NULL. */
PWDFP_DRIVER WdfpDriverFromObject(PDRIVER_OBJECT DriverObject);

/* pnp.c, dispatch.c */
DRIVER_ADD_DEVICE WdfpAddDevice;
DRIVER_DISPATCH WdfpDispatch;
