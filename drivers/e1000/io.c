/*
 * io.c - the requests of a client: open, close, read a frame, write a frame, ask.
 *
 * Every routine here may be called at up to DISPATCH_LEVEL, since a client's completion
 * routine may send its next request from where it is called. Each IRP holds a reference
 * on the remove lock from here to E1000CompleteIrp.
 */
#include "e1000.h"
#include <ntddndis.h>

#define E1000_SERVER_TAG ((PVOID)E1000_TAG) /* names a server in the remove lock */

/* Lets an IRP in, or completes it with STATUS_DELETE_PENDING. */
static NTSTATUS
E1000EnterIrp(PE1000_CONTEXT Context, PIRP Irp)
{
    NTSTATUS Status = IoAcquireRemoveLock(&Context->RemoveLock, Irp);

    if (!NT_SUCCESS(Status)) {
        Irp->IoStatus.Status = Status;
        Irp->IoStatus.Information = 0;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
    }
    return Status;
}

/* IRP_MJ_CREATE, IRP_MJ_CLOSE: any number of clients; a frame goes to whoever reads
 * first. */
NTSTATUS
NTAPI
E1000DispatchCreateClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PE1000_CONTEXT Context = DeviceObject->DeviceExtension;
    NTSTATUS Status = E1000EnterIrp(Context, Irp);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    return E1000CompleteIrp(Context, Irp, STATUS_SUCCESS, 0, IO_NO_INCREMENT);
}

/* IRP_MJ_CLEANUP: a file's last handle is closed, so nobody waits for its requests. */
NTSTATUS
NTAPI
E1000DispatchCleanup(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PE1000_CONTEXT Context = DeviceObject->DeviceExtension;
    NTSTATUS Status = E1000EnterIrp(Context, Irp);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    E1000AbortIrps(Context, IoGetCurrentIrpStackLocation(Irp)->FileObject,
                   STATUS_CANCELLED);
    return E1000CompleteIrp(Context, Irp, STATUS_SUCCESS, 0, IO_NO_INCREMENT);
}

/*
 * Checks a read or write and finds its bytes, here so that the DPC has only to copy.
 *
 * Returns STATUS_INVALID_PARAMETER for a read of nothing or a write that is not a frame
 * of 14 to 1514 bytes, STATUS_INSUFFICIENT_RESOURCES if the buffer cannot be mapped.
 */
