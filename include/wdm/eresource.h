/*
 * Executive resources: locks that many threads share or one has alone, recursive, held
 * over waits.
 *
 * The object is the caller's, in resident memory, aligned to 8; it stays where it is from
 * ExInitializeResourceLite to ExDeleteResourceLite. Whoever acquires one has normal kernel
 * APCs disabled (a critical region) until it is released, or an APC could wait for what
 * its own thread holds.
 */
#pragma once

#include <wdm/list.h>
#include <wdm/spinlock.h>
#include <wdm/thread.h>

/* Whoever owns a resource: a thread, as a number. */
typedef ULONG_PTR ERESOURCE_THREAD, *PERESOURCE_THREAD;

typedef struct _OWNER_ENTRY {
    ERESOURCE_THREAD OwnerThread; /* 0: the entry is free */
    union {
        LONG OwnerCount;
        ULONG TableSize; /* of the whole, in a table's first entry */
    };
} OWNER_ENTRY, *POWNER_ENTRY;

/* Opaque; the members are here because drivers embed it. */
typedef struct _ERESOURCE {
    LIST_ENTRY SystemResourcesList;
    POWNER_ENTRY OwnerTable; /* sharers beyond OwnerEntry, from 1 on; NULL: none yet */
    SHORT ActiveCount;
    USHORT Flag;
    volatile PVOID SharedWaiters;
    volatile PVOID ExclusiveWaiters;
    OWNER_ENTRY OwnerEntry; /* the exclusive owner, or one sharer */
    ULONG ActiveEntries;    /* threads it has been given to */
    ULONG ContentionCount;  /* acquires that had to wait */
    ULONG NumberOfSharedWaiters;
    ULONG NumberOfExclusiveWaiters;
    PVOID Reserved2;
    union {
        PVOID Address;
        ULONG_PTR CreatorBackTraceIndex;
    };
    KSPIN_LOCK SpinLock;
} ERESOURCE, *PERESOURCE;

#define ExGetCurrentResourceThread() ((ERESOURCE_THREAD)PsGetCurrentThread())

_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    ExInitializeResourceLite(_Out_ PERESOURCE Resource);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    ExReinitializeResourceLite(_Inout_ PERESOURCE Resource);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    ExDeleteResourceLite(_Inout_ PERESOURCE Resource);

/* FALSE only with Wait FALSE: not to be had without waiting. */
_IRQL_requires_max_(APC_LEVEL)
    _When_(Wait == 0, _Must_inspect_result_) NTKERNELAPI BOOLEAN NTAPI
    ExAcquireResourceExclusiveLite(_Inout_ PERESOURCE Resource, _In_ BOOLEAN Wait);
_IRQL_requires_max_(APC_LEVEL)
    _When_(Wait == 0, _Must_inspect_result_) NTKERNELAPI BOOLEAN NTAPI
    ExAcquireResourceSharedLite(_Inout_ PERESOURCE Resource, _In_ BOOLEAN Wait);
_IRQL_requires_max_(APC_LEVEL)
    _When_(Wait == 0, _Must_inspect_result_) NTKERNELAPI BOOLEAN NTAPI
    ExAcquireSharedStarveExclusive(_Inout_ PERESOURCE Resource, _In_ BOOLEAN Wait);
_IRQL_requires_max_(APC_LEVEL)
    _When_(Wait == 0, _Must_inspect_result_) NTKERNELAPI BOOLEAN NTAPI
    ExAcquireSharedWaitForExclusive(_Inout_ PERESOURCE Resource, _In_ BOOLEAN Wait);
_IRQL_requires_max_(APC_LEVEL) _Must_inspect_result_ NTKERNELAPI BOOLEAN NTAPI
    ExTryToAcquireResourceExclusiveLite(_Inout_ PERESOURCE Resource);

_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    ExConvertExclusiveToSharedLite(_Inout_ PERESOURCE Resource);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    ExReleaseResourceLite(_Inout_ PERESOURCE Resource);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    ExReleaseResourceForThreadLite(_Inout_ PERESOURCE Resource,
                                   _In_ ERESOURCE_THREAD ResourceThreadId);

_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN NTAPI
    ExIsResourceAcquiredExclusiveLite(_In_ PERESOURCE Resource);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI ULONG NTAPI
    ExIsResourceAcquiredSharedLite(_In_ PERESOURCE Resource);
#define ExIsResourceAcquiredLite ExIsResourceAcquiredSharedLite
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI ULONG NTAPI
    ExGetExclusiveWaiterCount(_In_ PERESOURCE Resource);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI ULONG NTAPI
    ExGetSharedWaiterCount(_In_ PERESOURCE Resource);

/* A critical region around it: entered before, left after. The first two return the
   owner. */
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI PVOID NTAPI
    ExEnterCriticalRegionAndAcquireResourceExclusive(_Inout_ PERESOURCE Resource);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI PVOID NTAPI
    ExEnterCriticalRegionAndAcquireResourceShared(_Inout_ PERESOURCE Resource);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID NTAPI
    ExReleaseResourceAndLeaveCriticalRegion(_Inout_ PERESOURCE Resource);
