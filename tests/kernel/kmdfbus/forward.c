/*
 * A child gives its requests to a queue of the bus.
 */
#include "kmdfbus.h"

#define CONTROL CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define MAGIC   0x5EED

static EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL ChildControl, BusControl;

static WDFQUEUE BusQueue;
static NTSTATUS WrongSize, WrongFlags, WrongQueue, ForwardedAgain;
static WDFQUEUE Completer;

/* The mistakes first: the driver keeps the request. */
static VOID NTAPI
ChildControl(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T OutputLength, SIZE_T InputLength,
             ULONG Code)
{
    WDF_REQUEST_FORWARD_OPTIONS Options;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(OutputLength);
    UNREFERENCED_PARAMETER(InputLength);
    UNREFERENCED_PARAMETER(Code);
    WDF_REQUEST_FORWARD_OPTIONS_INIT(&Options);
    Options.Size--;
    WrongSize = WdfRequestForwardToParentDeviceIoQueue(Request, BusQueue, &Options);
    WDF_REQUEST_FORWARD_OPTIONS_INIT(&Options);
    Options.Flags = 0;
    WrongFlags = WdfRequestForwardToParentDeviceIoQueue(Request, BusQueue, &Options);
    WDF_REQUEST_FORWARD_OPTIONS_INIT(&Options);
    WrongQueue = WdfRequestForwardToParentDeviceIoQueue(Request, Queue, &Options);
    Status = WdfRequestForwardToParentDeviceIoQueue(Request, BusQueue, &Options);
    if (!NT_SUCCESS(Status)) {
        WdfRequestComplete(Request, Status);
    }
}

static VOID NTAPI
BusControl(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T OutputLength, SIZE_T InputLength,
           ULONG Code)
{
    WDF_REQUEST_FORWARD_OPTIONS Options;
    PULONG Answer;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(OutputLength);
    UNREFERENCED_PARAMETER(InputLength);
    UNREFERENCED_PARAMETER(Code);
    Completer = WdfRequestGetIoQueue(Request) == Queue ? Queue : NULL;
    WDF_REQUEST_FORWARD_OPTIONS_INIT(&Options);
    ForwardedAgain = WdfRequestForwardToParentDeviceIoQueue(Request, Queue, &Options);
    Status =
        WdfRequestRetrieveOutputBuffer(Request, sizeof(*Answer), (PVOID *)&Answer, NULL);
    if (NT_SUCCESS(Status)) {
        *Answer = MAGIC;
    }
    WdfRequestCompleteWithInformation(Request, Status, sizeof(*Answer));
}

static NTSTATUS
CreateControlQueue(WDFDEVICE Device, PFN_WDF_IO_QUEUE_IO_DEVICE_CONTROL Handler,
                   WDFQUEUE *Queue)
{
    WDF_IO_QUEUE_CONFIG Config;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&Config, WdfIoQueueDispatchParallel);
    Config.EvtIoDeviceControl = Handler;
    Config.PowerManaged = WdfFalse;
    return WdfIoQueueCreate(Device, &Config, WDF_NO_OBJECT_ATTRIBUTES, Queue);
}

NTSTATUS
CreateChildQueue(WDFDEVICE Child)
{
    return CreateControlQueue(Child, ChildControl, NULL);
}

NTSTATUS
CreateBusQueue(WDFDEVICE Device)
{
    return CreateControlQueue(Device, BusControl, &BusQueue);
}

/* From the function driver of child 1 down to its child, and on to the bus. */
static NTSTATUS
Ask(PULONG Answer)
{
    WDF_MEMORY_DESCRIPTOR Output;

    *Answer = 0;
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&Output, Answer, sizeof(*Answer));
    return WdfIoTargetSendIoctlSynchronously(WdfDeviceGetIoTarget(Bus.Function), NULL,
                                             CONTROL, NULL, &Output, NULL, NULL);
}

VOID
TestForwarding(VOID)
{
    ULONG Answer;

    ok_status(Ask(&Answer), STATUS_SUCCESS,
              "WdfRequestForwardToParentDeviceIoQueue: the bus completes it");
    ok_equal(Answer, MAGIC, "WdfRequestForwardToParentDeviceIoQueue: with its answer");
    ok(Completer == BusQueue, "WdfRequestGetIoQueue: the queue of the bus");
    ok_status(WrongSize, STATUS_INFO_LENGTH_MISMATCH,
              "WdfRequestForwardToParentDeviceIoQueue: the Size");
    ok_status(WrongFlags, STATUS_INVALID_PARAMETER,
              "WdfRequestForwardToParentDeviceIoQueue: the flags");
    ok_status(WrongQueue, STATUS_INVALID_DEVICE_REQUEST,
              "WdfRequestForwardToParentDeviceIoQueue: the child's own queue");
    ok_status(ForwardedAgain, STATUS_INVALID_DEVICE_REQUEST,
              "WdfRequestForwardToParentDeviceIoQueue: not twice");
    WdfIoQueueDrainSynchronously(BusQueue);
    ok_status(Ask(&Answer), STATUS_WDF_BUSY,
              "WdfRequestForwardToParentDeviceIoQueue: the queue accepts none");
    WdfIoQueueStart(BusQueue);
    ok_status(Ask(&Answer), STATUS_SUCCESS, "and does again");
}
