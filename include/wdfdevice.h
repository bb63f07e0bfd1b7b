/*
 * Device objects: what is set before one is created, the PnP and power callbacks, names.
 */
#pragma once

#include <wdfobject.h>
#include <wdffileobject.h>

typedef enum _WDF_POWER_DEVICE_STATE {
    WdfPowerDeviceInvalid = 0,
    WdfPowerDeviceD0,
    WdfPowerDeviceD1,
    WdfPowerDeviceD2,
    WdfPowerDeviceD3,
    WdfPowerDeviceD3Final,
    WdfPowerDevicePrepareForHibernation,
    WdfPowerDeviceMaximum
} WDF_POWER_DEVICE_STATE,
    *PWDF_POWER_DEVICE_STATE;

typedef enum _WDF_SPECIAL_FILE_TYPE {
    WdfSpecialFileUndefined = 0,
    WdfSpecialFilePaging,
    WdfSpecialFileHibernation,
    WdfSpecialFileDump,
    WdfSpecialFileBoot,
    WdfSpecialFilePostDisplay,
    WdfSpecialFileGuestAssigned,
    WdfSpecialFileMax
} WDF_SPECIAL_FILE_TYPE,
    *PWDF_SPECIAL_FILE_TYPE;

/* --- PnP and power callbacks. All at PASSIVE_LEVEL, in the order of WDF-30 to WDF-33 --- */

typedef NTSTATUS NTAPI EVT_WDF_DEVICE_D0_ENTRY(_In_ WDFDEVICE Device,
                                               _In_ WDF_POWER_DEVICE_STATE PreviousState);
typedef EVT_WDF_DEVICE_D0_ENTRY *PFN_WDF_DEVICE_D0_ENTRY;
typedef EVT_WDF_DEVICE_D0_ENTRY EVT_WDF_DEVICE_D0_ENTRY_POST_INTERRUPTS_ENABLED;
typedef EVT_WDF_DEVICE_D0_ENTRY_POST_INTERRUPTS_ENABLED
    *PFN_WDF_DEVICE_D0_ENTRY_POST_INTERRUPTS_ENABLED;
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_D0_EXIT(_In_ WDFDEVICE Device,
                                              _In_ WDF_POWER_DEVICE_STATE TargetState);
typedef EVT_WDF_DEVICE_D0_EXIT *PFN_WDF_DEVICE_D0_EXIT;
typedef EVT_WDF_DEVICE_D0_EXIT EVT_WDF_DEVICE_D0_EXIT_PRE_INTERRUPTS_DISABLED;
typedef EVT_WDF_DEVICE_D0_EXIT_PRE_INTERRUPTS_DISABLED
    *PFN_WDF_DEVICE_D0_EXIT_PRE_INTERRUPTS_DISABLED;
typedef NTSTATUS NTAPI
EVT_WDF_DEVICE_PREPARE_HARDWARE(_In_ WDFDEVICE Device, _In_ WDFCMRESLIST ResourcesRaw,
                                _In_ WDFCMRESLIST ResourcesTranslated);
typedef EVT_WDF_DEVICE_PREPARE_HARDWARE *PFN_WDF_DEVICE_PREPARE_HARDWARE;
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_RELEASE_HARDWARE(
    _In_ WDFDEVICE Device, _In_ WDFCMRESLIST ResourcesTranslated);
