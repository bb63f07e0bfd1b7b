/*
 * The ISR moves bytes between the UART and the rings; the DPC between the rings and IRPs.
 *
 * The line is an edge: it goes up for the first cause and stays up while there is another,
 * so the ISR goes on until the UART has none, or no edge would ever come again. The limit
 * is for a UART gone mad.
 */
#include "serial.h"

#define SERIAL_PASSES 256

static KSYNCHRONIZE_ROUTINE SerialEnableSending;

/* Reads what has come, with the errors that came with it. Interrupt lock held. */
static VOID
SerialReceive(PSERIAL_PORT Port)
{
    UCHAR Status;

    while (((Status = SerialRead(Port, UART_LINE_STATUS)) & STATUS_RECEIVED) != 0) {
        UCHAR Byte = SerialRead(Port, UART_DATA);

        Port->Statistics.SerialOverrunErrorCount += (Status & STATUS_OVERRUN) != 0;
        Port->Statistics.ParityErrorCount += (Status & STATUS_PARITY) != 0;
        Port->Statistics.FrameErrorCount += (Status & STATUS_FRAMING) != 0;
        Port->Statistics.ReceivedCount++;
        if (SerialPut(&Port->Received, &Byte, 1) == 0) {
            Port->Statistics.BufferOverrunErrorCount++;
        }
        if (Status == 0xFF) {
            return; /* there is no UART any more */
        }
    }
}

/* Fills the empty transmitter; with nothing left to send, asks no more. Interrupt lock
   held. */
static VOID
SerialTransmit(PSERIAL_PORT Port)
{
    UCHAR Data[FIFO_LENGTH];
    ULONG Count = SerialTake(&Port->Sent, Data, FIFO_LENGTH);

    for (ULONG Index = 0; Index < Count; Index++) {
        SerialWrite(Port, UART_DATA, Data[Index]);
    }
    Port->Statistics.TransmittedCount += Count;
    if (Count == 0) {
        Port->IerCopy &= ~ENABLE_EMPTY;
        SerialWrite(Port, UART_INTERRUPT_ENABLE, Port->IerCopy);
    }
}

/* Rules ISR-2, ISR-7, ISR-8. */
BOOLEAN
SerialIsr(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    PSERIAL_PORT Port = ServiceContext;
    BOOLEAN Ours = FALSE;

    UNREFERENCED_PARAMETER(Interrupt);

    for (ULONG Pass = 0; Pass < SERIAL_PASSES; Pass++) {
        UCHAR Cause = SerialRead(Port, UART_IDENTIFICATION);

        if ((Cause & IDENTIFICATION_NONE) != 0) {
            break;
        }
        Ours = TRUE;
        if ((Cause & IDENTIFICATION_CAUSE) == CAUSE_MODEM) {
            (VOID) SerialRead(Port, UART_MODEM_STATUS);
        } else if ((Cause & IDENTIFICATION_CAUSE) == CAUSE_EMPTY) {
            SerialTransmit(Port);
        } else {
            SerialReceive(Port);
        }
    }
    if (Ours) {
        IoRequestDpc(Port->Device, NULL, NULL);
    }
    return Ours;
}

/* Both directions: which one it was does not matter. IRQL: DISPATCH_LEVEL. */
VOID
SerialDpcForIsr(PKDPC Dpc, PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    PSERIAL_PORT Port = DeviceObject->DeviceExtension;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Context);

    SerialServiceReads(Port);
    SerialServiceWrites(Port);
}

/* IRQL: DIRQL, interrupt lock held. */
static BOOLEAN
SerialEnableSending(PVOID SynchronizeContext)
{
    PSERIAL_PORT Port = SynchronizeContext;

    Port->IerCopy |= ENABLE_EMPTY;
    SerialWrite(Port, UART_INTERRUPT_ENABLE, Port->IerCopy);
    return TRUE;
}

/* The ring has something: an empty transmitter interrupts as soon as it may. */
VOID
SerialStartSending(PSERIAL_PORT Port)
{
    KeSynchronizeExecution(Port->Interrupt, SerialEnableSending, Port);
}
