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
WDF_ROUTINE(NTSTATUS, WdfRequestForwardToIoQueue,
            (_In_ WDFREQUEST Request, _In_ WDFQUEUE DestinationQueue),
            (Request, DestinationQueue));
WDF_ROUTINE(WDFQUEUE, WdfRequestGetIoQueue, (_In_ WDFREQUEST Request), (Request));
WDF_ROUTINE(NTSTATUS, WdfRequestRequeue, (_In_ WDFREQUEST Request), (Request));
WDF_ROUTINE(VOID, WdfRequestStopAcknowledge,
            (_In_ WDFREQUEST Request, _In_ BOOLEAN Requeue), (Request, Requeue));
WDF_ROUTINE(PIRP, WdfRequestWdmGetIrp, (_In_ WDFREQUEST Request), (Request));
