/*
 * Who opens the control device, sends it requests, and has it open when it goes.
 */
#include "kmdfcontrol.h"

static PFILE_OBJECT File;
static PDEVICE_OBJECT Target;

static NTSTATUS
Open(VOID)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(CONTROL_NAME);

    return IoGetDeviceObjectPointer(&Name, FILE_ANY_ACCESS, &File, &Target);
}

/* Sends an IRP of one kind, without data, and waits; *Status: the outcome. */
static NTSTATUS
Send(UCHAR Major, UCHAR Minor, LONGLONG Offset, PIO_STATUS_BLOCK Status)
{
    LARGE_INTEGER Start = {.QuadPart = Offset};
    PIO_STACK_LOCATION Stack;
    static UCHAR Bytes[4];
    KEVENT Done;
    PIRP Irp;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    if (Major == IRP_MJ_DEVICE_CONTROL) {
        Irp = IoBuildDeviceIoControlRequest(CONTROL_CODE, Target, Bytes, 4, Bytes, 4,
                                            FALSE, &Done, Status);
    } else if (Major == IRP_MJ_READ || Major == IRP_MJ_WRITE) {
        Irp =
            IoBuildSynchronousFsdRequest(Major, Target, Bytes, 4, &Start, &Done, Status);
    } else {
        Irp = IoBuildSynchronousFsdRequest(IRP_MJ_FLUSH_BUFFERS, Target, NULL, 0, NULL,
                                           &Done, Status);
    }
    Stack = IoGetNextIrpStackLocation(Irp);
    Stack->MajorFunction = Major;
    Stack->MinorFunction = Minor;
    Stack->FileObject = File;
    if (IoCallDriver(Target, Irp) == STATUS_PENDING) {
        KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, NULL);
    }
    return Status->Status;
}

VOID
TestUnfinished(VOID)
{
    ok_status(Open(), STATUS_NO_SUCH_DEVICE,
              "WdfControlFinishInitializing: before, the device cannot be opened");
    WdfControlFinishInitializing(Control);
    ok_status(Open(), STATUS_SUCCESS, "WdfControlFinishInitializing: now it can");
    ok_equal(Counts.Created, 1, "EvtDeviceFileCreate: of a control device");
}

static VOID
TestPreprocess(VOID)
{
    IO_STATUS_BLOCK Status;

    ok_equal(Target->StackSize, 2, "WDM preprocessing: one stack location more");
    Send(IRP_MJ_FLUSH_BUFFERS, 0, 0, &Status);
    ok(Status.Status == STATUS_SUCCESS && Status.Information == 77 &&
           Counts.Preprocessed == 1 && Counts.Handled == 0,
       "EvtDeviceWdmIrpPreprocess: completes an IRP that the framework never sees");
    Send(IRP_MJ_DEVICE_CONTROL, 0, 0, &Status);
    ok(Counts.Preprocessed == 2 && Counts.Handled == 1 && Status.Information == 1,
       "WdfDeviceWdmDispatchPreprocessedIrp: the queue gets it, its location skipped");
    Send(IRP_MJ_WRITE, 0, 0, &Status);
    ok(Counts.Preprocessed == 3 && Counts.Handled == 2 && Counts.Unwound == 1 &&
           Status.Information == 1,
       "WdfDeviceWdmDispatchPreprocessedIrp: its location copied, a routine at its end");
    Send(IRP_MJ_QUERY_INFORMATION, 5, 0, &Status);
    ok(Counts.Preprocessed == 4 && Status.Information == 77,
       "EvtDeviceWdmIrpPreprocess: a minor function that was named");
    Send(IRP_MJ_QUERY_INFORMATION, 4, 0, &Status);
    ok(Counts.Preprocessed == 4 && Counts.Handled == 3,
       "EvtDeviceWdmIrpPreprocess: one that was not goes to the framework");
}

static VOID
TestDispatch(VOID)
{
    IO_STATUS_BLOCK Status;
    LONG Before = Counts.InCaller;

    Send(IRP_MJ_READ, 0, 0, &Status);
    ok(Counts.Dispatched == 1 && Counts.Other == 1 && Status.Information == 2 &&
           Counts.InCaller == Before,
       "WdfDeviceWdmDispatchIrpToIoQueue: to a queue of the driver's choice");
    Send(IRP_MJ_READ, 0, 1, &Status);
    ok(Counts.Other == 2 && Counts.InCaller == Before + 1 && Status.Information == 2,
       "WdfDeviceWdmDispatchIrpToIoQueue: through EvtIoInCallerContext to that queue");
    Send(IRP_MJ_READ, 0, 2, &Status);
    ok(Counts.Dispatched == 3 && Counts.Other == 2 && Status.Information == 1,
       "WdfDeviceWdmDispatchIrp: as if there were no callback");
}

VOID
TestRequests(VOID)
{
    TestPreprocess();
    TestDispatch();
}

/* The device goes while it is open and a request waits in a stopped queue. */
VOID
TestEnd(VOID)
{
    LARGE_INTEGER Start = {.QuadPart = 0}, Limit = KtapMilliseconds(5000);
    IO_STATUS_BLOCK Status;
    static UCHAR Bytes[4];
    KEVENT Done;
    PIRP Irp;

    WdfIoQueueStopSynchronously(Other);
    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(IRP_MJ_READ, Target, Bytes, 4, &Start, &Done,
                                       &Status);
    ok_status(IoCallDriver(Target, Irp), STATUS_PENDING, "a stopped queue keeps a read");
    WdfObjectDelete(Control);
    ok_status(KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, &Limit),
              STATUS_SUCCESS, "WdfObjectDelete: of a control device ends what waits");
    ok_status(Status.Status, STATUS_CANCELLED, "WdfObjectDelete: as cancelled");
    ok_status(Send(IRP_MJ_READ, 0, 0, &Status), STATUS_DELETE_PENDING,
              "WdfObjectDelete: whoever has it open gets nothing more");
    ObDereferenceObject(File);
    ok_status(Open(), STATUS_OBJECT_NAME_NOT_FOUND,
              "WdfObjectDelete: its name is gone with it");
}
