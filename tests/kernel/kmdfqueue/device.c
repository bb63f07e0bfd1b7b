/*
 * The device, its queues and their handlers.
 */
#include "kmdfqueue.h"

static EVT_WDF_IO_QUEUE_IO_READ HoldRead;
static EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL HoldControl;
static EVT_WDF_IO_QUEUE_IO_CANCELED_ON_QUEUE CanceledOnQueue;
static EVT_WDF_IO_QUEUE_STATE ManualReady;
static EVT_WDF_IO_IN_CALLER_CONTEXT InCallerContext;
static EVT_WDF_DEVICE_SELF_MANAGED_IO_INIT SelfManagedInit;

static VOID
Hold(WDFREQUEST Request)
{
    LONG Index = InterlockedIncrement(&Unit.Count) - 1;

    Unit.Held[Index % HELD_MAX] = Request;
}

static VOID NTAPI
HoldRead(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T Length)
{
    UNREFERENCED_PARAMETER(Queue);
    UNREFERENCED_PARAMETER(Length);
    Hold(Request);
}

static VOID NTAPI
HoldControl(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T OutputLength, SIZE_T InputLength,
            ULONG Code)
{
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Queue);
    UNREFERENCED_PARAMETER(OutputLength);
    UNREFERENCED_PARAMETER(InputLength);
    if (Code != CODE_FORWARD) {
        Hold(Request);
        return;
    }
    Status = WdfRequestForwardToIoQueue(Request, Unit.Manual);
    if (!NT_SUCCESS(Status)) {
        WdfRequestComplete(Request, Status);
    }
}

static VOID NTAPI
CanceledOnQueue(WDFQUEUE Queue, WDFREQUEST Request)
{
    InterlockedIncrement(&Unit.Canceled);
    WdfRequestComplete(Request,
                       Queue == Unit.Manual ? STATUS_CANCELLED : STATUS_UNSUCCESSFUL);
}

static VOID NTAPI
ManualReady(WDFQUEUE Queue, WDFCONTEXT Context)
{
    if (Queue == Unit.Manual && Context == &Unit) {
        InterlockedIncrement(&Unit.Ready);
    }
}

/* Sees every request first and sends all on. */
static VOID NTAPI
InCallerContext(WDFDEVICE Device, WDFREQUEST Request)
{
    NTSTATUS Status;

    InterlockedIncrement(&Unit.CallerContext);
    Status = WdfDeviceEnqueueRequest(Device, Request);
    if (!NT_SUCCESS(Status)) {
        WdfRequestComplete(Request, Status);
    }
}

static NTSTATUS NTAPI
SelfManagedInit(WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Device);
    return StartTests();
}

static NTSTATUS
CreateQueues(VOID)
{
    WDF_IO_QUEUE_CONFIG Config;
    NTSTATUS Status;

    WDF_IO_QUEUE_CONFIG_INIT(&Config, WdfIoQueueDispatchSequential);
    Config.EvtIoRead = HoldRead;
    Status = WdfIoQueueCreate(Unit.Device, &Config, NULL, &Unit.Sequential);
    if (NT_SUCCESS(Status)) {
        WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&Config, WdfIoQueueDispatchParallel);
        Config.Settings.Parallel.NumberOfPresentedRequests = 2;
        Config.EvtIoDeviceControl = HoldControl;
        Status = WdfIoQueueCreate(Unit.Device, &Config, NULL, &Unit.Parallel);
    }
    if (NT_SUCCESS(Status)) {
        WDF_IO_QUEUE_CONFIG_INIT(&Config, WdfIoQueueDispatchManual);
        Config.EvtIoCanceledOnQueue = CanceledOnQueue;
        Status = WdfIoQueueCreate(Unit.Device, &Config, NULL, &Unit.Manual);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfIoQueueReadyNotify(Unit.Manual, ManualReady, &Unit);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfDeviceConfigureRequestDispatching(Unit.Device, Unit.Sequential,
                                                      WdfRequestTypeRead);
    }
    return NT_SUCCESS(Status) ? WdfDeviceConfigureRequestDispatching(
                                    Unit.Device, Unit.Manual, WdfRequestTypeWrite)
                              : Status;
}

NTSTATUS
NTAPI
AddDevice(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    WDF_PNPPOWER_EVENT_CALLBACKS Callbacks;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Driver);
    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&Callbacks);
    Callbacks.EvtDeviceSelfManagedIoInit = SelfManagedInit;
    WdfDeviceInitSetPnpPowerEventCallbacks(Init, &Callbacks);
    WdfDeviceInitSetIoType(Init, WdfDeviceIoBuffered);
    WdfDeviceInitSetIoInCallerContextCallback(Init, InCallerContext);
    Status = WdfDeviceCreate(&Init, WDF_NO_OBJECT_ATTRIBUTES, &Unit.Device);
    return NT_SUCCESS(Status) ? CreateQueues() : Status;
}
