/*
 * I/O queues: where requests wait for the driver.
 */
#pragma once

#include <wdfobject.h>
#include <wdfrequest.h>

typedef enum _WDF_IO_QUEUE_DISPATCH_TYPE {
    WdfIoQueueDispatchInvalid = 0,
    WdfIoQueueDispatchSequential,
    WdfIoQueueDispatchParallel,
    WdfIoQueueDispatchManual,
    WdfIoQueueDispatchMax
} WDF_IO_QUEUE_DISPATCH_TYPE;

typedef enum _WDF_IO_QUEUE_STATE {
    WdfIoQueueAcceptRequests = 0x01,
    WdfIoQueueDispatchRequests = 0x02,
    WdfIoQueueNoRequests = 0x04,
    WdfIoQueueDriverNoRequests = 0x08,
    WdfIoQueuePnpHeld = 0x10
} WDF_IO_QUEUE_STATE;

#define WDF_IO_QUEUE_IDLE(State)                                                         \
    (((State) & (WdfIoQueueNoRequests | WdfIoQueueDriverNoRequests)) ==                  \
     (WdfIoQueueNoRequests | WdfIoQueueDriverNoRequests))
#define WDF_IO_QUEUE_READY(State)                                                        \
    (((State) & (WdfIoQueueDispatchRequests | WdfIoQueueAcceptRequests)) ==              \
     (WdfIoQueueDispatchRequests | WdfIoQueueAcceptRequests))
#define WDF_IO_QUEUE_STOPPED(State)                                                      \
    (!((State)&WdfIoQueueDispatchRequests) && ((State)&WdfIoQueueDriverNoRequests))

/* Called with requests; the level is that of WDF-28. */
typedef VOID NTAPI EVT_WDF_IO_QUEUE_IO_DEFAULT(_In_ WDFQUEUE Queue,
                                               _In_ WDFREQUEST Request);
typedef EVT_WDF_IO_QUEUE_IO_DEFAULT *PFN_WDF_IO_QUEUE_IO_DEFAULT;
typedef VOID NTAPI EVT_WDF_IO_QUEUE_IO_READ(_In_ WDFQUEUE Queue, _In_ WDFREQUEST Request,
                                            _In_ SIZE_T Length);
typedef EVT_WDF_IO_QUEUE_IO_READ *PFN_WDF_IO_QUEUE_IO_READ;
typedef EVT_WDF_IO_QUEUE_IO_READ EVT_WDF_IO_QUEUE_IO_WRITE;
typedef EVT_WDF_IO_QUEUE_IO_WRITE *PFN_WDF_IO_QUEUE_IO_WRITE;
typedef VOID NTAPI EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL(_In_ WDFQUEUE Queue,
                                                      _In_ WDFREQUEST Request,
                                                      _In_ SIZE_T OutputBufferLength,
                                                      _In_ SIZE_T InputBufferLength,
                                                      _In_ ULONG IoControlCode);
typedef EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL *PFN_WDF_IO_QUEUE_IO_DEVICE_CONTROL;
typedef EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL EVT_WDF_IO_QUEUE_IO_INTERNAL_DEVICE_CONTROL;
typedef EVT_WDF_IO_QUEUE_IO_INTERNAL_DEVICE_CONTROL
    *PFN_WDF_IO_QUEUE_IO_INTERNAL_DEVICE_CONTROL;
typedef VOID NTAPI EVT_WDF_IO_QUEUE_IO_STOP(_In_ WDFQUEUE Queue, _In_ WDFREQUEST Request,
                                            _In_ ULONG ActionFlags);
typedef EVT_WDF_IO_QUEUE_IO_STOP *PFN_WDF_IO_QUEUE_IO_STOP;
typedef VOID NTAPI EVT_WDF_IO_QUEUE_IO_RESUME(_In_ WDFQUEUE Queue,
                                              _In_ WDFREQUEST Request);