typedef EVT_WDF_DEVICE_RELEASE_HARDWARE *PFN_WDF_DEVICE_RELEASE_HARDWARE;
typedef VOID NTAPI EVT_WDF_DEVICE_SELF_MANAGED_IO_CLEANUP(_In_ WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SELF_MANAGED_IO_CLEANUP *PFN_WDF_DEVICE_SELF_MANAGED_IO_CLEANUP;
typedef VOID NTAPI EVT_WDF_DEVICE_SELF_MANAGED_IO_FLUSH(_In_ WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SELF_MANAGED_IO_FLUSH *PFN_WDF_DEVICE_SELF_MANAGED_IO_FLUSH;
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_SELF_MANAGED_IO_INIT(_In_ WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SELF_MANAGED_IO_INIT *PFN_WDF_DEVICE_SELF_MANAGED_IO_INIT;
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_SELF_MANAGED_IO_SUSPEND(_In_ WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SELF_MANAGED_IO_SUSPEND *PFN_WDF_DEVICE_SELF_MANAGED_IO_SUSPEND;
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_SELF_MANAGED_IO_RESTART(_In_ WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SELF_MANAGED_IO_RESTART *PFN_WDF_DEVICE_SELF_MANAGED_IO_RESTART;
typedef VOID NTAPI EVT_WDF_DEVICE_SURPRISE_REMOVAL(_In_ WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SURPRISE_REMOVAL *PFN_WDF_DEVICE_SURPRISE_REMOVAL;
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_QUERY_REMOVE(_In_ WDFDEVICE Device);
typedef EVT_WDF_DEVICE_QUERY_REMOVE *PFN_WDF_DEVICE_QUERY_REMOVE;
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_QUERY_STOP(_In_ WDFDEVICE Device);
typedef EVT_WDF_DEVICE_QUERY_STOP *PFN_WDF_DEVICE_QUERY_STOP;
typedef VOID NTAPI EVT_WDF_DEVICE_USAGE_NOTIFICATION(
    _In_ WDFDEVICE Device, _In_ WDF_SPECIAL_FILE_TYPE NotificationType,
    _In_ BOOLEAN IsInNotificationPath);
typedef EVT_WDF_DEVICE_USAGE_NOTIFICATION *PFN_WDF_DEVICE_USAGE_NOTIFICATION;
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_USAGE_NOTIFICATION_EX(
    _In_ WDFDEVICE Device, _In_ WDF_SPECIAL_FILE_TYPE NotificationType,
    _In_ BOOLEAN IsInNotificationPath);
typedef EVT_WDF_DEVICE_USAGE_NOTIFICATION_EX *PFN_WDF_DEVICE_USAGE_NOTIFICATION_EX;
typedef VOID NTAPI EVT_WDF_DEVICE_RELATIONS_QUERY(_In_ WDFDEVICE Device,
                                                  _In_ DEVICE_RELATION_TYPE RelationType);
typedef EVT_WDF_DEVICE_RELATIONS_QUERY *PFN_WDF_DEVICE_RELATIONS_QUERY;

typedef struct _WDF_PNPPOWER_EVENT_CALLBACKS {
    ULONG Size;
    PFN_WDF_DEVICE_D0_ENTRY EvtDeviceD0Entry;
    PFN_WDF_DEVICE_D0_ENTRY_POST_INTERRUPTS_ENABLED EvtDeviceD0EntryPostInterruptsEnabled;
    PFN_WDF_DEVICE_D0_EXIT EvtDeviceD0Exit;
    PFN_WDF_DEVICE_D0_EXIT_PRE_INTERRUPTS_DISABLED EvtDeviceD0ExitPreInterruptsDisabled;
    PFN_WDF_DEVICE_PREPARE_HARDWARE EvtDevicePrepareHardware;
    PFN_WDF_DEVICE_RELEASE_HARDWARE EvtDeviceReleaseHardware;
    PFN_WDF_DEVICE_SELF_MANAGED_IO_CLEANUP EvtDeviceSelfManagedIoCleanup;
    PFN_WDF_DEVICE_SELF_MANAGED_IO_FLUSH EvtDeviceSelfManagedIoFlush;
    PFN_WDF_DEVICE_SELF_MANAGED_IO_INIT EvtDeviceSelfManagedIoInit;
    PFN_WDF_DEVICE_SELF_MANAGED_IO_SUSPEND EvtDeviceSelfManagedIoSuspend;
    PFN_WDF_DEVICE_SELF_MANAGED_IO_RESTART EvtDeviceSelfManagedIoRestart;
    PFN_WDF_DEVICE_SURPRISE_REMOVAL EvtDeviceSurpriseRemoval;
    PFN_WDF_DEVICE_QUERY_REMOVE EvtDeviceQueryRemove;
    PFN_WDF_DEVICE_QUERY_STOP EvtDeviceQueryStop;
    PFN_WDF_DEVICE_USAGE_NOTIFICATION EvtDeviceUsageNotification;
    PFN_WDF_DEVICE_RELATIONS_QUERY EvtDeviceRelationsQuery;
    PFN_WDF_DEVICE_USAGE_NOTIFICATION_EX EvtDeviceUsageNotificationEx;
} WDF_PNPPOWER_EVENT_CALLBACKS, *PWDF_PNPPOWER_EVENT_CALLBACKS;

static FORCEINLINE VOID
WDF_PNPPOWER_EVENT_CALLBACKS_INIT(_Out_ PWDF_PNPPOWER_EVENT_CALLBACKS Callbacks)
{
    __builtin_memset(Callbacks, 0, sizeof(*Callbacks));
    Callbacks->Size = sizeof(*Callbacks);
}

/* --- Wake and idle: every device here stays in D0; the calls are checked and kept ------ */

typedef NTSTATUS NTAPI EVT_WDF_DEVICE_ARM_WAKE_FROM_S0(_In_ WDFDEVICE Device);
typedef EVT_WDF_DEVICE_ARM_WAKE_FROM_S0 *PFN_WDF_DEVICE_ARM_WAKE_FROM_S0;
typedef EVT_WDF_DEVICE_ARM_WAKE_FROM_S0 EVT_WDF_DEVICE_ARM_WAKE_FROM_SX;
typedef EVT_WDF_DEVICE_ARM_WAKE_FROM_SX *PFN_WDF_DEVICE_ARM_WAKE_FROM_SX;
typedef VOID NTAPI EVT_WDF_DEVICE_DISARM_WAKE_FROM_S0(_In_ WDFDEVICE Device);
typedef EVT_WDF_DEVICE_DISARM_WAKE_FROM_S0 *PFN_WDF_DEVICE_DISARM_WAKE_FROM_S0;
typedef EVT_WDF_DEVICE_DISARM_WAKE_FROM_S0 EVT_WDF_DEVICE_WAKE_FROM_S0_TRIGGERED;
typedef EVT_WDF_DEVICE_WAKE_FROM_S0_TRIGGERED *PFN_WDF_DEVICE_WAKE_FROM_S0_TRIGGERED;
typedef EVT_WDF_DEVICE_DISARM_WAKE_FROM_S0 EVT_WDF_DEVICE_DISARM_WAKE_FROM_SX;
typedef EVT_WDF_DEVICE_DISARM_WAKE_FROM_SX *PFN_WDF_DEVICE_DISARM_WAKE_FROM_SX;
typedef EVT_WDF_DEVICE_DISARM_WAKE_FROM_S0 EVT_WDF_DEVICE_WAKE_FROM_SX_TRIGGERED;
typedef EVT_WDF_DEVICE_WAKE_FROM_SX_TRIGGERED *PFN_WDF_DEVICE_WAKE_FROM_SX_TRIGGERED;
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_ARM_WAKE_FROM_SX_WITH_REASON(
    _In_ WDFDEVICE Device, _In_ BOOLEAN DeviceWakeEnabled,
    _In_ BOOLEAN ChildrenArmedForWake);
typedef EVT_WDF_DEVICE_ARM_WAKE_FROM_SX_WITH_REASON
    *PFN_WDF_DEVICE_ARM_WAKE_FROM_SX_WITH_REASON;

typedef struct _WDF_POWER_POLICY_EVENT_CALLBACKS {
    ULONG Size;
    PFN_WDF_DEVICE_ARM_WAKE_FROM_S0 EvtDeviceArmWakeFromS0;
    PFN_WDF_DEVICE_DISARM_WAKE_FROM_S0 EvtDeviceDisarmWakeFromS0;
    PFN_WDF_DEVICE_WAKE_FROM_S0_TRIGGERED EvtDeviceWakeFromS0Triggered;
    PFN_WDF_DEVICE_ARM_WAKE_FROM_SX EvtDeviceArmWakeFromSx;
    PFN_WDF_DEVICE_DISARM_WAKE_FROM_SX EvtDeviceDisarmWakeFromSx;
    PFN_WDF_DEVICE_WAKE_FROM_SX_TRIGGERED EvtDeviceWakeFromSxTriggered;
    PFN_WDF_DEVICE_ARM_WAKE_FROM_SX_WITH_REASON EvtDeviceArmWakeFromSxWithReason;
} WDF_POWER_POLICY_EVENT_CALLBACKS, *PWDF_POWER_POLICY_EVENT_CALLBACKS;

static FORCEINLINE VOID
WDF_POWER_POLICY_EVENT_CALLBACKS_INIT(_Out_ PWDF_POWER_POLICY_EVENT_CALLBACKS Callbacks)
{
    __builtin_memset(Callbacks, 0, sizeof(*Callbacks));
    Callbacks->Size = sizeof(*Callbacks);
}

typedef enum _WDF_POWER_POLICY_S0_IDLE_CAPABILITIES {
    IdleCapsInvalid = 0,
    IdleCannotWakeFromS0,
    IdleCanWakeFromS0,
    IdleUsbSelectiveSuspend
} WDF_POWER_POLICY_S0_IDLE_CAPABILITIES;

typedef enum _WDF_POWER_POLICY_S0_IDLE_USER_CONTROL {
    IdleUserControlInvalid = 0,
    IdleDoNotAllowUserControl,
    IdleAllowUserControl
} WDF_POWER_POLICY_S0_IDLE_USER_CONTROL;

typedef enum _WDF_POWER_POLICY_SX_WAKE_USER_CONTROL {
    WakeUserControlInvalid = 0,
    WakeDoNotAllowUserControl,
    WakeAllowUserControl
} WDF_POWER_POLICY_SX_WAKE_USER_CONTROL;

typedef enum _WDF_POWER_POLICY_IDLE_TIMEOUT_TYPE {
    DriverManagedIdleTimeout = 0,
    SystemManagedIdleTimeout,
    SystemManagedIdleTimeoutWithHint
} WDF_POWER_POLICY_IDLE_TIMEOUT_TYPE;

typedef struct _WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS {
    ULONG Size;
    WDF_POWER_POLICY_S0_IDLE_CAPABILITIES IdleCaps;
    DEVICE_POWER_STATE DxState;
    ULONG IdleTimeout;
    WDF_POWER_POLICY_S0_IDLE_USER_CONTROL UserControlOfIdleSettings;
    WDF_TRI_STATE Enabled;
    WDF_TRI_STATE PowerUpIdleDeviceOnSystemWake;
    WDF_POWER_POLICY_IDLE_TIMEOUT_TYPE IdleTimeoutType;
    WDF_TRI_STATE ExcludeD3Cold;
} WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS, *PWDF_DEVICE_POWER_POLICY_IDLE_SETTINGS;

#define IdleTimeoutDefaultValue    0
#define IdleTimeoutDefaultConstant 5000

static FORCEINLINE VOID
WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS_INIT(
    _Out_ PWDF_DEVICE_POWER_POLICY_IDLE_SETTINGS Settings,
    _In_ WDF_POWER_POLICY_S0_IDLE_CAPABILITIES IdleCaps)
{
    __builtin_memset(Settings, 0, sizeof(*Settings));
    Settings->Size = sizeof(*Settings);
    Settings->IdleCaps = IdleCaps;
    Settings->IdleTimeout = IdleTimeoutDefaultValue;
    Settings->UserControlOfIdleSettings = IdleAllowUserControl;
    Settings->Enabled = WdfUseDefault;
    Settings->PowerUpIdleDeviceOnSystemWake = WdfUseDefault;
    Settings->IdleTimeoutType = DriverManagedIdleTimeout;
    Settings->ExcludeD3Cold = WdfUseDefault;
    Settings->DxState =
        IdleCaps == IdleCannotWakeFromS0 ? PowerDeviceD3 : PowerDeviceMaximum;
}

typedef struct _WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS {
    ULONG Size;
    DEVICE_POWER_STATE DxState;
    WDF_POWER_POLICY_SX_WAKE_USER_CONTROL UserControlOfWakeSettings;
    WDF_TRI_STATE Enabled;
    BOOLEAN ArmForWakeIfChildrenAreArmedForWake;
    BOOLEAN IndicateChildWakeOnParentWake;
} WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS, *PWDF_DEVICE_POWER_POLICY_WAKE_SETTINGS;

static FORCEINLINE VOID
WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS_INIT(
    _Out_ PWDF_DEVICE_POWER_POLICY_WAKE_SETTINGS Settings)
{
    __builtin_memset(Settings, 0, sizeof(*Settings));
    Settings->Size = sizeof(*Settings);
    Settings->Enabled = WdfUseDefault;
    Settings->DxState = PowerDeviceMaximum;
    Settings->UserControlOfWakeSettings = WakeAllowUserControl;
}

/* --- Capabilities and state ----------------------------------------------------------- */

typedef struct _WDF_DEVICE_PNP_CAPABILITIES {
    ULONG Size;
    WDF_TRI_STATE LockSupported;
    WDF_TRI_STATE EjectSupported;
    WDF_TRI_STATE Removable;
    WDF_TRI_STATE DockDevice;
    WDF_TRI_STATE UniqueID;
    WDF_TRI_STATE SilentInstall;
    WDF_TRI_STATE SurpriseRemovalOK;
    WDF_TRI_STATE HardwareDisabled;
    WDF_TRI_STATE NoDisplayInUI;
    ULONG Address;
    ULONG UINumber;
} WDF_DEVICE_PNP_CAPABILITIES, *PWDF_DEVICE_PNP_CAPABILITIES;

static FORCEINLINE VOID
WDF_DEVICE_PNP_CAPABILITIES_INIT(_Out_ PWDF_DEVICE_PNP_CAPABILITIES Caps)
{
    Caps->Size = sizeof(*Caps);
    Caps->LockSupported = WdfUseDefault;
    Caps->EjectSupported = WdfUseDefault;
    Caps->Removable = WdfUseDefault;
    Caps->DockDevice = WdfUseDefault;
    Caps->UniqueID = WdfUseDefault;
    Caps->SilentInstall = WdfUseDefault;
    Caps->SurpriseRemovalOK = WdfUseDefault;
    Caps->HardwareDisabled = WdfUseDefault;
    Caps->NoDisplayInUI = WdfUseDefault;
    Caps->Address = MAXULONG;
    Caps->UINumber = MAXULONG;
}

typedef struct _WDF_DEVICE_POWER_CAPABILITIES {
    ULONG Size;
    WDF_TRI_STATE DeviceD1;
    WDF_TRI_STATE DeviceD2;
    WDF_TRI_STATE WakeFromD0;
    WDF_TRI_STATE WakeFromD1;
    WDF_TRI_STATE WakeFromD2;
    WDF_TRI_STATE WakeFromD3;
    DEVICE_POWER_STATE DeviceState[POWER_SYSTEM_MAXIMUM];
    DEVICE_POWER_STATE DeviceWake;
    SYSTEM_POWER_STATE SystemWake;
    ULONG D1Latency;
    ULONG D2Latency;
    ULONG D3Latency;
    DEVICE_POWER_STATE IdealDxStateForSx;
} WDF_DEVICE_POWER_CAPABILITIES, *PWDF_DEVICE_POWER_CAPABILITIES;

typedef struct _WDF_DEVICE_STATE {
    ULONG Size;
    WDF_TRI_STATE Disabled;
    WDF_TRI_STATE DontDisplayInUI;
    WDF_TRI_STATE Failed;
    WDF_TRI_STATE NotDisableable;
    WDF_TRI_STATE Removed;
    WDF_TRI_STATE ResourcesChanged;
    WDF_TRI_STATE AssignedToGuest;
} WDF_DEVICE_STATE, *PWDF_DEVICE_STATE;

static FORCEINLINE VOID
WDF_DEVICE_STATE_INIT(_Out_ PWDF_DEVICE_STATE PnpDeviceState)
{
    PnpDeviceState->Size = sizeof(*PnpDeviceState);
    PnpDeviceState->Disabled = WdfUseDefault;
    PnpDeviceState->DontDisplayInUI = WdfUseDefault;
    PnpDeviceState->Failed = WdfUseDefault;
    PnpDeviceState->NotDisableable = WdfUseDefault;
    PnpDeviceState->Removed = WdfUseDefault;
    PnpDeviceState->ResourcesChanged = WdfUseDefault;
    PnpDeviceState->AssignedToGuest = WdfUseDefault;
}

typedef enum _WDF_DEVICE_FAILED_ACTION {
    WdfDeviceFailedUndefined = 0,
    WdfDeviceFailedAttemptRestart,
    WdfDeviceFailedNoRestart
} WDF_DEVICE_FAILED_ACTION;

typedef enum _WDF_DEVICE_IO_TYPE {
    WdfDeviceIoUndefined = 0,
    WdfDeviceIoNeither,
    WdfDeviceIoBuffered,
    WdfDeviceIoDirect,
    WdfDeviceIoBufferedOrDirect,
    WdfDeviceIoMaximum
} WDF_DEVICE_IO_TYPE,
    *PWDF_DEVICE_IO_TYPE;

typedef struct _WDF_IO_TYPE_CONFIG {
    ULONG Size;
    WDF_DEVICE_IO_TYPE ReadWriteIoType;
    WDF_DEVICE_IO_TYPE DeviceControlIoType;
    ULONG DirectTransferThreshold;
} WDF_IO_TYPE_CONFIG, *PWDF_IO_TYPE_CONFIG;

static FORCEINLINE VOID
WDF_IO_TYPE_CONFIG_INIT(_Out_ PWDF_IO_TYPE_CONFIG Config)
{
    __builtin_memset(Config, 0, sizeof(*Config));
    Config->Size = sizeof(*Config);
    Config->ReadWriteIoType = WdfDeviceIoBuffered;
    Config->DeviceControlIoType = WdfDeviceIoBuffered;
}

typedef enum _WDF_RELEASE_HARDWARE_ORDER_ON_FAILURE {
    WdfReleaseHardwareOrderOnFailureInvalid = 0,
    WdfReleaseHardwareOrderOnFailureEarly,
    WdfReleaseHardwareOrderOnFailureAfterDescendants
} WDF_RELEASE_HARDWARE_ORDER_ON_FAILURE;

/* Called at PASSIVE_LEVEL, in the caller's context, before a request reaches a queue. */
typedef VOID NTAPI EVT_WDF_IO_IN_CALLER_CONTEXT(_In_ WDFDEVICE Device,
                                                _In_ WDFREQUEST Request);
typedef EVT_WDF_IO_IN_CALLER_CONTEXT *PFN_WDF_IO_IN_CALLER_CONTEXT;
/* Called as a dispatch routine, before the framework sees the IRP. */
typedef NTSTATUS NTAPI EVT_WDFDEVICE_WDM_IRP_PREPROCESS(_In_ WDFDEVICE Device,
                                                        _Inout_ PIRP Irp);
typedef EVT_WDFDEVICE_WDM_IRP_PREPROCESS *PFN_WDFDEVICE_WDM_IRP_PREPROCESS;

/* Called as a dispatch routine for a read, write or control, instead of a queue's choice. */
typedef NTSTATUS NTAPI EVT_WDFDEVICE_WDM_IRP_DISPATCH(
    _In_ WDFDEVICE Device, _In_ UCHAR MajorFunction, _In_ UCHAR MinorFunction,
    _In_ ULONG IoControlCode, _In_opt_ WDFCONTEXT DriverContext, _Inout_ PIRP Irp,
    _In_opt_ WDFCONTEXT DispatchContext);
typedef EVT_WDFDEVICE_WDM_IRP_DISPATCH *PFN_WDFDEVICE_WDM_IRP_DISPATCH;

/* Flags of WdfDeviceWdmDispatchIrpToIoQueue. */
typedef enum _WDF_DISPATCH_IRP_TO_IO_QUEUE_FLAGS {
    WDF_DISPATCH_IRP_TO_IO_QUEUE_NO_FLAGS = 0x0,
    WDF_DISPATCH_IRP_TO_IO_QUEUE_INVOKE_INCALLERCTX_CALLBACK = 0x1,
    WDF_DISPATCH_IRP_TO_IO_QUEUE_PREPROCESSED_IRP = 0x2
} WDF_DISPATCH_IRP_TO_IO_QUEUE_FLAGS;

/* --- Before the device is created. At or below DISPATCH_LEVEL ------------------------- */

WDF_ROUTINE(VOID, WdfDeviceInitFree, (_In_ PWDFDEVICE_INIT DeviceInit), (DeviceInit));
WDF_ROUTINE(VOID, WdfDeviceInitSetPnpPowerEventCallbacks,
            (_In_ PWDFDEVICE_INIT DeviceInit,
             _In_ PWDF_PNPPOWER_EVENT_CALLBACKS PnpPowerEventCallbacks),
            (DeviceInit, PnpPowerEventCallbacks));
WDF_ROUTINE(VOID, WdfDeviceInitSetPowerPolicyEventCallbacks,
            (_In_ PWDFDEVICE_INIT DeviceInit,
             _In_ PWDF_POWER_POLICY_EVENT_CALLBACKS PowerPolicyEventCallbacks),
            (DeviceInit, PowerPolicyEventCallbacks));
WDF_ROUTINE(VOID, WdfDeviceInitSetPowerPolicyOwnership,
            (_In_ PWDFDEVICE_INIT DeviceInit, _In_ BOOLEAN IsPowerPolicyOwner),
            (DeviceInit, IsPowerPolicyOwner));
WDF_ROUTINE(VOID, WdfDeviceInitSetIoType,
            (_In_ PWDFDEVICE_INIT DeviceInit, _In_ WDF_DEVICE_IO_TYPE IoType),
            (DeviceInit, IoType));
WDF_ROUTINE(VOID, WdfDeviceInitSetIoTypeEx,
            (_In_ PWDFDEVICE_INIT DeviceInit, _In_ PWDF_IO_TYPE_CONFIG IoTypeConfig),
            (DeviceInit, IoTypeConfig));
WDF_ROUTINE(VOID, WdfDeviceInitSetExclusive,
            (_In_ PWDFDEVICE_INIT DeviceInit, _In_ BOOLEAN IsExclusive),
            (DeviceInit, IsExclusive));
WDF_ROUTINE(VOID, WdfDeviceInitSetPowerNotPageable, (_In_ PWDFDEVICE_INIT DeviceInit),
            (DeviceInit));
WDF_ROUTINE(VOID, WdfDeviceInitSetPowerPageable, (_In_ PWDFDEVICE_INIT DeviceInit),
            (DeviceInit));
WDF_ROUTINE(VOID, WdfDeviceInitSetPowerInrush, (_In_ PWDFDEVICE_INIT DeviceInit),
            (DeviceInit));
WDF_ROUTINE(VOID, WdfDeviceInitSetDeviceType,
            (_In_ PWDFDEVICE_INIT DeviceInit, _In_ DEVICE_TYPE DeviceType),
            (DeviceInit, DeviceType));
WDF_ROUTINE(NTSTATUS, WdfDeviceInitAssignName,
            (_In_ PWDFDEVICE_INIT DeviceInit, _In_opt_ PCUNICODE_STRING DeviceName),
            (DeviceInit, DeviceName));
WDF_ROUTINE(NTSTATUS, WdfDeviceInitAssignSDDLString,
            (_In_ PWDFDEVICE_INIT DeviceInit, _In_opt_ PCUNICODE_STRING SDDLString),
            (DeviceInit, SDDLString));
WDF_ROUTINE(VOID, WdfDeviceInitSetDeviceClass,
            (_In_ PWDFDEVICE_INIT DeviceInit, _In_ const GUID *DeviceClassGuid),
            (DeviceInit, DeviceClassGuid));
WDF_ROUTINE(VOID, WdfDeviceInitSetCharacteristics,
            (_In_ PWDFDEVICE_INIT DeviceInit, _In_ ULONG DeviceCharacteristics,
             _In_ BOOLEAN OrInValues),
            (DeviceInit, DeviceCharacteristics, OrInValues));
WDF_ROUTINE(VOID, WdfDeviceInitSetFileObjectConfig,
            (_In_ PWDFDEVICE_INIT DeviceInit,
             _In_ PWDF_FILEOBJECT_CONFIG FileObjectConfig,
             _In_opt_ PWDF_OBJECT_ATTRIBUTES FileObjectAttributes),
            (DeviceInit, FileObjectConfig, FileObjectAttributes));
WDF_ROUTINE(VOID, WdfDeviceInitSetRequestAttributes,
            (_In_ PWDFDEVICE_INIT DeviceInit,
             _In_ PWDF_OBJECT_ATTRIBUTES RequestAttributes),
            (DeviceInit, RequestAttributes));
WDF_ROUTINE(NTSTATUS, WdfDeviceInitAssignWdmIrpPreprocessCallback,
            (_In_ PWDFDEVICE_INIT DeviceInit,
             _In_ PFN_WDFDEVICE_WDM_IRP_PREPROCESS EvtDeviceWdmIrpPreprocess,
             _In_ UCHAR MajorFunction, _In_opt_ PUCHAR MinorFunctions,
             _In_ ULONG NumMinorFunctions),
            (DeviceInit, EvtDeviceWdmIrpPreprocess, MajorFunction, MinorFunctions,
             NumMinorFunctions));
WDF_ROUTINE(VOID, WdfDeviceInitSetIoInCallerContextCallback,
            (_In_ PWDFDEVICE_INIT DeviceInit,
             _In_ PFN_WDF_IO_IN_CALLER_CONTEXT EvtIoInCallerContext),
            (DeviceInit, EvtIoInCallerContext));
WDF_ROUTINE(VOID, WdfDeviceInitSetReleaseHardwareOrderOnFailure,
            (_In_ PWDFDEVICE_INIT DeviceInit,
             _In_ WDF_RELEASE_HARDWARE_ORDER_ON_FAILURE ReleaseHardwareOrderOnFailure),
            (DeviceInit, ReleaseHardwareOrderOnFailure));

/* --- Devices -------------------------------------------------------------------------- */

/* *DeviceInit is NULL afterwards: it is the framework's again. */
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfDeviceCreate,
                (_Inout_ PWDFDEVICE_INIT * DeviceInit,
                 _In_opt_ PWDF_OBJECT_ATTRIBUTES DeviceAttributes,
                 _Out_ WDFDEVICE *Device),
                (DeviceInit, DeviceAttributes, Device));
/* Any IRQL, the next five. */
WDF_ROUTINE(WDFDEVICE, WdfWdmDeviceGetWdfDeviceHandle, (_In_ PDEVICE_OBJECT DeviceObject),
            (DeviceObject));
WDF_ROUTINE(PDEVICE_OBJECT, WdfDeviceWdmGetDeviceObject, (_In_ WDFDEVICE Device),
            (Device));
WDF_ROUTINE(PDEVICE_OBJECT, WdfDeviceWdmGetAttachedDevice, (_In_ WDFDEVICE Device),
            (Device));
WDF_ROUTINE(PDEVICE_OBJECT, WdfDeviceWdmGetPhysicalDevice, (_In_ WDFDEVICE Device),
            (Device));
WDF_ROUTINE(WDFDRIVER, WdfDeviceGetDriver, (_In_ WDFDEVICE Device), (Device));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(WDFIOTARGET, WdfDeviceGetIoTarget, (_In_ WDFDEVICE Device), (Device));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(WDFQUEUE, WdfDeviceGetDefaultQueue, (_In_ WDFDEVICE Device), (Device));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(WDFFILEOBJECT, WdfDeviceGetFileObject,
                (_In_ WDFDEVICE Device, _In_ PFILE_OBJECT FileObject),
                (Device, FileObject));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfDeviceGetDeviceState,
                (_In_ WDFDEVICE Device, _Out_ PWDF_DEVICE_STATE DeviceState),
                (Device, DeviceState));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfDeviceSetDeviceState,
                (_In_ WDFDEVICE Device, _In_ PWDF_DEVICE_STATE DeviceState),
                (Device, DeviceState));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfDeviceSetFailed,
                (_In_ WDFDEVICE Device, _In_ WDF_DEVICE_FAILED_ACTION FailedAction),
                (Device, FailedAction));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfDeviceRetrieveDeviceName,
                (_In_ WDFDEVICE Device, _In_ WDFSTRING String), (Device, String));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfDeviceAssignS0IdleSettings,
                (_In_ WDFDEVICE Device,
                 _In_ PWDF_DEVICE_POWER_POLICY_IDLE_SETTINGS Settings),
                (Device, Settings));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfDeviceAssignSxWakeSettings,
                (_In_ WDFDEVICE Device,
                 _In_ PWDF_DEVICE_POWER_POLICY_WAKE_SETTINGS Settings),
                (Device, Settings));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfDeviceOpenRegistryKey,
                (_In_ WDFDEVICE Device, _In_ ULONG DeviceInstanceKeyType,
                 _In_ ACCESS_MASK DesiredAccess,
                 _In_opt_ PWDF_OBJECT_ATTRIBUTES KeyAttributes, _Out_ WDFKEY *Key),
                (Device, DeviceInstanceKeyType, DesiredAccess, KeyAttributes, Key));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfDeviceSetCharacteristics,
                (_In_ WDFDEVICE Device, _In_ ULONG DeviceCharacteristics),
                (Device, DeviceCharacteristics));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(ULONG, WdfDeviceGetCharacteristics, (_In_ WDFDEVICE Device), (Device));
