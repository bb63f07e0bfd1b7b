/*
 * WDFQUEUE: creation, which requests go where, and what can be asked of one.
 */
#include "wdfp.h"
#include "queue.h"
#include "reserve.h"

static VOID
WdfpDisposeQueue(PWDFP_OBJECT Object)
{
    PWDFP_QUEUE Queue = (PWDFP_QUEUE)Object;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Object->Globals->TreeLock, &OldIrql);
    RemoveEntryList(&Queue->Link);
    KeReleaseSpinLock(&Object->Globals->TreeLock, OldIrql);
}

static VOID
WdfpDestroyQueue(PWDFP_OBJECT Object)
{
    PWDFP_QUEUE Queue = (PWDFP_QUEUE)Object;

    if (Queue->Reserve != NULL) {
        ExFreePoolWithTag(Queue->Reserve, WDFP_TAG);
    }
}

static const WDFP_TYPE WdfpQueueObjectType = {WdfpQueueType,
                                              "WDFQUEUE",
                                              sizeof(WDFP_QUEUE),
                                              WDFP_TYPE_FRAMEWORKS,
                                              WdfpDisposeQueue,
                                              WdfpDestroyQueue,
                                              NULL};

/* Sizes without and with Driver, which came with 1.11. */
static BOOLEAN
WdfpIsQueueConfigSize(ULONG Size)
{
    return Size == FIELD_OFFSET(WDF_IO_QUEUE_CONFIG, Driver) ||
           Size == sizeof(WDF_IO_QUEUE_CONFIG);
}

/* A queue that the framework presents from needs a handler; a manual one has none. */
static NTSTATUS
WdfpCheckQueueConfig(PWDFP_DEVICE Device, const WDF_IO_QUEUE_CONFIG *Config)
{
    BOOLEAN Handles = Config->EvtIoDefault != NULL || Config->EvtIoRead != NULL ||
                      Config->EvtIoWrite != NULL || Config->EvtIoDeviceControl != NULL ||
                      Config->EvtIoInternalDeviceControl != NULL;

    if (Config->DispatchType <= WdfIoQueueDispatchInvalid ||
        Config->DispatchType >= WdfIoQueueDispatchMax) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Config->DispatchType == WdfIoQueueDispatchManual ? Handles : !Handles) {
        return Handles ? STATUS_INVALID_PARAMETER : STATUS_WDF_NO_CALLBACK;
    }
    if (Config->DispatchType == WdfIoQueueDispatchParallel &&
        Config->Settings.Parallel.NumberOfPresentedRequests == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Config->DefaultQueue && Device->DefaultQueue != NULL) {
        return STATUS_UNSUCCESSFUL;
    }
    return STATUS_SUCCESS;
}

/* How many requests the driver may have at a time. */
static ULONG
WdfpQueueLimit(const WDF_IO_QUEUE_CONFIG *Config)
{
    switch (Config->DispatchType) {
    case WdfIoQueueDispatchSequential:
        return 1;
    case WdfIoQueueDispatchParallel:
        return Config->Settings.Parallel.NumberOfPresentedRequests;
    default:
        return 0;
    }
}

/* For handlers that want PASSIVE_LEVEL. */
static VOID
WdfpPresentPassive(PWDFP_OBJECT Object)
{
    WdfpPresent((PWDFP_QUEUE)Object);
}

static VOID
WdfpInitializeQueue(PWDFP_QUEUE Queue, PWDFP_DEVICE Device,
                    const WDF_IO_QUEUE_CONFIG *Config)
{
    KIRQL OldIrql;

    Queue->Device = Device;
    Queue->Config = *Config;
    Queue->Limit = WdfpQueueLimit(Config);
    Queue->PassiveHandlers = Queue->Object.ExecutionLevel == WdfExecutionLevelPassive;
    Queue->PowerManaged =
        Device->Init->Kind != WdfpControlDevice && Config->PowerManaged != WdfFalse;
    Queue->Held = Queue->PowerManaged && Device->Step < WdfpDeviceStarted;
    Queue->Accepting = TRUE;
    Queue->Dispatching = TRUE;
    KeInitializeSpinLock(&Queue->Lock);
    InitializeListHead(&Queue->Waiting);
    InitializeListHead(&Queue->Presented);
    WdfpInitializeLock(&Queue->CallbackLock, Queue->PassiveHandlers);
    WdfpInitializeWork(&Queue->Work, Queue, WdfpPresentPassive);
    Queue->Serialization = WdfpCallbackLock(&Queue->Object);
    KeAcquireSpinLock(&Device->Object.Globals->TreeLock, &OldIrql);
    InsertTailList(&Device->Queues, &Queue->Link);
    KeReleaseSpinLock(&Device->Object.Globals->TreeLock, OldIrql);
    if (Config->DefaultQueue) {
        Device->DefaultQueue = Queue;
    }
}

