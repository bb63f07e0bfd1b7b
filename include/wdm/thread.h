/*
 * Threads, processors, priorities, APC control and worker threads.
 *
 * KTHREAD, ETHREAD and EPROCESS are opaque. A pointer from KeGetCurrentThread is good
 * while that thread runs; to keep one, reference the object. Set affinity and priority
 * at or below the level the annotation states, for the current thread.
 */
#pragma once

#include <wdm/irql.h>
#include <wdm/interlocked.h>

typedef struct _KTHREAD *PKTHREAD, *RESTRICTED_POINTER PRKTHREAD;
typedef struct _ETHREAD *PETHREAD;
typedef struct _KPROCESS *PKPROCESS;
typedef struct _EPROCESS *PEPROCESS;
typedef struct _KPCR KPCR, *PKPCR;
typedef struct _OBJECT_TYPE *POBJECT_TYPE;

#define LOW_PRIORITY          0
#define LOW_REALTIME_PRIORITY 16
#define HIGH_PRIORITY         31
#define MAXIMUM_PRIORITY      32
#define MAXIMUM_PROCESSORS    64

/* Fixed places in the processor control region, which GS holds in the kernel. */
FORCEINLINE PKPCR NTAPI
KeGetPcr(VOID)
{
    PKPCR Pcr;

    __asm__ __volatile__("movq %%gs:0x18, %0" : "=r"(Pcr));
    return Pcr;
}

FORCEINLINE PKTHREAD NTAPI
KeGetCurrentThread(VOID)
{
    PKTHREAD Thread;

    __asm__ __volatile__("movq %%gs:0x188, %0" : "=r"(Thread));
    return Thread;
}

FORCEINLINE ULONG NTAPI
KeGetCurrentProcessorNumber(VOID)
{
    ULONG Number;

    __asm__ __volatile__("movl %%gs:0x1A4, %0" : "=r"(Number));
    return Number;
}

#define PsGetCurrentThread() ((PETHREAD)KeGetCurrentThread())

/* Handles that always are: of the calling thread, of its process. */
#define NtCurrentThread()  ((HANDLE)(LONG_PTR)-2)
#define ZwCurrentThread()  NtCurrentThread()
#define NtCurrentProcess() ((HANDLE)(LONG_PTR)-1)
#define ZwCurrentProcess() NtCurrentProcess()

/* --- Threads ---------------------------------------------------------------------- */

typedef struct _CLIENT_ID {
    HANDLE UniqueProcess;
    HANDLE UniqueThread;
} CLIENT_ID, *PCLIENT_ID;

/* Called at PASSIVE_LEVEL in the new thread. */
_IRQL_requires_(PASSIVE_LEVEL) _IRQL_requires_same_ typedef VOID NTAPI
    KSTART_ROUTINE(_In_ PVOID StartContext);
typedef KSTART_ROUTINE *PKSTART_ROUTINE;

#define THREAD_ALL_ACCESS 0x001FFFFF

_IRQL_requires_(PASSIVE_LEVEL) _Must_inspect_result_ NTKERNELAPI NTSTATUS NTAPI
    PsCreateSystemThread(_Out_ PHANDLE ThreadHandle, _In_ ULONG DesiredAccess,
                         _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes,
                         _In_opt_ HANDLE ProcessHandle, _Out_opt_ PCLIENT_ID ClientId,
                         _In_ PKSTART_ROUTINE StartRoutine, _In_opt_ PVOID StartContext);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    PsTerminateSystemThread(_In_ NTSTATUS ExitStatus);
NTKERNELAPI HANDLE NTAPI PsGetCurrentThreadId(VOID);
NTKERNELAPI HANDLE NTAPI PsGetCurrentProcessId(VOID);
NTKERNELAPI PEPROCESS NTAPI IoGetCurrentProcess(VOID);
#define PsGetCurrentProcess IoGetCurrentProcess

_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI KPRIORITY NTAPI
    KeSetPriorityThread(_Inout_ PKTHREAD Thread, _In_ KPRIORITY Priority);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI KPRIORITY NTAPI
    KeQueryPriorityThread(_In_ PKTHREAD Thread);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI LONG NTAPI
    KeSetBasePriorityThread(_Inout_ PKTHREAD Thread, _In_ LONG Increment);
