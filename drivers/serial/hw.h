/*
 * The 16550 UART: eight ports, a FIFO of 16 bytes each way.
 */
#pragma once

#include <ntddk.h>

#define UART_DATA             0
#define UART_INTERRUPT_ENABLE 1
#define UART_IDENTIFICATION   2 /* read */
#define UART_FIFO_CONTROL     2 /* write */
#define UART_LINE_CONTROL     3
#define UART_MODEM_CONTROL    4
#define UART_LINE_STATUS      5
#define UART_MODEM_STATUS     6
#define UART_PORTS            8

#define ENABLE_RECEIVED 0x01 /* data, and the time-out of a FIFO that is not full */
#define ENABLE_EMPTY    0x02 /* the transmitter takes FIFO_LENGTH bytes */
#define ENABLE_ERRORS   0x04

#define IDENTIFICATION_NONE  0x01 /* no interrupt is pending */
#define IDENTIFICATION_CAUSE 0x0E
#define CAUSE_MODEM          0x00
#define CAUSE_EMPTY          0x02

#define FIFO_ENABLE    0x01
#define FIFO_TRIGGER_8 0x80
#define FIFO_LENGTH    16

#define MODEM_DTR_RTS 0x03
#define MODEM_OUT2    0x08 /* on a PC: lets the interrupt out of the chip */
#define MODEM_LOOP    0x10

#define STATUS_RECEIVED 0x01
#define STATUS_OVERRUN  0x02
#define STATUS_PARITY   0x04
#define STATUS_FRAMING  0x08
