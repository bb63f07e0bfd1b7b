/*
 * IRP_MJ_PNP at the bottom: what a PCI function answers to its drivers and to pnp.c.
 *
 * A minor function that is not handled keeps the status it came with, which tells the
 * sender that nobody handled it.
 */
#include "iop.h"
#include "iopnp.h"

#include <wdmguid.h>

#define PCI_COMMAND 0x04

/* Turns the function on: the decoders its regions need, and bus mastering. */
static NTSTATUS
IopPciStart(PIOP_PDO Pdo)
{
    ULONG Command = HalReadPci(Pdo->Address, PCI_COMMAND, 2) | PCI_ENABLE_BUS_MASTER;

    for (ULONG Index = 0; Index < Pdo->BarCount; Index++) {
        Command |= Pdo->Bars[Index].Type == CmResourceTypePort ? PCI_ENABLE_IO_SPACE
                                                               : PCI_ENABLE_MEMORY_SPACE;
    }
    HalWritePci(Pdo->Address, PCI_COMMAND, 2, Command);
    IopOpenBridges(Pdo);
    return STATUS_SUCCESS;
}

/* Gives the command register back its firmware content, bus mastering off: a device whose
   driver is gone must not write to memory. */
static NTSTATUS
IopPciStop(PIOP_PDO Pdo)
{
    HalWritePci(Pdo->Address, PCI_COMMAND, 2,
                Pdo->Command & ~(ULONG)PCI_ENABLE_BUS_MASTER);
    return STATUS_SUCCESS;
}

/* Whether Other leaves the machine together with Pdo, both being functions in one slot. */
static BOOLEAN
IopSharesSlot(PIOP_PDO Pdo, PIOP_PDO Other)
{
    return Other != Pdo && IopIsPci(Other) && !Other->Gone &&
           Other->Address.Bus == Pdo->Address.Bus && IopIsInSlot(Pdo);
}

/* EjectionRelations: the other functions of the slot, referenced. Who asks holds the lock
   of pnp.c. NULL: there are none, or pool is short. */
static PDEVICE_RELATIONS
IopBuildSlotRelations(PIOP_PDO Pdo)
{
    PDEVICE_RELATIONS Relations = NULL;
    ULONG Count = 0;

    for (ULONG Pass = 0; Pass < 2; Pass++) {
        Count = 0;
        for (PLIST_ENTRY Link = IopPdos.Flink; Link != &IopPdos; Link = Link->Flink) {
            PIOP_PDO Other = CONTAINING_RECORD(Link, IOP_PDO, Link);

            if (!IopSharesSlot(Pdo, Other)) {
                continue;
            }
            if (Relations != NULL) {
                ObReferenceObject(Other->DeviceObject);
                Relations->Objects[Count] = Other->DeviceObject;
            }
            Count++;
        }
        if (Pass == 0 && Count != 0) {
            Relations =
                IopAllocate(sizeof(*Relations) + Count * sizeof(PVOID), IOP_TAG_PNP);
        }
    }
    if (Relations != NULL) {
        Relations->Count = Count;
    }
    return Relations;
}

static NTSTATUS
IopPciQueryRelations(PIOP_PDO Pdo, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    PDEVICE_RELATIONS Relations;

    if (Stack->Parameters.QueryDeviceRelations.Type == TargetDeviceRelation) {
        return IopAnswerTarget(Pdo, Irp);
    }
    if (Stack->Parameters.QueryDeviceRelations.Type != EjectionRelations ||
        (Relations = IopBuildSlotRelations(Pdo)) == NULL) {
        return Irp->IoStatus.Status;
    }
    Irp->IoStatus.Information = (ULONG_PTR)Relations;
    return STATUS_SUCCESS;
}

/* The device is always on; one in a slot may be taken out when its driver agrees. */
static NTSTATUS
IopPciQueryCapabilities(PIOP_PDO Pdo, PDEVICE_CAPABILITIES Capabilities)
{
    if (Capabilities->Version != 1 || Capabilities->Size < sizeof(*Capabilities)) {
        return STATUS_INVALID_PARAMETER;
    }
    Capabilities->Address = ((ULONG)Pdo->Address.Device << 16) | Pdo->Address.Function;
    Capabilities->UINumber = MAXULONG; /* unknown */
    if (IopIsInSlot(Pdo)) {
        Capabilities->Removable = TRUE;
        Capabilities->EjectSupported = TRUE;
    }
    Capabilities->DeviceState[PowerSystemWorking] = PowerDeviceD0;
    for (ULONG State = PowerSystemSleeping1; State < POWER_SYSTEM_MAXIMUM; State++) {
        Capabilities->DeviceState[State] = PowerDeviceD3;
    }
    return STATUS_SUCCESS;
}

