/*
 * WDFIORESLIST: one alternative of a device's requirements.
 */
#include "wdfp.h"
#include "requirements.h"

#define WDFP_SPARE_DESCRIPTORS 4

static VOID
WdfpDestroyIoResources(PWDFP_OBJECT Object)
{
    PWDFP_IO_RESOURCES List = (PWDFP_IO_RESOURCES)Object;

    if (List->Descriptors != NULL) {
        ExFreePoolWithTag(List->Descriptors, WDFP_TAG);
    }
}

static const WDFP_TYPE WdfpIoResourcesType = {WdfpIoResourceListType,
                                              "WDFIORESLIST",
                                              sizeof(WDFP_IO_RESOURCES),
                                              0,
                                              NULL,
                                              WdfpDestroyIoResources,
                                              NULL};

static PWDFP_IO_RESOURCES
WdfpIoResourcesFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFIORESLIST Handle)
{
    return WdfpObject(Globals, Handle, WdfpIoResourceListType);
}

NTSTATUS
WdfpCreateIoResources(PWDFP_REQUIREMENTS Requirements, PWDF_OBJECT_ATTRIBUTES Attributes,
                      PWDFP_IO_RESOURCES *Result)
{
    NTSTATUS Status = WdfpCreateObject(Requirements->Object.Globals, &WdfpIoResourcesType,
                                       Attributes, Requirements, FALSE, (PVOID *)Result);

    if (NT_SUCCESS(Status)) {
        InitializeListHead(&(*Result)->Link);
    }
    return Status;
}

NTSTATUS
WdfpInsertIoResource(PWDFP_IO_RESOURCES List, const IO_RESOURCE_DESCRIPTOR *Descriptor,
                     ULONG Index)
{
    IO_RESOURCE_DESCRIPTOR Copy = *Descriptor; /* it may lie in the list itself */
    PIO_RESOURCE_DESCRIPTOR Larger;

    if (Index > List->Count) {
        return STATUS_ARRAY_BOUNDS_EXCEEDED;
    }
    if (List->Count == List->Room) {
        Larger = ExAllocatePoolZero(NonPagedPoolNx,
                                    (List->Room + WDFP_SPARE_DESCRIPTORS) * sizeof(Copy),
                                    WDFP_TAG);
        if (Larger == NULL) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        if (List->Descriptors != NULL) {
            RtlCopyMemory(Larger, List->Descriptors, List->Count * sizeof(Copy));
            ExFreePoolWithTag(List->Descriptors, WDFP_TAG);
        }
        List->Descriptors = Larger;
        List->Room += WDFP_SPARE_DESCRIPTORS;
    }
    RtlMoveMemory(&List->Descriptors[Index + 1], &List->Descriptors[Index],
                  (List->Count - Index) * sizeof(Copy));
    List->Descriptors[Index] = Copy;
    List->Count++;
    return STATUS_SUCCESS;
}

/* Creates an empty alternative, to be inserted. STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED,
   STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_PARAMETER (attributes),
   STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual, WdfIoResourceListCreate. */
NTSTATUS
NTAPI
ImpWdfIoResourceListCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                           WDFIORESREQLIST Requirements,
                           PWDF_OBJECT_ATTRIBUTES Attributes, WDFIORESLIST *Handle)
{
    PWDFP_IO_RESOURCES List;
    NTSTATUS Status = WdfpCreateIoResources(
        WdfpObject(DriverGlobals, Requirements, WdfpRequirementsListType), Attributes,
        &List);

    if (NT_SUCCESS(Status)) {
        *Handle = WdfpHandle(List);
    }
    return Status;
}

/* The number of descriptors. Source: manual, WdfIoResourceListGetCount. */
ULONG
NTAPI
ImpWdfIoResourceListGetCount(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIORESLIST Handle)
{
    return WdfpIoResourcesFromHandle(DriverGlobals, Handle)->Count;
}

/* One descriptor, in the list; NULL when there is none of that index. Source: manual,
   WdfIoResourceListGetDescriptor. */
PIO_RESOURCE_DESCRIPTOR
NTAPI
ImpWdfIoResourceListGetDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIORESLIST Handle,
                                  ULONG Index)
{
    PWDFP_IO_RESOURCES List = WdfpIoResourcesFromHandle(DriverGlobals, Handle);

    return Index < List->Count ? &List->Descriptors[Index] : NULL;
}

/* Puts a copy before the descriptor of Index, or last. STATUS_ARRAY_BOUNDS_EXCEEDED,
   STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual,
   WdfIoResourceListInsertDescriptor. */
NTSTATUS
NTAPI
ImpWdfIoResourceListInsertDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                     WDFIORESLIST Handle,
                                     PIO_RESOURCE_DESCRIPTOR Descriptor, ULONG Index)
{
    PWDFP_IO_RESOURCES List = WdfpIoResourcesFromHandle(DriverGlobals, Handle);

    return WdfpInsertIoResource(List, Descriptor,
                                Index == WDF_INSERT_AT_END ? List->Count : Index);
}

/* The same, last. Source: manual, WdfIoResourceListAppendDescriptor. */
NTSTATUS
NTAPI
ImpWdfIoResourceListAppendDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                     WDFIORESLIST Handle,
                                     PIO_RESOURCE_DESCRIPTOR Descriptor)
{
    PWDFP_IO_RESOURCES List = WdfpIoResourcesFromHandle(DriverGlobals, Handle);

    return WdfpInsertIoResource(List, Descriptor, List->Count);
}

/* Writes over one descriptor; an index beyond the list is ignored. PASSIVE_LEVEL. Source:
   manual, WdfIoResourceListUpdateDescriptor. */
VOID NTAPI
ImpWdfIoResourceListUpdateDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                     WDFIORESLIST Handle,
                                     PIO_RESOURCE_DESCRIPTOR Descriptor, ULONG Index)
{
    PWDFP_IO_RESOURCES List = WdfpIoResourcesFromHandle(DriverGlobals, Handle);

    if (Index < List->Count) {
        List->Descriptors[Index] = *Descriptor;
    }
}

/* Takes one descriptor out; an index beyond the list is ignored. PASSIVE_LEVEL. Source:
   manual, WdfIoResourceListRemove. */
VOID NTAPI
ImpWdfIoResourceListRemove(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIORESLIST Handle,
                           ULONG Index)
{
    PWDFP_IO_RESOURCES List = WdfpIoResourcesFromHandle(DriverGlobals, Handle);

    if (Index < List->Count) {
        List->Count--;
        RtlMoveMemory(&List->Descriptors[Index], &List->Descriptors[Index + 1],
                      (List->Count - Index) * sizeof(*List->Descriptors));
    }
}

/* The same for a pointer into the list. Source: manual,
   WdfIoResourceListRemoveByDescriptor. */
VOID NTAPI
ImpWdfIoResourceListRemoveByDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                       WDFIORESLIST Handle,
                                       PIO_RESOURCE_DESCRIPTOR Descriptor)
{
    PWDFP_IO_RESOURCES List = WdfpIoResourcesFromHandle(DriverGlobals, Handle);

    ImpWdfIoResourceListRemove(DriverGlobals, Handle,
                               (ULONG)(Descriptor - List->Descriptors));
}
