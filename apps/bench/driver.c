/*
 * bench.sys as a driver: takes the edu device, measures in a thread of its own once it is
 * started, and gives everything back on removal.
 */
#include "bench.h"

DRIVER_INITIALIZE DriverEntry;

static VOID NTAPI
BenchThread(PVOID Context)
{
    PsTerminateSystemThread(BenchMeasure(Context));
}

static NTSTATUS NTAPI
BenchLowerDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    KeSetEvent(Context, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* Lets the bus driver have the IRP first and waits for it. */
static NTSTATUS
BenchForwardAndWait(PBENCH_DEVICE Device, PIRP Irp)
{
    KEVENT Done;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, BenchLowerDone, &Done, TRUE, TRUE, TRUE);
    if (IoCallDriver(Device->Lower, Irp) == STATUS_PENDING) {
        KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, NULL);
    }
    return Irp->IoStatus.Status;
}

static NTSTATUS
BenchStart(PBENCH_DEVICE Device, PIO_STACK_LOCATION Stack)
{
    PCM_PARTIAL_RESOURCE_LIST List =
        &Stack->Parameters.StartDevice.AllocatedResourcesTranslated->List[0]
             .PartialResourceList;
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Line = NULL;
    HANDLE Thread;
    NTSTATUS Status;

    for (ULONG Index = 0; Index < List->Count; Index++) {
        PCM_PARTIAL_RESOURCE_DESCRIPTOR Resource = &List->PartialDescriptors[Index];

        if (Resource->Type == CmResourceTypeInterrupt) {
            Line = Resource;
        } else if (Resource->Type == CmResourceTypeMemory) {
            Device->Registers = MmMapIoSpace(Resource->u.Memory.Start,
                                             Resource->u.Memory.Length, MmNonCached);
        }
    }
    if (Line == NULL || Device->Registers == NULL) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    Device->Source = *Line;
    Status = PsCreateSystemThread(&Thread, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                  BenchThread, Device);
    if (NT_SUCCESS(Status)) {
        ZwClose(Thread);
    }
    return Status;
}

static VOID
BenchRemove(PBENCH_DEVICE Device)
{
    if (Device->Registers != NULL) {
        MmUnmapIoSpace(Device->Registers, 0);
    }
    IoDetachDevice(Device->Lower);
    IoDeleteDevice(Device->Self);
}

static NTSTATUS NTAPI
BenchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PBENCH_DEVICE Device = DeviceObject->DeviceExtension;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PDEVICE_OBJECT Lower = Device->Lower;
    NTSTATUS Status;

    if (Stack->MinorFunction == IRP_MN_START_DEVICE) {
        Status = BenchForwardAndWait(Device, Irp);
        if (NT_SUCCESS(Status)) {
            Status = BenchStart(Device, Stack);
        }
        Irp->IoStatus.Status = Status;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return Status;
    }
    if (Stack->MinorFunction == IRP_MN_REMOVE_DEVICE) {
        Irp->IoStatus.Status = STATUS_SUCCESS;
        BenchRemove(Device);
    }
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(Lower, Irp);
}

static NTSTATUS NTAPI
BenchAddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject)
{
    PDEVICE_OBJECT Self;
    PBENCH_DEVICE Device;
    NTSTATUS Status = IoCreateDevice(DriverObject, sizeof(BENCH_DEVICE), NULL,
                                     FILE_DEVICE_UNKNOWN, 0, FALSE, &Self);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Device = Self->DeviceExtension;
    Device->Self = Self;
    Device->PhysicalDevice = PhysicalDeviceObject;
    Device->Lower = IoAttachDeviceToDeviceStack(Self, PhysicalDeviceObject);
    Self->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

static VOID NTAPI
BenchUnload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
}

NTSTATUS NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->DriverExtension->AddDevice = BenchAddDevice;
    DriverObject->MajorFunction[IRP_MJ_PNP] = BenchPnp;
    DriverObject->DriverUnload = BenchUnload;
    return STATUS_SUCCESS;
}
