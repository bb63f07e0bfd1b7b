/*
 * Calling back what a thread has asked of a file: the list of a file's requests, and
 * ZwCancelIoFile.
 *
 * A request may come back at the moment when its cancellation is asked for. So that its IRP
 * is still one when IoCancelIrp looks at it, whoever cancels says so in the request first;
 * a request that comes back then leaves its IRP to him. Only the thread that sent a request
 * cancels it here, so there is one canceller at most.
 */
#include "iop.h"

#define IOP_CANCEL_TURN (-100000LL) /* 10 ms */

struct _IOP_FILE_CANCEL {
    PIRP Irp;
    BOOLEAN Returned; /* the IRP has come back and is ours; IrpListLock */
};

VOID
IopEnterFile(PIOP_FILE_REQUEST Request)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Request->File->IrpListLock, &OldIrql);
    InsertTailList(&Request->File->IrpList, &Request->Link);
    KeReleaseSpinLock(&Request->File->IrpListLock, OldIrql);
}

BOOLEAN
IopLeaveFile(PIOP_FILE_REQUEST Request)
{
    PIOP_FILE_CANCEL Canceller;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Request->File->IrpListLock, &OldIrql);
    RemoveEntryList(&Request->Link);
    Canceller = Request->Canceller;
    if (Canceller != NULL) {
        Canceller->Returned = TRUE;
    }
    KeReleaseSpinLock(&Request->File->IrpListLock, OldIrql);
    return Canceller == NULL;
}

/* A request of this thread's; Fresh: one that it has not cancelled. IrpListLock held. */
static PIOP_FILE_REQUEST
IopFindOwnRequest(PFILE_OBJECT File, BOOLEAN Fresh)
{
    for (PLIST_ENTRY Link = File->IrpList.Flink; Link != &File->IrpList;
         Link = Link->Flink) {
        PIOP_FILE_REQUEST Request = CONTAINING_RECORD(Link, IOP_FILE_REQUEST, Link);

        if (Request->Irp->Tail.Overlay.Thread == PsGetCurrentThread() &&
            !(Fresh && Request->Cancelled)) {
            return Request;
        }
    }
    return NULL;
}

/* Cancels one request of this thread's; FALSE: there is none that has not been. */
static BOOLEAN
IopCancelOwnRequest(PFILE_OBJECT File)
{
    IOP_FILE_CANCEL Cancel = {0};
    PIOP_FILE_REQUEST Request;
    KIRQL OldIrql;

    KeAcquireSpinLock(&File->IrpListLock, &OldIrql);
    Request = IopFindOwnRequest(File, TRUE);
    if (Request != NULL) {
        Cancel.Irp = Request->Irp;
        Request->Cancelled = TRUE;
        Request->Canceller = &Cancel;
    }
    KeReleaseSpinLock(&File->IrpListLock, OldIrql);
    if (Request == NULL) {
        return FALSE;
    }
    IoCancelIrp(Cancel.Irp);

    KeAcquireSpinLock(&File->IrpListLock, &OldIrql);
    if (!Cancel.Returned) {
        Request->Canceller = NULL;
    }
    KeReleaseSpinLock(&File->IrpListLock, OldIrql);
    if (Cancel.Returned) {
        IoFreeIrp(Cancel.Irp);
    }
    return TRUE;
}

static BOOLEAN
IopHasOwnRequests(PFILE_OBJECT File)
{
    BOOLEAN Found;
    KIRQL OldIrql;

    KeAcquireSpinLock(&File->IrpListLock, &OldIrql);
    Found = IopFindOwnRequest(File, FALSE) != NULL;
    KeReleaseSpinLock(&File->IrpListLock, OldIrql);
    return Found;
}

/*
 * Cancels what the calling thread has asked of an open file, and returns when all of it has
 * come back, cancelled or not: what a driver does not let itself be cancelled is waited for.
 * STATUS_SUCCESS, also in *IoStatusBlock; STATUS_ACCESS_VIOLATION (no status block), or the
 * handle's statuses. PASSIVE_LEVEL. Source: manual, NtCancelIoFile.
 */
NTSTATUS
NTAPI
ZwCancelIoFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock)
{
    LARGE_INTEGER Turn = {.QuadPart = IOP_CANCEL_TURN};
    PFILE_OBJECT File;
    NTSTATUS Status;

    if (IoStatusBlock == NULL) {
        return STATUS_ACCESS_VIOLATION;
    }
    Status = ObReferenceObjectByHandle(FileHandle, 0, IoFileObjectType, KernelMode,
                                       (PVOID *)&File, NULL);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    while (IopCancelOwnRequest(File)) {
    }
    while (IopHasOwnRequests(File)) {
        KeDelayExecutionThread(KernelMode, FALSE, &Turn);
    }
    ObDereferenceObject(File);
    IoStatusBlock->Status = STATUS_SUCCESS;
    IoStatusBlock->Information = 0;
    return STATUS_SUCCESS;
}
EXPORT(ZwCancelIoFile);
