/*
 * Driver, device and file objects.
 *
 * The I/O manager owns the objects; a driver owns its device extension, which is nonpaged
 * and lives as long as the device object. Objects are created and deleted at
 * PASSIVE_LEVEL. A driver writes only the members its documentation lets it write.
 */
#pragma once

#include <wdm/mdl.h>
#include <wdm/spinlock.h>
#include <wdm/sync.h>
#include <devioctl.h>

typedef struct _DRIVER_OBJECT DRIVER_OBJECT, *PDRIVER_OBJECT;
typedef struct _DEVICE_OBJECT DEVICE_OBJECT, *PDEVICE_OBJECT;
typedef struct _FILE_OBJECT FILE_OBJECT, *PFILE_OBJECT;
typedef struct _IRP IRP, *PIRP;
typedef struct _VPB *PVPB;

#define IO_TYPE_ADAPTER    1
#define IO_TYPE_CONTROLLER 2
#define IO_TYPE_DEVICE     3
#define IO_TYPE_DRIVER     4
#define IO_TYPE_FILE       5
#define IO_TYPE_IRP        6
#define IO_TYPE_TIMER      9

/* --- Callbacks -------------------------------------------------------------------- */

/* Called at PASSIVE_LEVEL in a system thread, once, when the driver is loaded. */
_IRQL_requires_(PASSIVE_LEVEL) _IRQL_requires_same_ typedef NTSTATUS NTAPI
    DRIVER_INITIALIZE(_In_ PDRIVER_OBJECT DriverObject,
                      _In_ PUNICODE_STRING RegistryPath);
typedef DRIVER_INITIALIZE *PDRIVER_INITIALIZE;

/* Called at PASSIVE_LEVEL, once for each device found. */
_IRQL_requires_(PASSIVE_LEVEL) _IRQL_requires_same_ typedef NTSTATUS NTAPI
    DRIVER_ADD_DEVICE(_In_ PDRIVER_OBJECT DriverObject,
                      _In_ PDEVICE_OBJECT PhysicalDeviceObject);
typedef DRIVER_ADD_DEVICE *PDRIVER_ADD_DEVICE;

/* Called at PASSIVE_LEVEL, as a rule; read and write up to DISPATCH_LEVEL. (IRQL-20) */
_IRQL_requires_same_ _IRQL_called_mostly_(PASSIVE_LEVEL) typedef NTSTATUS NTAPI
    DRIVER_DISPATCH(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp);
typedef DRIVER_DISPATCH *PDRIVER_DISPATCH;
typedef DRIVER_DISPATCH DRIVER_DISPATCH_PAGED;

/* Called at DISPATCH_LEVEL in an arbitrary thread, one IRP at a time. (IRP-3) */
_IRQL_requires_(DISPATCH_LEVEL) _IRQL_requires_same_ typedef VOID NTAPI
    DRIVER_STARTIO(_Inout_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp);
typedef DRIVER_STARTIO *PDRIVER_STARTIO;

/* Called at PASSIVE_LEVEL, when no device of the driver is left. */
_IRQL_requires_(PASSIVE_LEVEL) _IRQL_requires_same_ typedef VOID NTAPI
    DRIVER_UNLOAD(_In_ PDRIVER_OBJECT DriverObject);
typedef DRIVER_UNLOAD *PDRIVER_UNLOAD;

/* Called at DISPATCH_LEVEL holding the cancel spin lock, which it releases. (IRP-11) */
_IRQL_requires_(DISPATCH_LEVEL) _Requires_lock_held_(CancelSpinLock)
    _Releases_lock_(CancelSpinLock) typedef VOID NTAPI
    DRIVER_CANCEL(_Inout_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp);
typedef DRIVER_CANCEL *PDRIVER_CANCEL;

/* Called at PASSIVE_LEVEL, after the other drivers of the boot have started. */
_IRQL_requires_(PASSIVE_LEVEL) _IRQL_requires_same_ typedef VOID NTAPI
    DRIVER_REINITIALIZE(_In_ PDRIVER_OBJECT DriverObject, _In_opt_ PVOID Context,
                        _In_ ULONG Count);
typedef DRIVER_REINITIALIZE *PDRIVER_REINITIALIZE;

typedef enum _IO_ALLOCATION_ACTION {
    KeepObject = 1,
    DeallocateObject,
    DeallocateObjectKeepRegisters
} IO_ALLOCATION_ACTION;

/* Called at DISPATCH_LEVEL when the adapter channel is the device's. */
_IRQL_requires_(DISPATCH_LEVEL) _IRQL_requires_same_ typedef IO_ALLOCATION_ACTION NTAPI
    DRIVER_CONTROL(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp,
                   _In_ PVOID MapRegisterBase, _In_ PVOID Context);
