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
/* A list as the driver sees it, of what Source says (NULL: empty). PASSIVE_LEVEL. */
NTSTATUS WdfpCreateResources(PWDFP_DEVICE Device, PCM_RESOURCE_LIST Source,
                             PWDFP_RESOURCES *Result);
/* What List says, in paged pool; NULL: pool is short. */
PCM_RESOURCE_LIST WdfpBuildResources(PWDFP_RESOURCES List);
VOID WdfpDeleteResourceLists(PWDFP_DEVICE Device);
