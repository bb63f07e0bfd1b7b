/*
 * The stop for a routine of the table that this framework does not have.
 */
#include "wdfp.h"
#include "slot.h"

/* The name of a routine; nobody but the stop asks, so that it may take long. */
static const CHAR *
WdfpFunctionName(ULONG Index)
{
    const CHAR *Name = WdfpFunctionNames;

    for (; Index != 0; Index--) {
        while (*Name++ != 0) {
        }
    }
    return Name;
}

/*
 * Called by the slot's thunk, as whatever routine the driver wanted: Index is its number,
 * Caller where it was called. Bug check 0x10D, 0x10, Index, Caller. Any IRQL.
 */
DECLSPEC_NORETURN VOID
WdfpStopUnimplemented(PWDFP_GLOBALS Globals, ULONG Index, ULONG_PTR Caller)
{
    DbgPrint("wdf: %s: Wdf%s is not implemented\n", Globals->Public.DriverName,
             WdfpFunctionName(Index));
    KeBugCheckEx(WDF_VIOLATION, WDF_API_UNAVAILABLE, Index, Caller, 0);
}
