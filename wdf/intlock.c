/*
 * The lock that an interrupt's ISR, Enable, Disable and Synchronize run under: the spin lock
 * of the interrupt object at DIRQL, or a wait lock.
 */
#include "wdfp.h"
#include "interrupt.h"

/* The lock exists from connect to disconnect; before and after, it is a stop: 0x10D, 0xB,
   the handle, 0. */
static VOID
WdfpRequireConnection(PWDFP_INTERRUPT Interrupt, const CHAR *Why)
{
    if (Interrupt->Connection == NULL) {
        WdfpViolation(Interrupt->Object.Globals, Why, WDF_INVALID_LOCK_OPERATION,
                      (ULONG_PTR)WdfpHandle(Interrupt), 0, 0);
    }
}

BOOLEAN
WdfpSynchronizeInterrupt(PWDFP_INTERRUPT Interrupt, PKSYNCHRONIZE_ROUTINE Routine,
                         PVOID Context)
{
    PWDFP_GLOBALS Globals = Interrupt->Object.Globals;
    BOOLEAN Result;

    if (!Interrupt->Passive) {
        return KeSynchronizeExecution(Interrupt->Connection, Routine, Context);
    }
    WdfpEnterWait(Globals, Interrupt->Wait, WdfpHandle(Interrupt), NULL);
    Result = Routine(Context);
    WdfpLeaveWait(Globals, Interrupt->Wait, WdfpHandle(Interrupt));
    return Result;
}

typedef struct _WDFP_SYNCHRONIZED_CALL {
    PWDFP_INTERRUPT Interrupt;
    PFN_WDF_INTERRUPT_SYNCHRONIZE Callback;
    WDFCONTEXT Context;
} WDFP_SYNCHRONIZED_CALL, *PWDFP_SYNCHRONIZED_CALL;

static BOOLEAN NTAPI
WdfpCallSynchronized(PVOID Context)
{
    PWDFP_SYNCHRONIZED_CALL Call = Context;

    return WDFP_CALL(Call->Interrupt->Object.Globals, Call->Callback,
                     WdfpHandle(Call->Interrupt), Call->Context);
}

/* Calls Callback as the ISR is called; what it returned. At or below DISPATCH_LEVEL,
   PASSIVE_LEVEL for a passive-level interrupt. Source: WDF-15. */
BOOLEAN
NTAPI
ImpWdfInterruptSynchronize(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Handle,
                           PFN_WDF_INTERRUPT_SYNCHRONIZE Callback, WDFCONTEXT Context)
{
    PWDFP_INTERRUPT Interrupt = WdfpInterruptFromHandle(DriverGlobals, Handle);
    WDFP_SYNCHRONIZED_CALL Call = {Interrupt, Callback, Context};

    WdfpRequireConnection(Interrupt, "WdfInterruptSynchronize while it is not connected");
    WdfpRequireIrql(Interrupt->Object.Globals,
                    Interrupt->Passive ? PASSIVE_LEVEL : Interrupt->SynchronizeIrql,
                    "WdfInterruptSynchronize");
    return WdfpSynchronizeInterrupt(Interrupt, WdfpCallSynchronized, &Call);
}

/* Takes the lock: raises to DIRQL, or waits at PASSIVE_LEVEL. Not by its holder, and only
   while the interrupt is enabled. Source: WDF-16. */
VOID NTAPI
ImpWdfInterruptAcquireLock(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Handle)
{
    PWDFP_INTERRUPT Interrupt = WdfpInterruptFromHandle(DriverGlobals, Handle);

    WdfpRequireConnection(Interrupt, "WdfInterruptAcquireLock while it is not connected");
    if (Interrupt->Passive) {
        WdfpRequireIrql(Interrupt->Object.Globals, PASSIVE_LEVEL,
                        "WdfInterruptAcquireLock");
        WdfpEnterWait(Interrupt->Object.Globals, Interrupt->Wait, Handle, NULL);
    } else {
        KIRQL OldIrql = KeAcquireInterruptSpinLock(Interrupt->Connection);

        Interrupt->LockIrql = OldIrql; /* the lock guards it */
    }
}

/* Tries to take the lock of a passive-level interrupt; TRUE: taken, and no APC comes until
   it is released. For another interrupt: bug check 0x10D, 0xB. PASSIVE_LEVEL. Source:
   WDF-17. */
BOOLEAN
NTAPI
ImpWdfInterruptTryToAcquireLock(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Handle)
{
    PWDFP_INTERRUPT Interrupt = WdfpInterruptFromHandle(DriverGlobals, Handle);
    LARGE_INTEGER Now = {.QuadPart = 0};

    WdfpRequireConnection(Interrupt,
                          "WdfInterruptTryToAcquireLock while it is not connected");
    WdfpRequireIrql(Interrupt->Object.Globals, PASSIVE_LEVEL,
                    "WdfInterruptTryToAcquireLock");
    if (!Interrupt->Passive) {
        WdfpViolation(Interrupt->Object.Globals,
                      "WdfInterruptTryToAcquireLock is for passive-level interrupts",
                      WDF_INVALID_LOCK_OPERATION, (ULONG_PTR)Handle, 0, 0);
    }
    return WdfpEnterWait(Interrupt->Object.Globals, Interrupt->Wait, Handle, &Now);
}

/* Gives the lock back, and the level before with it. Source: WDF-16. */
VOID NTAPI
ImpWdfInterruptReleaseLock(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Handle)
{
    PWDFP_INTERRUPT Interrupt = WdfpInterruptFromHandle(DriverGlobals, Handle);

    WdfpRequireConnection(Interrupt, "WdfInterruptReleaseLock while it is not connected");
    if (Interrupt->Passive) {
        WdfpLeaveWait(Interrupt->Object.Globals, Interrupt->Wait, Handle);
    } else {
        KeReleaseInterruptSpinLock(Interrupt->Connection, Interrupt->LockIrql);
    }
}
