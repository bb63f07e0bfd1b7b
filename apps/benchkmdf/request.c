/*
 * A request's way through the framework: from IoCallDriver to the handler of a queue, and
 * from its completion back to its sender. The handler completes it where it stands, so that
 * all of it is one thread's work.
 */
#include "benchkmdf.h"

#define TRIES 32

static EVT_WDF_IO_QUEUE_IO_READ BenchRead;
static IO_COMPLETION_ROUTINE BenchReadDone;

static struct {
    ULONG64 Called;
    ULONG64 Presented;
    ULONG64 Completed;
    ULONG64 Back;
} BenchRequest;

static VOID NTAPI
BenchRead(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T Length)
{
    BenchRequest.Presented = BenchStamp();
    UNREFERENCED_PARAMETER(Queue);
    UNREFERENCED_PARAMETER(Length);
    BenchRequest.Completed = BenchStamp();
    WdfRequestComplete(Request, STATUS_SUCCESS);
}

static NTSTATUS NTAPI
BenchReadDone(PDEVICE_OBJECT Device, PIRP Irp, PVOID Context)
{
    BenchRequest.Back = BenchStamp();
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Context);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

NTSTATUS
BenchCreateQueue(WDFDEVICE Device)
{
    WDF_IO_QUEUE_CONFIG Config;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&Config, WdfIoQueueDispatchParallel);
    Config.EvtIoRead = BenchRead;
    return WdfIoQueueCreate(Device, &Config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
}

static VOID
BenchSendRead(PDEVICE_OBJECT Device, PIRP Irp)
{
    static UCHAR Buffer[16];
    PIO_STACK_LOCATION Stack;

    IoReuseIrp(Irp, STATUS_SUCCESS);
    Irp->AssociatedIrp.SystemBuffer = Buffer;
    IoSetCompletionRoutine(Irp, BenchReadDone, NULL, TRUE, TRUE, TRUE);
    Stack = IoGetNextIrpStackLocation(Irp);
    Stack->MajorFunction = IRP_MJ_READ;
    Stack->Parameters.Read.Length = sizeof(Buffer);
    BenchRequest.Called = BenchStamp();
    IoCallDriver(Device, Irp);
}

/* The smallest of many tries: a clock tick may add to one. What two stamps take is off. */
VOID
BenchRequests(PDEVICE_OBJECT Device)
{
    PIRP Irp = IoAllocateIrp(Device->StackSize, FALSE);
    ULONG64 Present = MAXULONG64, Complete = MAXULONG64, Empty;

    if (Irp == NULL) {
        return;
    }
    for (ULONG Try = 0; Try < TRIES; Try++) {
        BenchSendRead(Device, Irp);
        Empty = BenchRequest.Completed - BenchRequest.Presented;
        Present = min(Present, BenchRequest.Presented - BenchRequest.Called - Empty);
        Complete = min(Complete, BenchRequest.Back - BenchRequest.Completed - Empty);
    }
    IoFreeIrp(Irp);
    DbgPrint("bench: kmdf_request_present %I64u\n", Present);
    DbgPrint("bench: kmdf_request_complete %I64u\n", Complete);
}
