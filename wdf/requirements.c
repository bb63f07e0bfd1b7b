/*
 * WDFIORESREQLIST: the alternatives a device could live with.
 */
#include "wdfp.h"
#include "requirements.h"

static const WDFP_TYPE WdfpRequirementsType = {WdfpRequirementsListType,
                                               "WDFIORESREQLIST",
                                               sizeof(WDFP_REQUIREMENTS),
                                               WDFP_TYPE_FRAMEWORKS,
                                               NULL,
                                               NULL,
                                               NULL};

static PWDFP_REQUIREMENTS
WdfpRequirementsFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFIORESREQLIST Handle)
{
    return WdfpObject(Globals, Handle, WdfpRequirementsListType);
}

/* Adds one alternative with the descriptors of Source, last. */
static NTSTATUS
WdfpAddAlternative(PWDFP_REQUIREMENTS Requirements, const IO_RESOURCE_LIST *Source)
{
    PWDFP_IO_RESOURCES List;
    NTSTATUS Status = WdfpCreateIoResources(Requirements, NULL, &List);

    for (ULONG Index = 0; NT_SUCCESS(Status) && Index < Source->Count; Index++) {
        Status = WdfpInsertIoResource(List, &Source->Descriptors[Index], List->Count);
    }
    if (NT_SUCCESS(Status)) {
        InsertTailList(&Requirements->Lists, &List->Link);
        Requirements->Count++;
    }
    return Status;
}

NTSTATUS
WdfpCreateRequirements(PWDFP_DEVICE Device, const IO_RESOURCE_REQUIREMENTS_LIST *Source,
                       PWDFP_REQUIREMENTS *Result)
{
    const IO_RESOURCE_LIST *Alternative = Source->List;
    PWDFP_REQUIREMENTS Requirements;
    NTSTATUS Status = WdfpCreateObject(Device->Object.Globals, &WdfpRequirementsType,
                                       NULL, Device, FALSE, (PVOID *)&Requirements);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    InitializeListHead(&Requirements->Lists);
    Requirements->InterfaceType = Source->InterfaceType;
    Requirements->BusNumber = Source->BusNumber;
    Requirements->SlotNumber = Source->SlotNumber;
    for (ULONG Index = 0; NT_SUCCESS(Status) && Index < Source->AlternativeLists;
         Index++) {
        Status = WdfpAddAlternative(Requirements, Alternative);
        Alternative =
            (const IO_RESOURCE_LIST *)&Alternative->Descriptors[Alternative->Count];
    }
    if (!NT_SUCCESS(Status)) {
        WdfpDelete(Requirements);
        return Status;
    }
    *Result = Requirements;
    return STATUS_SUCCESS;
}

/* Bytes of the list that WdfpBuildRequirements makes. */
static SIZE_T
WdfpRequirementsSize(PWDFP_REQUIREMENTS Requirements)
{
    SIZE_T Size = FIELD_OFFSET(IO_RESOURCE_REQUIREMENTS_LIST, List);

    for (PLIST_ENTRY Link = Requirements->Lists.Flink; Link != &Requirements->Lists;
         Link = Link->Flink) {
        PWDFP_IO_RESOURCES List = CONTAINING_RECORD(Link, WDFP_IO_RESOURCES, Link);

        Size += FIELD_OFFSET(IO_RESOURCE_LIST, Descriptors) +
                List->Count * sizeof(IO_RESOURCE_DESCRIPTOR);
    }
    return max(Size, sizeof(IO_RESOURCE_REQUIREMENTS_LIST));
}

PIO_RESOURCE_REQUIREMENTS_LIST
WdfpBuildRequirements(PWDFP_REQUIREMENTS Requirements)
{
    SIZE_T Size = WdfpRequirementsSize(Requirements);
    PIO_RESOURCE_REQUIREMENTS_LIST Built = ExAllocatePoolZero(PagedPool, Size, WDFP_TAG);
    PIO_RESOURCE_LIST Alternative;

    if (Built == NULL) {
        return NULL;
    }
    Built->ListSize = (ULONG)Size;
    Built->InterfaceType = Requirements->InterfaceType;
    Built->BusNumber = Requirements->BusNumber;
    Built->SlotNumber = Requirements->SlotNumber;
    Built->AlternativeLists = Requirements->Count;
    Alternative = Built->List;
    for (PLIST_ENTRY Link = Requirements->Lists.Flink; Link != &Requirements->Lists;
         Link = Link->Flink) {
        PWDFP_IO_RESOURCES List = CONTAINING_RECORD(Link, WDFP_IO_RESOURCES, Link);

        Alternative->Version = 1;
        Alternative->Revision = 1;
        Alternative->Count = List->Count;
        RtlCopyMemory(Alternative->Descriptors, List->Descriptors,
                      List->Count * sizeof(IO_RESOURCE_DESCRIPTOR));
        Alternative = (PIO_RESOURCE_LIST)&Alternative->Descriptors[List->Count];
    }
    return Built;
}

/* Where an alternative of that index stands; the head when there is none. */
static PLIST_ENTRY
WdfpFindAlternative(PWDFP_REQUIREMENTS Requirements, ULONG Index)
{
    PLIST_ENTRY Link = Requirements->Lists.Flink;

    while (Link != &Requirements->Lists && Index != 0) {
        Link = Link->Flink;
        Index--;
    }
    return Link;
}

