/*
 * isrdpc.c - the way of an interrupt through this driver.
 */
#include "edu.h"

/*
 * DIRQL, interrupt lock held. Asks the device whether it was the one, acknowledges, keeps
 * the causes, and leaves the rest to the DPC. FALSE when the line's interrupt came from
 * another device (ISR-2), or a message for causes that the one before it had found too, or
 * when a client has asked for a storm.
 */
BOOLEAN
NTAPI
EduIsr(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    PEDU_CONTEXT Context = ServiceContext;
    ULONG Causes = EduRead(Context, EDU_CAUSES);

    UNREFERENCED_PARAMETER(Interrupt);

    InterlockedIncrement(&Context->IsrCalls);
    if (Causes == 0 || Causes == EDU_GONE || Context->LooksAway != 0) {
        return FALSE;
    }
    EduWrite(Context, EDU_ACKNOWLEDGE, Causes);
    InterlockedIncrement(&Context->Interrupts);
    InterlockedOr(&Context->PendingCauses, (LONG)Causes);
    IoRequestDpc(Context->FunctionDevice, NULL, Context);
    return TRUE;
}

/* The device has one message, which says no more than that there are causes. */
BOOLEAN
NTAPI
EduMessageIsr(PKINTERRUPT Interrupt, PVOID ServiceContext, ULONG MessageId)
{
    UNREFERENCED_PARAMETER(MessageId);

    return EduIsr(Interrupt, ServiceContext);
}

/*
 * DISPATCH_LEVEL. Several interrupts may have led to this one run, so it asks neither its
 * arguments nor CurrentIrp what to complete (IRP-15): that is Active, once all causes
 * that it waits for have been seen. Then the next packet's turn has come (IRP-14).
 */
VOID NTAPI
EduDpcForIsr(PKDPC Dpc, PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Argument)
{
    PEDU_CONTEXT Context = Argument;
    PIRP Done = NULL;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);

    KeAcquireSpinLockAtDpcLevel(&Context->Lock);
    Context->DpcRuns++;
    Context->AwaitedCauses &= ~(ULONG)InterlockedExchange(&Context->PendingCauses, 0);
    if (Context->AwaitedCauses == 0) {
        Done = EduTakeActive(Context, STATUS_SUCCESS);
    }
    KeReleaseSpinLockFromDpcLevel(&Context->Lock);

    if (Done != NULL) {
        EduEndRequest(Context, Done);
    }
}
