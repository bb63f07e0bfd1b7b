/*
 * How many requests a queue reserves, and for what: see reserve.c.
 */
#include "wdfp.h"
#include "reserve.h"

/* Whether a policy is one this framework can follow. */
static NTSTATUS
WdfpCheckReservePolicy(PWDFP_QUEUE Queue,
                       const WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY *Policy)
{
    WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY Kind = Policy->ForwardProgressReservedPolicy;

    if (Policy->Size != sizeof(*Policy)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (Policy->TotalForwardProgressRequests == 0 ||
        Kind < WdfIoForwardProgressReservedPolicyAlwaysUseReservedRequest ||
        Kind > WdfIoForwardProgressReservedPolicyPagingIO ||
        (Kind == WdfIoForwardProgressReservedPolicyUseExamine &&
         Policy->ForwardProgressReservePolicySettings.Policy.ExaminePolicy
                 .EvtIoWdmIrpForForwardProgress == NULL)) {
        return STATUS_INVALID_PARAMETER;
    }
    return Queue->Reserve == NULL ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
}

/* Makes the requests and gets each the driver's resources. */
static NTSTATUS
WdfpFillReserve(PWDFP_QUEUE Queue, PWDFP_RESERVE Reserve)
{
    PFN_WDF_IO_ALLOCATE_RESOURCES_FOR_RESERVED_REQUEST Callback =
        Reserve->Policy.EvtIoAllocateResourcesForReservedRequest;
    NTSTATUS Status = STATUS_SUCCESS;
    PWDFP_REQUEST Request;

    for (ULONG Count = 0;
         Count < Reserve->Policy.TotalForwardProgressRequests && NT_SUCCESS(Status);
         Count++) {
        Status = WdfpCreateReserved(Queue, &Request);
        if (NT_SUCCESS(Status)) {
            InsertTailList(&Reserve->Free, &Request->Link);
        }
        if (NT_SUCCESS(Status) && Callback != NULL) {
            Status = WDFP_CALL(Queue->Object.Globals, Callback, WdfpHandle(Queue),
                               WdfpHandle(Request));
        }
    }
    return Status;
}

/* Deletes what WdfpFillReserve made. */
static VOID
WdfpEmptyReserve(PWDFP_RESERVE Reserve)
{
    while (!IsListEmpty(&Reserve->Free)) {
        WdfpDelete(CONTAINING_RECORD(RemoveHeadList(&Reserve->Free), WDFP_REQUEST, Link));
    }
}

/*
 * Reserves requests for a queue, which serve IRPs for which no request can be made: all,
 * those that a callback chooses, or those of paging. STATUS_INFO_LENGTH_MISMATCH;
 * STATUS_INVALID_PARAMETER (no number, policy or callback); STATUS_INVALID_DEVICE_REQUEST (a
 * second time); what the driver's callback returns; STATUS_INSUFFICIENT_RESOURCES. Before the
 * queue gets requests. PASSIVE_LEVEL. Source: manual,
 * WdfIoQueueAssignForwardProgressPolicy.
 */
NTSTATUS
NTAPI
ImpWdfIoQueueAssignForwardProgressPolicy(PWDF_DRIVER_GLOBALS DriverGlobals,
                                         WDFQUEUE Handle,
                                         PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY Policy)
{
    PWDFP_QUEUE Queue = WdfpQueueFromHandle(DriverGlobals, Handle);
    PWDFP_RESERVE Reserve;
    NTSTATUS Status;

    WdfpRequire(Queue->Object.Globals, Policy, "Policy");
    WdfpRequireIrql(Queue->Object.Globals, PASSIVE_LEVEL,
                    "WdfIoQueueAssignForwardProgressPolicy");
    Status = WdfpCheckReservePolicy(Queue, Policy);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Reserve = ExAllocatePoolZero(NonPagedPoolNx, sizeof(*Reserve), WDFP_TAG);
    if (Reserve == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Reserve->Policy = *Policy;
    InitializeListHead(&Reserve->Free);
    InitializeListHead(&Reserve->Waiting);
    Status = WdfpFillReserve(Queue, Reserve);
    if (!NT_SUCCESS(Status)) {
        WdfpEmptyReserve(Reserve);
        ExFreePoolWithTag(Reserve, WDFP_TAG);
        return Status;
    }
    Queue->Reserve = Reserve;
    return STATUS_SUCCESS;
}

/* Whether a request is one of those. Source: manual, WdfRequestIsReserved. */
BOOLEAN
NTAPI
ImpWdfRequestIsReserved(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle)
{
    PWDFP_REQUEST Request = WdfpObject(DriverGlobals, Handle, WdfpRequestType);

    return Request->Home != NULL;
}
