/*
 * Control devices: named devices without hardware, for requests that no device of the PnP
 * tree is to get.
 *
 * Allocate, set what WDFDEVICE_INIT holds, WdfDeviceCreate, create queues, finish: until
 * then the device cannot be opened. The driver deletes it with WdfObjectDelete, or it goes
 * with the driver, after EvtDriverUnload.
 */
#pragma once

#include <wdfdevice.h>

/* Called at PASSIVE_LEVEL before power off. */
typedef VOID NTAPI EVT_WDF_DEVICE_SHUTDOWN_NOTIFICATION(_In_ WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SHUTDOWN_NOTIFICATION *PFN_WDF_DEVICE_SHUTDOWN_NOTIFICATION;

typedef enum _WDF_DEVICE_SHUTDOWN_FLAGS {
    WdfDeviceShutdown = 0x01,          /* while all devices work */
    WdfDeviceLastChanceShutdown = 0x02 /* after the others were told */
} WDF_DEVICE_SHUTDOWN_FLAGS;

/* NULL: pool is short. */
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(PWDFDEVICE_INIT, WdfControlDeviceInitAllocate,
                (_In_ WDFDRIVER Driver, _In_ const UNICODE_STRING *SDDLString),
                (Driver, SDDLString));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfControlDeviceInitSetShutdownNotification,
                (_In_ PWDFDEVICE_INIT DeviceInit,
                 _In_ PFN_WDF_DEVICE_SHUTDOWN_NOTIFICATION Notification,
                 _In_ UCHAR Flags),
                (DeviceInit, Notification, Flags));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfControlFinishInitializing, (_In_ WDFDEVICE Device), (Device));
