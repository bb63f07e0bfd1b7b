/*
 * chip.c - what is particular to the 82574L (PCI\VEN_8086&DEV_10D3): its numbers, and its
 * interrupts, connected and routed.
 */
#include "e1000e.h"

const E1000_CHIP E1000Chip = {
    .NamePrefix = L"\\Device\\E1000E_",
    .ContextSize = sizeof(E1000E_CONTEXT),
    .EepromDone = E1000E_EERD_DONE,
    .EepromAddressShift = E1000E_EERD_ADDRESS_SHIFT,
    .Control = E1000_CTRL_SLU,
    .TransmitDescriptorControl = E1000E_TXDCTL_COUNT_DESC,
    .TransmitGap = 8 | (8 << 10) | (6 << 20),
};

/* Called by AddDevice: what the interrupts will need. */
VOID
E1000InitializeDpcs(PE1000_CONTEXT Context)
{
    PE1000E_CONTEXT Chip = CONTAINING_RECORD(Context, E1000E_CONTEXT, Nic);

    KeInitializeDpc(&Chip->ReceiveDpc, E1000EReceiveDpc, Chip);
    KeInitializeDpc(&Chip->TransmitDpc, E1000ETransmitDpc, Chip);
    KeInitializeDpc(&Chip->OtherDpc, E1000EOtherDpc, Chip);
}

/*
 * Connects one ISR to all messages the adapter was assigned, else another to its line.
 * Which of the two it was, IoConnectInterruptEx says in Version (CON-18).
 *
 * Translated   not looked at: the system knows what it assigned
 *
 * Returns what IoConnectInterruptEx returns (CON-12): STATUS_NOT_FOUND without any
 * interrupt. PASSIVE_LEVEL, the adapter silent. Source: CON-16, CON-20, CON-21.
 */
NTSTATUS
E1000ConnectInterrupt(PE1000_CONTEXT Context, PCM_RESOURCE_LIST Translated)
{
    PE1000E_CONTEXT Chip = CONTAINING_RECORD(Context, E1000E_CONTEXT, Nic);
    IO_CONNECT_INTERRUPT_PARAMETERS Connect;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Translated);

    RtlZeroMemory(&Connect, sizeof(Connect));
    Connect.Version = CONNECT_MESSAGE_BASED;
    Connect.MessageBased.PhysicalDeviceObject = Context->PhysicalDevice;
    Connect.MessageBased.ConnectionContext.Generic = &Context->Connection.Generic;
    Connect.MessageBased.MessageServiceRoutine = E1000EMessageIsr;
    Connect.MessageBased.FallBackServiceRoutine = E1000EIsr;
    Connect.MessageBased.ServiceContext = Chip;
    Connect.MessageBased.SynchronizeIrql = PASSIVE_LEVEL;
    Status = IoConnectInterruptEx(&Connect);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Context->ConnectVersion = Connect.Version;
    Chip->Separate =
        Connect.Version == CONNECT_MESSAGE_BASED &&
        Context->Connection.MessageTable->MessageCount >= E1000E_MESSAGES_NEEDED;
    return STATUS_SUCCESS;
}

/* A message for each kind of cause. What a queue's message leads to is disabled by it. */
static VOID
E1000ERouteSeparately(PE1000_CONTEXT Context)
{
    E1000Write(Context, E1000E_IVAR,
               E1000E_IVAR_RXQ0(E1000E_MESSAGE_RECEIVE) |
                   E1000E_IVAR_TXQ0(E1000E_MESSAGE_TRANSMIT) |
                   E1000E_IVAR_OTHER(E1000E_MESSAGE_OTHER));
    E1000Write(Context, E1000E_EIAC, E1000E_CAUSE_RXQ0 | E1000E_CAUSE_TXQ0);
    E1000Write(Context, E1000E_IAM, E1000E_CAUSE_RXQ0 | E1000E_CAUSE_TXQ0);
    E1000Write(Context, E1000E_CTRL_EXT,
               E1000Read(Context, E1000E_CTRL_EXT) | E1000E_CTRL_EXT_EIAME |
                   E1000E_CTRL_EXT_PBA_SUPPORT);
}

/*
 * Everything in message 0, which may be the only one of MSI-X, or MSI's. Nothing is
 * cleared or disabled but by the ISR. Without MSI-X the chip does not look at IVAR.
 */
static VOID
E1000ERouteTogether(PE1000_CONTEXT Context)
{
    E1000Write(Context, E1000E_IVAR,
               E1000E_IVAR_RXQ0(0) | E1000E_IVAR_TXQ0(0) | E1000E_IVAR_OTHER(0));
    E1000Write(Context, E1000E_EIAC, 0);
    E1000Write(Context, E1000E_IAM, 0);
    E1000Write(Context, E1000E_CTRL_EXT,
               E1000Read(Context, E1000E_CTRL_EXT) & ~E1000E_CTRL_EXT_EIAME);
}

/* It always does: the cause of a queue is its DPC's to enable. */
VOID
E1000AskForSent(PE1000_CONTEXT Context, BOOLEAN Ask)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Ask);
}

VOID
E1000RequestService(PE1000_CONTEXT Context)
{
    PE1000E_CONTEXT Chip = CONTAINING_RECORD(Context, E1000E_CONTEXT, Nic);

    KeInsertQueueDpc(&Chip->ReceiveDpc, NULL, NULL);
}

/* The last step of START: everything an interrupt leads to is ready. */
VOID
E1000EnableInterrupts(PE1000_CONTEXT Context)
{
    PE1000E_CONTEXT Chip = CONTAINING_RECORD(Context, E1000E_CONTEXT, Nic);
    ULONG Message;

    for (Message = 0; Message < E1000E_MESSAGES; Message++) {
        E1000Write(Context, E1000E_EITR(Message), E1000InterruptInterval());
    }
    if (Chip->Separate) {
        E1000ERouteSeparately(Context);
    } else {
        E1000ERouteTogether(Context);
    }
    E1000Write(Context, E1000_IMS, E1000E_CAUSES_ENABLED);
}
