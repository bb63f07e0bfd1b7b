/*
 * The MSI-X table and its pending bits, found through the capability.
 */
#include "vectors.h"

#define MSIX_CONTROL      0x02
#define MSIX_TABLE        0x04
#define MSIX_PENDING      0x08
#define MSIX_COUNT_MASK   0x07FF
#define MSIX_REGION_MASK  0x7 /* of the two places: which base register */
#define ENTRY_LENGTH      16
#define ENTRY_ADDRESS_TOP 4
#define ENTRY_DATA        8
#define ENTRY_CONTROL     12
#define ENTRY_MASKED      1

static ULONG Count, Entries, Pending;

BOOLEAN
FindVectors(VOID)
{
    ULONG Capability = FindCapability(PCI_CAPABILITY_MSIX);

    if (Capability == 0) {
        return FALSE;
    }
    Count = (ReadConfiguration(Capability + MSIX_CONTROL, 2) & MSIX_COUNT_MASK) + 1;
    Entries = ReadConfiguration(Capability + MSIX_TABLE, 4);
    Pending = ReadConfiguration(Capability + MSIX_PENDING, 4);
    /* Region 0 is the one that pci.c has mapped. */
    return ((Entries | Pending) & MSIX_REGION_MASK) == 0 && Entries < Pci.Length &&
           Pci.Length - Entries >= Count * ENTRY_LENGTH && Pending < Pci.Length &&
           Pci.Length - Pending >= (Count + 63) / 64 * 8;
}

ULONG
CountVectors(VOID)
{
    return Count;
}

BOOLEAN
HoldsMessage(ULONG Entry, ULONG Message)
{
    PIO_INTERRUPT_MESSAGE_INFO_ENTRY Info = &Table->MessageInfo[Message];
    ULONG Place = Entries + Entry * ENTRY_LENGTH;

    return DeviceRead(Place) == Info->MessageAddress.LowPart &&
           DeviceRead(Place + ENTRY_ADDRESS_TOP) ==
               (ULONG)Info->MessageAddress.HighPart &&
           DeviceRead(Place + ENTRY_DATA) == Info->MessageData;
}

BOOLEAN
IsVectorMasked(ULONG Entry)
{
    return (DeviceRead(Entries + Entry * ENTRY_LENGTH + ENTRY_CONTROL) & ENTRY_MASKED) !=
           0;
}

BOOLEAN
IsVectorPending(ULONG Entry)
{
    return (DeviceRead(Pending + Entry / 32 * 4) >> Entry % 32 & 1) != 0;
}

ULONG
CountMasked(ULONG First, ULONG Last)
{
    ULONG Masked = 0;

    for (ULONG Entry = First; Entry <= Last; Entry++) {
        Masked += IsVectorMasked(Entry);
    }
    return Masked;
}

ULONG
CountPending(ULONG First, ULONG Last)
{
    ULONG Bits = 0;

    for (ULONG Entry = First; Entry <= Last; Entry++) {
        Bits += IsVectorPending(Entry);
    }
    return Bits;
}
