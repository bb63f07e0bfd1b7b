/*
 * Host test of the timers' calibration: whatever moment the host of a virtual machine takes
 * the processor away at, the rates come out right.
 */
#include "check.h"

#include <internal/arch.h>

/* Time is what the test makes of it: the counters go on with each access to one. */
#define ArchReadTimeStamp ReadTimeStamp
#define HalpReadApic      HalpReadRealApic
#define HalpWriteApic     HalpWriteRealApic
#include "../../hal/apicreg.h"
#undef HalpReadApic
#undef HalpWriteApic

#define ACCESS_NANOSECONDS    300
#define HELD_NANOSECONDS      56000000ULL /* the 8254 comes round in 55 ms */
#define TSC_FREQUENCY         2600000000ULL
#define APIC_FREQUENCY        1000000000ULL
#define HPET_FEMTOSECONDS     10000000U
#define PIT_FEMTOSECONDS      838095344U
#define FEMTOSECONDS_PER_NANO 1000000ULL

static ULONG64 Now; /* nanoseconds */
static ULONG Accesses;
static ULONG HeldAt, HeldEvery; /* the accesses before which the processor is away */
static BOOLEAN HpetIsThere;
static ULONG64 TimerStart;
static ULONG TimerInitial;

static VOID
PassTime(VOID)
{
    Accesses++;
    if (Accesses == HeldAt) {
        Now += HELD_NANOSECONDS;
        HeldAt += HeldEvery;
    }
    Now += ACCESS_NANOSECONDS;
}

static ULONG64
ReadTimeStamp(VOID)
{
    PassTime();
    return Now * (TSC_FREQUENCY / 100000000) / 10;
}

static ULONG
HalpReadApic(ULONG Register)
{
    PassTime();
    return (Register == APIC_TIMER_CURRENT) ? TimerInitial - (ULONG)(Now - TimerStart)
                                            : 0;
}

static VOID
HalpWriteApic(ULONG Register, ULONG Value)
{
    PassTime();
    if (Register == APIC_TIMER_INITIAL) {
        TimerInitial = Value;
        TimerStart = Now;
    }
}

#include "../../hal/timer.c"

VOID
HalpPrint(const CHAR *Format, ...)
{
    UNREFERENCED_PARAMETER(Format);
}

static ULONG
ReadHpet(VOID)
{
    PassTime();
    return (ULONG)(Now * FEMTOSECONDS_PER_NANO / HPET_FEMTOSECONDS);
}

static ULONG
ReadPit(VOID)
{
    PassTime();
    return (ULONG)(Now * FEMTOSECONDS_PER_NANO / PIT_FEMTOSECONDS) & MAXUSHORT;
}

BOOLEAN
HalpStartHpet(PHALP_REFERENCE Reference)
{
    *Reference = (HALP_REFERENCE){ReadHpet, MAXULONG, HPET_FEMTOSECONDS, "HPET"};
    return HpetIsThere;
}

VOID
HalpStartPit(PHALP_REFERENCE Reference)
{
    *Reference = (HALP_REFERENCE){ReadPit, MAXUSHORT, PIT_FEMTOSECONDS, "PIT"};
}

static BOOLEAN
IsNear(ULONG64 Frequency, ULONG64 Wanted)
{
    return Frequency > Wanted / 100 * 98 && Frequency < Wanted / 100 * 102;
}

/* One calibration, held up before access number At and then before each Every-th. */
static BOOLEAN
IsRight(ULONG At, ULONG Every)
{
    Accesses = 0;
    HeldAt = At;
    HeldEvery = Every;
    return HalCalibrateTimers() == STATUS_SUCCESS &&
           IsNear(HalpTimeStampFrequency, TSC_FREQUENCY) &&
           IsNear(HalpApicFrequency, APIC_FREQUENCY);
}

/* Held up once, before each access there is in turn: how often that spoils the rates. */
static ULONG
CountWrong(ULONG Every)
{
    ULONG Last, Wrong = !IsRight(0, 0);

    Last = Accesses;
    for (ULONG At = 1; At <= Last; At++) {
        Wrong += !IsRight(At, Every);
    }
    return Wrong;
}

int
main(void)
{
    HpetIsThere = TRUE;
    Check(IsRight(0, 0), "the rates of an undisturbed calibration, by the HPET");
    Check(CountWrong(0) == 0, "held up for 56 ms before any one access: the same rates");
    Check(CountWrong(1500) == 0, "and again, so that most measurements are disturbed");
    HpetIsThere = FALSE;
    Check(IsRight(0, 0), "the same by the 8254");
    Check(CountWrong(0) == 0, "held up before any one access while it comes round");
    Check(CountWrong(1500) == 0, "and again");
    return CheckVerdict();
}
