/*
 * Physical devices: the children of a bus driver.
 *
 * One is made from what EvtChildListCreateDevice was given, or from WdfPdoInitAllocate and
 * then added with WdfFdoAddStaticChild. The framework answers for it what the PnP manager
 * asks of a bus.
 */
#pragma once

#include <wdfdevice.h>
#include <wdfchildlist.h>

/* Called at PASSIVE_LEVEL: the list is empty, and the driver fills it. */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_RESOURCES_QUERY(_In_ WDFDEVICE Device,
                                                      _In_ WDFCMRESLIST Resources);
typedef EVT_WDF_DEVICE_RESOURCES_QUERY *PFN_WDF_DEVICE_RESOURCES_QUERY;
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_RESOURCE_REQUIREMENTS_QUERY(
    _In_ WDFDEVICE Device, _In_ WDFIORESREQLIST IoResourceRequirementsList);
typedef EVT_WDF_DEVICE_RESOURCE_REQUIREMENTS_QUERY
    *PFN_WDF_DEVICE_RESOURCE_REQUIREMENTS_QUERY;
/* Called at PASSIVE_LEVEL. */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_EJECT(_In_ WDFDEVICE Device);
typedef EVT_WDF_DEVICE_EJECT *PFN_WDF_DEVICE_EJECT;
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_SET_LOCK(_In_ WDFDEVICE Device,
                                               _In_ BOOLEAN IsLocked);
typedef EVT_WDF_DEVICE_SET_LOCK *PFN_WDF_DEVICE_SET_LOCK;
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_ENABLE_WAKE_AT_BUS(_In_ WDFDEVICE Device,
                                                         _In_ SYSTEM_POWER_STATE State);
typedef EVT_WDF_DEVICE_ENABLE_WAKE_AT_BUS *PFN_WDF_DEVICE_ENABLE_WAKE_AT_BUS;
typedef VOID NTAPI EVT_WDF_DEVICE_DISABLE_WAKE_AT_BUS(_In_ WDFDEVICE Device);
typedef EVT_WDF_DEVICE_DISABLE_WAKE_AT_BUS *PFN_WDF_DEVICE_DISABLE_WAKE_AT_BUS;
/* Called at PASSIVE_LEVEL when the PnP manager has learnt that the device is missing. */
typedef VOID NTAPI EVT_WDF_DEVICE_REPORTED_MISSING(_In_ WDFDEVICE Device);
typedef EVT_WDF_DEVICE_REPORTED_MISSING *PFN_WDF_DEVICE_REPORTED_MISSING;

typedef struct _WDF_PDO_EVENT_CALLBACKS {
    ULONG Size;
    PFN_WDF_DEVICE_RESOURCES_QUERY EvtDeviceResourcesQuery;
    PFN_WDF_DEVICE_RESOURCE_REQUIREMENTS_QUERY EvtDeviceResourceRequirementsQuery;
    PFN_WDF_DEVICE_EJECT EvtDeviceEject;
    PFN_WDF_DEVICE_SET_LOCK EvtDeviceSetLock;
    PFN_WDF_DEVICE_ENABLE_WAKE_AT_BUS EvtDeviceEnableWakeAtBus;
    PFN_WDF_DEVICE_DISABLE_WAKE_AT_BUS EvtDeviceDisableWakeAtBus;
    PFN_WDF_DEVICE_REPORTED_MISSING EvtDeviceReportedMissing;
} WDF_PDO_EVENT_CALLBACKS, *PWDF_PDO_EVENT_CALLBACKS;

static FORCEINLINE VOID
WDF_PDO_EVENT_CALLBACKS_INIT(_Out_ PWDF_PDO_EVENT_CALLBACKS Callbacks)
{
    __builtin_memset(Callbacks, 0, sizeof(*Callbacks));
    Callbacks->Size = sizeof(*Callbacks);
}

/* --- Before the device is created. At or below DISPATCH_LEVEL ------------------------- */

/* NULL: pool is short. */
WDF_ROUTINE(PWDFDEVICE_INIT, WdfPdoInitAllocate, (_In_ WDFDEVICE ParentDevice),
            (ParentDevice));
WDF_ROUTINE(VOID, WdfPdoInitSetEventCallbacks,
            (_In_ PWDFDEVICE_INIT DeviceInit,
             _In_ PWDF_PDO_EVENT_CALLBACKS DispatchTable),
            (DeviceInit, DispatchTable));
