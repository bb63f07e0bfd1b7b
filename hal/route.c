/*
 * Reads the chipset's interrupt routing registers, and answers where a function's pin
 * arrives: the global system interrupt, its polarity, its trigger mode.
 */
#include "halp.h"
#include "pcireg.h"

#include <wdm/ioaccess.h>

#define VENDOR_INTEL     0x8086
#define DEVICE_ICH9_LPC  0x2918
#define DEVICE_PIIX3_ISA 0x7000

#define PIIX3_PIRQ_ROUTE 0x60

#define ICH9_LPC_DEVICE 0x1F
#define ICH9_BLOCK_BASE                                                                  \
    0xF0 /* RCBA: physical address of the chipset's register block                       \
          */
#define ICH9_BLOCK_ENABLED   0x1
#define ICH9_BLOCK_ADDRESS   0xFFFFC000U
#define ICH9_ROUTE_REGISTERS 0x3140
#define ICH9_ROUTE_LENGTH    0x12
#define ICH9_ROUTE_AT_RESET  0x3210 /* INTA to INTD are PIRQ A to D */

static HALP_ROUTING HalpRouting; /* HalpRoutingLock until known, then constant */
static BOOLEAN HalpRoutingKnown;
static HALP_LOCK HalpRoutingLock;

static BOOLEAN
HalpIsIntelFunction(HAL_PCI_ADDRESS Address, ULONG DeviceId)
{
    return HalReadPci(Address, PCI_VENDOR_ID, 2) == VENDOR_INTEL &&
           HalReadPci(Address, PCI_DEVICE_ID, 2) == DeviceId;
}

/* A register block that firmware left closed still routes, as it does after reset. */
static VOID
HalpReadIch9(HAL_PCI_ADDRESS Lpc)
{
    /* Offsets of D25IR to D31IR from D31IR. */
    static const UCHAR Offsets[HALP_ICH9_ROUTED_SLOTS] = {0x10, 0x0C, 0x08, 0x06,
                                                          0x04, 0x02, 0x00};
    ULONG Base = HalReadPci(Lpc, ICH9_BLOCK_BASE, 4);
    volatile UCHAR *Registers = NULL;
    if ((Base & ICH9_BLOCK_ENABLED) != 0) {
        Registers = HalMapDevice((Base & ICH9_BLOCK_ADDRESS) + ICH9_ROUTE_REGISTERS,
                                 ICH9_ROUTE_LENGTH);
    }
    for (ULONG Slot = 0; Slot < HALP_ICH9_ROUTED_SLOTS; Slot++) {
        HalpRouting.SlotRoute[Slot] =
            Registers != NULL
                ? READ_REGISTER_USHORT((volatile USHORT *)(Registers + Offsets[Slot]))
                : ICH9_ROUTE_AT_RESET;
    }
    HalpRouting.Chipset = HalpChipsetIch9;
}

static VOID
HalpReadPiix3(HAL_PCI_ADDRESS Isa)
{
    for (ULONG Pin = 0; Pin < HALP_PINS; Pin++) {
        HalpRouting.PirqToIsa[Pin] = (UCHAR)HalReadPci(Isa, PIIX3_PIRQ_ROUTE + Pin, 1);
    }
    HalpRouting.Chipset = HalpChipsetPiix3;
}

static VOID
HalpFindChipset(VOID)
{
    HAL_PCI_ADDRESS Lpc = HalpPciAddress(0, ICH9_LPC_DEVICE, 0);
    if (HalpIsIntelFunction(Lpc, DEVICE_ICH9_LPC)) {
        HalpReadIch9(Lpc);
        return;
    }
    for (ULONG Device = 0; Device < PCI_DEVICES_PER_BUS; Device++) {
        HAL_PCI_ADDRESS Isa = HalpPciAddress(0, Device, 0);
        if (HalpIsIntelFunction(Isa, DEVICE_PIIX3_ISA)) {
            HalpReadPiix3(Isa);
            return;
        }
    }
    HalpPrint("unknown chipset: PCI interrupt pins are not routed, messages only");
}

static VOID
HalpLearnRouting(VOID)
{
    BOOLEAN Enabled = HalpAcquireLock(&HalpRoutingLock);
    if (!HalpRoutingKnown) {
        HalpFindChipset();
        HalpRoutingKnown = TRUE;
    }
    HalpReleaseLock(&HalpRoutingLock, Enabled);
}

/*
 * PCI lines are level-sensitive and active low. Where one arrives as an ISA line, the
 * chipset turns it, and the MADT's override says what the I/O APIC sees; without an
 * override the PCI rule holds.
 */
BOOLEAN
HalpQueryRoute(HAL_PCI_ADDRESS Address, PHALP_LINE Line)
{
    ULONG Device, Pin;
    HALP_PIN_TARGET Target;
    HalpLearnRouting();
    if (!HalpResolveRootPin(HalReadPci, Address, &Device, &Pin) ||
        !HalpRouteRootPin(&HalpRouting, Device, Pin, &Target)) {
        return FALSE;
    }
    Line->Gsi = Target.Number;
    Line->ActiveLow = TRUE;
    Line->Level = TRUE;
    if (Target.Isa) {
        const HALP_ISA_SOURCE *Source = &HalpPlatform.Madt.Isa[Target.Number];
        Line->Gsi = Source->Gsi;
        if (Source->Overridden) {
            Line->ActiveLow = Source->ActiveLow;
            Line->Level = Source->Level;
        }
    }
    return TRUE;
}
