/*
 * driver.c - DriverEntry, AddDevice and PnP of a driver for QEMU's edu device.
 *
 * An example of a driver that dirql's build does not know of:
 *
 *     make run DRIVER=examples/edu HWID='PCI\VEN_1234&DEV_11E8'
 *
 * It opens nothing to clients. START connects the interrupt and computes factorials, so
 * that the run shows whether the device's interrupt finds its way.
 */
#include "edu.h"

DRIVER_INITIALIZE DriverEntry;
static DRIVER_ADD_DEVICE EduAddDevice;
static DRIVER_UNLOAD EduUnload;
static DRIVER_DISPATCH EduDispatchPnp;
static DRIVER_DISPATCH EduDispatchPassDown;
static IO_COMPLETION_ROUTINE EduLowerDone;

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);

    DriverObject->DriverUnload = EduUnload;
    DriverObject->DriverExtension->AddDevice = EduAddDevice;
    DriverObject->MajorFunction[IRP_MJ_PNP] = EduDispatchPnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = EduDispatchPassDown;
    DriverObject->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = EduDispatchPassDown;
    return STATUS_SUCCESS;
}

/* Called when every device is gone, and there is nothing that is not a device's. */
static VOID NTAPI
EduUnload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
}

/* A device was found: put a function device on top of its stack. */
static NTSTATUS NTAPI
EduAddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDevice)
{
    PDEVICE_OBJECT FunctionDevice;
    PEDU_CONTEXT Context;
    NTSTATUS Status;

    Status = IoCreateDevice(DriverObject, sizeof(EDU_CONTEXT), NULL, FILE_DEVICE_UNKNOWN,
                            FILE_DEVICE_SECURE_OPEN, FALSE, &FunctionDevice);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Context = FunctionDevice->DeviceExtension;
    RtlZeroMemory(Context, sizeof(*Context));
    Context->FunctionDevice = FunctionDevice;
    Context->PhysicalDevice = PhysicalDevice;
    KeInitializeEvent(&Context->Done, NotificationEvent, FALSE);
    IoInitializeDpcRequest(FunctionDevice, EduDpcForIsr);

    Context->LowerDevice = IoAttachDeviceToDeviceStack(FunctionDevice, PhysicalDevice);
    if (Context->LowerDevice == NULL) {
        IoDeleteDevice(FunctionDevice);
        return STATUS_NO_SUCH_DEVICE;
    }
    FunctionDevice->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

/* Takes the IRP back from the I/O manager, for the thread that waits for it. */
static NTSTATUS NTAPI
EduLowerDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);

    KeSetEvent((PKEVENT)Context, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* START goes down first, because only then does the bus decode the device's address. */
static NTSTATUS
EduPnpStart(PEDU_CONTEXT Context, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    KEVENT Event;
    NTSTATUS Status;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, EduLowerDone, &Event, TRUE, TRUE, TRUE);
    Status = IoCallDriver(Context->LowerDevice, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = Irp->IoStatus.Status;
    }
    if (NT_SUCCESS(Status)) {
        Status =
            EduStart(Context, Stack->Parameters.StartDevice.AllocatedResourcesTranslated);
    }
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

/* Takes the device object with it: the caller may touch neither it nor the context. */
static NTSTATUS
EduPnpRemove(PEDU_CONTEXT Context, PIRP Irp)
{
    PDEVICE_OBJECT LowerDevice = Context->LowerDevice;
    NTSTATUS Status;

    EduStop(Context);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoSkipCurrentIrpStackLocation(Irp);
    Status = IoCallDriver(LowerDevice, Irp);
    IoDetachDevice(LowerDevice);
    IoDeleteDevice(Context->FunctionDevice);
    return Status;
}

static NTSTATUS NTAPI
EduDispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEDU_CONTEXT Context = DeviceObject->DeviceExtension;

    switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        return EduPnpStart(Context, Irp);

    case IRP_MN_REMOVE_DEVICE:
        return EduPnpRemove(Context, Irp);

    case IRP_MN_STOP_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
        EduStop(Context);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        break;

    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        Irp->IoStatus.Status = STATUS_SUCCESS;
        break;

    default:
        break;
    }
    return EduDispatchPassDown(DeviceObject, Irp);
}

/* The bus driver's answer is the answer. */
static NTSTATUS NTAPI
EduDispatchPassDown(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEDU_CONTEXT Context = DeviceObject->DeviceExtension;

    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(Context->LowerDevice, Irp);
}
