/*
 * MSI as configuration space has it: one address, one aligned block of data, and how many
 * messages the function was allowed (CON-22, MSI-3).
 */
#include "capability.h"

#define MSI_CONTROL      0x02
#define MSI_ADDRESS      0x04
#define MSI_ADDRESS_HIGH 0x08
#define MSI_DATA         0x08
#define MSI_DATA_64      0x0C

#define CONTROL_ENABLE        0x0001
#define CONTROL_CAPABLE_SHIFT 1
#define CONTROL_GRANTED_SHIFT 4
#define CONTROL_64_BIT        0x0080

static ULONG Capability;

static ULONG
ReadControl(VOID)
{
    return ReadConfiguration(Capability + MSI_CONTROL, 2);
}

BOOLEAN
FindMsi(VOID)
{
    Capability = FindCapability(PCI_CAPABILITY_MSI);
    return Capability != 0;
}

ULONG
CountCapable(VOID)
{
    return 1u << (ReadControl() >> CONTROL_CAPABLE_SHIFT & 7);
}

ULONG
CountGranted(VOID)
{
    return 1u << (ReadControl() >> CONTROL_GRANTED_SHIFT & 7);
}

BOOLEAN
IsMsiEnabled(VOID)
{
    return (ReadControl() & CONTROL_ENABLE) != 0;
}

ULONG64
ReadMessageAddress(VOID)
{
    ULONG64 Address = ReadConfiguration(Capability + MSI_ADDRESS, 4);

    if ((ReadControl() & CONTROL_64_BIT) != 0) {
        Address |= (ULONG64)ReadConfiguration(Capability + MSI_ADDRESS_HIGH, 4) << 32;
    }
    return Address;
}

ULONG
ReadMessageData(VOID)
{
    BOOLEAN Wide = (ReadControl() & CONTROL_64_BIT) != 0;

    return ReadConfiguration(Capability + (Wide ? MSI_DATA_64 : MSI_DATA), 2);
}
