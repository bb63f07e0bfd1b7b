/*
 * Timer objects.
 */
#pragma once

#include <wdfobject.h>

/* Called at DISPATCH_LEVEL; at PASSIVE_LEVEL when the timer's execution level says so. */
typedef VOID NTAPI EVT_WDF_TIMER(_In_ WDFTIMER Timer);
typedef EVT_WDF_TIMER *PFN_WDF_TIMER;

typedef struct _WDF_TIMER_CONFIG {
    ULONG Size;
    PFN_WDF_TIMER EvtTimerFunc;
    ULONG Period; /* milliseconds; 0: once */
    BOOLEAN AutomaticSerialization;
    ULONG TolerableDelay; /* milliseconds */
    DECLSPEC_ALIGN(8) WDF_TRI_STATE UseHighResolutionTimer;
} WDF_TIMER_CONFIG, *PWDF_TIMER_CONFIG;

static FORCEINLINE VOID
WDF_TIMER_CONFIG_INIT(_Out_ PWDF_TIMER_CONFIG Config, _In_ PFN_WDF_TIMER EvtTimerFunc)
{
    __builtin_memset(Config, 0, sizeof(*Config));
    Config->Size = sizeof(*Config);
    Config->EvtTimerFunc = EvtTimerFunc;
    Config->AutomaticSerialization = TRUE;
}

static FORCEINLINE VOID
WDF_TIMER_CONFIG_INIT_PERIODIC(_Out_ PWDF_TIMER_CONFIG Config,
                               _In_ PFN_WDF_TIMER EvtTimerFunc, _In_ LONG Period)
{
    WDF_TIMER_CONFIG_INIT(Config, EvtTimerFunc);
    Config->Period = (ULONG)Period;
}

_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfTimerCreate,
            (_In_ PWDF_TIMER_CONFIG Config, _In_ PWDF_OBJECT_ATTRIBUTES Attributes,
             _Out_ WDFTIMER *Timer),
            (Config, Attributes, Timer));
/* DueTime in 100 ns, relative when negative. TRUE: it was set already. */
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(BOOLEAN, WdfTimerStart, (_In_ WDFTIMER Timer, _In_ LONGLONG DueTime),
            (Timer, DueTime));
/* TRUE: it was set. Wait: until its callback does not run either; PASSIVE_LEVEL then. */
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(BOOLEAN, WdfTimerStop, (_In_ WDFTIMER Timer, _In_ BOOLEAN Wait), (Timer, Wait));
WDF_ROUTINE(WDFOBJECT, WdfTimerGetParentObject, (_In_ WDFTIMER Timer), (Timer));
