/*
 * The control device under test: a queue, a second one that reads are dispatched to, and
 * callbacks that see some IRPs before the framework does.
 */
#include "kmdfcontrol.h"

CONTROL_COUNTS Counts;
WDFDEVICE Control;
WDFQUEUE Other;

static EVT_WDFDEVICE_WDM_IRP_PREPROCESS PreprocessFlush, PreprocessControl,
    PreprocessWrite, PreprocessQuery;
static EVT_WDFDEVICE_WDM_IRP_DISPATCH DispatchRead;
static EVT_WDF_IO_IN_CALLER_CONTEXT InCaller;
static IO_COMPLETION_ROUTINE Unwind;

/* Completes the IRP itself. */
static NTSTATUS NTAPI
PreprocessFlush(WDFDEVICE Device, PIRP Irp)
{
    UNREFERENCED_PARAMETER(Device);
    InterlockedIncrement(&Counts.Preprocessed);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    Irp->IoStatus.Information = 77;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

/* Looks on. */
static NTSTATUS NTAPI
PreprocessControl(WDFDEVICE Device, PIRP Irp)
{
    InterlockedIncrement(&Counts.Preprocessed);
    IoSkipCurrentIrpStackLocation(Irp);
    return WdfDeviceWdmDispatchPreprocessedIrp(Device, Irp);
}

static NTSTATUS NTAPI
Unwind(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    if (Irp->PendingReturned) {
        IoMarkIrpPending(Irp);
    }
    InterlockedIncrement((volatile LONG *)Context);
    return STATUS_SUCCESS;
}

/* Wants to see the end of it too. */
static NTSTATUS NTAPI
PreprocessWrite(WDFDEVICE Device, PIRP Irp)
{
    InterlockedIncrement(&Counts.Preprocessed);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, Unwind, (PVOID)&Counts.Unwound, TRUE, TRUE, TRUE);
    return WdfDeviceWdmDispatchPreprocessedIrp(Device, Irp);
}

/* Of one minor function only. */
static NTSTATUS NTAPI
PreprocessQuery(WDFDEVICE Device, PIRP Irp)
{
    return PreprocessFlush(Device, Irp);
}

/* Reads go to the other queue; those at offset 1 through EvtIoInCallerContext. */
static NTSTATUS NTAPI
DispatchRead(WDFDEVICE Device, UCHAR Major, UCHAR Minor, ULONG Code, WDFCONTEXT Context,
             PIRP Irp, WDFCONTEXT DispatchContext)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);

    UNREFERENCED_PARAMETER(Minor);
    UNREFERENCED_PARAMETER(Code);
    Counts.Dispatched += Major == IRP_MJ_READ && Context == &Counts;
    if (Stack->Parameters.Read.ByteOffset.QuadPart == 2) {
        return WdfDeviceWdmDispatchIrp(Device, Irp, DispatchContext);
    }
    return WdfDeviceWdmDispatchIrpToIoQueue(
        Device, Irp, Other,
        Stack->Parameters.Read.ByteOffset.QuadPart == 1
            ? WDF_DISPATCH_IRP_TO_IO_QUEUE_INVOKE_INCALLERCTX_CALLBACK
            : WDF_DISPATCH_IRP_TO_IO_QUEUE_NO_FLAGS);
}

static VOID NTAPI
InCaller(WDFDEVICE Device, WDFREQUEST Request)
{
    NTSTATUS Status;

    InterlockedIncrement(&Counts.InCaller);
    Status = WdfDeviceEnqueueRequest(Device, Request);
    if (!NT_SUCCESS(Status)) {
        WdfRequestComplete(Request, Status);
    }
}

static VOID NTAPI
Handle(WDFQUEUE Queue, WDFREQUEST Request)
{
    UNREFERENCED_PARAMETER(Queue);
    InterlockedIncrement(&Counts.Handled);
    WdfRequestCompleteWithInformation(Request, STATUS_SUCCESS, 1);
}

static VOID NTAPI
HandleOther(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T Length)
{
    UNREFERENCED_PARAMETER(Queue);
    UNREFERENCED_PARAMETER(Length);
    InterlockedIncrement(&Counts.Other);
    WdfRequestCompleteWithInformation(Request, STATUS_SUCCESS, 2);
}

static VOID NTAPI
Create(WDFDEVICE Device, WDFREQUEST Request, WDFFILEOBJECT File)
{
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(File);
    InterlockedIncrement(&Counts.Created);
    WdfRequestComplete(Request, STATUS_SUCCESS);
}

static VOID NTAPI
Close(WDFFILEOBJECT File)
{
    UNREFERENCED_PARAMETER(File);
    InterlockedIncrement(&Counts.Closed);
}

/* Printed after the plan, when the system goes down. */
static VOID NTAPI
Shutdown(WDFDEVICE Device)
{
    static ULONG Told;

    UNREFERENCED_PARAMETER(Device);
    DbgPrint("kmdfcontrol: told %u\n", ++Told);
}

