/*
 * File objects: one open of a device.
 */
#pragma once

#include <wdfobject.h>

/* Called at PASSIVE_LEVEL; completes Request. */
typedef VOID NTAPI EVT_WDF_DEVICE_FILE_CREATE(_In_ WDFDEVICE Device, _In_ WDFREQUEST Request,
                                              _In_ WDFFILEOBJECT FileObject);
typedef EVT_WDF_DEVICE_FILE_CREATE *PFN_WDF_DEVICE_FILE_CREATE;
/* Called at PASSIVE_LEVEL: the last handle has gone. */
typedef VOID NTAPI EVT_WDF_FILE_CLEANUP(_In_ WDFFILEOBJECT FileObject);
typedef EVT_WDF_FILE_CLEANUP *PFN_WDF_FILE_CLEANUP;
/* Called at PASSIVE_LEVEL: no request of the file is left. */
typedef VOID NTAPI EVT_WDF_FILE_CLOSE(_In_ WDFFILEOBJECT FileObject);
typedef EVT_WDF_FILE_CLOSE *PFN_WDF_FILE_CLOSE;

typedef enum _WDF_FILEOBJECT_CLASS {
    WdfFileObjectInvalid = 0,
    WdfFileObjectNotRequired,
    WdfFileObjectWdfCanUseFsContext,
    WdfFileObjectWdfCanUseFsContext2,
    WdfFileObjectWdfCannotUseFsContexts,
    WdfFileObjectCanBeOptional = 0x80000000
} WDF_FILEOBJECT_CLASS,
    *PWDF_FILEOBJECT_CLASS;

typedef struct _WDF_FILEOBJECT_CONFIG {
    ULONG Size;
    PFN_WDF_DEVICE_FILE_CREATE EvtDeviceFileCreate;
    PFN_WDF_FILE_CLOSE EvtFileClose;
    PFN_WDF_FILE_CLEANUP EvtFileCleanup;
    WDF_TRI_STATE AutoForwardCleanupClose;
    WDF_FILEOBJECT_CLASS FileObjectClass;
} WDF_FILEOBJECT_CONFIG, *PWDF_FILEOBJECT_CONFIG;

static FORCEINLINE VOID
WDF_FILEOBJECT_CONFIG_INIT(_Out_ PWDF_FILEOBJECT_CONFIG FileEventCallbacks,
                           _In_opt_ PFN_WDF_DEVICE_FILE_CREATE EvtDeviceFileCreate,
                           _In_opt_ PFN_WDF_FILE_CLOSE EvtFileClose,
                           _In_opt_ PFN_WDF_FILE_CLEANUP EvtFileCleanup)
{
    __builtin_memset(FileEventCallbacks, 0, sizeof(*FileEventCallbacks));
    FileEventCallbacks->Size = sizeof(*FileEventCallbacks);
    FileEventCallbacks->EvtDeviceFileCreate = EvtDeviceFileCreate;
    FileEventCallbacks->EvtFileClose = EvtFileClose;
    FileEventCallbacks->EvtFileCleanup = EvtFileCleanup;
    FileEventCallbacks->FileObjectClass = WdfFileObjectWdfCannotUseFsContexts;
    FileEventCallbacks->AutoForwardCleanupClose = WdfUseDefault;
}

_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(PUNICODE_STRING, WdfFileObjectGetFileName, (_In_ WDFFILEOBJECT FileObject),
            (FileObject));
WDF_ROUTINE(ULONG, WdfFileObjectGetFlags, (_In_ WDFFILEOBJECT FileObject), (FileObject));
WDF_ROUTINE(WDFDEVICE, WdfFileObjectGetDevice, (_In_ WDFFILEOBJECT FileObject),
            (FileObject));
WDF_ROUTINE(PFILE_OBJECT, WdfFileObjectWdmGetFileObject, (_In_ WDFFILEOBJECT FileObject),
            (FileObject));