/*
 * Creates a queue. STATUS_INFO_LENGTH_MISMATCH (a Size); STATUS_INVALID_PARAMETER (type,
 * limit, handlers of a manual queue); STATUS_WDF_NO_CALLBACK (no handler);
 * STATUS_UNSUCCESSFUL (a second default queue); STATUS_INSUFFICIENT_RESOURCES. At or below
 * DISPATCH_LEVEL. Source: WDF-27, manual, WdfIoQueueCreate.
 */
NTSTATUS
NTAPI
ImpWdfIoQueueCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE DeviceHandle,
                    PWDF_IO_QUEUE_CONFIG Configuration, PWDF_OBJECT_ATTRIBUTES Attributes,
                    WDFQUEUE *Handle)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, DeviceHandle);
    WDF_IO_QUEUE_CONFIG Config;
    PWDFP_QUEUE Queue;
    NTSTATUS Status;

    WdfpRequire(Device->Object.Globals, Configuration, "Config");
    if (!WdfpIsQueueConfigSize(Configuration->Size)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    RtlZeroMemory(&Config, sizeof(Config));
    RtlCopyMemory(&Config, Configuration, Configuration->Size);
    Status = WdfpCheckQueueConfig(Device, &Config);
    if (NT_SUCCESS(Status)) {
        Status = WdfpCreateObject(Device->Object.Globals, &WdfpQueueObjectType,
                                  Attributes, Device, TRUE, (PVOID *)&Queue);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WdfpInitializeQueue(Queue, Device, &Config);
    if (Handle != NULL) {
        *Handle = WdfpHandle(Queue);
    }
    return STATUS_SUCCESS;
}

/* Sends the requests of a kind to a queue instead of the default one. STATUS_WDF_BUSY: they
   go to another already; STATUS_INVALID_PARAMETER: the kind, or another device's queue.
   PASSIVE_LEVEL. Source: manual, WdfDeviceConfigureRequestDispatching. */
NTSTATUS
NTAPI
ImpWdfDeviceConfigureRequestDispatching(PWDF_DRIVER_GLOBALS DriverGlobals,
                                        WDFDEVICE DeviceHandle, WDFQUEUE QueueHandle,
                                        WDF_REQUEST_TYPE RequestType)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, DeviceHandle);
    PWDFP_QUEUE Queue = WdfpQueueFromHandle(DriverGlobals, QueueHandle);

    if (Queue->Device != Device ||
        (RequestType != WdfRequestTypeRead && RequestType != WdfRequestTypeWrite &&
         RequestType != WdfRequestTypeDeviceControl &&
         RequestType != WdfRequestTypeDeviceControlInternal)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Device->Dispatch[RequestType] != NULL) {
        return STATUS_WDF_BUSY;
    }
    Device->Dispatch[RequestType] = Queue;
    return STATUS_SUCCESS;
}

/* The device's default queue, or NULL. Source: manual, WdfDeviceGetDefaultQueue. */
WDFQUEUE
NTAPI
ImpWdfDeviceGetDefaultQueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle)
{
    PWDFP_QUEUE Queue = WdfpDeviceFromHandle(DriverGlobals, Handle)->DefaultQueue;

    return Queue == NULL ? NULL : WdfpHandle(Queue);
}

/* Source: manual, WdfIoQueueGetDevice. */
WDFDEVICE
NTAPI
ImpWdfIoQueueGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Handle)
{
    return WdfpHandle(WdfpQueueFromHandle(DriverGlobals, Handle)->Device);
}

/* The state as bits of WDF_IO_QUEUE_STATE, and how many requests wait and are out. At or
   below DISPATCH_LEVEL. Source: manual, WdfIoQueueGetState. */
