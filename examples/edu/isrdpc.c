/*
 * isrdpc.c - the way of an interrupt through this driver.
 */
#include "edu.h"

/*
 * DIRQL, interrupt lock held. Asks the device whether it was the one, lets go of the pin,
 * keeps the causes, and leaves the rest to the DPC. FALSE when the line's interrupt came
 * from another device (ISR-2).
 */
BOOLEAN
NTAPI
EduIsr(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    PEDU_CONTEXT Context = ServiceContext;
    ULONG Causes = EduRead(Context, EDU_CAUSES);

    UNREFERENCED_PARAMETER(Interrupt);

    if (Causes == 0 || Causes == EDU_GONE) {
        return FALSE;
    }
    EduWrite(Context, EDU_ACKNOWLEDGE, Causes);
    InterlockedIncrement(&Context->Interrupts);
    InterlockedOr(&Context->PendingCauses, (LONG)Causes);
    IoRequestDpc(Context->FunctionDevice, NULL, Context);
    return TRUE;
}

/* DISPATCH_LEVEL. Takes the result and wakes the thread that asked for it. */
VOID NTAPI
EduDpcForIsr(PKDPC Dpc, PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Argument)
{
    PEDU_CONTEXT Context = Argument;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);

    if (InterlockedExchange(&Context->PendingCauses, 0) & EDU_CAUSE_FACTORIAL) {
        Context->Result = EduRead(Context, EDU_FACTORIAL);
        Context->DpcRuns++;
        KeSetEvent(&Context->Done, IO_NO_INCREMENT, FALSE);
    }
}
