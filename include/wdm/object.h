/*
 * Objects and handles.
 *
 * A pointer reference keeps an object alive until it is dereferenced; a handle until it
 * is closed. Handles are opened and closed at PASSIVE_LEVEL.
 */
#pragma once

#include <wdm/irql.h>
#include <wdm/thread.h>

typedef struct _OBJECT_HANDLE_INFORMATION {
    ULONG HandleAttributes;
    ACCESS_MASK GrantedAccess;
} OBJECT_HANDLE_INFORMATION, *POBJECT_HANDLE_INFORMATION;

#define DELETE                   0x00010000
#define READ_CONTROL             0x00020000
#define WRITE_DAC                0x00040000
#define WRITE_OWNER              0x00080000
#define SYNCHRONIZE              0x00100000
#define STANDARD_RIGHTS_REQUIRED 0x000F0000
#define STANDARD_RIGHTS_READ     READ_CONTROL
#define STANDARD_RIGHTS_ALL      0x001F0000
#define MAXIMUM_ALLOWED          0x02000000
#define GENERIC_ALL              0x10000000
#define GENERIC_EXECUTE          0x20000000
#define GENERIC_WRITE            0x40000000
#define GENERIC_READ             0x80000000
#define EVENT_ALL_ACCESS         0x001F0003
#define EVENT_MODIFY_STATE       0x0002

/* What the generic rights mean for one type of object. */
typedef struct _GENERIC_MAPPING {
    ACCESS_MASK GenericRead;
    ACCESS_MASK GenericWrite;
    ACCESS_MASK GenericExecute;
    ACCESS_MASK GenericAll;
} GENERIC_MAPPING, *PGENERIC_MAPPING;

/* As in debug.h: a driver's name for a data export is the address of the variable. */
extern DECLSPEC_IMPORT POBJECT_TYPE ExEventObjectType;
extern DECLSPEC_IMPORT POBJECT_TYPE ExSemaphoreObjectType;
extern DECLSPEC_IMPORT POBJECT_TYPE IoFileObjectType;
extern DECLSPEC_IMPORT POBJECT_TYPE PsThreadType;
#if !defined(__ELF__)
#define ExEventObjectType     (&ExEventObjectType)
#define ExSemaphoreObjectType (&ExSemaphoreObjectType)
#define IoFileObjectType      (&IoFileObjectType)
#define PsThreadType          (&PsThreadType)
#endif

_IRQL_requires_(PASSIVE_LEVEL) _Must_inspect_result_ NTKERNELAPI NTSTATUS NTAPI
    ObReferenceObjectByHandle(_In_ HANDLE Handle, _In_ ACCESS_MASK DesiredAccess,
                              _In_opt_ POBJECT_TYPE ObjectType,
                              _In_ KPROCESSOR_MODE AccessMode, _Out_ PVOID *Object,
                              _Out_opt_ POBJECT_HANDLE_INFORMATION HandleInformation);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    ObReferenceObjectByPointer(_In_ PVOID Object, _In_ ACCESS_MASK DesiredAccess,
                               _In_opt_ POBJECT_TYPE ObjectType,
                               _In_ KPROCESSOR_MODE AccessMode);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI LONG_PTR NTAPI
    ObfReferenceObject(_In_ PVOID Object);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI LONG_PTR NTAPI
    ObfDereferenceObject(_In_ PVOID Object);
/* For callers that hold locks the deletion of the object would need. */
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    ObDereferenceObjectDeferDelete(_In_ PVOID Object);

/* A handle to a referenced object. PassedAccessState: NULL. */
_IRQL_requires_(PASSIVE_LEVEL) _Must_inspect_result_ NTKERNELAPI NTSTATUS NTAPI
    ObOpenObjectByPointer(_In_ PVOID Object, _In_ ULONG HandleAttributes,
                          _In_opt_ PVOID PassedAccessState,
                          _In_ ACCESS_MASK DesiredAccess,
                          _In_opt_ POBJECT_TYPE ObjectType,
                          _In_ KPROCESSOR_MODE AccessMode, _Out_ PHANDLE Handle);

#define ObReferenceObject(Object)   ObfReferenceObject(Object)
#define ObDereferenceObject(Object) ObfDereferenceObject(Object)

_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI ZwClose(_In_ HANDLE Handle);
/* An event with a handle; ObjectAttributes without a name. */
_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    ZwCreateEvent(_Out_ PHANDLE EventHandle, _In_ ACCESS_MASK DesiredAccess,
                  _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes, _In_ EVENT_TYPE EventType,
                  _In_ BOOLEAN InitialState);
