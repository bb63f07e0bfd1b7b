/*
 * driver.c - DriverEntry, AddDevice, and the requests that only pass through.
 *
 * edu.sys serves QEMU's edu device (PCI\VEN_1234&DEV_11E8) as \Device\Edu<n>; eduioctl.h
 * says what can be asked of it. examples/edu is a smaller driver for the same device.
 */
#include "edu.h"

#define EDU_NAME_PREFIX L"\\Device\\Edu"
#define EDU_NAME_LENGTH (sizeof(EDU_NAME_PREFIX) - sizeof(WCHAR)) /* bytes */
#define EDU_NAME_DIGITS 10

DRIVER_INITIALIZE DriverEntry;
static DRIVER_ADD_DEVICE EduAddDevice;
static DRIVER_UNLOAD EduUnload;
static DRIVER_DISPATCH EduDispatchPassDown;

/* The number that the next device's name gets, less one. Interlocked. */
static volatile LONG EduLastNumber = -1;

/* Called once, PASSIVE_LEVEL. Devices come later, one AddDevice each. */
NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);

    DriverObject->DriverUnload = EduUnload;
    DriverObject->DriverStartIo = EduStartIo;
    DriverObject->DriverExtension->AddDevice = EduAddDevice;
    DriverObject->MajorFunction[IRP_MJ_CREATE] = EduDispatchCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = EduDispatchCleanup;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = EduDispatchCreateClose;
    DriverObject->MajorFunction[IRP_MJ_READ] = EduDispatchReadWrite;
    DriverObject->MajorFunction[IRP_MJ_WRITE] = EduDispatchReadWrite;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = EduDispatchDeviceControl;
    DriverObject->MajorFunction[IRP_MJ_PNP] = EduDispatchPnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = EduDispatchPassDown;
    DriverObject->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = EduDispatchPassDown;
    return STATUS_SUCCESS;
}

/* All devices are gone by now, and there is nothing that is not a device's. */
static VOID NTAPI
EduUnload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
}

/* Creates \Device\Edu<n> with a fresh n. */
static NTSTATUS
EduCreateNamedDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT *FunctionDevice)
{
    WCHAR Buffer[RTL_NUMBER_OF(EDU_NAME_PREFIX) + EDU_NAME_DIGITS] = EDU_NAME_PREFIX;
    UNICODE_STRING Name = {EDU_NAME_LENGTH, sizeof(Buffer), Buffer};
    UNICODE_STRING Digits = {0, sizeof(Buffer) - EDU_NAME_LENGTH,
                             Buffer + EDU_NAME_LENGTH / sizeof(WCHAR)};
    NTSTATUS Status;

    Status = RtlIntegerToUnicodeString((ULONG)InterlockedIncrement(&EduLastNumber), 10,
                                       &Digits);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Name.Length += Digits.Length;
    return IoCreateDevice(DriverObject, sizeof(EDU_CONTEXT), &Name, FILE_DEVICE_UNKNOWN,
                          FILE_DEVICE_SECURE_OPEN, FALSE, FunctionDevice);
}

/* Fills the context of a device that is not started yet. */
static VOID
EduInitializeContext(PDEVICE_OBJECT FunctionDevice, PDEVICE_OBJECT PhysicalDevice)
{
    PEDU_CONTEXT Context = FunctionDevice->DeviceExtension;

    RtlZeroMemory(Context, sizeof(*Context));
    Context->FunctionDevice = FunctionDevice;
    Context->PhysicalDevice = PhysicalDevice;
    Context->Refusal = STATUS_DEVICE_NOT_READY;
    KeInitializeSpinLock(&Context->Lock);
    IoInitializeRemoveLock(&Context->RemoveLock, EDU_TAG, 0, 0);
    IoInitializeDpcRequest(FunctionDevice, EduDpcForIsr);
}

/*
 * A device was found: put a function device on top of its stack. StartIo is deferred, so
 * that a StartIo which fails its packet and starts the next does not call itself (IRP-4).
 */
static NTSTATUS NTAPI
EduAddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDevice)
{
    PDEVICE_OBJECT FunctionDevice;
    PEDU_CONTEXT Context;
    NTSTATUS Status;

    Status = EduCreateNamedDevice(DriverObject, &FunctionDevice);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Context = FunctionDevice->DeviceExtension;
    EduInitializeContext(FunctionDevice, PhysicalDevice);
    IoSetStartIoAttributes(FunctionDevice, TRUE, TRUE);
    Status = IoInitializeTimer(FunctionDevice, EduTimer, Context);
    if (!NT_SUCCESS(Status)) {
        IoDeleteDevice(FunctionDevice);
        return Status;
    }
    Context->LowerDevice = IoAttachDeviceToDeviceStack(FunctionDevice, PhysicalDevice);
    if (Context->LowerDevice == NULL) {
        IoDeleteDevice(FunctionDevice);
        return STATUS_NO_SUCH_DEVICE;
    }
    FunctionDevice->Flags |= DO_BUFFERED_IO;
    FunctionDevice->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

/* Power and WMI: the device knows D0 only, so the bus driver's answer is the answer. */
static NTSTATUS NTAPI
EduDispatchPassDown(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEDU_CONTEXT Context = DeviceObject->DeviceExtension;
    NTSTATUS Status;

    Status = EduEnterIrp(Context, Irp);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    IoSkipCurrentIrpStackLocation(Irp);
    Status = IoCallDriver(Context->LowerDevice, Irp);
    IoReleaseRemoveLock(&Context->RemoveLock, Irp);
    return Status;
}
