/*
 * Spin locks: plain, queued, and reader-writer.
 *
 * The lock word is the caller's, in resident memory; zero means free. A holder is at
 * DISPATCH_LEVEL or above, waits for nothing and calls out of its module to nothing.
 * A lock is not recursive. A lock taken in the queued way is never taken in the plain
 * one. Releasing restores the level that the matching acquire gave. (LCK-1 to LCK-9)
 */
#pragma once

#include <wdm/irql.h>
#include <wdm/interlocked.h>

typedef ULONG_PTR KSPIN_LOCK _Is_capability_("spin lock");
typedef KSPIN_LOCK *PKSPIN_LOCK;
typedef LONG EX_SPIN_LOCK _Is_capability_("spin lock");
typedef EX_SPIN_LOCK *PEX_SPIN_LOCK;

typedef struct _KSPIN_LOCK_QUEUE {
    struct _KSPIN_LOCK_QUEUE *volatile Next;
    PKSPIN_LOCK volatile Lock;
} KSPIN_LOCK_QUEUE, *PKSPIN_LOCK_QUEUE;

/* One for each acquisition, on the stack of the acquirer. */
typedef struct _Is_capability_("lock queue handle") _KLOCK_QUEUE_HANDLE {
    KSPIN_LOCK_QUEUE LockQueue;
    KIRQL OldIrql;
} KLOCK_QUEUE_HANDLE, *PKLOCK_QUEUE_HANDLE;

FORCEINLINE VOID NTAPI
KeInitializeSpinLock(_Out_ PKSPIN_LOCK SpinLock)
{
    *SpinLock = 0;
}

_IRQL_requires_max_(DISPATCH_LEVEL) _IRQL_raises_(DISPATCH_LEVEL) _IRQL_saves_
    _Acquires_lock_(*SpinLock) NTKERNELAPI KIRQL NTAPI
    KeAcquireSpinLockRaiseToDpc(_Inout_ PKSPIN_LOCK SpinLock)
        _Capability_acquired_(*SpinLock) _Capability_dispatch_raised_;
_IRQL_requires_(DISPATCH_LEVEL) _Releases_lock_(*SpinLock) NTKERNELAPI VOID NTAPI
    KeReleaseSpinLock(_Inout_ PKSPIN_LOCK SpinLock, _In_ _IRQL_restores_ KIRQL NewIrql)
        _Capability_released_(*SpinLock) _Capability_dispatch_lowered_;
_IRQL_requires_min_(DISPATCH_LEVEL) _Acquires_lock_(*SpinLock) NTKERNELAPI VOID NTAPI
    KeAcquireSpinLockAtDpcLevel(_Inout_ PKSPIN_LOCK SpinLock)
        _Capability_acquired_(*SpinLock);
_IRQL_requires_min_(DISPATCH_LEVEL) _Releases_lock_(*SpinLock) NTKERNELAPI VOID NTAPI
    KeReleaseSpinLockFromDpcLevel(_Inout_ PKSPIN_LOCK SpinLock)
        _Capability_released_(*SpinLock);
_IRQL_requires_min_(DISPATCH_LEVEL) _When_(return != 0, _Acquires_lock_(*SpinLock))
    _Must_inspect_result_ NTKERNELAPI BOOLEAN NTAPI
    KeTryToAcquireSpinLockAtDpcLevel(_Inout_ PKSPIN_LOCK SpinLock)
        _Capability_tried_(*SpinLock);
NTKERNELAPI BOOLEAN NTAPI KeTestSpinLock(_In_ PKSPIN_LOCK SpinLock);

/* Inside a DPC that can be an ordinary or a threaded one. */
_IRQL_requires_max_(DISPATCH_LEVEL) _IRQL_raises_(DISPATCH_LEVEL) _IRQL_saves_
    _Acquires_lock_(*SpinLock) NTKERNELAPI KIRQL NTAPI
    KeAcquireSpinLockForDpc(_Inout_ PKSPIN_LOCK SpinLock)
        _Capability_acquired_(*SpinLock) _Capability_dispatch_raised_;
_IRQL_requires_(DISPATCH_LEVEL) _Releases_lock_(*SpinLock) NTKERNELAPI VOID NTAPI
    KeReleaseSpinLockForDpc(_Inout_ PKSPIN_LOCK SpinLock,
                            _In_ _IRQL_restores_ KIRQL OldIrql)
        _Capability_released_(*SpinLock) _Capability_dispatch_lowered_;