WDF_ROUTINE(NTSTATUS, WdfPdoInitAssignDeviceID,
            (_In_ PWDFDEVICE_INIT DeviceInit, _In_ PCUNICODE_STRING DeviceID),
            (DeviceInit, DeviceID));
WDF_ROUTINE(NTSTATUS, WdfPdoInitAssignInstanceID,
            (_In_ PWDFDEVICE_INIT DeviceInit, _In_ PCUNICODE_STRING InstanceID),
            (DeviceInit, InstanceID));
WDF_ROUTINE(NTSTATUS, WdfPdoInitAssignContainerID,
            (_In_ PWDFDEVICE_INIT DeviceInit, _In_ PCUNICODE_STRING ContainerID),
            (DeviceInit, ContainerID));
WDF_ROUTINE(NTSTATUS, WdfPdoInitAddHardwareID,
            (_In_ PWDFDEVICE_INIT DeviceInit, _In_ PCUNICODE_STRING HardwareID),
            (DeviceInit, HardwareID));
WDF_ROUTINE(NTSTATUS, WdfPdoInitAddCompatibleID,
            (_In_ PWDFDEVICE_INIT DeviceInit, _In_ PCUNICODE_STRING CompatibleID),
            (DeviceInit, CompatibleID));
WDF_ROUTINE(NTSTATUS, WdfPdoInitAddDeviceText,
            (_In_ PWDFDEVICE_INIT DeviceInit, _In_ PCUNICODE_STRING DeviceDescription,
             _In_ PCUNICODE_STRING DeviceLocation, _In_ LCID LocaleId),
            (DeviceInit, DeviceDescription, DeviceLocation, LocaleId));
WDF_ROUTINE(VOID, WdfPdoInitSetDefaultLocale,
            (_In_ PWDFDEVICE_INIT DeviceInit, _In_ LCID LocaleId),
            (DeviceInit, LocaleId));
WDF_ROUTINE(NTSTATUS, WdfPdoInitAssignRawDevice,
            (_In_ PWDFDEVICE_INIT DeviceInit, _In_ const GUID *DeviceClassGuid),
            (DeviceInit, DeviceClassGuid));

WDF_ROUTINE(VOID, WdfPdoInitAllowForwardingRequestToParent,
            (_In_ PWDFDEVICE_INIT DeviceInit), (DeviceInit));

/* --- Devices. At or below DISPATCH_LEVEL ----------------------------------------------- */

WDF_ROUTINE(WDFDEVICE, WdfPdoGetParent, (_In_ WDFDEVICE Device), (Device));
WDF_ROUTINE(NTSTATUS, WdfPdoMarkMissing, (_In_ WDFDEVICE Device), (Device));
WDF_ROUTINE(NTSTATUS, WdfPdoRetrieveIdentificationDescription,
            (_In_ WDFDEVICE Device,
             _Inout_ PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER Description),
            (Device, Description));
WDF_ROUTINE(NTSTATUS, WdfPdoRetrieveAddressDescription,
            (_In_ WDFDEVICE Device,
             _Inout_ PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER Description),
            (Device, Description));
WDF_ROUTINE(NTSTATUS, WdfPdoUpdateAddressDescription,
            (_In_ WDFDEVICE Device,
             _Inout_ PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER Description),
            (Device, Description));

/* --- What has to go with a child when it is ejected. At or below DISPATCH_LEVEL ---------- */

WDF_ROUTINE(NTSTATUS, WdfPdoAddEjectionRelationsPhysicalDevice,
            (_In_ WDFDEVICE Device, _In_ PDEVICE_OBJECT PhysicalDevice),
            (Device, PhysicalDevice));
WDF_ROUTINE(VOID, WdfPdoRemoveEjectionRelationsPhysicalDevice,
            (_In_ WDFDEVICE Device, _In_ PDEVICE_OBJECT PhysicalDevice),
            (Device, PhysicalDevice));
WDF_ROUTINE(VOID, WdfPdoClearEjectionRelationsDevices, (_In_ WDFDEVICE Device), (Device));
WDF_ROUTINE(VOID, WdfPdoRequestEject, (_In_ WDFDEVICE Device), (Device));
