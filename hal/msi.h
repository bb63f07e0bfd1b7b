/*
 * Message-signaled interrupts of one PCI function, whichever of the two capabilities.
 */
#pragma once

#include "halp.h"
#include "pcireg.h"

typedef struct _HALP_MESSAGE_SOURCE {
    HAL_PCI_ADDRESS Address;
    BOOLEAN MsiX;
    USHORT Capability;     /* offset in configuration space */
    USHORT Count;          /* messages the function can send */
    USHORT Granted;        /* messages it was given */
    volatile ULONG *Table; /* MSI-X: its mapped table, four words an entry */
} HALP_MESSAGE_SOURCE, *PHALP_MESSAGE_SOURCE;

#define HALP_MESSAGE_ADDRESS           0xFEE00000U
#define HALP_MESSAGE_DESTINATION_SHIFT 12
#define HALP_MESSAGE_LOGICAL           0x4
#define HALP_MESSAGE_REDIRECTED        0x8   /* to one of the named processors */
#define HALP_MESSAGE_LOWEST_PRIORITY   0x100 /* of the data */

/* The control word stands at the same place in both capabilities. */
#define MESSAGE_CONTROL         0x02
#define MSIX_CONTROL_COUNT_MASK 0x07FF
#define MSIX_CONTROL_MASK_ALL   0x4000
#define MSIX_CONTROL_ENABLE     0x8000

FORCEINLINE USHORT
HalpReadControl(const HALP_MESSAGE_SOURCE *Source)
{
    return (USHORT)HalReadPci(Source->Address, Source->Capability + MESSAGE_CONTROL, 2);
}

FORCEINLINE VOID
HalpWriteControl(const HALP_MESSAGE_SOURCE *Source, ULONG Control)
{
    HalWritePci(Source->Address, Source->Capability + MESSAGE_CONTROL, 2, Control);
}

FORCEINLINE VOID
HalpSetCommandBits(HAL_PCI_ADDRESS Address, ULONG Clear, ULONG Set)
{
    ULONG Command = HalReadPci(Address, PCI_COMMAND, 2);
    HalWritePci(Address, PCI_COMMAND, 2, (Command & ~Clear) | Set);
}

/* FALSE: the function has neither capability, or a damaged one. */
BOOLEAN HalpFindMessageSource(HAL_PCI_ADDRESS Address, PHALP_MESSAGE_SOURCE Source);
/* MSI-X: maps the table, turns memory decoding on. Before any of the following. */
BOOLEAN HalpMapMessageTable(PHALP_MESSAGE_SOURCE Source);
/* MSI-X: the capability off, every entry masked. */
VOID HalpResetMsiX(const HALP_MESSAGE_SOURCE *Source);
/* Writes messages, masked: Count consecutive vectors to one address (MSI), or one
   entry. Entries beyond the granted ones carry message 0, and are masked with it (MSI-7).
 */
VOID HalpWriteMsi(const HALP_MESSAGE_SOURCE *Source, ULONG Address, ULONG Data,
                  ULONG Count);
VOID HalpWriteMsiX(const HALP_MESSAGE_SOURCE *Source, ULONG Index, ULONG Address,
                   ULONG Data);
/* Changes where the written messages go, their data as before. One write, so that none is
   lost though they are not masked. An entry of MSI-X is masked and written again instead. */
VOID HalpMoveMsi(const HALP_MESSAGE_SOURCE *Source, ULONG Address);
/* Lets through exactly the messages whose bit is set (MSI), or sets one entry (MSI-X).
   When FALSE is set for the last one, nothing of the function is on its way any more. */
VOID HalpSetMsi(const HALP_MESSAGE_SOURCE *Source, ULONG EnabledMessages);
VOID HalpSetMsiX(const HALP_MESSAGE_SOURCE *Source, ULONG Index, BOOLEAN Enabled);
/* What stands in the device for one message: address, data, mask. */
VOID HalpReadMsi(const HALP_MESSAGE_SOURCE *Source, ULONG Index,
                 PHAL_INTERRUPT_STATE State);
VOID HalpReadMsiX(const HALP_MESSAGE_SOURCE *Source, ULONG Index,
                  PHAL_INTERRUPT_STATE State);
/* Turns the capability off and gives the function its INTx pin back. */
VOID HalpStopMessages(const HALP_MESSAGE_SOURCE *Source);
