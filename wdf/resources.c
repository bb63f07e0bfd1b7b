/*
 * WDFCMRESLIST: the resources a device was assigned.
 *
 * Both lists hold the same resources in the same order, so one index finds the raw and the
 * translated descriptor of one resource.
 */
#include "wdfp.h"
#include "resources.h"

#define WDFP_SPARE_DESCRIPTORS 4

static VOID
WdfpDestroyResources(PWDFP_OBJECT Object)
{
    PWDFP_RESOURCES List = (PWDFP_RESOURCES)Object;

    if (List->Descriptors != NULL) {
        ExFreePoolWithTag(List->Descriptors, WDFP_TAG);
    }
}

static const WDFP_TYPE WdfpResourcesType = {WdfpCmResourceListType,
                                            "WDFCMRESLIST",
                                            sizeof(WDFP_RESOURCES),
                                            WDFP_TYPE_FRAMEWORKS,
                                            NULL,
                                            WdfpDestroyResources,
                                            NULL};

static PWDFP_RESOURCES
WdfpResourcesFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFCMRESLIST Handle)
{
    return WdfpObject(Globals, Handle, WdfpCmResourceListType);
}

/* Makes room for Count descriptors. */
static NTSTATUS
WdfpGrowResources(PWDFP_RESOURCES List, ULONG Count)
{
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Larger;

    if (Count <= List->Room) {
        return STATUS_SUCCESS;
    }
    Count += WDFP_SPARE_DESCRIPTORS;
    Larger = ExAllocatePoolZero(NonPagedPoolNx, Count * sizeof(*Larger), WDFP_TAG);
    if (Larger == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (List->Descriptors != NULL) {
        RtlCopyMemory(Larger, List->Descriptors, List->Count * sizeof(*Larger));
        ExFreePoolWithTag(List->Descriptors, WDFP_TAG);
    }
    List->Descriptors = Larger;
    List->Room = Count;
    return STATUS_SUCCESS;
}

/* Those of the first full descriptor of Source. */
NTSTATUS
WdfpCreateResources(PWDFP_DEVICE Device, PCM_RESOURCE_LIST Source,
                    PWDFP_RESOURCES *Result)
{
    ULONG Count = Source == NULL || Source->Count == 0
                      ? 0
                      : Source->List[0].PartialResourceList.Count;
    PWDFP_RESOURCES List;
    NTSTATUS Status = WdfpCreateObject(Device->Object.Globals, &WdfpResourcesType, NULL,
                                       Device, FALSE, (PVOID *)&List);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = WdfpGrowResources(List, Count);
    if (!NT_SUCCESS(Status)) {
        WdfpDelete(List);
        return Status;
    }
    if (Count != 0) {
        RtlCopyMemory(List->Descriptors,
                      Source->List[0].PartialResourceList.PartialDescriptors,
                      Count * sizeof(*List->Descriptors));
    }
    List->Count = Count;
    *Result = List;
    return STATUS_SUCCESS;
}

PCM_RESOURCE_LIST
WdfpBuildResources(PWDFP_RESOURCES List)
{
    PCM_RESOURCE_LIST Built = ExAllocatePoolZero(
        PagedPool, sizeof(*Built) + List->Count * sizeof(*List->Descriptors), WDFP_TAG);
    PCM_PARTIAL_RESOURCE_LIST Partial;

    if (Built == NULL) {
        return NULL;
    }
    Built->Count = 1;
    Built->List[0].InterfaceType = Internal;
    Partial = &Built->List[0].PartialResourceList;
    Partial->Version = 1;
    Partial->Revision = 1;
    Partial->Count = List->Count;
    RtlCopyMemory(Partial->PartialDescriptors, List->Descriptors,
                  List->Count * sizeof(*List->Descriptors));
    return Built;
}

NTSTATUS
WdfpCreateResourceLists(PWDFP_DEVICE Device, PCM_RESOURCE_LIST Raw,
                        PCM_RESOURCE_LIST Translated)
{
    NTSTATUS Status = WdfpCreateResources(Device, Raw, &Device->Raw);

    if (NT_SUCCESS(Status)) {
        Status = WdfpCreateResources(Device, Translated, &Device->Translated);
    }
    if (!NT_SUCCESS(Status)) {
        WdfpDeleteResourceLists(Device);
    }
    return Status;
}

VOID
WdfpDeleteResourceLists(PWDFP_DEVICE Device)
{
    if (Device->Raw != NULL) {
        WdfpDelete(Device->Raw);
    }
    if (Device->Translated != NULL) {
        WdfpDelete(Device->Translated);
    }
    Device->Raw = NULL;
    Device->Translated = NULL;
}

/* The number of descriptors. At or below DISPATCH_LEVEL. Source: manual,
   WdfCmResourceListGetCount. */
ULONG
NTAPI
ImpWdfCmResourceListGetCount(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCMRESLIST Handle)
{
    return WdfpResourcesFromHandle(DriverGlobals, Handle)->Count;
}

/* One descriptor, in the list; NULL for an index beyond it. At or below DISPATCH_LEVEL.
   Source: manual, WdfCmResourceListGetDescriptor. */
PCM_PARTIAL_RESOURCE_DESCRIPTOR
NTAPI
ImpWdfCmResourceListGetDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCMRESLIST Handle,
                                  ULONG Index)
{
    PWDFP_RESOURCES List = WdfpResourcesFromHandle(DriverGlobals, Handle);

    return Index < List->Count ? &List->Descriptors[Index] : NULL;
}

