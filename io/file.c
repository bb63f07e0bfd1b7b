/*
 * File objects: one open of a device.
 *
 * IRP_MJ_CREATE makes it, and the last dereference sends IRP_MJ_CLEANUP and IRP_MJ_CLOSE.
 * NT sends cleanup when the last handle goes, which for IoGetDeviceObjectPointer is
 * before it returns; here no handle is ever opened, so the two come together
 * (docs/deviations.md).
 */
#include "iop.h"

POBJECT_TYPE IoFileObjectType = &IopFileObjectType;
EXPORT(IoFileObjectType);

/* FILE_OBJECT, with its name behind it. */
typedef struct _IOP_FILE {
    FILE_OBJECT Object; /* must be first */
    WCHAR Path[IOP_MAXIMUM_NAME];
    BOOLEAN Opened; /* IRP_MJ_CREATE succeeded */
} IOP_FILE, *PIOP_FILE;

/* Sends a request that carries nothing but the file object. */
static NTSTATUS
IopSendFileIrp(PFILE_OBJECT File, UCHAR MajorFunction)
{
    IO_STACK_LOCATION Location = {0};

    Location.MajorFunction = MajorFunction;
    Location.FileObject = File;
    return IopSendIrp(File->DeviceObject, &Location, STATUS_SUCCESS, NULL);
}

/* Sends IRP_MJ_CREATE: read and write, shared, an existing "file". */
static NTSTATUS
IopSendCreate(PFILE_OBJECT File)
{
    IO_SECURITY_CONTEXT Security = {NULL, NULL, GENERIC_READ | GENERIC_WRITE, 0};
    IO_STACK_LOCATION Location = {0};

    Location.MajorFunction = IRP_MJ_CREATE;
    Location.FileObject = File;
    Location.Parameters.Create.SecurityContext = &Security;
    Location.Parameters.Create.Options = IOP_FILE_OPEN;
    Location.Parameters.Create.ShareAccess = IOP_FILE_SHARE_READ_WRITE;
    return IopSendIrp(File->DeviceObject, &Location, STATUS_SUCCESS, NULL);
}

/* The last reference is gone: tells the driver, closes the device. */
VOID
IopDeleteFileObject(PVOID Body)
{
    PIOP_FILE File = Body;
    PDEVICE_OBJECT Device = File->Object.DeviceObject;

    if (File->Opened) {
        /* The driver may reference and dereference the file while it handles these. With
           a reference of ours, never given back, the count does not become 0 once more.
         */
        ObReferenceObject(&File->Object);
        IopSendFileIrp(&File->Object, IRP_MJ_CLEANUP);
        IopSendFileIrp(&File->Object, IRP_MJ_CLOSE);
    }
    IopCloseDevice(Device);
    ObDereferenceObject(Device);
}

/* Opens Device, which the caller has referenced and may release. Path: what followed its
   name. *FileObject is referenced once. PASSIVE_LEVEL. */
static NTSTATUS
IopCreateFile(PDEVICE_OBJECT Device, const WCHAR *Path, PFILE_OBJECT *FileObject)
{
    PIOP_FILE File;
    NTSTATUS Status;

    if (!IopOpenDevice(Device)) {
        return STATUS_ACCESS_DENIED;
    }
    File = ObCreateObject(&IopFileObjectType, sizeof(*File));
    if (File == NULL) {
        IopCloseDevice(Device);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    ObReferenceObject(Device);
    File->Object.Type = IO_TYPE_FILE;
    File->Object.Size = sizeof(FILE_OBJECT);
    File->Object.DeviceObject = Device;
    File->Object.ReadAccess = TRUE;
    File->Object.WriteAccess = TRUE;
    File->Object.SharedRead = TRUE;
    File->Object.SharedWrite = TRUE;
    KeInitializeEvent(&File->Object.Lock, SynchronizationEvent, FALSE);
    KeInitializeEvent(&File->Object.Event, NotificationEvent, FALSE);
    KeInitializeSpinLock(&File->Object.IrpListLock);
    InitializeListHead(&File->Object.IrpList);
    memcpy(File->Path, Path, sizeof(File->Path));
    RtlInitUnicodeString(&File->Object.FileName, File->Path);

    Status = IopSendCreate(&File->Object);
    if (!NT_SUCCESS(Status)) {
        ObDereferenceObject(File);
        return Status;
    }
    File->Opened = TRUE;
    *FileObject = &File->Object;
    return STATUS_SUCCESS;
}

/*
 * Opens the device ObjectName leads to, for reading and writing (DesiredAccess is not
 * checked: there are no users). *FileObject is referenced: the caller dereferences it,
 * and that alone, when done. *DeviceObject is the top of the device's stack.
 * STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_NAME_INVALID, STATUS_ACCESS_DENIED
 * (exclusive or going away), or what IRP_MJ_CREATE returned. PASSIVE_LEVEL. Source:
 * manual, IoGetDeviceObjectPointer.
 */
NTSTATUS
NTAPI
IoGetDeviceObjectPointer(PUNICODE_STRING ObjectName, ACCESS_MASK DesiredAccess,
                         PFILE_OBJECT *FileObject, PDEVICE_OBJECT *DeviceObject)
{
    WCHAR Rest[IOP_MAXIMUM_NAME] = {0};
    PDEVICE_OBJECT Device;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(DesiredAccess);
    Status = IopResolveName(ObjectName, &Device, Rest);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IopCreateFile(Device, Rest, FileObject);
    if (NT_SUCCESS(Status)) {
        *DeviceObject = IoGetAttachedDevice(Device);
    }
    ObDereferenceObject(Device);
    return Status;
}
EXPORT(IoGetDeviceObjectPointer);

/* The top of the stack of an open file's device. IRQL <= DISPATCH_LEVEL.
   Source: manual, IoGetRelatedDeviceObject. */
PDEVICE_OBJECT
NTAPI
IoGetRelatedDeviceObject(PFILE_OBJECT FileObject)
{
    return IoGetAttachedDevice(FileObject->DeviceObject);
}
EXPORT(IoGetRelatedDeviceObject);
