/*
 * isr.c - from the message, or the line, to the DPCs.
 *
 * Messages have a lock each and can go to processors of their own, so ISRs for different
 * messages run at the same time. They share PendingCauses, which is interlocked, and the
 * DPC objects, which the system guards.
 */
#include "e1000e.h"

/* Asks for the DPCs of all kinds of work in Causes. DIRQL. */
static VOID
E1000EQueueDpcs(PE1000E_CONTEXT Chip, ULONG Causes)
{
    if (Causes & E1000E_CAUSES_RECEIVE) {
        KeInsertQueueDpc(&Chip->ReceiveDpc, NULL, NULL);
    }
    if (Causes & E1000E_CAUSES_TRANSMIT) {
        KeInsertQueueDpc(&Chip->TransmitDpc, NULL, NULL);
    }
    if (Causes & E1000E_CAUSES_OTHER) {
        InterlockedOr(&Chip->Nic.PendingCauses, (LONG)(Causes & E1000E_CAUSES_OTHER));
        KeInsertQueueDpc(&Chip->OtherDpc, NULL, NULL);
    }
}

/*
 * The ISR for the line, for a message that carries everything, and for the message of
 * the causes that no queue has. DIRQL, interrupt lock held.
 *
 * Reading ICR clears it on the line but not always with MSI-X, so what was read is
 * written back. That may clear causes of the queues too, hence the DPCs of all causes
 * that were seen are asked for, whosever message this is: nothing that was cleared goes
 * unserved.
 *
 * Returns FALSE if the adapter has no cause (ISR-2).
 */
BOOLEAN
NTAPI
E1000EIsr(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    PE1000E_CONTEXT Chip = ServiceContext;
    ULONG Causes = E1000Read(&Chip->Nic, E1000_ICR);

    UNREFERENCED_PARAMETER(Interrupt);

    if ((Causes & E1000E_CAUSES_ENABLED) == 0 || Causes == E1000_GONE) {
        return FALSE;
    }
    E1000Write(&Chip->Nic, E1000_ICR, Causes);
    E1000EQueueDpcs(Chip, Causes);
    return TRUE;
}

/*
 * The ISR for messages. DIRQL, the message's lock held. A queue's message says all there
 * is to know: its cause is cleared and disabled already, so no register is touched.
 */
BOOLEAN
NTAPI
E1000EMessageIsr(PKINTERRUPT Interrupt, PVOID ServiceContext, ULONG MessageId)
{
    PE1000E_CONTEXT Chip = ServiceContext;

    if (!Chip->Separate) {
        return E1000EIsr(Interrupt, ServiceContext);
    }
    switch (MessageId) {
    case E1000E_MESSAGE_RECEIVE:
        E1000EQueueDpcs(Chip, E1000E_CAUSE_RXQ0);
        return TRUE;
    case E1000E_MESSAGE_TRANSMIT:
        E1000EQueueDpcs(Chip, E1000E_CAUSE_TXQ0);
        return TRUE;
    case E1000E_MESSAGE_OTHER:
        return E1000EIsr(Interrupt, ServiceContext);
    default:
        return FALSE;
    }
}
