/*
 * Reading and writing through a handle.
 */
#include "iop.h"

/* What ZwReadFile and ZwWriteFile are asked for. */
typedef struct _IOP_TRANSFER {
    UCHAR MajorFunction;
    PVOID Buffer;
    ULONG Length;
    const LARGE_INTEGER *ByteOffset;
    const ULONG *Key;
} IOP_TRANSFER, *PIOP_TRANSFER;

/* Whether Offset is one of the values with a meaning of their own (HighPart -1). */
static BOOLEAN
IopIsSpecialOffset(const LARGE_INTEGER *Offset, ULONG LowPart)
{
    return Offset->HighPart == -1 && Offset->LowPart == LowPart;
}

/* Whether a handle gives the right to append and not to write elsewhere. */
static BOOLEAN
IopOnlyAppends(ACCESS_MASK Granted)
{
    return (Granted & (FILE_WRITE_DATA | FILE_APPEND_DATA)) == FILE_APPEND_DATA;
}

/* Where the transfer begins. Negative: the end of the file, which the driver knows. */
static NTSTATUS
IopChooseOffset(PIOP_FILE_REQUEST Request, const IOP_TRANSFER *Transfer,
                PLARGE_INTEGER Offset)
{
    BOOLEAN Write = Transfer->MajorFunction == IRP_MJ_WRITE;
    BOOLEAN Positioned = (Request->File->Flags & FO_SYNCHRONOUS_IO) != 0;
    const LARGE_INTEGER *Asked = Transfer->ByteOffset;

    if (Write &&
        (IopOnlyAppends(Request->Granted) ||
         (Asked != NULL && IopIsSpecialOffset(Asked, FILE_WRITE_TO_END_OF_FILE)))) {
        Offset->QuadPart = -1;
        return STATUS_SUCCESS;
    }
    if (Positioned &&
        (Asked == NULL || IopIsSpecialOffset(Asked, FILE_USE_FILE_POINTER_POSITION))) {
        Asked = &Request->File->CurrentByteOffset;
    }
    if (Asked == NULL || Asked->QuadPart < 0) {
        return STATUS_INVALID_PARAMETER;
    }
    *Offset = *Asked;
    Request->Moves = Positioned;
    Request->Start = Offset->QuadPart;
    return STATUS_SUCCESS;
}

/* Whether a file without intermediate buffering takes this: whole sectors, and a buffer
   aligned as the device wants it. */
static BOOLEAN
IopIsTransferAligned(PIOP_FILE_REQUEST Request, const IOP_TRANSFER *Transfer,
                     LONGLONG Offset)
{
    USHORT Sector = Request->Device->SectorSize;

    if ((Request->File->Flags & FO_NO_INTERMEDIATE_BUFFERING) == 0) {
        return TRUE;
    }
    if (Sector != 0 &&
        (Transfer->Length % Sector != 0 || (Offset >= 0 && Offset % Sector != 0))) {
        return FALSE;
    }
    return ((ULONG_PTR)Transfer->Buffer & Request->Device->AlignmentRequirement) == 0;
}

/* Fills the next stack location of a transfer. Read and write have one layout. */
static VOID
IopDescribeTransfer(PIOP_FILE_REQUEST Request, const IOP_TRANSFER *Transfer,
                    LARGE_INTEGER Offset)
{
    PIO_STACK_LOCATION Stack = IoGetNextIrpStackLocation(Request->Irp);

    Stack->Parameters.Read.Length = Transfer->Length;
    Stack->Parameters.Read.ByteOffset = Offset;
    if (Transfer->Key != NULL) {
        Stack->Parameters.Read.Key = *Transfer->Key;
        Stack->Flags |= SL_KEY_SPECIFIED;
    }
    if (Transfer->MajorFunction == IRP_MJ_WRITE) {
        Request->Irp->Flags |= IRP_WRITE_OPERATION;
        Stack->Flags |=
            (Request->File->Flags & FO_WRITE_THROUGH) != 0 ? SL_WRITE_THROUGH : 0;
    } else {
        Request->Irp->Flags |= IRP_READ_OPERATION;
    }
}