/* Answers with Memory, which the requester frees; NULL means that there was none. */
static NTSTATUS
IopPciReturn(PIRP Irp, PVOID Memory)
{
    if (Memory == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Irp->IoStatus.Information = (ULONG_PTR)Memory;
    return STATUS_SUCCESS;
}

/* A copy of the resources the device holds; success and nothing when it holds none. */
static NTSTATUS
IopPciQueryResources(PIOP_PDO Pdo, PIRP Irp)
{
    PVOID Copy;

    if (Pdo->RawResources == NULL) {
        Irp->IoStatus.Information = 0;
        return STATUS_SUCCESS;
    }
    Copy = IopAllocate(Pdo->ResourceLength, IOP_TAG_PNP);
    if (Copy != NULL) {
        memcpy(Copy, Pdo->RawResources, Pdo->ResourceLength);
    }
    return IopPciReturn(Irp, Copy);
}

/* The ids of the kind asked for; kinds PCI does not have leave the IRP alone. */
static NTSTATUS
IopPciQueryId(PIOP_PDO Pdo, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    if (Stack->Parameters.QueryId.IdType > BusQueryInstanceID) {
        return Irp->IoStatus.Status;
    }
    return IopPciReturn(Irp, IopBuildPciId(Pdo, Stack->Parameters.QueryId.IdType));
}

static NTSTATUS
IopPciQueryBus(PIOP_PDO Pdo, PIRP Irp)
{
    PPNP_BUS_INFORMATION Information = IopAllocate(sizeof(*Information), IOP_TAG_PNP);

    if (Information != NULL) {
        Information->BusTypeGuid = GUID_BUS_TYPE_PCI;
        Information->LegacyBusType = PCIBus;
        Information->BusNumber = Pdo->Address.Bus;
    }
    return IopPciReturn(Irp, Information);
}

/* Reads or writes configuration space; Information is the bytes moved. */
static NTSTATUS
IopPciConfig(PIOP_PDO Pdo, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    if (Stack->Parameters.ReadWriteConfig.WhichSpace != PCI_WHICHSPACE_CONFIG) {
        return STATUS_INVALID_PARAMETER;
    }
    Irp->IoStatus.Information =
        IopAccessConfig(Pdo, Stack->MinorFunction == IRP_MN_WRITE_CONFIG,
                        Stack->Parameters.ReadWriteConfig.Buffer,
                        Stack->Parameters.ReadWriteConfig.Offset,
                        Stack->Parameters.ReadWriteConfig.Length);
    return STATUS_SUCCESS;
}

/* The answer to one minor function. */
static NTSTATUS
IopPciPnp(PIOP_PDO Pdo, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    switch (Stack->MinorFunction) {
    case IRP_MN_START_DEVICE:
        return IopPciStart(Pdo);
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
    case IRP_MN_REMOVE_DEVICE:
        return IopPciStop(Pdo);
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        return STATUS_SUCCESS;
    case IRP_MN_QUERY_DEVICE_RELATIONS:
        return IopPciQueryRelations(Pdo, Irp, Stack);
    case IRP_MN_QUERY_INTERFACE: {
        NTSTATUS Status = IopQueryPciInterface(Pdo, Stack);

        return Status == STATUS_NOT_SUPPORTED ? Irp->IoStatus.Status : Status;
    }
    case IRP_MN_QUERY_CAPABILITIES:
        return IopPciQueryCapabilities(Pdo,
                                       Stack->Parameters.DeviceCapabilities.Capabilities);
    case IRP_MN_QUERY_RESOURCES:
        return IopPciQueryResources(Pdo, Irp);
    case IRP_MN_QUERY_RESOURCE_REQUIREMENTS:
        return IopPciReturn(Irp, IopBuildRequirements(Pdo));
    case IRP_MN_QUERY_ID:
        return IopPciQueryId(Pdo, Irp, Stack);
    case IRP_MN_QUERY_BUS_INFORMATION:
        return IopPciQueryBus(Pdo, Irp);
    case IRP_MN_READ_CONFIG:
    case IRP_MN_WRITE_CONFIG:
        return IopPciConfig(Pdo, Irp, Stack);
    default:
        return Irp->IoStatus.Status;
    }
}

NTSTATUS
NTAPI
IopPciDispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    NTSTATUS Status =
        IopPciPnp(DeviceObject->DeviceExtension, Irp, IoGetCurrentIrpStackLocation(Irp));

    Irp->IoStatus.Status = Status;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}
