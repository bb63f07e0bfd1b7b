/*
 * I/O targets: where a driver sends requests.
 */
#pragma once

#include <wdfrequest.h>
#include <wdfmemory.h>

/* Requests sent to a stopped target wait for its start; all but Started refuse others. */
typedef enum _WDF_IO_TARGET_STATE {
    WdfIoTargetStateUndefined = 0,
    WdfIoTargetStarted,
    WdfIoTargetStopped,
    WdfIoTargetClosedForQueryRemove,
    WdfIoTargetClosed,
    WdfIoTargetDeleted,
    WdfIoTargetPurged
} WDF_IO_TARGET_STATE,
    *PWDF_IO_TARGET_STATE;

/* What becomes of sent requests when a target stops. */
typedef enum _WDF_IO_TARGET_SENT_IO_ACTION {
    WdfIoTargetSentIoUndefined = 0,
    WdfIoTargetCancelSentIo,
    WdfIoTargetWaitForSentIoToComplete,
    WdfIoTargetLeaveSentIoPending
} WDF_IO_TARGET_SENT_IO_ACTION;

typedef enum _WDF_IO_TARGET_PURGE_IO_ACTION {
    WdfIoTargetPurgeIoUndefined = 0,
    WdfIoTargetPurgeIoAndWait,
    WdfIoTargetPurgeIo
} WDF_IO_TARGET_PURGE_IO_ACTION;

typedef enum _WDF_IO_TARGET_OPEN_TYPE {
    WdfIoTargetOpenUndefined = 0,
    WdfIoTargetOpenUseExistingDevice,
    WdfIoTargetOpenByName,
    WdfIoTargetOpenReopen,
    WdfIoTargetOpenLocalTargetByFile
} WDF_IO_TARGET_OPEN_TYPE;

/* Called at PASSIVE_LEVEL. */
typedef NTSTATUS NTAPI EVT_WDF_IO_TARGET_QUERY_REMOVE(_In_ WDFIOTARGET IoTarget);
typedef EVT_WDF_IO_TARGET_QUERY_REMOVE *PFN_WDF_IO_TARGET_QUERY_REMOVE;
typedef VOID NTAPI EVT_WDF_IO_TARGET_REMOVE_CANCELED(_In_ WDFIOTARGET IoTarget);
typedef EVT_WDF_IO_TARGET_REMOVE_CANCELED *PFN_WDF_IO_TARGET_REMOVE_CANCELED;
typedef EVT_WDF_IO_TARGET_REMOVE_CANCELED EVT_WDF_IO_TARGET_REMOVE_COMPLETE;
typedef EVT_WDF_IO_TARGET_REMOVE_COMPLETE *PFN_WDF_IO_TARGET_REMOVE_COMPLETE;

typedef struct _WDF_IO_TARGET_OPEN_PARAMS {
    ULONG Size;
    WDF_IO_TARGET_OPEN_TYPE Type;
    PFN_WDF_IO_TARGET_QUERY_REMOVE EvtIoTargetQueryRemove;
    PFN_WDF_IO_TARGET_REMOVE_CANCELED EvtIoTargetRemoveCanceled;
    PFN_WDF_IO_TARGET_REMOVE_COMPLETE EvtIoTargetRemoveComplete;
    PDEVICE_OBJECT TargetDeviceObject;
    PFILE_OBJECT TargetFileObject;
    UNICODE_STRING TargetDeviceName;
    ACCESS_MASK DesiredAccess;
    ULONG ShareAccess;
    ULONG FileAttributes;
    ULONG CreateDisposition;
    ULONG CreateOptions;
    PVOID EaBuffer;
    ULONG EaBufferLength;
    PLONGLONG AllocationSize;
    ULONG FileInformation;
    UNICODE_STRING FileName;
} WDF_IO_TARGET_OPEN_PARAMS, *PWDF_IO_TARGET_OPEN_PARAMS;