typedef DRIVER_CONTROL *PDRIVER_CONTROL;

/* --- Structures ------------------------------------------------------------------- */

typedef struct _KDEVICE_QUEUE_ENTRY {
    LIST_ENTRY DeviceListEntry;
    ULONG SortKey;
    BOOLEAN Inserted;
} KDEVICE_QUEUE_ENTRY, *PKDEVICE_QUEUE_ENTRY, *RESTRICTED_POINTER PRKDEVICE_QUEUE_ENTRY;

typedef struct _KDEVICE_QUEUE {
    CSHORT Type;
    CSHORT Size;
    LIST_ENTRY DeviceListHead;
    KSPIN_LOCK Lock;
    union {
        BOOLEAN Busy;
        struct {
            LONG64 Reserved : 8;
            LONG64 Hint : 56;
        };
    };
} KDEVICE_QUEUE, *PKDEVICE_QUEUE, *RESTRICTED_POINTER PRKDEVICE_QUEUE;

typedef struct _WAIT_CONTEXT_BLOCK {
    KDEVICE_QUEUE_ENTRY WaitQueueEntry;
    PDRIVER_CONTROL DeviceRoutine;
    PVOID DeviceContext;
    ULONG NumberOfMapRegisters;
    PVOID DeviceObject;
    PVOID CurrentIrp;
    PKDPC BufferChainingDpc;
} WAIT_CONTEXT_BLOCK, *PWAIT_CONTEXT_BLOCK;

/* The extension follows the structure, at 0x150. */
struct DECLSPEC_ALIGN(16) _DEVICE_OBJECT {
    CSHORT Type;
    USHORT Size;
    LONG ReferenceCount;
    struct _DRIVER_OBJECT *DriverObject;
    struct _DEVICE_OBJECT *NextDevice;
    struct _DEVICE_OBJECT *AttachedDevice;
    struct _IRP *CurrentIrp;
    struct _IO_TIMER *Timer;
    ULONG Flags;
    ULONG Characteristics;
    PVPB Vpb;
    PVOID DeviceExtension;
    DEVICE_TYPE DeviceType;
    CCHAR StackSize;
    union {
        LIST_ENTRY ListEntry;
        WAIT_CONTEXT_BLOCK Wcb;
    } Queue;
    ULONG AlignmentRequirement;
    KDEVICE_QUEUE DeviceQueue;
    KDPC Dpc; /* the DpcForIsr: IoInitializeDpcRequest and IoRequestDpc */
    ULONG ActiveThreadCount;
    PVOID SecurityDescriptor;
    KEVENT DeviceLock;
    USHORT SectorSize;
    USHORT Spare1;
    struct _DEVOBJ_EXTENSION *DeviceObjectExtension;
    PVOID Reserved;
};

/* The part drivers see; the kernel's own goes on behind it. */
typedef struct _DRIVER_EXTENSION {
    struct _DRIVER_OBJECT *DriverObject;
    PDRIVER_ADD_DEVICE AddDevice;
    ULONG Count;
    UNICODE_STRING ServiceKeyName;
} DRIVER_EXTENSION, *PDRIVER_EXTENSION;

#define IRP_MJ_MAXIMUM_FUNCTION 0x1B

struct _DRIVER_OBJECT {
    CSHORT Type;
    CSHORT Size;
    PDEVICE_OBJECT DeviceObject;
    ULONG Flags;
    PVOID DriverStart;
    ULONG DriverSize;
    PVOID DriverSection;
    PDRIVER_EXTENSION DriverExtension;
    UNICODE_STRING DriverName;
    PUNICODE_STRING HardwareDatabase;
    struct _FAST_IO_DISPATCH *FastIoDispatch;
    PDRIVER_INITIALIZE DriverInit;
    PDRIVER_STARTIO DriverStartIo;
    PDRIVER_UNLOAD DriverUnload;
    PDRIVER_DISPATCH MajorFunction[IRP_MJ_MAXIMUM_FUNCTION + 1];
};

typedef struct _IO_COMPLETION_CONTEXT *PIO_COMPLETION_CONTEXT;
typedef struct _SECTION_OBJECT_POINTERS *PSECTION_OBJECT_POINTERS;

