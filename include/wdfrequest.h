/*
 * Request objects: an IRP on its way through the driver.
 */
#pragma once

#include <wdfobject.h>

typedef enum _WDF_REQUEST_TYPE {
    WdfRequestTypeCreate = 0x0,
    WdfRequestTypeCreateNamedPipe = 0x1,
    WdfRequestTypeClose = 0x2,
    WdfRequestTypeRead = 0x3,
    WdfRequestTypeWrite = 0x4,
    WdfRequestTypeQueryInformation = 0x5,
    WdfRequestTypeSetInformation = 0x6,
    WdfRequestTypeQueryEA = 0x7,
    WdfRequestTypeSetEA = 0x8,
    WdfRequestTypeFlushBuffers = 0x9,
    WdfRequestTypeQueryVolumeInformation = 0xA,
    WdfRequestTypeSetVolumeInformation = 0xB,
    WdfRequestTypeDirectoryControl = 0xC,
    WdfRequestTypeFileSystemControl = 0xD,
    WdfRequestTypeDeviceControl = 0xE,
    WdfRequestTypeDeviceControlInternal = 0xF,
    WdfRequestTypeShutdown = 0x10,
    WdfRequestTypeLockControl = 0x11,
    WdfRequestTypeCleanup = 0x12,
    WdfRequestTypeCreateMailSlot = 0x13,
    WdfRequestTypeQuerySecurity = 0x14,
    WdfRequestTypeSetSecurity = 0x15,
    WdfRequestTypePower = 0x16,
    WdfRequestTypeSystemControl = 0x17,
    WdfRequestTypeDeviceChange = 0x18,
    WdfRequestTypeQueryQuota = 0x19,
    WdfRequestTypeSetQuota = 0x1A,
    WdfRequestTypePnp = 0x1B,
    WdfRequestTypeOther = 0x1C,
    WdfRequestTypeUsb = 0x40,
    WdfRequestTypeNoFormat = 0xFF,
    WdfRequestTypeMax
} WDF_REQUEST_TYPE;

typedef enum _WDF_REQUEST_STOP_ACTION_FLAGS {
    WdfRequestStopActionInvalid = 0,
    WdfRequestStopActionSuspend = 0x1,
    WdfRequestStopActionPurge = 0x2,
    WdfRequestStopRequestCancelable = 0x10000000
} WDF_REQUEST_STOP_ACTION_FLAGS;

typedef struct _WDF_REQUEST_PARAMETERS {
    USHORT Size;
    UCHAR MinorFunction;
    WDF_REQUEST_TYPE Type;
    union {
        struct {
            PIO_SECURITY_CONTEXT SecurityContext;
            ULONG Options;
            USHORT POINTER_ALIGNMENT FileAttributes;
            USHORT ShareAccess;
            ULONG POINTER_ALIGNMENT EaLength;
        } Create;
        struct {
            SIZE_T Length;
            ULONG POINTER_ALIGNMENT Key;
            LONGLONG DeviceOffset;
        } Read;
        struct {
            SIZE_T Length;
            ULONG POINTER_ALIGNMENT Key;
            LONGLONG DeviceOffset;
        } Write;
        struct {
            SIZE_T OutputBufferLength;
            SIZE_T InputBufferLength;
            ULONG POINTER_ALIGNMENT IoControlCode;
            PVOID Type3InputBuffer;
        } DeviceIoControl;
        struct {
            PVOID Arg1;
            PVOID Arg2;
            ULONG POINTER_ALIGNMENT IoControlCode;
            PVOID Arg4;
        } Others;
    } Parameters;
} WDF_REQUEST_PARAMETERS, *PWDF_REQUEST_PARAMETERS;

static FORCEINLINE VOID
WDF_REQUEST_PARAMETERS_INIT(_Out_ PWDF_REQUEST_PARAMETERS Parameters)
{
    __builtin_memset(Parameters, 0, sizeof(*Parameters));
    Parameters->Size = sizeof(*Parameters);
}

