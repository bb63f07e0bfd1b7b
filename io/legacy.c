/*
 * The root bus: devices that no bus reports and that every PC has at a fixed place. NT
 * learns of them from the firmware's AML or from its registry; here they are a list.
 *
 * Only what the HAL has found to be there becomes a PDO. It shares IOP_PDO with the PCI
 * functions, so that pnp.c starts and removes it like any other: one region of ports, one
 * ISA line, and an address that no PCI function has.
 */
#include "iop.h"
#include "iopnp.h"

PDRIVER_OBJECT IopRootDriver;

/* In the order of HalSerialPortPresent's numbers. */
static const IOP_LEGACY IopSerialPorts[] = {
    {.Location = "COM1",
     .HardwareId = "ROOT\\COM1",
     .Port = 0x3F8,
     .PortLength = 8,
     .IsaLine = 4},
    {.Location = "COM2",
     .HardwareId = "ROOT\\COM2",
     .Port = 0x2F8,
     .PortLength = 8,
     .IsaLine = 3},
};

/* A multi-string of up to two ids; NULL: pool is short. The receiver frees it. */
static PWSTR
IopBuildLegacyId(const IOP_LEGACY *Legacy, BUS_QUERY_ID_TYPE Type)
{
    const CHAR *Ids[2] = {Legacy->HardwareId, NULL};
    PWSTR Buffer = IopAllocate(IOP_MAXIMUM_ID * 2 * sizeof(WCHAR), IOP_TAG_PNP);
    ULONG Used = 0;

    if (Type == BusQueryCompatibleIDs || Type == BusQueryInstanceID) {
        Ids[0] = Type == BusQueryInstanceID ? "0" : "*PNP0501";
    }
    for (ULONG Index = 0; Buffer != NULL && Ids[Index] != NULL; Index++) {
        for (const CHAR *Text = Ids[Index]; *Text != '\0'; Text++) {
            Buffer[Used++] = (WCHAR)*Text;
        }
        Used++; /* the zeros are there */
    }
    return Buffer;
}

/* Its ports where they are, and its line, which is an edge. */
static PIO_RESOURCE_REQUIREMENTS_LIST
IopBuildLegacyRequirements(PIOP_PDO Pdo)
{
    PIO_RESOURCE_REQUIREMENTS_LIST List = IopBuildRequirements(Pdo);

    if (List != NULL) {
        List->InterfaceType = Isa;
        List->BusNumber = 0;
        List->SlotNumber = 0;
        List->List[0].Descriptors[Pdo->BarCount].Flags = CM_RESOURCE_INTERRUPT_LATCHED;
        List->List[0].Descriptors[Pdo->BarCount].ShareDisposition =
            CmResourceShareDeviceExclusive;
    }
    return List;
}

/* The answer to one minor function; what is not handled keeps its status. */
static NTSTATUS
IopRootPnp(PIOP_PDO Pdo, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PVOID Answer;

    switch (Stack->MinorFunction) {
    case IRP_MN_START_DEVICE:
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
    case IRP_MN_REMOVE_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        return STATUS_SUCCESS;
    case IRP_MN_QUERY_DEVICE_RELATIONS:
        return Stack->Parameters.QueryDeviceRelations.Type == TargetDeviceRelation
                   ? IopAnswerTarget(Pdo, Irp)
                   : Irp->IoStatus.Status;
    case IRP_MN_QUERY_ID:
        if (Stack->Parameters.QueryId.IdType > BusQueryInstanceID) {
            return Irp->IoStatus.Status;
        }
        Answer = IopBuildLegacyId(Pdo->Legacy, Stack->Parameters.QueryId.IdType);
        break;
    case IRP_MN_QUERY_RESOURCE_REQUIREMENTS:
        Answer = IopBuildLegacyRequirements(Pdo);
        break;
    default:
        return Irp->IoStatus.Status;
    }
    if (Answer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Irp->IoStatus.Information = (ULONG_PTR)Answer;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
IopRootDispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    NTSTATUS Status = IopRootPnp(DeviceObject->DeviceExtension, Irp);

    Irp->IoStatus.Status = Status;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

/* Power: it is always on. */
static NTSTATUS NTAPI
IopRootDispatchPower(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    PoStartNextPowerIrp(Irp);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

/* Makes the driver object of the root bus, which is part of the kernel. PASSIVE_LEVEL. */
NTSTATUS
IopCreateRootDriver(VOID)
{
    static const IOP_MODULE Module = {.BaseName = "root", .ServiceName = "root"};
    NTSTATUS Status = IopCreateDriver(&Module, NULL, &IopRootDriver);

    if (NT_SUCCESS(Status)) {
        IopRootDriver->MajorFunction[IRP_MJ_PNP] = IopRootDispatchPnp;
        IopRootDriver->MajorFunction[IRP_MJ_POWER] = IopRootDispatchPower;
    }
    return Status;
}

/* The PDO of one device of the list. */
static NTSTATUS
IopCreateLegacyPdo(const IOP_LEGACY *Legacy)
{
    static const HAL_PCI_ADDRESS Nowhere = IOP_NOWHERE;
    PDEVICE_OBJECT Device;
    NTSTATUS Status = IoCreateDevice(IopRootDriver, sizeof(IOP_PDO), NULL,
                                     FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
    PIOP_PDO Pdo;

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Pdo = Device->DeviceExtension;
    Pdo->DeviceObject = Device;
    Device->DeviceObjectExtension->Node = Pdo;
    Pdo->Legacy = Legacy;
    Pdo->Address = Nowhere;
    Pdo->InterruptPin = 1;
    Pdo->BarCount = 1;
    Pdo->Bars[0].Type = CmResourceTypePort;
    Pdo->Bars[0].Flags = CM_RESOURCE_PORT_IO | CM_RESOURCE_PORT_16_BIT_DECODE;
    Pdo->Bars[0].Base = Legacy->Port;
    Pdo->Bars[0].Length = Legacy->PortLength;
    RtlFormat(Device->DeviceObjectExtension->Description,
              sizeof(Device->DeviceObjectExtension->Description), "%s", Legacy->Location);
    Device->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    InsertTailList(&IopPdos, &Pdo->Link);
    return STATUS_SUCCESS;
}

/* Makes a PDO of every device of the list that is there. PASSIVE_LEVEL, once. */
NTSTATUS
IopCreateLegacyDevices(VOID)
{
    NTSTATUS Status = STATUS_SUCCESS;

    for (ULONG Number = 0; Number < RTL_NUMBER_OF(IopSerialPorts); Number++) {
        if (NT_SUCCESS(Status) && HalSerialPortPresent(Number)) {
            Status = IopCreateLegacyPdo(&IopSerialPorts[Number]);
        }
    }
    return Status;
}