static VOID
WdfpRemoveAlternative(PWDFP_REQUIREMENTS Requirements, PWDFP_IO_RESOURCES List)
{
    RemoveEntryList(&List->Link);
    InitializeListHead(&List->Link);
    Requirements->Count--;
}

/* Source: manual, WdfIoResourceRequirementsListSetSlotNumber. */
VOID NTAPI
ImpWdfIoResourceRequirementsListSetSlotNumber(PWDF_DRIVER_GLOBALS DriverGlobals,
                                              WDFIORESREQLIST Handle, ULONG SlotNumber)
{
    WdfpRequirementsFromHandle(DriverGlobals, Handle)->SlotNumber = SlotNumber;
}

/* Source: manual, WdfIoResourceRequirementsListSetInterfaceType. */
VOID NTAPI
ImpWdfIoResourceRequirementsListSetInterfaceType(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFIORESREQLIST Handle,
                                                 INTERFACE_TYPE InterfaceType)
{
    WdfpRequirementsFromHandle(DriverGlobals, Handle)->InterfaceType = InterfaceType;
}

/* The number of alternatives. Source: manual, WdfIoResourceRequirementsListGetCount. */
ULONG
NTAPI
ImpWdfIoResourceRequirementsListGetCount(PWDF_DRIVER_GLOBALS DriverGlobals,
                                         WDFIORESREQLIST Handle)
{
    return WdfpRequirementsFromHandle(DriverGlobals, Handle)->Count;
}

/* One alternative; NULL when there is none of that index. Source: manual,
   WdfIoResourceRequirementsListGetIoResList. */
WDFIORESLIST
NTAPI
ImpWdfIoResourceRequirementsListGetIoResList(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             WDFIORESREQLIST Handle, ULONG Index)
{
    PWDFP_REQUIREMENTS Requirements = WdfpRequirementsFromHandle(DriverGlobals, Handle);
    PLIST_ENTRY Link = WdfpFindAlternative(Requirements, Index);

    return Link == &Requirements->Lists
               ? NULL
               : WdfpHandle(CONTAINING_RECORD(Link, WDFP_IO_RESOURCES, Link));
}

/* Puts an alternative before the one of Index, or last. STATUS_ARRAY_BOUNDS_EXCEEDED: no
   such place; STATUS_INVALID_PARAMETER: it is in a list. PASSIVE_LEVEL. Source: manual,
   WdfIoResourceRequirementsListInsertIoResList. */
NTSTATUS
NTAPI
ImpWdfIoResourceRequirementsListInsertIoResList(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFIORESREQLIST Handle,
                                                WDFIORESLIST ListHandle, ULONG Index)
{
    PWDFP_REQUIREMENTS Requirements = WdfpRequirementsFromHandle(DriverGlobals, Handle);
    PWDFP_IO_RESOURCES List =
        WdfpObject(DriverGlobals, ListHandle, WdfpIoResourceListType);

    if (!IsListEmpty(&List->Link)) {
        return STATUS_INVALID_PARAMETER;
    }
    Index = Index == WDF_INSERT_AT_END ? Requirements->Count : Index;
    if (Index > Requirements->Count) {
        return STATUS_ARRAY_BOUNDS_EXCEEDED;
    }
    InsertTailList(WdfpFindAlternative(Requirements, Index), &List->Link);
    Requirements->Count++;
    return STATUS_SUCCESS;
}

/* The same, last. Source: manual, WdfIoResourceRequirementsListAppendIoResList. */
NTSTATUS
NTAPI
ImpWdfIoResourceRequirementsListAppendIoResList(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFIORESREQLIST Handle,
                                                WDFIORESLIST ListHandle)
{
    return ImpWdfIoResourceRequirementsListInsertIoResList(DriverGlobals, Handle,
                                                           ListHandle, WDF_INSERT_AT_END);
}

/* Takes an alternative out; its object goes with the requirements. PASSIVE_LEVEL. Source:
   manual, WdfIoResourceRequirementsListRemove. */
VOID NTAPI
ImpWdfIoResourceRequirementsListRemove(PWDF_DRIVER_GLOBALS DriverGlobals,
                                       WDFIORESREQLIST Handle, ULONG Index)
{
    PWDFP_REQUIREMENTS Requirements = WdfpRequirementsFromHandle(DriverGlobals, Handle);
    PLIST_ENTRY Link = WdfpFindAlternative(Requirements, Index);

    if (Link != &Requirements->Lists) {
        WdfpRemoveAlternative(Requirements,
                              CONTAINING_RECORD(Link, WDFP_IO_RESOURCES, Link));
    }
}

/* The same by its handle. Source: manual,
   WdfIoResourceRequirementsListRemoveByIoResList. */
VOID NTAPI
ImpWdfIoResourceRequirementsListRemoveByIoResList(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFIORESREQLIST Handle,
                                                  WDFIORESLIST ListHandle)
{
    PWDFP_IO_RESOURCES List =
        WdfpObject(DriverGlobals, ListHandle, WdfpIoResourceListType);

    if (!IsListEmpty(&List->Link)) {
        WdfpRemoveAlternative(WdfpRequirementsFromHandle(DriverGlobals, Handle), List);
    }
}
