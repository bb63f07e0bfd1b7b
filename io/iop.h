/*
 * What the files of io/ share: the private halves of driver and device objects, the
 * record of a PCI function, and the routines they lend each other.
 *
 * Locks. IopDatabaseLock guards what links objects: the names, the list of devices, the
 * chains DRIVER_OBJECT.DeviceObject and DEVICE_OBJECT.AttachedDevice, and the reference
 * counts of devices. It is a leaf: nothing else is taken under it and nothing is called
 * out to. The lock of pnp.c lets one device at a time start or go; it is taken first.
 */
#pragma once

#include <wdm.h>
#include <ntddk.h>
#include <internal/ex.h>
#include <internal/hal.h>
#include <internal/io.h>
#include <internal/ldr.h>
#include <internal/rtl.h>

/* Pool tags, in the order their letters stand in memory. */
#define IOP_TAG(A, B, C, D) ((ULONG)(A) | (B) << 8 | (C) << 16 | (D) << 24)
#define IOP_TAG_DRIVER      IOP_TAG('I', 'o', 'D', 'r')
#define IOP_TAG_IRP         IOP_TAG('I', 'r', 'p', ' ')
#define IOP_TAG_BUFFER      IOP_TAG('I', 'o', 'B', 'f')
#define IOP_TAG_MDL         IOP_TAG('M', 'd', 'l', ' ')
#define IOP_TAG_NAME        IOP_TAG('I', 'o', 'N', 'm')
#define IOP_TAG_REGISTRY    IOP_TAG('I', 'o', 'R', 'g')
#define IOP_TAG_WORK_ITEM   IOP_TAG('I', 'o', 'W', 'i')
#define IOP_TAG_DMA         IOP_TAG('I', 'o', 'D', 'm')
#define IOP_TAG_TIMER       IOP_TAG('I', 'o', 'T', 'm')
#define IOP_TAG_PNP         IOP_TAG('P', 'n', 'p', ' ')
#define IOP_TAG_INTERRUPT   IOP_TAG('I', 'o', 'I', 'n')
#define IOP_TAG_FILE        IOP_TAG('I', 'o', 'F', 'r')

#define IOP_MAXIMUM_NAME 256 /* characters of a path, the terminating zero included */

extern KSPIN_LOCK IopDatabaseLock;
extern struct _OBJECT_TYPE IopDeviceObjectType;
extern struct _OBJECT_TYPE IopDriverObjectType;
extern struct _OBJECT_TYPE IopFileObjectType;
extern const CHAR *IopOptions; /* the boot options, as IoInitializeSystem got them */

/* Who called the exported routine this stands in. */
#define IOP_CALLER() ((ULONG_PTR)__builtin_return_address(0))

/* Zeroed nonpaged memory, or NULL. IRQL <= DISPATCH_LEVEL. */
PVOID IopAllocate(SIZE_T Size, ULONG Tag);

/* ---- drivers
 * ------------------------------------------------------------------------------ */
#define IOP_MAXIMUM_HARDWARE_IDS 8
#define IOP_MAXIMUM_ID           64

typedef enum _IOP_DRIVER_KIND {
    IopDeviceDriver,
    IopApplicationDriver, /* kind=app */
    IopTestDriver         /* kind=test */
} IOP_DRIVER_KIND;

/* Ids of devices, as a module's words name them. */
typedef struct _IOP_ID_SET {
    ULONG Count;
    CHAR Ids[IOP_MAXIMUM_HARDWARE_IDS][IOP_MAXIMUM_ID];
} IOP_ID_SET, *PIOP_ID_SET;

/* One module's command line, taken apart. */
typedef struct _IOP_MODULE {
    CHAR BaseName[64];    /* "e1000.sys" */
    CHAR ServiceName[64]; /* "e1000" */
    IOP_DRIVER_KIND Kind;
    IOP_ID_SET Hardware; /* hwid=: the devices it serves, */
    IOP_ID_SET Lower;    /* lower=, upper=: and those it filters */
    IOP_ID_SET Upper;
    ULONG MessageCount;   /* msi=N: messages to ask for; 0: line interrupts */
    ULONG Passive;        /* passive=1: its ISRs run at PASSIVE_LEVEL */
    KAFFINITY Processors; /* cpu=: where its interrupts go; 0: where there is a turn */
} IOP_MODULE, *PIOP_MODULE;

