/*
 * chip.c: what is done to the chip itself: commands, reset, EEPROM, PHY.
 */
#include "pcidrv.h"

#define PCIDRV_COMMAND_TRIES 1000 /* of 1 us; the chip takes a few bus cycles */
#define PCIDRV_RESET_TIME    20   /* us; the manual says 10 */
#define PCIDRV_EEPROM_TIME   4    /* us, half a clock */
#define PCIDRV_MDI_TRIES     100  /* of 10 us; a cycle takes 64 */
#define PCIDRV_PHY           1

/* Gives a command to one of the units, when the last has been accepted. */
VOID
PcidrvCommand(PPCIDRV_DEVICE Device, UCHAR Command, ULONG Pointer)
{
    for (ULONG Try = 0; Try < PCIDRV_COMMAND_TRIES &&
                        READ_REGISTER_UCHAR(Device->Registers + HW_SCB_COMMAND) != 0;
         Try++) {
        KeStallExecutionProcessor(1);
    }
    WRITE_REGISTER_ULONG((PULONG)(Device->Registers + HW_SCB_POINTER), Pointer);
    WRITE_REGISTER_UCHAR(Device->Registers + HW_SCB_COMMAND, Command);
}

/* Stops the chip first, so that it does not hold the bus in the middle of a transfer; the
   reset unmasks it, so it is masked again. */
VOID
PcidrvReset(PPCIDRV_DEVICE Device)
{
    WRITE_REGISTER_ULONG((PULONG)(Device->Registers + HW_PORT), HW_PORT_SELECTIVE);
    KeStallExecutionProcessor(PCIDRV_RESET_TIME);
    WRITE_REGISTER_ULONG((PULONG)(Device->Registers + HW_PORT), HW_PORT_RESET);
    KeStallExecutionProcessor(PCIDRV_RESET_TIME);
    WRITE_REGISTER_UCHAR(Device->Registers + HW_SCB_MASK, HW_MASK_ALL);
}

/* One bit to the EEPROM; the bit it has for us. */
static BOOLEAN
PcidrvClock(PPCIDRV_DEVICE Device, BOOLEAN Bit)
{
    PUSHORT Wires = (PUSHORT)(Device->Registers + HW_EEPROM);
    USHORT Value = HW_EEPROM_SELECT | (Bit ? HW_EEPROM_IN : 0);

    WRITE_REGISTER_USHORT(Wires, Value);
    KeStallExecutionProcessor(PCIDRV_EEPROM_TIME);
    WRITE_REGISTER_USHORT(Wires, Value | HW_EEPROM_CLOCK);
    KeStallExecutionProcessor(PCIDRV_EEPROM_TIME);
    WRITE_REGISTER_USHORT(Wires, Value);
    KeStallExecutionProcessor(PCIDRV_EEPROM_TIME);
    return (READ_REGISTER_USHORT(Wires) & HW_EEPROM_OUT) != 0;
}

/* A word of the EEPROM. *Bits: how long its addresses are; 0 is found out by reading word 0:
   the EEPROM answers the last bit of an address with a zero. */
static USHORT
PcidrvReadEeprom(PPCIDRV_DEVICE Device, ULONG Word, PULONG Bits)
{
    PUSHORT Wires = (PUSHORT)(Device->Registers + HW_EEPROM);
    USHORT Value = 0;
    ULONG Count;

    for (ULONG Bit = 3; Bit-- > 0;) {
        PcidrvClock(Device, (HW_EEPROM_READ >> Bit & 1) != 0);
    }
    for (Count = 1; Count <= (*Bits == 0 ? 8 : *Bits); Count++) {
        BOOLEAN One = *Bits != 0 && (Word >> (*Bits - Count) & 1) != 0;

        if (!PcidrvClock(Device, One) && *Bits == 0) {
            *Bits = Count;
            break;
        }
    }
    for (ULONG Bit = 0; Bit < 16; Bit++) {
        Value = (USHORT)(Value << 1 | PcidrvClock(Device, FALSE));
    }
    WRITE_REGISTER_USHORT(Wires, 0);
    KeStallExecutionProcessor(PCIDRV_EEPROM_TIME);
    return Value;
}

/* The station's address is in the first three words, low byte first. */
VOID
PcidrvReadAddress(PPCIDRV_DEVICE Device)
{
    ULONG Bits = 0;

    PcidrvReadEeprom(Device, 0, &Bits);
    for (ULONG Word = 0; Word < HW_ADDRESS_SIZE / 2; Word++) {
        USHORT Value = PcidrvReadEeprom(Device, Word, &Bits);

        Device->Address[2 * Word] = (UCHAR)Value;
        Device->Address[2 * Word + 1] = (UCHAR)(Value >> 8);
    }
}

/* Whether the PHY has a link; waits up to a millisecond. */
BOOLEAN
PcidrvReadLink(PPCIDRV_DEVICE Device)
{
    PULONG Register = (PULONG)(Device->Registers + HW_MDI);
    ULONG Value;

    WRITE_REGISTER_ULONG(Register, HW_MDI_READ | HW_MDI_PHY(PCIDRV_PHY) |
                                       HW_MDI_REGISTER(HW_PHY_STATUS));
    for (ULONG Try = 0; Try < PCIDRV_MDI_TRIES; Try++) {
        Value = READ_REGISTER_ULONG(Register);
        if ((Value & HW_MDI_READY) != 0) {
            return (Value & HW_PHY_LINK) != 0;
        }
        KeStallExecutionProcessor(10);
    }
    return FALSE;
}
