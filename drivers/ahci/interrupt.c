/*
 * Connecting the controller's interrupt: a message where the function has one, else the
 * line it shares with others.
 *
 * IoConnectInterruptEx decides which, and says so in the Version it returns; that value
 * has to be remembered, because it tells what the context is and how to disconnect
 * (CON-18).
 */
#include "ahci.h"

/* Says what was connected. One message only: see below. */
static NTSTATUS
AhciCheckConnection(PAHCI_HBA Hba)
{
    PIO_INTERRUPT_MESSAGE_INFO Table = Hba->Connection.MessageTable;

    if (Hba->ConnectVersion != CONNECT_MESSAGE_BASED) {
        DbgPrint("ahci: line interrupt\n");
        return STATUS_SUCCESS;
    }
    /*
     * Each message has a lock of its own (CON-21), so two messages would run the ISR on
     * two processors at once over the same registers.
     */
    if (Table->MessageCount != 1) {
        DbgPrint("ahci: %u messages granted, one is supported\n",
                 (unsigned)Table->MessageCount);
        return STATUS_NOT_SUPPORTED;
    }
    DbgPrint("ahci: message interrupt, vector 0x%x, IRQL %u\n",
             (unsigned)Table->MessageInfo[0].Vector, (unsigned)Table->UnifiedIrql);
    return STATUS_SUCCESS;
}

/*
 * Registers the ISR. The controller's GHC.IE has to be clear.
 * Returns the status of IoConnectInterruptEx, or STATUS_NOT_SUPPORTED.
 * IRQL: PASSIVE_LEVEL. Rules CON-16, CON-18, CON-20.
 */
NTSTATUS
AhciConnectInterrupt(PAHCI_HBA Hba)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Parameters;
    NTSTATUS Status;

    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Version = CONNECT_MESSAGE_BASED;
    Parameters.MessageBased.PhysicalDeviceObject = Hba->PhysicalDevice;
    Parameters.MessageBased.ConnectionContext.Generic = &Hba->Connection.Generic;
    Parameters.MessageBased.MessageServiceRoutine = AhciMessageIsr;
    Parameters.MessageBased.FallBackServiceRoutine = AhciLineIsr;
    Parameters.MessageBased.ServiceContext = Hba;
    Parameters.MessageBased.SpinLock = NULL;
    Parameters.MessageBased.SynchronizeIrql = PASSIVE_LEVEL;
    Parameters.MessageBased.FloatingSave = FALSE;

    Status = IoConnectInterruptEx(&Parameters);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Hba->ConnectVersion = Parameters.Version;
    return AhciCheckConnection(Hba);
}

/*
 * Takes the ISR away and returns when its last DPC has run. The controller has to be
 * silent: a level that stays asserted would storm (CON-31). IRQL: PASSIVE_LEVEL.
 */
VOID
AhciDisconnectInterrupt(PAHCI_HBA Hba)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS Parameters;

    if (Hba->ConnectVersion == 0) {
        return;
    }
    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Version = Hba->ConnectVersion;
    Parameters.ConnectionContext.Generic = Hba->Connection.Generic;
    IoDisconnectInterruptEx(&Parameters);
    Hba->ConnectVersion = 0;
    KeFlushQueuedDpcs();
}
