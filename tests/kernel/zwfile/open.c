/*
 * Opening and closing.
 */
#include "zwfile.h"

#define SYNCHRONOUS FILE_SYNCHRONOUS_IO_NONALERT

VOID
TestOpen(VOID)
{
    LONG Cleanups = Seen.Cleanups, Closes = Seen.Closes;
    HANDLE Second = NULL;
    PVOID Object = NULL;
    HANDLE File = Open(BUFFERED, SYNCHRONOUS | FILE_NON_DIRECTORY_FILE);

    ok(File != NULL && Seen.Creates == 1,
       "ZwCreateFile: IRP_MJ_CREATE reaches the driver");
    ok_equal(Seen.Options, FILE_OPEN << 24 | SYNCHRONOUS | FILE_NON_DIRECTORY_FILE,
             "ZwCreateFile: disposition and options as the driver sees them");
    ok(Seen.ShareAccess == (FILE_SHARE_READ | FILE_SHARE_WRITE) &&
           Seen.Attributes == FILE_ATTRIBUTE_NORMAL,
       "ZwCreateFile: share access and attributes too");
    ok_equal(Seen.Access, FILE_GENERIC_READ | FILE_GENERIC_WRITE,
             "ZwCreateFile: the generic rights are mapped");
    ok_status(
        ObReferenceObjectByHandle(File, 0, *IoFileObjectType, KernelMode, &Object, NULL),
        STATUS_SUCCESS, "the handle is a file object's");
    ok(Object == Seen.File && (Seen.File->Flags & FO_SYNCHRONOUS_IO) != 0 &&
           (Seen.File->Flags & FO_ALERTABLE_IO) == 0,
       "the same one the driver saw, and synchronous");
    ok(IoGetRelatedDeviceObject(Object) == Devices[BUFFERED],
       "IoGetRelatedDeviceObject: its device");

    ok_status(ObOpenObjectByPointer(Object, OBJ_KERNEL_HANDLE, NULL, FILE_READ_DATA,
                                    *IoFileObjectType, KernelMode, &Second),
              STATUS_SUCCESS, "ObOpenObjectByPointer: a second handle");
    ok_status(ZwClose(File), STATUS_SUCCESS, "ZwClose");
    ok_equal(Seen.Cleanups, Cleanups, "no cleanup while another handle is open");
    ok_status(ZwClose(Second), STATUS_SUCCESS, "ZwClose of the last handle");
    ok(Seen.Cleanups == Cleanups + 1 && Seen.Closes == Closes,
       "IRP_MJ_CLEANUP with the last handle, no IRP_MJ_CLOSE while it is referenced");
    ObDereferenceObject(Object);
    ok(Seen.Closes == Closes + 1 && Seen.CloseOrder > Seen.CleanupOrder,
       "IRP_MJ_CLOSE with the last reference, after the cleanup");
    ok_status(ZwClose(Second), STATUS_INVALID_HANDLE, "a handle is closed once");
    ok_status(ZwClose(NULL), STATUS_INVALID_HANDLE, "and NULL is none");
}

/* An open by pointer has no handle left: cleaned up at once, closed at the end. */
static VOID
TestPointer(VOID)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\??\\ZwFileTest");
    LONG Cleanups = Seen.Cleanups, Closes = Seen.Closes;
    PDEVICE_OBJECT Device = NULL;
    PFILE_OBJECT File = NULL;

    ok_status(IoGetDeviceObjectPointer(&Name, FILE_READ_DATA, &File, &Device),
              STATUS_SUCCESS, "IoGetDeviceObjectPointer");
    ok(Seen.Cleanups == Cleanups + 1 && Seen.Closes == Closes &&
           Device == Devices[BUFFERED],
       "IoGetDeviceObjectPointer: the cleanup has come when it returns, the close has "
       "not");
    ok(File->ReadAccess && !File->WriteAccess,
       "IoGetDeviceObjectPointer: with the access asked for");
    ObDereferenceObject(File);
    ok(Seen.Cleanups == Cleanups + 1 && Seen.Closes == Closes + 1,
       "the dereference closes it");
}

