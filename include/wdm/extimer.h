/*
 * Timers that the kernel allocates (EX_TIMER): set, cancelled and deleted by routine, with a
 * callback in place of a DPC.
 *
 * A timer is the driver's from ExAllocateTimer to ExDeleteTimer. It is also an object to
 * wait for. Times are in units of 100 ns, negative from now; a period too. The callback can
 * set its timer anew, and delete it without waiting.
 */
#pragma once

#include <wdm/sync.h>

typedef struct _EX_TIMER *PEX_TIMER;

/* Attributes. NO_WAKE and HIGH_RESOLUTION exclude each other; without NOTIFICATION a wait
   that is satisfied takes the signal. */
#define EX_TIMER_HIGH_RESOLUTION 0x00000004
#define EX_TIMER_NO_WAKE         0x00000008
#define EX_TIMER_NOTIFICATION    0x80000000

#define EX_TIMER_UNLIMITED_TOLERANCE ((LONGLONG)-1)

/* Called at DISPATCH_LEVEL. */
_IRQL_requires_(DISPATCH_LEVEL) _IRQL_requires_same_ typedef VOID NTAPI
    EXT_CALLBACK(_In_ PEX_TIMER Timer, _In_opt_ PVOID Context);
typedef EXT_CALLBACK *PEXT_CALLBACK;

/* Called at DISPATCH_LEVEL when a timer that nobody waits for is gone. */
_IRQL_requires_(DISPATCH_LEVEL) _IRQL_requires_same_ typedef VOID NTAPI
    EXT_DELETE_CALLBACK(_In_opt_ PVOID Context);
typedef EXT_DELETE_CALLBACK *PEXT_DELETE_CALLBACK;

typedef struct _EXT_SET_PARAMETERS_V0 {
    ULONG Version;
    ULONG Reserved;
    LONGLONG NoWakeTolerance; /* how late a NO_WAKE timer may wake the processor */
} EXT_SET_PARAMETERS, *PEXT_SET_PARAMETERS;

typedef struct _EXT_DELETE_PARAMETERS {
    ULONG Version;
    ULONG Reserved;
    PEXT_DELETE_CALLBACK DeleteCallback;
    PVOID DeleteContext;
} EXT_DELETE_PARAMETERS, *PEXT_DELETE_PARAMETERS;

typedef PVOID PEXT_CANCEL_PARAMETERS; /* NULL */

FORCEINLINE VOID
ExInitializeSetTimerParameters(_Out_ PEXT_SET_PARAMETERS Parameters)
{
    Parameters->Version = 0;
    Parameters->Reserved = 0;
    Parameters->NoWakeTolerance = 0;
}

FORCEINLINE VOID
ExInitializeDeleteTimerParameters(_Out_ PEXT_DELETE_PARAMETERS Parameters)
{
    Parameters->Version = 0;
    Parameters->Reserved = 0;
    Parameters->DeleteCallback = NULL;
    Parameters->DeleteContext = NULL;
}

_IRQL_requires_max_(DISPATCH_LEVEL) _Must_inspect_result_ NTKERNELAPI PEX_TIMER NTAPI
    ExAllocateTimer(_In_opt_ PEXT_CALLBACK Callback, _In_opt_ PVOID CallbackContext,
                    _In_ ULONG Attributes);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN NTAPI
    ExSetTimer(_In_ PEX_TIMER Timer, _In_ LONGLONG DueTime, _In_ LONGLONG Period,
               _In_opt_ PEXT_SET_PARAMETERS Parameters);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN NTAPI
    ExCancelTimer(_Inout_ PEX_TIMER Timer, _In_opt_ PEXT_CANCEL_PARAMETERS Parameters);
/* With Wait, which needs Cancel: <= APC_LEVEL. */
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN NTAPI
    ExDeleteTimer(_In_ PEX_TIMER Timer, _In_ BOOLEAN Cancel, _In_ BOOLEAN Wait,
                  _In_opt_ PEXT_DELETE_PARAMETERS Parameters);
