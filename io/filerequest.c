/*
 * A request through a handle, from the handle to the end.
 *
 * A synchronous one is waited for here, and the thread that waits does what remains to do
 * at the end. Of any other, whoever completes the IRP does it, at its own level: the
 * buffers are kernel memory. The APC alone has to wait for its thread.
 *
 * A request that fails without ever having been pending ends with its status as the return
 * value: no status block, event or APC hears of it. That is NT's rule, which asynchronous
 * clients rely on so as not to handle one failure twice.
 */
#include "iop.h"

/* Ends the life of a request whose IRP is gone or was never sent. */
static VOID
IopFreeFileRequest(PIOP_FILE_REQUEST Request)
{
    if (Request->Thread != NULL) {
        ObDereferenceObject(Request->Thread);
    }
    ExFreePoolWithTag(Request, IOP_TAG_FILE);
}

/* Gives back everything but the request itself and its thread. */
static VOID
IopReleaseFileRequest(PIOP_FILE_REQUEST Request)
{
    if (Request->Irp != NULL && IopLeaveFile(Request)) {
        IoFreeIrp(Request->Irp);
    }
    if (Request->Locked) {
        IopUnlockFile(Request->File);
    }
    if (Request->Event != NULL) {
        ObDereferenceObject(Request->Event);
    }
    if (Request->Device != NULL) {
        ObDereferenceObject(Request->Device);
    }
    if (Request->File != NULL) {
        ObDereferenceObject(Request->File);
    }
}

NTSTATUS
IopAbandonFileRequest(PIOP_FILE_REQUEST Request, NTSTATUS Status)
{
    if (Request->Irp != NULL) {
        Request->Irp->IoStatus.Status = Status; /* a failure: nothing is copied back */
        IopReleaseBuffers(Request->Irp);
    }
    IopReleaseFileRequest(Request);
    IopFreeFileRequest(Request);
    return Status;
}

/* Looks up the handles of a call and the thread of its APC. */
static NTSTATUS
IopReferenceCall(const IOP_FILE_CALL *Call, PIOP_FILE_REQUEST Request)
{
    OBJECT_HANDLE_INFORMATION Information;
    NTSTATUS Status;

    Status = ObReferenceObjectByHandle(Call->FileHandle, Call->Access, IoFileObjectType,
                                       KernelMode, (PVOID *)&Request->File, &Information);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Request->Granted = Information.GrantedAccess;
    if (Call->Event != NULL) {
        Status =
            ObReferenceObjectByHandle(Call->Event, EVENT_MODIFY_STATE, ExEventObjectType,
                                      KernelMode, (PVOID *)&Request->Event, NULL);
    }
    if (NT_SUCCESS(Status) && Call->ApcRoutine != NULL) {
        Status = ObReferenceObjectByHandle(ZwCurrentThread(), 0, PsThreadType, KernelMode,
                                           &Request->Thread, NULL);
    }
    return Status;
}

