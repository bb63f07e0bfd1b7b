/*
 * PCI configuration space by its offsets, and what is computed from it without touching
 * hardware: addresses, the capability walk, the route of an interrupt pin.
 *
 * These functions reach configuration space through a HALP_READ_PCI pointer only, so they
 * compile natively (tests/host/test_pci.c, test_intx.c) and run on made-up topologies.
 */
#pragma once

#include <internal/hal.h>

#define PCI_VENDOR_ID            0x00
#define PCI_DEVICE_ID            0x02
#define PCI_COMMAND              0x04
#define PCI_COMMAND_MEMORY       0x0002
#define PCI_COMMAND_INTX_DISABLE 0x0400
#define PCI_STATUS               0x06
#define PCI_STATUS_CAPABILITIES  0x0010
#define PCI_HEADER_TYPE          0x0E
#define PCI_HEADER_TYPE_MASK     0x7F
#define PCI_HEADER_MULTIFUNCTION 0x80
#define PCI_HEADER_BRIDGE        0x01
#define PCI_HEADER_CARDBUS       0x02
#define PCI_BAR0                 0x10
#define PCI_SECONDARY_BUS        0x19
#define PCI_SUBORDINATE_BUS      0x1A
#define PCI_CAPABILITIES         0x34
#define PCI_CAPABILITIES_CARDBUS 0x14
#define PCI_INTERRUPT_PIN        0x3D

#define PCI_NO_DEVICE            0xFFFF /* the vendor id that nothing answers with */
#define PCI_DEVICES_PER_BUS      32
#define PCI_FUNCTIONS_PER_DEVICE 8
#define PCI_CONFIGURATION_LENGTH 256
#define PCI_EXTENDED_LENGTH      4096

#define PCI_CAPABILITY_MSI  0x05
#define PCI_CAPABILITY_MSIX 0x11

typedef ULONG HALP_READ_PCI(HAL_PCI_ADDRESS Address, ULONG Offset, ULONG Width);

FORCEINLINE HAL_PCI_ADDRESS
HalpPciAddress(ULONG Bus, ULONG Device, ULONG Function)
{
    HAL_PCI_ADDRESS Address = {(UCHAR)Bus, (UCHAR)Device, (UCHAR)Function};
    return Address;
}

/* pcicap.c */
/* FALSE: no such function number, width, or the access crosses its own alignment. */
BOOLEAN HalpPciAccessIsSound(HAL_PCI_ADDRESS Address, ULONG Offset, ULONG Width,
                             ULONG Limit);
/* Offset of a function's register in the 1 MiB of its bus. */
ULONG HalpEcamOffset(HAL_PCI_ADDRESS Address, ULONG Offset);
/* What is written to port 0xCF8. */
ULONG HalpPortAddress(HAL_PCI_ADDRESS Address, ULONG Offset);
ULONG HalpFindCapability(HALP_READ_PCI *Read, HAL_PCI_ADDRESS Address,
                         UCHAR CapabilityId);

/* intx.c */
#define HALP_PINS              4
#define HALP_ICH9_ROUTED_SLOTS 7 /* devices 25 to 31 have a route register */
#define HALP_ICH9_FIRST_SLOT   25

typedef enum _HALP_CHIPSET {
    HalpChipsetUnknown,
    HalpChipsetPiix3,
    HalpChipsetIch9
} HALP_CHIPSET;

/* The routing registers, read once. */
typedef struct _HALP_ROUTING {
    HALP_CHIPSET Chipset;
    UCHAR PirqToIsa[HALP_PINS];               /* PIIX3: PIRQRCA to PIRQRCD */
    USHORT SlotRoute[HALP_ICH9_ROUTED_SLOTS]; /* ICH9: D25IR to D31IR */
} HALP_ROUTING, *PHALP_ROUTING;

typedef struct _HALP_PIN_TARGET {
    BOOLEAN Isa;  /* Number is an ISA line, to be looked up in the MADT's overrides */
    ULONG Number; /* ISA line or global system interrupt */
} HALP_PIN_TARGET, *PHALP_PIN_TARGET;

/* Bridge whose secondary bus is Bus, found from bus 0 downwards. */
BOOLEAN HalpFindParentBridge(HALP_READ_PCI *Read, ULONG Bus, HAL_PCI_ADDRESS *Bridge);
/* Climbs to bus 0: the device and pin (0 = INTA) whose wire the function drives there. */
BOOLEAN HalpResolveRootPin(HALP_READ_PCI *Read, HAL_PCI_ADDRESS Address, ULONG *Device,
                           ULONG *Pin);
BOOLEAN HalpRouteRootPin(const HALP_ROUTING *Routing, ULONG Device, ULONG Pin,
                         PHALP_PIN_TARGET Target);