/* What happens when the driver fails the create. */
static VOID
TestRefusals(VOID)
{
    LONG Cleanups = Seen.Cleanups, Closes = Seen.Closes;
    HANDLE File;

    Devices[BUFFERED]->Flags |= DO_DEVICE_INITIALIZING;
    ok_status(
        OpenName(L"\\??\\ZwFileTest", NULL, 0, &File), STATUS_NO_SUCH_DEVICE,
        "DO_DEVICE_INITIALIZING: nobody opens a device its driver is not done with");
    Devices[BUFFERED]->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    ok_status(OpenName(L"\\??\\ZwFileTest\\refused", NULL, 0, &File),
              STATUS_DEVICE_NOT_READY,
              "what the driver returns for the create comes back");
    ok_equal(Seen.Closes, Closes, "and what was not opened is not closed");
    ok_status(OpenName(L"\\??\\ZwFileTest\\undone", NULL, 0, &File),
              STATUS_DEVICE_NOT_CONNECTED,
              "IoCancelFileOpen in a create that then fails");
    ok(Seen.Cleanups == Cleanups + 1 && Seen.Closes == Closes + 1,
       "IoCancelFileOpen: the drivers below get one cleanup and one close");
    ok(Seen.CloseOrder > Seen.CleanupOrder, "IoCancelFileOpen: in that order");
}

VOID
TestNames(VOID)
{
    HANDLE File = NULL, Below = NULL;
    LONG Creates;

    ok_status(OpenName(L"\\??\\zwfiletest\\part", NULL, 0, &File), STATUS_SUCCESS,
              "a link, in another case, and a path behind it");
    ok(Seen.File->FileName.Length == 5 * sizeof(WCHAR) &&
           Seen.File->FileName.Buffer[1] == L'p',
       "the path behind the device's name is the file's");
    ok_status(OpenName(L"more", File, 0, &Below), STATUS_SUCCESS,
              "a name that goes on from an open file");
    ok(Seen.Related != NULL && Seen.File->FileName.Buffer[0] == L'm' &&
           Seen.File->RelatedFileObject == NULL,
       "RelatedFileObject says so during the create, and only then");
    ZwClose(Below);
    ok_status(OpenName(L"", File, 0, &Below), STATUS_SUCCESS, "an empty one too");
    ZwClose(Below);
    ZwClose(File);

    TestRefusals();
    Creates = Seen.Creates;
    ok_status(OpenName(L"\\Device\\NoSuchThing", NULL, 0, &File),
              STATUS_OBJECT_NAME_NOT_FOUND, "a name that leads nowhere");
    ok_status(OpenName(L"relative", NULL, 0, &File), STATUS_OBJECT_PATH_SYNTAX_BAD,
              "a name that does not begin at the root");
    ok_status(OpenName(L"", NULL, 0, &File), STATUS_OBJECT_PATH_SYNTAX_BAD, "no name");
    ok_status(OpenName(L"x", (HANDLE)0x123, 0, &File), STATUS_INVALID_HANDLE,
              "a root that is no handle");
    ok_equal(Seen.Creates, Creates, "none of these came to the driver");
    TestPointer();
}

/* ZwCreateFile of the buffered device with one thing wrong. */
static NTSTATUS
Try(ACCESS_MASK Access, ULONG Attributes, ULONG Share, ULONG Disposition, ULONG Options)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\??\\ZwFileTest");
    OBJECT_ATTRIBUTES Object;
    IO_STATUS_BLOCK Iosb;
    HANDLE File = NULL;
    NTSTATUS Status;

    InitializeObjectAttributes(&Object, &Name, OBJ_KERNEL_HANDLE, NULL, NULL);
    Status = ZwCreateFile(&File, Access, &Object, &Iosb, NULL, Attributes, Share,
                          Disposition, Options, NULL, 0);
    if (NT_SUCCESS(Status)) {
        ZwClose(File);
    }
    return Status;
}

