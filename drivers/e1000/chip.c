/*
 * chip.c - what is particular to the 82540EM, and to how e1000.sys connects it.
 *
 * The other files of this folder know both this chip and its successor, the 82574L, and
 * are compiled into e1000e.sys too (drivers/e1000e/sources.txt). This one and isrdpc.c
 * have counterparts there.
 */
#include "e1000.h"

const E1000_CHIP E1000Chip = {
    .NamePrefix = L"\\Device\\E1000_",
    .ContextSize = sizeof(E1000_CONTEXT),
    .EepromDone = 0x00000010,
    .EepromAddressShift = 8,
    .Control = E1000_CTRL_SLU | E1000_CTRL_ASDE,
    .TransmitDescriptorControl = 0,
    .TransmitGap = 10 | (8 << 10) | (6 << 20),
};

/* Called by AddDevice: what the interrupt will need. */
VOID
E1000InitializeDpcs(PE1000_CONTEXT Context)
{
    IoInitializeDpcRequest(Context->FunctionDevice, E1000DpcForIsr);
}

/*
 * Connects the ISR to the line the adapter was assigned. The adapter is silent, yet the
 * line can be shared, so the ISR may run before this returns (CON-7): registers are
 * mapped.
 *
 * Returns STATUS_DEVICE_CONFIGURATION_ERROR without an interrupt resource, or what
 * IoConnectInterruptEx returns (CON-12). PASSIVE_LEVEL. Source: CON-13, CON-23.
 */
NTSTATUS
E1000ConnectInterrupt(PE1000_CONTEXT Context, PCM_RESOURCE_LIST Translated)
{
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Line;
    IO_CONNECT_INTERRUPT_PARAMETERS Connect;
    NTSTATUS Status;

    Line = E1000FindResource(Translated, CmResourceTypeInterrupt);
    if (Line == NULL) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    RtlZeroMemory(&Connect, sizeof(Connect));
    Connect.Version = CONNECT_FULLY_SPECIFIED;
    Connect.FullySpecified.PhysicalDeviceObject = Context->PhysicalDevice;
    Connect.FullySpecified.InterruptObject = &Context->Connection.InterruptObject;
    Connect.FullySpecified.ServiceRoutine = E1000Isr;
    Connect.FullySpecified.ServiceContext = Context;
    Connect.FullySpecified.Vector = Line->u.Interrupt.Vector;
    Connect.FullySpecified.Irql = (KIRQL)Line->u.Interrupt.Level;
    Connect.FullySpecified.SynchronizeIrql = (KIRQL)Line->u.Interrupt.Level;
    Connect.FullySpecified.ProcessorEnableMask = Line->u.Interrupt.Affinity;
    Connect.FullySpecified.ShareVector = Line->ShareDisposition == CmResourceShareShared;
    Connect.FullySpecified.InterruptMode =
        (Line->Flags & CM_RESOURCE_INTERRUPT_LATCHED) ? Latched : LevelSensitive;
    Status = IoConnectInterruptEx(&Connect);
    if (NT_SUCCESS(Status)) {
        Context->ConnectVersion = Connect.Version;
    }
    return Status;
}

/* A cause that came while it was masked interrupts as soon as it is not. */
VOID
E1000AskForSent(PE1000_CONTEXT Context, BOOLEAN Ask)
{
    Context->EnabledCauses = E1000_CAUSES_ENABLED | (Ask ? E1000_CAUSE_TXDW : 0);
    E1000Write(Context, Ask ? E1000_IMS : E1000_IMC, E1000_CAUSE_TXDW);
}

VOID
E1000RequestService(PE1000_CONTEXT Context)
{
    IoRequestDpc(Context->FunctionDevice, NULL, NULL);
}

/* The last step of START: everything an interrupt leads to is ready. */
VOID
E1000EnableInterrupts(PE1000_CONTEXT Context)
{
    Context->EnabledCauses = E1000_CAUSES_ENABLED;
    E1000Write(Context, E1000_IMS, E1000_CAUSES_ENABLED);
}
