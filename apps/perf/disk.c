/*
 * Random reads of a disk, so many of them outstanding. A request that comes back is looked
 * at and sent again with the next block by its own completion routine: the disk's queue is
 * never shorter than the depth while there is something left to read.
 *
 * Each block of the disk says which it is, at both of its ends, and a buffer says that it
 * is nobody's before it is sent out: a read that brought nothing, half of it, or another
 * block counts as failed.
 */
#include "perf.h"

#include <ntdddisk.h>
#include <ntstrsafe.h>

#define DISK_BLOCK 4096
#define DISK_FIRST 12345 /* of the generator that chooses blocks */
#define DISK_WORDS (DISK_BLOCK / sizeof(ULONG64))
#define DISK_EMPTY 0xD1D1D1D1D1D1D1D1ULL

typedef struct _DISK_REQUEST {
    PDISK Disk;
    PIRP Irp;
    PMDL Mdl;
    PULONG64 Buffer;
    ULONG64 Block;
} DISK_REQUEST, *PDISK_REQUEST;

typedef struct _DISK {
    PFILE_OBJECT FileObject;
    PDEVICE_OBJECT DeviceObject;
    ULONG64 Blocks;
    ULONG Depth;
    KEVENT AllBack;
    volatile LONG Out;    /* interlocked: requests that are out, and 1 while it begins */
    volatile LONG Failed; /* interlocked */
    volatile LONG Read;   /* interlocked */
    KSPIN_LOCK Lock;      /* guards the choice of the next block: the next two */
    ULONG Left;           /* blocks that no request has been sent for */
    ULONG Random;
    DISK_REQUEST Requests[DISK_MAXIMUM_DEPTH];
} DISK;

static IO_COMPLETION_ROUTINE DiskRequestDone;

/* Chooses the next block; FALSE: all have been. IRQL <= DISPATCH_LEVEL. */
static BOOLEAN
DiskNextBlock(PDISK Disk, PULONG64 Block)
{
    BOOLEAN More;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Disk->Lock, &OldIrql);
    More = Disk->Left != 0;
    if (More) {
        Disk->Left--;
        Disk->Random = Disk->Random * 1664525 + 1013904223;
        *Block = Disk->Random * Disk->Blocks >> 32;
    }
    KeReleaseSpinLock(&Disk->Lock, OldIrql);
    return More;
}

/* Sends the request for its block. DiskRequestDone follows, whatever the driver returns. */
static VOID
DiskSend(PDISK_REQUEST Request)
{
    PDISK Disk = Request->Disk;
    PIO_STACK_LOCATION Stack;

    Request->Buffer[0] = DISK_EMPTY;
    Request->Buffer[DISK_WORDS - 1] = DISK_EMPTY;
    IoReuseIrp(Request->Irp, STATUS_SUCCESS);
    Request->Irp->MdlAddress = Request->Mdl;
    Stack = IoGetNextIrpStackLocation(Request->Irp);
    Stack->MajorFunction = IRP_MJ_READ;
    Stack->FileObject = Disk->FileObject;
    Stack->Parameters.Read.Length = DISK_BLOCK;
    Stack->Parameters.Read.ByteOffset.QuadPart = (LONGLONG)(Request->Block * DISK_BLOCK);
    IoSetCompletionRoutine(Request->Irp, DiskRequestDone, Request, TRUE, TRUE, TRUE);
    IoCallDriver(Disk->DeviceObject, Request->Irp);
}

static VOID
DiskCountBack(PDISK Disk)
{
    if (InterlockedDecrement(&Disk->Out) == 0) {
        KeSetEvent(&Disk->AllBack, IO_NO_INCREMENT, FALSE);
    }
}

static BOOLEAN
DiskHasBlock(const DISK_REQUEST *Request)
{
    return NT_SUCCESS(Request->Irp->IoStatus.Status) &&
           Request->Irp->IoStatus.Information == DISK_BLOCK &&
           Request->Buffer[0] == Request->Block &&
           Request->Buffer[DISK_WORDS - 1] == ~Request->Block;
}

/* A failed request is not sent again: with the disk gone it would come back at once, for
   ever deeper on this stack. IRQL <= DISPATCH_LEVEL. */