NTKERNELAPI ULONG NTAPI KeQueryRuntimeThread(_In_ PKTHREAD Thread, _Out_ PULONG UserTime);

/* --- Processors ------------------------------------------------------------------- */

NTKERNELAPI KAFFINITY NTAPI KeQueryActiveProcessors(VOID);
NTKERNELAPI ULONG NTAPI
KeQueryActiveProcessorCount(_Out_opt_ PKAFFINITY ActiveProcessors);
NTKERNELAPI ULONG NTAPI KeQueryActiveProcessorCountEx(_In_ USHORT GroupNumber);
NTKERNELAPI ULONG NTAPI KeQueryMaximumProcessorCount(VOID);
NTKERNELAPI ULONG NTAPI KeQueryMaximumProcessorCountEx(_In_ USHORT GroupNumber);
NTKERNELAPI USHORT NTAPI KeQueryActiveGroupCount(VOID);
NTKERNELAPI USHORT NTAPI KeQueryMaximumGroupCount(VOID);
NTKERNELAPI KAFFINITY NTAPI KeQueryGroupAffinity(_In_ USHORT GroupNumber);
NTKERNELAPI ULONG NTAPI
KeGetCurrentProcessorNumberEx(_Out_opt_ PPROCESSOR_NUMBER ProcNumber);
NTKERNELAPI NTSTATUS NTAPI
KeGetProcessorNumberFromIndex(_In_ ULONG ProcIndex, _Out_ PPROCESSOR_NUMBER ProcNumber);
NTKERNELAPI ULONG NTAPI KeGetProcessorIndexFromNumber(_In_ PPROCESSOR_NUMBER ProcNumber);

_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID NTAPI
    KeSetSystemAffinityThread(_In_ KAFFINITY Affinity);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI KAFFINITY NTAPI
    KeSetSystemAffinityThreadEx(_In_ KAFFINITY Affinity);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID NTAPI KeRevertToUserAffinityThread(VOID);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID NTAPI
    KeRevertToUserAffinityThreadEx(_In_ KAFFINITY Affinity);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID NTAPI
    KeSetSystemGroupAffinityThread(_In_ PGROUP_AFFINITY Affinity,
                                   _Out_opt_ PGROUP_AFFINITY PreviousAffinity);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID NTAPI
    KeRevertToUserGroupAffinityThread(_In_ PGROUP_AFFINITY PreviousAffinity);

/* --- Inter-processor calls -------------------------------------------------------- */

/* Called at IPI_LEVEL on every processor at once, after all have met. (IPI-1) */
_IRQL_requires_(IPI_LEVEL) _IRQL_requires_same_ typedef ULONG_PTR NTAPI
    KIPI_BROADCAST_WORKER(_In_ ULONG_PTR Argument);
typedef KIPI_BROADCAST_WORKER *PKIPI_BROADCAST_WORKER;

NTKERNELAPI ULONG_PTR NTAPI
KeIpiGenericCall(_In_ PKIPI_BROADCAST_WORKER BroadcastFunction, _In_ ULONG_PTR Context);

/* --- Asynchronous procedure calls ------------------------------------------------- */

_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID NTAPI KeEnterCriticalRegion(VOID);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID NTAPI KeLeaveCriticalRegion(VOID);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID NTAPI KeEnterGuardedRegion(VOID);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID NTAPI KeLeaveGuardedRegion(VOID);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN NTAPI KeAreApcsDisabled(VOID);
NTKERNELAPI BOOLEAN NTAPI KeAreAllApcsDisabled(VOID);

typedef struct _KAPC KAPC, *PKAPC, *RESTRICTED_POINTER PRKAPC;

/* Called at PASSIVE_LEVEL in the thread the APC was queued to. */
typedef VOID NTAPI KNORMAL_ROUTINE(_In_opt_ PVOID NormalContext,
                                   _In_opt_ PVOID SystemArgument1,
                                   _In_opt_ PVOID SystemArgument2);
typedef KNORMAL_ROUTINE *PKNORMAL_ROUTINE;

/* Called at APC_LEVEL, before the normal routine, which it may replace. */
typedef VOID NTAPI KKERNEL_ROUTINE(_In_ PKAPC Apc,
                                   _Inout_ PKNORMAL_ROUTINE *NormalRoutine,
                                   _Inout_ PVOID *NormalContext,
                                   _Inout_ PVOID *SystemArgument1,
                                   _Inout_ PVOID *SystemArgument2);