/* Opens what the name leads to, and creates it where a file system would. */
static FORCEINLINE VOID
WDF_IO_TARGET_OPEN_PARAMS_INIT_CREATE_BY_NAME(_Out_ PWDF_IO_TARGET_OPEN_PARAMS Params,
                                              _In_ PCUNICODE_STRING TargetDeviceName,
                                              _In_ ACCESS_MASK DesiredAccess)
{
    __builtin_memset(Params, 0, sizeof(*Params));
    Params->Size = sizeof(*Params);
    Params->Type = WdfIoTargetOpenByName;
    Params->TargetDeviceName = *TargetDeviceName;
    Params->DesiredAccess = DesiredAccess;
    Params->CreateOptions = FILE_NON_DIRECTORY_FILE;
}

/* Opens what is there. */
static FORCEINLINE VOID
WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME(_Out_ PWDF_IO_TARGET_OPEN_PARAMS Params,
                                            _In_ PCUNICODE_STRING TargetDeviceName,
                                            _In_ ACCESS_MASK DesiredAccess)
{
    WDF_IO_TARGET_OPEN_PARAMS_INIT_CREATE_BY_NAME(Params, TargetDeviceName,
                                                  DesiredAccess);
    Params->CreateDisposition = FILE_OPEN;
}

static FORCEINLINE VOID
WDF_IO_TARGET_OPEN_PARAMS_INIT_EXISTING_DEVICE(_Out_ PWDF_IO_TARGET_OPEN_PARAMS Params,
                                               _In_ PDEVICE_OBJECT DeviceObject)
{
    __builtin_memset(Params, 0, sizeof(*Params));
    Params->Size = sizeof(*Params);
    Params->Type = WdfIoTargetOpenUseExistingDevice;
    Params->TargetDeviceObject = DeviceObject;
}

/* As it was opened before it was closed for a query-remove. */
static FORCEINLINE VOID
WDF_IO_TARGET_OPEN_PARAMS_INIT_REOPEN(_Out_ PWDF_IO_TARGET_OPEN_PARAMS Params)
{
    __builtin_memset(Params, 0, sizeof(*Params));
    Params->Size = sizeof(*Params);
    Params->Type = WdfIoTargetOpenReopen;
}

/* --- States ----------------------------------------------------------------------- */

_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfIoTargetCreate,
                (_In_ WDFDEVICE Device,
                 _In_opt_ PWDF_OBJECT_ATTRIBUTES IoTargetAttributes,
                 _Out_ WDFIOTARGET *IoTarget),
                (Device, IoTargetAttributes, IoTarget));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfIoTargetOpen,
                (_In_ WDFIOTARGET IoTarget, _In_ PWDF_IO_TARGET_OPEN_PARAMS OpenParams),
                (IoTarget, OpenParams));
_IRQL_requires_(PASSIVE_LEVEL) WDF_ROUTINE(VOID, WdfIoTargetCloseForQueryRemove,
                                           (_In_ WDFIOTARGET IoTarget), (IoTarget));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(VOID, WdfIoTargetClose, (_In_ WDFIOTARGET IoTarget), (IoTarget));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfIoTargetStart, (_In_ WDFIOTARGET IoTarget), (IoTarget));
/* PASSIVE_LEVEL where it waits. */
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfIoTargetStop,
                (_In_ WDFIOTARGET IoTarget, _In_ WDF_IO_TARGET_SENT_IO_ACTION Action),
                (IoTarget, Action));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfIoTargetPurge,
                (_In_ WDFIOTARGET IoTarget, _In_ WDF_IO_TARGET_PURGE_IO_ACTION Action),
                (IoTarget, Action));
_IRQL_requires_max_(DISPATCH_LEVEL) WDF_ROUTINE(WDF_IO_TARGET_STATE, WdfIoTargetGetState,
                                                (_In_ WDFIOTARGET IoTarget), (IoTarget));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(WDFDEVICE, WdfIoTargetGetDevice, (_In_ WDFIOTARGET IoTarget), (IoTarget));

/* --- What is behind a target ------------------------------------------------------ */

_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfIoTargetQueryTargetProperty,
                (_In_ WDFIOTARGET IoTarget, _In_ DEVICE_REGISTRY_PROPERTY DeviceProperty,
                 _In_ ULONG BufferLength, _Out_opt_ PVOID PropertyBuffer,
                 _Out_ PULONG ResultLength),
                (IoTarget, DeviceProperty, BufferLength, PropertyBuffer, ResultLength));
