/*
 * Addresses in PCI configuration space, and the walk along a function's capabilities.
 */
#include "pcireg.h"

/* 192 bytes of 4-byte units can hold no longer list; a longer one is a loop. */
#define CAPABILITY_STEPS        48
#define CAPABILITY_FIRST_OFFSET 0x40

BOOLEAN
HalpPciAccessIsSound(HAL_PCI_ADDRESS Address, ULONG Offset, ULONG Width, ULONG Limit)
{
    return Address.Device < PCI_DEVICES_PER_BUS &&
           Address.Function < PCI_FUNCTIONS_PER_DEVICE &&
           (Width == 1 || Width == 2 || Width == 4) && (Offset & (Width - 1)) == 0 &&
           Offset < Limit;
}

ULONG
HalpEcamOffset(HAL_PCI_ADDRESS Address, ULONG Offset)
{
    return ((ULONG)Address.Device << 15) | ((ULONG)Address.Function << 12) | Offset;
}

ULONG
HalpPortAddress(HAL_PCI_ADDRESS Address, ULONG Offset)
{
    return 0x80000000U | ((ULONG)Address.Bus << 16) | ((ULONG)Address.Device << 11) |
           ((ULONG)Address.Function << 8) | (Offset & 0xFCU);
}

/* A device's list is not believed: offsets are masked, the header is skipped, and it
 * ends. */
ULONG
HalpFindCapability(HALP_READ_PCI *Read, HAL_PCI_ADDRESS Address, UCHAR CapabilityId)
{
    if (Read(Address, PCI_VENDOR_ID, 2) == PCI_NO_DEVICE ||
        (Read(Address, PCI_STATUS, 2) & PCI_STATUS_CAPABILITIES) == 0) {
        return 0;
    }
    ULONG Header = Read(Address, PCI_HEADER_TYPE, 1) & PCI_HEADER_TYPE_MASK;
    ULONG Start =
        Header == PCI_HEADER_CARDBUS ? PCI_CAPABILITIES_CARDBUS : PCI_CAPABILITIES;
    ULONG Offset = Read(Address, Start, 1) & 0xFC;
    for (ULONG Step = 0; Step < CAPABILITY_STEPS && Offset >= CAPABILITY_FIRST_OFFSET;
         Step++) {
        ULONG Entry = Read(Address, Offset, 2);
        if ((Entry & 0xFF) == CapabilityId) {
            return Offset;
        }
        Offset = (Entry >> 8) & 0xFC;
    }
    return 0;
}
