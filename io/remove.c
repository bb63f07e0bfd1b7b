/*
 * Letting devices go.
 *
 * In order: IRP_MN_QUERY_REMOVE_DEVICE, which any driver of the stack may refuse, then
 * IRP_MN_REMOVE_DEVICE. A device that is gone already is not asked about:
 * IRP_MN_SURPRISE_REMOVAL tells its drivers, and IRP_MN_REMOVE_DEVICE follows when the
 * last file on its stack is closed, however long that takes, since until then requests
 * may still come in.
 */
#include "iop.h"
#include "iopnp.h"

#include <wdmguid.h>

#define IOP_MAXIMUM_HELD 16 /* devices of one stack, the PDO not counted */

/* References every device on top of the PDO; returns how many. */
static ULONG
IopHoldStack(PIOP_PDO Pdo, PDEVICE_OBJECT *Devices)
{
    PDEVICE_OBJECT Device;
    ULONG Count = 0;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    for (Device = Pdo->DeviceObject->AttachedDevice;
         Device != NULL && Count < IOP_MAXIMUM_HELD; Device = Device->AttachedDevice) {
        ObReferenceObject(Device);
        Devices[Count++] = Device;
    }
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    return Count;
}

/* Whether a file is open on any device of the stack. */
static BOOLEAN
IopIsStackOpen(PIOP_PDO Pdo)
{
    LONG Opens = 0;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    for (PDEVICE_OBJECT Device = Pdo->DeviceObject; Device != NULL;
         Device = Device->AttachedDevice) {
        Opens += Device->ReferenceCount;
    }
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    return Opens != 0;
}

/* Whether IRP_MN_REMOVE_DEVICE may follow a surprise removal. */
static BOOLEAN
IopCanFinish(PIOP_PDO Pdo)
{
    return !IopIsStackOpen(Pdo) && !IopHasChildren(Pdo);
}

VOID
IopCancelRemoval(PIOP_PDO Pdo)
{
    IO_STACK_LOCATION Location = {0};

    if (Pdo->State == IopPdoStarted) {
        IopSendPnp(Pdo, IRP_MN_CANCEL_REMOVE_DEVICE, &Location, NULL);
        IopTellTarget(Pdo->DeviceObject, &GUID_TARGET_DEVICE_REMOVE_CANCELLED);
        IopCancelChildrenRemoval(Pdo);
    }
}

NTSTATUS
IopQueryRemoval(PIOP_PDO Pdo)
{
    IO_STACK_LOCATION Location = {0};
    NTSTATUS Status = STATUS_SUCCESS;

    if (Pdo->State == IopPdoSurpriseRemoved) {
        return STATUS_DEVICE_BUSY; /* a file on its stack is still open */
    }
    if (Pdo->State != IopPdoStarted) {
        return STATUS_SUCCESS;
    }
    Status = IopQueryChildrenRemoval(Pdo);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    /* Who is told closes what it has open on the device. */
    Status = IopAskTarget(Pdo->DeviceObject);
    if (!NT_SUCCESS(Status)) {
        IopCancelChildrenRemoval(Pdo);
        return Status;
    }
    Status = IopSendPnp(Pdo, IRP_MN_QUERY_REMOVE_DEVICE, &Location, NULL);
    if (NT_SUCCESS(Status) && IopIsStackOpen(Pdo)) {
        Status = STATUS_DEVICE_BUSY;
    }
    if (!NT_SUCCESS(Status)) {
        /* To everybody, also to whom the query never came: NT does so too. */
        IopCancelRemoval(Pdo);
    }
    return Status;
}

/* A bus that has vanished waits for the last of its devices. */
static VOID
IopDeleteGone(PIOP_PDO Pdo)
{
    PIOP_PDO Parent = Pdo->Parent;

    IopDeletePdo(Pdo);
    if (Parent != NULL && Parent->State == IopPdoSurpriseRemoved &&
        IopCanFinish(Parent)) {
        IopRemoveDevice(Parent);
    }
}

VOID
IopRemoveDevice(PIOP_PDO Pdo)
{
    PDEVICE_OBJECT Devices[IOP_MAXIMUM_HELD];
    IO_STACK_LOCATION Location = {0};
    ULONG Count;

    IopRemoveChildren(Pdo, FALSE);
    if (Pdo->State == IopPdoStarted) {
        IopTellTarget(Pdo->DeviceObject, &GUID_TARGET_DEVICE_REMOVE_COMPLETE);
    }
    Count = IopHoldStack(Pdo, Devices);
    /* A bus driver deletes what it reported, also when nobody ever served it. */
    if (Pdo->State != IopPdoEnumerated || (Pdo->Gone && Pdo->Parent != NULL)) {
        IopSendPnp(Pdo, IRP_MN_REMOVE_DEVICE, &Location, NULL);
    }
    IopReleaseResources(Pdo);
    Pdo->FunctionDriver = NULL;
    Pdo->State = IopPdoEnumerated;
    /* A driver may delete its device and then complete the IRP, whose way up still leads
       through the device: the references kept it until now. */
    while (Count != 0) {
        ObDereferenceObject(Devices[--Count]);
    }
    if (Pdo->Gone) {
        IopDeleteGone(Pdo);
    }
}