static VOID
TestBadPointers(VOID)
{
    UNICODE_STRING Odd = {5, 6, L"\\ab"};
    OBJECT_ATTRIBUTES Object;
    IO_STATUS_BLOCK Iosb;
    HANDLE File;

    InitializeObjectAttributes(&Object, &Odd, OBJ_KERNEL_HANDLE, NULL, NULL);
    ok_status(ZwOpenFile(&File, GENERIC_READ, &Object, &Iosb, 0, 0),
              STATUS_OBJECT_NAME_INVALID, "a name of an odd number of bytes");
    Object.Length = 8;
    ok_status(ZwOpenFile(&File, GENERIC_READ, &Object, &Iosb, 0, 0),
              STATUS_INVALID_PARAMETER, "attributes of another length");
    ok_status(ZwOpenFile(&File, GENERIC_READ, NULL, &Iosb, 0, 0),
              STATUS_INVALID_PARAMETER, "no attributes");
    ok_status(ZwOpenFile(NULL, GENERIC_READ, &Object, &Iosb, 0, 0),
              STATUS_ACCESS_VIOLATION, "no place for the handle");
    ok_status(ZwOpenFile(&File, GENERIC_READ, &Object, NULL, 0, 0),
              STATUS_ACCESS_VIOLATION, "no status block");
}

VOID
TestBadOpen(VOID)
{
    const ACCESS_MASK Read = FILE_READ_DATA | SYNCHRONIZE;
    const ULONG Both = FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT;
    LONG Creates = Seen.Creates;

    ok_status(Try(Read, 0x10000, 0, FILE_OPEN, 0), STATUS_INVALID_PARAMETER,
              "ZwCreateFile: attributes that are none");
    ok_status(Try(Read, 0, 8, FILE_OPEN, 0), STATUS_INVALID_PARAMETER,
              "ZwCreateFile: a share access that is none");
    ok_status(Try(Read, 0, 0, FILE_MAXIMUM_DISPOSITION + 1, 0), STATUS_INVALID_PARAMETER,
              "ZwCreateFile: a disposition that is none");
    ok_status(Try(Read, 0, 0, FILE_OPEN, 0x01000000), STATUS_INVALID_PARAMETER,
              "ZwCreateFile: an option that is none");
    ok_status(Try(Read, 0, 0, FILE_OPEN, Both), STATUS_INVALID_PARAMETER,
              "ZwCreateFile: alertable and not");
    ok_status(Try(FILE_READ_DATA, 0, 0, FILE_OPEN, SYNCHRONOUS), STATUS_INVALID_PARAMETER,
              "ZwCreateFile: synchronous without SYNCHRONIZE");
    ok_status(Try(Read, 0, 0, FILE_OPEN, FILE_DELETE_ON_CLOSE), STATUS_INVALID_PARAMETER,
              "ZwCreateFile: delete on close without DELETE");
    ok_status(Try(Read, 0, 0, FILE_OPEN, FILE_DIRECTORY_FILE | FILE_NON_DIRECTORY_FILE),
              STATUS_INVALID_PARAMETER, "ZwCreateFile: a directory and not");
    ok_status(
        Try(Read | FILE_APPEND_DATA, 0, 0, FILE_OPEN, FILE_NO_INTERMEDIATE_BUFFERING),
        STATUS_INVALID_PARAMETER, "ZwCreateFile: append without buffering");
    TestBadPointers();
    ok_equal(Seen.Creates, Creates, "nothing of that came to the driver");
    ok_status(Try(Read, 0, 0, FILE_OPEN_IF, SYNCHRONOUS), STATUS_SUCCESS,
              "ZwCreateFile: with nothing wrong it opens");
}
