/*
 * serial.sys: 16550 UARTs (PNP0501), one device object \Device\Serial<n> each.
 *
 * The HAL prints through the same chips by polling; port.c says how the two get along.
 */
#include "serial.h"

DRIVER_INITIALIZE DriverEntry;
static DRIVER_ADD_DEVICE SerialAddDevice;
static DRIVER_UNLOAD SerialUnload;
static DRIVER_DISPATCH SerialForward;

static LONG SerialPortsNamed; /* interlocked; a number is never used twice */

/* Passes a power or WMI request down the stack. */
static NTSTATUS
SerialForward(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PSERIAL_PORT Port = DeviceObject->DeviceExtension;
    NTSTATUS Status = IoAcquireRemoveLock(&Port->RemoveLock, Irp);

    if (!NT_SUCCESS(Status)) {
        Irp->IoStatus.Status = Status;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return Status;
    }
    IoSkipCurrentIrpStackLocation(Irp);
    Status = IoCallDriver(Port->LowerDevice, Irp);
    IoReleaseRemoveLock(&Port->RemoveLock, Irp);
    return Status;
}

static VOID
SerialInitializePort(PSERIAL_PORT Port, PDEVICE_OBJECT Device,
                     PDEVICE_OBJECT PhysicalDevice)
{
    RtlZeroMemory(Port, sizeof(*Port));
    Port->Device = Device;
    Port->PhysicalDevice = PhysicalDevice;
    IoInitializeRemoveLock(&Port->RemoveLock, SERIAL_POOL_TAG, 0, 0);
    KeInitializeSpinLock(&Port->Lock);
    SerialInitializeQueue(&Port->Reads, Port);
    SerialInitializeQueue(&Port->Writes, Port);
    KeInitializeTimer(&Port->Timer);
    KeInitializeDpc(&Port->TimerDpc, SerialTimerDpc, Port);
    IoInitializeDpcRequest(Device, SerialDpcForIsr);
}

/* Builds the functional device object of one port. IRQL: PASSIVE_LEVEL. */
static NTSTATUS
SerialAddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject)
{
    WCHAR Buffer[] = L"\\Device\\Serial0";
    ULONG Number = (ULONG)InterlockedIncrement(&SerialPortsNamed) - 1;
    PDEVICE_OBJECT Device;
    UNICODE_STRING Name;
    PSERIAL_PORT Port;
    NTSTATUS Status;

    if (Number > 9) {
        return STATUS_INSUFFICIENT_RESOURCES; /* names end with one digit */
    }
    Buffer[RTL_NUMBER_OF(Buffer) - 2] = (WCHAR)(L'0' + Number);
    RtlInitUnicodeString(&Name, Buffer);
    Status =
        IoCreateDevice(DriverObject, sizeof(SERIAL_PORT), &Name, FILE_DEVICE_SERIAL_PORT,
                       FILE_DEVICE_SECURE_OPEN, FALSE, &Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Port = Device->DeviceExtension;
    SerialInitializePort(Port, Device, PhysicalDeviceObject);
    Port->LowerDevice = IoAttachDeviceToDeviceStack(Device, PhysicalDeviceObject);
    if (Port->LowerDevice == NULL) {
        IoDeleteDevice(Device);
        return STATUS_NO_SUCH_DEVICE;
    }
    Device->Flags |= DO_BUFFERED_IO;
    Device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

/* Without an unload routine the driver could never leave. Its devices already have. */
static VOID
SerialUnload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
}

/* Fills in the driver object. IRQL: PASSIVE_LEVEL. */
NTSTATUS
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);

    DriverObject->DriverExtension->AddDevice = SerialAddDevice;
    DriverObject->DriverUnload = SerialUnload;
    DriverObject->MajorFunction[IRP_MJ_CREATE] = SerialCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = SerialCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = SerialCreateClose;
    DriverObject->MajorFunction[IRP_MJ_READ] = SerialReadWrite;
    DriverObject->MajorFunction[IRP_MJ_WRITE] = SerialReadWrite;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = SerialControl;
    DriverObject->MajorFunction[IRP_MJ_PNP] = SerialPnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = SerialForward;
    DriverObject->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = SerialForward;
    return STATUS_SUCCESS;
}
