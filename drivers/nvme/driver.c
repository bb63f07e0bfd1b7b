/*
 * nvme.sys: disks behind an NVM Express controller (class 01-08-02).
 *
 * This file is the driver's face to the I/O manager: the table of entry points and the
 * functional device object that AddDevice puts on top of the PCI function. No register is
 * touched before IRP_MN_START_DEVICE (pnp.c).
 */
#include "nvme.h"

#define NVME_DEFAULT_SECONDS 10
#define NVME_MOST_SECONDS    600

DRIVER_INITIALIZE DriverEntry;
static DRIVER_ADD_DEVICE NvmeAddDevice;
static DRIVER_UNLOAD NvmeUnload;
static DRIVER_DISPATCH NvmeForward;

/* Seconds a command may take; constant after DriverEntry. */
ULONG NvmeTimeoutSeconds = NVME_DEFAULT_SECONDS;

/* Passes a power or WMI request down the controller's stack; a disk has no stack. */
static NTSTATUS
NvmeForward(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PNVME_EXTENSION Extension = DeviceObject->DeviceExtension;
    PNVME_CONTROLLER Controller = (PNVME_CONTROLLER)Extension;
    NTSTATUS Status = STATUS_NOT_SUPPORTED;

    if (Extension->Kind == NvmeKindController) {
        Status = IoAcquireRemoveLock(&Extension->RemoveLock, Irp);
        if (NT_SUCCESS(Status)) {
            IoSkipCurrentIrpStackLocation(Irp);
            Status = IoCallDriver(Controller->LowerDevice, Irp);
            IoReleaseRemoveLock(&Extension->RemoveLock, Irp);
            return Status;
        }
    }
    NvmeCompleteIrp(Irp, Status, 0);
    return Status;
}

/* Builds the functional device object of one controller. IRQL: PASSIVE_LEVEL. */
static NTSTATUS
NvmeAddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject)
{
    PDEVICE_OBJECT Device;
    PNVME_CONTROLLER Controller;
    NTSTATUS Status;

    Status =
        IoCreateDevice(DriverObject, sizeof(NVME_CONTROLLER), NULL,
                       FILE_DEVICE_CONTROLLER, FILE_DEVICE_SECURE_OPEN, FALSE, &Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Controller = Device->DeviceExtension;
    RtlZeroMemory(Controller, sizeof(*Controller));
    Controller->Common.Kind = NvmeKindController;
    IoInitializeRemoveLock(&Controller->Common.RemoveLock, NVME_POOL_TAG, 0, 0);
    Controller->Device = Device;
    Controller->PhysicalDevice = PhysicalDeviceObject;
    KeInitializeSpinLock(&Controller->AdminLock);
    KeInitializeEvent(&Controller->AdminDone, SynchronizationEvent, FALSE);
    Status = IoInitializeTimer(Device, NvmeTimer, Controller);

    Controller->LowerDevice = IoAttachDeviceToDeviceStack(Device, PhysicalDeviceObject);
    if (!NT_SUCCESS(Status) || Controller->LowerDevice == NULL) {
        if (Controller->LowerDevice != NULL) {
            IoDetachDevice(Controller->LowerDevice);
        }
        IoDeleteDevice(Device);
        return NT_SUCCESS(Status) ? STATUS_NO_SUCH_DEVICE : Status;
    }
    Device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

/* Without an unload routine the driver could never leave. Its devices already have. */
static VOID
NvmeUnload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
}

/* Reads TimeoutSeconds of the Parameters key; what is not there leaves the default. */
static VOID
NvmeReadParameters(PUNICODE_STRING RegistryPath)
{
    static const WCHAR Subkey[] = L"\\Parameters";
    RTL_QUERY_REGISTRY_TABLE Table[2];
    ULONG Seconds = NVME_DEFAULT_SECONDS;
    PUCHAR Path = ExAllocatePoolWithTag(
        NonPagedPool, RegistryPath->Length + sizeof(Subkey), NVME_POOL_TAG);

    if (Path == NULL) {
        return;
    }
    RtlCopyMemory(Path, RegistryPath->Buffer, RegistryPath->Length);
    RtlCopyMemory(Path + RegistryPath->Length, Subkey, sizeof(Subkey));
    RtlZeroMemory(Table, sizeof(Table));
    Table[0].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[0].Name = L"TimeoutSeconds";
    Table[0].EntryContext = &Seconds;
    (VOID) RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, (PCWSTR)Path, Table, NULL, NULL);
    ExFreePoolWithTag(Path, NVME_POOL_TAG);
    if (Seconds != 0 && Seconds <= NVME_MOST_SECONDS) {
        NvmeTimeoutSeconds = Seconds;
    }
}

/* Fills in the driver object. IRQL: PASSIVE_LEVEL. */
NTSTATUS
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NvmeReadParameters(RegistryPath);
    DriverObject->DriverExtension->AddDevice = NvmeAddDevice;
    DriverObject->DriverUnload = NvmeUnload;
    DriverObject->MajorFunction[IRP_MJ_CREATE] = NvmeCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = NvmeCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = NvmeCreateClose;
    DriverObject->MajorFunction[IRP_MJ_READ] = NvmeReadWriteFlush;
    DriverObject->MajorFunction[IRP_MJ_WRITE] = NvmeReadWriteFlush;
    DriverObject->MajorFunction[IRP_MJ_FLUSH_BUFFERS] = NvmeReadWriteFlush;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = NvmeDeviceControl;
    DriverObject->MajorFunction[IRP_MJ_PNP] = NvmePnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = NvmeForward;
    DriverObject->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = NvmeForward;
    return STATUS_SUCCESS;
}
