/*
 * The driver object: one for each bound driver, the ancestor of all its objects.
 */
#pragma once

#include <wdfobject.h>

/* Called at PASSIVE_LEVEL, once for each device found. */
typedef NTSTATUS NTAPI EVT_WDF_DRIVER_DEVICE_ADD(_In_ WDFDRIVER Driver,
                                                 _Inout_ PWDFDEVICE_INIT DeviceInit);
typedef EVT_WDF_DRIVER_DEVICE_ADD *PFN_WDF_DRIVER_DEVICE_ADD;
/* Called at PASSIVE_LEVEL before the driver goes; its devices have gone. */
typedef VOID NTAPI EVT_WDF_DRIVER_UNLOAD(_In_ WDFDRIVER Driver);
typedef EVT_WDF_DRIVER_UNLOAD *PFN_WDF_DRIVER_UNLOAD;

typedef enum _WDF_DRIVER_INIT_FLAGS {
    WdfDriverInitNonPnpDriver = 0x1, /* no device is added; needs EvtDriverUnload */
    WdfDriverInitNoDispatchOverride = 0x2,
    WdfVerifyOn = 0x4,
    WdfVerifierOn = 0x8,
    WdfDriverInitCompanion = 0x10
} WDF_DRIVER_INIT_FLAGS;

typedef struct _WDF_DRIVER_CONFIG {
    ULONG Size;
    PFN_WDF_DRIVER_DEVICE_ADD EvtDriverDeviceAdd;
    PFN_WDF_DRIVER_UNLOAD EvtDriverUnload;
    ULONG DriverInitFlags;
    ULONG DriverPoolTag;
} WDF_DRIVER_CONFIG, *PWDF_DRIVER_CONFIG;

static FORCEINLINE VOID
WDF_DRIVER_CONFIG_INIT(_Out_ PWDF_DRIVER_CONFIG Config,
                       _In_opt_ PFN_WDF_DRIVER_DEVICE_ADD EvtDriverDeviceAdd)
{
    __builtin_memset(Config, 0, sizeof(*Config));
    Config->Size = sizeof(*Config);
    Config->EvtDriverDeviceAdd = EvtDriverDeviceAdd;
}

typedef struct _WDF_DRIVER_VERSION_AVAILABLE_PARAMS {
    ULONG Size;
    ULONG MajorVersion;
    ULONG MinorVersion;
} WDF_DRIVER_VERSION_AVAILABLE_PARAMS, *PWDF_DRIVER_VERSION_AVAILABLE_PARAMS;

static FORCEINLINE VOID
WDF_DRIVER_VERSION_AVAILABLE_PARAMS_INIT(
    _Out_ PWDF_DRIVER_VERSION_AVAILABLE_PARAMS Parameters, _In_ ULONG MajorVersion,
    _In_ ULONG MinorVersion)
{
    Parameters->Size = sizeof(*Parameters);
    Parameters->MajorVersion = MajorVersion;
    Parameters->MinorVersion = MinorVersion;
}

_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfDriverCreate,
            (_In_ PDRIVER_OBJECT DriverObject, _In_ PCUNICODE_STRING RegistryPath,
             _In_opt_ PWDF_OBJECT_ATTRIBUTES DriverAttributes,
             _In_ PWDF_DRIVER_CONFIG DriverConfig, _Out_opt_ WDFDRIVER *Driver),
            (DriverObject, RegistryPath, DriverAttributes, DriverConfig, Driver));
/* The driver's own string, zero-terminated. Any IRQL. */
WDF_ROUTINE(PWSTR, WdfDriverGetRegistryPath, (_In_ WDFDRIVER Driver), (Driver));
WDF_ROUTINE(PDRIVER_OBJECT, WdfDriverWdmGetDriverObject, (_In_ WDFDRIVER Driver), (Driver));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfDriverOpenParametersRegistryKey,
            (_In_ WDFDRIVER Driver, _In_ ACCESS_MASK DesiredAccess,
             _In_opt_ PWDF_OBJECT_ATTRIBUTES KeyAttributes, _Out_ WDFKEY *Key),
            (Driver, DesiredAccess, KeyAttributes, Key));
WDF_ROUTINE(WDFDRIVER, WdfWdmDriverGetWdfDriverHandle, (_In_ PDRIVER_OBJECT DriverObject),
            (DriverObject));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfDriverRetrieveVersionString,
            (_In_ WDFDRIVER Driver, _In_ WDFSTRING String), (Driver, String));
WDF_ROUTINE(BOOLEAN, WdfDriverIsVersionAvailable,
            (_In_ WDFDRIVER Driver,
             _In_ PWDF_DRIVER_VERSION_AVAILABLE_PARAMS VersionAvailableParams),
            (Driver, VersionAvailableParams));

#if !defined(WDF_FRAMEWORK)

static FORCEINLINE WDFDRIVER
WdfGetDriver(VOID)
{
    return WdfDriverGlobals->Driver;
}

#endif
