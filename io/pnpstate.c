/*
 * A device whose driver says that it changed: the way a failed or vanished device is
 * removed while the system runs.
 */
#include "iop.h"
#include "iopnp.h"

#define IOP_GONE_STATES (PNP_DEVICE_DISABLED | PNP_DEVICE_FAILED | PNP_DEVICE_REMOVED)

typedef struct _IOP_INVALIDATION {
    WORK_QUEUE_ITEM Item;
    PDEVICE_OBJECT Device; /* the PDO, referenced */
} IOP_INVALIDATION, *PIOP_INVALIDATION;

/* Asks the stack of a started device for its state; 0 when nobody answers. */
static PNP_DEVICE_STATE
IopQueryDeviceState(PDEVICE_OBJECT Device)
{
    IO_STACK_LOCATION Location = {0};
    ULONG_PTR Information = 0;

    Location.MajorFunction = IRP_MJ_PNP;
    Location.MinorFunction = IRP_MN_QUERY_PNP_DEVICE_STATE;
    if (!NT_SUCCESS(IopSendIrp(Device, &Location, STATUS_NOT_SUPPORTED, &Information))) {
        return 0;
    }
    return (PNP_DEVICE_STATE)Information;
}

/* Runs in a worker thread. */
static VOID NTAPI
IopRunInvalidation(PVOID Parameter)
{
    PIOP_INVALIDATION Invalidation = Parameter;
    PIOP_PDO Pdo = Invalidation->Device->DeviceExtension;

    IopAcquirePnpLock();
    if (Pdo->State == IopPdoStarted &&
        (IopQueryDeviceState(Invalidation->Device) & IOP_GONE_STATES) != 0) {
        DbgPrint("io: %s failed or is gone, its driver is told and it is removed\n",
                 Invalidation->Device->DeviceObjectExtension->Description);
        IopSurpriseRemoveDevice(Pdo);
    }
    IopReleasePnpLock();
    ObDereferenceObject(Invalidation->Device);
    ExFreePoolWithTag(Invalidation, IOP_TAG_PNP);
}

/*
 * Has the device asked for its state soon, by IRP_MN_QUERY_PNP_DEVICE_STATE in a system
 * thread; one that says disabled, failed or removed gets the removal IRPs. What is no
 * physical device object, or a shortage of pool, is ignored. IRQL <= DISPATCH_LEVEL.
 * Source: manual, IoInvalidateDeviceState.
 */
VOID NTAPI
IoInvalidateDeviceState(PDEVICE_OBJECT PhysicalDeviceObject)
{
    PIOP_INVALIDATION Invalidation;

    if (IopPdoFromDevice(PhysicalDeviceObject) == NULL) {
        return;
    }
    Invalidation = IopAllocate(sizeof(*Invalidation), IOP_TAG_PNP);
    if (Invalidation == NULL) {
        return;
    }
    ObReferenceObject(PhysicalDeviceObject);
    Invalidation->Device = PhysicalDeviceObject;
    ExInitializeWorkItem(&Invalidation->Item, IopRunInvalidation, Invalidation);
    ExQueueWorkItem(&Invalidation->Item, DelayedWorkQueue);
}
EXPORT(IoInvalidateDeviceState);