static NTSTATUS NTAPI
DiskRequestDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    PDISK_REQUEST Request = Context;
    PDISK Disk = Request->Disk;

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);

    if (!DiskHasBlock(Request)) {
        InterlockedIncrement(&Disk->Failed);
        DiskCountBack(Disk);
        return STATUS_MORE_PROCESSING_REQUIRED;
    }
    InterlockedIncrement(&Disk->Read);
    if (DiskNextBlock(Disk, &Request->Block)) {
        DiskSend(Request);
    } else {
        DiskCountBack(Disk);
    }
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* Each request fails at most one read; those that nobody was left to send fail too. */
VOID
DiskRead(PDISK Disk, ULONG Count, PDISK_RESULT Result)
{
    PDISK_REQUEST Request;

    KeClearEvent(&Disk->AllBack);
    Disk->Failed = Disk->Read = 0;
    Disk->Left = Count;
    Disk->Random = DISK_FIRST;
    Disk->Out = 1;
    for (Request = Disk->Requests; Request < Disk->Requests + Disk->Depth; Request++) {
        if (DiskNextBlock(Disk, &Request->Block)) {
            InterlockedIncrement(&Disk->Out);
            DiskSend(Request);
        }
    }
    DiskCountBack(Disk);
    KeWaitForSingleObject(&Disk->AllBack, Executive, KernelMode, FALSE, NULL);
    Result->Read = (ULONG)Disk->Read;
    Result->Failed = Count - Result->Read;
}

/* Asks the driver how many blocks there are. */
static NTSTATUS
DiskQueryBlocks(PDISK Disk)
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
        Disk->Blocks = (ULONG64)Answer.Length.QuadPart / DISK_BLOCK;
        Status = Disk->Blocks != 0 ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_STATE;
    }
    return Status;
}

/* Allocates the IRP, the buffer, and the MDL that describes it. */
static NTSTATUS
DiskPrepare(PDISK Disk, PDISK_REQUEST Request)
{
    Request->Disk = Disk;
    Request->Irp = IoAllocateIrp(Disk->DeviceObject->StackSize, FALSE);
    Request->Buffer = ExAllocatePoolWithTag(NonPagedPool, DISK_BLOCK, PERF_TAG);
    if (Request->Irp == NULL || Request->Buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Request->Mdl = IoAllocateMdl(Request->Buffer, DISK_BLOCK, FALSE, FALSE, NULL);
    if (Request->Mdl == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    MmBuildMdlForNonPagedPool(Request->Mdl);
    return STATUS_SUCCESS;
}

/* Opens \Device\Name. */
static NTSTATUS
DiskOpenDevice(PDISK Disk, PCSTR Name)
{
    WCHAR Path[48];
    UNICODE_STRING String;
    NTSTATUS Status =
        RtlStringCchPrintfW(Path, RTL_NUMBER_OF(Path), L"\\Device\\%S", Name);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    RtlInitUnicodeString(&String, Path);
    Status = IoGetDeviceObjectPointer(&String, FILE_READ_DATA, &Disk->FileObject,
                                      &Disk->DeviceObject);
    if (NT_SUCCESS(Status) && !(Disk->DeviceObject->Flags & DO_DIRECT_IO)) {
        Status = STATUS_NOT_SUPPORTED;
    }
    return Status;
}

/*
 * Opens a disk for up to Depth requests at once. Returns the status of the open or of the
 * length query, STATUS_NOT_SUPPORTED for a device that does not do direct I/O,
 * STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS
DiskOpen(PCSTR Name, ULONG Depth, PDISK *Disk)
{
    PDISK New = ExAllocatePoolWithTag(NonPagedPool, sizeof(*New), PERF_TAG);
    NTSTATUS Status;
    ULONG Index;

    if (New == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(New, sizeof(*New));
    New->Depth = Depth;
    KeInitializeSpinLock(&New->Lock);
    KeInitializeEvent(&New->AllBack, NotificationEvent, FALSE);
    Status = DiskOpenDevice(New, Name);
    if (NT_SUCCESS(Status)) {
        Status = DiskQueryBlocks(New);
    }
    for (Index = 0; NT_SUCCESS(Status) && Index < Depth; Index++) {
        Status = DiskPrepare(New, &New->Requests[Index]);
    }
    if (!NT_SUCCESS(Status)) {
        DiskClose(New);
        return Status;
    }
    *Disk = New;
    return STATUS_SUCCESS;
}

/* Nothing may be out. */
VOID
DiskClose(PDISK Disk)
{
    PDISK_REQUEST Request;

    for (Request = Disk->Requests; Request < Disk->Requests + Disk->Depth; Request++) {
        if (Request->Mdl != NULL) {
            IoFreeMdl(Request->Mdl);
        }
        if (Request->Buffer != NULL) {
            ExFreePoolWithTag(Request->Buffer, PERF_TAG);
        }
        if (Request->Irp != NULL) {
            IoFreeIrp(Request->Irp);
        }
    }
    if (Disk->FileObject != NULL) {
        ObDereferenceObject(Disk->FileObject);
    }
    ExFreePoolWithTag(Disk, PERF_TAG);
}
