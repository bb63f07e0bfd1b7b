/*
 * Starting and stopping one port.
 *
 * The kernel prints on COM1 and reports on COM2 by polling, before, after and beside this
 * driver, from any level. So speed and framing stay as the kernel set them, and what is
 * changed here, the interrupts and the FIFO's trigger, does not disturb a writer that
 * waits for the transmitter: at most a byte of ours falls in between.
 */
#include "serial.h"

/* The I/O ports among the translated resources. */
static NTSTATUS
SerialFindPorts(PSERIAL_PORT Port, PCM_RESOURCE_LIST Translated,
                PCM_PARTIAL_RESOURCE_DESCRIPTOR *Line)
{
    PCM_PARTIAL_RESOURCE_LIST List;
    ULONG_PTR Base = 0;

    *Line = NULL;
    if (Translated == NULL || Translated->Count == 0) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    List = &Translated->List[0].PartialResourceList;
    for (ULONG Index = 0; Index < List->Count; Index++) {
        PCM_PARTIAL_RESOURCE_DESCRIPTOR Resource = &List->PartialDescriptors[Index];

        if (Resource->Type == CmResourceTypePort &&
            Resource->u.Port.Length >= UART_PORTS) {
            Base = (ULONG_PTR)Resource->u.Port.Start.QuadPart;
        } else if (Resource->Type == CmResourceTypeInterrupt) {
            *Line = Resource;
        }
    }
    if (Base == 0 || *Line == NULL) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    Port->Base = (PUCHAR)Base;
    return STATUS_SUCCESS;
}

/* What came before us is thrown away, and the UART may interrupt. */
static VOID
SerialEnable(PSERIAL_PORT Port)
{
    KIRQL OldIrql = KeAcquireInterruptSpinLock(Port->Interrupt);

    SerialWrite(Port, UART_FIFO_CONTROL, FIFO_ENABLE | FIFO_TRIGGER_8);
    SerialWrite(Port, UART_MODEM_CONTROL, MODEM_DTR_RTS | MODEM_OUT2);
    (VOID) SerialRead(Port, UART_MODEM_STATUS);
    Port->IerCopy = ENABLE_RECEIVED | ENABLE_ERRORS;
    SerialWrite(Port, UART_INTERRUPT_ENABLE, Port->IerCopy);
    KeReleaseInterruptSpinLock(Port->Interrupt, OldIrql);
}

/*
 * Connects the line and opens the port for requests. Returns the status of
 * IoConnectInterrupt, or that the resources are not those of a UART. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS
SerialStartPort(PSERIAL_PORT Port, PCM_RESOURCE_LIST Translated)
{
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Line;
    NTSTATUS Status = SerialFindPorts(Port, Translated, &Line);
    KIRQL OldIrql;

    if (NT_SUCCESS(Status)) {
        SerialWrite(Port, UART_INTERRUPT_ENABLE, 0);
        Status = IoConnectInterrupt(
            &Port->Interrupt, SerialIsr, Port, NULL, Line->u.Interrupt.Vector,
            (KIRQL)Line->u.Interrupt.Level, (KIRQL)Line->u.Interrupt.Level,
            (Line->Flags & CM_RESOURCE_INTERRUPT_LATCHED) ? Latched : LevelSensitive,
            Line->ShareDisposition == CmResourceShareShared, Line->u.Interrupt.Affinity,
            FALSE);
    }
    if (!NT_SUCCESS(Status)) {
        DbgPrint("serial: the port does not start, status 0x%08x\n", (unsigned)Status);
        return Status;
    }
    KeAcquireSpinLock(&Port->Lock, &OldIrql);
    Port->Open = TRUE;
    KeReleaseSpinLock(&Port->Lock, OldIrql);
    SerialEnable(Port);
    return STATUS_SUCCESS;
}

/* Refuses and ends all requests, silences the UART, disconnects. IRQL: PASSIVE_LEVEL. */
VOID
SerialStopPort(PSERIAL_PORT Port)
{
    KIRQL OldIrql;

    if (Port->Interrupt == NULL) {
        return;
    }
    KeCancelTimer(&Port->Timer);
    KeAcquireSpinLock(&Port->Lock, &OldIrql);
    Port->Open = FALSE;
    KeReleaseSpinLock(&Port->Lock, OldIrql);
    SerialServiceReads(Port);
    SerialServiceWrites(Port);

    OldIrql = KeAcquireInterruptSpinLock(Port->Interrupt);
    Port->IerCopy = 0;
    SerialWrite(Port, UART_INTERRUPT_ENABLE, 0);
    SerialWrite(Port, UART_MODEM_CONTROL, MODEM_DTR_RTS);
    KeReleaseInterruptSpinLock(Port->Interrupt, OldIrql);
    IoDisconnectInterrupt(Port->Interrupt);
    Port->Interrupt = NULL;
    KeFlushQueuedDpcs();
}
