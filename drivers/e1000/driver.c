/*
 * driver.c - DriverEntry, AddDevice, and the requests that only pass through.
 *
 * e1000.sys serves the Intel 82540EM (PCI\VEN_8086&DEV_100E), e1000e.sys the 82574L. A
 * frame is read with IRP_MJ_READ and sent with IRP_MJ_WRITE on \Device\E1000_<n>, or
 * \Device\E1000E_<n>: whole Ethernet frames, no protocol above and no NDIS beside, so
 * that the way of an interrupt is all there is to see.
 */
#include "e1000.h"

#define E1000_NAME_CAPACITY 32 /* a prefix, ten digits and a terminator */

DRIVER_INITIALIZE DriverEntry;
static DRIVER_ADD_DEVICE E1000AddDevice;
static DRIVER_UNLOAD E1000Unload;
static DRIVER_DISPATCH E1000DispatchPassDown;

/* The number that the next device's name gets, less one. Interlocked. */
static volatile LONG E1000LastNumber = -1;

/* Called once, PASSIVE_LEVEL. Adapters come later, one AddDevice each. */
NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS Status = E1000ReadSettings(RegistryPath);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    DriverObject->DriverUnload = E1000Unload;
    DriverObject->DriverExtension->AddDevice = E1000AddDevice;
    DriverObject->MajorFunction[IRP_MJ_CREATE] = E1000DispatchCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = E1000DispatchCleanup;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = E1000DispatchCreateClose;
    DriverObject->MajorFunction[IRP_MJ_READ] = E1000DispatchReadWrite;
    DriverObject->MajorFunction[IRP_MJ_WRITE] = E1000DispatchReadWrite;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = E1000DispatchDeviceControl;
    DriverObject->MajorFunction[IRP_MJ_PNP] = E1000DispatchPnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = E1000DispatchPassDown;
    DriverObject->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = E1000DispatchPassDown;
    return STATUS_SUCCESS;
}

/* All devices are gone by now, and there is nothing that is not a device's. */
static VOID NTAPI
E1000Unload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
}

/* Creates a device named with a fresh number. A failure leaves a gap, never a duplicate.
 */
static NTSTATUS
E1000CreateNamedDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT *FunctionDevice)
{
    WCHAR Buffer[E1000_NAME_CAPACITY];
    UNICODE_STRING Digits;
    UNICODE_STRING Name;
    NTSTATUS Status;

    Name.Buffer = Buffer;
    Name.Length = 0;
    Name.MaximumLength = sizeof(Buffer);
    Status = RtlAppendUnicodeToString(&Name, E1000Chip.NamePrefix);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Digits.Buffer = Buffer + Name.Length / sizeof(WCHAR);
    Digits.Length = 0;
    Digits.MaximumLength = Name.MaximumLength - Name.Length;
    Status = RtlIntegerToUnicodeString((ULONG)InterlockedIncrement(&E1000LastNumber), 10,
                                       &Digits);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Name.Length += Digits.Length;
    return IoCreateDevice(DriverObject, E1000Chip.ContextSize, &Name,
                          FILE_DEVICE_PHYSICAL_NETCARD, FILE_DEVICE_SECURE_OPEN, FALSE,
                          FunctionDevice);
}

/* The PnP manager found an adapter: put a function device on top of its stack. */
static NTSTATUS NTAPI
E1000AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDevice)
{
    PDEVICE_OBJECT FunctionDevice;
    PE1000_CONTEXT Context;
    NTSTATUS Status;

    Status = E1000CreateNamedDevice(DriverObject, &FunctionDevice);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Context = FunctionDevice->DeviceExtension;
    RtlZeroMemory(Context, E1000Chip.ContextSize);
    Context->FunctionDevice = FunctionDevice;
    Context->PhysicalDevice = PhysicalDevice;
    KeInitializeSpinLock(&Context->Lock);
    InitializeListHead(&Context->Reads);
    InitializeListHead(&Context->Writes);
    InitializeListHead(&Context->Sent);
    InitializeListHead(&Context->Queries);
    IoInitializeRemoveLock(&Context->RemoveLock, E1000_TAG, 0, 0);
    E1000InitializeDpcs(Context);

    Context->LowerDevice = IoAttachDeviceToDeviceStack(FunctionDevice, PhysicalDevice);
    if (Context->LowerDevice == NULL) {
        IoDeleteDevice(FunctionDevice);
        return STATUS_NO_SUCH_DEVICE;
    }
    FunctionDevice->Flags |= DO_DIRECT_IO;
    FunctionDevice->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

/* Power and WMI: the adapter knows D0 only, so the bus driver's answer is the answer. */
static NTSTATUS NTAPI
E1000DispatchPassDown(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PE1000_CONTEXT Context = DeviceObject->DeviceExtension;
    NTSTATUS Status;

    Status = IoAcquireRemoveLock(&Context->RemoveLock, Irp);
    if (!NT_SUCCESS(Status)) {
        Irp->IoStatus.Status = Status;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return Status;
    }
    IoSkipCurrentIrpStackLocation(Irp);
    Status = IoCallDriver(Context->LowerDevice, Irp);
    IoReleaseRemoveLock(&Context->RemoveLock, Irp);
    return Status;
}
