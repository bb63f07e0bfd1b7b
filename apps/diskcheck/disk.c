/*
 * The IRP side of diskcheck.
 *
 * The IRPs are our own (IoAllocateIrp) and are used again and again; the completion
 * routine keeps the I/O manager from freeing them and wakes the thread. Completions come
 * in any order and on any processor, but every request has an event of its own and the
 * thread waits for the oldest, so the data is consumed in the order of the disk.
 */
#include "disk.h"

#include <ntdddisk.h>

#define DISK_POOL_TAG 0x6B736944 /* "Disk" */

static IO_COMPLETION_ROUTINE DiskRequestDone;

/* Takes the IRP back from the I/O manager. IRQL <= DISPATCH_LEVEL. Rule IRP-7. */
static NTSTATUS
DiskRequestDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    PDISK_REQUEST Request = Context;

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);

    KeSetEvent(&Request->Done, IO_DISK_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* Sends the request for its Offset and Length; a flush has neither data nor MDL. */
static VOID
DiskSend(PDISK Disk, PDISK_REQUEST Request, UCHAR MajorFunction)
{
    PIO_STACK_LOCATION Stack;

    IoReuseIrp(Request->Irp, STATUS_SUCCESS);
    Stack = IoGetNextIrpStackLocation(Request->Irp);
    Stack->MajorFunction = MajorFunction;
    Stack->FileObject = Disk->FileObject;
    if (MajorFunction != IRP_MJ_FLUSH_BUFFERS) {
        /* Parameters.Write is laid out like Parameters.Read. */
        Stack->Parameters.Read.Length = Request->Length;
        Stack->Parameters.Read.ByteOffset.QuadPart = (LONGLONG)Request->Offset;
        Request->Irp->MdlAddress = Request->Mdl;
    }
    IoSetCompletionRoutine(Request->Irp, DiskRequestDone, Request, TRUE, TRUE, TRUE);
    /* The status is in the IRP: the completion routine runs whatever this returns. */
    (VOID) IoCallDriver(Disk->DeviceObject, Request->Irp);
}

/* Waits for the request and checks that all of it was transferred. */
static NTSTATUS
DiskWait(PDISK_REQUEST Request)
{
    NTSTATUS Status;

    KeWaitForSingleObject(&Request->Done, Executive, KernelMode, FALSE, NULL);
    Status = Request->Irp->IoStatus.Status;
    if (NT_SUCCESS(Status) && Request->Irp->IoStatus.Information != Request->Length) {
        Status = STATUS_IO_DEVICE_ERROR;
    }
    return Status;
}

/* Chunk number Index of the range goes into a request, is filled if need be, and sent. */
static NTSTATUS
DiskSendChunk(PDISK Disk, PDISK_REQUEST Request, UCHAR MajorFunction, ULONGLONG Offset,
              ULONGLONG Left, DISK_CHUNK_ROUTINE *Routine, PVOID Context)
{
    NTSTATUS Status = STATUS_SUCCESS;

    Request->Offset = Offset;
    Request->Length = Left < DISK_CHUNK_SIZE ? (ULONG)Left : DISK_CHUNK_SIZE;
    if (MajorFunction == IRP_MJ_WRITE) {
        Status = Routine(Context, Offset, Request->Buffer, Request->Length);
    }
    if (NT_SUCCESS(Status)) {
        DiskSend(Disk, Request, MajorFunction);
    }
    return Status;
}

/* Takes the oldest request in flight and, of a read, hands its data on. */
static NTSTATUS
DiskTakeChunk(PDISK Disk, PDISK_REQUEST Request, UCHAR MajorFunction,
              DISK_CHUNK_ROUTINE *Routine, PVOID Context)
{
    NTSTATUS Status = DiskWait(Request);

    if (!NT_SUCCESS(Status)) {
        DbgPrint("diskcheck: %s at offset %I64u failed, status 0x%08x\n",
                 MajorFunction == IRP_MJ_WRITE ? "write" : "read", Request->Offset,
                 (unsigned)Status);
        Disk->Failed++;
        return Disk->KeepGoing ? STATUS_SUCCESS : Status;
    }
    if (MajorFunction == IRP_MJ_READ) {
        Status = Routine(Context, Request->Offset, Request->Buffer, Request->Length);
    }
    return Status;
}

/*
 * Streams a range. After a failure, unless it is to keep going, nothing more is sent, and
 * what is in flight is waited for: its buffers are the disk's until then. Returns the
 * first failure that ended it.
 */
NTSTATUS
DiskStream(PDISK Disk, UCHAR MajorFunction, ULONGLONG Offset, ULONGLONG Length,
           DISK_CHUNK_ROUTINE *Routine, PVOID Context)
{
    ULONGLONG Count = (Length + DISK_CHUNK_SIZE - 1) / DISK_CHUNK_SIZE;
    ULONGLONG Sent = 0, Taken = 0;
    NTSTATUS Status = STATUS_SUCCESS;

    while (NT_SUCCESS(Status) && Taken < Count) {
        while (NT_SUCCESS(Status) && Sent < Count && Sent - Taken < Disk->Depth) {
            ULONGLONG Position = Sent * DISK_CHUNK_SIZE;

            Status =
                DiskSendChunk(Disk, &Disk->Requests[Sent % Disk->Depth], MajorFunction,
                              Offset + Position, Length - Position, Routine, Context);
            Sent += NT_SUCCESS(Status) ? 1 : 0;
        }
        if (NT_SUCCESS(Status)) {
            Status = DiskTakeChunk(Disk, &Disk->Requests[Taken % Disk->Depth],
                                   MajorFunction, Routine, Context);
            Taken++;
        }
    }
    for (; Taken < Sent; Taken++) {
        (VOID) DiskWait(&Disk->Requests[Taken % Disk->Depth]);
    }
    return Status;
}

/* Returns when everything written is on the medium. */
NTSTATUS
DiskFlush(PDISK Disk)
{
    PDISK_REQUEST Request = &Disk->Requests[0];

    Request->Length = 0;
    DiskSend(Disk, Request, IRP_MJ_FLUSH_BUFFERS);
    return DiskWait(Request);
}

/* Asks the driver how long the disk is. */
static NTSTATUS
DiskQueryLength(PDISK Disk)
{
    GET_LENGTH_INFORMATION Answer;
    IO_STATUS_BLOCK IoStatus;
    KEVENT Done;
    NTSTATUS Status;
    PIRP Irp;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    Irp = IoBuildDeviceIoControlRequest(IOCTL_DISK_GET_LENGTH_INFO, Disk->DeviceObject,
                                        NULL, 0, &Answer, sizeof(Answer), FALSE, &Done,
                                        &IoStatus);
    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = IoCallDriver(Disk->DeviceObject, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, NULL);
        Status = IoStatus.Status;
    }
    if (NT_SUCCESS(Status)) {
        Disk->Length = (ULONGLONG)Answer.Length.QuadPart;
    }
    return Status;
}