typedef enum _WDF_REQUEST_SEND_OPTIONS_FLAGS {
    WDF_REQUEST_SEND_OPTION_TIMEOUT = 0x1,
    WDF_REQUEST_SEND_OPTION_SYNCHRONOUS = 0x2,
    WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE = 0x4,
    WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET = 0x8,
    WDF_REQUEST_SEND_OPTION_IMPERSONATE_CLIENT = 0x10000,
    WDF_REQUEST_SEND_OPTION_IMPERSONATION_IGNORE_FAILURE = 0x20000
} WDF_REQUEST_SEND_OPTIONS_FLAGS;

typedef struct _WDF_REQUEST_SEND_OPTIONS {
    ULONG Size;
    ULONG Flags;
    LONGLONG Timeout;
} WDF_REQUEST_SEND_OPTIONS, *PWDF_REQUEST_SEND_OPTIONS;

static FORCEINLINE VOID
WDF_REQUEST_SEND_OPTIONS_INIT(_Out_ PWDF_REQUEST_SEND_OPTIONS Options, _In_ ULONG Flags)
{
    __builtin_memset(Options, 0, sizeof(*Options));
    Options->Size = sizeof(*Options);
    Options->Flags = Flags;
}

static FORCEINLINE VOID
WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT(_Inout_ PWDF_REQUEST_SEND_OPTIONS Options,
                                     _In_ LONGLONG Timeout)
{
    Options->Flags |= WDF_REQUEST_SEND_OPTION_TIMEOUT;
    Options->Timeout = Timeout;
}

/* How a request that was sent has ended. */
typedef struct _WDF_REQUEST_COMPLETION_PARAMS {
    ULONG Size;
    WDF_REQUEST_TYPE Type;
    IO_STATUS_BLOCK IoStatus;
    union {
        struct {
            WDFMEMORY Buffer;
            SIZE_T Length; /* bytes written, as in the next */
            SIZE_T Offset;
        } Write;
        struct {
            WDFMEMORY Buffer;
            SIZE_T Length;
            SIZE_T Offset;
        } Read;
        struct {
            ULONG IoControlCode;
            struct {
                WDFMEMORY Buffer;
                SIZE_T Offset;
            } Input;
            struct {
                WDFMEMORY Buffer;
                SIZE_T Offset;
                SIZE_T Length;
            } Output;
        } Ioctl;
        struct {
            union {
                PVOID Ptr;
                ULONG_PTR Value;
            } Argument1;
            union {
                PVOID Ptr;
                ULONG_PTR Value;
            } Argument2;
            union {
                PVOID Ptr;
                ULONG_PTR Value;
            } Argument3;
            union {
                PVOID Ptr;
                ULONG_PTR Value;
            } Argument4;
        } Others;
        struct {
            struct _WDF_USB_REQUEST_COMPLETION_PARAMS *Completion;
        } Usb;
    } Parameters;
} WDF_REQUEST_COMPLETION_PARAMS, *PWDF_REQUEST_COMPLETION_PARAMS;

static FORCEINLINE VOID
WDF_REQUEST_COMPLETION_PARAMS_INIT(_Out_ PWDF_REQUEST_COMPLETION_PARAMS Params)
{
    __builtin_memset(Params, 0, sizeof(*Params));
    Params->Size = sizeof(*Params);
    Params->Type = WdfRequestTypeNoFormat;
}

/* Called at or below DISPATCH_LEVEL when a request that was sent comes back. */
typedef VOID NTAPI EVT_WDF_REQUEST_COMPLETION_ROUTINE(
    _In_ WDFREQUEST Request, _In_ WDFIOTARGET Target,
    _In_ PWDF_REQUEST_COMPLETION_PARAMS Params, _In_ WDFCONTEXT Context);
typedef EVT_WDF_REQUEST_COMPLETION_ROUTINE *PFN_WDF_REQUEST_COMPLETION_ROUTINE;

typedef enum _WDF_REQUEST_REUSE_FLAGS {
    WDF_REQUEST_REUSE_NO_FLAGS = 0,
    WDF_REQUEST_REUSE_SET_NEW_IRP = 0x1
} WDF_REQUEST_REUSE_FLAGS;