/* Runs in a worker thread when the last file on a surprise-removed stack was closed. */
static VOID NTAPI
IopFinishRemoval(PVOID Parameter)
{
    PIOP_PDO Pdo = Parameter;
    PDEVICE_OBJECT Device = Pdo->DeviceObject;

    IopAcquirePnpLock();
    InterlockedExchange(&Pdo->RemovalQueued, 0);
    if (Pdo->State == IopPdoSurpriseRemoved && IopCanFinish(Pdo)) {
        IopRemoveDevice(Pdo);
    }
    IopReleasePnpLock();
    ObDereferenceObject(Device);
}

/*
 * The state is read without the lock of pnp.c: it is set before the opens are counted
 * under IopDatabaseLock, so either the count sees this close, or this sees the state.
 */
VOID
IopNoteLastClose(PDEVICE_OBJECT Device)
{
    PIOP_PDO Pdo;

    while (Device->DeviceObjectExtension->AttachedTo != NULL) {
        Device = Device->DeviceObjectExtension->AttachedTo;
    }
    Pdo = IopPdoFromDevice(Device);
    if (Pdo == NULL || Pdo->State != IopPdoSurpriseRemoved ||
        InterlockedExchange(&Pdo->RemovalQueued, 1) != 0) {
        return;
    }
    ObReferenceObject(Device);
    ExInitializeWorkItem(&Pdo->Removal, IopFinishRemoval, Pdo);
    ExQueueWorkItem(&Pdo->Removal, DelayedWorkQueue);
}

VOID
IopSurpriseRemoveDevice(PIOP_PDO Pdo)
{
    IO_STACK_LOCATION Location = {0};

    if (Pdo->State == IopPdoSurpriseRemoved) {
        return; /* it waits already */
    }
    if (Pdo->State == IopPdoStarted) {
        IopRemoveChildren(Pdo, TRUE);
        IopSendPnp(Pdo, IRP_MN_SURPRISE_REMOVAL, &Location, NULL);
        IopTellTarget(Pdo->DeviceObject, &GUID_TARGET_DEVICE_REMOVE_COMPLETE);
        Pdo->State = IopPdoSurpriseRemoved;
        KeMemoryBarrier();
        if (!IopCanFinish(Pdo)) {
            DbgPrint("io: %s: still open, it is removed when that ends\n",
                     IopPdoName(Pdo));
            return;
        }
    }
    IopRemoveDevice(Pdo);
}

/* Whether a removal of Driver begins with this device: one above it answers for it. */
static BOOLEAN
IopBeginsWith(PIOP_PDO Pdo, PDRIVER_OBJECT Driver)
{
    return IopIsInStack(Pdo, Driver) &&
           (Pdo->Parent == NULL || !IopIsInStack(Pdo->Parent, Driver));
}

NTSTATUS
IopQueryDriverRemoval(PDRIVER_OBJECT Driver)
{
    NTSTATUS Status = STATUS_SUCCESS;
    PLIST_ENTRY Link;

    for (Link = IopPdos.Blink; NT_SUCCESS(Status) && Link != &IopPdos;
         Link = Link->Blink) {
        PIOP_PDO Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);

        if (IopIsInStack(Pdo, Driver) && Pdo->NotDisableable) {
            Status = STATUS_PLUGPLAY_QUERY_VETOED;
        } else if (IopBeginsWith(Pdo, Driver)) {
            Status = IopQueryRemoval(Pdo);
        }
    }
    if (NT_SUCCESS(Status)) {
        return STATUS_SUCCESS;
    }
    /* Link is before the device that refused, which has been told already. */
    for (Link = Link->Flink->Flink; Link != &IopPdos; Link = Link->Flink) {
        PIOP_PDO Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);

        if (IopBeginsWith(Pdo, Driver)) {
            IopCancelRemoval(Pdo);
        }
    }
    return Status;
}

/* The driver itself is to go: who refuses is removed all the same. */
VOID
IopRemoveDriverDevices(PDRIVER_OBJECT Driver)
{
    PLIST_ENTRY Link;

    IopAcquirePnpLock();
    IopDriverExtension(Driver)->Unloading = TRUE;
    Link = IopPdos.Blink;
    while (Link != &IopPdos) {
        PIOP_PDO Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);
        IO_STACK_LOCATION Location = {0};

        Link = Link->Blink;
        if (!IopIsInStack(Pdo, Driver)) {
            continue;
        }
        Pdo->Unfiltered = Pdo->FunctionDriver != Driver && !Pdo->Gone;
        if (Pdo->State == IopPdoStarted &&
            !NT_SUCCESS(IopSendPnp(Pdo, IRP_MN_QUERY_REMOVE_DEVICE, &Location, NULL))) {
            DbgPrint("io: %s: its driver refuses removal, it is removed all the same\n",
                     IopPdoName(Pdo));
        }
        IopRemoveDevice(Pdo);
        Link = IopPdos.Blink; /* PDOs may have gone with this one: from the start again */
    }
    IopReleasePnpLock();
}