_IRQL_requires_max_(DISPATCH_LEVEL) WDF_ROUTINE(ULONG, WdfDeviceGetAlignmentRequirement,
                                                (_In_ WDFDEVICE Device), (Device));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfDeviceSetAlignmentRequirement,
                (_In_ WDFDEVICE Device, _In_ ULONG AlignmentRequirement),
                (Device, AlignmentRequirement));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfDeviceSetStaticStopRemove,
                (_In_ WDFDEVICE Device, _In_ BOOLEAN Stoppable), (Device, Stoppable));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfDeviceCreateDeviceInterface,
                (_In_ WDFDEVICE Device, _In_ const GUID *InterfaceClassGUID,
                 _In_opt_ PCUNICODE_STRING ReferenceString),
                (Device, InterfaceClassGUID, ReferenceString));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(VOID, WdfDeviceSetDeviceInterfaceState,
                (_In_ WDFDEVICE Device, _In_ const GUID *InterfaceClassGUID,
                 _In_opt_ PCUNICODE_STRING ReferenceString,
                 _In_ BOOLEAN IsInterfaceEnabled),
                (Device, InterfaceClassGUID, ReferenceString, IsInterfaceEnabled));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfDeviceRetrieveDeviceInterfaceString,
                (_In_ WDFDEVICE Device, _In_ const GUID *InterfaceClassGUID,
                 _In_opt_ PCUNICODE_STRING ReferenceString, _In_ WDFSTRING String),
                (Device, InterfaceClassGUID, ReferenceString, String));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfDeviceCreateSymbolicLink,
                (_In_ WDFDEVICE Device, _In_ PCUNICODE_STRING SymbolicLinkName),
                (Device, SymbolicLinkName));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfDeviceQueryProperty,
                (_In_ WDFDEVICE Device, _In_ DEVICE_REGISTRY_PROPERTY DeviceProperty,
                 _In_ ULONG BufferLength, _Out_opt_ PVOID PropertyBuffer,
                 _Out_ PULONG ResultLength),
                (Device, DeviceProperty, BufferLength, PropertyBuffer, ResultLength));
