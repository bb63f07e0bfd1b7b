/*
 * Dispatcher objects (events, semaphores, mutexes, timers), waits, and fast mutexes.
 *
 * The objects are the caller's, in resident memory. Setting, releasing and reading is
 * good up to DISPATCH_LEVEL; waiting for a time other than zero only up to APC_LEVEL.
 * Times are in units of 100 ns: negative from now, positive since 1601. (OBJ-1, OBJ-9)
 */
#pragma once

#include <ntstatus.h>
#include <wdm/dpc.h>
#include <wdm/thread.h>

typedef struct _DISPATCHER_HEADER {
    union {
        struct {
            UCHAR Type;
            union {
                UCHAR Signalling;
                UCHAR Absolute;
                UCHAR Abandoned;
                UCHAR TimerControlFlags;
            };
            union {
                UCHAR Size;
                UCHAR Hand;
                UCHAR ThreadControlFlags;
            };
            union {
                UCHAR Inserted;
                UCHAR DpcActive;
                UCHAR TimerMiscFlags;
                UCHAR Reserved2;
            };
        };
        volatile LONG Lock;
    };
    LONG SignalState;
    LIST_ENTRY WaitListHead;
} DISPATCHER_HEADER, *PDISPATCHER_HEADER;

typedef struct _KEVENT {
    DISPATCHER_HEADER Header;
} KEVENT, *PKEVENT, *RESTRICTED_POINTER PRKEVENT;

typedef struct _KSEMAPHORE {
    DISPATCHER_HEADER Header;
    LONG Limit;
} KSEMAPHORE, *PKSEMAPHORE, *RESTRICTED_POINTER PRKSEMAPHORE;

typedef struct _KMUTANT {
    DISPATCHER_HEADER Header;
    LIST_ENTRY MutantListEntry;
    struct _KTHREAD *RESTRICTED_POINTER OwnerThread;
    BOOLEAN Abandoned;
    UCHAR ApcDisable;
} KMUTANT, *PKMUTANT, *RESTRICTED_POINTER PRKMUTANT, KMUTEX, *PKMUTEX,
    *RESTRICTED_POINTER PRKMUTEX;

typedef struct _KTIMER {
    DISPATCHER_HEADER Header;
    ULARGE_INTEGER DueTime;
    LIST_ENTRY TimerListEntry;
    struct _KDPC *Dpc;
    ULONG Processor;
    LONG Period;
} KTIMER, *PKTIMER, *RESTRICTED_POINTER PRKTIMER;

/* Room for one wait; drivers only allocate it. */
typedef struct _KWAIT_BLOCK {
    LIST_ENTRY WaitListEntry;
    struct _KTHREAD *Thread;
    PVOID Object;
    struct _KWAIT_BLOCK *NextWaitBlock;
    USHORT WaitKey;
    UCHAR WaitType;
    volatile UCHAR BlockState;
    LONG SpareLong;
} KWAIT_BLOCK, *PKWAIT_BLOCK, *RESTRICTED_POINTER PRKWAIT_BLOCK;

typedef enum _EVENT_TYPE { NotificationEvent, SynchronizationEvent } EVENT_TYPE;

typedef enum _TIMER_TYPE { NotificationTimer, SynchronizationTimer } TIMER_TYPE;

typedef enum _WAIT_TYPE { WaitAll, WaitAny } WAIT_TYPE;

typedef enum _KWAIT_REASON {
    Executive,
    FreePage,
    PageIn,
    PoolAllocation,
    DelayExecution,
    Suspended,
    UserRequest
} KWAIT_REASON;

#define MAXIMUM_WAIT_OBJECTS 64
#define THREAD_WAIT_OBJECTS  3
#define EVENT_INCREMENT      1
#define SEMAPHORE_INCREMENT  1

/* --- Events ----------------------------------------------------------------------- */

NTKERNELAPI VOID NTAPI KeInitializeEvent(_Out_ PRKEVENT Event, _In_ EVENT_TYPE Type,
                                         _In_ BOOLEAN State);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI LONG NTAPI
    KeSetEvent(_Inout_ PRKEVENT Event, _In_ KPRIORITY Increment, _In_ BOOLEAN Wait);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI LONG NTAPI
    KeResetEvent(_Inout_ PRKEVENT Event);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    KeClearEvent(_Inout_ PRKEVENT Event);