typedef EVT_WDF_IO_QUEUE_IO_RESUME *PFN_WDF_IO_QUEUE_IO_RESUME;
typedef EVT_WDF_IO_QUEUE_IO_RESUME EVT_WDF_IO_QUEUE_IO_CANCELED_ON_QUEUE;
typedef EVT_WDF_IO_QUEUE_IO_CANCELED_ON_QUEUE *PFN_WDF_IO_QUEUE_IO_CANCELED_ON_QUEUE;
/* Called when a manual queue is not empty any more, or a stop, drain, purge has ended. */
typedef VOID NTAPI EVT_WDF_IO_QUEUE_STATE(_In_ WDFQUEUE Queue, _In_ WDFCONTEXT Context);
typedef EVT_WDF_IO_QUEUE_STATE *PFN_WDF_IO_QUEUE_STATE;

typedef struct _WDF_IO_QUEUE_CONFIG {
    ULONG Size;
    WDF_IO_QUEUE_DISPATCH_TYPE DispatchType;
    WDF_TRI_STATE PowerManaged;
    BOOLEAN AllowZeroLengthRequests;
    BOOLEAN DefaultQueue;
    PFN_WDF_IO_QUEUE_IO_DEFAULT EvtIoDefault;
    PFN_WDF_IO_QUEUE_IO_READ EvtIoRead;
    PFN_WDF_IO_QUEUE_IO_WRITE EvtIoWrite;
    PFN_WDF_IO_QUEUE_IO_DEVICE_CONTROL EvtIoDeviceControl;
    PFN_WDF_IO_QUEUE_IO_INTERNAL_DEVICE_CONTROL EvtIoInternalDeviceControl;
    PFN_WDF_IO_QUEUE_IO_STOP EvtIoStop;
    PFN_WDF_IO_QUEUE_IO_RESUME EvtIoResume;
    PFN_WDF_IO_QUEUE_IO_CANCELED_ON_QUEUE EvtIoCanceledOnQueue;
    union {
        struct {
            ULONG NumberOfPresentedRequests;
        } Parallel;
    } Settings;
    WDFDRIVER Driver;
} WDF_IO_QUEUE_CONFIG, *PWDF_IO_QUEUE_CONFIG;

static FORCEINLINE VOID
WDF_IO_QUEUE_CONFIG_INIT(_Out_ PWDF_IO_QUEUE_CONFIG Config,
                         _In_ WDF_IO_QUEUE_DISPATCH_TYPE DispatchType)
{
    __builtin_memset(Config, 0, sizeof(*Config));
    Config->Size = sizeof(*Config);
    Config->PowerManaged = WdfUseDefault;
    Config->DispatchType = DispatchType;
    if (DispatchType == WdfIoQueueDispatchParallel) {
        Config->Settings.Parallel.NumberOfPresentedRequests = MAXULONG;
    }
}

static FORCEINLINE VOID
WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(_Out_ PWDF_IO_QUEUE_CONFIG Config,
                                       _In_ WDF_IO_QUEUE_DISPATCH_TYPE DispatchType)
{
    WDF_IO_QUEUE_CONFIG_INIT(Config, DispatchType);
    Config->DefaultQueue = TRUE;
}

/* --- Guaranteed progress ---------------------------------------------------------- */

typedef enum _WDF_IO_FORWARD_PROGRESS_ACTION {
    WdfIoForwardProgressActionInvalid = 0,
    WdfIoForwardProgressActionFailRequest,
    WdfIoForwardProgressActionUseReservedRequest
} WDF_IO_FORWARD_PROGRESS_ACTION;

/* Which requests may have a reserved one when there is no memory. */
typedef enum _WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY {
    WdfIoForwardProgressInvalidPolicy = 0,
    WdfIoForwardProgressReservedPolicyAlwaysUseReservedRequest,
    WdfIoForwardProgressReservedPolicyUseExamine,
    WdfIoForwardProgressReservedPolicyPagingIO
} WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY;

