/*
 * Macros and inline helpers that belong to no object.
 */
#pragma once

#include <wdfroutine.h>

/* Relative and absolute times, in units of 100 ns. */
#define WDF_TIMEOUT_TO_SEC (1000000000LL / 100)
#define WDF_TIMEOUT_TO_MS  (1000000LL / 100)
#define WDF_TIMEOUT_TO_US  (1000LL / 100)

static FORCEINLINE LONGLONG
WDF_REL_TIMEOUT_IN_SEC(_In_ ULONGLONG Time)
{
    return (LONGLONG)Time * -WDF_TIMEOUT_TO_SEC;
}

static FORCEINLINE LONGLONG
WDF_ABS_TIMEOUT_IN_SEC(_In_ ULONGLONG Time)
{
    return (LONGLONG)Time * WDF_TIMEOUT_TO_SEC;
}

static FORCEINLINE LONGLONG
WDF_REL_TIMEOUT_IN_MS(_In_ ULONGLONG Time)
{
    return (LONGLONG)Time * -WDF_TIMEOUT_TO_MS;
}

static FORCEINLINE LONGLONG
WDF_ABS_TIMEOUT_IN_MS(_In_ ULONGLONG Time)
{
    return (LONGLONG)Time * WDF_TIMEOUT_TO_MS;
}

static FORCEINLINE LONGLONG
WDF_REL_TIMEOUT_IN_US(_In_ ULONGLONG Time)
{
    return (LONGLONG)Time * -WDF_TIMEOUT_TO_US;
}

static FORCEINLINE LONGLONG
WDF_ABS_TIMEOUT_IN_US(_In_ ULONGLONG Time)
{
    return (LONGLONG)Time * WDF_TIMEOUT_TO_US;
}

/* AlignTo is a power of two. */
static FORCEINLINE SIZE_T
WDF_ALIGN_SIZE_DOWN(_In_ SIZE_T Length, _In_ SIZE_T AlignTo)
{
    return Length & ~(AlignTo - 1);
}

static FORCEINLINE SIZE_T
WDF_ALIGN_SIZE_UP(_In_ SIZE_T Length, _In_ SIZE_T AlignTo)
{
    return WDF_ALIGN_SIZE_DOWN(Length + AlignTo - 1, AlignTo);
}

#if !defined(WDF_FRAMEWORK)

static FORCEINLINE PWDF_DRIVER_GLOBALS
WdfGetDriverGlobals(VOID)
{
    return WdfDriverGlobals;
}

#endif