/* The raise comes first, then the lock, then the store: OldIrql may be shared data. */
#define KeAcquireSpinLock(SpinLock, OldIrql)                                             \
    (*(OldIrql) = KeAcquireSpinLockRaiseToDpc(SpinLock))

_IRQL_requires_max_(DISPATCH_LEVEL) _IRQL_raises_(DISPATCH_LEVEL)
    _IRQL_saves_global_(QueuedSpinLock, LockHandle) _Acquires_lock_(*SpinLock)
        _Acquires_lock_(*LockHandle) NTKERNELAPI VOID NTAPI
    KeAcquireInStackQueuedSpinLock(_Inout_ PKSPIN_LOCK SpinLock,
                                   _Out_ PKLOCK_QUEUE_HANDLE LockHandle)
        _Capability_acquired_(*LockHandle) _Capability_dispatch_raised_;
_IRQL_requires_(DISPATCH_LEVEL) _IRQL_restores_global_(QueuedSpinLock, LockHandle)
    _Releases_lock_(*LockHandle) NTKERNELAPI VOID NTAPI
    KeReleaseInStackQueuedSpinLock(_In_ PKLOCK_QUEUE_HANDLE LockHandle)
        _Capability_released_(*LockHandle) _Capability_dispatch_lowered_;
_IRQL_requires_min_(DISPATCH_LEVEL) _Acquires_lock_(*SpinLock)
    _Acquires_lock_(*LockHandle) NTKERNELAPI VOID NTAPI
    KeAcquireInStackQueuedSpinLockAtDpcLevel(_Inout_ PKSPIN_LOCK SpinLock,
                                             _Out_ PKLOCK_QUEUE_HANDLE LockHandle)
        _Capability_acquired_(*LockHandle);
_IRQL_requires_min_(DISPATCH_LEVEL) _Releases_lock_(*LockHandle) NTKERNELAPI VOID NTAPI
    KeReleaseInStackQueuedSpinLockFromDpcLevel(_In_ PKLOCK_QUEUE_HANDLE LockHandle)
        _Capability_released_(*LockHandle);
_IRQL_requires_max_(DISPATCH_LEVEL) _IRQL_raises_(DISPATCH_LEVEL)
    _IRQL_saves_global_(QueuedSpinLock, LockHandle) _Acquires_lock_(*SpinLock)
        _Acquires_lock_(*LockHandle) NTKERNELAPI VOID NTAPI
    KeAcquireInStackQueuedSpinLockForDpc(_Inout_ PKSPIN_LOCK SpinLock,
                                         _Out_ PKLOCK_QUEUE_HANDLE LockHandle)
        _Capability_acquired_(*LockHandle) _Capability_dispatch_raised_;
_IRQL_requires_(DISPATCH_LEVEL) _IRQL_restores_global_(QueuedSpinLock, LockHandle)
    _Releases_lock_(*LockHandle) NTKERNELAPI VOID NTAPI
    KeReleaseInStackQueuedSpinLockForDpc(_In_ PKLOCK_QUEUE_HANDLE LockHandle)
        _Capability_released_(*LockHandle) _Capability_dispatch_lowered_;

/* Many readers or one writer; a writer that waits keeps new readers out. (LCK-9) */
_IRQL_requires_max_(DISPATCH_LEVEL) _IRQL_raises_(DISPATCH_LEVEL) _IRQL_saves_
    _Acquires_shared_lock_(*SpinLock) NTKERNELAPI KIRQL NTAPI
    ExAcquireSpinLockShared(_Inout_ PEX_SPIN_LOCK SpinLock)
        _Capability_shared_(*SpinLock) _Capability_dispatch_raised_;
_IRQL_requires_(DISPATCH_LEVEL) _Releases_shared_lock_(*SpinLock) NTKERNELAPI VOID NTAPI
    ExReleaseSpinLockShared(_Inout_ PEX_SPIN_LOCK SpinLock,
                            _In_ _IRQL_restores_ KIRQL OldIrql)
        _Capability_unshared_(*SpinLock) _Capability_dispatch_lowered_;
_IRQL_requires_max_(DISPATCH_LEVEL) _IRQL_raises_(DISPATCH_LEVEL) _IRQL_saves_
    _Acquires_exclusive_lock_(*SpinLock) NTKERNELAPI KIRQL NTAPI
    ExAcquireSpinLockExclusive(_Inout_ PEX_SPIN_LOCK SpinLock)
        _Capability_acquired_(*SpinLock) _Capability_dispatch_raised_;
