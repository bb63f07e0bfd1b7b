/*
 * Plug and Play: what a bus tells of a device, and how a driver reaches its bus.
 *
 * Structures that a bus driver allocates for an answer (relations, strings) belong to
 * the requester once the request is completed, who frees them with ExFreePool.
 */
#pragma once

#include <wdm/device.h>
#include <wdm/power.h>
#include <wdm/resource.h>

typedef enum _DEVICE_RELATION_TYPE {
    BusRelations,
    EjectionRelations,
    PowerRelations,
    RemovalRelations,
    TargetDeviceRelation,
    SingleBusRelations,
    TransportRelations
} DEVICE_RELATION_TYPE,
    *PDEVICE_RELATION_TYPE;

typedef struct _DEVICE_RELATIONS {
    ULONG Count;
    PDEVICE_OBJECT Objects[1];
} DEVICE_RELATIONS, *PDEVICE_RELATIONS;

typedef enum _DEVICE_USAGE_NOTIFICATION_TYPE {
    DeviceUsageTypeUndefined,
    DeviceUsageTypePaging,
    DeviceUsageTypeHibernation,
    DeviceUsageTypeDumpFile
} DEVICE_USAGE_NOTIFICATION_TYPE;

typedef enum _BUS_QUERY_ID_TYPE {
    BusQueryDeviceID,
    BusQueryHardwareIDs,
    BusQueryCompatibleIDs,
    BusQueryInstanceID,
    BusQueryDeviceSerialNumber,
    BusQueryContainerID
} BUS_QUERY_ID_TYPE,
    *PBUS_QUERY_ID_TYPE;

typedef enum _DEVICE_TEXT_TYPE {
    DeviceTextDescription,
    DeviceTextLocationInformation
} DEVICE_TEXT_TYPE,
    *PDEVICE_TEXT_TYPE;

typedef ULONG PNP_DEVICE_STATE, *PPNP_DEVICE_STATE;
#define PNP_DEVICE_DISABLED                      0x00000001
#define PNP_DEVICE_DONT_DISPLAY_IN_UI            0x00000002
#define PNP_DEVICE_FAILED                        0x00000004
#define PNP_DEVICE_REMOVED                       0x00000008
#define PNP_DEVICE_RESOURCE_REQUIREMENTS_CHANGED 0x00000010
#define PNP_DEVICE_NOT_DISABLEABLE               0x00000020

typedef struct _DEVICE_CAPABILITIES {
    USHORT Size;
    USHORT Version;
    ULONG DeviceD1 : 1;
    ULONG DeviceD2 : 1;
    ULONG LockSupported : 1;
    ULONG EjectSupported : 1;
    ULONG Removable : 1;
    ULONG DockDevice : 1;
    ULONG UniqueID : 1;
    ULONG SilentInstall : 1;
    ULONG RawDeviceOK : 1;
    ULONG SurpriseRemovalOK : 1;
    ULONG WakeFromD0 : 1;
    ULONG WakeFromD1 : 1;
    ULONG WakeFromD2 : 1;
    ULONG WakeFromD3 : 1;
    ULONG HardwareDisabled : 1;
    ULONG NonDynamic : 1;
    ULONG WarmEjectSupported : 1;
    ULONG NoDisplayInUI : 1;
    ULONG Reserved1 : 1;
    ULONG WakeFromInterrupt : 1;
    ULONG Reserved : 12;
    ULONG Address;
    ULONG UINumber;
    DEVICE_POWER_STATE DeviceState[POWER_SYSTEM_MAXIMUM];
    SYSTEM_POWER_STATE SystemWake;
    DEVICE_POWER_STATE DeviceWake;
    ULONG D1Latency;
    ULONG D2Latency;
    ULONG D3Latency;
} DEVICE_CAPABILITIES, *PDEVICE_CAPABILITIES;

struct _DMA_ADAPTER;
struct _DEVICE_DESCRIPTION;

/* --- Interfaces between drivers --------------------------------------------------- */

/* Called at or below DISPATCH_LEVEL. */
typedef VOID NTAPI INTERFACE_REFERENCE(_In_ PVOID Context);
typedef INTERFACE_REFERENCE *PINTERFACE_REFERENCE;
typedef VOID NTAPI INTERFACE_DEREFERENCE(_In_ PVOID Context);
typedef INTERFACE_DEREFERENCE *PINTERFACE_DEREFERENCE;

typedef struct _INTERFACE {
    USHORT Size;
    USHORT Version;
    PVOID Context;
    PINTERFACE_REFERENCE InterfaceReference;
    PINTERFACE_DEREFERENCE InterfaceDereference;
} INTERFACE, *PINTERFACE;

/* Called at or below DISPATCH_LEVEL; the adapter at PASSIVE_LEVEL. Results: bytes moved.
 */