/* Called at or below DISPATCH_LEVEL: may this IRP have one? */
typedef WDF_IO_FORWARD_PROGRESS_ACTION NTAPI
EVT_WDF_IO_WDM_IRP_FOR_FORWARD_PROGRESS(_In_ WDFQUEUE Queue, _In_ PIRP Irp);
typedef EVT_WDF_IO_WDM_IRP_FOR_FORWARD_PROGRESS *PFN_WDF_IO_WDM_IRP_FOR_FORWARD_PROGRESS;
/* Called at PASSIVE_LEVEL for each reserved request when it is made, and at or below
   DISPATCH_LEVEL for every other one, whose failure makes the framework use a reserved one. */
typedef NTSTATUS NTAPI EVT_WDF_IO_ALLOCATE_RESOURCES_FOR_RESERVED_REQUEST(
    _In_ WDFQUEUE Queue, _In_ WDFREQUEST Request);
typedef EVT_WDF_IO_ALLOCATE_RESOURCES_FOR_RESERVED_REQUEST
    *PFN_WDF_IO_ALLOCATE_RESOURCES_FOR_RESERVED_REQUEST;
typedef EVT_WDF_IO_ALLOCATE_RESOURCES_FOR_RESERVED_REQUEST
    EVT_WDF_IO_ALLOCATE_REQUEST_RESOURCES;
typedef EVT_WDF_IO_ALLOCATE_REQUEST_RESOURCES *PFN_WDF_IO_ALLOCATE_REQUEST_RESOURCES;

typedef struct _WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY_SETTINGS {
    union {
        struct {
            PFN_WDF_IO_WDM_IRP_FOR_FORWARD_PROGRESS EvtIoWdmIrpForForwardProgress;
        } ExaminePolicy;
    } Policy;
} WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY_SETTINGS;

typedef struct _WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY {
    ULONG Size;
    ULONG TotalForwardProgressRequests;
    WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY ForwardProgressReservedPolicy;
    WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY_SETTINGS ForwardProgressReservePolicySettings;
    PFN_WDF_IO_ALLOCATE_RESOURCES_FOR_RESERVED_REQUEST
    EvtIoAllocateResourcesForReservedRequest;
    PFN_WDF_IO_ALLOCATE_REQUEST_RESOURCES EvtIoAllocateRequestResources;
} WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY, *PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY;

static FORCEINLINE VOID
WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(
    _Out_ PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY Policy,
    _In_ ULONG TotalForwardProgressRequests)
{
    __builtin_memset(Policy, 0, sizeof(*Policy));
    Policy->Size = sizeof(*Policy);
    Policy->TotalForwardProgressRequests = TotalForwardProgressRequests;
    Policy->ForwardProgressReservedPolicy =
        WdfIoForwardProgressReservedPolicyAlwaysUseReservedRequest;
}

static FORCEINLINE VOID
WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_EXAMINE_INIT(
    _Out_ PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY Policy,
    _In_ ULONG TotalForwardProgressRequests,
    _In_ PFN_WDF_IO_WDM_IRP_FOR_FORWARD_PROGRESS EvtIoWdmIrpForForwardProgress)
{
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(Policy,
                                                      TotalForwardProgressRequests);
    Policy->ForwardProgressReservedPolicy = WdfIoForwardProgressReservedPolicyUseExamine;
    Policy->ForwardProgressReservePolicySettings.Policy.ExaminePolicy
        .EvtIoWdmIrpForForwardProgress = EvtIoWdmIrpForForwardProgress;
}

static FORCEINLINE VOID
WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_PAGINGIO_INIT(
    _Out_ PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY Policy,
    _In_ ULONG TotalForwardProgressRequests)
{
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(Policy,
                                                      TotalForwardProgressRequests);
    Policy->ForwardProgressReservedPolicy = WdfIoForwardProgressReservedPolicyPagingIO;
}

/* Before the queue gets requests. */
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfIoQueueAssignForwardProgressPolicy,
                (_In_ WDFQUEUE Queue,
                 _In_ PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY ForwardProgressPolicy),
                (Queue, ForwardProgressPolicy));

/* --- Queues ----------------------------------------------------------------------- */

