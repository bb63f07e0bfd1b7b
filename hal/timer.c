/*
 * Time: the TSC, which stalls and measures, and the local APIC timer, which is the clock.
 * Neither knows its own rate, so both are measured once against a counter that does.
 *
 * Of three short measurements the sharpest counts: the one that the host of a virtual machine
 * has disturbed least, by the TSC. Where none is sharp, more are made.
 */
#include "halp.h"
#include "apicreg.h"

#define MEASUREMENTS        3
#define MOST_MEASUREMENTS   32
#define SHARP_SHARE         32 /* Width is at most one part of so many of the whole */
#define MEASURE_NANOSECONDS 333333
#define LARGEST_READS       1000000 /* of a reference that stands still */

#define NANOSECONDS_PER_SECOND      1000000000ULL
#define FEMTOSECONDS_PER_NANOSECOND 1000000U
#define CLOCK_UNITS_PER_SECOND      10000000ULL /* 100 ns */
#define MICROSECONDS_PER_SECOND     1000000ULL

/* Before the calibration a stall is rather too long: no processor counts faster. */
#define ASSUMED_FREQUENCY 5000000000ULL

/* One reading of the three counters; Width is the TSC time from before the first of them to
   after the last, so that an interruption between any two of them shows. */
typedef struct _HALP_READING {
    ULONG64 TimeStamp;
    ULONG64 Width;
    ULONG Reference;
    ULONG ApicCount;
} HALP_READING, *PHALP_READING;

typedef struct _HALP_MEASUREMENT {
    ULONG64 Nanoseconds; /* 0: the reference stood still */
    ULONG64 TimeStamps;
    ULONG64 Width; /* of the first and last readings, and the longest time without one */
    ULONG ApicTicks;
} HALP_MEASUREMENT, *PHALP_MEASUREMENT;

static ULONG64 HalpTimeStampFrequency = ASSUMED_FREQUENCY;
static ULONG64 HalpApicFrequency;

static VOID
HalpTakeReading(const HALP_REFERENCE *Reference, PHALP_READING Reading)
{
    ULONG64 Before = ArchReadTimeStamp();
    Reading->Reference = Reference->Read();
    Reading->TimeStamp = ArchReadTimeStamp();
    Reading->ApicCount = HalpReadApic(APIC_TIMER_CURRENT);
    Reading->Width = ArchReadTimeStamp() - Before;
}

/* The APIC timer counts down from its largest value; it lasts for seconds. */
static HALP_MEASUREMENT
HalpMeasure(const HALP_REFERENCE *Reference)
{
    HALP_MEASUREMENT Result = {0};
    HALP_READING First, Last;
    ULONG64 Before, Gap = 0; /* in a long one the reference may come round */
    ULONG Ticks;
    ULONG Wanted = (ULONG)((ULONG64)MEASURE_NANOSECONDS * FEMTOSECONDS_PER_NANOSECOND /
                           Reference->FemtosecondsPerTick);

    HalpWriteApic(APIC_TIMER_INITIAL, MAXULONG);
    HalpTakeReading(Reference, &First);
    Last = First;
    ULONG Reads = LARGEST_READS;
    do {
        if (--Reads == 0) {
            return Result;
        }
        ArchPause();
        Before = Last.TimeStamp;
        HalpTakeReading(Reference, &Last);
        Gap = max(Gap, Last.TimeStamp - Before);
        Ticks = (Last.Reference - First.Reference) & Reference->Mask;
    } while (Ticks < Wanted);
    Result.Nanoseconds =
        (ULONG64)Ticks * Reference->FemtosecondsPerTick / FEMTOSECONDS_PER_NANOSECOND;
    Result.TimeStamps = Last.TimeStamp - First.TimeStamp;
    Result.Width = First.Width + Last.Width + Gap;
    Result.ApicTicks = First.ApicCount - Last.ApicCount;
    return Result;
}

static BOOLEAN
HalpIsSharp(const HALP_MEASUREMENT *Measurement)
{
    return Measurement->Width <= Measurement->TimeStamps / SHARP_SHARE;
}

static BOOLEAN
HalpCalibrate(const HALP_REFERENCE *Reference)
{
    HALP_MEASUREMENT Best = {0};
    for (ULONG Index = 0;
         Index < MEASUREMENTS || (Index < MOST_MEASUREMENTS && !HalpIsSharp(&Best));
         Index++) {
        HALP_MEASUREMENT Measurement = HalpMeasure(Reference);
        if (Measurement.Nanoseconds == 0 || Measurement.ApicTicks == 0) {
            HalpPrint("timer calibration: the %s or the APIC timer stands still",
                      Reference->Name);
            return FALSE;
        }
        if (Best.Nanoseconds == 0 || Measurement.Width < Best.Width) {
            Best = Measurement;
        }
    }
    HalpTimeStampFrequency = Best.TimeStamps * NANOSECONDS_PER_SECOND / Best.Nanoseconds;
    HalpApicFrequency = Best.ApicTicks * NANOSECONDS_PER_SECOND / Best.Nanoseconds;
    return TRUE;
}

/*
 * Measures TSC and local APIC timer for about a millisecond, against the HPET or else the
 * PIT. STATUS_IO_TIMEOUT: no reference counts. Boot processor, once, after
 * HalInitializeLocalApic, interrupts off.
 */
NTSTATUS
HalCalibrateTimers(VOID)
{
    HALP_REFERENCE Reference;
    HalpWriteApic(APIC_LVT_TIMER, APIC_LVT_MASKED);
    HalpWriteApic(APIC_TIMER_DIVIDE, APIC_DIVIDE_BY_1);
    BOOLEAN Done = HalpStartHpet(&Reference) && HalpCalibrate(&Reference);
    if (!Done) {
        HalpStartPit(&Reference);
        Done = HalpCalibrate(&Reference);
    }
    HalpWriteApic(APIC_TIMER_INITIAL, 0);
    return Done ? STATUS_SUCCESS : STATUS_IO_TIMEOUT;
}

ULONG64
HalQueryTimeStampFrequency(VOID)
{
    return HalpTimeStampFrequency;
}

/*
 * Starts this processor's clock, an interrupt at CLOCK_VECTOR every Period (100 ns
 * units). After HalInitializeLocalApic; any IRQL.
 */
VOID
HalStartClock(ULONG Period)
{
    ULONG64 Count = HalpApicFrequency * Period / CLOCK_UNITS_PER_SECOND;
    HalpWriteApic(APIC_TIMER_DIVIDE, APIC_DIVIDE_BY_1);
    HalpWriteApic(APIC_LVT_TIMER, APIC_LVT_PERIODIC | CLOCK_VECTOR);
    HalpWriteApic(APIC_TIMER_INITIAL, (ULONG)min(max(Count, 1ULL), (ULONG64)MAXULONG));
}

/* Waits that many microseconds without giving up the processor. Any IRQL. */
VOID
HalStallExecution(ULONG Microseconds)
{
    ULONG64 Start = ArchReadTimeStamp();
    ULONG64 Ticks = HalpTimeStampFrequency * Microseconds / MICROSECONDS_PER_SECOND;
    while (ArchReadTimeStamp() - Start < Ticks) {
        ArchPause();
    }
}