_IRQL_requires_(PASSIVE_LEVEL) WDF_ROUTINE(
    NTSTATUS, WdfDeviceAllocAndQueryProperty,
    (_In_ WDFDEVICE Device, _In_ DEVICE_REGISTRY_PROPERTY DeviceProperty,
     _In_ POOL_TYPE PoolType, _In_opt_ PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes,
     _Out_ WDFMEMORY *PropertyMemory),
    (Device, DeviceProperty, PoolType, PropertyMemoryAttributes, PropertyMemory));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfDeviceSetPnpCapabilities,
                (_In_ WDFDEVICE Device,
                 _In_ PWDF_DEVICE_PNP_CAPABILITIES PnpCapabilities),
                (Device, PnpCapabilities));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfDeviceSetPowerCapabilities,
                (_In_ WDFDEVICE Device,
                 _In_ PWDF_DEVICE_POWER_CAPABILITIES PowerCapabilities),
                (Device, PowerCapabilities));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfDeviceStopIdleNoTrack,
                (_In_ WDFDEVICE Device, _In_ BOOLEAN WaitForD0), (Device, WaitForD0));
WDF_ROUTINE(VOID, WdfDeviceResumeIdleNoTrack, (_In_ WDFDEVICE Device), (Device));
WDF_ROUTINE(NTSTATUS, WdfDeviceStopIdleActual,
            (_In_ WDFDEVICE Device, _In_ BOOLEAN WaitForD0, _In_opt_ PVOID Tag,
             _In_ LONG Line, _In_z_ PCSTR File),
            (Device, WaitForD0, Tag, Line, File));
