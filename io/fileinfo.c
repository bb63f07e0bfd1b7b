/*
 * What is known of an open file, and its position: ZwQueryInformationFile and
 * ZwSetInformationFile. The I/O manager answers what it knows itself; for the rest the
 * driver gets IRP_MJ_QUERY_INFORMATION or IRP_MJ_SET_INFORMATION.
 */
#include "iop.h"

/* The classes, with the bytes each has at least: to be read, to be set; 0: it cannot. */
static const struct {
    FILE_INFORMATION_CLASS Class;
    UCHAR QueryLength;
    UCHAR SetLength;
} IopFileClasses[] = {
    {FileBasicInformation, sizeof(FILE_BASIC_INFORMATION),
     sizeof(FILE_BASIC_INFORMATION)},
    {FileStandardInformation, sizeof(FILE_STANDARD_INFORMATION), 0},
    {FileInternalInformation, sizeof(LARGE_INTEGER), 0},
    {FileEaInformation, sizeof(ULONG), 0},
    {FileAccessInformation, sizeof(FILE_ACCESS_INFORMATION), 0},
    {FileNameInformation, 2 * sizeof(ULONG), 0}, /* length, and room for a name */
    {FileDispositionInformation, 0, sizeof(FILE_DISPOSITION_INFORMATION)},
    {FilePositionInformation, sizeof(FILE_POSITION_INFORMATION),
     sizeof(FILE_POSITION_INFORMATION)},
    {FileModeInformation, sizeof(FILE_MODE_INFORMATION), 0},
    {FileAlignmentInformation, sizeof(FILE_ALIGNMENT_INFORMATION), 0},
    {FileAllocationInformation, 0, sizeof(LARGE_INTEGER)},
    {FileEndOfFileInformation, 0, sizeof(FILE_END_OF_FILE_INFORMATION)},
    {FileNetworkOpenInformation, 6 * sizeof(LARGE_INTEGER) + 2 * sizeof(ULONG), 0},
    {FileAttributeTagInformation, 2 * sizeof(ULONG), 0},
};

/* STATUS_INVALID_INFO_CLASS or STATUS_INFO_LENGTH_MISMATCH. */
static NTSTATUS
IopCheckFileClass(FILE_INFORMATION_CLASS Class, ULONG Length, BOOLEAN Set)
{
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(IopFileClasses); Index++) {
        ULONG Needed =
            Set ? IopFileClasses[Index].SetLength : IopFileClasses[Index].QueryLength;

        if (IopFileClasses[Index].Class == Class && Needed != 0) {
            return Length < Needed ? STATUS_INFO_LENGTH_MISMATCH : STATUS_SUCCESS;
        }
    }
    return STATUS_INVALID_INFO_CLASS;
}

/* The options of the open that FileModeInformation tells. */
static ULONG
IopFileMode(PFILE_OBJECT File)
{
    ULONG Mode = 0;

    Mode |= (File->Flags & FO_WRITE_THROUGH) != 0 ? FILE_WRITE_THROUGH : 0;
    Mode |= (File->Flags & FO_SEQUENTIAL_ONLY) != 0 ? FILE_SEQUENTIAL_ONLY : 0;
    Mode |= (File->Flags & FO_NO_INTERMEDIATE_BUFFERING) != 0
                ? FILE_NO_INTERMEDIATE_BUFFERING
                : 0;
    Mode |= (File->Flags & FO_DELETE_ON_CLOSE) != 0 ? FILE_DELETE_ON_CLOSE : 0;
    if ((File->Flags & FO_SYNCHRONOUS_IO) != 0) {
        Mode |= (File->Flags & FO_ALERTABLE_IO) != 0 ? FILE_SYNCHRONOUS_IO_ALERT
                                                     : FILE_SYNCHRONOUS_IO_NONALERT;
    }
    return Mode;
}

/* Answers without the driver; bytes written, or 0: it is for the driver. */
static ULONG
IopAnswerQuery(PIOP_FILE_REQUEST Request, FILE_INFORMATION_CLASS Class, PVOID Buffer)
{
    switch (Class) {
    case FileAccessInformation:
        ((PFILE_ACCESS_INFORMATION)Buffer)->AccessFlags = Request->Granted;
        return sizeof(FILE_ACCESS_INFORMATION);
    case FileModeInformation:
        ((PFILE_MODE_INFORMATION)Buffer)->Mode = IopFileMode(Request->File);
        return sizeof(FILE_MODE_INFORMATION);
    case FileAlignmentInformation:
        ((PFILE_ALIGNMENT_INFORMATION)Buffer)->AlignmentRequirement =
            Request->File->DeviceObject->AlignmentRequirement;
        return sizeof(FILE_ALIGNMENT_INFORMATION);
    case FilePositionInformation:
        if ((Request->File->Flags & FO_SYNCHRONOUS_IO) == 0) {
            return 0;
        }
        ((PFILE_POSITION_INFORMATION)Buffer)->CurrentByteOffset =
            Request->File->CurrentByteOffset;
        return sizeof(FILE_POSITION_INFORMATION);
    default:
        return 0;
    }
}

