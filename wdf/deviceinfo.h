/*
 * deviceinfo.h: properties in memory objects.
 */
#pragma once

#include "device.h"

/* A property of Physical (may be NULL: STATUS_INVALID_DEVICE_REQUEST) in a new memory
   object. PASSIVE_LEVEL. */
NTSTATUS WdfpQueryInMemory(PWDF_DRIVER_GLOBALS DriverGlobals, PDEVICE_OBJECT Physical,
                           DEVICE_REGISTRY_PROPERTY Property, POOL_TYPE PoolType,
                           PWDF_OBJECT_ATTRIBUTES Attributes, WDFMEMORY *Result);
