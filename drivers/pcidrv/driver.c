/*
 * driver.c: the driver and its device.
 */
#include "pcidrv.h"

#include <ntstrsafe.h>

DRIVER_INITIALIZE DriverEntry;

static EVT_WDF_DRIVER_DEVICE_ADD PcidrvAdd;

/* The number that the next device's name gets, less one. Interlocked. */
static volatile LONG PcidrvLastNumber = -1;

static NTSTATUS
PcidrvInitialize(PWDFDEVICE_INIT Init)
{
    WDF_PNPPOWER_EVENT_CALLBACKS Callbacks;
    UNICODE_STRING Name;
    WCHAR Text[32];
    NTSTATUS Status;

    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&Callbacks);
    Callbacks.EvtDevicePrepareHardware = PcidrvPrepare;
    Callbacks.EvtDeviceReleaseHardware = PcidrvRelease;
    Callbacks.EvtDeviceD0Entry = PcidrvD0Entry;
    Callbacks.EvtDeviceD0EntryPostInterruptsEnabled = PcidrvD0EntryConnected;
    Callbacks.EvtDeviceD0ExitPreInterruptsDisabled = PcidrvD0ExitConnected;
    Callbacks.EvtDeviceD0Exit = PcidrvD0Exit;
    Callbacks.EvtDeviceSurpriseRemoval = PcidrvSurpriseRemoval;
    WdfDeviceInitSetPnpPowerEventCallbacks(Init, &Callbacks);
    WdfDeviceInitSetIoType(Init, WdfDeviceIoDirect);
    Status = RtlStringCbPrintfW(Text, sizeof(Text), L"\\Device\\PCIDRV_%ld",
                                InterlockedIncrement(&PcidrvLastNumber));
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    RtlInitUnicodeString(&Name, Text);
    return WdfDeviceInitAssignName(Init, &Name);
}

static NTSTATUS
PcidrvCreateInterrupt(WDFDEVICE Device)
{
    PPCIDRV_DEVICE Context = PcidrvDevice(Device);
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDF_INTERRUPT_CONFIG Config;
    NTSTATUS Status;

    WDF_INTERRUPT_CONFIG_INIT(&Config, PcidrvIsr, PcidrvDpc);
    Config.EvtInterruptEnable = PcidrvEnable;
    Config.EvtInterruptDisable = PcidrvDisable;
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&Attributes, PCIDRV_INTERRUPT);
    Status = WdfInterruptCreate(Device, &Config, &Attributes, &Context->Interrupt);
    if (NT_SUCCESS(Status)) {
        PcidrvInterrupt(Context->Interrupt)->Device = Context;
    }
    return Status;
}

/* The locks, and the device's way to memory. */
static NTSTATUS
PcidrvCreateParts(WDFDEVICE Device)
{
    PPCIDRV_DEVICE Context = PcidrvDevice(Device);
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDF_DMA_ENABLER_CONFIG Config;
    NTSTATUS Status;

    WDF_OBJECT_ATTRIBUTES_INIT(&Attributes);
    Attributes.ParentObject = Device;
    Status = WdfSpinLockCreate(&Attributes, &Context->ReceiveLock);
    if (NT_SUCCESS(Status)) {
        Status = WdfSpinLockCreate(&Attributes, &Context->TransmitLock);
    }
    if (NT_SUCCESS(Status)) {
        WDF_DMA_ENABLER_CONFIG_INIT(&Config, WdfDmaProfilePacket, sizeof(PCIDRV_SHARED));
        Status = WdfDmaEnablerCreate(Device, &Config, NULL, &Context->DmaEnabler);
    }
    return Status;
}

static NTSTATUS NTAPI
PcidrvAdd(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDFDEVICE Device;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Driver);
    Status = PcidrvInitialize(Init);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&Attributes, PCIDRV_DEVICE);
    Status = WdfDeviceCreate(&Init, &Attributes, &Device);
    if (NT_SUCCESS(Status)) {
        Status = PcidrvCreateParts(Device);
    }
    if (NT_SUCCESS(Status)) {
        Status = PcidrvCreateInterrupt(Device);
    }
    if (NT_SUCCESS(Status)) {
        Status = PcidrvCreateWatch(Device);
    }
    return NT_SUCCESS(Status) ? PcidrvCreateQueues(Device) : Status;
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG Config;

    WDF_DRIVER_CONFIG_INIT(&Config, PcidrvAdd);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &Config,
                           WDF_NO_HANDLE);
}
