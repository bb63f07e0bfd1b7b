/*
 * IofCompleteRequest: the way of an IRP back up its stack (IRP-7, IRP-9).
 */
#include "iop.h"

#include <internal/ke.h>

/* Bug checks for an IRP that cannot be completed now. */
static VOID
IopCheckCompletion(PIRP Irp)
{
    if (Irp->Type != IO_TYPE_IRP || Irp->CurrentLocation > Irp->StackCount + 1) {
        KeBugCheckEx(MULTIPLE_IRP_COMPLETE_REQUESTS, (ULONG_PTR)Irp, 0, 0, 0);
    }
    if (Irp->CancelRoutine != NULL) {
        KeBugCheckEx(CANCEL_STATE_IN_COMPLETED_IRP, (ULONG_PTR)Irp,
                     (ULONG_PTR)Irp->CancelRoutine, 0, 0);
    }
}

/* Adds the outcome of Irp to the counts of the device whose location Stack is. */
static VOID
IopAccountDevice(PIRP Irp, PIO_STACK_LOCATION Stack)
{
    PDEVOBJ_EXTENSION Extension = Stack->DeviceObject->DeviceObjectExtension;
    BOOLEAN Transfer =
        Stack->MajorFunction == IRP_MJ_READ || Stack->MajorFunction == IRP_MJ_WRITE;
    /* How a stack says that nobody had anything to do for a Plug and Play request. */
    BOOLEAN Declined = Stack->MajorFunction == IRP_MJ_PNP &&
                       Irp->IoStatus.Status == STATUS_NOT_SUPPORTED;

    InterlockedIncrement64(&Extension->Completed);
    if (Declined) {
        return;
    }
    if (Irp->IoStatus.Status == STATUS_CANCELLED) {
        InterlockedIncrement64(&Extension->Cancelled);
    } else if (!NT_SUCCESS(Irp->IoStatus.Status)) {
        InterlockedIncrement64(&Extension->Errors);
    } else if (Transfer) {
        InterlockedAdd64(&Extension->Bytes, (LONG64)Irp->IoStatus.Information);
    }
}

/*
 * Notes that the completion of Irp leaves the location Stack, CurrentLocation being
 * already the next one. Before the completion routine, since that may free the IRP.
 * Forgets the device, lest the location look like a skipped one when the IRP is sent
 * again.
 */
static VOID
IopAccountCompletion(PIRP Irp, PIO_STACK_LOCATION Stack)
{
    if (Stack->DeviceObject != NULL) {
        IopAccountDevice(Irp, Stack);
        Stack->DeviceObject = NULL;
    }
    if (Irp->ApcEnvironment != 0 && Irp->CurrentLocation == Irp->ApcEnvironment) {
        Irp->ApcEnvironment = 0;
        InterlockedIncrement64(&IopIrpsCompleted);
    }
}

/* Whether a completion routine set with the SL_INVOKE_ bits of Control wants to see how
   Irp ended. */
BOOLEAN
IopWantsCompletion(PIRP Irp, UCHAR Control)
{
    UCHAR Wanted =
        NT_SUCCESS(Irp->IoStatus.Status) ? SL_INVOKE_ON_SUCCESS : SL_INVOKE_ON_ERROR;

    if (Irp->Cancel) {
        Wanted |= SL_INVOKE_ON_CANCEL;
    }
    return (Control & Wanted) != 0;
}

/* Detail of bug check 0xC4: a completion routine returned at another level (VER-16). */
#define VERIFIER_COMPLETION_IRQL 0xFA

/* Calls the completion routine of Stack. */
static NTSTATUS
IopCallCompletion(PDEVICE_OBJECT Device, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    PIO_COMPLETION_ROUTINE Routine = Stack->CompletionRoutine;
    KIRQL Before, After;
    NTSTATUS Status;

    if (!ExTracksDrivers) {
        return Routine(Device, Irp, Stack->Context);
    }
    Before = KeGetCurrentIrql();
    Status = Routine(Device, Irp, Stack->Context);
    After = KeGetCurrentIrql();
    if (After != Before) {
        KeExplainStop((ULONG_PTR)Routine,
                      "a completion routine returned at another IRQL");
        KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION, VERIFIER_COMPLETION_IRQL,
                     (ULONG_PTR)Routine, Before, After);
    }
    return Status;
}

/*
 * Completes Irp, whose IoStatus the caller has set: calls the completion routines from
 * the caller's location upwards and, past the top, finishes the request. PriorityBoost
 * increment for the thread that waits (IRP-8) A routine that returns
 * STATUS_MORE_PROCESSING_REQUIRED takes the IRP over; a later call goes on just above it.
 * Completing an IRP twice is bug check 0x44, with a cancel routine still set 0x48. IRQL
 * <= DISPATCH_LEVEL, no spin lock held. Source: IRP-6 to IRP-9.
 */
VOID FASTCALL
IofCompleteRequest(PIRP Irp, CCHAR PriorityBoost)
{
    IopCheckCompletion(Irp);
    KeTrace(TraceIrpComplete, Irp->Tail.Overlay.CurrentStackLocation->MajorFunction, Irp,
            (ULONG)Irp->IoStatus.Status);
    for (;;) {
        PIO_STACK_LOCATION Stack = Irp->Tail.Overlay.CurrentStackLocation;
        PDEVICE_OBJECT Device = NULL;
        UCHAR Control;

        Irp->CurrentLocation++;
        Irp->Tail.Overlay.CurrentStackLocation++;
        if (Irp->CurrentLocation > Irp->StackCount + 1) {
            break;
        }
        if (Irp->CurrentLocation <= Irp->StackCount) {
            Device = (Stack + 1)->DeviceObject;
        }
        Control = Stack->Control;
        Stack->Control = 0;
        Irp->PendingReturned = (Control & SL_PENDING_RETURNED) != 0;
        IopAccountCompletion(Irp, Stack);
        if (IopWantsCompletion(Irp, Control)) {
            if (IopCallCompletion(Device, Irp, Stack) ==
                STATUS_MORE_PROCESSING_REQUIRED) {
                return;
            }
        } else if (Irp->PendingReturned && Irp->CurrentLocation <= Irp->StackCount) {
            /* Nobody at this level passes the mark on: its dispatch routine returned
               STATUS_PENDING because the one below did. */
            IoMarkIrpPending(Irp);
        }
    }
    IopFinishIrp(Irp, PriorityBoost);
}
EXPORT(IofCompleteRequest);