NTSTATUS
IopBeginFileRequest(const IOP_FILE_CALL *Call, PIOP_FILE_REQUEST *Result)
{
    PIOP_FILE_REQUEST Request;
    NTSTATUS Status;
    ULONG Flags;

    if (Call->IoStatusBlock == NULL) {
        return STATUS_ACCESS_VIOLATION;
    }
    Request = IopAllocate(sizeof(*Request), IOP_TAG_FILE);
    if (Request == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = IopReferenceCall(Call, Request);
    if (!NT_SUCCESS(Status)) {
        return IopAbandonFileRequest(Request, Status);
    }
    Request->IoStatusBlock = Call->IoStatusBlock;
    Request->ApcRoutine = Call->ApcRoutine;
    Request->ApcContext = Call->ApcContext;
    Flags = Request->File->Flags;
    Request->Synchronous = Call->Synchronous || (Flags & FO_SYNCHRONOUS_IO) != 0;
    if ((Flags & FO_SYNCHRONOUS_IO) != 0) {
        Status = IopLockFile(Request->File, (Flags & FO_ALERTABLE_IO) != 0);
        Request->Locked = Status == STATUS_SUCCESS;
        if (!Request->Locked) {
            return IopAbandonFileRequest(Request, Status);
        }
    }
    *Result = Request;
    return STATUS_SUCCESS;
}

BOOLEAN
IopBuildFileIrp(PIOP_FILE_REQUEST Request, UCHAR MajorFunction)
{
    PIO_STACK_LOCATION Stack;
    PIRP Irp;

    Request->Device = IoGetAttachedDeviceReference(Request->File->DeviceObject);
    Irp = IoAllocateIrp(Request->Device->StackSize, FALSE);
    if (Irp == NULL) {
        return FALSE;
    }
    Request->Irp = Irp;
    Irp->AllocationFlags |= IOP_IRP_FILE;
    Irp->UserIosb = Request->IoStatusBlock;
    Irp->UserEvent = Request->Event;
    Irp->Tail.Overlay.Thread = PsGetCurrentThread();
    Irp->Tail.Overlay.OriginalFileObject = Request->File;
    Irp->Tail.Overlay.IrpExtension = Request;
    Stack = IoGetNextIrpStackLocation(Irp);
    Stack->MajorFunction = MajorFunction;
    Stack->FileObject = Request->File;
    IopEnterFile(Request);
    return TRUE;
}

/* APC_LEVEL, in the thread of the request, before its routine. */
static VOID NTAPI
IopFileApc(PKAPC Apc, PKNORMAL_ROUTINE *NormalRoutine, PVOID *NormalContext,
           PVOID *SystemArgument1, PVOID *SystemArgument2)
{
    UNREFERENCED_PARAMETER(NormalRoutine);
    UNREFERENCED_PARAMETER(NormalContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);
    IopFreeFileRequest(CONTAINING_RECORD(Apc, IOP_FILE_REQUEST, Apc));
}

/* The thread ends before the APC could run. */
static VOID NTAPI
IopFileApcRundown(PKAPC Apc)
{
    IopFreeFileRequest(CONTAINING_RECORD(Apc, IOP_FILE_REQUEST, Apc));
}

/* Queues the caller's APC routine: it is called with its context and the status block. */
static VOID
IopQueueFileApc(PIOP_FILE_REQUEST Request, CCHAR PriorityBoost)
{
    PKNORMAL_ROUTINE Routine = (PKNORMAL_ROUTINE)(PVOID)Request->ApcRoutine;

    KeInitializeApc(&Request->Apc, Request->Thread, CurrentApcEnvironment, IopFileApc,
                    IopFileApcRundown, Routine, KernelMode, Request->ApcContext);
    if (!KeInsertQueueApc(&Request->Apc, Request->IoStatusBlock, NULL, PriorityBoost)) {
        IopFreeFileRequest(Request); /* the thread has ended */
    }
}

/* The status block and the position, while the IRP is there and the file is locked. */
static VOID
IopStoreOutcome(PIOP_FILE_REQUEST Request)
{
    const IO_STATUS_BLOCK *Outcome = &Request->Irp->IoStatus;
    PFILE_OBJECT File = Request->File;

    *Request->IoStatusBlock = *Outcome;
    File->FinalStatus = Outcome->Status;
    if (Request->Moves && NT_SUCCESS(Outcome->Status)) {
        File->CurrentByteOffset.QuadPart =
            Request->Start + (LONGLONG)Outcome->Information;
    }
}

/* All that is to do when the IRP has come back. IRQL <= DISPATCH_LEVEL. */
static VOID
IopConcludeFileRequest(PIOP_FILE_REQUEST Request, CCHAR PriorityBoost)
{
    PIRP Irp = Request->Irp;
    BOOLEAN Told = !NT_ERROR(Irp->IoStatus.Status) || Irp->PendingReturned;
    PFILE_OBJECT File = Request->File;

    IopReleaseBuffers(Irp);
    if (Told) {
        IopStoreOutcome(Request);
    }
    if (Told && Request->Event != NULL) {
        KeSetEvent(Request->Event, PriorityBoost, FALSE);
    }
    if (Told && (Request->Event == NULL || Request->Synchronous)) {
        KeSetEvent(&File->Event, PriorityBoost, FALSE);
    }
    IopReleaseFileRequest(Request);
    if (Told && Request->ApcRoutine != NULL) {
        IopQueueFileApc(Request, PriorityBoost);
    } else {
        IopFreeFileRequest(Request);
    }
}

VOID
IopFinishFileIrp(PIRP Irp, CCHAR PriorityBoost)
{
    PIOP_FILE_REQUEST Request = Irp->Tail.Overlay.IrpExtension;

    if (Request->Synchronous) {
        KeSetEvent(&Request->Done, PriorityBoost, FALSE);
    } else {
        IopConcludeFileRequest(Request, PriorityBoost);
    }
}

/* Waits for the IRP; when an alert or APC ends the wait, asks for its cancellation and
   waits on, since the buffers are in use until it is back. */
static NTSTATUS
IopAwaitFileRequest(PIOP_FILE_REQUEST Request)
{
    BOOLEAN Alertable = (Request->File->Flags & FO_ALERTABLE_IO) != 0;
    NTSTATUS Status =
        KeWaitForSingleObject(&Request->Done, Executive, KernelMode, Alertable, NULL);

    if (Status != STATUS_SUCCESS) {
        IoCancelIrp(Request->Irp);
        KeWaitForSingleObject(&Request->Done, Executive, KernelMode, FALSE, NULL);
    }
    Status = Request->Irp->IoStatus.Status;
    IopConcludeFileRequest(Request, IO_NO_INCREMENT);
    return Status;
}

NTSTATUS
IopSendFileRequest(PIOP_FILE_REQUEST Request)
{
    BOOLEAN Synchronous = Request->Synchronous;
    NTSTATUS Status;

    KeInitializeEvent(&Request->Done, NotificationEvent, FALSE);
    KeClearEvent(&Request->File->Event);
    if (Request->Event != NULL) {
        KeClearEvent(Request->Event);
    }
    Status = IofCallDriver(Request->Device, Request->Irp);
    /* An asynchronous request may be gone by now. */
    return Synchronous ? IopAwaitFileRequest(Request) : Status;
}
