/*
 * WDFSPINLOCK.
 */
#include "wdfp.h"
#include "locks.h"

static const WDFP_TYPE WdfpSpinLockObjectType = {
    WdfpSpinLockType, "WDFSPINLOCK", sizeof(WDFP_SPINLOCK), 0, NULL, NULL, NULL};

/* Creates a spin lock, free; its parent is the driver unless the attributes name one.
   STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_PARAMETER (attributes),
   STATUS_INSUFFICIENT_RESOURCES. At or below DISPATCH_LEVEL. Source: manual,
   WdfSpinLockCreate. */
NTSTATUS
NTAPI
ImpWdfSpinLockCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PWDF_OBJECT_ATTRIBUTES Attributes,
                     WDFSPINLOCK *Handle)
{
    PWDFP_SPINLOCK Lock;
    NTSTATUS Status =
        WdfpCreateObject(WdfpGlobals(DriverGlobals), &WdfpSpinLockObjectType, Attributes,
                         WdfpObject(DriverGlobals, DriverGlobals->Driver, WdfpDriverType),
                         TRUE, (PVOID *)&Lock);

    if (NT_SUCCESS(Status)) {
        KeInitializeSpinLock(&Lock->Lock);
        *Handle = WdfpHandle(Lock);
    }
    return Status;
}

/* Raises to DISPATCH_LEVEL and takes the lock. By its owner: bug check 0x10D, 2; one that
   an interrupt object uses, which is taken at DIRQL (WDF-18): 0x10D, 0xB. At or below
   DISPATCH_LEVEL. Source: manual, WdfSpinLockAcquire. */
VOID NTAPI
ImpWdfSpinLockAcquire(PWDF_DRIVER_GLOBALS DriverGlobals, WDFSPINLOCK Handle)
{
    PWDFP_SPINLOCK Lock = WdfpObject(DriverGlobals, Handle, WdfpSpinLockType);
    KIRQL OldIrql;

    if (Lock->Interrupts != 0) {
        WdfpViolation(WdfpGlobals(DriverGlobals),
                      "WdfSpinLockAcquire of a lock that an interrupt object has",
                      WDF_INVALID_LOCK_OPERATION, (ULONG_PTR)Handle, 0, 0);
    }
    if (Lock->Owner == KeGetCurrentThread() && KeGetCurrentIrql() == DISPATCH_LEVEL) {
        WdfpViolation(WdfpGlobals(DriverGlobals), "a spin lock is acquired twice",
                      WDF_RECURSIVE_LOCK, (ULONG_PTR)Handle, 0, 0);
    }
    KeAcquireSpinLock(&Lock->Lock, &OldIrql);
    Lock->OldIrql = OldIrql;
    Lock->Owner = KeGetCurrentThread();
}

/* Gives the lock back and returns to the level before. From another thread than took it:
   bug check 0x10D, 0xB, the handle, 1. DISPATCH_LEVEL. Source: manual, WdfSpinLockRelease;
   BUG-26. */
VOID NTAPI
ImpWdfSpinLockRelease(PWDF_DRIVER_GLOBALS DriverGlobals, WDFSPINLOCK Handle)
{
    PWDFP_SPINLOCK Lock = WdfpObject(DriverGlobals, Handle, WdfpSpinLockType);

    if (Lock->Owner != KeGetCurrentThread()) {
        WdfpViolation(WdfpGlobals(DriverGlobals),
                      "a spin lock is released by a thread that does not hold it",
                      WDF_INVALID_LOCK_OPERATION, (ULONG_PTR)Handle, 1, 0);
    }
    Lock->Owner = NULL;
    KeReleaseSpinLock(&Lock->Lock, Lock->OldIrql);
}
