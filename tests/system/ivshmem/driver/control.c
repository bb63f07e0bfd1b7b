/*
 * The controls, and what a closed handle leaves.
 */
#include "ivshmem.h"

static NTSTATUS
IvshmemMap(PIVSHMEM_DEVICE Device, WDFFILEOBJECT Owner, PIVSHMEM_MAPPING Output)
{
    NTSTATUS Status = STATUS_SUCCESS;

    ExAcquireFastMutex(&Device->MapLock);
    if (Device->Mapped != NULL) {
        Status = STATUS_INVALID_DEVICE_REQUEST;
    } else {
        Device->Mapped = MmMapLockedPagesSpecifyCache(Device->Mdl, UserMode, MmCached,
                                                      NULL, FALSE, NormalPagePriority);
        Device->Owner = Owner;
        Status = Device->Mapped == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
    }
    ExReleaseFastMutex(&Device->MapLock);
    if (NT_SUCCESS(Status)) {
        Output->Address = Device->Mapped;
        Output->Size = Device->MemorySize;
        Output->Peer = (USHORT)Device->Registers->Position;
        Output->Vectors = Device->Vectors;
    }
    return Status;
}

/* Takes the mapping back that Owner has; nobody else can. */
static NTSTATUS
IvshmemUnmap(PIVSHMEM_DEVICE Device, WDFFILEOBJECT Owner)
{
    NTSTATUS Status = STATUS_INVALID_DEVICE_REQUEST;

    ExAcquireFastMutex(&Device->MapLock);
    if (Device->Mapped != NULL && Device->Owner == Owner) {
        MmUnmapLockedPages(Device->Mapped, Device->Mdl);
        Device->Mapped = NULL;
        Device->Owner = NULL;
        Status = STATUS_SUCCESS;
    }
    ExReleaseFastMutex(&Device->MapLock);
    return Status;
}

static NTSTATUS
IvshmemRing(PIVSHMEM_DEVICE Device, WDFREQUEST Request)
{
    PIVSHMEM_RING Input;
    NTSTATUS Status;

    Status =
        WdfRequestRetrieveInputBuffer(Request, sizeof(*Input), (PVOID *)&Input, NULL);
    if (NT_SUCCESS(Status)) {
        WRITE_REGISTER_ULONG(&Device->Registers->Doorbell,
                             (ULONG)Input->Peer << 16 | Input->Vector);
    }
    return Status;
}

/* A control that only answers; *Written gets the bytes of it. */
static NTSTATUS
IvshmemAnswer(PIVSHMEM_DEVICE Device, WDFREQUEST Request, ULONG Code, SIZE_T *Written)
{
    SIZE_T Size = Code == IOCTL_IVSHMEM_PEER   ? sizeof(USHORT)
                  : Code == IOCTL_IVSHMEM_SIZE ? sizeof(ULONG64)
                                               : sizeof(IVSHMEM_MAPPING);
    PVOID Output;
    NTSTATUS Status = WdfRequestRetrieveOutputBuffer(Request, Size, &Output, NULL);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Code == IOCTL_IVSHMEM_PEER) {
        *(PUSHORT)Output = (USHORT)READ_REGISTER_ULONG(&Device->Registers->Position);
    } else if (Code == IOCTL_IVSHMEM_SIZE) {
        *(PULONG64)Output = Device->MemorySize;
    } else {
        if (IoIs32bitProcess(WdfRequestWdmGetIrp(Request))) {
            return STATUS_NOT_SUPPORTED;
        }
        Status = IvshmemMap(Device, WdfRequestGetFileObject(Request), Output);
    }
    *Written = NT_SUCCESS(Status) ? Size : 0;
    return Status;
}

VOID NTAPI
IvshmemControl(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T OutputBufferLength,
               SIZE_T InputBufferLength, ULONG IoControlCode)
{
    PIVSHMEM_DEVICE Device = IvshmemDevice(WdfIoQueueGetDevice(Queue));
    WDFFILEOBJECT Owner = WdfRequestGetFileObject(Request);
    SIZE_T Written = 0;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(OutputBufferLength);
    UNREFERENCED_PARAMETER(InputBufferLength);
    switch (IoControlCode) {
    case IOCTL_IVSHMEM_PEER:
    case IOCTL_IVSHMEM_SIZE:
    case IOCTL_IVSHMEM_MAP:
        Status = IvshmemAnswer(Device, Request, IoControlCode, &Written);
        break;
    case IOCTL_IVSHMEM_RELEASE:
        Status = IvshmemUnmap(Device, Owner);
        break;
    case IOCTL_IVSHMEM_RING:
        Status = IvshmemRing(Device, Request);
        break;
    case IOCTL_IVSHMEM_EVENT:
        Status = IvshmemAddWaiter(Device, Request, Owner);
        break;
    default:
        Status = STATUS_INVALID_DEVICE_REQUEST;
    }
    WdfRequestCompleteWithInformation(Request, Status, Written);
}

VOID NTAPI
IvshmemStop(WDFQUEUE Queue, WDFREQUEST Request, ULONG ActionFlags)
{
    UNREFERENCED_PARAMETER(Queue);
    UNREFERENCED_PARAMETER(ActionFlags);
    WdfRequestStopAcknowledge(Request, FALSE);
}

/* The last handle of an open is closed: what it had goes. */
VOID NTAPI
IvshmemCleanup(WDFFILEOBJECT FileObject)
{
    PIVSHMEM_DEVICE Device = IvshmemDevice(WdfFileObjectGetDevice(FileObject));

    IvshmemUnmap(Device, FileObject);
    IvshmemForgetWaiters(Device, FileObject);
    DbgPrint("ivshmem: cleanup\n");
}
