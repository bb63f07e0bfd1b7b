/*
 * IoInvalidateDeviceRelations: a bus driver says that what is on its bus has changed.
 */
#include "iop.h"
#include "iopnp.h"

typedef struct _IOP_RELATION_CHANGE {
    WORK_QUEUE_ITEM Item;
    PDEVICE_OBJECT Device; /* the PDO, referenced */
} IOP_RELATION_CHANGE, *PIOP_RELATION_CHANGE;

NTSTATUS
IopAnswerTarget(PIOP_PDO Pdo, PIRP Irp)
{
    PDEVICE_RELATIONS Relations = IopAllocate(sizeof(*Relations), IOP_TAG_PNP);

    if (Relations == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Relations->Count = 1;
    Relations->Objects[0] = Pdo->DeviceObject;
    ObReferenceObject(Pdo->DeviceObject);
    Irp->IoStatus.Information = (ULONG_PTR)Relations;
    return STATUS_SUCCESS;
}

/* A bus of a PCI bridge is looked at function by function, since no driver of its stack
   could answer for it; any other bus is asked for. */
static VOID
IopLookAtBus(PIOP_PDO Pdo)
{
    if (IopIsPci(Pdo) && Pdo->SecondaryBus != 0) {
        IopBusVanished(Pdo->SecondaryBus);
        IopBusArrived(Pdo->SecondaryBus);
        IopRetryConflicts();
    } else if (Pdo->State == IopPdoStarted) {
        IopEnumerateChildren(Pdo);
    }
}

/* Runs in a worker thread. */
static VOID NTAPI
IopRunRelationChange(PVOID Parameter)
{
    PIOP_RELATION_CHANGE Change = Parameter;

    IopAcquirePnpLock();
    if (!IopPdoFromDevice(Change->Device)->Gone) {
        IopLookAtBus(IopPdoFromDevice(Change->Device));
    }
    IopReleasePnpLock();
    ObDereferenceObject(Change->Device);
    ExFreePoolWithTag(Change, IOP_TAG_PNP);
}

/*
 * Has the devices on a bus asked for soon, in a system thread: new ones are started, those
 * that are missing removed. Relations of other types are asked for whenever they matter,
 * so a change of them needs nothing. What is no physical device object of a bus, or a
 * shortage of pool, is ignored. IRQL <= DISPATCH_LEVEL.
 * Source: manual, IoInvalidateDeviceRelations.
 */
VOID NTAPI
IoInvalidateDeviceRelations(PDEVICE_OBJECT DeviceObject, DEVICE_RELATION_TYPE Type)
{
    PIOP_RELATION_CHANGE Change;

    if (IopPdoFromDevice(DeviceObject) == NULL ||
        (Type != BusRelations && Type != SingleBusRelations)) {
        return;
    }
    Change = IopAllocate(sizeof(*Change), IOP_TAG_PNP);
    if (Change == NULL) {
        return;
    }
    ObReferenceObject(DeviceObject);
    Change->Device = DeviceObject;
    ExInitializeWorkItem(&Change->Item, IopRunRelationChange, Change);
    ExQueueWorkItem(&Change->Item, DelayedWorkQueue);
}
EXPORT(IoInvalidateDeviceRelations);