/* DRIVER_OBJECT.DriverExtension. */
typedef struct _IOP_DRIVER_EXTENSION {
    DRIVER_EXTENSION Public; /* must be first: drivers know it */
    LIST_ENTRY Link;         /* all drivers, in the order of loading; the lock of pnp.c */
    LIST_ENTRY ClientExtensions;  /* IoAllocateDriverObjectExtension; IopDatabaseLock */
    PKLDR_DATA_TABLE_ENTRY Image; /* NULL: built into the kernel */
    IOP_MODULE Module;
    BOOLEAN Unloading; /* gets no device any more; the lock of pnp.c */
} IOP_DRIVER_EXTENSION, *PIOP_DRIVER_EXTENSION;

FORCEINLINE PIOP_DRIVER_EXTENSION
IopDriverExtension(PDRIVER_OBJECT Driver)
{
    return (PIOP_DRIVER_EXTENSION)Driver->DriverExtension;
}

extern LIST_ENTRY IopDrivers;

/* driver.c */
NTSTATUS IopCreateDriver(const IOP_MODULE *Module, PKLDR_DATA_TABLE_ENTRY Image,
                         PDRIVER_OBJECT *Driver);
NTSTATUS IopStartDriver(PDRIVER_OBJECT Driver);
BOOLEAN IopUnloadDriver(PDRIVER_OBJECT Driver); /* FALSE: it stays */
NTSTATUS NTAPI IopInvalidDeviceRequest(PDEVICE_OBJECT DeviceObject, PIRP Irp);
VOID IopDeleteDriverObject(PVOID Body);

/* The service a module line stands for; FALSE: it does not begin with a name that fits. */
BOOLEAN IopQueryServiceName(const CHAR *CommandLine, CHAR *Name, SIZE_T Size);
/* module.c: STATUS_INVALID_PARAMETER when a word is malformed or too long. */
NTSTATUS IopParseModule(const CHAR *CommandLine, PIOP_MODULE Module);

/* ---- devices
 * ------------------------------------------------------------------------------ */
#define IOP_DEVICE_DELETE_PENDING  0x1 /* IoDeleteDevice was called while it was open */
#define IOP_DEVICE_DEFER_START_IO  0x2 /* IoSetStartIoAttributes */
#define IOP_DEVICE_NO_CANCEL_START 0x4

typedef struct _IOP_NAME IOP_NAME, *PIOP_NAME;

#define IO_TYPE_DEVICE_OBJECT_EXTENSION 13 /* beside those of wdm/device.h */

/* DEVICE_OBJECT.DeviceObjectExtension. The first three members are where NT has them. */
typedef struct _DEVOBJ_EXTENSION {
    CSHORT Type;
    USHORT Size;
    PDEVICE_OBJECT DeviceObject;
    ULONG Flags;     /* IOP_DEVICE_; IopDatabaseLock */
    LIST_ENTRY Link; /* all devices, in the order of creation; IopDatabaseLock */
    PDEVICE_OBJECT AttachedTo;  /* the device below; IopDatabaseLock */
    PIOP_NAME Name;             /* NULL: unnamed */
    volatile LONG StartIoDepth; /* calls of StartIo under way and deferred */
    PVOID Node;                 /* a PDO's IOP_PDO; else NULL */
    CHAR Description[64];       /* a PDO's place, "PCI 00:03.0"; else empty */
    volatile LONG64 Issued;     /* the counters of IO_DEVICE_STATISTICS */
    volatile LONG64 Completed;
    volatile LONG64 Bytes;
    volatile LONG64 Errors;
    volatile LONG64 Cancelled;
} DEVOBJ_EXTENSION, *PDEVOBJ_EXTENSION;

extern LIST_ENTRY IopDevices;

/* device.c: opens and closes of a device, under IoDeleteDevice's eyes. IopOpenDevice:
   STATUS_NO_SUCH_DEVICE for one that its driver is not done with yet or whose deletion has
   begun, STATUS_ACCESS_DENIED for a second open of an exclusive one. */
NTSTATUS IopOpenDevice(PDEVICE_OBJECT Device);
VOID IopCloseDevice(PDEVICE_OBJECT Device);
VOID IopDeleteDeviceObject(PVOID Body);
VOID IopDeleteTimer(PDEVICE_OBJECT Device); /* iotimer.c */

/* statistics.c: fills Statistics; the counters may move while they are read.
   IopDatabaseLock held. */
VOID IopDescribeDevice(PDEVICE_OBJECT Device, PIO_DEVICE_STATISTICS Statistics);

/* ---- names
 * -------------------------------------------------------------------------------- */
NTSTATUS IopInsertDeviceName(PCUNICODE_STRING Name, PDEVICE_OBJECT Device,
                             PIOP_NAME *Entry);