/* Ends a request that needed no driver. */
static NTSTATUS
IopAnswerRequest(PIOP_FILE_REQUEST Request, ULONG_PTR Information)
{
    Request->IoStatusBlock->Status = STATUS_SUCCESS;
    Request->IoStatusBlock->Information = Information;
    return IopAbandonFileRequest(Request, STATUS_SUCCESS);
}

/*
 * Reads what is known of an open file.
 *   IoStatusBlock         gets status and bytes
 *   FileInformation       Length bytes for the answer
 *   FileInformationClass  access, mode, alignment and, of a synchronous file, position are
 *                         answered here, the others by the driver
 * STATUS_INVALID_INFO_CLASS, STATUS_INFO_LENGTH_MISMATCH, STATUS_ACCESS_VIOLATION (a NULL
 * pointer), the handle's statuses as ZwReadFile's, or the driver's. PASSIVE_LEVEL.
 * Source: manual, ZwQueryInformationFile.
 */
NTSTATUS
NTAPI
ZwQueryInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
                       PVOID FileInformation, ULONG Length,
                       FILE_INFORMATION_CLASS FileInformationClass)
{
    const IOP_FILE_CALL Call = {
        .FileHandle = FileHandle, .IoStatusBlock = IoStatusBlock, .Synchronous = TRUE};
    NTSTATUS Status = IopCheckFileClass(FileInformationClass, Length, FALSE);
    PIOP_FILE_REQUEST Request;
    PIO_STACK_LOCATION Stack;
    ULONG Written;

    if (NT_SUCCESS(Status) && FileInformation == NULL) {
        Status = STATUS_ACCESS_VIOLATION;
    }
    if (NT_SUCCESS(Status)) {
        Status = IopBeginFileRequest(&Call, &Request);
    }
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    Written = IopAnswerQuery(Request, FileInformationClass, FileInformation);
    if (Written != 0) {
        return IopAnswerRequest(Request, Written);
    }
    if (!IopBuildFileIrp(Request, IRP_MJ_QUERY_INFORMATION)) {
        return IopAbandonFileRequest(Request, STATUS_INSUFFICIENT_RESOURCES);
    }
    Stack = IoGetNextIrpStackLocation(Request->Irp);
    Stack->Parameters.QueryFile.Length = Length;
    Stack->Parameters.QueryFile.FileInformationClass = FileInformationClass;
    if (!IopAttachSystemBuffer(Request->Irp, Length, NULL, 0, FileInformation, Length)) {
        return IopAbandonFileRequest(Request, STATUS_INSUFFICIENT_RESOURCES);
    }
    return IopSendFileRequest(Request);
}
EXPORT(ZwQueryInformationFile);

/* Moves the position. A file without intermediate buffering stands at whole sectors. */
static NTSTATUS
IopSetPosition(PIOP_FILE_REQUEST Request, const FILE_POSITION_INFORMATION *Position)
{
    PFILE_OBJECT File = Request->File;
    LONGLONG Offset = Position->CurrentByteOffset.QuadPart;
    USHORT Sector = File->DeviceObject->SectorSize;

    if (Offset < 0 || ((File->Flags & FO_NO_INTERMEDIATE_BUFFERING) != 0 && Sector != 0 &&
                       Offset % Sector != 0)) {
        return IopAbandonFileRequest(Request, STATUS_INVALID_PARAMETER);
    }
    File->CurrentByteOffset.QuadPart = Offset;
    return IopAnswerRequest(Request, 0);
}

/*
 * Changes something of an open file: its position here, all else by the driver. Arguments
 * and statuses as ZwQueryInformationFile's, and STATUS_INVALID_PARAMETER: a position that
 * is negative or no whole number of sectors. PASSIVE_LEVEL. Source: manual,
 * ZwSetInformationFile.
 */
NTSTATUS
NTAPI
ZwSetInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
                     PVOID FileInformation, ULONG Length,
                     FILE_INFORMATION_CLASS FileInformationClass)
{
    const IOP_FILE_CALL Call = {
        .FileHandle = FileHandle, .IoStatusBlock = IoStatusBlock, .Synchronous = TRUE};
    NTSTATUS Status = IopCheckFileClass(FileInformationClass, Length, TRUE);
    PIOP_FILE_REQUEST Request;
    PIO_STACK_LOCATION Stack;

    if (NT_SUCCESS(Status) && FileInformation == NULL) {
        Status = STATUS_ACCESS_VIOLATION;
    }
    if (NT_SUCCESS(Status)) {
        Status = IopBeginFileRequest(&Call, &Request);
    }
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    if (FileInformationClass == FilePositionInformation) {
        return IopSetPosition(Request, FileInformation);
    }
    if (!IopBuildFileIrp(Request, IRP_MJ_SET_INFORMATION)) {
        return IopAbandonFileRequest(Request, STATUS_INSUFFICIENT_RESOURCES);
    }
    Stack = IoGetNextIrpStackLocation(Request->Irp);
    Stack->Parameters.SetFile.Length = Length;
    Stack->Parameters.SetFile.FileInformationClass = FileInformationClass;
    if (!IopAttachSystemBuffer(Request->Irp, Length, FileInformation, Length, NULL, 0)) {
        return IopAbandonFileRequest(Request, STATUS_INSUFFICIENT_RESOURCES);
    }
    return IopSendFileRequest(Request);
}
EXPORT(ZwSetInformationFile);
