/*
 * Two serial ports: COM1 carries text for people, COM2 the report for tools. Where COM1 is
 * a terminal that a driver serves, the text goes to COM2, and there is no report.
 *
 * Polled, without interrupts and without a lock, because a bugcheck prints from anywhere.
 * The caller serializes; what two processors write at once is mixed, and some of it lost.
 */
#include "halp.h"
#include "ports.h"

#define COM1_BASE 0x3F8
#define COM2_BASE 0x2F8

#define UART_DATA             0
#define UART_DIVISOR_LOW      0 /* while the latch bit is set */
#define UART_INTERRUPT_ENABLE 1
#define UART_DIVISOR_HIGH     1
#define UART_FIFO_CONTROL     2
#define UART_IDENTIFICATION   2
#define UART_LINE_CONTROL     3
#define UART_MODEM_CONTROL    4
#define UART_LINE_STATUS      5
#define UART_SCRATCH          7

#define LINE_8N1                 0x03
#define LINE_DIVISOR_LATCH       0x80
#define FIFO_ENABLE_AND_CLEAR    0x07
#define FIFO_WORKS               0xC0
#define FIFO_LENGTH              16
#define MODEM_DTR_RTS            0x03
#define STATUS_TRANSMITTER_EMPTY 0x20

#define DIVISOR_115200 1

/* Reads of the line status: seconds, enough for a host that reads its end slowly. */
#define WAIT_READS 4000000

typedef struct _HALP_UART {
    USHORT Base;
    BOOLEAN Present;
    BOOLEAN Stuck; /* it once did not drain: from then on it is not waited for */
    UCHAR Burst;   /* bytes it takes when its transmitter is empty */
} HALP_UART, *PHALP_UART;

static HALP_UART HalpUarts[] = {{.Base = COM1_BASE}, {.Base = COM2_BASE}};
static PHALP_UART HalpTextPort = &HalpUarts[0];
static PHALP_UART HalpReportPort = &HalpUarts[1]; /* NULL: none */

/* A port that is not there does not keep what is written to its scratch register. */
static BOOLEAN
HalpProbeUart(USHORT Base)
{
    HalpWritePort8(Base + UART_SCRATCH, 0x5A);
    if (HalpReadPort8(Base + UART_SCRATCH) != 0x5A) {
        return FALSE;
    }
    HalpWritePort8(Base + UART_SCRATCH, 0xA5);
    return HalpReadPort8(Base + UART_SCRATCH) == 0xA5;
}

static VOID
HalpStartUart(PHALP_UART Uart)
{
    USHORT Base = Uart->Base;
    Uart->Present = HalpProbeUart(Base);
    if (!Uart->Present) {
        return;
    }
    HalpWritePort8(Base + UART_INTERRUPT_ENABLE, 0);
    HalpWritePort8(Base + UART_LINE_CONTROL, LINE_DIVISOR_LATCH);
    HalpWritePort8(Base + UART_DIVISOR_LOW, DIVISOR_115200);
    HalpWritePort8(Base + UART_DIVISOR_HIGH, 0);
    HalpWritePort8(Base + UART_LINE_CONTROL, LINE_8N1);
    HalpWritePort8(Base + UART_FIFO_CONTROL, FIFO_ENABLE_AND_CLEAR);
    HalpWritePort8(Base + UART_MODEM_CONTROL, MODEM_DTR_RTS);
    UCHAR Identification = HalpReadPort8(Base + UART_IDENTIFICATION);
    Uart->Burst = (Identification & FIFO_WORKS) == FIFO_WORKS ? FIFO_LENGTH : 1;
}

/* Waits until the transmitter is empty, or gives up for good. */
static VOID
HalpDrainUart(PHALP_UART Uart)
{
    ULONG Reads = Uart->Stuck ? 1 : WAIT_READS;
    while ((HalpReadPort8(Uart->Base + UART_LINE_STATUS) & STATUS_TRANSMITTER_EMPTY) ==
           0) {
        if (--Reads == 0) {
            Uart->Stuck = TRUE;
            return;
        }
        ArchPause();
    }
    Uart->Stuck = FALSE;
}

/* *Room: bytes the transmitter still takes before its status must be looked at. */
static VOID
HalpWriteUart(PHALP_UART Uart, CHAR Character, UCHAR *Room)
{
    if (*Room == 0) {
        HalpDrainUart(Uart);
        *Room = Uart->Burst;
    }
    --*Room;
    HalpWritePort8(Uart->Base + UART_DATA, (UCHAR)Character);
}

/* Programs both ports for 115200 8N1. Boot processor, before anything prints. */
VOID
HalInitializeDebugPort(VOID)
{
    HalpStartUart(&HalpUarts[0]);
    HalpStartUart(&HalpUarts[1]);
}

BOOLEAN
HalMoveDebugPort(VOID)
{
    if (!HalpUarts[1].Present) {
        return FALSE;
    }
    HalpReportPort = NULL;
    HalpTextPort = &HalpUarts[1];
    return TRUE;
}

BOOLEAN
HalSerialPortPresent(ULONG Number)
{
    return Number < RTL_NUMBER_OF(HalpUarts) && HalpUarts[Number].Present;
}

/* Writes text to COM1, or where HalMoveDebugPort put it. Any IRQL, interrupts on or off; no
   lock. */
VOID
HalWriteDebugPort(const CHAR *Text, SIZE_T Length)
{
    PHALP_UART Uart = HalpTextPort;
    UCHAR Room = 0;
    if (!Uart->Present) {
        return;
    }
    for (SIZE_T Index = 0; Index < Length; Index++) {
        if (Text[Index] == '\n') {
            HalpWriteUart(Uart, '\r', &Room);
        }
        HalpWriteUart(Uart, Text[Index], &Room);
    }
}

/* Writes bytes to COM2 as they are; FALSE when there is no report port. Any IRQL. */
BOOLEAN
HalWriteReportPort(const CHAR *Text, SIZE_T Length)
{
    PHALP_UART Uart = HalpReportPort;
    UCHAR Room = 0;
    if (Uart == NULL || !Uart->Present) {
        return FALSE;
    }
    for (SIZE_T Index = 0; Index < Length; Index++) {
        HalpWriteUart(Uart, Text[Index], &Room);
    }
    return TRUE;
}