struct _FILE_OBJECT {
    CSHORT Type;
    CSHORT Size;
    PDEVICE_OBJECT DeviceObject;
    PVPB Vpb;
    PVOID FsContext;
    PVOID FsContext2;
    PSECTION_OBJECT_POINTERS SectionObjectPointer;
    PVOID PrivateCacheMap;
    NTSTATUS FinalStatus;
    struct _FILE_OBJECT *RelatedFileObject;
    BOOLEAN LockOperation;
    BOOLEAN DeletePending;
    BOOLEAN ReadAccess;
    BOOLEAN WriteAccess;
    BOOLEAN DeleteAccess;
    BOOLEAN SharedRead;
    BOOLEAN SharedWrite;
    BOOLEAN SharedDelete;
    ULONG Flags;
    UNICODE_STRING FileName;
    LARGE_INTEGER CurrentByteOffset;
    volatile ULONG Waiters;
    volatile ULONG Busy;
    PVOID LastLock;
    KEVENT Lock;
    KEVENT Event;
    volatile PIO_COMPLETION_CONTEXT CompletionContext;
    KSPIN_LOCK IrpListLock;
    LIST_ENTRY IrpList;
    volatile PVOID FileObjectExtension;
};

/* DEVICE_OBJECT.Flags */
#define DO_VERIFY_VOLUME         0x00000002
#define DO_BUFFERED_IO           0x00000004
#define DO_EXCLUSIVE             0x00000008
#define DO_DIRECT_IO             0x00000010
#define DO_MAP_IO_BUFFER         0x00000020
#define DO_DEVICE_HAS_NAME       0x00000040
#define DO_DEVICE_INITIALIZING   0x00000080
#define DO_SHUTDOWN_REGISTERED   0x00000800
#define DO_BUS_ENUMERATED_DEVICE 0x00001000
#define DO_POWER_PAGABLE         0x00002000
#define DO_POWER_INRUSH          0x00004000
#define DO_DEVICE_TO_BE_RESET    0x04000000

/* DEVICE_OBJECT.Characteristics */
#define FILE_REMOVABLE_MEDIA           0x00000001
#define FILE_READ_ONLY_DEVICE          0x00000002
#define FILE_FLOPPY_DISKETTE           0x00000004
#define FILE_WRITE_ONCE_MEDIA          0x00000008
#define FILE_REMOTE_DEVICE             0x00000010
#define FILE_DEVICE_IS_MOUNTED         0x00000020
#define FILE_VIRTUAL_VOLUME            0x00000040
#define FILE_AUTOGENERATED_DEVICE_NAME 0x00000080
#define FILE_DEVICE_SECURE_OPEN        0x00000100
#define FILE_CHARACTERISTIC_PNP_DEVICE 0x00000800

/* DEVICE_OBJECT.AlignmentRequirement: the lowest address bits that have to be zero. */
#define FILE_BYTE_ALIGNMENT     0x00000000
#define FILE_WORD_ALIGNMENT     0x00000001
#define FILE_LONG_ALIGNMENT     0x00000003
#define FILE_QUAD_ALIGNMENT     0x00000007
#define FILE_OCTA_ALIGNMENT     0x0000000F
#define FILE_32_BYTE_ALIGNMENT  0x0000001F
#define FILE_64_BYTE_ALIGNMENT  0x0000003F
#define FILE_128_BYTE_ALIGNMENT 0x0000007F
#define FILE_256_BYTE_ALIGNMENT 0x000000FF
#define FILE_512_BYTE_ALIGNMENT 0x000001FF

/* --- Device queues ---------------------------------------------------------------- */

NTKERNELAPI VOID NTAPI KeInitializeDeviceQueue(_Out_ PKDEVICE_QUEUE DeviceQueue);
_IRQL_requires_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN NTAPI
    KeInsertDeviceQueue(_Inout_ PKDEVICE_QUEUE DeviceQueue,
                        _Inout_ PKDEVICE_QUEUE_ENTRY Entry);
_IRQL_requires_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN NTAPI
    KeInsertByKeyDeviceQueue(_Inout_ PKDEVICE_QUEUE DeviceQueue,
                             _Inout_ PKDEVICE_QUEUE_ENTRY Entry, _In_ ULONG SortKey);
_IRQL_requires_(DISPATCH_LEVEL) NTKERNELAPI PKDEVICE_QUEUE_ENTRY NTAPI
    KeRemoveDeviceQueue(_Inout_ PKDEVICE_QUEUE DeviceQueue);
_IRQL_requires_(DISPATCH_LEVEL) NTKERNELAPI PKDEVICE_QUEUE_ENTRY NTAPI
    KeRemoveByKeyDeviceQueue(_Inout_ PKDEVICE_QUEUE DeviceQueue, _In_ ULONG SortKey);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN NTAPI
    KeRemoveEntryDeviceQueue(_Inout_ PKDEVICE_QUEUE DeviceQueue,
                             _Inout_ PKDEVICE_QUEUE_ENTRY Entry);
