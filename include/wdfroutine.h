/*
 * How a framework routine is declared, once for both sides of the table.
 *
 *     WDF_ROUTINE(Type, WdfName, (parameters), (their names));
 *
 * In a driver it is an inline function that loads the driver's globals and the table and
 * calls through the routine's slot. In the framework itself (WDF_FRAMEWORK) it is the
 * prototype of ImpWdfName, which the slot leads to and whose first parameter the globals
 * are; so that a definition with other parameters than the driver passes does not compile.
 */
#pragma once

#include <wdfglobals.h>
#include <wdffuncenum.h>

#define WDF_ROUTINE_PARAMETERS(...) (_In_ PWDF_DRIVER_GLOBALS DriverGlobals, __VA_ARGS__)
#define WDF_ROUTINE_ARGUMENTS(...)  (WdfDriverGlobals, __VA_ARGS__)

#if defined(WDF_FRAMEWORK)

#define WDF_ROUTINE(Type, Name, Parameters, Arguments)                                   \
    Type NTAPI Imp##Name WDF_ROUTINE_PARAMETERS Parameters

#else

/* Set by FxDriverEntry. */
extern PWDF_DRIVER_GLOBALS WdfDriverGlobals;
extern const WDFFUNC *WdfFunctions;

#define WDF_ROUTINE(Type, Name, Parameters, Arguments)                                   \
    typedef Type NTAPI Name##_ROUTINE WDF_ROUTINE_PARAMETERS Parameters;                 \
    static FORCEINLINE Type Name Parameters                                              \
    {                                                                                    \
        return ((Name##_ROUTINE *)WdfFunctions[Name##TableIndex])                        \
            WDF_ROUTINE_ARGUMENTS Arguments;                                             \
    }                                                                                    \
    typedef Name##_ROUTINE *PFN_##Name

#endif
