/*
 * ahci.sys: SATA disks behind an AHCI controller (ICH9, PCI\VEN_8086&DEV_2922, and any
 * other of class 01-06-01).
 *
 * This file is the driver's face to the I/O manager: the table of entry points and the
 * functional device object that AddDevice puts on top of the PCI function. No register is
 * touched before IRP_MN_START_DEVICE (pnp.c).
 */
#include "ahci.h"

DRIVER_INITIALIZE DriverEntry;
static DRIVER_ADD_DEVICE AhciAddDevice;
static DRIVER_UNLOAD AhciUnload;
static DRIVER_DISPATCH AhciForward;

/* Passes a power or WMI request down the controller's stack; a disk has no stack. */
static NTSTATUS
AhciForward(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PAHCI_EXTENSION Extension = DeviceObject->DeviceExtension;
    PAHCI_HBA Hba = (PAHCI_HBA)Extension;
    NTSTATUS Status = STATUS_NOT_SUPPORTED;

    if (Extension->Kind == AhciKindHba) {
        Status = IoAcquireRemoveLock(&Extension->RemoveLock, Irp);
        if (NT_SUCCESS(Status)) {
            IoSkipCurrentIrpStackLocation(Irp);
            Status = IoCallDriver(Hba->LowerDevice, Irp);
            IoReleaseRemoveLock(&Extension->RemoveLock, Irp);
            return Status;
        }
    }
    AhciCompleteIrp(Irp, Status, 0);
    return Status;
}

/* Builds the functional device object of one controller. IRQL: PASSIVE_LEVEL. */
static NTSTATUS
AhciAddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject)
{
    PDEVICE_OBJECT Device;
    PAHCI_HBA Hba;
    NTSTATUS Status;

    Status = IoCreateDevice(DriverObject, sizeof(AHCI_HBA), NULL, FILE_DEVICE_CONTROLLER,
                            FILE_DEVICE_SECURE_OPEN, FALSE, &Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Hba = Device->DeviceExtension;
    RtlZeroMemory(Hba, sizeof(*Hba));
    Hba->Common.Kind = AhciKindHba;
    IoInitializeRemoveLock(&Hba->Common.RemoveLock, AHCI_POOL_TAG, 0, 0);
    Hba->Device = Device;
    Hba->PhysicalDevice = PhysicalDeviceObject;
    IoInitializeDpcRequest(Device, AhciDpcForIsr);

    Hba->LowerDevice = IoAttachDeviceToDeviceStack(Device, PhysicalDeviceObject);
    if (Hba->LowerDevice == NULL) {
        IoDeleteDevice(Device);
        return STATUS_NO_SUCH_DEVICE;
    }
    Device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

/* Without an unload routine the driver could never leave. Its devices already have. */
static VOID
AhciUnload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
}

/* Fills in the driver object. IRQL: PASSIVE_LEVEL. */
NTSTATUS
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS Status = AhciReadSettings(RegistryPath);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    DriverObject->DriverExtension->AddDevice = AhciAddDevice;
    DriverObject->DriverUnload = AhciUnload;
    DriverObject->MajorFunction[IRP_MJ_CREATE] = AhciCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = AhciCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = AhciCreateClose;
    DriverObject->MajorFunction[IRP_MJ_READ] = AhciQueuedRequest;
    DriverObject->MajorFunction[IRP_MJ_WRITE] = AhciQueuedRequest;
    DriverObject->MajorFunction[IRP_MJ_FLUSH_BUFFERS] = AhciQueuedRequest;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = AhciDeviceControl;
    DriverObject->MajorFunction[IRP_MJ_PNP] = AhciPnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = AhciForward;
    DriverObject->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = AhciForward;
    return STATUS_SUCCESS;
}
