/*
 * The bus: a function driver of edu that answers for its relations.
 */
#include "bus.h"

static DRIVER_ADD_DEVICE AddDevice;
static DRIVER_DISPATCH DispatchPnp, DispatchPassDown, DispatchOpen;
static DRIVER_UNLOAD Unload;

BUS Bus;

NTSTATUS
CompletePnp(PIRP Irp, NTSTATUS Status)
{
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

BOOLEAN
AwaitBus(VOID)
{
    return ok(KtapAwait(&Bus.Started, 1), "the bus is started");
}

VOID
AwaitPnp(VOID)
{
    ULONG Problem;

    DirqlQueryProblem(Bus.Pdo, &Problem); /* has the lock that all of it takes */
}

/* Waits for a count that others may raise as well. */
static BOOLEAN
AwaitBeyond(volatile LONG *Value, LONG Before)
{
    for (ULONG Turn = 0; Turn < 2000 && *Value <= Before; Turn++) {
        KtapSleep(5);
    }
    return *Value > Before;
}

VOID
Announce(VOID)
{
    LONG Asked = Bus.Asked;

    IoInvalidateDeviceRelations(Bus.Pdo, BusRelations);
    ok(AwaitBeyond(&Bus.Asked, Asked), "the bus is asked for what is on it");
    AwaitPnp();
}

VOID
AnnounceState(PDEVICE_OBJECT Pdo, volatile LONG *Asked)
{
    LONG Before = *Asked;

    IoInvalidateDeviceState(Pdo);
    ok(AwaitBeyond(Asked, Before), "the device is asked for its state");
    AwaitPnp();
}

/* Every child that is present, referenced. */
static PDEVICE_RELATIONS
BuildRelations(VOID)
{
    PDEVICE_RELATIONS Relations = ExAllocatePoolWithTag(
        NonPagedPool, sizeof(*Relations) + (MAXIMUM_CHILDREN + 3) * sizeof(PVOID),
        KTAP_TAG);

    if (Relations == NULL) {
        return NULL;
    }
    Relations->Count = 0;
    for (ULONG Index = 0; Index < MAXIMUM_CHILDREN; Index++) {
        PCHILD Child = &Bus.Children[Index];

        if (Child->Present && (Child->Pdo != NULL || NT_SUCCESS(CreateChild(Child)))) {
            ObReferenceObject(Child->Pdo);
            Relations->Objects[Relations->Count++] = Child->Pdo;
        }
    }
    if (Bus.Strange && Relations->Count != 0) {
        ObReferenceObject(Relations->Objects[0]); /* one of them twice, */
        Relations->Objects[Relations->Count++] = Relations->Objects[0];
        Relations->Objects[Relations->Count++] = NULL;
        ObReferenceObject(Bus.Pdo); /* itself, */
        Relations->Objects[Relations->Count++] = Bus.Pdo;
        ObReferenceObject(Bus.Function); /* and what is no PDO */
        Relations->Objects[Relations->Count++] = Bus.Function;
    }
    return Relations;
}

static NTSTATUS
QueryRelations(PIRP Irp)
{
    PDEVICE_RELATIONS Relations;

    if (IoGetCurrentIrpStackLocation(Irp)->Parameters.QueryDeviceRelations.Type !=
        BusRelations) {
        return DispatchPassDown(Bus.Function, Irp);
    }
    Relations = BuildRelations();
    if (Relations == NULL) {
        return CompletePnp(Irp, STATUS_INSUFFICIENT_RESOURCES);
    }
    Irp->IoStatus.Information = (ULONG_PTR)Relations;
    Irp->IoStatus.Status = STATUS_SUCCESS;
    InterlockedIncrement(&Bus.Asked);
    return DispatchPassDown(Bus.Function, Irp);
}

static NTSTATUS
StartBus(PIRP Irp)
{
    PCM_PARTIAL_RESOURCE_LIST List;
    NTSTATUS Status = IoForwardIrpSynchronously(Bus.Lower, Irp) ? Irp->IoStatus.Status
                                                                : STATUS_UNSUCCESSFUL;

    List = &IoGetCurrentIrpStackLocation(Irp)
                ->Parameters.StartDevice.AllocatedResources->List[0]
                .PartialResourceList;
    for (ULONG Index = 0; Index < List->Count; Index++) {
        if (List->PartialDescriptors[Index].Type == CmResourceTypeInterrupt) {
            Bus.InterruptFlags = (UCHAR)List->PartialDescriptors[Index].Flags;
        }
    }
    InterlockedIncrement(&Bus.Starts);
    Bus.Started = 1;
    return CompletePnp(Irp, Status);
}

/* Turns the offered messages into nothing, as long as the line is wanted. */
static NTSTATUS
FilterBus(PIRP Irp)
{
    PIO_RESOURCE_REQUIREMENTS_LIST List;

    IoForwardIrpSynchronously(Bus.Lower, Irp);
    List = (PIO_RESOURCE_REQUIREMENTS_LIST)Irp->IoStatus.Information;
    for (ULONG Index = 0; List != NULL && Index < List->List[0].Count; Index++) {
        PIO_RESOURCE_DESCRIPTOR Descriptor = &List->List[0].Descriptors[Index];

        if (Bus.Line && Descriptor->Type == CmResourceTypeInterrupt &&
            (Descriptor->Flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0) {
            Descriptor->Type = CmResourceTypeDevicePrivate;
        }
    }
    return CompletePnp(Irp, STATUS_SUCCESS);
}

static NTSTATUS
QueryBusState(PIRP Irp)
{
    InterlockedIncrement(&Bus.StateAsked);
    if (!Bus.Line) {
        Irp->IoStatus.Information |= PNP_DEVICE_RESOURCE_REQUIREMENTS_CHANGED;
        Irp->IoStatus.Status = STATUS_SUCCESS;
    }
    return DispatchPassDown(Bus.Function, Irp);
}

static NTSTATUS
RemoveBus(PIRP Irp)
{
    NTSTATUS Status;

    Irp->IoStatus.Status = STATUS_SUCCESS;
    Status = DispatchPassDown(Bus.Function, Irp);
    IoDetachDevice(Bus.Lower);
    IoDeleteDevice(Bus.Function);
    return Status;
}

static NTSTATUS NTAPI
DispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXTENSION Extension = DeviceObject->DeviceExtension;

    if (Extension->Child != NULL) {
        return Extension->Physical ? ChildPdoPnp(DeviceObject, Irp)
                                   : ChildFunctionPnp(DeviceObject, Irp);
    }
    switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        return StartBus(Irp);
    case IRP_MN_FILTER_RESOURCE_REQUIREMENTS:
        return FilterBus(Irp);
    case IRP_MN_QUERY_DEVICE_RELATIONS:
        return QueryRelations(Irp);
    case IRP_MN_QUERY_PNP_DEVICE_STATE:
        return QueryBusState(Irp);
    case IRP_MN_REMOVE_DEVICE:
        return RemoveBus(Irp);
    case IRP_MN_STOP_DEVICE:
        InterlockedIncrement(&Bus.Stops);
        break;
    default:
        break;
    }
    if (IoGetCurrentIrpStackLocation(Irp)->MinorFunction <= IRP_MN_CANCEL_STOP_DEVICE) {
        Irp->IoStatus.Status = STATUS_SUCCESS; /* questions and stops: why not */
    }
    return DispatchPassDown(DeviceObject, Irp);
}

