/* Connecting the device's interrupt in the ways that are measured. */
#include "bench.h"

BOOLEAN
BenchIsMessage(PBENCH_DEVICE Device)
{
    return (Device->Source.Flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0;
}

/* A translated message has its level, vector and processors where a line has them. */
PKINTERRUPT
BenchConnect(PBENCH_DEVICE Device, PKSERVICE_ROUTINE Isr, BOOLEAN Passive)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Connect = {.Version = CONNECT_FULLY_SPECIFIED};
    KIRQL Irql = Passive ? PASSIVE_LEVEL : (KIRQL)Device->Source.u.Interrupt.Level;
    PKINTERRUPT Interrupt = NULL;

    Connect.FullySpecified.PhysicalDeviceObject = Device->PhysicalDevice;
    Connect.FullySpecified.InterruptObject = &Interrupt;
    Connect.FullySpecified.ServiceRoutine = Isr;
    Connect.FullySpecified.SynchronizeIrql = Irql;
    Connect.FullySpecified.Irql = Irql;
    Connect.FullySpecified.Vector = Device->Source.u.Interrupt.Vector;
    Connect.FullySpecified.ProcessorEnableMask = Device->Source.u.Interrupt.Affinity;
    Connect.FullySpecified.InterruptMode =
        (Device->Source.Flags & CM_RESOURCE_INTERRUPT_LATCHED) ? Latched : LevelSensitive;
    Connect.FullySpecified.ShareVector = TRUE;
    return NT_SUCCESS(IoConnectInterruptEx(&Connect)) ? Interrupt : NULL;
}

BOOLEAN
BenchConnectMessages(PBENCH_DEVICE Device, PIO_INTERRUPT_MESSAGE_INFO *Table)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Connect = {.Version = CONNECT_MESSAGE_BASED};

    Connect.MessageBased.PhysicalDeviceObject = Device->PhysicalDevice;
    Connect.MessageBased.ConnectionContext.InterruptMessageTable = Table;
    Connect.MessageBased.MessageServiceRoutine = BenchMessageIsr;
    Connect.MessageBased.FallBackServiceRoutine = BenchIsr;
    return NT_SUCCESS(IoConnectInterruptEx(&Connect)) &&
           Connect.Version == CONNECT_MESSAGE_BASED;
}

VOID
BenchDisconnectMessages(PIO_INTERRUPT_MESSAGE_INFO Table)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS Disconnect = {.Version = CONNECT_MESSAGE_BASED};

    Disconnect.ConnectionContext.InterruptMessageTable = Table;
    IoDisconnectInterruptEx(&Disconnect);
}
