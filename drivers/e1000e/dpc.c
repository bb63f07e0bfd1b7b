/*
 * dpc.c - the work of an interrupt, a DPC for each kind. All run at DISPATCH_LEVEL, and
 * at the same time if they were queued on different processors: Lock keeps them apart.
 */
#include "e1000e.h"

/*
 * Enables a queue's cause, which its message has disabled. What came in between stays in
 * ICR while disabled and sends its message now, so nothing can be missed. Lock is held
 * and the adapter started: STOP disables everything after it has cleared Started.
 */
static VOID
E1000EEnableCause(PE1000E_CONTEXT Chip, ULONG Cause)
{
    if (Chip->Separate) {
        E1000Write(&Chip->Nic, E1000_IMS, Cause);
    }
}

/* Enables a queue's cause and empties the rings, both of them: whatever comes from here on
 * interrupts again, and what came before is seen. */
static VOID
E1000EServeRing(PE1000E_CONTEXT Chip, ULONG Cause)
{
    PE1000_CONTEXT Context = &Chip->Nic;

    KeAcquireSpinLockAtDpcLevel(&Context->Lock);
    if (Context->Started) {
        E1000EEnableCause(Chip, Cause);
    }
    KeReleaseSpinLockFromDpcLevel(&Context->Lock);

    E1000Serve(Context);
}

VOID NTAPI
E1000EReceiveDpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                 PVOID SystemArgument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    E1000EServeRing(DeferredContext, E1000E_CAUSE_RXQ0);
}

VOID NTAPI
E1000ETransmitDpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                  PVOID SystemArgument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    E1000EServeRing(DeferredContext, E1000E_CAUSE_TXQ0);
}

/* Counts frames lost for want of a buffer, and tells when the link comes or goes. */
VOID NTAPI
E1000EOtherDpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
               PVOID SystemArgument2)
{
    PE1000E_CONTEXT Chip = DeferredContext;
    PE1000_CONTEXT Context = &Chip->Nic;
    BOOLEAN LinkChanged = FALSE;
    ULONG Causes;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    Causes = (ULONG)InterlockedExchange(&Context->PendingCauses, 0);
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
