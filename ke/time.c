/* Time as routines: the performance counter, times between ticks, a new system time, stalls. */
#include "ki.h"

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

/* The resolution is the clock's and stays it: returned whatever is asked for. IRQL:
   PASSIVE_LEVEL. Source: manual, ExSetTimerResolution. */
ULONG
NTAPI
ExSetTimerResolution(ULONG DesiredTime, BOOLEAN SetResolution)
{
    UNREFERENCED_PARAMETER(DesiredTime);
    UNREFERENCED_PARAMETER(SetResolution);
    return KE_CLOCK_PERIOD;
}
EXPORT(ExSetTimerResolution);

ULONGLONG
NTAPI
KeQueryUnbiasedInterruptTime(VOID)
{
    return KiQueryInterruptTime();
}
EXPORT(KeQueryUnbiasedInterruptTime);

/* Interrupt time, which does not wait for the tick; and the performance counter's value at
   that moment. IRQL: any. Source: manual, KeQueryInterruptTimePrecise. */
ULONGLONG
NTAPI
KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp)
{
    KI_PRECISE_TIME Time;

    KiQueryPreciseTime(&Time);
    *QpcTimeStamp = Time.TimeStamp;
    return Time.InterruptTime;
}
EXPORT(KeQueryInterruptTimePrecise);

/* The same for the system time. IRQL: any. Source: manual, KeQuerySystemTimePrecise. */
VOID NTAPI
KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime)
{
    KI_PRECISE_TIME Time;

    KiQueryPreciseTime(&Time);
    CurrentTime->QuadPart = (LONG64)Time.SystemTime;
}
EXPORT(KeQuerySystemTimePrecise);

/*
 * Sets the system time, in 100 ns since 1601, and tells the one before when OldTime is not
 * NULL. Timers set to a system time expire by the new one, those set from then on as if
 * nothing had happened.
 *
 * STATUS_INVALID_PARAMETER for a time before 1601. IRQL: PASSIVE_LEVEL. Source: DOUBT-17.
 */
NTSTATUS
NTAPI
ZwSetSystemTime(PLARGE_INTEGER SystemTime, PLARGE_INTEGER OldTime)
{
    KAFFINITY Affinity;
    LONG64 Change;
    KIRQL OldIrql;

    if (SystemTime->QuadPart < 0) {
        return STATUS_INVALID_PARAMETER;
    }
    Affinity = KeSetSystemAffinityThreadEx(AFFINITY_MASK(KI_TIME_KEEPER));
    OldIrql = KiLockDispatcher();
    Change = KiStoreSystemTime(SystemTime->QuadPart);
    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS; Number++) {
        if (KiProcessorBlock[Number] != NULL) {
            KiShiftWheel(&KiProcessorBlock[Number]->TimerWheel, Change);
        }
    }
    KiUnlockDispatcher(OldIrql);
    KeRevertToUserAffinityThreadEx(Affinity);
    if (OldTime != NULL) {
        OldTime->QuadPart = SystemTime->QuadPart - Change;
    }
    return STATUS_SUCCESS;
}
EXPORT(ZwSetSystemTime);

/* Spins by the TSC. IRQL: any; not for longer than 50 us (DPC-29). */
VOID NTAPI
KeStallExecutionProcessor(ULONG MicroSeconds)
{
    HalStallExecution(MicroSeconds);
}
EXPORT(KeStallExecutionProcessor);
