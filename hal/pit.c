/*
 * Channel 2 of the 8254, the one whose interrupt goes nowhere: the reference other clocks
 * are measured with when there is no HPET.
 */
#include "halp.h"
#include "ports.h"

#define PIT_CHANNEL_2       0x42
#define PIT_COMMAND         0x43
#define PIT_LATCH_CHANNEL_2 0x80
#define PIT_CHANNEL_2_RATE  0xB4 /* both bytes, mode 2: counts down and starts again */

#define CONTROL_PORT    0x61
#define CONTROL_GATE_2  0x01
#define CONTROL_SPEAKER 0x02

#define PIT_FEMTOSECONDS 838095344 /* 1193182 Hz */

static ULONG
HalpReadPit(VOID)
{
    HalpWritePort8(PIT_COMMAND, PIT_LATCH_CHANNEL_2);
    ULONG Low = HalpReadPort8(PIT_CHANNEL_2);
    ULONG High = HalpReadPort8(PIT_CHANNEL_2);
    return ~((High << 8) | Low);
}

VOID
HalpStartPit(PHALP_REFERENCE Reference)
{
    UCHAR Control = HalpReadPort8(CONTROL_PORT);
    HalpWritePort8(CONTROL_PORT, (UCHAR)((Control & ~CONTROL_SPEAKER) | CONTROL_GATE_2));
    HalpWritePort8(PIT_COMMAND, PIT_CHANNEL_2_RATE);
    HalpWritePort8(PIT_CHANNEL_2, 0); /* a count of 0 is 65536 */
    HalpWritePort8(PIT_CHANNEL_2, 0);
    Reference->Read = HalpReadPit;
    Reference->Mask = MAXUSHORT;
    Reference->FemtosecondsPerTick = PIT_FEMTOSECONDS;
    Reference->Name = "PIT";
}