static NTSTATUS NTAPI
DispatchPassDown(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXTENSION Extension = DeviceObject->DeviceExtension;

    if (Extension->Physical) {
        return CompletePnp(Irp, Irp->IoStatus.Status);
    }
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(Extension->Child != NULL ? Extension->Child->Lower : Bus.Lower,
                        Irp);
}

static NTSTATUS NTAPI
DispatchOpen(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    return CompletePnp(Irp, STATUS_SUCCESS);
}

/* Both the bus's device and the children come here: by their drivers they differ. */
static NTSTATUS NTAPI
AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT Pdo)
{
    NTSTATUS Status;

    if (Pdo->DriverObject == DriverObject) {
        return AddChild(DriverObject, Pdo);
    }
    Status = IoCreateDevice(DriverObject, sizeof(EXTENSION), NULL,
                            FILE_DEVICE_BUS_EXTENDER, 0, FALSE, &Bus.Function);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Bus.Pdo = Pdo;
    Bus.Lower = IoAttachDeviceToDeviceStack(Bus.Function, Pdo);
    Bus.Function->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
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
    DriverObject->DriverExtension->AddDevice = AddDevice;
    DriverObject->DriverUnload = Unload;
    DriverObject->MajorFunction[IRP_MJ_PNP] = DispatchPnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = DispatchPassDown;
    DriverObject->MajorFunction[IRP_MJ_CREATE] = DispatchOpen;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = DispatchOpen;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = DispatchOpen;
    DriverObject->MajorFunction[IRP_MJ_READ] = ChildRead;
    Bus.Line = TRUE;
    return KtapStart(DriverObject, RegistryPath, RunSuite);
}
