/*
 * MSI-X: messages whose addresses, data and masks stand in a table in the function's own
 * memory. Each has a mask of its own, so one can be silenced without the others.
 */
#include "msi.h"

#include <wdm/ioaccess.h>

#define MSIX_TABLE          0x04
#define MSIX_TABLE_BAR_MASK 0x7

#define MSIX_ENTRY_WORDS        4
#define MSIX_ENTRY_ADDRESS      0 /* words of an entry */
#define MSIX_ENTRY_ADDRESS_HIGH 1
#define MSIX_ENTRY_DATA         2
#define MSIX_ENTRY_CONTROL      3
#define MSIX_ENTRY_MASKED       1

#define BAR_COUNT        6
#define BAR_IO           0x1
#define BAR_TYPE_MASK    0x6
#define BAR_TYPE_64      0x4
#define BAR_ADDRESS_MASK 0xFFFFFFF0U

/* Physical address a memory BAR holds; 0 when it holds none. */
static ULONG64
HalpReadMemoryBar(HAL_PCI_ADDRESS Address, ULONG Bar)
{
    if (Bar >= BAR_COUNT) {
        return 0;
    }
    ULONG Low = HalReadPci(Address, PCI_BAR0 + Bar * 4, 4);
    if ((Low & BAR_IO) != 0) {
        return 0;
    }
    ULONG64 Base = Low & BAR_ADDRESS_MASK;
    if ((Low & BAR_TYPE_MASK) == BAR_TYPE_64 && Bar + 1 < BAR_COUNT) {
        Base |= (ULONG64)HalReadPci(Address, PCI_BAR0 + (Bar + 1) * 4, 4) << 32;
    }
    return Base;
}

BOOLEAN
HalpMapMessageTable(PHALP_MESSAGE_SOURCE Source)
{
    if (!Source->MsiX) {
        return TRUE;
    }
    ULONG Place = HalReadPci(Source->Address, Source->Capability + MSIX_TABLE, 4);
    ULONG64 Base = HalpReadMemoryBar(Source->Address, Place & MSIX_TABLE_BAR_MASK);
    if (Base == 0) {
        return FALSE;
    }
    HalpSetCommandBits(Source->Address, 0, PCI_COMMAND_MEMORY);
    Source->Table =
        HalMapDevice(Base + (Place & ~(ULONG)MSIX_TABLE_BAR_MASK),
                     (SIZE_T)Source->Count * MSIX_ENTRY_WORDS * sizeof(ULONG));
    return Source->Table != NULL;
}

static volatile ULONG *
HalpMessageEntry(const HALP_MESSAGE_SOURCE *Source, ULONG Index)
{
    return Source->Table + (SIZE_T)Index * MSIX_ENTRY_WORDS;
}

static VOID
HalpMaskEntry(const HALP_MESSAGE_SOURCE *Source, ULONG Index, BOOLEAN Enabled)
{
    volatile ULONG *Control = HalpMessageEntry(Source, Index) + MSIX_ENTRY_CONTROL;
    WRITE_REGISTER_ULONG(Control, Enabled ? 0 : MSIX_ENTRY_MASKED);
    /* A read pushes the write, and a message on its way, ahead of itself. */
    READ_REGISTER_ULONG(Control);
}

VOID
HalpResetMsiX(const HALP_MESSAGE_SOURCE *Source)
{
    HalpWriteControl(Source, HalpReadControl(Source) & ~MSIX_CONTROL_ENABLE);
    for (ULONG Index = 0; Index < Source->Count; Index++) {
        HalpMaskEntry(Source, Index, FALSE);
    }
}

static VOID
HalpWriteEntry(const HALP_MESSAGE_SOURCE *Source, ULONG Index, ULONG Address, ULONG Data)
{
    volatile ULONG *Entry = HalpMessageEntry(Source, Index);
    WRITE_REGISTER_ULONG(Entry + MSIX_ENTRY_ADDRESS, Address);
    WRITE_REGISTER_ULONG(Entry + MSIX_ENTRY_ADDRESS_HIGH, 0);
    WRITE_REGISTER_ULONG(Entry + MSIX_ENTRY_DATA, Data);
}

VOID
HalpWriteMsiX(const HALP_MESSAGE_SOURCE *Source, ULONG Index, ULONG Address, ULONG Data)
{
    HalpWriteEntry(Source, Index, Address, Data);
    for (ULONG Extra = Source->Granted; Index == 0 && Extra < Source->Count; Extra++) {
        HalpWriteEntry(Source, Extra, Address, Data);
    }
}

VOID
HalpSetMsiX(const HALP_MESSAGE_SOURCE *Source, ULONG Index, BOOLEAN Enabled)
{
    if (Enabled) {
        HalpSetCommandBits(Source->Address, 0, PCI_COMMAND_INTX_DISABLE);
        HalpWriteControl(Source, (HalpReadControl(Source) | MSIX_CONTROL_ENABLE) &
                                     ~(ULONG)MSIX_CONTROL_MASK_ALL);
    }
    HalpMaskEntry(Source, Index, Enabled);
    for (ULONG Extra = Source->Granted; Index == 0 && Extra < Source->Count; Extra++) {
        HalpMaskEntry(Source, Extra, Enabled);
    }
}

VOID
HalpReadMsiX(const HALP_MESSAGE_SOURCE *Source, ULONG Index, PHAL_INTERRUPT_STATE State)
{
    volatile ULONG *Entry = HalpMessageEntry(Source, Index);
    State->MessageAddress = READ_REGISTER_ULONG(Entry + MSIX_ENTRY_ADDRESS) |
                            (ULONG64)READ_REGISTER_ULONG(Entry + MSIX_ENTRY_ADDRESS_HIGH)
                                << 32;
    State->MessageData = READ_REGISTER_ULONG(Entry + MSIX_ENTRY_DATA);
    State->Masked =
        (HalpReadControl(Source) & (MSIX_CONTROL_ENABLE | MSIX_CONTROL_MASK_ALL)) !=
            MSIX_CONTROL_ENABLE ||
        (READ_REGISTER_ULONG(Entry + MSIX_ENTRY_CONTROL) & MSIX_ENTRY_MASKED) != 0;
}