/* Puts a copy of Descriptor before the one of Index, or last. STATUS_ARRAY_BOUNDS_EXCEEDED:
   no such place; STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual,
   WdfCmResourceListInsertDescriptor. */
NTSTATUS
NTAPI
ImpWdfCmResourceListInsertDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                     WDFCMRESLIST Handle,
                                     PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor,
                                     ULONG Index)
{
    PWDFP_RESOURCES List = WdfpResourcesFromHandle(DriverGlobals, Handle);
    CM_PARTIAL_RESOURCE_DESCRIPTOR Copy = *Descriptor; /* it may lie in the list itself */
    NTSTATUS Status;

    Index = Index == WDF_INSERT_AT_END ? List->Count : Index;
    if (Index > List->Count) {
        return STATUS_ARRAY_BOUNDS_EXCEEDED;
    }
    Status = WdfpGrowResources(List, List->Count + 1);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    RtlMoveMemory(&List->Descriptors[Index + 1], &List->Descriptors[Index],
                  (List->Count - Index) * sizeof(Copy));
    List->Descriptors[Index] = Copy;
    List->Count++;
    return STATUS_SUCCESS;
}

/* The same, last. Source: manual, WdfCmResourceListAppendDescriptor. */
NTSTATUS
NTAPI
ImpWdfCmResourceListAppendDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                     WDFCMRESLIST Handle,
                                     PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor)
{
    return ImpWdfCmResourceListInsertDescriptor(DriverGlobals, Handle, Descriptor,
                                                WDF_INSERT_AT_END);
}

/* Takes one descriptor out; an index beyond the list is ignored. PASSIVE_LEVEL. Source:
   manual, WdfCmResourceListRemove. */
VOID NTAPI
ImpWdfCmResourceListRemove(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCMRESLIST Handle,
                           ULONG Index)
{
    PWDFP_RESOURCES List = WdfpResourcesFromHandle(DriverGlobals, Handle);

    if (Index < List->Count) {
        List->Count--;
        RtlMoveMemory(&List->Descriptors[Index], &List->Descriptors[Index + 1],
                      (List->Count - Index) * sizeof(*List->Descriptors));
    }
}

/* The same for a pointer that WdfCmResourceListGetDescriptor gave. PASSIVE_LEVEL. Source:
   manual, WdfCmResourceListRemoveByDescriptor. */
VOID NTAPI
ImpWdfCmResourceListRemoveByDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                       WDFCMRESLIST Handle,
                                       PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor)
{
    PWDFP_RESOURCES List = WdfpResourcesFromHandle(DriverGlobals, Handle);

    ImpWdfCmResourceListRemove(DriverGlobals, Handle,
                               (ULONG)(Descriptor - List->Descriptors));
}
