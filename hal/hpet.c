/*
 * The HPET's main counter, as the reference other clocks are measured with.
 */
#include "halp.h"

#include <wdm/ioaccess.h>

#define HPET_LENGTH        0x400
#define HPET_PERIOD        0x04 /* upper half of the capabilities: femtoseconds a tick */
#define HPET_CONFIGURATION 0x10
#define HPET_COUNTER       0xF0

#define HPET_RUN            0x1
#define HPET_LEGACY_ROUTES  0x2
#define HPET_LARGEST_PERIOD 0x05F5E100 /* 100 ns: the specification's limit */

static volatile UCHAR *HalpHpet;

static volatile ULONG *
HalpHpetRegister(ULONG Offset)
{
    return (volatile ULONG *)(HalpHpet + Offset);
}

static ULONG
HalpReadHpet(VOID)
{
    return READ_REGISTER_ULONG(HalpHpetRegister(HPET_COUNTER));
}

/*
 * Lets the counter run, without the legacy routes (they would take over the PIT's line).
 * FALSE: no HPET, or its period is none.
 */
BOOLEAN
HalpStartHpet(PHALP_REFERENCE Reference)
{
    if (HalpPlatform.HpetAddress == 0) {
        return FALSE;
    }
    HalpHpet = HalMapDevice(HalpPlatform.HpetAddress, HPET_LENGTH);
    if (HalpHpet == NULL) {
        return FALSE;
    }
    ULONG Period = READ_REGISTER_ULONG(HalpHpetRegister(HPET_PERIOD));
    if (Period == 0 || Period > HPET_LARGEST_PERIOD) {
        return FALSE;
    }
    ULONG Configuration = READ_REGISTER_ULONG(HalpHpetRegister(HPET_CONFIGURATION));
    WRITE_REGISTER_ULONG(HalpHpetRegister(HPET_CONFIGURATION),
                         (Configuration & ~HPET_LEGACY_ROUTES) | HPET_RUN);
    Reference->Read = HalpReadHpet;
    Reference->Mask = MAXULONG;
    Reference->FemtosecondsPerTick = Period;
    Reference->Name = "HPET";
    return TRUE;
}
