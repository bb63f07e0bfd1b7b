/*
 * Host test of the PCI arithmetic and of the capability walk over hostile lists.
 */
#include <string.h>

#include "check.h"

#include "../../hal/pcicap.c"

static UCHAR Space[PCI_CONFIGURATION_LENGTH];
static int Reads;

static ULONG
ReadSpace(HAL_PCI_ADDRESS Address, ULONG Offset, ULONG Width)
{
    ULONG Value = 0;
    Reads++;
    if (!HalpPciAccessIsSound(Address, Offset, Width, sizeof(Space))) {
        CheckFailures++;
        return MAXULONG;
    }
    memcpy(&Value, Space + Offset, Width);
    return Value;
}

static ULONG
Walk(UCHAR Id)
{
    Reads = 0;
    return HalpFindCapability(ReadSpace, HalpPciAddress(0, 1, 0), Id);
}

static void
TestWalk(void)
{
    memset(Space, 0, sizeof(Space));
    Space[PCI_VENDOR_ID] = 0x86;
    Space[PCI_CAPABILITIES] = 0x50;
    Space[0x50] = 0x01;
    Space[0x51] = 0x82; /* the low bits are reserved and must be masked */
    Space[0x80] = PCI_CAPABILITY_MSI;
    Check(Walk(PCI_CAPABILITY_MSI) == 0, "no list when the status bit is clear");
    Space[PCI_STATUS] = PCI_STATUS_CAPABILITIES;
    Check(Walk(PCI_CAPABILITY_MSI) == 0x80, "a capability is found");
    Check(Walk(PCI_CAPABILITY_MSIX) == 0, "one that is not there is not");
    Space[0x81] = 0x50;
    Check(Walk(PCI_CAPABILITY_MSIX) == 0 && Reads < 64, "a loop ends");
    Space[0x81] = 0x80;
    Check(Walk(PCI_CAPABILITY_MSIX) == 0 && Reads < 64, "a loop of one ends");
    Space[0x81] = 0x08;
    Check(Walk(PCI_CAPABILITY_MSIX) == 0, "a pointer into the header ends the list");
    Space[PCI_CAPABILITIES] = 0xFF;
    Space[0xFC] = PCI_CAPABILITY_MSIX;
    Check(Walk(PCI_CAPABILITY_MSIX) == 0xFC, "the last possible place");
    Space[PCI_HEADER_TYPE] = PCI_HEADER_CARDBUS;
    Space[PCI_CAPABILITIES_CARDBUS] = 0x80;
    Check(Walk(PCI_CAPABILITY_MSI) == 0x80,
          "a CardBus bridge keeps its pointer elsewhere");
    memset(Space, 0xFF, sizeof(Space));
    Check(Walk(PCI_CAPABILITY_MSI) == 0, "no device, no capability");
}

static void
TestAccess(void)
{
    HAL_PCI_ADDRESS Good = HalpPciAddress(1, 31, 7);
    Check(HalpPciAccessIsSound(Good, 0xFC, 4, 256), "last word of the space");
    Check(!HalpPciAccessIsSound(Good, 0x100, 4, 256), "beyond the space");
    Check(!HalpPciAccessIsSound(Good, 0x0E, 4, 256), "an access that is not aligned");
    Check(!HalpPciAccessIsSound(Good, 0x10, 3, 256), "a width of three");
    Check(!HalpPciAccessIsSound(Good, 0x10, 0, 256), "a width of none");
    Check(!HalpPciAccessIsSound(HalpPciAddress(0, 32, 0), 0, 4, 256), "device 32");
    Check(!HalpPciAccessIsSound(HalpPciAddress(0, 0, 8), 0, 4, 256), "function 8");
    Check(HalpEcamOffset(Good, 0xFFC) == 0xFFFFC, "ECAM: the end of a bus");
    Check(HalpPortAddress(HalpPciAddress(1, 2, 3), 0x3D) == 0x8001133C, "port address");
}

int
main(void)
{
    TestWalk();
    TestAccess();
    return CheckVerdict();
}
