/*
 * Opening by name: ZwCreateFile, ZwOpenFile, IoGetDeviceObjectPointer.
 *
 * The parameters are looked at as if a program in user mode had passed them; NT believes
 * kernel mode (docs/deviations.md), and a driver that passes nonsense learns it there from
 * the driver below, if at all.
 */
#include "iop.h"

/* The options that fit together with the rights and the disposition, as the manual of
   ZwCreateFile has them. */
static BOOLEAN
IopAreOptionsValid(ULONG Options, ULONG Disposition, ACCESS_MASK Access)
{
    ULONG Synchronous =
        Options & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT);
    ULONG Kinds = FILE_DIRECTORY_FILE | FILE_NON_DIRECTORY_FILE;

    if ((Options & ~FILE_VALID_OPTION_FLAGS) != 0 ||
        Disposition > FILE_MAXIMUM_DISPOSITION) {
        return FALSE;
    }
    if (Synchronous != 0 &&
        ((Synchronous & (Synchronous - 1)) != 0 || (Access & SYNCHRONIZE) == 0)) {
        return FALSE;
    }
    if ((Options & FILE_DELETE_ON_CLOSE) != 0 && (Access & DELETE) == 0) {
        return FALSE;
    }
    /* The right by name: GENERIC_WRITE, of which it is a part, is not refused. */
    if ((Options & FILE_NO_INTERMEDIATE_BUFFERING) != 0 &&
        (Access & FILE_APPEND_DATA) != 0 && (Access & GENERIC_WRITE) == 0) {
        return FALSE;
    }
    return (Options & Kinds) != Kinds;
}

static NTSTATUS
IopCheckName(const OBJECT_ATTRIBUTES *Attributes)
{
    const UNICODE_STRING *Name;

    if (Attributes == NULL || Attributes->Length != sizeof(*Attributes) ||
        (Attributes->Attributes & ~OBJ_VALID_ATTRIBUTES) != 0) {
        return STATUS_INVALID_PARAMETER;
    }
    Name = Attributes->ObjectName;
    if (Name != NULL && Name->Length % sizeof(WCHAR) != 0) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    if (Attributes->RootDirectory == NULL &&
        (Name == NULL || Name->Length == 0 || Name->Buffer[0] != L'\\')) {
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    }
    return STATUS_SUCCESS;
}

/* The device of a name that goes on from an open file, and the rest: all of the name. */
static NTSTATUS
IopResolveRelative(const OBJECT_ATTRIBUTES *Attributes, PIOP_OPEN Open,
                   PDEVICE_OBJECT *Device, WCHAR *Rest)
{
    const UNICODE_STRING *Name = Attributes->ObjectName;
    PVOID Root;
    NTSTATUS Status;

    if (Name != NULL && Name->Length >= IOP_MAXIMUM_NAME * sizeof(WCHAR)) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    Status = ObReferenceObjectByHandle(Attributes->RootDirectory, 0, IoFileObjectType,
                                       KernelMode, &Root, NULL);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Name != NULL) {
        memcpy(Rest, Name->Buffer, Name->Length);
    }
    Open->Related = Root;
    *Device = Open->Related->DeviceObject;
    ObReferenceObject(*Device);
    return STATUS_SUCCESS;
}

/* Opens what Attributes names. *File is referenced once. */
static NTSTATUS
IopOpenByName(POBJECT_ATTRIBUTES Attributes, PIOP_OPEN Open, PFILE_OBJECT *File)
{
    WCHAR Rest[IOP_MAXIMUM_NAME] = {0};
    PDEVICE_OBJECT Device;
    NTSTATUS Status = IopCheckName(Attributes);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Open->CaseSensitive = (Attributes->Attributes & OBJ_CASE_INSENSITIVE) == 0;
    Status = Attributes->RootDirectory == NULL
                 ? IopResolveName(Attributes->ObjectName, &Device, Rest)
                 : IopResolveRelative(Attributes, Open, &Device, Rest);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IopCreateFile(Device, Rest, Open, File);
    ObDereferenceObject(Device);
    if (Open->Related != NULL) {
        ObDereferenceObject(Open->Related);
    }
    return Status;
}