_IRQL_requires_(DISPATCH_LEVEL)
    _Releases_exclusive_lock_(*SpinLock) NTKERNELAPI VOID NTAPI
    ExReleaseSpinLockExclusive(_Inout_ PEX_SPIN_LOCK SpinLock,
                               _In_ _IRQL_restores_ KIRQL OldIrql)
        _Capability_released_(*SpinLock) _Capability_dispatch_lowered_;
_IRQL_requires_min_(DISPATCH_LEVEL)
    _Acquires_shared_lock_(*SpinLock) NTKERNELAPI VOID NTAPI
    ExAcquireSpinLockSharedAtDpcLevel(_Inout_ PEX_SPIN_LOCK SpinLock)
        _Capability_shared_(*SpinLock);
_IRQL_requires_min_(DISPATCH_LEVEL)
    _Releases_shared_lock_(*SpinLock) NTKERNELAPI VOID NTAPI
    ExReleaseSpinLockSharedFromDpcLevel(_Inout_ PEX_SPIN_LOCK SpinLock)
        _Capability_unshared_(*SpinLock);
_IRQL_requires_min_(DISPATCH_LEVEL)
    _Acquires_exclusive_lock_(*SpinLock) NTKERNELAPI VOID NTAPI
    ExAcquireSpinLockExclusiveAtDpcLevel(_Inout_ PEX_SPIN_LOCK SpinLock)
        _Capability_acquired_(*SpinLock);
_IRQL_requires_min_(DISPATCH_LEVEL)
    _Releases_exclusive_lock_(*SpinLock) NTKERNELAPI VOID NTAPI
    ExReleaseSpinLockExclusiveFromDpcLevel(_Inout_ PEX_SPIN_LOCK SpinLock)
        _Capability_released_(*SpinLock);
_IRQL_requires_(DISPATCH_LEVEL) _Requires_lock_held_(*SpinLock)
    _When_(return != 0, _Lock_becomes_exclusive_(*SpinLock))
        _Must_inspect_result_ NTKERNELAPI LOGICAL NTAPI
    ExTryConvertSharedSpinLockExclusive(_Inout_ PEX_SPIN_LOCK SpinLock);

/*
 * Lists under a spin lock. Any IRQL, with interrupts off while the lock is held; the lock
 * is used by these routines alone. The result is the entry that was first or last before,
 * or the one removed: NULL for an empty list.
 */
NTKERNELAPI PLIST_ENTRY NTAPI ExInterlockedInsertHeadList(_Inout_ PLIST_ENTRY ListHead,
                                                          _Inout_ PLIST_ENTRY ListEntry,
                                                          _Inout_ PKSPIN_LOCK Lock);
NTKERNELAPI PLIST_ENTRY NTAPI ExInterlockedInsertTailList(_Inout_ PLIST_ENTRY ListHead,
                                                          _Inout_ PLIST_ENTRY ListEntry,
                                                          _Inout_ PKSPIN_LOCK Lock);
NTKERNELAPI PLIST_ENTRY NTAPI ExInterlockedRemoveHeadList(_Inout_ PLIST_ENTRY ListHead,
                                                          _Inout_ PKSPIN_LOCK Lock);
NTKERNELAPI PSINGLE_LIST_ENTRY NTAPI
ExInterlockedPopEntryList(_Inout_ PSINGLE_LIST_ENTRY ListHead, _Inout_ PKSPIN_LOCK Lock);
NTKERNELAPI PSINGLE_LIST_ENTRY NTAPI ExInterlockedPushEntryList(
    _Inout_ PSINGLE_LIST_ENTRY ListHead, _Inout_ PSINGLE_LIST_ENTRY ListEntry,
    _Inout_ PKSPIN_LOCK Lock);
NTKERNELAPI ULONG NTAPI ExInterlockedAddUlong(_Inout_ PULONG Addend, _In_ ULONG Increment,
                                              _Inout_ PKSPIN_LOCK Lock);
NTKERNELAPI LARGE_INTEGER NTAPI
ExInterlockedAddLargeInteger(_Inout_ PLARGE_INTEGER Addend, _In_ LARGE_INTEGER Increment,
                             _Inout_ PKSPIN_LOCK Lock);
