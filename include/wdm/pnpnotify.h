/*
 * Plug and Play notifications: being told that interfaces of a class come and go, or what
 * becomes of one device.
 *
 * A callback runs at PASSIVE_LEVEL in a system thread or in that of whoever caused the
 * event. It must not wait for Plug and Play; what it is given is its to read until it
 * returns.
 */
#pragma once

#include <wdm/pnp.h>

typedef enum _IO_NOTIFICATION_EVENT_CATEGORY {
    EventCategoryReserved,
    EventCategoryHardwareProfileChange,
    EventCategoryDeviceInterfaceChange,
    EventCategoryTargetDeviceChange
} IO_NOTIFICATION_EVENT_CATEGORY;

#define PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES 0x00000001

/* The head of all of them. */
typedef struct _PLUGPLAY_NOTIFICATION_HEADER {
    USHORT Version;
    USHORT Size;
    GUID Event;
} PLUGPLAY_NOTIFICATION_HEADER, *PPLUGPLAY_NOTIFICATION_HEADER;

typedef struct _DEVICE_INTERFACE_CHANGE_NOTIFICATION {
    USHORT Version;
    USHORT Size;
    GUID Event;
    GUID InterfaceClassGuid;
    PUNICODE_STRING SymbolicLinkName;
} DEVICE_INTERFACE_CHANGE_NOTIFICATION, *PDEVICE_INTERFACE_CHANGE_NOTIFICATION;

typedef struct _TARGET_DEVICE_REMOVAL_NOTIFICATION {
    USHORT Version;
    USHORT Size;
    GUID Event;
    struct _FILE_OBJECT *FileObject;
} TARGET_DEVICE_REMOVAL_NOTIFICATION, *PTARGET_DEVICE_REMOVAL_NOTIFICATION;

typedef struct _TARGET_DEVICE_CUSTOM_NOTIFICATION {
    USHORT Version;
    USHORT Size;
    GUID Event;
    struct _FILE_OBJECT *FileObject;
    LONG NameBufferOffset; /* of a text in CustomDataBuffer; -1: there is none */
    UCHAR CustomDataBuffer[1];
} TARGET_DEVICE_CUSTOM_NOTIFICATION, *PTARGET_DEVICE_CUSTOM_NOTIFICATION;

_IRQL_requires_same_ _IRQL_requires_(PASSIVE_LEVEL) typedef NTSTATUS NTAPI
    DRIVER_NOTIFICATION_CALLBACK_ROUTINE(_In_ PVOID NotificationStructure,
                                         _Inout_opt_ PVOID Context);
typedef DRIVER_NOTIFICATION_CALLBACK_ROUTINE *PDRIVER_NOTIFICATION_CALLBACK_ROUTINE;

_IRQL_requires_same_ _IRQL_requires_(PASSIVE_LEVEL) typedef VOID NTAPI
    DEVICE_CHANGE_COMPLETE_CALLBACK(_Inout_opt_ PVOID Context);
typedef DEVICE_CHANGE_COMPLETE_CALLBACK *PDEVICE_CHANGE_COMPLETE_CALLBACK;

_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS NTAPI IoRegisterPlugPlayNotification(
    _In_ IO_NOTIFICATION_EVENT_CATEGORY EventCategory, _In_ ULONG EventCategoryFlags,
    _In_opt_ PVOID EventCategoryData, _In_ PDRIVER_OBJECT DriverObject,
    _In_ PDRIVER_NOTIFICATION_CALLBACK_ROUTINE CallbackRoutine, _Inout_opt_ PVOID Context,
    _Outptr_ PVOID *NotificationEntry);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoUnregisterPlugPlayNotification(_In_ PVOID NotificationEntry);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoUnregisterPlugPlayNotificationEx(_In_ PVOID NotificationEntry);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoReportTargetDeviceChange(_In_ PDEVICE_OBJECT PhysicalDeviceObject,
                               _In_ PVOID NotificationStructure);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoReportTargetDeviceChangeAsynchronous(
        _In_ PDEVICE_OBJECT PhysicalDeviceObject, _In_ PVOID NotificationStructure,
        _In_opt_ PDEVICE_CHANGE_COMPLETE_CALLBACK Callback, _In_opt_ PVOID Context);
