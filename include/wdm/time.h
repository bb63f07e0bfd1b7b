/*
 * Time: the page every processor reads it from, and the routines that measure it.
 *
 * The kernel's clock interrupt updates the page with single 64-bit stores, so a reader
 * needs no lock at any IRQL. Interrupt time counts 100 ns since boot, system time 100 ns
 * since 1601; both move once a clock tick.
 */
#pragma once

#include <wdm/irql.h>

typedef struct _KSYSTEM_TIME {
    ULONG LowPart;
    LONG High1Time;
    LONG High2Time;
} KSYSTEM_TIME, *PKSYSTEM_TIME;

/* Read-only for drivers. Only the members this kernel keeps have names. */
typedef struct _KUSER_SHARED_DATA {
    ULONG TickCountLowDeprecated;
    ULONG TickCountMultiplier;
    volatile KSYSTEM_TIME InterruptTime;
    volatile KSYSTEM_TIME SystemTime;
    volatile KSYSTEM_TIME TimeZoneBias;
    UCHAR Reserved1[0x320 - 0x2C];
    union {
        volatile KSYSTEM_TIME TickCount;
        volatile ULONG64 TickCountQuad;
    };
} KUSER_SHARED_DATA, *PKUSER_SHARED_DATA;

#define KI_USER_SHARED_DATA 0xFFFFF78000000000ULL
#define SharedUserData      ((KUSER_SHARED_DATA *const)KI_USER_SHARED_DATA)

#define SharedInterruptTime (KI_USER_SHARED_DATA + 0x8)
#define SharedSystemTime    (KI_USER_SHARED_DATA + 0x14)
#define SharedTickCount     (KI_USER_SHARED_DATA + 0x320)

FORCEINLINE ULONGLONG NTAPI
KeQueryInterruptTime(VOID)
{
    return *(volatile ULONG64 *)SharedInterruptTime;
}

FORCEINLINE VOID NTAPI
KeQuerySystemTime(_Out_ PLARGE_INTEGER CurrentTime)
{
    CurrentTime->QuadPart = *(volatile LONG64 *)SharedSystemTime;
}

FORCEINLINE VOID NTAPI
KeQueryTickCount(_Out_ PLARGE_INTEGER CurrentCount)
{
    CurrentCount->QuadPart = *(volatile LONG64 *)SharedTickCount;
}

/* One clock tick in units of 100 ns. */
NTKERNELAPI ULONG NTAPI KeQueryTimeIncrement(VOID);
NTKERNELAPI LARGE_INTEGER NTAPI
KeQueryPerformanceCounter(_Out_opt_ PLARGE_INTEGER PerformanceFrequency);
NTKERNELAPI ULONGLONG NTAPI KeQueryInterruptTimePrecise(_Out_ PULONG64 QpcTimeStamp);
NTKERNELAPI VOID NTAPI KeQuerySystemTimePrecise(_Out_ PLARGE_INTEGER CurrentTime);
NTKERNELAPI ULONGLONG NTAPI KeQueryUnbiasedInterruptTime(VOID);
_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    ZwSetSystemTime(_In_ PLARGE_INTEGER SystemTime, _Out_opt_ PLARGE_INTEGER OldTime);
NTKERNELAPI ULONG NTAPI ExSetTimerResolution(_In_ ULONG DesiredTime,
                                             _In_ BOOLEAN SetResolution);
/* Spins; meant for up to 50 microseconds. (DPC-29) */
NTHALAPI VOID NTAPI KeStallExecutionProcessor(_In_ ULONG MicroSeconds);
