/* Time as routines: the performance counter, the tick's length, stalls. */
#include "ki.h"

#define UNITS_PER_SECOND 10000000

/* The TSC, and its frequency in Hz. IRQL: any. */
LARGE_INTEGER
NTAPI
KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency)
{
    LARGE_INTEGER Counter;

    if (PerformanceFrequency != NULL) {
        PerformanceFrequency->QuadPart = (LONG64)HalQueryTimeStampFrequency();
    }
    Counter.QuadPart = (LONG64)ArchReadTimeStamp();
    return Counter;
}
EXPORT(KeQueryPerformanceCounter);

/* 100 ns units in one clock tick. */
ULONG
NTAPI
KeQueryTimeIncrement(VOID)
{
    return KE_CLOCK_PERIOD;
}
EXPORT(KeQueryTimeIncrement);

ULONGLONG
NTAPI
KeQueryUnbiasedInterruptTime(VOID)
{
    return KiQueryInterruptTime();
}
EXPORT(KeQueryUnbiasedInterruptTime);

/* Spins by the TSC. IRQL: any; not for longer than 50 us (DPC-29). */
VOID NTAPI
KeStallExecutionProcessor(ULONG MicroSeconds)
{
    HalStallExecution(MicroSeconds);
}
EXPORT(KeStallExecutionProcessor);
