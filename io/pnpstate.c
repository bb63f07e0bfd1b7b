/*
 * A device whose driver says that it changed: a failed or vanished one is removed while the
 * system runs, one that needs other resources is started again with them.
 */
#include "iop.h"
#include "iopnp.h"

#include <cfg.h>

#define IOP_GONE_STATES (PNP_DEVICE_DISABLED | PNP_DEVICE_FAILED | PNP_DEVICE_REMOVED)

typedef struct _IOP_INVALIDATION {
    WORK_QUEUE_ITEM Item;
    PDEVICE_OBJECT Device; /* the PDO, referenced */
} IOP_INVALIDATION, *PIOP_INVALIDATION;

/* Asks the stack of a started device for its state; 0 when nobody answers. */
static PNP_DEVICE_STATE
IopQueryDeviceState(PIOP_PDO Pdo)
{
    IO_STACK_LOCATION Location = {0};
    ULONG_PTR Information = 0;
    PNP_DEVICE_STATE State = 0;

    if (NT_SUCCESS(
            IopSendPnp(Pdo, IRP_MN_QUERY_PNP_DEVICE_STATE, &Location, &Information))) {
        State = (PNP_DEVICE_STATE)Information;
    }
    Pdo->NotDisableable = (State & PNP_DEVICE_NOT_DISABLEABLE) != 0;
    return State;
}

/* What is disabled, failed or removed goes; FALSE: it is none of that. */
static BOOLEAN
IopRemoveIfFailed(PIOP_PDO Pdo, PNP_DEVICE_STATE State)
{
    if ((State & IOP_GONE_STATES) == 0) {
        return FALSE;
    }
    Pdo->Problem = (State & PNP_DEVICE_REMOVED) != 0    ? CM_PROB_DEVICE_NOT_THERE
                   : (State & PNP_DEVICE_DISABLED) != 0 ? CM_PROB_DISABLED
                                                        : CM_PROB_FAILED_POST_START;
    DbgPrint("io: %s failed or is gone, its driver is told and it is removed\n",
             IopPdoName(Pdo));
    IopSurpriseRemoveDevice(Pdo);
    return TRUE;
}

BOOLEAN
IopCheckStarted(PIOP_PDO Pdo)
{
    return !IopRemoveIfFailed(Pdo, IopQueryDeviceState(Pdo));
}

/* Acts on what the stack of a started device says of itself. */
static VOID
IopHandleState(PIOP_PDO Pdo)
{
    PNP_DEVICE_STATE State = IopQueryDeviceState(Pdo);

    if (!IopRemoveIfFailed(Pdo, State) &&
        (State & PNP_DEVICE_RESOURCE_REQUIREMENTS_CHANGED) != 0) {
        IopReconfigureDevice(Pdo);
    }
}

/* Runs in a worker thread. */
static VOID NTAPI
IopRunInvalidation(PVOID Parameter)
{
    PIOP_INVALIDATION Invalidation = Parameter;
    PIOP_PDO Pdo = IopPdoFromDevice(Invalidation->Device);

    IopAcquirePnpLock();
    if (Pdo->State == IopPdoStarted) {
        IopHandleState(Pdo);
    }
    IopReleasePnpLock();
    ObDereferenceObject(Invalidation->Device);
    ExFreePoolWithTag(Invalidation, IOP_TAG_PNP);
}

/*
 * Has the device asked for its state soon, by IRP_MN_QUERY_PNP_DEVICE_STATE in a system
 * thread; one that says disabled, failed or removed gets the removal IRPs, one whose
 * requirements have changed is stopped and started. What is no physical device object, or a shortage of pool, is ignored. IRQL <= DISPATCH_LEVEL.
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
