/*
 * wdfp.h: what the files of the framework share.
 *
 * The framework is a client of the public WDM interface: it is compiled with -Iinclude and
 * includes nothing of include/internal, and tools/check_layers lets its objects refer to
 * exported routines only. It is linked into the kernel all the same (docs/adr/0020).
 *
 * A table routine is ImpWdfName; its prototype comes from the public header (wdfroutine.h).
 * It validates what the driver passed and calls Wdfp... routines, which trust each other.
 *
 * Locks, taken in this order: the callback lock of a device or queue (held while driver
 * code runs), WDFP_QUEUE.Lock, WDFP_GLOBALS.TreeLock. None is held when a driver's callback
 * is called but the first.
 */
#pragma once

#define WDF_FRAMEWORK

#include <wdf.h>
#include <wdfldr.h>

#include "object.h"

#define WDFP_TAG 0x46645746 /* "FWdF", of what belongs to no driver */

#define WDFP_MAJOR_VERSION 1
#define WDFP_MINOR_VERSION 33

/* One bound driver. */
typedef struct _WDFP_GLOBALS {
    WDF_DRIVER_GLOBALS Public; /* must be first: what the driver passes at every call */
    LIST_ENTRY Link;           /* WdfpDrivers */
    PDRIVER_OBJECT DriverObject;
    ULONG MinorVersion;    /* the client's */
    KSPIN_LOCK TreeLock;   /* parents, children, states and contexts of all objects */
    volatile LONG Objects; /* not freed yet */
    KEVENT NoObjects;      /* set when Objects becomes 0 */
} WDFP_GLOBALS, *PWDFP_GLOBALS;

static inline PWDFP_GLOBALS
WdfpGlobals(PWDF_DRIVER_GLOBALS DriverGlobals)
{
    return (PWDFP_GLOBALS)DriverGlobals;
}

/* --- bind.c, slot.c ------------------------------------------------------------------- */

/* The table, and its names one behind the other, each without "Wdf" and with its zero
   (tools/wdf_functions). */
extern const WDFFUNC WdfpFunctionTable[WdfFunctionTableNumEntries];
extern const CHAR WdfpFunctionNames[];

/* --- violation.c ---------------------------------------------------------------------- */

/* Says Why on a line with the driver's name and stops: bug check 0x10D. Any IRQL. */
DECLSPEC_NORETURN VOID WdfpViolation(PWDFP_GLOBALS Globals, const CHAR *Why, ULONG Code,
                                     ULONG_PTR P2, ULONG_PTR P3, ULONG_PTR P4);
/* Stops when a required parameter is NULL (code 4). */
VOID WdfpRequire(PWDFP_GLOBALS Globals, const VOID *Parameter, const CHAR *Name);
/* Stops unless the level is at most Maximum (code 0xE: the level, the limit). */
VOID WdfpRequireIrql(PWDFP_GLOBALS Globals, KIRQL Maximum, const CHAR *Routine);
/* NTAPI, as all stops that the interrupt path can come to: a call of the other convention
   would make every caller save two registers more. */
DECLSPEC_NORETURN VOID NTAPI WdfpIrqlChanged(PWDFP_GLOBALS Globals, KIRQL Before,
                                             KIRQL After, const VOID *Routine);

/* The same of a critical region that was entered and not left, or the other way round. */
DECLSPEC_NORETURN VOID NTAPI WdfpRegionChanged(PWDFP_GLOBALS Globals,
                                               const VOID *Routine);

/* What a driver's callback has to leave as it found it. */
typedef struct _WDFP_CALL_STATE {
    KIRQL Irql;
    BOOLEAN ApcsDisabled;
} WDFP_CALL_STATE;

static inline WDFP_CALL_STATE
WdfpEnterCallback(VOID)
{
    WDFP_CALL_STATE State = {KeGetCurrentIrql(), KeAreApcsDisabled()};

    return State;
}

/* After it: at the level and in the critical regions of before, or the system stops
   (WDF-29). */
static inline VOID
WdfpLeaveCallback(PWDFP_GLOBALS Globals, WDFP_CALL_STATE Before, const VOID *Routine)
{
    KIRQL After = KeGetCurrentIrql();

    if (After != Before.Irql) {
        WdfpIrqlChanged(Globals, Before.Irql, After, Routine);
    }
    if (KeAreApcsDisabled() != Before.ApcsDisabled) {
        WdfpRegionChanged(Globals, Routine);
    }
}

/* Calls a callback with Arguments and yields what it returns, its return checked. */
#define WDFP_CALL(Globals, Routine, ...)                                                 \
    ({                                                                                   \
        WDFP_CALL_STATE WdfpBefore = WdfpEnterCallback();                                \
        __typeof__((Routine)(__VA_ARGS__)) WdfpResult = (Routine)(__VA_ARGS__);          \
        WdfpLeaveCallback((Globals), WdfpBefore, (Routine));                             \
        WdfpResult;                                                                      \
    })
/* The same for one that returns nothing. */
#define WDFP_CALL_VOID(Globals, Routine, ...)                                            \
    do {                                                                                 \
        WDFP_CALL_STATE WdfpBefore = WdfpEnterCallback();                                \
        (Routine)(__VA_ARGS__);                                                          \
        WdfpLeaveCallback((Globals), WdfpBefore, (Routine));                             \
    } while (0)
