/*
 * PCI configuration space: by memory where the MCFG says so (ECAM), else by two ports.
 *
 * A bus's 1 MiB is mapped when it is first touched. Two processors that map the same bus
 * at once get the same mapping from HalMapDevice, so the cached pointer needs no lock.
 */
#include "halp.h"
#include "pcireg.h"
#include "ports.h"

#define PORT_ADDRESS 0xCF8
#define PORT_DATA    0xCFC
#define BUS_LENGTH   0x100000
#define BUS_SHIFT    20
#define BUSES        256

static HALP_LOCK HalpPciPortLock; /* the address and data ports */
static volatile UCHAR *HalpPciBuses[BUSES];

/* ECAM range that holds Bus, or NULL. */
static const HALP_ECAM *
HalpFindEcam(ULONG Bus)
{
    for (ULONG Index = 0; Index < HalpPlatform.Mcfg.Count; Index++) {
        const HALP_ECAM *Range = &HalpPlatform.Mcfg.Ranges[Index];
        if (Bus >= Range->First && Bus <= Range->Last) {
            return Range;
        }
    }
    return NULL;
}

/* The registers of a bus, or NULL when it is reached by ports. */
static volatile UCHAR *
HalpMapBus(ULONG Bus)
{
    volatile UCHAR *Registers = __atomic_load_n(&HalpPciBuses[Bus], __ATOMIC_ACQUIRE);
    if (Registers == NULL) {
        const HALP_ECAM *Range = HalpFindEcam(Bus);
        if (Range == NULL) {
            return NULL;
        }
        Registers = HalMapDevice(Range->Base + ((ULONG64)Bus << BUS_SHIFT), BUS_LENGTH);
        __atomic_store_n(&HalpPciBuses[Bus], Registers, __ATOMIC_RELEASE);
    }
    return Registers;
}

/* Chooses the mechanism, and maps bus 0 while the boot processor is alone. */
VOID
HalInitializePci(VOID)
{
    if (HalpFindEcam(0) != NULL && HalpMapBus(0) == NULL) {
        HalpPlatform.Mcfg.Count = 0;
    }
}

BOOLEAN
HalPciUsesEcam(VOID)
{
    return HalpPlatform.Mcfg.Count != 0;
}

static ULONG
HalpReadByPorts(HAL_PCI_ADDRESS Address, ULONG Offset, ULONG Width)
{
    ULONG Value;
    USHORT Port = (USHORT)(PORT_DATA + (Offset & 3));
    BOOLEAN Enabled = HalpAcquireLock(&HalpPciPortLock);
    HalpWritePort32(PORT_ADDRESS, HalpPortAddress(Address, Offset));
    if (Width == 1) {
        Value = HalpReadPort8(Port);
    } else if (Width == 2) {
        Value = HalpReadPort16(Port);
    } else {
        Value = HalpReadPort32(Port);
    }
    HalpReleaseLock(&HalpPciPortLock, Enabled);
    return Value;
}

static VOID
HalpWriteByPorts(HAL_PCI_ADDRESS Address, ULONG Offset, ULONG Width, ULONG Value)
{
    USHORT Port = (USHORT)(PORT_DATA + (Offset & 3));
    BOOLEAN Enabled = HalpAcquireLock(&HalpPciPortLock);
    HalpWritePort32(PORT_ADDRESS, HalpPortAddress(Address, Offset));
    if (Width == 1) {
        HalpWritePort8(Port, (UCHAR)Value);
    } else if (Width == 2) {
        HalpWritePort16(Port, (USHORT)Value);
    } else {
        HalpWritePort32(Port, Value);
    }
    HalpReleaseLock(&HalpPciPortLock, Enabled);
}

static ULONG
HalpReadByMemory(volatile UCHAR *Register, ULONG Width)
{
    if (Width == 1) {
        return READ_REGISTER_UCHAR(Register);
    }
    if (Width == 2) {
        return READ_REGISTER_USHORT((volatile USHORT *)Register);
    }
    return READ_REGISTER_ULONG((volatile ULONG *)Register);
}

static VOID
HalpWriteByMemory(volatile UCHAR *Register, ULONG Width, ULONG Value)
{
    if (Width == 1) {
        WRITE_REGISTER_UCHAR(Register, (UCHAR)Value);
    } else if (Width == 2) {
        WRITE_REGISTER_USHORT((volatile USHORT *)Register, (USHORT)Value);
    } else {
        WRITE_REGISTER_ULONG((volatile ULONG *)Register, Value);
    }
}

/*
 * Reads Width (1, 2 or 4) bytes at the aligned Offset of a function. All ones, as wide as
 * was asked, when there is no such function or offset. Any IRQL.
 */
ULONG
HalReadPci(HAL_PCI_ADDRESS Address, ULONG Offset, ULONG Width)
{
    ULONG Nothing = Width == 4 ? MAXULONG : (1U << (8 * (Width & 3))) - 1;
    volatile UCHAR *Registers = HalpMapBus(Address.Bus);
    ULONG Limit = Registers != NULL ? PCI_EXTENDED_LENGTH : PCI_CONFIGURATION_LENGTH;
    if (!HalpPciAccessIsSound(Address, Offset, Width, Limit)) {
        return Nothing;
    }
    return Registers != NULL
               ? HalpReadByMemory(Registers + HalpEcamOffset(Address, Offset), Width)
               : HalpReadByPorts(Address, Offset, Width);
}

/* Writes likewise; an access that cannot be is dropped. Any IRQL. */
VOID
HalWritePci(HAL_PCI_ADDRESS Address, ULONG Offset, ULONG Width, ULONG Value)
{
    volatile UCHAR *Registers = HalpMapBus(Address.Bus);
    ULONG Limit = Registers != NULL ? PCI_EXTENDED_LENGTH : PCI_CONFIGURATION_LENGTH;
    if (!HalpPciAccessIsSound(Address, Offset, Width, Limit)) {
        return;
    }
    if (Registers != NULL) {
        HalpWriteByMemory(Registers + HalpEcamOffset(Address, Offset), Width, Value);
    } else {
        HalpWriteByPorts(Address, Offset, Width, Value);
    }
}

/* Offset of the first capability of that id, or 0. Any IRQL. */
ULONG
HalFindPciCapability(HAL_PCI_ADDRESS Address, UCHAR CapabilityId)
{
    return HalpFindCapability(HalReadPci, Address, CapabilityId);
}