NTKERNELAPI LONG NTAPI KeReadStateEvent(_In_ PRKEVENT Event);

/* --- Semaphores and mutexes ------------------------------------------------------- */

_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI VOID NTAPI
    KeInitializeSemaphore(_Out_ PRKSEMAPHORE Semaphore, _In_ LONG Count, _In_ LONG Limit);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI LONG NTAPI
    KeReleaseSemaphore(_Inout_ PRKSEMAPHORE Semaphore, _In_ KPRIORITY Increment,
                       _In_ LONG Adjustment, _In_ BOOLEAN Wait);
NTKERNELAPI LONG NTAPI KeReadStateSemaphore(_In_ PRKSEMAPHORE Semaphore);

NTKERNELAPI VOID NTAPI KeInitializeMutex(_Out_ PRKMUTEX Mutex, _In_ ULONG Level);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI LONG NTAPI
    KeReleaseMutex(_Inout_ PRKMUTEX Mutex, _In_ BOOLEAN Wait);
NTKERNELAPI LONG NTAPI KeReadStateMutex(_In_ PRKMUTEX Mutex);

/* --- Timers ----------------------------------------------------------------------- */

_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    KeInitializeTimer(_Out_ PKTIMER Timer);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    KeInitializeTimerEx(_Out_ PKTIMER Timer, _In_ TIMER_TYPE Type);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN NTAPI
    KeSetTimer(_Inout_ PKTIMER Timer, _In_ LARGE_INTEGER DueTime, _In_opt_ PKDPC Dpc);
/* Period is in milliseconds; zero for a timer that expires once. */
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN NTAPI
    KeSetTimerEx(_Inout_ PKTIMER Timer, _In_ LARGE_INTEGER DueTime, _In_ LONG Period,
                 _In_opt_ PKDPC Dpc);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN NTAPI
    KeSetCoalescableTimer(_Inout_ PKTIMER Timer, _In_ LARGE_INTEGER DueTime,
                          _In_ ULONG Period, _In_ ULONG TolerableDelay,
                          _In_opt_ PKDPC Dpc);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN NTAPI
    KeCancelTimer(_Inout_ PKTIMER Timer);
NTKERNELAPI BOOLEAN NTAPI KeReadStateTimer(_In_ PKTIMER Timer);

/* --- Waits ------------------------------------------------------------------------ */

_IRQL_requires_max_(DISPATCH_LEVEL)
    _When_(Timeout == NULL || Timeout->QuadPart != 0,
           _IRQL_requires_max_(APC_LEVEL)) NTKERNELAPI NTSTATUS NTAPI
    KeWaitForSingleObject(_In_ PVOID Object, _In_ KWAIT_REASON WaitReason,
                          _In_ KPROCESSOR_MODE WaitMode, _In_ BOOLEAN Alertable,
                          _In_opt_ PLARGE_INTEGER Timeout);
_IRQL_requires_max_(DISPATCH_LEVEL)
    _When_(Timeout == NULL || Timeout->QuadPart != 0,
           _IRQL_requires_max_(APC_LEVEL)) NTKERNELAPI NTSTATUS NTAPI
    KeWaitForMultipleObjects(_In_ ULONG Count, _In_reads_(Count) PVOID Object[],
                             _In_ WAIT_TYPE WaitType, _In_ KWAIT_REASON WaitReason,
                             _In_ KPROCESSOR_MODE WaitMode, _In_ BOOLEAN Alertable,
                             _In_opt_ PLARGE_INTEGER Timeout,
                             _Out_opt_ PKWAIT_BLOCK WaitBlockArray);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    KeDelayExecutionThread(_In_ KPROCESSOR_MODE WaitMode, _In_ BOOLEAN Alertable,
                           _In_ PLARGE_INTEGER Interval);
#define KeWaitForMutexObject KeWaitForSingleObject

/* --- Fast and guarded mutexes ----------------------------------------------------- */

