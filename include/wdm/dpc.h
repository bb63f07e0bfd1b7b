/*
 * Deferred procedure calls: what an ISR leaves for DISPATCH_LEVEL.
 *
 * A KDPC is the caller's, in resident memory, and stays so until it has run or has been
 * removed. One insert runs the routine once, on the processor whose queue holds it;
 * inserting a queued KDPC changes nothing and answers FALSE. The object leaves its queue
 * before the routine is called, so the routine can be running on one processor while an
 * ISR queues the same KDPC on another. (DPC-2, DPC-7, DPC-8)
 */
#pragma once

#include <wdm/irql.h>

typedef enum _KDPC_IMPORTANCE {
    LowImportance,
    MediumImportance,
    HighImportance,
    MediumHighImportance
} KDPC_IMPORTANCE;

typedef struct _KDPC KDPC, *PKDPC, *RESTRICTED_POINTER PRKDPC;

/*
 * Called at DISPATCH_LEVEL with interrupts enabled, on the DPC stack of the processor, in
 * an arbitrary thread; returns at DISPATCH_LEVEL. A threaded one: PASSIVE_LEVEL mostly.
 */
_IRQL_requires_(DISPATCH_LEVEL) _IRQL_requires_same_ typedef VOID NTAPI
    KDEFERRED_ROUTINE(_In_ PKDPC Dpc, _In_opt_ PVOID DeferredContext,
                      _In_opt_ PVOID SystemArgument1, _In_opt_ PVOID SystemArgument2);
typedef KDEFERRED_ROUTINE *PKDEFERRED_ROUTINE;

struct _KDPC {
    union {
        ULONG TargetInfoAsUlong;
        struct {
            UCHAR Type;
            UCHAR Importance;
            volatile USHORT Number; /* the target processor, as Ke encodes it */
        };
    };
    SINGLE_LIST_ENTRY DpcListEntry;
    KAFFINITY ProcessorHistory;
    PKDEFERRED_ROUTINE DeferredRoutine;
    PVOID DeferredContext;
    PVOID SystemArgument1;
    PVOID SystemArgument2;
    PVOID DpcData; /* the queue that holds the object; NULL when none does */
};

/* In clock ticks; a limit of zero means that check is off. (WDG-2) */
typedef struct _KDPC_WATCHDOG_INFORMATION {
    ULONG DpcTimeLimit;
    ULONG DpcTimeCount;
    ULONG DpcWatchdogLimit;
    ULONG DpcWatchdogCount;
    ULONG Reserved;
} KDPC_WATCHDOG_INFORMATION, *PKDPC_WATCHDOG_INFORMATION;

NTKERNELAPI VOID NTAPI KeInitializeDpc(_Out_ PRKDPC Dpc,
                                       _In_ PKDEFERRED_ROUTINE DeferredRoutine,
                                       _In_opt_ PVOID DeferredContext);
NTKERNELAPI VOID NTAPI KeInitializeThreadedDpc(_Out_ PRKDPC Dpc,
                                               _In_ PKDEFERRED_ROUTINE DeferredRoutine,
                                               _In_opt_ PVOID DeferredContext);
NTKERNELAPI BOOLEAN NTAPI KeInsertQueueDpc(_Inout_ PRKDPC Dpc,
                                           _In_opt_ PVOID SystemArgument1,
                                           _In_opt_ PVOID SystemArgument2);
NTKERNELAPI BOOLEAN NTAPI KeRemoveQueueDpc(_Inout_ PRKDPC Dpc);
NTKERNELAPI VOID NTAPI KeSetImportanceDpc(_Inout_ PRKDPC Dpc,
                                          _In_ KDPC_IMPORTANCE Importance);
NTKERNELAPI VOID NTAPI KeSetTargetProcessorDpc(_Inout_ PRKDPC Dpc, _In_ CCHAR Number);
NTKERNELAPI NTSTATUS NTAPI KeSetTargetProcessorDpcEx(_Inout_ PKDPC Dpc,
                                                     _In_ PPROCESSOR_NUMBER ProcNumber);
NTKERNELAPI LOGICAL NTAPI KeIsExecutingDpc(VOID);

_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI VOID NTAPI KeFlushQueuedDpcs(VOID);
NTKERNELAPI NTSTATUS NTAPI
KeQueryDpcWatchdogInformation(_Out_ PKDPC_WATCHDOG_INFORMATION WatchdogInformation);