typedef struct _WDF_REQUEST_REUSE_PARAMS {
    ULONG Size;
    ULONG Flags;
    NTSTATUS Status;
    PIRP NewIrp;
} WDF_REQUEST_REUSE_PARAMS, *PWDF_REQUEST_REUSE_PARAMS;

static FORCEINLINE VOID
WDF_REQUEST_REUSE_PARAMS_INIT(_Out_ PWDF_REQUEST_REUSE_PARAMS Params, _In_ ULONG Flags,
                              _In_ NTSTATUS Status)
{
    __builtin_memset(Params, 0, sizeof(*Params));
    Params->Size = sizeof(*Params);
    Params->Flags = Flags;
    Params->Status = Status;
}

static FORCEINLINE VOID
WDF_REQUEST_REUSE_PARAMS_SET_NEW_IRP(_Inout_ PWDF_REQUEST_REUSE_PARAMS Params,
                                     _In_ PIRP NewIrp)
{
    Params->Flags |= WDF_REQUEST_REUSE_SET_NEW_IRP;
    Params->NewIrp = NewIrp;
}

/* Called at or below DISPATCH_LEVEL when a cancelable request is cancelled; completes it. */
typedef VOID NTAPI EVT_WDF_REQUEST_CANCEL(_In_ WDFREQUEST Request);
typedef EVT_WDF_REQUEST_CANCEL *PFN_WDF_REQUEST_CANCEL;

/* All at or below DISPATCH_LEVEL. */
WDF_ROUTINE(NTSTATUS, WdfRequestMarkCancelableEx,
            (_In_ WDFREQUEST Request, _In_ PFN_WDF_REQUEST_CANCEL EvtRequestCancel),
            (Request, EvtRequestCancel));
WDF_ROUTINE(VOID, WdfRequestMarkCancelable,
            (_In_ WDFREQUEST Request, _In_ PFN_WDF_REQUEST_CANCEL EvtRequestCancel),
            (Request, EvtRequestCancel));
/* STATUS_CANCELLED: the cancel callback has it, or will have it. */
WDF_ROUTINE(NTSTATUS, WdfRequestUnmarkCancelable, (_In_ WDFREQUEST Request), (Request));
WDF_ROUTINE(BOOLEAN, WdfRequestIsCanceled, (_In_ WDFREQUEST Request), (Request));
WDF_ROUTINE(BOOLEAN, WdfRequestIsFrom32BitProcess, (_In_ WDFREQUEST Request), (Request));
WDF_ROUTINE(BOOLEAN, WdfRequestIsReserved, (_In_ WDFREQUEST Request), (Request));
WDF_ROUTINE(VOID, WdfRequestComplete, (_In_ WDFREQUEST Request, _In_ NTSTATUS Status),
            (Request, Status));
WDF_ROUTINE(VOID, WdfRequestCompleteWithPriorityBoost,
            (_In_ WDFREQUEST Request, _In_ NTSTATUS Status, _In_ CCHAR PriorityBoost),
            (Request, Status, PriorityBoost));
WDF_ROUTINE(VOID, WdfRequestCompleteWithInformation,
            (_In_ WDFREQUEST Request, _In_ NTSTATUS Status, _In_ ULONG_PTR Information),
            (Request, Status, Information));
WDF_ROUTINE(NTSTATUS, WdfRequestGetStatus, (_In_ WDFREQUEST Request), (Request));
WDF_ROUTINE(VOID, WdfRequestGetParameters,
            (_In_ WDFREQUEST Request, _Out_ PWDF_REQUEST_PARAMETERS Parameters),
            (Request, Parameters));
WDF_ROUTINE(NTSTATUS, WdfRequestRetrieveInputMemory,
            (_In_ WDFREQUEST Request, _Out_ WDFMEMORY *Memory), (Request, Memory));
WDF_ROUTINE(NTSTATUS, WdfRequestRetrieveOutputMemory,
            (_In_ WDFREQUEST Request, _Out_ WDFMEMORY *Memory), (Request, Memory));