typedef KKERNEL_ROUTINE *PKKERNEL_ROUTINE;

/* Called at PASSIVE_LEVEL when the thread ends with the APC still queued. */
typedef VOID NTAPI KRUNDOWN_ROUTINE(_In_ PKAPC Apc);
typedef KRUNDOWN_ROUTINE *PKRUNDOWN_ROUTINE;

struct _KAPC {
    UCHAR Type;
    UCHAR SpareByte0;
    UCHAR Size;
    UCHAR SpareByte1;
    ULONG SpareLong0;
    PKTHREAD Thread;
    LIST_ENTRY ApcListEntry;
    PKKERNEL_ROUTINE KernelRoutine;
    PKRUNDOWN_ROUTINE RundownRoutine;
    PKNORMAL_ROUTINE NormalRoutine;
    PVOID NormalContext;
    PVOID SystemArgument1;
    PVOID SystemArgument2;
    CCHAR ApcStateIndex;
    KPROCESSOR_MODE ApcMode;
    BOOLEAN Inserted;
};

typedef enum _KAPC_ENVIRONMENT {
    OriginalApcEnvironment,
    AttachedApcEnvironment,
    CurrentApcEnvironment,
    InsertApcEnvironment
} KAPC_ENVIRONMENT;

/* Without a normal routine it is a special kernel APC, which only a guarded region and
   APC_LEVEL keep off. The object is the caller's until its kernel routine is called. */
NTKERNELAPI VOID NTAPI KeInitializeApc(_Out_ PRKAPC Apc, _In_ PKTHREAD Thread,
                                       _In_ KAPC_ENVIRONMENT Environment,
                                       _In_ PKKERNEL_ROUTINE KernelRoutine,
                                       _In_opt_ PKRUNDOWN_ROUTINE RundownRoutine,
                                       _In_opt_ PKNORMAL_ROUTINE NormalRoutine,
                                       _In_opt_ KPROCESSOR_MODE ApcMode,
                                       _In_opt_ PVOID NormalContext);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN NTAPI
    KeInsertQueueApc(_Inout_ PRKAPC Apc, _In_opt_ PVOID SystemArgument1,
                     _In_opt_ PVOID SystemArgument2, _In_ KPRIORITY Increment);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN NTAPI
    KeRemoveQueueApc(_Inout_ PRKAPC Apc);

/* Ends an alertable wait of Thread with STATUS_ALERTED, now or when it comes to one. */
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN NTAPI
    KeAlertThread(_Inout_ PKTHREAD Thread, _In_ KPROCESSOR_MODE AlertMode);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN NTAPI
    KeTestAlertThread(_In_ KPROCESSOR_MODE AlertMode);

/* --- System worker threads -------------------------------------------------------- */

typedef enum _WORK_QUEUE_TYPE {
    CriticalWorkQueue,
    DelayedWorkQueue,
    HyperCriticalWorkQueue,
    MaximumWorkQueue
} WORK_QUEUE_TYPE;

/* Called at PASSIVE_LEVEL in a system worker thread; returns at PASSIVE_LEVEL. */
_IRQL_requires_(PASSIVE_LEVEL) _IRQL_requires_same_ typedef VOID NTAPI
    WORKER_THREAD_ROUTINE(_In_ PVOID Parameter);
typedef WORKER_THREAD_ROUTINE *PWORKER_THREAD_ROUTINE;

typedef struct _WORK_QUEUE_ITEM {
    LIST_ENTRY List;
    PWORKER_THREAD_ROUTINE WorkerRoutine;
    PVOID Parameter;
} WORK_QUEUE_ITEM, *PWORK_QUEUE_ITEM;

FORCEINLINE VOID
ExInitializeWorkItem(_Out_ PWORK_QUEUE_ITEM Item, _In_ PWORKER_THREAD_ROUTINE Routine,
                     _In_opt_ PVOID Context)
{
    Item->List.Flink = NULL;
    Item->WorkerRoutine = Routine;
    Item->Parameter = Context;
}

_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    ExQueueWorkItem(_Inout_ PWORK_QUEUE_ITEM WorkItem, _In_ WORK_QUEUE_TYPE QueueType);
