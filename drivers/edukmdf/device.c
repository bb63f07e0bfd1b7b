/*
 * device.c - the device, its queues with their DPCs, and its interrupt. All of them are
 * children of the device and go with it.
 */
#include "edukmdf.h"

/* A sequential queue and the DPC that completes its requests. */
static NTSTATUS
EduCreateQueue(WDFDEVICE Device, PWDF_IO_QUEUE_CONFIG Config, PFN_WDF_DPC Routine,
               WDFQUEUE *Queue)
{
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDF_DPC_CONFIG DpcConfig;
    NTSTATUS Status;

    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&Attributes, EDU_QUEUE);
    Status = WdfIoQueueCreate(Device, Config, &Attributes, Queue);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WDF_DPC_CONFIG_INIT(&DpcConfig, Routine);
    WDF_OBJECT_ATTRIBUTES_INIT(&Attributes);
    Attributes.ParentObject = *Queue;
    return WdfDpcCreate(&DpcConfig, &Attributes, &EduQueueContext(*Queue)->Dpc);
}

/* Controls go to the default queue, reads and writes to the other. */
static NTSTATUS
EduCreateQueues(WDFDEVICE Device)
{
    PEDU_DEVICE Edu = EduDeviceContext(Device);
    WDF_IO_QUEUE_CONFIG Config;
    NTSTATUS Status;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&Config, WdfIoQueueDispatchSequential);
    Config.EvtIoDeviceControl = EduEvtIoDeviceControl;
    Status = EduCreateQueue(Device, &Config, EduEvtControlDpc, &Edu->Controls);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WDF_IO_QUEUE_CONFIG_INIT(&Config, WdfIoQueueDispatchSequential);
    Config.EvtIoRead = EduEvtIoRead;
    Config.EvtIoWrite = EduEvtIoWrite;
    Status = EduCreateQueue(Device, &Config, EduEvtTransferDpc, &Edu->Transfers);
    if (NT_SUCCESS(Status)) {
        Status = WdfDeviceConfigureRequestDispatching(Device, Edu->Transfers,
                                                      WdfRequestTypeRead);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfDeviceConfigureRequestDispatching(Device, Edu->Transfers,
                                                      WdfRequestTypeWrite);
    }
    return Status;
}

static NTSTATUS
EduCreateInterrupt(WDFDEVICE Device)
{
    WDF_INTERRUPT_CONFIG Config;

    WDF_INTERRUPT_CONFIG_INIT(&Config, EduEvtIsr, NULL);
    Config.EvtInterruptEnable = EduEvtEnable;
    Config.EvtInterruptDisable = EduEvtDisable;
    return WdfInterruptCreate(Device, &Config, WDF_NO_OBJECT_ATTRIBUTES,
                              &EduDeviceContext(Device)->Interrupt);
}

/* The device's way to memory: 28 address bits, one run at a time. */
static NTSTATUS
EduCreateDma(WDFDEVICE Device)
{
    PEDU_DEVICE Edu = EduDeviceContext(Device);
    WDF_DMA_ENABLER_CONFIG Config;
    NTSTATUS Status;

    WDF_DMA_ENABLER_CONFIG_INIT(&Config, WdfDmaProfilePacket, EDU_BUFFER_SIZE);
    Config.AddressWidthOverride = EDU_DMA_BITS;
    Status =
        WdfDmaEnablerCreate(Device, &Config, WDF_NO_OBJECT_ATTRIBUTES, &Edu->DmaEnabler);
    return NT_SUCCESS(Status)
               ? WdfDmaTransactionCreate(Edu->DmaEnabler, WDF_NO_OBJECT_ATTRIBUTES,
                                         &Edu->Transaction)
               : Status;
}

/* A device was found. PASSIVE_LEVEL. */
NTSTATUS
NTAPI
EduEvtDeviceAdd(WDFDRIVER Driver, PWDFDEVICE_INIT DeviceInit)
{
    DECLARE_CONST_UNICODE_STRING(Name, L"\\Device\\EduKmdf");
    WDF_PNPPOWER_EVENT_CALLBACKS Callbacks;
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDFDEVICE Device;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Driver);
    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&Callbacks);
    Callbacks.EvtDevicePrepareHardware = EduEvtPrepareHardware;
    Callbacks.EvtDeviceReleaseHardware = EduEvtReleaseHardware;
    WdfDeviceInitSetPnpPowerEventCallbacks(DeviceInit, &Callbacks);
    WdfDeviceInitSetIoType(DeviceInit, WdfDeviceIoBuffered);
    Status = WdfDeviceInitAssignName(DeviceInit, &Name);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&Attributes, EDU_DEVICE);
    Status = WdfDeviceCreate(&DeviceInit, &Attributes, &Device);
    if (NT_SUCCESS(Status)) {
        Status = EduCreateDma(Device);
    }
    if (NT_SUCCESS(Status)) {
        Status = EduCreateQueues(Device);
    }
    return NT_SUCCESS(Status) ? EduCreateInterrupt(Device) : Status;
}