/* Allocates the IRP, the buffer, and the MDL that describes it. */
static NTSTATUS
DiskPrepareRequest(PDISK Disk, PDISK_REQUEST Request)
{
    KeInitializeEvent(&Request->Done, SynchronizationEvent, FALSE);
    Request->Irp = IoAllocateIrp(Disk->DeviceObject->StackSize, FALSE);
    Request->Buffer = ExAllocatePoolWithTag(NonPagedPool, DISK_CHUNK_SIZE, DISK_POOL_TAG);
    if (Request->Irp == NULL || Request->Buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Request->Mdl = IoAllocateMdl(Request->Buffer, DISK_CHUNK_SIZE, FALSE, FALSE, NULL);
    if (Request->Mdl == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    MmBuildMdlForNonPagedPool(Request->Mdl);
    return STATUS_SUCCESS;
}

/*
 * Opens a disk by its device name, with Depth requests (1 to DISK_MAXIMUM_DEPTH).
 * Returns the status of the open or of the length query, STATUS_NOT_SUPPORTED for a
 * device that does not do direct I/O, STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS
DiskOpen(PDISK Disk, PUNICODE_STRING Name, ULONG Depth)
{
    NTSTATUS Status;
    ULONG Index;

    RtlZeroMemory(Disk, sizeof(*Disk));
    Disk->Depth = Depth;
    Status = IoGetDeviceObjectPointer(Name, FILE_READ_ACCESS | FILE_WRITE_ACCESS,
                                      &Disk->FileObject, &Disk->DeviceObject);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (!(Disk->DeviceObject->Flags & DO_DIRECT_IO)) {
        return STATUS_NOT_SUPPORTED;
    }
    Status = DiskQueryLength(Disk);
    for (Index = 0; NT_SUCCESS(Status) && Index < Depth; Index++) {
        Status = DiskPrepareRequest(Disk, &Disk->Requests[Index]);
    }
    return Status;
}

/* Frees whatever DiskOpen came to allocate. Nothing may be in flight. */
VOID
DiskClose(PDISK Disk)
{
    ULONG Index;

    for (Index = 0; Index < Disk->Depth; Index++) {
        PDISK_REQUEST Request = &Disk->Requests[Index];

        if (Request->Mdl != NULL) {
            IoFreeMdl(Request->Mdl);
        }
        if (Request->Buffer != NULL) {
            ExFreePoolWithTag(Request->Buffer, DISK_POOL_TAG);
        }
        if (Request->Irp != NULL) {
            IoFreeIrp(Request->Irp);
        }
    }
    if (Disk->FileObject != NULL) {
        ObDereferenceObject(Disk->FileObject);
    }
}
