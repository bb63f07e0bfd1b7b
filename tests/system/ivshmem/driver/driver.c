/*
 * Binding, and the device with its queue, its interface and its file objects.
 */
#include "ivshmem.h"

DRIVER_INITIALIZE DriverEntry;

static EVT_WDF_DRIVER_DEVICE_ADD IvshmemAdd;

static VOID
IvshmemSetCallbacks(PWDFDEVICE_INIT Init)
{
    WDF_PNPPOWER_EVENT_CALLBACKS Callbacks;
    WDF_FILEOBJECT_CONFIG Files;

    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&Callbacks);
    Callbacks.EvtDevicePrepareHardware = IvshmemPrepare;
    Callbacks.EvtDeviceReleaseHardware = IvshmemRelease;
    WdfDeviceInitSetPnpPowerEventCallbacks(Init, &Callbacks);
    WDF_FILEOBJECT_CONFIG_INIT(&Files, NULL, NULL, IvshmemCleanup);
    WdfDeviceInitSetFileObjectConfig(Init, &Files, WDF_NO_OBJECT_ATTRIBUTES);
}

static NTSTATUS NTAPI
IvshmemAdd(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDF_IO_QUEUE_CONFIG Config;
    PIVSHMEM_DEVICE Context;
    WDFDEVICE Device;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Driver);
    IvshmemSetCallbacks(Init);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&Attributes, IVSHMEM_DEVICE);
    Status = WdfDeviceCreate(&Init, &Attributes, &Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Context = IvshmemDevice(Device);
    ExInitializeFastMutex(&Context->MapLock);
    KeInitializeSpinLock(&Context->WaiterLock);
    InitializeListHead(&Context->Waiters);
    Status = WdfDeviceCreateDeviceInterface(Device, &IvshmemInterface, NULL);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&Config, WdfIoQueueDispatchParallel);
    Config.EvtIoDeviceControl = IvshmemControl;
    Config.EvtIoStop = IvshmemStop;
    return WdfIoQueueCreate(Device, &Config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG Config;

    WDF_DRIVER_CONFIG_INIT(&Config, IvshmemAdd);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &Config,
                           WDF_NO_HANDLE);
}
