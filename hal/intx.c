/*
 * Where a PCI interrupt pin ends, computed from the chipset's own routing registers.
 *
 * NT asks the firmware's AML (_PRT) for this; there is no AML interpreter here. Two
 * chipsets are known, the ones QEMU's machines q35 and pc have:
 *
 * ICH9: each device has four pins wired to eight PIRQ lines, and with the I/O APIC in use
 * PIRQ A to H are its inputs 16 to 23, whatever the 8259 routing registers say. Devices
 * 25 to 31 have a route register each (D25IR to D31IR in the chipset's register block);
 * the DMI bridge, device 30, reads as zero there and is wired to PIRQ E to H; lower
 * devices have no register: on QEMU they use PIRQ E to H, turned by the device number.
 *
 * PIIX3: four PIRQ lines, turned by the device number less one; PIRQRCA to PIRQRCD say
 * which ISA line each arrives at.
 *
 * Behind a bridge a pin moves by the standard rule: (pin + device number) mod 4.
 */
#include "pcireg.h"

#define ICH9_FIRST_GSI   16
#define ICH9_DMI_BRIDGE  30
#define ICH9_UPPER_PIRQS 4 /* PIRQ E to H */
#define ICH9_ROUTE_BITS  4
#define ICH9_ROUTE_MASK  0x7
#define PIIX3_NOT_ROUTED 0x80
#define PIIX3_LINE_MASK  0x0F

/* The bridge on Bus whose range of buses holds Target; FALSE: there is none. */
static BOOLEAN
HalpFindBridgeTowards(HALP_READ_PCI *Read, ULONG Bus, ULONG Target,
                      HAL_PCI_ADDRESS *Bridge)
{
    for (ULONG Slot = 0; Slot < PCI_DEVICES_PER_BUS * PCI_FUNCTIONS_PER_DEVICE; Slot++) {
        HAL_PCI_ADDRESS Address = HalpPciAddress(Bus, Slot >> 3, Slot & 7);
        if (Read(Address, PCI_VENDOR_ID, 2) == PCI_NO_DEVICE) {
            Slot |= Address.Function == 0 ? 7 : 0;
            continue;
        }
        ULONG Header = Read(Address, PCI_HEADER_TYPE, 1);
        if ((Header & PCI_HEADER_TYPE_MASK) == PCI_HEADER_BRIDGE) {
            ULONG Secondary = Read(Address, PCI_SECONDARY_BUS, 1);
            ULONG Subordinate = Read(Address, PCI_SUBORDINATE_BUS, 1);
            if (Secondary > Bus && Secondary <= Target && Target <= Subordinate) {
                *Bridge = Address;
                return TRUE;
            }
        }
        if (Address.Function == 0 && (Header & PCI_HEADER_MULTIFUNCTION) == 0) {
            Slot |= 7;
        }
    }
    return FALSE;
}

/* Ends because each step goes to a bus of a higher number, tested on the number in use.
 */
BOOLEAN
HalpFindParentBridge(HALP_READ_PCI *Read, ULONG Bus, HAL_PCI_ADDRESS *Bridge)
{
    ULONG Current = 0;
    while (Current != Bus) {
        if (!HalpFindBridgeTowards(Read, Current, Bus, Bridge)) {
            return FALSE;
        }
        ULONG Next = Read(*Bridge, PCI_SECONDARY_BUS, 1);
        if (Next <= Current || Next > Bus) {
            return FALSE;
        }
        Current = Next;
    }
    return Bus != 0;
}

BOOLEAN
HalpResolveRootPin(HALP_READ_PCI *Read, HAL_PCI_ADDRESS Address, ULONG *Device,
                   ULONG *Pin)
{
    ULONG Register = Read(Address, PCI_INTERRUPT_PIN, 1);
    if (Register < 1 || Register > HALP_PINS) {
        return FALSE;
    }
    ULONG Current = Register - 1;
    while (Address.Bus != 0) {
        HAL_PCI_ADDRESS Bridge;
        if (!HalpFindParentBridge(Read, Address.Bus, &Bridge) ||
            Bridge.Bus >= Address.Bus) {
            return FALSE;
        }
        Current = (Current + Address.Device) % HALP_PINS;
        Address = Bridge;
    }
    *Device = Address.Device;
    *Pin = Current;
    return TRUE;
}

/* PIRQ number (A = 0) that a pin of a device on bus 0 is wired to. */
static ULONG
HalpQueryIch9Pirq(const HALP_ROUTING *Routing, ULONG Device, ULONG Pin)
{
    if (Device == ICH9_DMI_BRIDGE) {
        return ICH9_UPPER_PIRQS + Pin;
    }
    if (Device < HALP_ICH9_FIRST_SLOT) {
        return ICH9_UPPER_PIRQS + (Device + Pin) % HALP_PINS;
    }
    USHORT Route = Routing->SlotRoute[Device - HALP_ICH9_FIRST_SLOT];
    return (Route >> (Pin * ICH9_ROUTE_BITS)) & ICH9_ROUTE_MASK;
}

BOOLEAN
HalpRouteRootPin(const HALP_ROUTING *Routing, ULONG Device, ULONG Pin,
                 PHALP_PIN_TARGET Target)
{
    if (Device >= PCI_DEVICES_PER_BUS || Pin >= HALP_PINS) {
        return FALSE;
    }
    if (Routing->Chipset == HalpChipsetIch9) {
        Target->Isa = FALSE;
        Target->Number = ICH9_FIRST_GSI + HalpQueryIch9Pirq(Routing, Device, Pin);
        return TRUE;
    }
    if (Routing->Chipset == HalpChipsetPiix3) {
        UCHAR Line = Routing->PirqToIsa[(Device + Pin + HALP_PINS - 1) % HALP_PINS];
        Target->Isa = TRUE;
        Target->Number = Line & PIIX3_LINE_MASK;
        return (Line & PIIX3_NOT_ROUTED) == 0;
    }
    return FALSE;
}