_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfIoQueueCreate,
                (_In_ WDFDEVICE Device, _In_ PWDF_IO_QUEUE_CONFIG Config,
                 _In_opt_ PWDF_OBJECT_ATTRIBUTES QueueAttributes,
                 _Out_opt_ WDFQUEUE *Queue),
                (Device, Config, QueueAttributes, Queue));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(WDF_IO_QUEUE_STATE, WdfIoQueueGetState,
                (_In_ WDFQUEUE Queue, _Out_opt_ PULONG QueueRequests,
                 _Out_opt_ PULONG DriverRequests),
                (Queue, QueueRequests, DriverRequests));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfIoQueueStart, (_In_ WDFQUEUE Queue), (Queue));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfIoQueueStop,
                (_In_ WDFQUEUE Queue, _In_opt_ PFN_WDF_IO_QUEUE_STATE StopComplete,
                 _In_opt_ WDFCONTEXT Context),
                (Queue, StopComplete, Context));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(VOID, WdfIoQueueStopSynchronously, (_In_ WDFQUEUE Queue), (Queue));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(WDFDEVICE, WdfIoQueueGetDevice, (_In_ WDFQUEUE Queue), (Queue));
/* STATUS_NO_MORE_ENTRIES: empty; STATUS_WDF_PAUSED: stopped. */
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfIoQueueRetrieveNextRequest,
                (_In_ WDFQUEUE Queue, _Out_ WDFREQUEST *OutRequest), (Queue, OutRequest));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfIoQueueRetrieveRequestByFileObject,
                (_In_ WDFQUEUE Queue, _In_ WDFFILEOBJECT FileObject,
                 _Out_ WDFREQUEST *OutRequest),
                (Queue, FileObject, OutRequest));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfIoQueueFindRequest,
                (_In_ WDFQUEUE Queue, _In_opt_ WDFREQUEST FoundRequest,
                 _In_opt_ WDFFILEOBJECT FileObject,
                 _Inout_opt_ PWDF_REQUEST_PARAMETERS Parameters,
                 _Out_ WDFREQUEST *OutRequest),
                (Queue, FoundRequest, FileObject, Parameters, OutRequest));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfIoQueueRetrieveFoundRequest,
                (_In_ WDFQUEUE Queue, _In_ WDFREQUEST FoundRequest,
                 _Out_ WDFREQUEST *OutRequest),
                (Queue, FoundRequest, OutRequest));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(VOID, WdfIoQueueDrainSynchronously, (_In_ WDFQUEUE Queue), (Queue));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfIoQueueDrain,
                (_In_ WDFQUEUE Queue, _In_opt_ PFN_WDF_IO_QUEUE_STATE DrainComplete,
                 _In_opt_ WDFCONTEXT Context),
                (Queue, DrainComplete, Context));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(VOID, WdfIoQueuePurgeSynchronously, (_In_ WDFQUEUE Queue), (Queue));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfIoQueuePurge,
                (_In_ WDFQUEUE Queue, _In_opt_ PFN_WDF_IO_QUEUE_STATE PurgeComplete,
                 _In_opt_ WDFCONTEXT Context),
                (Queue, PurgeComplete, Context));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfIoQueueReadyNotify,
                (_In_ WDFQUEUE Queue, _In_opt_ PFN_WDF_IO_QUEUE_STATE QueueReady,
                 _In_opt_ WDFCONTEXT Context),
                (Queue, QueueReady, Context));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfIoQueueStopAndPurge,
                (_In_ WDFQUEUE Queue,
                 _In_opt_ PFN_WDF_IO_QUEUE_STATE StopAndPurgeComplete,
                 _In_opt_ WDFCONTEXT Context),
                (Queue, StopAndPurgeComplete, Context));
_IRQL_requires_(PASSIVE_LEVEL) WDF_ROUTINE(VOID, WdfIoQueueStopAndPurgeSynchronously,
                                           (_In_ WDFQUEUE Queue), (Queue));
_IRQL_requires_(PASSIVE_LEVEL) WDF_ROUTINE(NTSTATUS, WdfDeviceConfigureRequestDispatching,
                                           (_In_ WDFDEVICE Device, _In_ WDFQUEUE Queue,
                                            _In_ WDF_REQUEST_TYPE RequestType),
                                           (Device, Queue, RequestType));