VOID IopRemoveName(PIOP_NAME Entry);
PCUNICODE_STRING IopQueryName(PIOP_NAME Entry);
/* The device Name leads to through symbolic links, referenced; what follows the device's
   own name is copied to Rest (IOP_MAXIMUM_NAME characters, terminated). */
NTSTATUS IopResolveName(PCUNICODE_STRING Name, PDEVICE_OBJECT *Device, WCHAR *Rest);

/* ---- files
 * -------------------------------------------------------------------------------- */
/* FILE_OBJECT, with its name behind it. */
typedef struct _IOP_FILE {
    FILE_OBJECT Object; /* must be first */
    WCHAR Path[IOP_MAXIMUM_NAME];
    BOOLEAN Opened; /* IRP_MJ_CREATE succeeded */
} IOP_FILE, *PIOP_FILE;

/* One open, as its caller asks for it. */
typedef struct _IOP_OPEN {
    ACCESS_MASK Access; /* without generic rights */
    ULONG Disposition;
    ULONG Options; /* FILE_ */
    USHORT Attributes;
    USHORT ShareAccess;
    BOOLEAN CaseSensitive;
    PFILE_OBJECT Related;  /* what the name is relative to, or NULL */
    ULONG_PTR Information; /* out: what the driver did */
} IOP_OPEN, *PIOP_OPEN;

/* file.c: opens Device, which the caller has referenced and may release. Path: what
   followed its name, IOP_MAXIMUM_NAME characters. *FileObject is referenced once.
   PASSIVE_LEVEL. */
NTSTATUS IopCreateFile(PDEVICE_OBJECT Device, const WCHAR *Path, PIOP_OPEN Open,
                       PFILE_OBJECT *FileObject);
VOID IopDeleteFileObject(PVOID Body);
VOID IopCloseFileObject(PVOID Body); /* its last handle has gone */

/* filelock.c: the lock that makes the requests of a synchronous file come one after the
   other. Alertable: the wait for it may end with STATUS_ALERTED or STATUS_USER_APC.
   PASSIVE_LEVEL. */
NTSTATUS IopLockFile(PFILE_OBJECT File, BOOLEAN Alertable);
VOID IopUnlockFile(PFILE_OBJECT File);

typedef struct _IOP_FILE_CANCEL IOP_FILE_CANCEL, *PIOP_FILE_CANCEL;

/* filerequest.c: what every request through a handle has in common. Whoever begins one
   makes its IRP, fills the next stack location and the buffers, then sends the request or
   abandons it; either ends it. */
typedef struct _IOP_FILE_REQUEST {
    LIST_ENTRY Link;            /* File->IrpList, while there is an IRP */
    PIOP_FILE_CANCEL Canceller; /* who is at it just now, or NULL; File->IrpListLock */
    BOOLEAN Cancelled;          /* somebody was; the same lock */
    PFILE_OBJECT File;          /* referenced */
    ACCESS_MASK Granted;        /* the rights of the handle */
    PDEVICE_OBJECT Device;      /* the top of the file's stack, referenced */
    PIRP Irp;
    PKEVENT Event; /* the caller's, referenced; or NULL */
    PIO_STATUS_BLOCK IoStatusBlock;
    PIO_APC_ROUTINE ApcRoutine;
    PVOID ApcContext;
    PVOID Thread;        /* whom the APC is for, referenced; or NULL */
    BOOLEAN Synchronous; /* its caller waits */
    BOOLEAN Locked;      /* and holds the lock of the file */
    BOOLEAN Moves;       /* its end sets the position of the file, */
    LONGLONG Start;      /* so many bytes behind this one */
    KEVENT Done;         /* Synchronous: the IRP is the waiter's again */
    KAPC Apc;
} IOP_FILE_REQUEST, *PIOP_FILE_REQUEST;

/* What the caller of a Zw routine passes. */
typedef struct _IOP_FILE_CALL {
    HANDLE FileHandle;
    HANDLE Event; /* or NULL */
    PIO_APC_ROUTINE ApcRoutine;
    PVOID ApcContext;
    PIO_STATUS_BLOCK IoStatusBlock;
    ACCESS_MASK Access;  /* of FileHandle, that a user-mode caller would need */
    BOOLEAN Synchronous; /* whatever the file is */
} IOP_FILE_CALL, *PIOP_FILE_CALL;