static NTSTATUS
E1000CheckTransfer(PIRP Irp, PIO_STACK_LOCATION Stack)
{
    if (Stack->MajorFunction == IRP_MJ_WRITE &&
        (Stack->Parameters.Write.Length < E1000_HEADER_SIZE ||
         Stack->Parameters.Write.Length > E1000_SEND_MAX)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Irp->MdlAddress == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    E1000_IRP_DATA(Irp) =
        MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority);
    return E1000_IRP_DATA(Irp) != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/*
 * Puts a transfer on its list. Returns STATUS_PENDING, or with what the caller is to
 * complete it; STATUS_CANCELLED: it is marked pending nevertheless. *Serve: there is
 * something that can be done at once, a frame for a read or a descriptor for a write, and
 * nobody is at it; the reference that keeps the context alive meanwhile is taken, since the
 * IRP's may go any time. Lock is held.
 */
static NTSTATUS
E1000QueueTransfer(PE1000_CONTEXT Context, PIRP Irp, BOOLEAN IsRead, PBOOLEAN Serve)
{
    PLIST_ENTRY List = IsRead ? &Context->Reads : &Context->Writes;

    if (!Context->Started) {
        return E1000QueueForStart(Context, List, Irp);
    }
    if (!E1000QueueIrp(List, Irp)) {
        return STATUS_CANCELLED;
    }
    *Serve = Context->Serving == 0 &&
             (!IsRead || (Context->Receiver == NULL && E1000FrameWaits(Context))) &&
             NT_SUCCESS(IoAcquireRemoveLock(&Context->RemoveLock, E1000_SERVER_TAG));
    return STATUS_PENDING;
}

/*
 * IRP_MJ_READ, IRP_MJ_WRITE: one whole frame each, without the frame check sequence.
 *
 * A read completes with STATUS_SUCCESS, or with STATUS_BUFFER_OVERFLOW and the part that
 * fits. A write completes when the chip has sent the frame; STATUS_IO_DEVICE_ERROR if it
 * could not. Both: STATUS_CANCELLED, STATUS_DEVICE_NOT_READY before the first START, and
 * E1000CheckTransfer's; STATUS_DEVICE_REMOVED if the adapter was taken out meanwhile,
 * STATUS_NO_SUCH_DEVICE if it had been before. While the adapter is stopped both wait.
 */
NTSTATUS
NTAPI
E1000DispatchReadWrite(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PE1000_CONTEXT Context = DeviceObject->DeviceExtension;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    BOOLEAN Serve = FALSE;
    NTSTATUS Status;
    KIRQL OldIrql;

    Status = E1000EnterIrp(Context, Irp);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = E1000CheckTransfer(Irp, Stack);
    if (!NT_SUCCESS(Status)) {
        return E1000CompleteIrp(Context, Irp, Status, 0, IO_NO_INCREMENT);
    }
    KeAcquireSpinLock(&Context->Lock, &OldIrql);
    Status =
        E1000QueueTransfer(Context, Irp, Stack->MajorFunction == IRP_MJ_READ, &Serve);
    KeReleaseSpinLock(&Context->Lock, OldIrql);

    if (Status == STATUS_PENDING) {
        if (Serve) {
            E1000ServeHere(Context);
            IoReleaseRemoveLock(&Context->RemoveLock, E1000_SERVER_TAG);
        }
        return STATUS_PENDING;
    }
    E1000CompleteIrp(Context, Irp, Status, 0, IO_NO_INCREMENT);
    return Status == STATUS_CANCELLED ? STATUS_PENDING : Status;
}

/* Takes a query apart: the OID is in the input buffer, the answer goes to the MDL. */
static NTSTATUS
E1000DispatchQuery(PE1000_CONTEXT Context, PIRP Irp, PIO_STACK_LOCATION Stack,
                   PULONG_PTR Written)
{
    PVOID Buffer;

    if (Irp->AssociatedIrp.SystemBuffer == NULL || Irp->MdlAddress == NULL ||
        Stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(ULONG)) {
        return STATUS_INVALID_PARAMETER;
    }
    Buffer = MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority);
    if (Buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    return E1000Query(Context, *(PULONG)Irp->AssociatedIrp.SystemBuffer, Buffer,
                      Stack->Parameters.DeviceIoControl.OutputBufferLength, Written);
}

/* Answers a query, or has it wait for START. Returns its status, for dispatch routines. */
NTSTATUS
E1000AnswerQuery(PE1000_CONTEXT Context, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG_PTR Written;
    NTSTATUS Status;

    do {
        Written = 0;
        Status = E1000DispatchQuery(Context, Irp, Stack, &Written);
        if (Status == STATUS_DEVICE_NOT_READY) {
            Status = E1000HoldQuery(Context, Irp);
        }
    } while (Status == STATUS_RETRY);

    if (Status == STATUS_PENDING) {
        return STATUS_PENDING;
    }
    E1000CompleteIrp(Context, Irp, Status, Written, IO_NO_INCREMENT);
    return Status == STATUS_CANCELLED ? STATUS_PENDING : Status;
}

/* IRP_MJ_DEVICE_CONTROL: IOCTL_NDIS_QUERY_GLOBAL_STATS with the OIDs of query.c. */
NTSTATUS
NTAPI
E1000DispatchDeviceControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PE1000_CONTEXT Context = DeviceObject->DeviceExtension;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status;

    Status = E1000EnterIrp(Context, Irp);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Stack->Parameters.DeviceIoControl.IoControlCode ==
        IOCTL_NDIS_QUERY_GLOBAL_STATS) {
        return E1000AnswerQuery(Context, Irp);
    }
    return E1000CompleteIrp(Context, Irp, STATUS_INVALID_DEVICE_REQUEST, 0,
                            IO_NO_INCREMENT);
}
