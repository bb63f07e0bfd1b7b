/*
 * isrdpc.c - the way of an interrupt through this driver.
 *
 * The pin is level-triggered and shared. One read of ICR asks the chip whether it is the
 * one, tells why, clears the causes and lets go of the pin. That read is therefore all
 * the acknowledgement there is: masking the chip in the ISR and unmasking it in the DPC
 * would cost two more register accesses and gain nothing.
 */
#include "e1000.h"

/*
 * DIRQL, interrupt lock held. The causes are added to those that no DPC has taken yet, so
 * that a second interrupt never overwrites the first one's (ISR-7, ISR-14). The DPC is
 * asked for last: it may start on another processor at once (ISR-8).
 *
 * Returns FALSE if the adapter has no cause, so that the next ISR on the line is called
 * (ISR-2). One that has left the bus cannot be what holds the line.
 */
BOOLEAN
NTAPI
E1000Isr(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    PE1000_CONTEXT Context = ServiceContext;
    ULONG Causes = E1000Read(Context, E1000_ICR);

    UNREFERENCED_PARAMETER(Interrupt);

    if ((Causes & Context->EnabledCauses) == 0 || Causes == E1000_GONE) {
        return FALSE;
    }
    Context->Statistics.Interrupts++;
    InterlockedOr(&Context->PendingCauses, (LONG)Causes);
    IoRequestDpc(Context->FunctionDevice, NULL, NULL);
    return TRUE;
}

/* What has nothing to do with the rings, and comes seldom. */
static __attribute__((noinline)) VOID
E1000ServeOther(PE1000_CONTEXT Context, ULONG Causes)
{
    BOOLEAN LinkChanged = FALSE;

    KeAcquireSpinLockAtDpcLevel(&Context->Lock);
    if (Context->Started) {
        Context->Statistics.Overruns += (Causes & E1000_CAUSE_RXO) != 0;
        LinkChanged = (Causes & E1000_CAUSE_LSC) && E1000LinkChanged(Context);
    }
    KeReleaseSpinLockFromDpcLevel(&Context->Lock);

    if (LinkChanged) {
        E1000TellLink(Context);
    }
}

/*
 * DISPATCH_LEVEL. Several interrupts may have led to this one run, and another run may go
 * on at the same time on another processor, so it takes its work from the rings and from
 * no argument (IRP-15). Both rings are always looked at: it costs two reads of memory.
 */
VOID NTAPI
E1000DpcForIsr(PKDPC Dpc, PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Argument)
{
    PE1000_CONTEXT Context = DeviceObject->DeviceExtension;
    ULONG Causes;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Argument);

    Causes = (ULONG)InterlockedExchange(&Context->PendingCauses, 0);
    if (Causes & (E1000_CAUSE_RXO | E1000_CAUSE_LSC)) {
        E1000ServeOther(Context, Causes);
    }
    E1000Serve(Context);
}