static NTSTATUS
IopTransfer(const IOP_FILE_CALL *Call, const IOP_TRANSFER *Transfer)
{
    PIOP_FILE_REQUEST Request;
    LARGE_INTEGER Offset;
    NTSTATUS Status;

    if (Transfer->Buffer == NULL && Transfer->Length != 0) {
        return STATUS_ACCESS_VIOLATION;
    }
    Status = IopBeginFileRequest(Call, &Request);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    Status = IopChooseOffset(Request, Transfer, &Offset);
    if (!NT_SUCCESS(Status)) {
        return IopAbandonFileRequest(Request, Status);
    }
    if (!IopBuildFileIrp(Request, Transfer->MajorFunction)) {
        return IopAbandonFileRequest(Request, STATUS_INSUFFICIENT_RESOURCES);
    }
    if (!IopIsTransferAligned(Request, Transfer, Offset.QuadPart)) {
        return IopAbandonFileRequest(Request, STATUS_INVALID_PARAMETER);
    }
    IopDescribeTransfer(Request, Transfer, Offset);
    if (!IopAttachTransfer(Request->Irp, Request->Device,
                           Transfer->MajorFunction == IRP_MJ_WRITE, Transfer->Buffer,
                           Transfer->Length)) {
        return IopAbandonFileRequest(Request, STATUS_INSUFFICIENT_RESOURCES);
    }
    return IopSendFileRequest(Request);
}

/*
 * Reads from an open file.
 *   FileHandle     of ZwCreateFile
 *   Event          NULL, or an event's handle: cleared now and set at the end
 *   ApcRoutine     NULL, or called in this thread at the end, with ApcContext
 *   IoStatusBlock  gets status and bytes read, at the end
 *   Buffer, Length where to; bytes
 *   ByteOffset     where from; NULL or FILE_USE_FILE_POINTER_POSITION: the position that a
 *                  synchronous file keeps
 *   Key            NULL, or what the driver gets with it
 * STATUS_PENDING: the end is still to come. STATUS_INVALID_PARAMETER (no offset where one
 * has to be, a negative one, or sectors that are not whole), STATUS_ACCESS_VIOLATION (a NULL
 * pointer), STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH, STATUS_ALERTED,
 * STATUS_INSUFFICIENT_RESOURCES, or what the driver returned. PASSIVE_LEVEL. Source:
 * manual, ZwReadFile.
 */
NTSTATUS
NTAPI
ZwReadFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
           PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length,
           PLARGE_INTEGER ByteOffset, PULONG Key)
{
    const IOP_FILE_CALL Call = {.FileHandle = FileHandle,
                                .Event = Event,
                                .ApcRoutine = ApcRoutine,
                                .ApcContext = ApcContext,
                                .IoStatusBlock = IoStatusBlock,
                                .Access = FILE_READ_DATA};
    const IOP_TRANSFER Transfer = {IRP_MJ_READ, Buffer, Length, ByteOffset, Key};

    return IopTransfer(&Call, &Transfer);
}
EXPORT(ZwReadFile);

/*
 * Writes to an open file; as ZwReadFile. FILE_WRITE_TO_END_OF_FILE in ByteOffset, or a
 * handle that may append and not write, reach the driver as the offset -1. PASSIVE_LEVEL.
 * Source: manual, ZwWriteFile.
 */
NTSTATUS
NTAPI
ZwWriteFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
            PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length,
            PLARGE_INTEGER ByteOffset, PULONG Key)
{
    const IOP_FILE_CALL Call = {.FileHandle = FileHandle,
                                .Event = Event,
                                .ApcRoutine = ApcRoutine,
                                .ApcContext = ApcContext,
                                .IoStatusBlock = IoStatusBlock,
                                .Access = FILE_WRITE_DATA};
    const IOP_TRANSFER Transfer = {IRP_MJ_WRITE, Buffer, Length, ByteOffset, Key};

    return IopTransfer(&Call, &Transfer);
}
EXPORT(ZwWriteFile);
