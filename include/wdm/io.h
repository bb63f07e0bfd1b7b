/*
 * Device objects, names, work items, I/O timers, remove locks: the I/O manager's services
 * that do not handle one IRP.
 *
 * Creating, attaching and deleting is work for PASSIVE_LEVEL. A work item or remove lock
 * belongs to the driver that made it and outlives every use of it.
 */
#pragma once

#include <wdm/irpops.h>

/* --- Device objects --------------------------------------------------------------- */

_IRQL_requires_max_(APC_LEVEL) _Must_inspect_result_ NTKERNELAPI NTSTATUS NTAPI
    IoCreateDevice(_In_ PDRIVER_OBJECT DriverObject, _In_ ULONG DeviceExtensionSize,
                   _In_opt_ PUNICODE_STRING DeviceName, _In_ DEVICE_TYPE DeviceType,
                   _In_ ULONG DeviceCharacteristics, _In_ BOOLEAN Exclusive,
                   _Out_ PDEVICE_OBJECT *DeviceObject);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID NTAPI
    IoDeleteDevice(_In_ PDEVICE_OBJECT DeviceObject);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI PDEVICE_OBJECT NTAPI
    IoAttachDeviceToDeviceStack(_In_ PDEVICE_OBJECT SourceDevice,
                                _In_ PDEVICE_OBJECT TargetDevice);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoAttachDevice(_In_ PDEVICE_OBJECT SourceDevice, _In_ PUNICODE_STRING TargetDevice,
                   _Out_ PDEVICE_OBJECT *AttachedDevice);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    IoDetachDevice(_Inout_ PDEVICE_OBJECT TargetDevice);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI PDEVICE_OBJECT NTAPI
    IoGetAttachedDeviceReference(_In_ PDEVICE_OBJECT DeviceObject);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoGetDeviceObjectPointer(_In_ PUNICODE_STRING ObjectName,
                             _In_ ACCESS_MASK DesiredAccess,
                             _Out_ PFILE_OBJECT *FileObject,
                             _Out_ PDEVICE_OBJECT *DeviceObject);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoCreateSymbolicLink(_In_ PUNICODE_STRING SymbolicLinkName,
                         _In_ PUNICODE_STRING DeviceName);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoDeleteSymbolicLink(_In_ PUNICODE_STRING SymbolicLinkName);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoRegisterShutdownNotification(_In_ PDEVICE_OBJECT DeviceObject);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoRegisterLastChanceShutdownNotification(_In_ PDEVICE_OBJECT DeviceObject);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI VOID NTAPI
    IoUnregisterShutdownNotification(_In_ PDEVICE_OBJECT DeviceObject);
NTKERNELAPI BOOLEAN NTAPI IoIs32bitProcess(_In_opt_ PIRP Irp);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoAllocateDriverObjectExtension(_In_ PDRIVER_OBJECT DriverObject,
                                    _In_ PVOID ClientIdentificationAddress,
                                    _In_ ULONG DriverObjectExtensionSize,
                                    _Out_ PVOID *DriverObjectExtension);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI PVOID NTAPI
    IoGetDriverObjectExtension(_In_ PDRIVER_OBJECT DriverObject,
                               _In_ PVOID ClientIdentificationAddress);

/* --- Work items ------------------------------------------------------------------- */

typedef struct _IO_WORKITEM *PIO_WORKITEM;

/* Called at PASSIVE_LEVEL in a system worker thread; returns at PASSIVE_LEVEL. (WRK-2) */
_IRQL_requires_(PASSIVE_LEVEL) _IRQL_requires_same_ typedef VOID NTAPI
    IO_WORKITEM_ROUTINE(_In_ PDEVICE_OBJECT DeviceObject, _In_opt_ PVOID Context);
typedef IO_WORKITEM_ROUTINE *PIO_WORKITEM_ROUTINE;
_IRQL_requires_(PASSIVE_LEVEL) _IRQL_requires_same_ typedef VOID NTAPI
    IO_WORKITEM_ROUTINE_EX(_In_ PVOID IoObject, _In_opt_ PVOID Context,
                           _In_ PIO_WORKITEM IoWorkItem);
typedef IO_WORKITEM_ROUTINE_EX *PIO_WORKITEM_ROUTINE_EX;

