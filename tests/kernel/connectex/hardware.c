/*
 * What stands in the hardware, to tell whether something was left behind there.
 */
#include "recorder.h"

#define FNV_BASIS 0xCBF29CE484222325ULL
#define FNV_PRIME 0x00000100000001B3ULL

/* Of a redirection entry: what the I/O APIC itself sets and clears. */
#define ENTRY_DELIVERY_STATE 0x5000

VOID
ReadHardware(PHARDWARE Hardware)
{
    RtlZeroMemory(Hardware, sizeof(*Hardware));
    Hardware->Gates = FNV_BASIS;
    for (ULONG Number = 0; Number < KeQueryActiveProcessorCount(NULL); Number++) {
        for (ULONG Vector = 0; Vector <= 0xFF; Vector++) {
            ULONG64 Target = 0;

            DirqlQueryGate(Number, Vector, &Target);
            Hardware->Gates = (Hardware->Gates ^ Target) * FNV_PRIME;
        }
    }
    DirqlQuerySource(Device.Processor, Device.Vector, &Hardware->Source);
    Hardware->Source.Redirection &= ~(ULONG64)ENTRY_DELIVERY_STATE;
}

BOOLEAN
IsHardwareAs(const HARDWARE *Before)
{
    HARDWARE Now;

    ReadHardware(&Now);
    return RtlCompareMemory(&Now, Before, sizeof(Now)) == sizeof(Now);
}

BOOLEAN
IsSourceMasked(VOID)
{
    DIRQL_INTERRUPT_SOURCE Source;

    return DirqlQuerySource(Device.Processor, Device.Vector, &Source) && Source.Masked;
}
