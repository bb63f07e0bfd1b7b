/*
 * requirements.h: WDFIORESREQLIST, alternatives that are WDFIORESLISTs of descriptors.
 */
#pragma once

#include "device.h"

typedef struct _WDFP_IO_RESOURCES {
    WDFP_OBJECT Object; /* must be first */
    LIST_ENTRY Link;    /* WDFP_REQUIREMENTS.Lists, or empty: not inserted */
    ULONG Count;
    ULONG Room;
    PIO_RESOURCE_DESCRIPTOR Descriptors; /* pool */
} WDFP_IO_RESOURCES, *PWDFP_IO_RESOURCES;

typedef struct _WDFP_REQUIREMENTS {
    WDFP_OBJECT Object; /* must be first */
    LIST_ENTRY Lists;
    ULONG Count;
    INTERFACE_TYPE InterfaceType;
    ULONG BusNumber;
    ULONG SlotNumber;
} WDFP_REQUIREMENTS, *PWDFP_REQUIREMENTS;

/* requirements.c. PASSIVE_LEVEL. */
NTSTATUS WdfpCreateRequirements(PWDFP_DEVICE Device,
                                const IO_RESOURCE_REQUIREMENTS_LIST *Source,
                                PWDFP_REQUIREMENTS *Result);
/* A list in paged pool that says what Requirements says; NULL: pool is short. */
PIO_RESOURCE_REQUIREMENTS_LIST WdfpBuildRequirements(PWDFP_REQUIREMENTS Requirements);

/* ioresources.c */
NTSTATUS WdfpCreateIoResources(PWDFP_REQUIREMENTS Requirements,
                               PWDF_OBJECT_ATTRIBUTES Attributes,
                               PWDFP_IO_RESOURCES *Result);
NTSTATUS WdfpInsertIoResource(PWDFP_IO_RESOURCES List,
                              const IO_RESOURCE_DESCRIPTOR *Descriptor, ULONG Index);