WDF_ROUTINE(VOID, WdfDeviceResumeIdleActual,
            (_In_ WDFDEVICE Device, _In_opt_ PVOID Tag, _In_ LONG Line,
             _In_z_ PCSTR File),
            (Device, Tag, Line, File));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfDeviceEnqueueRequest,
                (_In_ WDFDEVICE Device, _In_ WDFREQUEST Request), (Device, Request));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfDeviceWdmDispatchPreprocessedIrp,
                (_In_ WDFDEVICE Device, _Inout_ PIRP Irp), (Device, Irp));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfDeviceConfigureWdmIrpDispatchCallback,
                (_In_ WDFDEVICE Device, _In_opt_ WDFDRIVER Driver,
                 _In_ UCHAR MajorFunction,
                 _In_ PFN_WDFDEVICE_WDM_IRP_DISPATCH EvtDeviceWdmIrpDisptach,
                 _In_opt_ WDFCONTEXT DriverContext),
                (Device, Driver, MajorFunction, EvtDeviceWdmIrpDisptach, DriverContext));
_IRQL_requires_max_(DISPATCH_LEVEL) WDF_ROUTINE(NTSTATUS, WdfDeviceWdmDispatchIrp,
                                                (_In_ WDFDEVICE Device, _Inout_ PIRP Irp,
                                                 _In_opt_ WDFCONTEXT DispatchContext),
                                                (Device, Irp, DispatchContext));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfDeviceWdmDispatchIrpToIoQueue,
                (_In_ WDFDEVICE Device, _Inout_ PIRP Irp, _In_ WDFQUEUE Queue,
                 _In_ ULONG Flags),
                (Device, Irp, Queue, Flags));

_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfDeviceAddRemovalRelationsPhysicalDevice,
                (_In_ WDFDEVICE Device, _In_ PDEVICE_OBJECT PhysicalDevice),
                (Device, PhysicalDevice));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfDeviceRemoveRemovalRelationsPhysicalDevice,
                (_In_ WDFDEVICE Device, _In_ PDEVICE_OBJECT PhysicalDevice),
                (Device, PhysicalDevice));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfDeviceClearRemovalRelationsDevices, (_In_ WDFDEVICE Device),
                (Device));

#define WdfDeviceStopIdle(Device, WaitForD0)                                             \
    WdfDeviceStopIdleActual((Device), (WaitForD0), NULL, __LINE__, __FILE__)
#define WdfDeviceResumeIdle(Device)                                                      \
    WdfDeviceResumeIdleActual((Device), NULL, __LINE__, __FILE__)