_IRQL_requires_(PASSIVE_LEVEL) WDF_ROUTINE(
    NTSTATUS, WdfIoTargetAllocAndQueryTargetProperty,
    (_In_ WDFIOTARGET IoTarget, _In_ DEVICE_REGISTRY_PROPERTY DeviceProperty,
     _In_ POOL_TYPE PoolType, _In_opt_ PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes,
     _Out_ WDFMEMORY *PropertyMemory),
    (IoTarget, DeviceProperty, PoolType, PropertyMemoryAttributes, PropertyMemory));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfIoTargetQueryForInterface,
                (_In_ WDFIOTARGET IoTarget, _In_ const GUID *InterfaceType,
                 _Out_ PINTERFACE Interface, _In_ USHORT Size, _In_ USHORT Version,
                 _In_opt_ PVOID InterfaceSpecificData),
                (IoTarget, InterfaceType, Interface, Size, Version,
                 InterfaceSpecificData));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(PDEVICE_OBJECT, WdfIoTargetWdmGetTargetDeviceObject,
                (_In_ WDFIOTARGET IoTarget), (IoTarget));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(PDEVICE_OBJECT, WdfIoTargetWdmGetTargetPhysicalDevice,
                (_In_ WDFIOTARGET IoTarget), (IoTarget));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(PFILE_OBJECT, WdfIoTargetWdmGetTargetFileObject,
                (_In_ WDFIOTARGET IoTarget), (IoTarget));
_IRQL_requires_max_(DISPATCH_LEVEL) WDF_ROUTINE(HANDLE, WdfIoTargetWdmGetTargetFileHandle,
                                                (_In_ WDFIOTARGET IoTarget), (IoTarget));

/* --- Requests --------------------------------------------------------------------- */

/* Request: NULL, or one of WdfRequestCreate to be used again for all sends. */
_IRQL_requires_(PASSIVE_LEVEL) WDF_ROUTINE(
    NTSTATUS, WdfIoTargetSendReadSynchronously,
    (_In_ WDFIOTARGET IoTarget, _In_opt_ WDFREQUEST Request,
     _In_opt_ PWDF_MEMORY_DESCRIPTOR OutputBuffer, _In_opt_ PLONGLONG DeviceOffset,
     _In_opt_ PWDF_REQUEST_SEND_OPTIONS RequestOptions, _Out_opt_ PULONG_PTR BytesRead),
    (IoTarget, Request, OutputBuffer, DeviceOffset, RequestOptions, BytesRead));
_IRQL_requires_(PASSIVE_LEVEL) WDF_ROUTINE(
    NTSTATUS, WdfIoTargetSendWriteSynchronously,
    (_In_ WDFIOTARGET IoTarget, _In_opt_ WDFREQUEST Request,
     _In_opt_ PWDF_MEMORY_DESCRIPTOR InputBuffer, _In_opt_ PLONGLONG DeviceOffset,
     _In_opt_ PWDF_REQUEST_SEND_OPTIONS RequestOptions,
     _Out_opt_ PULONG_PTR BytesWritten),
    (IoTarget, Request, InputBuffer, DeviceOffset, RequestOptions, BytesWritten));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfIoTargetSendIoctlSynchronously,
                (_In_ WDFIOTARGET IoTarget, _In_opt_ WDFREQUEST Request,
                 _In_ ULONG IoctlCode, _In_opt_ PWDF_MEMORY_DESCRIPTOR InputBuffer,
                 _In_opt_ PWDF_MEMORY_DESCRIPTOR OutputBuffer,
                 _In_opt_ PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                 _Out_opt_ PULONG_PTR BytesReturned),
                (IoTarget, Request, IoctlCode, InputBuffer, OutputBuffer, RequestOptions,
                 BytesReturned));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfIoTargetSendInternalIoctlSynchronously,
                (_In_ WDFIOTARGET IoTarget, _In_opt_ WDFREQUEST Request,
                 _In_ ULONG IoctlCode, _In_opt_ PWDF_MEMORY_DESCRIPTOR InputBuffer,
                 _In_opt_ PWDF_MEMORY_DESCRIPTOR OutputBuffer,
                 _In_opt_ PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                 _Out_opt_ PULONG_PTR BytesReturned),
                (IoTarget, Request, IoctlCode, InputBuffer, OutputBuffer, RequestOptions,
                 BytesReturned));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfIoTargetSendInternalIoctlOthersSynchronously,
                (_In_ WDFIOTARGET IoTarget, _In_opt_ WDFREQUEST Request,
                 _In_ ULONG IoctlCode, _In_opt_ PWDF_MEMORY_DESCRIPTOR OtherArg1,
                 _In_opt_ PWDF_MEMORY_DESCRIPTOR OtherArg2,
                 _In_opt_ PWDF_MEMORY_DESCRIPTOR OtherArg4,
                 _In_opt_ PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                 _Out_opt_ PULONG_PTR BytesReturned),
                (IoTarget, Request, IoctlCode, OtherArg1, OtherArg2, OtherArg4,
                 RequestOptions, BytesReturned));
