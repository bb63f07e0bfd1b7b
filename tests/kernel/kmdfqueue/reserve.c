/*
 * Reserved requests: the controls' queue has two for any need, the reads' queue one for what
 * a callback chooses, the writes' queue one for paging. Memory is short when the driver says
 * so: its callback for a new request's resources fails.
 */
#include "kmdfqueue.h"

static volatile LONG Short;    /* the resources of new requests cannot be had */
static volatile LONG Reserved; /* calls for reserved requests */
static volatile LONG Examined;
static WDF_IO_FORWARD_PROGRESS_ACTION Choice;

static NTSTATUS NTAPI
AllocateReserved(WDFQUEUE Queue, WDFREQUEST Request)
{
    UNREFERENCED_PARAMETER(Queue);
    Reserved += WdfRequestIsReserved(Request);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
RefuseReserved(WDFQUEUE Queue, WDFREQUEST Request)
{
    UNREFERENCED_PARAMETER(Queue);
    UNREFERENCED_PARAMETER(Request);
    return STATUS_QUOTA_EXCEEDED;
}

static NTSTATUS NTAPI
AllocateResources(WDFQUEUE Queue, WDFREQUEST Request)
{
    UNREFERENCED_PARAMETER(Queue);
    UNREFERENCED_PARAMETER(Request);
    return Short != 0 ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

static WDF_IO_FORWARD_PROGRESS_ACTION NTAPI
Examine(WDFQUEUE Queue, PIRP Irp)
{
    UNREFERENCED_PARAMETER(Queue);
    UNREFERENCED_PARAMETER(Irp);
    InterlockedIncrement(&Examined);
    return Choice;
}

static VOID
CheckBadPolicies(VOID)
{
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY Policy;

    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(&Policy, 0);
    ok_status(WdfIoQueueAssignForwardProgressPolicy(Unit.Parallel, &Policy),
              STATUS_INVALID_PARAMETER, "AssignForwardProgressPolicy: none reserved");
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_EXAMINE_INIT(&Policy, 1, NULL);
    ok_status(WdfIoQueueAssignForwardProgressPolicy(Unit.Parallel, &Policy),
              STATUS_INVALID_PARAMETER, "AssignForwardProgressPolicy: nobody to ask");
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(&Policy, 1);
    Policy.Size--;
    ok_status(WdfIoQueueAssignForwardProgressPolicy(Unit.Parallel, &Policy),
              STATUS_INFO_LENGTH_MISMATCH, "AssignForwardProgressPolicy: a wrong Size");
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(&Policy, 3);
    Policy.EvtIoAllocateResourcesForReservedRequest = RefuseReserved;
    ok_status(WdfIoQueueAssignForwardProgressPolicy(Unit.Parallel, &Policy),
              STATUS_QUOTA_EXCEEDED, "AssignForwardProgressPolicy: the driver refuses");
}

VOID
TestReserve(VOID)
{
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY Policy;

    CheckBadPolicies();
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(&Policy, 2);
    Policy.EvtIoAllocateResourcesForReservedRequest = AllocateReserved;
    Policy.EvtIoAllocateRequestResources = AllocateResources;
    ok_status(WdfIoQueueAssignForwardProgressPolicy(Unit.Parallel, &Policy),
              STATUS_SUCCESS, "AssignForwardProgressPolicy: two for any need");
    ok_equal(Reserved, 2, "EvtIoAllocateResourcesForReservedRequest: for each");
    ok_status(WdfIoQueueAssignForwardProgressPolicy(Unit.Parallel, &Policy),
              STATUS_INVALID_DEVICE_REQUEST, "AssignForwardProgressPolicy: once");
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_EXAMINE_INIT(&Policy, 1, Examine);
    Policy.EvtIoAllocateRequestResources = AllocateResources;
    ok_status(WdfIoQueueAssignForwardProgressPolicy(Unit.Sequential, &Policy),
              STATUS_SUCCESS, "AssignForwardProgressPolicy: by choice");
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_PAGINGIO_INIT(&Policy, 1);
    Policy.EvtIoAllocateRequestResources = AllocateResources;
    ok_status(WdfIoQueueAssignForwardProgressPolicy(Unit.Manual, &Policy), STATUS_SUCCESS,
              "AssignForwardProgressPolicy: for paging");
}

/* Two are presented, the next waits for one of them, and one more is cancelled. */
VOID
TestReserveAlways(VOID)
{
    static SENT Sent[4];
    WDFREQUEST First;

    Unit.Count = 0;
    SendControl(&Sent[0], CODE_HOLD);
    ok(Unit.Count == 1 && !WdfRequestIsReserved(Unit.Held[0]),
       "WdfRequestIsReserved: not while there is memory");
    WdfRequestComplete(Unit.Held[0], STATUS_SUCCESS);
    Finish(&Sent[0]);
    Short = 1;
    Unit.Count = 0;
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Sent); Index++) {
        SendControl(&Sent[Index], CODE_HOLD);
    }
    ok_equal(Unit.Count, 2, "AssignForwardProgressPolicy: as many as are reserved");
    First = Unit.Held[0];
    ok(WdfRequestIsReserved(First) && WdfRequestIsReserved(Unit.Held[1]),
       "WdfRequestIsReserved: without memory");
    ok(IoCancelIrp(Sent[3].Irp), "IRP-11 one that waits for a request can be cancelled");
    ok_status(Finish(&Sent[3]), STATUS_CANCELLED, "IRP-11 and ends");
    WdfRequestComplete(First, STATUS_SUCCESS);
    ok(Unit.Count == 3 && Unit.Held[2] == First,
       "AssignForwardProgressPolicy: the next when one is complete, in its request");
    WdfRequestComplete(Unit.Held[1], STATUS_SUCCESS);
    WdfRequestCompleteWithInformation(Unit.Held[2], STATUS_SUCCESS, 5);
    for (ULONG Index = 0; Index < 3; Index++) {
        ok_status(Finish(&Sent[Index]), STATUS_SUCCESS,
                  "AssignForwardProgressPolicy: and all are complete");
    }
    ok_equal(Sent[2].Information, 5, "AssignForwardProgressPolicy: each its own");
    Short = 0;
}

