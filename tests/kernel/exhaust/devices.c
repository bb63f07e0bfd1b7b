/*
 * A driver of several functions that only writes down which interrupts each was given.
 */
#include "devices.h"

static DRIVER_ADD_DEVICE AddDevice;
static DRIVER_DISPATCH DispatchPnp, DispatchPassDown;

PMESSAGE_DEVICE Devices[DEVICES];
volatile LONG DevicesStarted;

static VOID
TakeInterrupt(PMESSAGE_DEVICE Device, PCM_PARTIAL_RESOURCE_DESCRIPTOR Resource)
{
    ULONG Index = Device->Count++;

    Device->Message = (Resource->Flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0;
    if (Device->Message) {
        Device->Vectors[Index] = Resource->u.MessageInterrupt.Translated.Vector;
        Device->Affinities[Index] = Resource->u.MessageInterrupt.Translated.Affinity;
    } else {
        Device->Vectors[Index] = Resource->u.Interrupt.Vector;
        Device->Affinities[Index] = Resource->u.Interrupt.Affinity;
    }
}

static NTSTATUS
StartDevice(PMESSAGE_DEVICE Device, PCM_RESOURCE_LIST List)
{
    PCM_PARTIAL_RESOURCE_LIST Partial = &List->List[0].PartialResourceList;

    for (ULONG Index = 0; Index < Partial->Count; Index++) {
        PCM_PARTIAL_RESOURCE_DESCRIPTOR Resource = &Partial->PartialDescriptors[Index];

        if (Resource->Type == CmResourceTypeInterrupt &&
            Device->Count < MAXIMUM_MESSAGES) {
            TakeInterrupt(Device, Resource);
        }
    }
    if (DevicesStarted == DEVICES) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    Devices[DevicesStarted] = Device;
    InterlockedIncrement(&DevicesStarted);
    return STATUS_SUCCESS;
}

static NTSTATUS
RemoveDevice(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PMESSAGE_DEVICE Device = DeviceObject->DeviceExtension;
    PDEVICE_OBJECT Lower = Device->Lower;
    NTSTATUS Status;

    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoSkipCurrentIrpStackLocation(Irp);
    Status = IoCallDriver(Lower, Irp);
    IoDetachDevice(Lower);
    IoDeleteDevice(DeviceObject);
    return Status;
}

static NTSTATUS NTAPI
DispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PMESSAGE_DEVICE Device = DeviceObject->DeviceExtension;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status;

    if (Stack->MinorFunction == IRP_MN_REMOVE_DEVICE) {
        return RemoveDevice(DeviceObject, Irp);
    }
    if (Stack->MinorFunction != IRP_MN_START_DEVICE) {
        return DispatchPassDown(DeviceObject, Irp);
    }
    Status = IoForwardIrpSynchronously(Device->Lower, Irp) ? Irp->IoStatus.Status
                                                           : STATUS_UNSUCCESSFUL;
    if (NT_SUCCESS(Status)) {
        Status = StartDevice(Device,
                             Stack->Parameters.StartDevice.AllocatedResourcesTranslated);
    }
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS NTAPI
DispatchPassDown(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PMESSAGE_DEVICE Device = DeviceObject->DeviceExtension;

    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(Device->Lower, Irp);
}

static NTSTATUS NTAPI
AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDevice)
{
    PDEVICE_OBJECT Function;
    PMESSAGE_DEVICE Device;
    NTSTATUS Status;

    Status = IoCreateDevice(DriverObject, sizeof(MESSAGE_DEVICE), NULL,
                            FILE_DEVICE_UNKNOWN, 0, FALSE, &Function);
    if (NT_SUCCESS(Status)) {
        Device = Function->DeviceExtension;
        Device->Physical = PhysicalDevice;
        Device->Lower = IoAttachDeviceToDeviceStack(Function, PhysicalDevice);
        Function->Flags &= ~DO_DEVICE_INITIALIZING;
    }
    return Status;
}

VOID
ServeDevices(PDRIVER_OBJECT DriverObject)
{
    DriverObject->DriverExtension->AddDevice = AddDevice;
    DriverObject->MajorFunction[IRP_MJ_PNP] = DispatchPnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = DispatchPassDown;
}
