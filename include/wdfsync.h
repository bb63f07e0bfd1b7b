/*
 * Locks: a spin lock, which raises to DISPATCH_LEVEL, and a wait lock, which waits.
 */
#pragma once

#include <wdfobject.h>

_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfSpinLockCreate,
            (_In_opt_ PWDF_OBJECT_ATTRIBUTES SpinLockAttributes, _Out_ WDFSPINLOCK *SpinLock),
            (SpinLockAttributes, SpinLock));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(VOID, WdfSpinLockAcquire, (_In_ WDFSPINLOCK SpinLock), (SpinLock));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(VOID, WdfSpinLockRelease, (_In_ WDFSPINLOCK SpinLock), (SpinLock));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfWaitLockCreate,
            (_In_opt_ PWDF_OBJECT_ATTRIBUTES LockAttributes, _Out_ WDFWAITLOCK *Lock),
            (LockAttributes, Lock));
/* Timeout in 100 ns, relative when negative; NULL: without end. STATUS_TIMEOUT. PASSIVE_LEVEL,
   with a timeout of 0 up to DISPATCH_LEVEL. */
WDF_ROUTINE(NTSTATUS, WdfWaitLockAcquire, (_In_ WDFWAITLOCK Lock, _In_opt_ PLONGLONG Timeout),
            (Lock, Timeout));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(VOID, WdfWaitLockRelease, (_In_ WDFWAITLOCK Lock), (Lock));
