/*
 * Information, rights, share access, and memory that runs out.
 */
#include "zwfile.h"

#include <dirqltest.h>

static ULONG64 Answer[16];

static NTSTATUS
Query(HANDLE File, FILE_INFORMATION_CLASS Class, ULONG Length)
{
    IO_STATUS_BLOCK Iosb;

    return ZwQueryInformationFile(File, &Iosb, Answer, Length, Class);
}

static NTSTATUS
SetEnd(HANDLE File, LONGLONG End)
{
    FILE_END_OF_FILE_INFORMATION Information = {.EndOfFile.QuadPart = End};
    IO_STATUS_BLOCK Iosb;

    return ZwSetInformationFile(File, &Iosb, &Information, sizeof(Information),
                                FileEndOfFileInformation);
}

VOID
TestInformation(VOID)
{
    ULONG Options = FILE_SYNCHRONOUS_IO_NONALERT | FILE_SEQUENTIAL_ONLY;
    HANDLE File = Open(BUFFERED, Options);
    IO_STATUS_BLOCK Iosb;

    ok_status(Query(File, FileModeInformation, 4), STATUS_SUCCESS, "FileModeInformation");
    ok_equal((ULONG)Answer[0], Options, "the options of the open");
    ok_status(Query(File, FileAlignmentInformation, 4), STATUS_SUCCESS,
              "FileAlignmentInformation");
    ok_equal((ULONG)Answer[0], FILE_QUAD_ALIGNMENT, "the device's");
    ok_status(Query(File, FileAccessInformation, 4), STATUS_SUCCESS,
              "FileAccessInformation");
    ok_equal((ULONG)Answer[0], FILE_GENERIC_READ | FILE_GENERIC_WRITE,
             "the rights of the handle");
    ok_status(Query(File, FileStandardInformation, sizeof(FILE_STANDARD_INFORMATION)),
              STATUS_SUCCESS, "FileStandardInformation is the driver's");
    ok_equal(((PFILE_STANDARD_INFORMATION)Answer)->EndOfFile.QuadPart, STORE_SIZE,
             "with its answer");
    ok_status(Query(File, FileBasicInformation, sizeof(FILE_BASIC_INFORMATION)),
              STATUS_INVALID_PARAMETER, "and its refusal");
    ok_status(SetEnd(File, 100), STATUS_SUCCESS, "FileEndOfFileInformation");
    ok_equal(Seen.Offset, 100, "reaches the driver");
    ok_status(SetEnd(File, STORE_SIZE + 1), STATUS_DISK_FULL, "which may refuse");

    ok_status(Query(File, FileModeInformation, 3), STATUS_INFO_LENGTH_MISMATCH,
              "a buffer too short");
    ok_status(Query(File, (FILE_INFORMATION_CLASS)0, 64), STATUS_INVALID_INFO_CLASS,
              "a class that is none");
    ok_status(Query(File, FileEndOfFileInformation, 64), STATUS_INVALID_INFO_CLASS,
              "one that can only be set");
    ok_status(ZwSetInformationFile(File, &Iosb, Answer, 64, FileModeInformation),
              STATUS_INVALID_INFO_CLASS, "one that can only be read");
    ok_status(ZwQueryInformationFile(File, &Iosb, NULL, 64, FileModeInformation),
              STATUS_ACCESS_VIOLATION, "no buffer");
    ok_status(ZwQueryInformationFile(File, NULL, Answer, 64, FileModeInformation),
              STATUS_ACCESS_VIOLATION, "no status block");
    ok_status(Query(NULL, FileModeInformation, 4), STATUS_INVALID_HANDLE, "no handle");
    ZwClose(File);
    File = Open(BUFFERED, 0);
    ok_status(Query(File, FilePositionInformation, 8), STATUS_INVALID_PARAMETER,
              "an asynchronous file's position is the driver's affair");
    ZwClose(File);
}

/* Whether an open that wants Access and shares Share fits to those of Counts. */
static NTSTATUS
Share(PFILE_OBJECT File, ACCESS_MASK Access, ULONG Share, PSHARE_ACCESS Counts)
{
    return IoCheckShareAccess(Access, Share, File, Counts, TRUE);
}