_IRQL_requires_max_(DISPATCH_LEVEL) WDF_ROUTINE(
    NTSTATUS, WdfIoTargetFormatRequestForRead,
    (_In_ WDFIOTARGET IoTarget, _In_ WDFREQUEST Request, _In_opt_ WDFMEMORY OutputBuffer,
     _In_opt_ PWDFMEMORY_OFFSET OutputBufferOffset, _In_opt_ PLONGLONG DeviceOffset),
    (IoTarget, Request, OutputBuffer, OutputBufferOffset, DeviceOffset));
_IRQL_requires_max_(DISPATCH_LEVEL) WDF_ROUTINE(
    NTSTATUS, WdfIoTargetFormatRequestForWrite,
    (_In_ WDFIOTARGET IoTarget, _In_ WDFREQUEST Request, _In_opt_ WDFMEMORY InputBuffer,
     _In_opt_ PWDFMEMORY_OFFSET InputBufferOffset, _In_opt_ PLONGLONG DeviceOffset),
    (IoTarget, Request, InputBuffer, InputBufferOffset, DeviceOffset));
_IRQL_requires_max_(DISPATCH_LEVEL) WDF_ROUTINE(
    NTSTATUS, WdfIoTargetFormatRequestForIoctl,
    (_In_ WDFIOTARGET IoTarget, _In_ WDFREQUEST Request, _In_ ULONG IoctlCode,
     _In_opt_ WDFMEMORY InputBuffer, _In_opt_ PWDFMEMORY_OFFSET InputBufferOffset,
     _In_opt_ WDFMEMORY OutputBuffer, _In_opt_ PWDFMEMORY_OFFSET OutputBufferOffset),
    (IoTarget, Request, IoctlCode, InputBuffer, InputBufferOffset, OutputBuffer,
     OutputBufferOffset));
_IRQL_requires_max_(DISPATCH_LEVEL) WDF_ROUTINE(
    NTSTATUS, WdfIoTargetFormatRequestForInternalIoctl,
    (_In_ WDFIOTARGET IoTarget, _In_ WDFREQUEST Request, _In_ ULONG IoctlCode,
     _In_opt_ WDFMEMORY InputBuffer, _In_opt_ PWDFMEMORY_OFFSET InputBufferOffset,
     _In_opt_ WDFMEMORY OutputBuffer, _In_opt_ PWDFMEMORY_OFFSET OutputBufferOffset),
    (IoTarget, Request, IoctlCode, InputBuffer, InputBufferOffset, OutputBuffer,
     OutputBufferOffset));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfIoTargetFormatRequestForInternalIoctlOthers,
                (_In_ WDFIOTARGET IoTarget, _In_ WDFREQUEST Request, _In_ ULONG IoctlCode,
                 _In_opt_ WDFMEMORY OtherArg1, _In_opt_ PWDFMEMORY_OFFSET OtherArg1Offset,
                 _In_opt_ WDFMEMORY OtherArg2, _In_opt_ PWDFMEMORY_OFFSET OtherArg2Offset,
                 _In_opt_ WDFMEMORY OtherArg4,
                 _In_opt_ PWDFMEMORY_OFFSET OtherArg4Offset),
                (IoTarget, Request, IoctlCode, OtherArg1, OtherArg1Offset, OtherArg2,
                 OtherArg2Offset, OtherArg4, OtherArg4Offset));
