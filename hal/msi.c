/*
 * What both message capabilities of a PCI function share, and the older of them, MSI.
 *
 * Messages are written while they are masked and the capability is off; the first one
 * that is let through turns the capability on and the function's INTx pin off. A function
 * whose MSI has no mask bits has one mask for all its messages, the enable bit.
 */
#include "msi.h"

#define MSI_ADDRESS_LOW  0x04
#define MSI_ADDRESS_HIGH 0x08
#define MSI_DATA_32      0x08
#define MSI_MASK_32      0x0C
#define MSI_DATA_64      0x0C
#define MSI_MASK_64      0x10
#define MSIX_LENGTH      0x0C

#define MSI_CONTROL_ENABLE        0x0001
#define MSI_CONTROL_CAPABLE_SHIFT 1
#define MSI_CONTROL_GRANTED_SHIFT 4
#define MSI_CONTROL_GRANTED_MASK  0x0070
#define MSI_CONTROL_64_BIT        0x0080
#define MSI_CONTROL_MASKABLE      0x0100
#define MSI_LARGEST_SHIFT         4 /* 16 messages: MSI-5 */

/* Bytes of the capability that are used here; which it has depends on its control word.
 */
static ULONG
HalpQueryCapabilityLength(BOOLEAN MsiX, USHORT Control)
{
    if (MsiX) {
        return MSIX_LENGTH;
    }
    ULONG Wide = (Control & MSI_CONTROL_64_BIT) != 0 ? MSI_MASK_64 - MSI_MASK_32 : 0;
    return Wide +
           ((Control & MSI_CONTROL_MASKABLE) != 0 ? MSI_MASK_32 + 4 : MSI_DATA_32 + 2);
}

BOOLEAN
HalpFindMessageSource(HAL_PCI_ADDRESS Address, PHALP_MESSAGE_SOURCE Source)
{
    __builtin_memset(Source, 0, sizeof(*Source));
    Source->Address = Address;
    ULONG Capability = HalFindPciCapability(Address, PCI_CAPABILITY_MSIX);
    Source->MsiX = Capability != 0;
    if (!Source->MsiX) {
        Capability = HalFindPciCapability(Address, PCI_CAPABILITY_MSI);
    }
    if (Capability == 0) {
        return FALSE;
    }
    Source->Capability = (USHORT)Capability;
    USHORT Control = HalpReadControl(Source);
    if (Capability + HalpQueryCapabilityLength(Source->MsiX, Control) >
        PCI_CONFIGURATION_LENGTH) {
        return FALSE;
    }
    if (Source->MsiX) {
        Source->Count = (Control & MSIX_CONTROL_COUNT_MASK) + 1;
    } else {
        ULONG Shift = (Control >> MSI_CONTROL_CAPABLE_SHIFT) & 7;
        Source->Count = (USHORT)(1U << min(Shift, MSI_LARGEST_SHIFT));
    }
    return TRUE;
}

static ULONG
HalpMaskOffset(const HALP_MESSAGE_SOURCE *Source, USHORT Control)
{
    return Source->Capability +
           ((Control & MSI_CONTROL_64_BIT) != 0 ? MSI_MASK_64 : MSI_MASK_32);
}

VOID
HalpWriteMsi(const HALP_MESSAGE_SOURCE *Source, ULONG Address, ULONG Data, ULONG Count)
{
    HAL_PCI_ADDRESS Function = Source->Address;
    ULONG Capability = Source->Capability;
    ULONG Control =
        HalpReadControl(Source) & ~(MSI_CONTROL_ENABLE | MSI_CONTROL_GRANTED_MASK);
    Control |= (ULONG)__builtin_ctz(Count) << MSI_CONTROL_GRANTED_SHIFT;
    HalpWriteControl(Source, Control);
    HalWritePci(Function, Capability + MSI_ADDRESS_LOW, 4, Address);
    if ((Control & MSI_CONTROL_64_BIT) != 0) {
        HalWritePci(Function, Capability + MSI_ADDRESS_HIGH, 4, 0);
        HalWritePci(Function, Capability + MSI_DATA_64, 2, Data);
    } else {
        HalWritePci(Function, Capability + MSI_DATA_32, 2, Data);
    }
    if ((Control & MSI_CONTROL_MASKABLE) != 0) {
        HalWritePci(Function, HalpMaskOffset(Source, (USHORT)Control), 4, MAXULONG);
    }
}

VOID
HalpMoveMsi(const HALP_MESSAGE_SOURCE *Source, ULONG Address)
{
    HalWritePci(Source->Address, Source->Capability + MSI_ADDRESS_LOW, 4, Address);
}

VOID
HalpSetMsi(const HALP_MESSAGE_SOURCE *Source, ULONG EnabledMessages)
{
    USHORT Control = HalpReadControl(Source);
    if ((Control & MSI_CONTROL_MASKABLE) != 0) {
        HalWritePci(Source->Address, HalpMaskOffset(Source, Control), 4,
                    ~EnabledMessages);
    }
    if (EnabledMessages != 0) {
        HalpSetCommandBits(Source->Address, 0, PCI_COMMAND_INTX_DISABLE);
        HalpWriteControl(Source, Control | MSI_CONTROL_ENABLE);
    } else {
        HalpWriteControl(Source, Control & ~MSI_CONTROL_ENABLE);
    }
    /* A read pushes the writes, and a message on its way, ahead of itself. */
    HalpReadControl(Source);
}

/* Message 0's registers; message n differs in the low bits of the data, as granted. */
VOID
HalpReadMsi(const HALP_MESSAGE_SOURCE *Source, ULONG Index, PHAL_INTERRUPT_STATE State)
{
    USHORT Control = HalpReadControl(Source);
    ULONG Capability = Source->Capability;
    BOOLEAN Wide = (Control & MSI_CONTROL_64_BIT) != 0;
    State->MessageAddress = HalReadPci(Source->Address, Capability + MSI_ADDRESS_LOW, 4);
    if (Wide) {
        State->MessageAddress |=
            (ULONG64)HalReadPci(Source->Address, Capability + MSI_ADDRESS_HIGH, 4) << 32;
    }
    State->MessageData =
        HalReadPci(Source->Address, Capability + (Wide ? MSI_DATA_64 : MSI_DATA_32), 2) |
        Index;
    State->Masked = (Control & MSI_CONTROL_ENABLE) == 0;
    if ((Control & MSI_CONTROL_MASKABLE) != 0) {
        ULONG Masks = HalReadPci(Source->Address, HalpMaskOffset(Source, Control), 4);
        State->Masked |= (Masks >> Index) & 1;
    }
}

VOID
HalpStopMessages(const HALP_MESSAGE_SOURCE *Source)
{
    ULONG Enable = Source->MsiX ? MSIX_CONTROL_ENABLE : MSI_CONTROL_ENABLE;
    HalpWriteControl(Source, HalpReadControl(Source) & ~Enable);
    HalpSetCommandBits(Source->Address, PCI_COMMAND_INTX_DISABLE, 0);
}