VOID
TestShares(VOID)
{
    static FILE_OBJECT Files[3];
    SHARE_ACCESS Counts;

    KtapPoison(&Counts);
    IoSetShareAccess(FILE_READ_DATA, FILE_SHARE_READ, &Files[0], &Counts);
    ok(Counts.OpenCount == 1 && Counts.Readers == 1 && Counts.Writers == 0 &&
           Counts.SharedRead == 1 && Counts.SharedWrite == 0 && Files[0].ReadAccess &&
           Files[0].SharedRead,
       "IoSetShareAccess: the first reader, who shares reading");
    ok_status(Share(&Files[1], FILE_WRITE_DATA, FILE_SHARE_READ, &Counts),
              STATUS_SHARING_VIOLATION, "IoCheckShareAccess: no writer beside it");
    ok_status(Share(&Files[1], FILE_READ_DATA, FILE_SHARE_WRITE, &Counts),
              STATUS_SHARING_VIOLATION,
              "IoCheckShareAccess: nobody who keeps readers out");
    ok_equal(Counts.OpenCount, 1, "IoCheckShareAccess: a violation counts nothing");
    ok_status(Share(&Files[1], FILE_READ_DATA, FILE_SHARE_READ, &Counts), STATUS_SUCCESS,
              "IoCheckShareAccess: another reader");
    ok_status(Share(&Files[2], FILE_READ_ATTRIBUTES, 0, &Counts), STATUS_SUCCESS,
              "IoCheckShareAccess: one that wants no data fits always");
    ok(Counts.OpenCount == 2 && Counts.Readers == 2, "and is not counted");
    IoRemoveShareAccess(&Files[2], &Counts);
    IoRemoveShareAccess(&Files[0], &Counts);
    IoRemoveShareAccess(&Files[1], &Counts);
    ok(Counts.OpenCount == 0 && Counts.Readers == 0 && Counts.SharedRead == 0,
       "IoRemoveShareAccess takes back what was counted");
    ok_status(IoCheckShareAccess(FILE_WRITE_DATA | DELETE, 0, &Files[0], &Counts, FALSE),
              STATUS_SUCCESS, "IoCheckShareAccess: without Update");
    ok_equal(Counts.OpenCount, 0, "nothing is counted");
    IoUpdateShareAccess(&Files[0], &Counts);
    ok(Counts.OpenCount == 1 && Counts.Writers == 1 && Counts.Deleters == 1,
       "until IoUpdateShareAccess");
}

/* Kernel mode may what it wants; user mode what the handle gives. */
VOID
TestRights(VOID)
{
    OBJECT_HANDLE_INFORMATION Information;
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\??\\ZwFileTest");
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK Iosb;
    HANDLE File = NULL;
    PVOID Object;

    InitializeObjectAttributes(&Attributes, &Name, OBJ_KERNEL_HANDLE, NULL, NULL);
    ok_status(ZwOpenFile(&File, FILE_APPEND_DATA | SYNCHRONIZE, &Attributes, &Iosb, 0,
                         FILE_SYNCHRONOUS_IO_NONALERT),
              STATUS_SUCCESS, "ZwOpenFile");
    ok_equal(Iosb.Information, FILE_OPENED, "ZwOpenFile: what the driver did is told");
    ok(Seen.File->WriteAccess && !Seen.File->ReadAccess && !Seen.File->SharedWrite,
       "the file object has the access and shares of the open");
    ok_status(ObReferenceObjectByHandle(File, FILE_READ_DATA, *IoFileObjectType, UserMode,
                                        &Object, NULL),
              STATUS_ACCESS_DENIED, "a right the handle does not give, for user mode");
    ok_status(ObReferenceObjectByHandle(File, FILE_READ_DATA, *IoFileObjectType,
                                        KernelMode, &Object, &Information),
              STATUS_SUCCESS, "kernel mode is not asked");
    ok_equal(Information.GrantedAccess, FILE_APPEND_DATA | SYNCHRONIZE,
             "and can see what was granted");
    ObDereferenceObject(Object);
    ZwWriteFile(File, NULL, NULL, NULL, &Iosb, Answer, 4, NULL, NULL);
    ok_equal(Seen.Offset, -1, "a handle that may only append writes to the end");
    ZwClose(File);
}

/* Fails each allocation of a call in turn: the status, and nothing left behind. */
static VOID
TestOpenMemory(VOID)
{
    HANDLE File = NULL;

    for (ULONG Nth = 1; Nth < 20; Nth++) {
        NTSTATUS Status;

        DirqlFailAllocations(Nth, 1);
        Status = OpenName(L"\\??\\ZwFileTest", NULL, 0, &File);
        if (DirqlFailAllocations(0, 0) < Nth) {
            ok_status(Status, STATUS_SUCCESS, "an open that gets all it allocates");
            ZwClose(File);
            return;
        }
        ok_status(Status, STATUS_INSUFFICIENT_RESOURCES, "an open without memory");
    }
}

VOID
TestMemory(VOID)
{
    HANDLE File = Open(BUFFERED, FILE_SYNCHRONOUS_IO_NONALERT);
    LARGE_INTEGER Offset = {.QuadPart = 0};
    static DIRQL_USAGE Before, After;
    IO_STATUS_BLOCK Iosb;
    NTSTATUS Status;
    ULONG Nth;

    TestOpenMemory();
    DirqlQueryUsage(&Before);
    for (Nth = 1; Nth < 20; Nth++) {
        DirqlFailAllocations(Nth, 1);
        Status = ZwReadFile(File, NULL, NULL, NULL, &Iosb, Answer, 64, &Offset, NULL);
        if (DirqlFailAllocations(0, 0) < Nth) {
            break;
        }
        ok_status(Status, STATUS_INSUFFICIENT_RESOURCES, "a read without memory");
    }
    ok(Status == STATUS_SUCCESS && Nth == 4,
       "a buffered read allocates its request, its IRP and its buffer");
    DirqlQueryUsage(&After);
    ok_equal(After.PoolBlocks, Before.PoolBlocks, "and leaves nothing behind");
    ZwClose(File);
}
