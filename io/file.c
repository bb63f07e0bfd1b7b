/*
 * File objects: one open of a device.
 *
 * IRP_MJ_CREATE makes it, IRP_MJ_CLEANUP goes when its last handle is closed, and
 * IRP_MJ_CLOSE when the last reference is gone: requests that are under way hold one, so
 * none comes to the driver after the close. A driver can tell the two apart by that.
 */
#include "iop.h"

POBJECT_TYPE IoFileObjectType = &IopFileObjectType;
EXPORT(IoFileObjectType);

/* Sends a request that carries nothing but the file object. */
static VOID
IopSendFileIrp(PDEVICE_OBJECT Device, PFILE_OBJECT File, UCHAR MajorFunction)
{
    IO_STACK_LOCATION Location = {0};

    Location.MajorFunction = MajorFunction;
    Location.FileObject = File;
    IopSendIrpTo(Device, &Location, STATUS_SUCCESS, NULL);
}

/* Sends it to the top of the stack of the file's device. */
static VOID
IopNotifyDevice(PFILE_OBJECT File, UCHAR MajorFunction)
{
    PDEVICE_OBJECT Top = IoGetAttachedDeviceReference(File->DeviceObject);

    IopSendFileIrp(Top, File, MajorFunction);
    ObDereferenceObject(Top);
}

static NTSTATUS
IopSendCreate(PFILE_OBJECT File, PIOP_OPEN Open)
{
    IO_SECURITY_CONTEXT Security = {NULL, NULL, Open->Access, Open->Options};
    IO_STACK_LOCATION Location = {0};

    Location.MajorFunction = IRP_MJ_CREATE;
    Location.FileObject = File;
    Location.Parameters.Create.SecurityContext = &Security;
    Location.Parameters.Create.Options = Open->Disposition << 24 | Open->Options;
    Location.Parameters.Create.FileAttributes = Open->Attributes;
    Location.Parameters.Create.ShareAccess = Open->ShareAccess;
    Open->Information = 0;
    return IopSendIrp(File->DeviceObject, &Location, STATUS_SUCCESS, &Open->Information);
}

VOID
IopCloseFileObject(PVOID Body)
{
    PFILE_OBJECT File = Body;
    BOOLEAN Synchronous = (File->Flags & FO_SYNCHRONOUS_IO) != 0;

    if (Synchronous) {
        IopLockFile(File, FALSE);
    }
    if ((File->Flags & FO_CLEANUP_COMPLETE) == 0) {
        File->Flags |= FO_CLEANUP_COMPLETE;
        IopNotifyDevice(File, IRP_MJ_CLEANUP);
    }
    if (Synchronous) {
        IopUnlockFile(File);
    }
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
        IopCloseFileObject(File);
        IopNotifyDevice(&File->Object, IRP_MJ_CLOSE);
    }
    IopCloseDevice(Device);
    ObDereferenceObject(Device);
}

/* The flags an open with these options has. */
static ULONG
IopFileFlags(const IOP_OPEN *Open)
{
    static const struct {
        ULONG Option;
        ULONG Flags;
    } Table[] = {
        {FILE_SYNCHRONOUS_IO_ALERT, FO_SYNCHRONOUS_IO | FO_ALERTABLE_IO},
        {FILE_SYNCHRONOUS_IO_NONALERT, FO_SYNCHRONOUS_IO},
        {FILE_NO_INTERMEDIATE_BUFFERING, FO_NO_INTERMEDIATE_BUFFERING},
        {FILE_WRITE_THROUGH, FO_WRITE_THROUGH},
        {FILE_SEQUENTIAL_ONLY, FO_SEQUENTIAL_ONLY},
        {FILE_RANDOM_ACCESS, FO_RANDOM_ACCESS},
        {FILE_DELETE_ON_CLOSE, FO_DELETE_ON_CLOSE},
    };
    ULONG Flags = Open->CaseSensitive ? FO_OPENED_CASE_SENSITIVE : 0;

    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Table); Index++) {
        if ((Open->Options & Table[Index].Option) != 0) {
            Flags |= Table[Index].Flags;
        }
    }
    return Flags;
}

/* Fills a zeroed file object. */
static VOID
IopInitializeFile(PIOP_FILE File, PDEVICE_OBJECT Device, const WCHAR *Path,
                  const IOP_OPEN *Open)
{
    PFILE_OBJECT Object = &File->Object;

    Object->Type = IO_TYPE_FILE;
    Object->Size = sizeof(FILE_OBJECT);
    Object->DeviceObject = Device;
    Object->RelatedFileObject = Open->Related;
    Object->Flags = IopFileFlags(Open);
    Object->ReadAccess = (Open->Access & (FILE_READ_DATA | FILE_EXECUTE)) != 0;
    Object->WriteAccess = (Open->Access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) != 0;
    Object->DeleteAccess = (Open->Access & DELETE) != 0;
    Object->SharedRead = (Open->ShareAccess & FILE_SHARE_READ) != 0;
    Object->SharedWrite = (Open->ShareAccess & FILE_SHARE_WRITE) != 0;
    Object->SharedDelete = (Open->ShareAccess & FILE_SHARE_DELETE) != 0;
    KeInitializeEvent(&Object->Lock, SynchronizationEvent, FALSE);
    KeInitializeEvent(&Object->Event, NotificationEvent, FALSE);
    KeInitializeSpinLock(&Object->IrpListLock);
    InitializeListHead(&Object->IrpList);
    memcpy(File->Path, Path, sizeof(File->Path));
    RtlInitUnicodeString(&Object->FileName, File->Path);
}

NTSTATUS
IopCreateFile(PDEVICE_OBJECT Device, const WCHAR *Path, PIOP_OPEN Open,
              PFILE_OBJECT *FileObject)
{
    PIOP_FILE File;
    NTSTATUS Status;

    Status = IopOpenDevice(Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    File = ObCreateObject(&IopFileObjectType, sizeof(*File));
    if (File == NULL) {
        IopCloseDevice(Device);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    ObReferenceObject(Device);
    IopInitializeFile(File, Device, Path, Open);
    Status = IopSendCreate(&File->Object, Open);
    File->Object.RelatedFileObject = NULL; /* for the create alone: not referenced */
    if (!NT_SUCCESS(Status)) {
        ObDereferenceObject(File);
        return Status;
    }
    File->Opened = TRUE;
    *FileObject = &File->Object;
    return STATUS_SUCCESS;
}

/* The top of the stack of an open file's device. IRQL <= DISPATCH_LEVEL.
   Source: manual, IoGetRelatedDeviceObject. */
PDEVICE_OBJECT
NTAPI
IoGetRelatedDeviceObject(PFILE_OBJECT FileObject)
{
    return IoGetAttachedDevice(FileObject->DeviceObject);
}
EXPORT(IoGetRelatedDeviceObject);

/*
 * Undoes an open that the drivers from DeviceObject down have completed, for a filter that
 * is going to fail it: they get IRP_MJ_CLEANUP and IRP_MJ_CLOSE. Only while the filter
 * holds the create, and with no handle to the file. PASSIVE_LEVEL. Source: manual,
 * IoCancelFileOpen.
 */
VOID NTAPI
IoCancelFileOpen(PDEVICE_OBJECT DeviceObject, PFILE_OBJECT FileObject)
{
    FileObject->Flags |= FO_FILE_OPEN_CANCELLED | FO_CLEANUP_COMPLETE;
    IopSendFileIrp(DeviceObject, FileObject, IRP_MJ_CLEANUP);
    IopSendFileIrp(DeviceObject, FileObject, IRP_MJ_CLOSE);
}
EXPORT(IoCancelFileOpen);
