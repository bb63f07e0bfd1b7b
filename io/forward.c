/*
 * Sending an IRP on in more comfort than IofCallDriver gives.
 */
#include "iop.h"

/* Wakes IoForwardIrpSynchronously. */
static NTSTATUS NTAPI
IopForwardedIrpCompleted(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    KeSetEvent(Context, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/*
 * Sends Irp to the device below and waits until that has completed it; the caller owns
 * the IRP again and completes it. FALSE: no stack location is left, nothing was sent.
 * PASSIVE_LEVEL. Source: manual, IoForwardIrpSynchronously.
 */
BOOLEAN
NTAPI
IoForwardIrpSynchronously(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    KEVENT Event;

    if (Irp->CurrentLocation <= 1) {
        return FALSE;
    }
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, IopForwardedIrpCompleted, &Event, TRUE, TRUE, TRUE);
    IofCallDriver(DeviceObject, Irp);
    KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
    return TRUE;
}
EXPORT(IoForwardIrpSynchronously);

/* What stands between an IRP and a completion routine that protects its driver. */
typedef struct _IOP_COMPLETION {
    PDEVICE_OBJECT Device; /* referenced */
    PIO_COMPLETION_ROUTINE Routine;
    PVOID Context;
    UCHAR Control; /* SL_INVOKE_: the outcomes the routine wants to see */
} IOP_COMPLETION, *PIOP_COMPLETION;

/* Calls the routine if it wants to know, and lets the driver go only when it has
   returned. This wrapper itself is called for every outcome, lest it never be freed. */
static NTSTATUS NTAPI
IopProtectedCompletion(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    IOP_COMPLETION Completion = *(PIOP_COMPLETION)Context;
    NTSTATUS Status = STATUS_SUCCESS;

    ExFreePoolWithTag(Context, IOP_TAG_IRP);
    if (IopWantsCompletion(Irp, Completion.Control)) {
        Status = Completion.Routine(DeviceObject, Irp, Completion.Context);
    } else if (Irp->PendingReturned && Irp->CurrentLocation <= Irp->StackCount) {
        IoMarkIrpPending(Irp);
    }
    ObDereferenceObject(Completion.Device);
    return Status;
}

/*
 * IoSetCompletionRoutine that keeps the driver of DeviceObject loaded until the routine
 * has returned. The IRP must be sent on. STATUS_INSUFFICIENT_RESOURCES. IRQL <=
 * DISPATCH_LEVEL. Source: manual, IoSetCompletionRoutineEx.
 */
NTSTATUS
NTAPI
IoSetCompletionRoutineEx(PDEVICE_OBJECT DeviceObject, PIRP Irp,
                         PIO_COMPLETION_ROUTINE CompletionRoutine, PVOID Context,
                         BOOLEAN InvokeOnSuccess, BOOLEAN InvokeOnError,
                         BOOLEAN InvokeOnCancel)
{
    PIOP_COMPLETION Completion = IopAllocate(sizeof(*Completion), IOP_TAG_IRP);

    if (Completion == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    ObReferenceObject(DeviceObject);
    Completion->Device = DeviceObject;
    Completion->Routine = CompletionRoutine;
    Completion->Context = Context;
    Completion->Control = (UCHAR)((InvokeOnSuccess ? SL_INVOKE_ON_SUCCESS : 0) |
                                  (InvokeOnError ? SL_INVOKE_ON_ERROR : 0) |
                                  (InvokeOnCancel ? SL_INVOKE_ON_CANCEL : 0));
    IoSetCompletionRoutine(Irp, IopProtectedCompletion, Completion, TRUE, TRUE, TRUE);
    return STATUS_SUCCESS;
}
EXPORT(IoSetCompletionRoutineEx);

/* There are no processes but the system's: always FALSE. Any IRQL.
   Source: manual, IoIs32bitProcess. */
BOOLEAN
NTAPI
IoIs32bitProcess(PIRP Irp)
{
    UNREFERENCED_PARAMETER(Irp);
    return FALSE;
}
EXPORT(IoIs32bitProcess);
