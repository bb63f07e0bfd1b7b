/*
 * The way up: who is told, in which order, and who can stop it.
 */
#include "irp.h"

volatile LONG UpperRuns;
BOOLEAN UpperPending, UpperTakes;
NTSTATUS UpperStatus;

VOID
TestImmediate(VOID)
{
    REQUEST Request;

    ok_status(IoCallDriver(Lower, BuildRequest(Lower, CODE_SUCCEED, &Request)),
              STATUS_SUCCESS, "IRP-7 a request completed at once returns its status");
    ok(KeReadStateEvent(&Request.Event) != 0, "IRP-7 its event is set");
    ok_status(Request.Iosb.Status, STATUS_SUCCESS, "IRP-7 its status block is written");
    ok_equal(Request.Iosb.Information, 8, "IRP-7 with Information");
    ok(Request.Buffer[0] == 1 && Request.Buffer[7] == 8,
       "IRP-7 its buffer is copied back");
    ok_status(IoCallDriver(Lower, BuildRequest(Lower, CODE_FAIL, &Request)),
              STATUS_DEVICE_DATA_ERROR, "IRP-7 a failure is returned as well");
    ok(Request.Iosb.Status != STATUS_SUCCESS && Request.Buffer[0] == 0,
       "IRP-7 and copies nothing back");
    ok_status(IoCallDriver(Lower, BuildRequest(Lower, CODE_COMPLETE, &Request)),
              STATUS_PENDING,
              "IRP-6 a marked request returns STATUS_PENDING though it is over");
    ok(KeReadStateEvent(&Request.Event) != 0 && Request.Iosb.Status == STATUS_SUCCESS,
       "IRP-6 and over it is");
}

VOID
TestPending(VOID)
{
    LARGE_INTEGER Limit = KtapMilliseconds(5000);
    REQUEST Request;

    ok_status(IoCallDriver(Upper, BuildRequest(Upper, CODE_PEND, &Request)),
              STATUS_PENDING,
              "IRP-6 a pended request returns STATUS_PENDING through the stack");
    ok_equal(KeReadStateEvent(&Request.Event), 0, "IRP-6 its event is not set");
    UpperRuns = 0;
    CompletePended(STATUS_SUCCESS);
    ok_status(KeWaitForSingleObject(&Request.Event, Executive, KernelMode, FALSE, &Limit),
              STATUS_SUCCESS, "IRP-7 completing it at DISPATCH_LEVEL sets it");
    ok_equal(UpperRuns, 1, "IRP-7 the completion routine in between ran once");
    ok_equal(UpperPending, TRUE, "IRP-6 and saw PendingReturned");
}

static LONG Steps, StepOf[3];
static PDEVICE_OBJECT DeviceOf[3];

static NTSTATUS NTAPI
StepRoutine(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    ULONG Index = (ULONG)(ULONG_PTR)Context;

    StepOf[Index] = ++Steps;
    DeviceOf[Index] = DeviceObject;
    if (Irp->PendingReturned && Index != 0) {
        IoMarkIrpPending(Irp);
    }
    return (Index == 0) ? STATUS_MORE_PROCESSING_REQUIRED : STATUS_SUCCESS;
}

/* Three locations of one IRP, as three drivers would fill them; the third completes. */
VOID
TestOrder(VOID)
{
    PIRP Irp = IoAllocateIrp(3, FALSE);

    Steps = 0;
    ok(Irp->CurrentLocation == 4 && Irp->StackCount == 3,
       "IRP-7 a new IRP is at its top");
    for (ULONG Index = 0; Index < 3; Index++) {
        IoSetCompletionRoutine(Irp, StepRoutine, (PVOID)(ULONG_PTR)Index, TRUE, TRUE,
                               TRUE);
        IoSetNextIrpStackLocation(Irp);
        IoGetCurrentIrpStackLocation(Irp)->DeviceObject = (Index == 0) ? Upper : Lower;
    }
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    ok(StepOf[2] == 1 && StepOf[1] == 2 && StepOf[0] == 3,
       "IRP-7 completion routines run from the lowest to the highest");
    ok(DeviceOf[2] == Lower && DeviceOf[1] == Upper && DeviceOf[0] == NULL,
       "IRP-7 each with the device of the location above its own");
    IoReuseIrp(Irp, STATUS_UNSUCCESSFUL);
    ok(Irp->CurrentLocation == 4 && Irp->IoStatus.Status == STATUS_UNSUCCESSFUL,
       "IRP-7 an IRP that was taken back can be used again");
    IoFreeIrp(Irp);
}

/* A completion routine keeps the IRP; completing it again goes on just above. */
VOID
TestTaking(VOID)
{
    REQUEST Request;
    PIRP Irp = BuildRequest(Upper, CODE_SUCCEED, &Request);

    UpperRuns = 0;
    UpperTakes = TRUE;
    IoCallDriver(Upper, Irp);
    UpperTakes = FALSE;
    ok_equal(UpperRuns, 1, "IRP-7 a completion routine saw the request");
    ok_equal(KeReadStateEvent(&Request.Event), 0,
             "IRP-7 STATUS_MORE_PROCESSING_REQUIRED stops the walk");
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    ok(KeReadStateEvent(&Request.Event) != 0, "IRP-7 a later call goes on above it");
    ok_equal(UpperRuns, 1, "IRP-7 and does not call it again");
}

static volatile LONG GateRuns;

static NTSTATUS NTAPI
GateRoutine(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Context);
    GateRuns++;
    return STATUS_SUCCESS;
}

static LONG
RunGate(ULONG Code, BOOLEAN Success, BOOLEAN Error)
{
    REQUEST Request;
    PIRP Irp = BuildRequest(Lower, Code, &Request);

    GateRuns = 0;
    IoSetCompletionRoutine(Irp, GateRoutine, NULL, Success, Error, FALSE);
    IoCallDriver(Lower, Irp);
    return GateRuns;
}

VOID
TestGates(VOID)
{
    ok(RunGate(CODE_SUCCEED, TRUE, FALSE) == 1 && RunGate(CODE_SUCCEED, FALSE, TRUE) == 0,
       "IRP-9 success calls a routine that asked for success");
    ok(RunGate(CODE_FAIL, TRUE, FALSE) == 0 && RunGate(CODE_FAIL, FALSE, TRUE) == 1,
       "IRP-9 an error one that asked for errors");
}
