/*
 * WDFWAITLOCK, and the wait locks of passive-level interrupts.
 */
#include "wdfp.h"
#include "locks.h"

VOID
WdfpInitializeWait(PWDFP_WAIT Wait)
{
    Wait->Owner = NULL;
    KeInitializeEvent(&Wait->Free, SynchronizationEvent, TRUE);
}

BOOLEAN
WdfpEnterWait(PWDFP_GLOBALS Globals, PWDFP_WAIT Wait, PVOID Handle,
              PLARGE_INTEGER Timeout)
{
    if (Wait->Owner == KeGetCurrentThread()) {
        WdfpViolation(Globals, "a wait lock is acquired by the thread that holds it",
                      WDF_RECURSIVE_LOCK, (ULONG_PTR)Handle, 0, 0);
    }
    KeEnterCriticalRegion();
    if (KeWaitForSingleObject(&Wait->Free, Executive, KernelMode, FALSE, Timeout) ==
        STATUS_TIMEOUT) {
        KeLeaveCriticalRegion();
        return FALSE;
    }
    Wait->Owner = KeGetCurrentThread();
    return TRUE;
}

VOID
WdfpLeaveWait(PWDFP_GLOBALS Globals, PWDFP_WAIT Wait, PVOID Handle)
{
    if (Wait->Owner != KeGetCurrentThread()) {
        WdfpViolation(Globals,
                      "a wait lock is released by a thread that does not hold it",
                      WDF_INVALID_LOCK_OPERATION, (ULONG_PTR)Handle, 1, 0);
    }
    Wait->Owner = NULL;
    KeSetEvent(&Wait->Free, IO_NO_INCREMENT, FALSE);
    KeLeaveCriticalRegion();
}

static const WDFP_TYPE WdfpWaitLockObjectType = {
    WdfpWaitLockType, "WDFWAITLOCK", sizeof(WDFP_WAITLOCK), 0, NULL, NULL, NULL};

/* Creates a wait lock, free; its parent is the driver unless the attributes name one.
   STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_PARAMETER (attributes),
   STATUS_INSUFFICIENT_RESOURCES. At or below DISPATCH_LEVEL. Source: manual,
   WdfWaitLockCreate. */
NTSTATUS
NTAPI
ImpWdfWaitLockCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PWDF_OBJECT_ATTRIBUTES Attributes,
                     WDFWAITLOCK *Handle)
{
    PWDFP_WAITLOCK Lock;
    NTSTATUS Status =
        WdfpCreateObject(WdfpGlobals(DriverGlobals), &WdfpWaitLockObjectType, Attributes,
                         WdfpObject(DriverGlobals, DriverGlobals->Driver, WdfpDriverType),
                         TRUE, (PVOID *)&Lock);

    if (NT_SUCCESS(Status)) {
        WdfpInitializeWait(&Lock->Wait);
        *Handle = WdfpHandle(Lock);
    }
    return Status;
}

/* Takes the lock; Timeout in 100 ns as KeWaitForSingleObject has it. STATUS_TIMEOUT: it was
   not free in time. By its owner: bug check 0x10D, 2. PASSIVE_LEVEL; up to DISPATCH_LEVEL
   with a Timeout of 0. Source: manual, WdfWaitLockAcquire. */
NTSTATUS
NTAPI
ImpWdfWaitLockAcquire(PWDF_DRIVER_GLOBALS DriverGlobals, WDFWAITLOCK Handle,
                      PLONGLONG Timeout)
{
    PWDFP_WAITLOCK Lock = WdfpObject(DriverGlobals, Handle, WdfpWaitLockType);
    BOOLEAN Waits = Timeout == NULL || *Timeout != 0;
    LARGE_INTEGER Time;

    WdfpRequireIrql(WdfpGlobals(DriverGlobals), Waits ? APC_LEVEL : DISPATCH_LEVEL,
                    "WdfWaitLockAcquire");
    if (Timeout != NULL) {
        Time.QuadPart = *Timeout;
    }
    return WdfpEnterWait(WdfpGlobals(DriverGlobals), &Lock->Wait, Handle,
                         Timeout == NULL ? NULL : &Time)
               ? STATUS_SUCCESS
               : STATUS_TIMEOUT;
}

/* Gives the lock back. At or below DISPATCH_LEVEL. Source: manual, WdfWaitLockRelease. */
VOID NTAPI
ImpWdfWaitLockRelease(PWDF_DRIVER_GLOBALS DriverGlobals, WDFWAITLOCK Handle)
{
    PWDFP_WAITLOCK Lock = WdfpObject(DriverGlobals, Handle, WdfpWaitLockType);

    WdfpLeaveWait(WdfpGlobals(DriverGlobals), &Lock->Wait, Handle);
}
