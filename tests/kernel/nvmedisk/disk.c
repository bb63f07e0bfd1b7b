/*
 * The requests: IRPs of our own, whose completion routine keeps them and writes down the
 * processor it ran on.
 */
#include "disk.h"

#define MIX_INCREMENT 0x9E3779B97F4A7C15ULL
#define MIX_FIRST     0xBF58476D1CE4E5B9ULL
#define MIX_SECOND    0x94D049BB133111EBULL
#define WORDS         (SECTOR / sizeof(ULONG64))

PDEVICE_OBJECT Disk;
static PFILE_OBJECT File;
static IO_COMPLETION_ROUTINE RequestDone;

BOOLEAN
OpenDisk(VOID)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\NvmeDisk0");

    return NT_SUCCESS(IoGetDeviceObjectPointer(&Name, FILE_READ_DATA, &File, &Disk));
}

VOID
CloseDisk(VOID)
{
    ObDereferenceObject(File);
}

BOOLEAN
PrepareRequest(PREQUEST Request)
{
    RtlZeroMemory(Request, sizeof(*Request));
    KeInitializeEvent(&Request->Done, SynchronizationEvent, FALSE);
    Request->Irp = IoAllocateIrp(Disk->StackSize, FALSE);
    Request->Buffer = ExAllocatePoolWithTag(NonPagedPool, TRANSFER, KTAP_TAG);
    if (Request->Irp == NULL || Request->Buffer == NULL) {
        return FALSE;
    }
    Request->Mdl = IoAllocateMdl(Request->Buffer, TRANSFER, FALSE, FALSE, NULL);
    if (Request->Mdl == NULL) {
        return FALSE;
    }
    MmBuildMdlForNonPagedPool(Request->Mdl);
    return TRUE;
}

VOID
FreeRequest(PREQUEST Request)
{
    IoFreeMdl(Request->Mdl);
    ExFreePoolWithTag(Request->Buffer, KTAP_TAG);
    IoFreeIrp(Request->Irp);
}

static NTSTATUS NTAPI
RequestDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    PREQUEST Request = Context;

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    Request->Processor = (LONG)KeGetCurrentProcessorNumberEx(NULL);
    Request->Completed++;
    KeSetEvent(&Request->Done, IO_DISK_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

VOID
SendRequest(PREQUEST Request, UCHAR MajorFunction, ULONG64 Offset, ULONG Length)
{
    PIO_STACK_LOCATION Stack;

    IoReuseIrp(Request->Irp, STATUS_SUCCESS);
    Stack = IoGetNextIrpStackLocation(Request->Irp);
    Stack->MajorFunction = MajorFunction;
    if (MajorFunction != IRP_MJ_FLUSH_BUFFERS) {
        Stack->Parameters.Read.Length = Length;
        Stack->Parameters.Read.ByteOffset.QuadPart = (LONGLONG)Offset;
        Request->Irp->MdlAddress = Request->Mdl;
    }
    IoSetCompletionRoutine(Request->Irp, RequestDone, Request, TRUE, TRUE, TRUE);
    Request->Returned = IoCallDriver(Disk, Request->Irp);
}

NTSTATUS
AwaitRequest(PREQUEST Request)
{
    LARGE_INTEGER Limit = KtapMilliseconds(20000);

    if (KeWaitForSingleObject(&Request->Done, Executive, KernelMode, FALSE, &Limit) !=
        STATUS_SUCCESS) {
        return STATUS_TIMEOUT;
    }
    return Request->Irp->IoStatus.Status;
}

/* SplitMix64. */
static ULONG64
Mix(ULONG64 Value)
{
    Value += MIX_INCREMENT;
    Value = (Value ^ Value >> 30) * MIX_FIRST;
    Value = (Value ^ Value >> 27) * MIX_SECOND;
    return Value ^ Value >> 31;
}

BOOLEAN
HoldsSectors(PREQUEST Request, ULONG Sector, ULONG Count)
{
    const ULONG64 *Words = (const ULONG64 *)Request->Buffer;

    for (ULONG Index = 0; Index < Count * WORDS; Index++) {
        ULONG64 Expected = (ULONG64)Sector * WORDS + Index;

        if (Words[Index] != (Index % WORDS == 0 ? Expected / WORDS : Mix(Expected))) {
            return FALSE;
        }
    }
    return TRUE;
}

NTSTATUS
ControlDisk(ULONG Code, PVOID Output, ULONG Length, PULONG_PTR Information)
{
    IO_STATUS_BLOCK Block = {0};
    KEVENT Event;
    NTSTATUS Status;
    PIRP Irp;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildDeviceIoControlRequest(Code, Disk, NULL, 0, Output, Length, FALSE,
                                        &Event, &Block);
    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = IoCallDriver(Disk, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = Block.Status;
    }
    *Information = Block.Information;
    return Status;
}