_IRQL_requires_max_(DISPATCH_LEVEL) _Must_inspect_result_ NTKERNELAPI PIO_WORKITEM NTAPI
    IoAllocateWorkItem(_In_ PDEVICE_OBJECT DeviceObject);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    IoFreeWorkItem(_In_ PIO_WORKITEM IoWorkItem);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    IoQueueWorkItem(_Inout_ PIO_WORKITEM IoWorkItem,
                    _In_ PIO_WORKITEM_ROUTINE WorkerRoutine,
                    _In_ WORK_QUEUE_TYPE QueueType, _In_opt_ PVOID Context);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    IoQueueWorkItemEx(_Inout_ PIO_WORKITEM IoWorkItem,
                      _In_ PIO_WORKITEM_ROUTINE_EX WorkerRoutine,
                      _In_ WORK_QUEUE_TYPE QueueType, _In_opt_ PVOID Context);
NTKERNELAPI ULONG NTAPI IoSizeofWorkItem(VOID);
NTKERNELAPI VOID NTAPI IoInitializeWorkItem(_In_ PVOID IoObject,
                                            _Out_ PIO_WORKITEM IoWorkItem);
NTKERNELAPI VOID NTAPI IoUninitializeWorkItem(_Inout_ PIO_WORKITEM IoWorkItem);

/* --- Timers: once a second -------------------------------------------------------- */

/* Called at DISPATCH_LEVEL. */
_IRQL_requires_(DISPATCH_LEVEL) _IRQL_requires_same_ typedef VOID NTAPI
    IO_TIMER_ROUTINE(_In_ PDEVICE_OBJECT DeviceObject, _In_opt_ PVOID Context);
typedef IO_TIMER_ROUTINE *PIO_TIMER_ROUTINE;

_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoInitializeTimer(_In_ PDEVICE_OBJECT DeviceObject,
                      _In_ PIO_TIMER_ROUTINE TimerRoutine, _In_opt_ PVOID Context);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    IoStartTimer(_In_ PDEVICE_OBJECT DeviceObject);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    IoStopTimer(_In_ PDEVICE_OBJECT DeviceObject);

/* --- Remove locks ----------------------------------------------------------------- */

typedef struct _IO_REMOVE_LOCK_COMMON_BLOCK {
    BOOLEAN Removed;
    BOOLEAN Reserved[3];
    volatile LONG IoCount;
    KEVENT RemoveEvent;
} IO_REMOVE_LOCK_COMMON_BLOCK;

/* Its size is passed at every call, so that the kernel knows which kind it has. */
typedef struct _IO_REMOVE_LOCK {
    IO_REMOVE_LOCK_COMMON_BLOCK Common;
} IO_REMOVE_LOCK, *PIO_REMOVE_LOCK;

_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI VOID NTAPI
    IoInitializeRemoveLockEx(_Out_ PIO_REMOVE_LOCK Lock, _In_ ULONG AllocateTag,
                             _In_ ULONG MaxLockedMinutes, _In_ ULONG HighWatermark,
                             _In_ ULONG RemlockSize);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoAcquireRemoveLockEx(_Inout_ PIO_REMOVE_LOCK RemoveLock, _In_opt_ PVOID Tag,
                          _In_ PCSTR File, _In_ ULONG Line, _In_ ULONG RemlockSize);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    IoReleaseRemoveLockEx(_Inout_ PIO_REMOVE_LOCK RemoveLock, _In_opt_ PVOID Tag,
                          _In_ ULONG RemlockSize);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI VOID NTAPI
    IoReleaseRemoveLockAndWaitEx(_Inout_ PIO_REMOVE_LOCK RemoveLock, _In_opt_ PVOID Tag,
                                 _In_ ULONG RemlockSize);

#define IoInitializeRemoveLock(Lock, AllocateTag, Minutes, HighWatermark)                \
    IoInitializeRemoveLockEx((Lock), (AllocateTag), (Minutes), (HighWatermark),          \
                             sizeof(IO_REMOVE_LOCK))
#define IoAcquireRemoveLock(Lock, Tag)                                                   \
    IoAcquireRemoveLockEx((Lock), (Tag), __FILE__, __LINE__, sizeof(IO_REMOVE_LOCK))
#define IoReleaseRemoveLock(Lock, Tag)                                                   \
    IoReleaseRemoveLockEx((Lock), (Tag), sizeof(IO_REMOVE_LOCK))
#define IoReleaseRemoveLockAndWait(Lock, Tag)                                            \
    IoReleaseRemoveLockAndWaitEx((Lock), (Tag), sizeof(IO_REMOVE_LOCK))