typedef BOOLEAN NTAPI TRANSLATE_BUS_ADDRESS(_Inout_opt_ PVOID Context,
                                            _In_ PHYSICAL_ADDRESS BusAddress,
                                            _In_ ULONG Length, _Out_ PULONG AddressSpace,
                                            _Out_ PPHYSICAL_ADDRESS TranslatedAddress);
typedef TRANSLATE_BUS_ADDRESS *PTRANSLATE_BUS_ADDRESS;
typedef struct _DMA_ADAPTER *NTAPI
GET_DMA_ADAPTER(_Inout_opt_ PVOID Context, _In_ struct _DEVICE_DESCRIPTION *Device,
                _Out_ PULONG NumberOfMapRegisters);
typedef GET_DMA_ADAPTER *PGET_DMA_ADAPTER;
typedef ULONG NTAPI GET_SET_DEVICE_DATA(_Inout_opt_ PVOID Context, _In_ ULONG DataType,
                                        _Inout_updates_bytes_(Length) PVOID Buffer,
                                        _In_ ULONG Offset, _In_ ULONG Length);
typedef GET_SET_DEVICE_DATA *PGET_SET_DEVICE_DATA;

typedef struct _BUS_INTERFACE_STANDARD {
    USHORT Size;
    USHORT Version;
    PVOID Context;
    PINTERFACE_REFERENCE InterfaceReference;
    PINTERFACE_DEREFERENCE InterfaceDereference;
    PTRANSLATE_BUS_ADDRESS TranslateBusAddress;
    PGET_DMA_ADAPTER GetDmaAdapter;
    PGET_SET_DEVICE_DATA SetBusData;
    PGET_SET_DEVICE_DATA GetBusData;
} BUS_INTERFACE_STANDARD, *PBUS_INTERFACE_STANDARD;

/* --- Device properties and interfaces --------------------------------------------- */

typedef enum _DEVICE_REGISTRY_PROPERTY {
    DevicePropertyDeviceDescription,
    DevicePropertyHardwareID,
    DevicePropertyCompatibleIDs,
    DevicePropertyBootConfiguration,
    DevicePropertyBootConfigurationTranslated,
    DevicePropertyClassName,
    DevicePropertyClassGuid,
    DevicePropertyDriverKeyName,
    DevicePropertyManufacturer,
    DevicePropertyFriendlyName,
    DevicePropertyLocationInformation,
    DevicePropertyPhysicalDeviceObjectName,
    DevicePropertyBusTypeGuid,
    DevicePropertyLegacyBusType,
    DevicePropertyBusNumber,
    DevicePropertyEnumeratorName,
    DevicePropertyAddress,
    DevicePropertyUINumber,
    DevicePropertyInstallState,
    DevicePropertyRemovalPolicy
} DEVICE_REGISTRY_PROPERTY;

_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoGetDeviceProperty(_In_ PDEVICE_OBJECT DeviceObject,
                        _In_ DEVICE_REGISTRY_PROPERTY DeviceProperty,
                        _In_ ULONG BufferLength,
                        _Out_writes_bytes_opt_(BufferLength) PVOID PropertyBuffer,
                        _Out_ PULONG ResultLength);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoRegisterDeviceInterface(_In_ PDEVICE_OBJECT PhysicalDeviceObject,
                              _In_ const GUID *InterfaceClassGuid,
                              _In_opt_ PUNICODE_STRING ReferenceString,
                              _Out_ PUNICODE_STRING SymbolicLinkName);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoSetDeviceInterfaceState(_In_ PUNICODE_STRING SymbolicLinkName, _In_ BOOLEAN Enable);
#define DEVICE_INTERFACE_INCLUDE_NONACTIVE 0x00000001

/* Strings one behind the other, an empty one at the end; for ExFreePool. */
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoGetDeviceInterfaces(_In_ const GUID *InterfaceClassGuid,
                          _In_opt_ PDEVICE_OBJECT PhysicalDeviceObject, _In_ ULONG Flags,
                          _Outptr_ PWSTR *SymbolicLinkList);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoOpenDeviceRegistryKey(_In_ PDEVICE_OBJECT DeviceObject, _In_ ULONG DevInstKeyType,
                            _In_ ACCESS_MASK DesiredAccess, _Out_ PHANDLE DeviceRegKey);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    IoInvalidateDeviceState(_In_ PDEVICE_OBJECT PhysicalDeviceObject);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    IoInvalidateDeviceRelations(_In_ PDEVICE_OBJECT DeviceObject,
                                _In_ DEVICE_RELATION_TYPE Type);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    IoRequestDeviceEject(_In_ PDEVICE_OBJECT PhysicalDeviceObject);
