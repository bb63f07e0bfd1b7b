/*
 * resources.h: resource lists as objects: an array of descriptors that can grow.
 */
#pragma once

#include "device.h"

/* WDFCMRESLIST: what a device was assigned. */
typedef struct _WDFP_RESOURCES {
    WDFP_OBJECT Object; /* must be first */
    ULONG Count;
    ULONG Room;
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptors; /* pool */
} WDFP_RESOURCES, *PWDFP_RESOURCES;

/* Device->Raw and ->Translated from the lists of a start IRP (NULL: empty). PASSIVE_LEVEL. */
NTSTATUS WdfpCreateResourceLists(PWDFP_DEVICE Device, PCM_RESOURCE_LIST Raw,
                                 PCM_RESOURCE_LIST Translated);
VOID WdfpDeleteResourceLists(PWDFP_DEVICE Device);
