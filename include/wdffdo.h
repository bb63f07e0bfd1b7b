/*
 * What only a function or filter device has: the physical device below it.
 */
#pragma once

#include <wdfdevice.h>
#include <wdfchildlist.h>

/* Called at PASSIVE_LEVEL while the requirements go up the stack. (WDF-30) */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS(
    _In_ WDFDEVICE Device, _In_ WDFIORESREQLIST IoResourceRequirementsList);
typedef EVT_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS
    *PFN_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS;
/* Called at PASSIVE_LEVEL before the resources go down to the bus driver. */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_REMOVE_ADDED_RESOURCES(
    _In_ WDFDEVICE Device, _In_ WDFCMRESLIST ResourcesRaw,
    _In_ WDFCMRESLIST ResourcesTranslated);
typedef EVT_WDF_DEVICE_REMOVE_ADDED_RESOURCES *PFN_WDF_DEVICE_REMOVE_ADDED_RESOURCES;

typedef struct _WDF_FDO_EVENT_CALLBACKS {
    ULONG Size;
    PFN_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS EvtDeviceFilterAddResourceRequirements;
    PFN_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS EvtDeviceFilterRemoveResourceRequirements;
    PFN_WDF_DEVICE_REMOVE_ADDED_RESOURCES EvtDeviceRemoveAddedResources;
} WDF_FDO_EVENT_CALLBACKS, *PWDF_FDO_EVENT_CALLBACKS;

static FORCEINLINE VOID
WDF_FDO_EVENT_CALLBACKS_INIT(_Out_ PWDF_FDO_EVENT_CALLBACKS Callbacks)
{
    __builtin_memset(Callbacks, 0, sizeof(*Callbacks));
    Callbacks->Size = sizeof(*Callbacks);
}

_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(PDEVICE_OBJECT, WdfFdoInitWdmGetPhysicalDevice,
                (_In_ PWDFDEVICE_INIT DeviceInit), (DeviceInit));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfFdoInitOpenRegistryKey,
                (_In_ PWDFDEVICE_INIT DeviceInit, _In_ ULONG DeviceInstanceKeyType,
                 _In_ ACCESS_MASK DesiredAccess,
                 _In_opt_ PWDF_OBJECT_ATTRIBUTES KeyAttributes, _Out_ WDFKEY *Key),
                (DeviceInit, DeviceInstanceKeyType, DesiredAccess, KeyAttributes, Key));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfFdoInitQueryProperty,
                (_In_ PWDFDEVICE_INIT DeviceInit,
                 _In_ DEVICE_REGISTRY_PROPERTY DeviceProperty, _In_ ULONG BufferLength,
                 _Out_opt_ PVOID PropertyBuffer, _Out_ PULONG ResultLength),
                (DeviceInit, DeviceProperty, BufferLength, PropertyBuffer, ResultLength));
_IRQL_requires_(PASSIVE_LEVEL) WDF_ROUTINE(
    NTSTATUS, WdfFdoInitAllocAndQueryProperty,
    (_In_ PWDFDEVICE_INIT DeviceInit, _In_ DEVICE_REGISTRY_PROPERTY DeviceProperty,
     _In_ POOL_TYPE PoolType, _In_opt_ PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes,
     _Out_ WDFMEMORY *PropertyMemory),
    (DeviceInit, DeviceProperty, PoolType, PropertyMemoryAttributes, PropertyMemory));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfFdoInitSetEventCallbacks,
                (_In_ PWDFDEVICE_INIT DeviceInit,
                 _In_ PWDF_FDO_EVENT_CALLBACKS FdoEventCallbacks),
                (DeviceInit, FdoEventCallbacks));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfFdoInitSetFilter, (_In_ PWDFDEVICE_INIT DeviceInit),
                (DeviceInit));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfFdoQueryForInterface,
                (_In_ WDFDEVICE Fdo, _In_ LPCGUID InterfaceType,
                 _Out_ PINTERFACE Interface, _In_ USHORT Size, _In_ USHORT Version,
                 _In_opt_ PVOID InterfaceSpecificData),
                (Fdo, InterfaceType, Interface, Size, Version, InterfaceSpecificData));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfFdoInitSetDefaultChildListConfig,
                (_In_ PWDFDEVICE_INIT DeviceInit, _In_ PWDF_CHILD_LIST_CONFIG Config,
                 _In_opt_ PWDF_OBJECT_ATTRIBUTES DefaultChildListAttributes),
                (DeviceInit, Config, DefaultChildListAttributes));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(WDFCHILDLIST, WdfFdoGetDefaultChildList, (_In_ WDFDEVICE Fdo), (Fdo));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfFdoAddStaticChild,
                (_In_ WDFDEVICE Fdo, _In_ WDFDEVICE Child), (Fdo, Child));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfFdoLockStaticChildListForIteration, (_In_ WDFDEVICE Fdo), (Fdo));
/* Flags: WDF_RETRIEVE_CHILD_FLAGS. */
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(WDFDEVICE, WdfFdoRetrieveNextStaticChild,
                (_In_ WDFDEVICE Fdo, _In_opt_ WDFDEVICE PreviousChild, _In_ ULONG Flags),
                (Fdo, PreviousChild, Flags));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfFdoUnlockStaticChildListFromIteration, (_In_ WDFDEVICE Fdo),
                (Fdo));
