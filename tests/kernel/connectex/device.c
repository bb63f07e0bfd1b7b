/*
 * A WDM driver that does nothing with its device but hand it to a suite.
 */
#include "device.h"

static DRIVER_ADD_DEVICE AddDevice;
static DRIVER_DISPATCH DispatchPnp, DispatchPassDown;

TEST_DEVICE Device;
static PDEVICE_OBJECT LowerDevice;
static KEVENT Started;
static KTAP_SUITE *StartedSuite;

BOOLEAN
IsCase(PCWSTR Name)
{
    RTL_QUERY_REGISTRY_TABLE Table[2];
    WCHAR Path[200], Buffer[32] = {0};
    UNICODE_STRING Value = {0, sizeof(Buffer), Buffer};
    UNICODE_STRING Wanted;

    RtlCopyMemory(Path, Ktap.RegistryPath.Buffer, Ktap.RegistryPath.Length);
    wcscpy(Path + Ktap.RegistryPath.Length / sizeof(WCHAR), L"\\Parameters");
    RtlZeroMemory(Table, sizeof(Table));
    Table[0].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[0].Name = L"case";
    Table[0].EntryContext = &Value;
    RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Path, Table, NULL, NULL);
    RtlInitUnicodeString(&Wanted, Name);
    return RtlEqualUnicodeString(&Value, &Wanted, FALSE);
}

static VOID
RunSuite(VOID)
{
    LARGE_INTEGER Limit = KtapMilliseconds(5000);

    if (ok_status(KeWaitForSingleObject(&Started, Executive, KernelMode, FALSE, &Limit),
                  STATUS_SUCCESS, "the device was started")) {
        StartedSuite();
    }
}

static VOID
TakeInterrupt(PCM_PARTIAL_RESOURCE_DESCRIPTOR Resource)
{
    Device.Message = (Resource->Flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0;
    if (Device.Message) {
        Device.Vector = Resource->u.MessageInterrupt.Translated.Vector;
        Device.Irql = (KIRQL)Resource->u.MessageInterrupt.Translated.Level;
        Device.Assigned = Resource->u.MessageInterrupt.Translated.Affinity;
    } else {
        Device.Vector = Resource->u.Interrupt.Vector;
        Device.Irql = (KIRQL)Resource->u.Interrupt.Level;
        Device.Assigned = Resource->u.Interrupt.Affinity;
    }
    while ((Device.Assigned >> Device.Processor & 1) == 0) {
        Device.Processor++;
    }
    Device.Affinity = (KAFFINITY)1 << Device.Processor;
    Device.Shared = Resource->ShareDisposition == CmResourceShareShared;
    Device.Mode =
        (Resource->Flags & CM_RESOURCE_INTERRUPT_LATCHED) ? Latched : LevelSensitive;
}

static NTSTATUS
StartDevice(PCM_RESOURCE_LIST List)
{
    PCM_PARTIAL_RESOURCE_LIST Partial = &List->List[0].PartialResourceList;

    for (ULONG Index = 0; Index < Partial->Count; Index++) {
        PCM_PARTIAL_RESOURCE_DESCRIPTOR Resource = &Partial->PartialDescriptors[Index];

        if (Resource->Type == CmResourceTypeMemory && Device.Registers == NULL) {
            Device.Registers =
                MmMapIoSpace(Resource->u.Memory.Start, DEVICE_SPACE, MmNonCached);
        } else if (Resource->Type == CmResourceTypeInterrupt && Device.Vector == 0) {
            TakeInterrupt(Resource);
        }
    }
    if (Device.Registers == NULL || Device.Vector == 0) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    KeSetEvent(&Started, IO_NO_INCREMENT, FALSE);
    return STATUS_SUCCESS;
}

static NTSTATUS
RemoveDevice(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    NTSTATUS Status;

    MmUnmapIoSpace(Device.Registers, DEVICE_SPACE);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoSkipCurrentIrpStackLocation(Irp);
    Status = IoCallDriver(LowerDevice, Irp);
    IoDetachDevice(LowerDevice);
    IoDeleteDevice(DeviceObject);
    return Status;
}

static NTSTATUS NTAPI
DispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status;

    if (Stack->MinorFunction == IRP_MN_REMOVE_DEVICE) {
        return RemoveDevice(DeviceObject, Irp);
    }
    if (Stack->MinorFunction != IRP_MN_START_DEVICE) {
        return DispatchPassDown(DeviceObject, Irp);
    }
    Status = IoForwardIrpSynchronously(LowerDevice, Irp) ? Irp->IoStatus.Status
                                                         : STATUS_UNSUCCESSFUL;
    if (NT_SUCCESS(Status)) {
        Status = StartDevice(Stack->Parameters.StartDevice.AllocatedResourcesTranslated);
    }
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS NTAPI
DispatchPassDown(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(LowerDevice, Irp);
}

static NTSTATUS NTAPI
AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDevice)
{
    NTSTATUS Status;

    Status = IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE,
                            &Device.Function);
    if (NT_SUCCESS(Status)) {
        Device.Physical = PhysicalDevice;
        LowerDevice = IoAttachDeviceToDeviceStack(Device.Function, PhysicalDevice);
        Device.Function->Flags &= ~DO_DEVICE_INITIALIZING;
    }
    return Status;
}

NTSTATUS
StartSuite(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath, KTAP_SUITE *Suite)
{
    DriverObject->DriverExtension->AddDevice = AddDevice;
    DriverObject->MajorFunction[IRP_MJ_PNP] = DispatchPnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = DispatchPassDown;
    KeInitializeEvent(&Started, NotificationEvent, FALSE);
    StartedSuite = Suite;
    return KtapStart(DriverObject, RegistryPath, RunSuite);
}
