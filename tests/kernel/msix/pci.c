/*
 * A WDM driver that writes down what it is told about its PCI function, and hands it to a
 * suite.
 */
#include "pci.h"

static DRIVER_ADD_DEVICE AddDevice;
static DRIVER_DISPATCH DispatchPnp, DispatchPassDown;

PCI_DEVICE Pci;
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
TakeInterrupts(INTERRUPT_LIST *Taken, PCM_RESOURCE_LIST List)
{
    PCM_PARTIAL_RESOURCE_LIST Partial = &List->List[0].PartialResourceList;

    for (ULONG Index = 0; Index < Partial->Count; Index++) {
        if (Partial->PartialDescriptors[Index].Type == CmResourceTypeInterrupt &&
            Taken->Count < MAXIMUM_DESCRIPTORS) {
            Taken->Entries[Taken->Count++] = Partial->PartialDescriptors[Index];
        }
    }
}

static VOID
MapRegisters(PCM_PARTIAL_RESOURCE_LIST Partial)
{
    for (ULONG Index = 0; Index < Partial->Count && Pci.Registers == NULL; Index++) {
        PCM_PARTIAL_RESOURCE_DESCRIPTOR Resource = &Partial->PartialDescriptors[Index];

        if (Resource->Type == CmResourceTypeMemory) {
            Pci.Length = Resource->u.Memory.Length;
            Pci.Registers =
                MmMapIoSpace(Resource->u.Memory.Start, Pci.Length, MmNonCached);
        }
    }
}

static NTSTATUS
StartDevice(PIO_STACK_LOCATION Stack)
{
    PCM_RESOURCE_LIST Raw = Stack->Parameters.StartDevice.AllocatedResources;
    PCM_RESOURCE_LIST Translated =
        Stack->Parameters.StartDevice.AllocatedResourcesTranslated;
    NTSTATUS Status;

    TakeInterrupts(&Pci.Raw, Raw);
    TakeInterrupts(&Pci.Translated, Translated);
    MapRegisters(&Translated->List[0].PartialResourceList);
    if (Pci.Registers == NULL || Pci.Translated.Count == 0 ||
        Pci.Raw.Count != Pci.Translated.Count) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    Status = QueryBusInterface();
    if (NT_SUCCESS(Status)) {
        KeSetEvent(&Started, IO_NO_INCREMENT, FALSE);
    }
    return Status;
}

/* Copies the interrupt descriptors; for case=beyond asks for more messages first. Then it
   is the suite's turn. */
static PIO_RESOURCE_REQUIREMENTS_LIST
FilterRequirements(PIO_RESOURCE_REQUIREMENTS_LIST List)
{
    for (ULONG Index = 0; Index < List->List[0].Count; Index++) {
        PIO_RESOURCE_DESCRIPTOR Descriptor = &List->List[0].Descriptors[Index];

        if (Descriptor->Type != CmResourceTypeInterrupt ||
            Pci.RequiredCount == MAXIMUM_DESCRIPTORS) {
            continue;
        }
        if ((Descriptor->Flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0 &&
            IsCase(L"beyond")) {
            Descriptor->u.Interrupt.MinimumVector -= BEYOND;
        }
        Pci.Required[Pci.RequiredCount++] = *Descriptor;
    }
    return Pci.Filter != NULL ? Pci.Filter(List) : List;
}

static NTSTATUS
RemoveDevice(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    NTSTATUS Status;

    Pci.Bus.InterfaceDereference(Pci.Bus.Context);
    MmUnmapIoSpace(Pci.Registers, Pci.Length);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoSkipCurrentIrpStackLocation(Irp);
    Status = IoCallDriver(Pci.Lower, Irp);
    IoDetachDevice(Pci.Lower);
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
    if (Stack->MinorFunction != IRP_MN_START_DEVICE &&
        Stack->MinorFunction != IRP_MN_FILTER_RESOURCE_REQUIREMENTS) {
        return DispatchPassDown(DeviceObject, Irp);
    }
    Status = IoForwardIrpSynchronously(Pci.Lower, Irp) ? Irp->IoStatus.Status
                                                       : STATUS_UNSUCCESSFUL;
    if (Stack->MinorFunction == IRP_MN_FILTER_RESOURCE_REQUIREMENTS) {
        Irp->IoStatus.Information = (ULONG_PTR)FilterRequirements(
            (PIO_RESOURCE_REQUIREMENTS_LIST)Irp->IoStatus.Information);
        Status = STATUS_SUCCESS;
    } else if (NT_SUCCESS(Status)) {
        Status = StartDevice(Stack);
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
    return IoCallDriver(Pci.Lower, Irp);
}

static NTSTATUS NTAPI
AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDevice)
{
    PDEVICE_OBJECT Device;
    NTSTATUS Status;

    Status =
        IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
    if (NT_SUCCESS(Status)) {
        Pci.Physical = PhysicalDevice;
        Pci.Lower = IoAttachDeviceToDeviceStack(Device, PhysicalDevice);
        Device->Flags &= ~DO_DEVICE_INITIALIZING;
    }
    return Status;
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