WDF_ROUTINE(NTSTATUS, WdfRequestRetrieveInputBuffer,
            (_In_ WDFREQUEST Request, _In_ SIZE_T MinimumRequiredLength,
             _Out_ PVOID *Buffer, _Out_opt_ SIZE_T *Length),
            (Request, MinimumRequiredLength, Buffer, Length));
WDF_ROUTINE(NTSTATUS, WdfRequestRetrieveOutputBuffer,
            (_In_ WDFREQUEST Request, _In_ SIZE_T MinimumRequiredSize,
             _Out_ PVOID *Buffer, _Out_opt_ SIZE_T *Length),
            (Request, MinimumRequiredSize, Buffer, Length));
WDF_ROUTINE(NTSTATUS, WdfRequestRetrieveInputWdmMdl,
            (_In_ WDFREQUEST Request, _Out_ PMDL *Mdl), (Request, Mdl));
WDF_ROUTINE(NTSTATUS, WdfRequestRetrieveOutputWdmMdl,
            (_In_ WDFREQUEST Request, _Out_ PMDL *Mdl), (Request, Mdl));
/* Unchecked addresses; in EvtIoInCallerContext, at PASSIVE_LEVEL. */
WDF_ROUTINE(NTSTATUS, WdfRequestRetrieveUnsafeUserInputBuffer,
            (_In_ WDFREQUEST Request, _In_ SIZE_T MinimumRequiredLength,
             _Out_ PVOID *InputBuffer, _Out_opt_ SIZE_T *Length),
            (Request, MinimumRequiredLength, InputBuffer, Length));
WDF_ROUTINE(NTSTATUS, WdfRequestRetrieveUnsafeUserOutputBuffer,
            (_In_ WDFREQUEST Request, _In_ SIZE_T MinimumRequiredLength,
             _Out_ PVOID *OutputBuffer, _Out_opt_ SIZE_T *Length),
            (Request, MinimumRequiredLength, OutputBuffer, Length));
WDF_ROUTINE(VOID, WdfRequestSetInformation,
            (_In_ WDFREQUEST Request, _In_ ULONG_PTR Information),
            (Request, Information));
WDF_ROUTINE(ULONG_PTR, WdfRequestGetInformation, (_In_ WDFREQUEST Request), (Request));
WDF_ROUTINE(WDFFILEOBJECT, WdfRequestGetFileObject, (_In_ WDFREQUEST Request), (Request));
WDF_ROUTINE(KPROCESSOR_MODE, WdfRequestGetRequestorMode, (_In_ WDFREQUEST Request),
            (Request));
typedef enum _WDF_REQUEST_FORWARD_OPTIONS_FLAGS {
    WDF_REQUEST_FORWARD_OPTION_SEND_AND_FORGET = 0x1
} WDF_REQUEST_FORWARD_OPTIONS_FLAGS;

typedef struct _WDF_REQUEST_FORWARD_OPTIONS {
    ULONG Size;
    ULONG Flags; /* WDF_REQUEST_FORWARD_OPTIONS_FLAGS */
} WDF_REQUEST_FORWARD_OPTIONS, *PWDF_REQUEST_FORWARD_OPTIONS;

static FORCEINLINE VOID
WDF_REQUEST_FORWARD_OPTIONS_INIT(_Out_ PWDF_REQUEST_FORWARD_OPTIONS ForwardOptions)
{
    ForwardOptions->Size = sizeof(*ForwardOptions);
    ForwardOptions->Flags = WDF_REQUEST_FORWARD_OPTION_SEND_AND_FORGET;
}

_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfRequestForwardToParentDeviceIoQueue,
                (_In_ WDFREQUEST Request, _In_ WDFQUEUE ParentDeviceQueue,
                 _In_ PWDF_REQUEST_FORWARD_OPTIONS ForwardOptions),
                (Request, ParentDeviceQueue, ForwardOptions));
WDF_ROUTINE(NTSTATUS, WdfRequestForwardToIoQueue,
            (_In_ WDFREQUEST Request, _In_ WDFQUEUE DestinationQueue),
            (Request, DestinationQueue));