VOID
TestReserveChosen(VOID)
{
    WDFREQUEST Request;
    static SENT Sent;

    Short = 1;
    Unit.Count = 0;
    Choice = WdfIoForwardProgressActionFailRequest;
    SendRead(&Sent);
    ok(Finish(&Sent) == STATUS_INSUFFICIENT_RESOURCES && Examined == 1,
       "EvtIoWdmIrpForForwardProgress: one that has to fail");
    Choice = WdfIoForwardProgressActionUseReservedRequest;
    SendRead(&Sent);
    ok(Unit.Count == 1 && WdfRequestIsReserved(Unit.Held[0]),
       "EvtIoWdmIrpForForwardProgress: one that must not");
    WdfRequestComplete(Unit.Held[0], STATUS_SUCCESS);
    ok_status(Finish(&Sent), STATUS_SUCCESS, "EvtIoWdmIrpForForwardProgress: and ends");
    SendWrite(&Sent, 8);
    ok_status(Finish(&Sent), STATUS_INSUFFICIENT_RESOURCES,
              "WdfIoForwardProgressReservedPolicyPagingIO: it is none");
    Unit.SendFlags = IRP_PAGING_IO;
    SendWrite(&Sent, 8);
    Unit.SendFlags = 0;
    ok(NT_SUCCESS(WdfIoQueueRetrieveNextRequest(Unit.Manual, &Request)) &&
           WdfRequestIsReserved(Request),
       "WdfIoForwardProgressReservedPolicyPagingIO: it is one");
    WdfRequestComplete(Request, STATUS_SUCCESS);
    ok_status(Finish(&Sent), STATUS_SUCCESS,
              "WdfIoForwardProgressReservedPolicyPagingIO: which ends");
    Short = 0;
}

/* What waits for a reserved request when the queue is purged. */
VOID
TestReservePurge(VOID)
{
    static SENT Sent[3];

    Short = 1;
    Unit.Count = 0;
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Sent); Index++) {
        SendControl(&Sent[Index], CODE_HOLD);
    }
    WdfIoQueuePurge(Unit.Parallel, NULL, NULL);
    ok_status(Finish(&Sent[2]), STATUS_CANCELLED,
              "WdfIoQueuePurge: cancels what waits for a reserved request");
    WdfRequestComplete(Unit.Held[0], STATUS_SUCCESS);
    WdfRequestComplete(Unit.Held[1], STATUS_SUCCESS);
    ok(Finish(&Sent[0]) == STATUS_SUCCESS && Finish(&Sent[1]) == STATUS_SUCCESS,
       "WdfIoQueuePurge: and leaves what the driver has");
    WdfIoQueueStart(Unit.Parallel);
    Short = 0;
}
