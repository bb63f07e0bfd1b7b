/*
 * benchkmdf.sys: the interrupt and its DPC once more, by the framework.
 *
 * The callbacks do what bench.sys's ISR and DPC do, and nearly with the same instructions,
 * but that the DPC is queued through the framework. What the whole takes more is what the
 * framework costs. Requests: request.c.
 */
#include "benchkmdf.h"

DRIVER_INITIALIZE DriverEntry;

#define TRIES 32

static EVT_WDF_DRIVER_DEVICE_ADD BenchDeviceAdd;
static EVT_WDF_DEVICE_PREPARE_HARDWARE BenchPrepareHardware;
static EVT_WDF_DEVICE_RELEASE_HARDWARE BenchReleaseHardware;
static EVT_WDF_DEVICE_SELF_MANAGED_IO_INIT BenchStart;
static EVT_WDF_INTERRUPT_ISR BenchEvtIsr;
static EVT_WDF_INTERRUPT_DPC BenchEvtDpc;

/* A plain store: WRITE_REGISTER_ULONG has a fence that bench.sys's ISR has not. */
static BOOLEAN NTAPI
BenchEvtIsr(WDFINTERRUPT Interrupt, ULONG MessageId)
{
    UNREFERENCED_PARAMETER(MessageId);
    *(volatile ULONG *)(BenchRegisters + EDU_ACKNOWLEDGE) = 1;
    WdfInterruptQueueDpcForIsr(Interrupt);
    return TRUE;
}

static VOID NTAPI
BenchEvtDpc(WDFINTERRUPT Interrupt, WDFOBJECT AssociatedObject)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(AssociatedObject);
}

/* The smallest of many tries: a clock tick may add to one. */
static VOID NTAPI
BenchThread(PVOID Context)
{
    ULONG64 Smallest = MAXULONG64;
    ULONG64 Empty = MAXULONG64;
    ULONG Memory;

    for (ULONG Try = 0; Try < TRIES; Try++) {
        BenchRaise(&Memory, 1);
        Empty = min(Empty, BenchStamps.Resumed - BenchStamps.Raised);
        BenchRaise((volatile ULONG *)(BenchRegisters + EDU_RAISE), 1);
        Smallest = min(Smallest, BenchStamps.Resumed - BenchStamps.Raised);
    }
    DbgPrint("bench: kmdf_interrupt_with_dpc %I64u\n", Smallest - Empty);
    BenchRequests(Context);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static NTSTATUS NTAPI
BenchStart(WDFDEVICE Device)
{
    HANDLE Thread;
    NTSTATUS Status;

    Status = PsCreateSystemThread(&Thread, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                  BenchThread, WdfDeviceWdmGetDeviceObject(Device));
    if (NT_SUCCESS(Status)) {
        ZwClose(Thread);
    }
    return Status;
}

static NTSTATUS NTAPI
BenchPrepareHardware(WDFDEVICE Device, WDFCMRESLIST Raw, WDFCMRESLIST Translated)
{
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Memory =
        WdfCmResourceListGetDescriptor(Translated, 0);

    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Raw);
    if (Memory == NULL || Memory->Type != CmResourceTypeMemory) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    BenchRegisters =
        MmMapIoSpace(Memory->u.Memory.Start, Memory->u.Memory.Length, MmNonCached);
    return BenchRegisters == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

static NTSTATUS NTAPI
BenchReleaseHardware(WDFDEVICE Device, WDFCMRESLIST Translated)
{
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Translated);
    if (BenchRegisters != NULL) {
        MmUnmapIoSpace(BenchRegisters, 0);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
BenchDeviceAdd(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    WDF_PNPPOWER_EVENT_CALLBACKS Callbacks;
    WDF_INTERRUPT_CONFIG Config;
    WDFINTERRUPT Interrupt;
    WDFDEVICE Device;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Driver);
    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&Callbacks);
    Callbacks.EvtDevicePrepareHardware = BenchPrepareHardware;
    Callbacks.EvtDeviceReleaseHardware = BenchReleaseHardware;
    Callbacks.EvtDeviceSelfManagedIoInit = BenchStart;
    WdfDeviceInitSetPnpPowerEventCallbacks(Init, &Callbacks);
    Status = WdfDeviceCreate(&Init, WDF_NO_OBJECT_ATTRIBUTES, &Device);
    if (NT_SUCCESS(Status)) {
        Status = BenchCreateQueue(Device);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WDF_INTERRUPT_CONFIG_INIT(&Config, BenchEvtIsr, BenchEvtDpc);
    return WdfInterruptCreate(Device, &Config, WDF_NO_OBJECT_ATTRIBUTES, &Interrupt);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG Config;

    WDF_DRIVER_CONFIG_INIT(&Config, BenchDeviceAdd);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &Config,
                           WDF_NO_HANDLE);
}
