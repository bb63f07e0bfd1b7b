/*
 * The stop for a routine of the table that this framework does not have.
 */
#include "wdfp.h"
#include "slot.h"

/*
 * Called by the slot's thunk, as whatever routine the driver wanted: Index is its number,
 * Caller where it was called. Bug check 0x10D, 0x10, Index, Caller. Any IRQL.
 */
DECLSPEC_NORETURN VOID
WdfpStopUnimplemented(PWDFP_GLOBALS Globals, ULONG Index, ULONG_PTR Caller)
{
    DbgPrint("wdf: %s: %s is not implemented\n", Globals->Public.DriverName,
             WdfpFunctionNames[Index]);
    KeBugCheckEx(WDF_VIOLATION, WDF_API_UNAVAILABLE, Index, Caller, 0);
}
