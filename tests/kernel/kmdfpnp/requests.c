/*
 * Requests that the driver has while its device stops.
 */
#include "kmdfpnp.h"

typedef struct _SENT {
    PIRP Irp;
    volatile LONG Done;
    NTSTATUS Status;
} SENT, *PSENT;

static UCHAR Bytes[4];

static NTSTATUS NTAPI
Completed(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    PSENT Sent = Context;

    UNREFERENCED_PARAMETER(DeviceObject);
    Sent->Status = Irp->IoStatus.Status;
    InterlockedIncrement(&Sent->Done);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static VOID
Send(PSENT Sent)
{
    PDEVICE_OBJECT Device = WdfDeviceWdmGetDeviceObject(Unit.Device);
    PIO_STACK_LOCATION Stack;

    Sent->Done = 0;
    Sent->Irp = IoAllocateIrp(Device->StackSize, FALSE);
    Sent->Irp->AssociatedIrp.SystemBuffer = Bytes;
    IoSetCompletionRoutine(Sent->Irp, Completed, Sent, TRUE, TRUE, TRUE);
    Stack = IoGetNextIrpStackLocation(Sent->Irp);
    Stack->MajorFunction = IRP_MJ_READ;
    Stack->Parameters.Read.Length = sizeof(Bytes);
    IoCallDriver(Device, Sent->Irp);
}

static NTSTATUS
Finish(PSENT Sent)
{
    if (!KtapAwait(&Sent->Done, 1)) {
        return STATUS_TIMEOUT;
    }
    IoFreeIrp(Sent->Irp);
    return Sent->Status;
}

static VOID
Reset(STOP_ANSWER Answer)
{
    Unit.Answer = Answer;
    Unit.Presented = Unit.Stopped = Unit.Resumed = 0;
    Unit.Held = NULL;
}

/* The driver keeps its request, and the device's next one waits until it is back. */
static VOID
TestKeep(VOID)
{
    SENT First, Second;
    WDFREQUEST Kept;

    Reset(StopKeep);
    Send(&First);
    Kept = Unit.Held;
    Send(&Second);
    SendPnp(IRP_MN_STOP_DEVICE);
    ok(Unit.Stopped == 1 && Unit.StopFlags == WdfRequestStopActionSuspend,
       "EvtIoStop: once for the request that the driver has");
    ok(First.Done == 0 && Second.Done == 0 && Unit.Presented == 1,
       "WdfRequestStopAcknowledge: the driver keeps it, nothing more is presented");
    SendPnp(IRP_MN_START_DEVICE);
    ok(Unit.Resumed == 1 && Unit.Held == Kept,
       "EvtIoResume: for the request that it kept");
    WdfRequestComplete(Unit.Held, STATUS_SUCCESS);
    ok_status(Finish(&First), STATUS_SUCCESS, "EvtIoResume: it can be completed");
    ok(KtapAwait(&Unit.Presented, 2), "a power-managed queue goes on after the start");
    WdfRequestComplete(Unit.Held, STATUS_SUCCESS);
    Finish(&Second);
}

/* It gives the request back, and gets it again, before what came after it. */
static VOID
TestRequeue(VOID)
{
    SENT First, Second;

    Reset(StopRequeue);
    Send(&First);
    Send(&Second);
    SendPnp(IRP_MN_STOP_DEVICE);
    ok(Unit.Stopped == 1 && First.Done == 0,
       "WdfRequestStopAcknowledge: with requeue, it is not the driver's any more");
    SendPnp(IRP_MN_START_DEVICE);
    ok(KtapAwait(&Unit.Presented, 2) && Unit.Resumed == 0,
       "WdfRequestStopAcknowledge: it is presented again, and not resumed");
    ok(WdfRequestWdmGetIrp(Unit.Held) == First.Irp,
       "WdfRequestStopAcknowledge: at the head of its queue");
    WdfRequestComplete(Unit.Held, STATUS_SUCCESS);
    ok_status(Finish(&First), STATUS_SUCCESS, "a requeued request is completed");
    KtapAwait(&Unit.Presented, 3);
    WdfRequestComplete(Unit.Held, STATUS_SUCCESS);
    Finish(&Second);
}

static VOID NTAPI
Canceled(WDFREQUEST Request)
{
    WdfRequestComplete(Request, STATUS_CANCELLED);
}

static VOID
TestCompleteAndCancel(VOID)
{
    SENT First;

    Reset(StopComplete);
    Send(&First);
    SendPnp(IRP_MN_STOP_DEVICE);
    ok_status(Finish(&First), STATUS_DEVICE_NOT_READY,
              "EvtIoStop: completes the request instead");
    SendPnp(IRP_MN_START_DEVICE);
    Reset(StopKeep);
    Send(&First);
    WdfRequestMarkCancelableEx(Unit.Held, Canceled);
    SendPnp(IRP_MN_STOP_DEVICE);
    ok_equal(Unit.StopFlags,
             WdfRequestStopActionSuspend | WdfRequestStopRequestCancelable,
             "EvtIoStop: a request that can be cancelled is said to be");
    IoCancelIrp(First.Irp);
    ok_status(Finish(&First), STATUS_CANCELLED,
              "a request that was kept can be cancelled while the device is stopped");
    SendPnp(IRP_MN_START_DEVICE);
    ok_equal(Unit.Resumed, 0, "EvtIoResume: not for one that has ended");
}

/* Many stops under a sender: every request ends once. */
static VOID
TestMany(VOID)
{
    SENT Sent;
    ULONG Ended = 0;

    for (ULONG Turn = 0; Turn < 30; Turn++) {
        Reset(Turn % 2 == 0 ? StopKeep : StopRequeue);
        Send(&Sent);
        SendPnp(IRP_MN_STOP_DEVICE);
        SendPnp(IRP_MN_START_DEVICE);
        KtapAwait(Turn % 2 == 0 ? &Unit.Resumed : &Unit.Presented, Turn % 2 == 0 ? 1 : 2);
        WdfRequestComplete(Unit.Held, STATUS_SUCCESS);
        Ended += Finish(&Sent) == STATUS_SUCCESS && Sent.Done == 1;
    }
    ok_equal(Ended, 30, "a request through a stop, thirty times, ends once each time");
}

/* All with the device in D0 before and after. */
VOID
TestRequests(VOID)
{
    TestKeep();
    TestRequeue();
    TestCompleteAndCancel();
    TestMany();
}