/* Count is 1 when free. The holder is at APC_LEVEL; OldIrql is its level before. */
typedef struct _Is_capability_("mutex") _FAST_MUTEX
{
    LONG Count;
    PVOID Owner;
    ULONG Contention;
    KEVENT Event;
    ULONG OldIrql;
}
FAST_MUTEX, *PFAST_MUTEX, KGUARDED_MUTEX, *PKGUARDED_MUTEX;

#define FM_LOCK_BIT 0x1

FORCEINLINE VOID
ExInitializeFastMutex(_Out_ PFAST_MUTEX FastMutex)
{
    FastMutex->Count = FM_LOCK_BIT;
    FastMutex->Owner = NULL;
    FastMutex->Contention = 0;
    KeInitializeEvent(&FastMutex->Event, SynchronizationEvent, FALSE);
}

_IRQL_requires_max_(APC_LEVEL) _IRQL_raises_(APC_LEVEL)
    _IRQL_saves_global_(FastMutex, FastMutex)
        _Acquires_lock_(*FastMutex) NTKERNELAPI VOID NTAPI
    ExAcquireFastMutex(_Inout_ PFAST_MUTEX FastMutex) _Capability_acquired_(*FastMutex);
_IRQL_requires_(APC_LEVEL) _IRQL_restores_global_(FastMutex, FastMutex)
    _Releases_lock_(*FastMutex) NTKERNELAPI VOID NTAPI
    ExReleaseFastMutex(_Inout_ PFAST_MUTEX FastMutex) _Capability_released_(*FastMutex);
_IRQL_requires_max_(APC_LEVEL)
    _When_(return != 0, _Acquires_lock_(*FastMutex) _IRQL_raises_(APC_LEVEL)
                            _IRQL_saves_global_(FastMutex, FastMutex))
        _Must_inspect_result_ NTKERNELAPI BOOLEAN NTAPI
    ExTryToAcquireFastMutex(_Inout_ PFAST_MUTEX FastMutex) _Capability_tried_(*FastMutex);
_IRQL_requires_max_(APC_LEVEL) _Acquires_lock_(*FastMutex) NTKERNELAPI VOID NTAPI
    ExAcquireFastMutexUnsafe(_Inout_ PFAST_MUTEX FastMutex)
        _Capability_acquired_(*FastMutex);
_IRQL_requires_max_(APC_LEVEL) _Releases_lock_(*FastMutex) NTKERNELAPI VOID NTAPI
    ExReleaseFastMutexUnsafe(_Inout_ PFAST_MUTEX FastMutex)
        _Capability_released_(*FastMutex);
NTKERNELAPI VOID NTAPI KeInitializeGuardedMutex(_Out_ PKGUARDED_MUTEX Mutex);
_IRQL_requires_max_(APC_LEVEL) _Acquires_lock_(*Mutex) NTKERNELAPI VOID NTAPI
    KeAcquireGuardedMutex(_Inout_ PKGUARDED_MUTEX Mutex) _Capability_acquired_(*Mutex);
_IRQL_requires_max_(APC_LEVEL) _Releases_lock_(*Mutex) NTKERNELAPI VOID NTAPI
    KeReleaseGuardedMutex(_Inout_ PKGUARDED_MUTEX Mutex) _Capability_released_(*Mutex);
_IRQL_requires_max_(APC_LEVEL)
    _When_(return != 0,
                  _Acquires_lock_(*Mutex)) _Must_inspect_result_ NTKERNELAPI BOOLEAN NTAPI
    KeTryToAcquireGuardedMutex(_Inout_ PKGUARDED_MUTEX Mutex) _Capability_tried_(*Mutex);
/* Inside a guarded region of the caller's. */
_IRQL_requires_max_(APC_LEVEL) _Acquires_lock_(*Mutex) NTKERNELAPI VOID NTAPI
    KeAcquireGuardedMutexUnsafe(_Inout_ PKGUARDED_MUTEX Mutex)
        _Capability_acquired_(*Mutex);
_IRQL_requires_max_(APC_LEVEL) _Releases_lock_(*Mutex) NTKERNELAPI VOID NTAPI
    KeReleaseGuardedMutexUnsafe(_Inout_ PKGUARDED_MUTEX Mutex)
        _Capability_released_(*Mutex);