WDF_ROUTINE(WDFQUEUE, WdfRequestGetIoQueue, (_In_ WDFREQUEST Request), (Request));
WDF_ROUTINE(NTSTATUS, WdfRequestRequeue, (_In_ WDFREQUEST Request), (Request));
WDF_ROUTINE(VOID, WdfRequestStopAcknowledge,
            (_In_ WDFREQUEST Request, _In_ BOOLEAN Requeue), (Request, Requeue));
WDF_ROUTINE(PIRP, WdfRequestWdmGetIrp, (_In_ WDFREQUEST Request), (Request));
/* --- Sending ---------------------------------------------------------------------- */

/* IoTarget: whose stack the request has to fit; NULL: it is chosen later. */
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfRequestCreate,
                (_In_opt_ PWDF_OBJECT_ATTRIBUTES RequestAttributes,
                 _In_opt_ WDFIOTARGET IoTarget, _Out_ WDFREQUEST *Request),
                (RequestAttributes, IoTarget, Request));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfRequestCreateFromIrp,
                (_In_opt_ PWDF_OBJECT_ATTRIBUTES RequestAttributes, _In_ PIRP Irp,
                 _In_ BOOLEAN RequestFreesIrp, _Out_ WDFREQUEST *Request),
                (RequestAttributes, Irp, RequestFreesIrp, Request));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfRequestReuse,
                (_In_ WDFREQUEST Request, _In_ PWDF_REQUEST_REUSE_PARAMS ReuseParams),
                (Request, ReuseParams));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfRequestChangeTarget,
                (_In_ WDFREQUEST Request, _In_ WDFIOTARGET IoTarget),
                (Request, IoTarget));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfRequestFormatRequestUsingCurrentType, (_In_ WDFREQUEST Request),
                (Request));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfRequestWdmFormatUsingStackLocation,
                (_In_ WDFREQUEST Request, _In_ PIO_STACK_LOCATION Stack),
                (Request, Stack));
/* FALSE: it was not sent; WdfRequestGetStatus says why. PASSIVE_LEVEL if synchronous. */
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(BOOLEAN, WdfRequestSend,
                (_In_ WDFREQUEST Request, _In_ WDFIOTARGET Target,
                 _In_opt_ PWDF_REQUEST_SEND_OPTIONS Options),
                (Request, Target, Options));
_IRQL_requires_max_(DISPATCH_LEVEL) WDF_ROUTINE(BOOLEAN, WdfRequestCancelSentRequest,
                                                (_In_ WDFREQUEST Request), (Request));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfRequestSetCompletionRoutine,
                (_In_ WDFREQUEST Request,
                 _In_opt_ PFN_WDF_REQUEST_COMPLETION_ROUTINE CompletionRoutine,
                 _In_opt_ WDFCONTEXT CompletionContext),
                (Request, CompletionRoutine, CompletionContext));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfRequestGetCompletionParams,
                (_In_ WDFREQUEST Request, _Out_ PWDF_REQUEST_COMPLETION_PARAMS Params),
                (Request, Params));
/* What a later send with a timeout needs, so that that cannot fail for want of memory. */
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfRequestAllocateTimer, (_In_ WDFREQUEST Request), (Request));
/* An address that WdfRequestRetrieveUnsafeUser... gave, made safe to use at any time until
   the request is completed; in its sender's context. */
_IRQL_requires_max_(APC_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfRequestProbeAndLockUserBufferForRead,
                (_In_ WDFREQUEST Request, _In_ PVOID Buffer, _In_ SIZE_T Length,
                 _Out_ WDFMEMORY *MemoryObject),
                (Request, Buffer, Length, MemoryObject));
_IRQL_requires_max_(APC_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfRequestProbeAndLockUserBufferForWrite,
                (_In_ WDFREQUEST Request, _In_ PVOID Buffer, _In_ SIZE_T Length,
                 _Out_ WDFMEMORY *MemoryObject),
                (Request, Buffer, Length, MemoryObject));
_IRQL_requires_max_(DISPATCH_LEVEL) WDF_ROUTINE(ULONG, WdfRequestGetRequestorProcessId,
                                                (_In_ WDFREQUEST Request), (Request));
