/*
 * Connecting: each message with its DPC, or the line, and which queue pair each processor
 * uses.
 *
 * IoConnectInterruptEx decides between messages and the line and says so in the Version it
 * returns; that value has to be remembered, because it tells what the context is and how
 * to disconnect (CON-18). Where each message goes stands in the table it gives back.
 */
#include "nvme.h"

/* How many of the messages there are DPCs for; the device is told of no other. */
static VOID
NvmeCountMessages(PNVME_CONTROLLER Controller)
{
    PIO_INTERRUPT_MESSAGE_INFO Table = Controller->Connection.MessageTable;

    Controller->MessageCount = 1;
    if (Controller->ConnectVersion == CONNECT_MESSAGE_BASED) {
        Controller->MessageCount =
            min(Table->MessageCount, RTL_NUMBER_OF(Controller->Messages));
    }
}

/*
 * Registers the ISRs, before the controller is enabled.
 * Returns the status of IoConnectInterruptEx. IRQL: PASSIVE_LEVEL. Rules CON-16, CON-18.
 */
NTSTATUS
NvmeConnectInterrupts(PNVME_CONTROLLER Controller)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Parameters;
    NTSTATUS Status;

    for (ULONG Number = 0; Number < RTL_NUMBER_OF(Controller->Messages); Number++) {
        PNVME_MESSAGE Message = &Controller->Messages[Number];

        Message->Controller = Controller;
        Message->Number = Number;
        KeInitializeDpc(&Message->Dpc, NvmeDpc, Message);
    }
    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Version = CONNECT_MESSAGE_BASED;
    Parameters.MessageBased.PhysicalDeviceObject = Controller->PhysicalDevice;
    Parameters.MessageBased.ConnectionContext.Generic = &Controller->Connection.Generic;
    Parameters.MessageBased.MessageServiceRoutine = NvmeMessageIsr;
    Parameters.MessageBased.FallBackServiceRoutine = NvmeLineIsr;
    Parameters.MessageBased.ServiceContext = Controller;
    Parameters.MessageBased.SpinLock = NULL;
    Parameters.MessageBased.SynchronizeIrql = PASSIVE_LEVEL;
    Parameters.MessageBased.FloatingSave = FALSE;
    Status = IoConnectInterruptEx(&Parameters);
    if (NT_SUCCESS(Status)) {
        Controller->ConnectVersion = Parameters.Version;
        NvmeCountMessages(Controller);
    }
    return Status;
}

/*
 * Takes the ISRs away and returns when their last DPCs have run. The controller has to be
 * silent: a level that stays asserted would storm (CON-31). IRQL: PASSIVE_LEVEL.
 */
VOID
NvmeDisconnectInterrupts(PNVME_CONTROLLER Controller)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS Parameters;

    if (Controller->ConnectVersion == 0) {
        return;
    }
    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Version = Controller->ConnectVersion;
    Parameters.ConnectionContext.Generic = Controller->Connection.Generic;
    IoDisconnectInterruptEx(&Parameters);
    Controller->ConnectVersion = 0;
    KeFlushQueuedDpcs();
}