static VOID
TestPreprocessBadly(PWDFDEVICE_INIT Init)
{
    UCHAR Minors[] = {5};

    ok_status(WdfDeviceInitAssignWdmIrpPreprocessCallback(
                  Init, PreprocessFlush, IRP_MJ_MAXIMUM_FUNCTION + 1, NULL, 0),
              STATUS_INVALID_PARAMETER,
              "WdfDeviceInitAssignWdmIrpPreprocessCallback: no such major function");
    ok_status(WdfDeviceInitAssignWdmIrpPreprocessCallback(Init, PreprocessFlush,
                                                          IRP_MJ_PNP, NULL, 1),
              STATUS_INVALID_PARAMETER,
              "WdfDeviceInitAssignWdmIrpPreprocessCallback: minor functions, but none");
    ok_status(WdfDeviceInitAssignWdmIrpPreprocessCallback(
                  Init, PreprocessFlush, IRP_MJ_FLUSH_BUFFERS, Minors, 1),
              STATUS_INVALID_DEVICE_REQUEST,
              "WdfDeviceInitAssignWdmIrpPreprocessCallback: a second one");
}

static VOID
AssignCallbacks(PWDFDEVICE_INIT Init)
{
    UCHAR Minors[] = {3, 5};
    WDF_FILEOBJECT_CONFIG Files;

    WdfDeviceInitAssignWdmIrpPreprocessCallback(Init, PreprocessFlush,
                                                IRP_MJ_FLUSH_BUFFERS, NULL, 0);
    WdfDeviceInitAssignWdmIrpPreprocessCallback(Init, PreprocessControl,
                                                IRP_MJ_DEVICE_CONTROL, NULL, 0);
    WdfDeviceInitAssignWdmIrpPreprocessCallback(Init, PreprocessWrite, IRP_MJ_WRITE, NULL,
                                                0);
    WdfDeviceInitAssignWdmIrpPreprocessCallback(
        Init, PreprocessQuery, IRP_MJ_QUERY_INFORMATION, Minors, RTL_NUMBER_OF(Minors));
    TestPreprocessBadly(Init);
    WDF_FILEOBJECT_CONFIG_INIT(&Files, Create, Close, WDF_NO_EVENT_CALLBACK);
    WdfDeviceInitSetFileObjectConfig(Init, &Files, WDF_NO_OBJECT_ATTRIBUTES);
    WdfDeviceInitSetIoInCallerContextCallback(Init, InCaller);
    WdfControlDeviceInitSetShutdownNotification(
        Init, Shutdown, WdfDeviceShutdown | WdfDeviceLastChanceShutdown);
}

static NTSTATUS
CreateQueues(VOID)
{
    WDF_IO_QUEUE_CONFIG Config;
    NTSTATUS Status;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&Config, WdfIoQueueDispatchParallel);
    Config.EvtIoDefault = Handle;
    Status = WdfIoQueueCreate(Control, &Config, WDF_NO_OBJECT_ATTRIBUTES, NULL);
    if (NT_SUCCESS(Status)) {
        WDF_IO_QUEUE_CONFIG_INIT(&Config, WdfIoQueueDispatchSequential);
        Config.EvtIoRead = HandleOther;
        Status = WdfIoQueueCreate(Control, &Config, WDF_NO_OBJECT_ATTRIBUTES, &Other);
    }
    return Status;
}

static VOID
TestDispatchCallback(VOID)
{
    ok_status(WdfDeviceConfigureWdmIrpDispatchCallback(Control, NULL, IRP_MJ_CREATE,
                                                       DispatchRead, NULL),
              STATUS_INVALID_PARAMETER,
              "WdfDeviceConfigureWdmIrpDispatchCallback: no kind that queues serve");
    ok_status(WdfDeviceConfigureWdmIrpDispatchCallback(Control, NULL, IRP_MJ_READ,
                                                       DispatchRead, &Counts),
              STATUS_SUCCESS, "WdfDeviceConfigureWdmIrpDispatchCallback: reads");
    ok_status(WdfDeviceConfigureWdmIrpDispatchCallback(Control, NULL, IRP_MJ_READ,
                                                       DispatchRead, NULL),
              STATUS_INVALID_DEVICE_STATE,
              "WdfDeviceConfigureWdmIrpDispatchCallback: not twice");
}

NTSTATUS
CreateControl(VOID)
{
    DECLARE_CONST_UNICODE_STRING(Name, CONTROL_NAME);
    DECLARE_CONST_UNICODE_STRING(Rights, L"D:P(A;;GA;;;SY)");
    PWDFDEVICE_INIT Init = WdfControlDeviceInitAllocate(WdfGetDriver(), &Rights);
    NTSTATUS Status;

    WdfDeviceInitFree(Init); /* the driver's, until a device is made from it */
    Init = WdfControlDeviceInitAllocate(WdfGetDriver(), &Rights);
    AssignCallbacks(Init);
    Status = WdfDeviceInitAssignName(Init, &Name);
    if (NT_SUCCESS(Status)) {
        Status = WdfDeviceCreate(&Init, WDF_NO_OBJECT_ATTRIBUTES, &Control);
    }
    if (!NT_SUCCESS(Status)) {
        WdfDeviceInitFree(Init);
        return Status;
    }
    Status = CreateQueues();
    TestDispatchCallback();
    return Status;
}
