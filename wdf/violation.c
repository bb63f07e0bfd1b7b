/*
 * Bug check 0x10D: what a driver must not do. One line names the driver and the mistake.
 */
#include "wdfp.h"

DECLSPEC_NORETURN VOID
WdfpViolation(PWDFP_GLOBALS Globals, const CHAR *Why, ULONG Code, ULONG_PTR P2,
              ULONG_PTR P3, ULONG_PTR P4)
{
    DbgPrint("wdf: %s: %s\n", Globals->Public.DriverName, Why);
    KeBugCheckEx(WDF_VIOLATION, Code, P2, P3, P4);
}

VOID
WdfpRequire(PWDFP_GLOBALS Globals, const VOID *Parameter, const CHAR *Name)
{
    if (Parameter == NULL) {
        DbgPrint("wdf: %s: %s is NULL\n", Globals->Public.DriverName, Name);
        KeBugCheckEx(WDF_VIOLATION, WDF_REQUIRED_PARAMETER_IS_NULL, 0,
                     (ULONG_PTR)__builtin_return_address(0), 0);
    }
}

VOID
WdfpRequireIrql(PWDFP_GLOBALS Globals, KIRQL Maximum, const CHAR *Routine)
{
    KIRQL Current = KeGetCurrentIrql();

    if (Current > Maximum) {
        DbgPrint("wdf: %s: %s at IRQL %u, above %u\n", Globals->Public.DriverName,
                 Routine, Current, Maximum);
        KeBugCheckEx(WDF_VIOLATION, WDF_VERIFIER_IRQL_MISMATCH, Current, Maximum, 0);
    }
}

DECLSPEC_NORETURN VOID NTAPI
WdfpIrqlChanged(PWDFP_GLOBALS Globals, KIRQL Before, KIRQL After, const VOID *Routine)
{
    DbgPrint("wdf: %s: the callback at 0x%p was called at IRQL %u and returned at %u\n",
             Globals->Public.DriverName, Routine, Before, After);
    KeBugCheckEx(WDF_VIOLATION, WDF_VERIFIER_IRQL_MISMATCH, Before, After, 0);
}

DECLSPEC_NORETURN VOID NTAPI
WdfpRegionChanged(PWDFP_GLOBALS Globals, const VOID *Routine)
{
    DbgPrint("wdf: %s: the callback at 0x%p left critical regions other than it found\n",
             Globals->Public.DriverName, Routine);
    KeBugCheckEx(WDF_VIOLATION, WDF_VERIFIER_CRITICAL_REGION_MISMATCH, (ULONG_PTR)Routine,
                 0, 0);
}

/* A bug check of the driver's own. Any IRQL. Source: manual, WdfVerifierKeBugCheck. */
VOID NTAPI
ImpWdfVerifierKeBugCheck(PWDF_DRIVER_GLOBALS DriverGlobals, ULONG BugCheckCode,
                         ULONG_PTR P1, ULONG_PTR P2, ULONG_PTR P3, ULONG_PTR P4)
{
    DbgPrint("wdf: %s: stops the system itself\n", DriverGlobals->DriverName);
    KeBugCheckEx(BugCheckCode, P1, P2, P3, P4);
}
