/*
 * Callback locks.
 *
 * The owner is a thread also where the lock is a spin lock: what holds it stays at
 * DISPATCH_LEVEL on one processor, whose current thread cannot change meanwhile.
 */
#include "wdfp.h"
#include "device.h"
#include "lock.h"
#include "queue.h"

VOID
WdfpInitializeLock(PWDFP_LOCK Lock, BOOLEAN Passive)
{
    Lock->Passive = Passive;
    KeInitializeSpinLock(&Lock->Spin);
    KeInitializeEvent(&Lock->Wait, SynchronizationEvent, TRUE);
}

VOID
WdfpAcquireLock(PWDFP_LOCK Lock)
{
    KIRQL OldIrql;

    if (Lock == NULL) {
        return;
    }
    if (Lock->Owner == KeGetCurrentThread()) {
        Lock->Depth++;
        return;
    }
    if (Lock->Passive) {
        /* No APC may suspend the thread while others wait for it. */
        KeEnterCriticalRegion();
        KeWaitForSingleObject(&Lock->Wait, Executive, KernelMode, FALSE, NULL);
    } else {
        KeAcquireSpinLock(&Lock->Spin, &OldIrql);
        Lock->OldIrql = OldIrql;
    }
    Lock->Owner = KeGetCurrentThread();
}

VOID
WdfpReleaseLock(PWDFP_LOCK Lock)
{
    if (Lock == NULL) {
        return;
    }
    if (Lock->Depth != 0) {
        Lock->Depth--;
        return;
    }
    Lock->Owner = NULL;
    if (Lock->Passive) {
        KeSetEvent(&Lock->Wait, IO_NO_INCREMENT, FALSE);
        KeLeaveCriticalRegion();
    } else {
        KeReleaseSpinLock(&Lock->Spin, Lock->OldIrql);
    }
}

PWDFP_LOCK
WdfpCallbackLock(PWDFP_OBJECT Object)
{
    PWDFP_DEVICE Device;
    PWDFP_QUEUE Queue;

    if (Object->SynchronizationScope == WdfSynchronizationScopeQueue) {
        Queue = WdfpAncestor(Object, WdfpQueueType);
        if (Queue != NULL) {
            return &Queue->CallbackLock;
        }
    }
    Device = WdfpAncestor(Object, WdfpDeviceType);
    if (Device == NULL || Object->SynchronizationScope != WdfSynchronizationScopeDevice) {
        return NULL;
    }
    return &Device->CallbackLock;
}

/* The lock of an object WdfObjectAcquireLock can be called for, or a stop: 0x10D, 0xB, the
   handle, 0. */
static PWDFP_LOCK
WdfpLockOfHandle(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Handle)
{
    PWDFP_OBJECT Object = WdfpAnyObject(DriverGlobals, Handle);
    PWDFP_LOCK Lock = WdfpCallbackLock(Object);

    if (Lock == NULL) {
        WdfpViolation(Object->Globals, "the object's scope gives it no lock",
                      WDF_INVALID_LOCK_OPERATION, (ULONG_PTR)Handle, 0, 0);
    }
    return Lock;
}

/* Takes the lock that the callbacks of a device or queue run under: at dispatch level it
   raises to DISPATCH_LEVEL, at passive level it waits. Source: manual,
   WdfObjectAcquireLock; BUG-26. */
VOID NTAPI
ImpWdfObjectAcquireLock(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Handle)
{
    WdfpAcquireLock(WdfpLockOfHandle(DriverGlobals, Handle));
}

/* Gives it back. From another thread than took it: bug check 0x10D, 0xB, the handle, 1.
   Source: manual, WdfObjectReleaseLock; BUG-26. */
VOID NTAPI
ImpWdfObjectReleaseLock(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Handle)
{
    PWDFP_LOCK Lock = WdfpLockOfHandle(DriverGlobals, Handle);

    if (Lock->Owner != KeGetCurrentThread()) {
        WdfpViolation(WdfpGlobals(DriverGlobals),
                      "a lock is released by one who lacks it",
                      WDF_INVALID_LOCK_OPERATION, (ULONG_PTR)Handle, 1, 0);
    }
    WdfpReleaseLock(Lock);
}
