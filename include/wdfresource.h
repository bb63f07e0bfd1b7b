/*
 * Resource lists: what a device asks for (IoResource...) and what it got (CmResource...).
 * The lists are the framework's and valid in the callback that passes them, those of
 * EvtDevicePrepareHardware until EvtDeviceReleaseHardware has returned.
 */
#pragma once

#include <wdfobject.h>

#define WDF_INSERT_AT_END 0xFFFFFFFF

_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(ULONG, WdfCmResourceListGetCount, (_In_ WDFCMRESLIST List), (List));
/* NULL when there is none of that index. */
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(PCM_PARTIAL_RESOURCE_DESCRIPTOR, WdfCmResourceListGetDescriptor,
            (_In_ WDFCMRESLIST List, _In_ ULONG Index), (List, Index));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfCmResourceListInsertDescriptor,
            (_In_ WDFCMRESLIST List, _In_ PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor,
             _In_ ULONG Index),
            (List, Descriptor, Index));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfCmResourceListAppendDescriptor,
            (_In_ WDFCMRESLIST List, _In_ PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor),
            (List, Descriptor));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(VOID, WdfCmResourceListRemove, (_In_ WDFCMRESLIST List, _In_ ULONG Index),
            (List, Index));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(VOID, WdfCmResourceListRemoveByDescriptor,
            (_In_ WDFCMRESLIST List, _In_ PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor),
            (List, Descriptor));

_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(VOID, WdfIoResourceRequirementsListSetSlotNumber,
            (_In_ WDFIORESREQLIST RequirementsList, _In_ ULONG SlotNumber),
            (RequirementsList, SlotNumber));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(VOID, WdfIoResourceRequirementsListSetInterfaceType,
            (_In_ WDFIORESREQLIST RequirementsList, _In_ INTERFACE_TYPE InterfaceType),
            (RequirementsList, InterfaceType));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfIoResourceRequirementsListInsertIoResList,
            (_In_ WDFIORESREQLIST RequirementsList, _In_ WDFIORESLIST IoResList,
             _In_ ULONG Index),
            (RequirementsList, IoResList, Index));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfIoResourceRequirementsListAppendIoResList,
            (_In_ WDFIORESREQLIST RequirementsList, _In_ WDFIORESLIST IoResList),
            (RequirementsList, IoResList));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(ULONG, WdfIoResourceRequirementsListGetCount,
            (_In_ WDFIORESREQLIST RequirementsList), (RequirementsList));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(WDFIORESLIST, WdfIoResourceRequirementsListGetIoResList,
            (_In_ WDFIORESREQLIST RequirementsList, _In_ ULONG Index),
            (RequirementsList, Index));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(VOID, WdfIoResourceRequirementsListRemove,
            (_In_ WDFIORESREQLIST RequirementsList, _In_ ULONG Index),
            (RequirementsList, Index));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(VOID, WdfIoResourceRequirementsListRemoveByIoResList,
            (_In_ WDFIORESREQLIST RequirementsList, _In_ WDFIORESLIST IoResList),
            (RequirementsList, IoResList));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfIoResourceListCreate,
            (_In_ WDFIORESREQLIST RequirementsList,
             _In_opt_ PWDF_OBJECT_ATTRIBUTES Attributes, _Out_ WDFIORESLIST *ResourceList),
            (RequirementsList, Attributes, ResourceList));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfIoResourceListInsertDescriptor,
            (_In_ WDFIORESLIST ResourceList, _In_ PIO_RESOURCE_DESCRIPTOR Descriptor,
             _In_ ULONG Index),
            (ResourceList, Descriptor, Index));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfIoResourceListAppendDescriptor,
            (_In_ WDFIORESLIST ResourceList, _In_ PIO_RESOURCE_DESCRIPTOR Descriptor),
            (ResourceList, Descriptor));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(VOID, WdfIoResourceListUpdateDescriptor,
            (_In_ WDFIORESLIST ResourceList, _In_ PIO_RESOURCE_DESCRIPTOR Descriptor,
             _In_ ULONG Index),
            (ResourceList, Descriptor, Index));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(ULONG, WdfIoResourceListGetCount, (_In_ WDFIORESLIST ResourceList),
            (ResourceList));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(PIO_RESOURCE_DESCRIPTOR, WdfIoResourceListGetDescriptor,
            (_In_ WDFIORESLIST ResourceList, _In_ ULONG Index), (ResourceList, Index));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(VOID, WdfIoResourceListRemove,
            (_In_ WDFIORESLIST ResourceList, _In_ ULONG Index), (ResourceList, Index));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(VOID, WdfIoResourceListRemoveByDescriptor,
            (_In_ WDFIORESLIST ResourceList, _In_ PIO_RESOURCE_DESCRIPTOR Descriptor),
            (ResourceList, Descriptor));