/*
 * Opens a device by name: sends IRP_MJ_CREATE and makes a handle.
 *   FileHandle        gets the handle, for ZwClose
 *   DesiredAccess     rights, generic ones too; SYNCHRONIZE for synchronous I/O
 *   ObjectAttributes  an absolute name, or one that goes on from the file of RootDirectory
 *   IoStatusBlock     gets the status and FILE_OPENED or what the driver says
 *   AllocationSize    ignored: for file systems, as EaBuffer, which has to be empty
 *   FileAttributes, ShareAccess, CreateDisposition, CreateOptions  FILE_
 * STATUS_INVALID_PARAMETER, STATUS_ACCESS_VIOLATION (a NULL pointer),
 * STATUS_EAS_NOT_SUPPORTED, STATUS_OBJECT_PATH_SYNTAX_BAD (no name, or not from the root),
 * STATUS_OBJECT_NAME_INVALID, STATUS_OBJECT_NAME_NOT_FOUND, STATUS_INVALID_HANDLE and
 * STATUS_OBJECT_TYPE_MISMATCH (RootDirectory), STATUS_ACCESS_DENIED (exclusive),
 * STATUS_NO_SUCH_DEVICE (going away, or not ready: DO_DEVICE_INITIALIZING),
 * STATUS_INSUFFICIENT_RESOURCES, or what the driver returned. PASSIVE_LEVEL.
 * Source: manual, ZwCreateFile.
 */
NTSTATUS
NTAPI
ZwCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
             POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
             PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess,
             ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer, ULONG EaLength)
{
    IOP_OPEN Open = {.Access = ObMapAccess(IoFileObjectType, DesiredAccess),
                     .Disposition = CreateDisposition,
                     .Options = CreateOptions,
                     .Attributes = (USHORT)FileAttributes,
                     .ShareAccess = (USHORT)ShareAccess};
    PFILE_OBJECT File;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(AllocationSize);
    if (FileHandle == NULL || IoStatusBlock == NULL) {
        return STATUS_ACCESS_VIOLATION;
    }
    if ((FileAttributes & ~FILE_ATTRIBUTE_VALID_FLAGS) != 0 ||
        (ShareAccess & ~FILE_SHARE_VALID_FLAGS) != 0 ||
        !IopAreOptionsValid(CreateOptions, CreateDisposition,
                            DesiredAccess | Open.Access)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (EaBuffer != NULL || EaLength != 0) {
        return STATUS_EAS_NOT_SUPPORTED;
    }
    Status = IopOpenByName(ObjectAttributes, &Open, &File);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = ObCreateHandle(File, Open.Access, FileHandle);
    if (NT_SUCCESS(Status)) {
        File->Flags |= FO_HANDLE_CREATED;
        IoStatusBlock->Status = STATUS_SUCCESS;
        IoStatusBlock->Information = Open.Information;
    }
    ObDereferenceObject(File); /* the handle's reference stays */
    return Status;
}
EXPORT(ZwCreateFile);

/* ZwCreateFile with disposition FILE_OPEN. PASSIVE_LEVEL. Source: manual, ZwOpenFile. */
NTSTATUS
NTAPI
ZwOpenFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
           POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
           ULONG ShareAccess, ULONG OpenOptions)
{
    return ZwCreateFile(FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, NULL,
                        0, ShareAccess, FILE_OPEN, OpenOptions, NULL, 0);
}
EXPORT(ZwOpenFile);

/*
 * Opens the device ObjectName leads to. The open has had its IRP_MJ_CLEANUP when this
 * returns, as no handle is left; *FileObject is referenced, and its dereference closes the
 * device. *DeviceObject is the top of the device's stack. STATUS_OBJECT_NAME_NOT_FOUND,
 * STATUS_OBJECT_NAME_INVALID, STATUS_ACCESS_DENIED (exclusive), STATUS_NO_SUCH_DEVICE (as
 * ZwCreateFile), or what IRP_MJ_CREATE returned. PASSIVE_LEVEL.
 * Source: manual, IoGetDeviceObjectPointer.
 */
NTSTATUS
NTAPI
IoGetDeviceObjectPointer(PUNICODE_STRING ObjectName, ACCESS_MASK DesiredAccess,
                         PFILE_OBJECT *FileObject, PDEVICE_OBJECT *DeviceObject)
{
    IOP_OPEN Open = {.Access = ObMapAccess(IoFileObjectType, DesiredAccess),
                     .Disposition = FILE_OPEN,
                     .Options = FILE_NON_DIRECTORY_FILE};
    WCHAR Rest[IOP_MAXIMUM_NAME] = {0};
    PDEVICE_OBJECT Device;
    NTSTATUS Status = IopResolveName(ObjectName, &Device, Rest);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IopCreateFile(Device, Rest, &Open, FileObject);
    if (NT_SUCCESS(Status)) {
        *DeviceObject = IoGetAttachedDevice(Device);
        IopCloseFileObject(*FileObject);
    }
    ObDereferenceObject(Device);
    return Status;
}
EXPORT(IoGetDeviceObjectPointer);
