/*
 * adapter.c - the chip as a whole: silence, reset, its address, and letting it run.
 *
 * Every wait for the chip is bounded. All of it runs at PASSIVE_LEVEL in PnP requests.
 */
#include "e1000.h"

#define E1000_POLL_MICROSECONDS 10
#define E1000_POLLS             1000 /* 10 ms in all; the manual's longest wait is 5 ms */

/* EEPROM words 0 to 2 hold the station address, two bytes a word, low byte first. */
#define E1000_ADDRESS_WORDS 3

/* Waits until (Register & Mask) == Value. FALSE if the chip does not get there. */
static BOOLEAN
E1000Poll(PE1000_CONTEXT Context, ULONG Register, ULONG Mask, ULONG Value)
{
    ULONG Try;

    for (Try = 0; Try < E1000_POLLS; Try++) {
        if ((E1000Read(Context, Register) & Mask) == Value) {
            return TRUE;
        }
        KeStallExecutionProcessor(E1000_POLL_MICROSECONDS);
    }
    return FALSE;
}

/*
 * Makes the chip stop interrupting and stop using memory, whatever it was doing.
 *
 * Stopping the two units lets a bus access under way end in order; the reset then makes
 * the chip forget where the rings are. An emulated chip may keep its registers over a
 * reset, so nothing may rely on a register that E1000EnableAdapter or a Prepare function
 * does not set.
 */
VOID
E1000SilenceAdapter(PE1000_CONTEXT Context)
{
    E1000Write(Context, E1000_IMC, E1000_CAUSE_ALL);
    E1000Write(Context, E1000_RCTL, 0);
    E1000Write(Context, E1000_TCTL, 0);
    E1000Read(Context, E1000_STATUS); /* writes are posted; a read pushes them through */
    KeStallExecutionProcessor(E1000_POLL_MICROSECONDS);

    E1000Write(Context, E1000_CTRL, E1000Read(Context, E1000_CTRL) | E1000_CTRL_RST);
    KeStallExecutionProcessor(E1000_POLL_MICROSECONDS);
    E1000Poll(Context, E1000_CTRL, E1000_CTRL_RST, 0);

    E1000Write(Context, E1000_IMC, E1000_CAUSE_ALL);
    E1000Read(Context, E1000_ICR);
}

/* The address as the EEPROM has it. FALSE if there is no EEPROM that answers. */
static BOOLEAN
E1000ReadEeprom(PE1000_CONTEXT Context, PUCHAR Address)
{
    ULONG Word, Value;

    for (Word = 0; Word < E1000_ADDRESS_WORDS; Word++) {
        E1000Write(Context, E1000_EERD,
                   (Word << E1000Chip.EepromAddressShift) | E1000_EERD_START);
        if (!E1000Poll(Context, E1000_EERD, E1000Chip.EepromDone, E1000Chip.EepromDone)) {
            return FALSE;
        }
        Value = E1000Read(Context, E1000_EERD) >> E1000_EERD_DATA_SHIFT;
        Address[2 * Word] = (UCHAR)Value;
        Address[2 * Word + 1] = (UCHAR)(Value >> 8);
    }
    return TRUE;
}

/* The address that firmware, or the reset, left in the first filter. FALSE if none. */
static BOOLEAN
E1000ReadFilter(PE1000_CONTEXT Context, PUCHAR Address)
{
    ULONG Low = E1000Read(Context, E1000_RAL0);
    ULONG High = E1000Read(Context, E1000_RAH0);

    RtlCopyMemory(Address, &Low, 4);
    RtlCopyMemory(Address + 4, &High, 2);
    return (High & E1000_RAH_AV) != 0;
}

/* A station's address is neither a group's nor all zeros. */
static BOOLEAN
E1000IsStationAddress(const UCHAR *Address)
{
    return (Address[0] & 1) == 0 && (Address[0] | Address[1] | Address[2] | Address[3] |
                                     Address[4] | Address[5]) != 0;
}

/*
 * Resets the chip and learns its station address. Interrupts stay masked.
 *
 * Returns STATUS_DEVICE_NOT_READY if the reset does not end, STATUS_DEVICE_DATA_ERROR if
 * neither EEPROM nor filter hold a station's address. PASSIVE_LEVEL.
 */
NTSTATUS
E1000ResetAdapter(PE1000_CONTEXT Context)
{
    E1000SilenceAdapter(Context);
    if (E1000Read(Context, E1000_CTRL) & E1000_CTRL_RST) {
        return STATUS_DEVICE_NOT_READY;
    }
    if (E1000ReadEeprom(Context, Context->Address) &&
        E1000IsStationAddress(Context->Address)) {
        return STATUS_SUCCESS;
    }
    if (E1000ReadFilter(Context, Context->Address) &&
        E1000IsStationAddress(Context->Address)) {
        return STATUS_SUCCESS;
    }
    return STATUS_DEVICE_DATA_ERROR;
}

/* Frames for our own address and broadcasts; no multicast group. */
static VOID
E1000SetFilters(PE1000_CONTEXT Context)
{
    ULONG Low = 0, High = 0, Word;

    RtlCopyMemory(&Low, Context->Address, 4);
    RtlCopyMemory(&High, Context->Address + 4, 2);
    E1000Write(Context, E1000_RAL0, Low);
    E1000Write(Context, E1000_RAH0, High | E1000_RAH_AV);
    for (Word = 0; Word < E1000_MULTICAST_WORDS; Word++) {
        E1000Write(Context, E1000_MTA + 4 * Word, 0);
    }
}

/*
 * Lets the chip run: link, filters, receive unit, transmit unit, and interrupts last,
 * when the ISR is connected and everything it leads to is ready.
 *
 * No coalescing but what settings.c says: it trades latency for fewer interrupts.
 */
VOID
E1000EnableAdapter(PE1000_CONTEXT Context)
{
    ULONG Control = E1000Read(Context, E1000_CTRL);

    Control &= ~(E1000_CTRL_LRST | E1000_CTRL_ILOS | E1000_CTRL_VME | E1000_CTRL_PHY_RST);
    E1000Write(Context, E1000_CTRL, Control | E1000Chip.Control);
    E1000SetFilters(Context);

    E1000Write(Context, E1000_ITR, E1000InterruptInterval());
    E1000Write(Context, E1000_RDTR, 0);
    E1000Write(Context, E1000_RADV, 0);
    E1000Write(Context, E1000_TIDV, 0);
    E1000Write(Context, E1000_RCTL,
               E1000_RCTL_EN | E1000_RCTL_BAM | E1000_RCTL_BSIZE_2048 | E1000_RCTL_SECRC);
    E1000Write(Context, E1000_TIPG, E1000Chip.TransmitGap);
    E1000Write(Context, E1000_TXDCTL, E1000Chip.TransmitDescriptorControl);
    E1000Write(Context, E1000_TCTL,
               E1000_TCTL_EN | E1000_TCTL_PSP |
                   (E1000_TCTL_CT_DEFAULT << E1000_TCTL_CT_SHIFT) |
                   (E1000_TCTL_COLD_FULL << E1000_TCTL_COLD_SHIFT));
    E1000EnableInterrupts(Context);
}