/* Anything but STATUS_SUCCESS: there is no request. It can be STATUS_ALERTED. */
NTSTATUS IopBeginFileRequest(const IOP_FILE_CALL *Call, PIOP_FILE_REQUEST *Request);
/* Gives it an IRP; FALSE: pool is short. */
BOOLEAN IopBuildFileIrp(PIOP_FILE_REQUEST Request, UCHAR MajorFunction);
NTSTATUS IopAbandonFileRequest(PIOP_FILE_REQUEST Request,
                               NTSTATUS Status); /* its Status */
NTSTATUS IopSendFileRequest(PIOP_FILE_REQUEST Request);
/* filecancel.c: a request with an IRP joins those of its file, and leaves them before its IRP
   is freed. FALSE: somebody is cancelling the IRP and frees it. IRQL <= DISPATCH_LEVEL. */
VOID IopEnterFile(PIOP_FILE_REQUEST Request);
BOOLEAN IopLeaveFile(PIOP_FILE_REQUEST Request);
/* The IRP of a request has run off the top. IRQL <= DISPATCH_LEVEL. */
VOID IopFinishFileIrp(PIRP Irp, CCHAR PriorityBoost);

/* ---- requests
 * ----------------------------------------------------------------------------- */
/* IRP.AllocationFlags, private to the I/O manager as NT's are to NT's. */
#define IOP_IRP_FROM_POOL 0x01 /* IoAllocateIrp made it: an end off the top frees it */
#define IOP_IRP_BUILT     0x02 /* IoBuild... made it: buffers and MDLs are ours as well */
#define IOP_IRP_FILE      0x04 /* of a IOP_FILE_REQUEST, which Tail.Overlay.IrpExtension is */

/* irp.c: the counts behind IoQueryIrpAccount. */
extern volatile LONG64 IopIrpsIssued, IopIrpsCompleted;

/*
 * Notes that Device's driver is about to get Irp with Stack, whose DeviceObject is still
 * what it was. A driver that skips its own location hands the IRP on for good: it sees no
 * completion, so for its device the IRP ends here.
 */
FORCEINLINE VOID
IopAccountIssue(PDEVICE_OBJECT Device, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    BOOLEAN Top = Irp->CurrentLocation == Irp->StackCount;
    PDEVICE_OBJECT Previous = Stack->DeviceObject;

    if (Irp->ApcEnvironment == 0) {
        Irp->ApcEnvironment = Irp->CurrentLocation + 1;
        InterlockedIncrement64(&IopIrpsIssued);
    } else if (Previous != NULL && (Top || (Stack + 1)->DeviceObject != Previous)) {
        InterlockedIncrement64(&Previous->DeviceObjectExtension->Completed);
    }
    InterlockedIncrement64(&Device->DeviceObjectExtension->Issued);
}

BOOLEAN IopWantsCompletion(PIRP Irp, UCHAR Control); /* complete.c */
VOID IopFinishIrp(PIRP Irp, CCHAR PriorityBoost);    /* finish.c */
VOID IopReleaseBuffers(PIRP Irp); /* copies back, then frees what was made for Irp */

/* build.c: the buffer of a read or write, by the flags of the device; the buffers of a
   control request, by the method of its code, which stands in Stack with the lengths.
   FALSE: pool is short, and Irp has what IopReleaseBuffers gives back. */
BOOLEAN IopAttachTransfer(PIRP Irp, PDEVICE_OBJECT Device, BOOLEAN Write, PVOID Buffer,
                          ULONG Length);
BOOLEAN IopAttachControl(PIRP Irp, PIO_STACK_LOCATION Stack, PVOID Input, PVOID Output);
/* A system buffer alone, for a request that is always buffered. */
BOOLEAN IopAttachSystemBuffer(PIRP Irp, SIZE_T BufferLength, PVOID Input,
                              SIZE_T InputLength, PVOID Output, SIZE_T OutputLength);

/* sendirp.c: sends an IRP with the given stack location to the top of Device's stack and
   waits. Information: in, its initial value; out, its final one; may be NULL.
   PASSIVE_LEVEL. */
NTSTATUS IopSendIrp(PDEVICE_OBJECT Device, const IO_STACK_LOCATION *Location,
                    NTSTATUS InitialStatus, PULONG_PTR Information);
/* The same to Device itself, whatever is attached to it. */
NTSTATUS IopSendIrpTo(PDEVICE_OBJECT Device, const IO_STACK_LOCATION *Location,
                      NTSTATUS InitialStatus, PULONG_PTR Information);

/* ---- interrupts
 * --------------------------------------------------------------------------- */
