/*
 * Interfaces of routines that one driver has for another: those that a device offers, and
 * those that its driver looks for in a stack (IRP_MN_QUERY_INTERFACE).
 */
#include "wdfp.h"
#include "pdo.h"
#include "queryinterface.h"

/* One that is offered; nothing of it changes. */
typedef struct _WDFP_OFFER {
    LIST_ENTRY Link; /* WDFP_DEVICE.Offers; TreeLock */
    WDF_QUERY_INTERFACE_CONFIG Config;
    GUID Type;
    INTERFACE Interface[]; /* a copy of the driver's, as long as its Size; or nothing */
} WDFP_OFFER, *PWDFP_OFFER;

VOID
WdfpFreeOffers(PWDFP_DEVICE Device)
{
    while (!IsListEmpty(&Device->Offers)) {
        ExFreePoolWithTag(
            CONTAINING_RECORD(RemoveHeadList(&Device->Offers), WDFP_OFFER, Link),
            WDFP_TAG);
    }
}

/* Without a structure of the driver's, somebody has to fill the asker's: its callback. */
static NTSTATUS
WdfpCheckOffer(PWDFP_DEVICE Device, const WDF_QUERY_INTERFACE_CONFIG *Config)
{
    BOOLEAN Calls = Config->EvtDeviceProcessQueryInterfaceRequest != NULL;

    if (Config->Size != sizeof(*Config)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (Config->InterfaceType == NULL || (Config->ImportInterface && !Calls) ||
        (Config->Interface == NULL && !Config->ImportInterface) ||
        (Config->SendQueryToParentStack && Device->Init->Kind != WdfpPhysicalDevice)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Config->Interface != NULL && (Config->Interface->Size < sizeof(INTERFACE) ||
                                      Config->Interface->InterfaceReference == NULL ||
                                      Config->Interface->InterfaceDereference == NULL)) {
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

/*
 * Offers an interface to whoever asks the device's stack, for the life of the device.
 * STATUS_INFO_LENGTH_MISMATCH; STATUS_INVALID_PARAMETER (no type; no interface without a
 * callback that fills the asker's; one without reference routines; a query to the parent's
 * stack, of what is no child); STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual,
 * WdfDeviceAddQueryInterface.
 */
NTSTATUS
NTAPI
ImpWdfDeviceAddQueryInterface(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                              PWDF_QUERY_INTERFACE_CONFIG Config)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);
    ULONG Bytes;
    PWDFP_OFFER Offer;
    NTSTATUS Status;
    KIRQL OldIrql;

    WdfpRequire(Device->Object.Globals, Config, "InterfaceConfig");
    Status = WdfpCheckOffer(Device, Config);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Bytes = Config->Interface == NULL ? 0 : Config->Interface->Size;
    Offer = ExAllocatePoolZero(NonPagedPoolNx, sizeof(*Offer) + Bytes, WDFP_TAG);
    if (Offer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Offer->Config = *Config;
    Offer->Type = *Config->InterfaceType;
    RtlCopyMemory(Offer->Interface, Config->Interface, Bytes);
    KeAcquireSpinLock(&Device->Object.Globals->TreeLock, &OldIrql);
    InsertTailList(&Device->Offers, &Offer->Link);
    KeReleaseSpinLock(&Device->Object.Globals->TreeLock, OldIrql);
    return STATUS_SUCCESS;
}

/* What the device offers of a type, or NULL. */
static PWDFP_OFFER
WdfpFindOffer(PWDFP_DEVICE Device, const GUID *Type)
{
    PWDFP_OFFER Found = NULL;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Device->Object.Globals->TreeLock, &OldIrql);
    for (PLIST_ENTRY Link = Device->Offers.Flink;
         Found == NULL && Link != &Device->Offers; Link = Link->Flink) {
        PWDFP_OFFER Offer = CONTAINING_RECORD(Link, WDFP_OFFER, Link);

        if (IsEqualGUID(&Offer->Type, Type)) {
            Found = Offer;
        }
    }
    KeReleaseSpinLock(&Device->Object.Globals->TreeLock, OldIrql);
    return Found;
}

/* Sends the question to the top of a device's stack. */
static NTSTATUS
WdfpAskStack(PDEVICE_OBJECT DeviceObject, const IO_STACK_LOCATION *Question)
{
    PDEVICE_OBJECT Top = IoGetAttachedDeviceReference(DeviceObject);
    NTSTATUS Status = STATUS_INSUFFICIENT_RESOURCES;
    IO_STATUS_BLOCK Result;
    KEVENT Event;
    PIRP Irp;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(IRP_MJ_PNP, Top, NULL, 0, NULL, &Event, &Result);
    if (Irp != NULL) {
        PIO_STACK_LOCATION Stack = IoGetNextIrpStackLocation(Irp);

        Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
        Stack->MinorFunction = IRP_MN_QUERY_INTERFACE;
        Stack->Parameters.QueryInterface = Question->Parameters.QueryInterface;
        Status = IoCallDriver(Top, Irp);
        if (Status == STATUS_PENDING) {
            KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
            Status = Result.Status;
        }
    }
    ObDereferenceObject(Top);
    return Status;
}

NTSTATUS
WdfpAnswerInterface(PWDFP_DEVICE Device, PIO_STACK_LOCATION Stack)
{
    PINTERFACE Asked = Stack->Parameters.QueryInterface.Interface;
    PWDFP_OFFER Offer =
        WdfpFindOffer(Device, Stack->Parameters.QueryInterface.InterfaceType);
    NTSTATUS Status = STATUS_SUCCESS;

    if (Offer == NULL) {
        return STATUS_NOT_SUPPORTED;
    }
    if (Offer->Config.SendQueryToParentStack) {
        return WdfpAskStack(Device->Init->Pdo->Parent->DeviceObject, Stack);
    }
    if (Offer->Config.Interface != NULL &&
        Stack->Parameters.QueryInterface.Size < Offer->Interface->Size) {
        return STATUS_INVALID_BUFFER_SIZE;
    }
    if (!Offer->Config.ImportInterface) {
        RtlCopyMemory(Asked, Offer->Interface, Offer->Interface->Size);
    }
    if (Offer->Config.EvtDeviceProcessQueryInterfaceRequest != NULL) {
        Status = WDFP_CALL(Device->Object.Globals,
                           Offer->Config.EvtDeviceProcessQueryInterfaceRequest,
                           WdfpHandle(Device), &Offer->Type, Asked,
                           Stack->Parameters.QueryInterface.InterfaceSpecificData);
    }
    if (NT_SUCCESS(Status) && !Offer->Config.ImportInterface) {
        Asked->InterfaceReference(Asked->Context);
    }
    return Status;
}

/*
 * Asks the device's own stack for an interface, which is returned referenced.
 * STATUS_NOT_SUPPORTED: nobody has it; STATUS_INSUFFICIENT_RESOURCES; what the driver that
 * has it returns. PASSIVE_LEVEL. Source: manual, WdfFdoQueryForInterface.
 */
NTSTATUS
NTAPI
ImpWdfFdoQueryForInterface(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                           LPCGUID InterfaceType, PINTERFACE Interface, USHORT Size,
                           USHORT Version, PVOID Data)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);
    IO_STACK_LOCATION Question = {0};

    WdfpRequire(Device->Object.Globals, InterfaceType, "InterfaceType");
    WdfpRequire(Device->Object.Globals, Interface, "Interface");
    WdfpRequireIrql(Device->Object.Globals, PASSIVE_LEVEL, "WdfFdoQueryForInterface");
    Question.Parameters.QueryInterface.InterfaceType = InterfaceType;
    Question.Parameters.QueryInterface.Size = Size;
    Question.Parameters.QueryInterface.Version = Version;
    Question.Parameters.QueryInterface.Interface = Interface;
    Question.Parameters.QueryInterface.InterfaceSpecificData = Data;
    return WdfpAskStack(Device->DeviceObject, &Question);
}
