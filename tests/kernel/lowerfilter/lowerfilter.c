/*
 * A filter that passes everything on, for the suite filters, which loads it under two
 * names: below and above the driver that serves a device. It does not want a device whose
 * PDO is of type FILE_DEVICE_NULL.
 */
#include <ntddk.h>

typedef struct _FILTER {
    PDEVICE_OBJECT Lower;
} FILTER, *PFILTER;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_ADD_DEVICE AddDevice;
static DRIVER_DISPATCH DispatchPnp, DispatchPassDown;
static DRIVER_UNLOAD Unload;

static NTSTATUS NTAPI
AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT Pdo)
{
    PDEVICE_OBJECT Device;
    PFILTER Filter;
    NTSTATUS Status;

    if (Pdo->DeviceType == FILE_DEVICE_NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = IoCreateDevice(DriverObject, sizeof(FILTER), NULL, FILE_DEVICE_UNKNOWN, 0,
                            FALSE, &Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Filter = Device->DeviceExtension;
    Filter->Lower = IoAttachDeviceToDeviceStack(Device, Pdo);
    Device->Flags |= Filter->Lower->Flags &
                     (DO_BUFFERED_IO | DO_DIRECT_IO | DO_POWER_PAGABLE | DO_POWER_INRUSH);
    Device->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
DispatchPassDown(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PFILTER Filter = DeviceObject->DeviceExtension;

    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(Filter->Lower, Irp);
}

static NTSTATUS NTAPI
DispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PDEVICE_OBJECT Lower = ((PFILTER)DeviceObject->DeviceExtension)->Lower;
    UCHAR Minor = IoGetCurrentIrpStackLocation(Irp)->MinorFunction;
    NTSTATUS Status = DispatchPassDown(DeviceObject, Irp);

    if (Minor == IRP_MN_REMOVE_DEVICE) {
        IoDetachDevice(Lower);
        IoDeleteDevice(DeviceObject);
    }
    return Status;
}

static VOID NTAPI
Unload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    for (ULONG Major = 0; Major <= IRP_MJ_MAXIMUM_FUNCTION; Major++) {
        DriverObject->MajorFunction[Major] = DispatchPassDown;
    }
    DriverObject->MajorFunction[IRP_MJ_PNP] = DispatchPnp;
    DriverObject->DriverExtension->AddDevice = AddDevice;
    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