/* Detail of bug check 0xC4, ours: an interrupt object that is not connected (P2: it). */
#define IOP_VIOLATION_INTERRUPT 0xD1A00001
/* A partial MDL that reaches beyond its source (P2, P3: the two, P4: length). */
#define IOP_VIOLATION_MDL 0xD1A00002

/* What one connection asks for, whichever routine it came through. */
typedef struct _IOP_CONNECTION {
    PKSERVICE_ROUTINE ServiceRoutine;
    PKMESSAGE_SERVICE_ROUTINE MessageServiceRoutine; /* else ServiceRoutine */
    PVOID ServiceContext;
    PKSPIN_LOCK SpinLock; /* NULL: the connection's own */
    ULONG Vector;
    KIRQL Irql;
    KIRQL SynchronizeIrql;
    KINTERRUPT_MODE Mode;
    BOOLEAN ShareVector;
    KAFFINITY Processors;
    ULONG MessageIndex;
} IOP_CONNECTION, *PIOP_CONNECTION;

NTSTATUS IopConnect(const IOP_CONNECTION *Connection, PKINTERRUPT *InterruptObject);
VOID IopReportConnection(PKINTERRUPT InterruptObject, BOOLEAN Active);
/* The processors of a live connection, or 0. Any IRQL <= DISPATCH_LEVEL. */
KAFFINITY IopQueryConnection(PKINTERRUPT InterruptObject);

/* ---- exports that include/ does not declare, for drivers built with other headers
 * --------- */
NTSTATUS NTAPI IoAttachDeviceToDeviceStackSafe(PDEVICE_OBJECT SourceDevice,
                                               PDEVICE_OBJECT TargetDevice,
                                               PDEVICE_OBJECT *AttachedToDeviceObject);
PDEVICE_OBJECT NTAPI IoGetAttachedDevice(PDEVICE_OBJECT DeviceObject);
PDEVICE_OBJECT NTAPI IoGetLowerDeviceObject(PDEVICE_OBJECT DeviceObject);
NTSTATUS NTAPI RtlCheckRegistryKey(ULONG RelativeTo, PWSTR Path);

/* ---- registry
 * ----------------------------------------------------------------------------- */
#define IOP_REGISTRY_CONTROL_SET L"\\Registry\\Machine\\System\\CurrentControlSet\\"
#define IOP_REGISTRY_SERVICES    IOP_REGISTRY_CONTROL_SET L"Services\\"

/* A copy of one value, in one block of pool (IOP_TAG_REGISTRY). */
typedef struct _IOP_REGISTRY_VALUE {
    ULONG Type; /* REG_ */
    ULONG Length;
    PUCHAR Data; /* a text ends with a zero character, counted in Length */
    WCHAR Name[IOP_MAXIMUM_NAME];
} IOP_REGISTRY_VALUE, *PIOP_REGISTRY_VALUE;

/* registry.c: the store. Paths are absolute; case is ignored. PASSIVE_LEVEL. */
NTSTATUS IopCreateRegistryKey(PCUNICODE_STRING Path);
BOOLEAN IopRegistryKeyExists(PCUNICODE_STRING Path);
/* STATUS_KEY_DELETED: there is none; STATUS_CANNOT_DELETE: there are keys below it. */
NTSTATUS IopDeleteRegistryKey(PCUNICODE_STRING Path);
/* STATUS_OBJECT_NAME_NOT_FOUND. */
NTSTATUS IopDeleteRegistryValue(PCUNICODE_STRING Path, PCUNICODE_STRING Name);
NTSTATUS IopSetRegistryValue(PCUNICODE_STRING Path, PCUNICODE_STRING Name, ULONG Type,
                             const VOID *Data, ULONG Length);
/* Name NULL: the Index-th value of the key. STATUS_OBJECT_NAME_NOT_FOUND. */
NTSTATUS IopQueryRegistryValue(PCUNICODE_STRING Path, PCUNICODE_STRING Name, ULONG Index,
                               PIOP_REGISTRY_VALUE *Value);

/* regservice.c: the key of a service, and a KEY=VALUE word as a value of its Parameters:
   a decimal or 0x number is a REG_DWORD, any other text a REG_SZ. */
NTSTATUS IopCreateServiceKey(const CHAR *ServiceName);
NTSTATUS IopSetRegistryWord(const CHAR *ServiceName, const CHAR *ValueName,
                            const CHAR *Text);

/* regkey.c: the path of an open key, referenced; the caller dereferences *Key. */
NTSTATUS IopReferenceKey(HANDLE Handle, PVOID *Key, PUNICODE_STRING Path);