WDF_IO_QUEUE_STATE
NTAPI
ImpWdfIoQueueGetState(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Handle, PULONG Waiting,
                      PULONG Presented)
{
    PWDFP_QUEUE Queue = WdfpQueueFromHandle(DriverGlobals, Handle);
    ULONG State = 0;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    State |= Queue->Accepting ? WdfIoQueueAcceptRequests : 0;
    State |= Queue->Dispatching ? WdfIoQueueDispatchRequests : 0;
    State |= Queue->WaitingCount == 0 ? WdfIoQueueNoRequests : 0;
    State |= Queue->PresentedCount == 0 ? WdfIoQueueDriverNoRequests : 0;
    State |= Queue->Held ? WdfIoQueuePnpHeld : 0;
    if (Waiting != NULL) {
        *Waiting = Queue->WaitingCount;
    }
    if (Presented != NULL) {
        *Presented = Queue->PresentedCount;
    }
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    return (WDF_IO_QUEUE_STATE)State;
}

PWDFP_QUEUE
WdfpQueueOf(PWDFP_DEVICE Device, UCHAR Major)
{
    return Device->Dispatch[Major] != NULL ? Device->Dispatch[Major]
                                           : Device->DefaultQueue;
}

/* Lets the driver see a request in the context of its sender; it sends it on with
   WdfDeviceEnqueueRequest. */
static NTSTATUS
WdfpPresentToCaller(PWDFP_DEVICE Device, PWDFP_REQUEST Request)
{
    Request->Presented = TRUE;
    WDFP_CALL_VOID(Device->Object.Globals, Device->Init->IoInCallerContext,
                   WdfpHandle(Device), WdfpHandle(Request));
    return STATUS_PENDING;
}

/* A request with what the driver needs for it. */
static NTSTATUS
WdfpMakeRequest(PWDFP_DEVICE Device, PWDFP_QUEUE Queue, PIRP Irp, PWDFP_REQUEST *Request)
{
    NTSTATUS Status = WdfpCreateRequest(Device, Irp, Request);

    if (NT_SUCCESS(Status) && Queue != NULL && Queue->Reserve != NULL) {
        Status = WdfpAllocateResources(Queue, *Request);
        if (!NT_SUCCESS(Status)) {
            WdfpForgetRequest(*Request);
        }
    }
    return Status;
}

/* What becomes of an IRP for which none could be made. */
static NTSTATUS
WdfpDispatchWithout(PWDFP_QUEUE Queue, PIRP Irp, NTSTATUS Status)
{
    if (!WdfpUseReserve(Queue, Irp)) {
        return WdfpCompleteIrp(Irp, Status);
    }
    WdfpPresent(Queue);
    return STATUS_PENDING;
}

NTSTATUS
WdfpDispatchIo(PWDFP_DEVICE Device, PIRP Irp)
{
    PWDFP_QUEUE Queue =
        WdfpQueueOf(Device, IoGetCurrentIrpStackLocation(Irp)->MajorFunction);

    if (Queue == NULL && Device->Init->IoInCallerContext == NULL) {
        return WdfpCompleteIrp(Irp, STATUS_INVALID_DEVICE_REQUEST);
    }
    return WdfpQueueIrp(Device, Irp, Queue, Device->Init->IoInCallerContext != NULL);
}

NTSTATUS
WdfpQueueIrp(PWDFP_DEVICE Device, PIRP Irp, PWDFP_QUEUE Queue, BOOLEAN CallerFirst)
{
    PWDFP_REQUEST Request;
    NTSTATUS Status = WdfpMakeRequest(Device, Queue, Irp, &Request);

    if (!NT_SUCCESS(Status)) {
        return WdfpDispatchWithout(Queue, Irp, Status);
    }
    IoMarkIrpPending(Irp);
    if (CallerFirst) {
        Request->Destined = Queue;
        return WdfpPresentToCaller(Device, Request);
    }
    if (WdfpInsertRequest(Queue, Request, FALSE)) {
        WdfpPresent(Queue);
    } else {
        WdfpFinishRequest(Request, STATUS_INVALID_DEVICE_STATE, IO_NO_INCREMENT);
    }
    return STATUS_PENDING;
}
