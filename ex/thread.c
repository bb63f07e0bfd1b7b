/*
 * System threads: PsCreateSystemThread to the moment the last byte of one is freed.
 *
 * References: one is the running thread's own, dropped by the reaper; a handle is
 * another. A thread that ends stores its status, leaves the list of running threads and
 * queues its reaper, which waits until the thread stands on its stack no more and frees
 * the stack.
 */
#include "exp.h"

static VOID PspDeleteThread(PVOID Body);

static struct _OBJECT_TYPE PspThreadType = {.Name = "Thread", .Delete = PspDeleteThread};
POBJECT_TYPE PsThreadType = &PspThreadType;
EXPORT(PsThreadType);

static KSPIN_LOCK PspThreadLock; /* guards the list and the failures */
static LIST_ENTRY PspThreads;    /* ETHREADs that have not ended */
static volatile LONG PspThreadCount;

/* Threads that ended with a failure, until somebody asks: later ones are not kept when it
   is full, since the first is what counts. */
#define PSP_FAILURE_COUNT 32
static struct {
    ULONG_PTR StartRoutine;
    NTSTATUS Status;
} PspFailures[PSP_FAILURE_COUNT];
static ULONG PspFailuresUsed;

#define PSP_SYSTEM_PROCESS ((HANDLE)4)
#define PSP_SECOND         10000000LL /* in 100 ns */

/* A start routine that returns ends its thread with success. */
static VOID
PspThreadReturned(VOID)
{
    (VOID) PsTerminateSystemThread(STATUS_SUCCESS);
}

VOID
PspInitializeThreads(VOID)
{
    KeInitializeSpinLock(&PspThreadLock);
    InitializeListHead(&PspThreads);
    KeSetThreadExitRoutine(PspThreadReturned);
}

/* A thread object goes away: only one that never ran still has its stack. */
static VOID
PspDeleteThread(PVOID Body)
{
    PETHREAD Thread = Body;

    if (Thread->StackTop != NULL) {
        MmDeleteKernelStack(Thread->StackTop, KERNEL_STACK_SIZE);
    }
}

static VOID NTAPI
PspReapThread(PVOID Parameter)
{
    PETHREAD Thread = Parameter;

    /* First until it is signalled: spinning alone could keep it from the processor. */
    KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL);
    KeWaitUntilSwitchedOut(&Thread->Tcb);
    MmDeleteKernelStack(Thread->StackTop, KERNEL_STACK_SIZE);
    Thread->StackTop = NULL;
    ObfDereferenceObject(Thread);
}

/* A thread object with a stack, not started, with one reference. */
static PETHREAD
PspAllocateThread(PKSTART_ROUTINE StartRoutine, PVOID StartContext, KPRIORITY Priority)
{
    PETHREAD Thread = ObCreateObject(PsThreadType, sizeof(*Thread));

    if (Thread == NULL) {
        return NULL;
    }
    Thread->StackTop = ExInjectFailure() ? NULL : MmCreateKernelStack(KERNEL_STACK_SIZE);
    if (Thread->StackTop == NULL) {
        ObfDereferenceObject(Thread);
        return NULL;
    }
    Thread->Cid.UniqueProcess = PSP_SYSTEM_PROCESS;
    Thread->Cid.UniqueThread =
        UlongToHandle(4 + 4 * (ULONG)InterlockedIncrement(&PspThreadCount));
    ExInitializeWorkItem(&Thread->ReaperItem, PspReapThread, Thread);
    KeInitializeThread(&Thread->Tcb, Thread->StackTop, KERNEL_STACK_SIZE, StartRoutine,
                       StartContext, Priority);
    return Thread;
}

static VOID
PspStartThread(PETHREAD Thread)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&PspThreadLock);

    InsertTailList(&PspThreads, &Thread->ThreadListEntry);
    KeReleaseSpinLock(&PspThreadLock, OldIrql);
    KeStartThread(&Thread->Tcb);
}

NTSTATUS
PspCreateThread(PKSTART_ROUTINE StartRoutine, PVOID StartContext, KPRIORITY Priority,
                PETHREAD *Thread)
{
    *Thread = PspAllocateThread(StartRoutine, StartContext, Priority);
    if (*Thread == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    ObfReferenceObject(*Thread); /* the caller's; the first is the thread's own */
    PspStartThread(*Thread);
    return STATUS_SUCCESS;
}

/*
 * Makes a system thread of normal priority that runs StartRoutine(StartContext) at
 * PASSIVE_LEVEL. DesiredAccess, ObjectAttributes and ProcessHandle change nothing: there
 * is one process and every handle is the kernel's. STATUS_SUCCESS with *ThreadHandle, to
 * be closed with ZwClose, or STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL.
 * Source: PsCreateSystemThread.
 */
NTSTATUS
NTAPI
PsCreateSystemThread(PHANDLE ThreadHandle, ULONG DesiredAccess,
                     POBJECT_ATTRIBUTES ObjectAttributes, HANDLE ProcessHandle,
                     PCLIENT_ID ClientId, PKSTART_ROUTINE StartRoutine,
                     PVOID StartContext)
{
    PETHREAD Thread;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(DesiredAccess);
    UNREFERENCED_PARAMETER(ObjectAttributes);
    UNREFERENCED_PARAMETER(ProcessHandle);
    KE_ASSERT(KeGetCurrentIrql() == PASSIVE_LEVEL);
    Thread = PspAllocateThread(StartRoutine, StartContext, DEFAULT_THREAD_PRIORITY);
    if (Thread == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    /* All that can fail and all that is read of the thread comes before it can end. */
    Status = ObCreateHandle(Thread, THREAD_ALL_ACCESS, ThreadHandle);
    if (!NT_SUCCESS(Status)) {
        ObfDereferenceObject(Thread);
        return Status;
    }
    if (ClientId != NULL) {
        *ClientId = Thread->Cid;
    }
    PspStartThread(Thread);
    return STATUS_SUCCESS;
}
EXPORT(PsCreateSystemThread);

/* The only threads that are no objects are the processors' own, and they never move: what
   another processor's region says cannot be taken for this one's. */
PETHREAD
PspCurrentThread(VOID)
{
    PKTHREAD Current = KeGetCurrentThread();

    return Current == KeGetCurrentPrcb()->IdleThread ? NULL : (PETHREAD)Current;
}

/*
 * Ends the calling thread with ExitStatus and does not return. STATUS_INVALID_PARAMETER
 * on a thread PsCreateSystemThread did not make. PASSIVE_LEVEL. Source:
 * PsTerminateSystemThread.
 */
NTSTATUS
NTAPI
PsTerminateSystemThread(NTSTATUS ExitStatus)
{
    PETHREAD Thread = PspCurrentThread();
    KIRQL OldIrql;

    if (Thread == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    KeRundownThread();
    Thread->ExitStatus = ExitStatus;
    OldIrql = KeAcquireSpinLockRaiseToDpc(&PspThreadLock);
    RemoveEntryList(&Thread->ThreadListEntry);
    if (!NT_SUCCESS(ExitStatus) && PspFailuresUsed < PSP_FAILURE_COUNT) {
        PspFailures[PspFailuresUsed].StartRoutine = (ULONG_PTR)Thread->Tcb.StartRoutine;
        PspFailures[PspFailuresUsed++].Status = ExitStatus;
    }
    KeReleaseSpinLock(&PspThreadLock, OldIrql);
    ExQueueWorkItem(&Thread->ReaperItem, CriticalWorkQueue);
    KeTerminateThread();
}
EXPORT(PsTerminateSystemThread);

/* A running thread that started in [Base, Base + Size), referenced, or NULL. */
static PETHREAD
PspFindImageThread(ULONG_PTR Base, SIZE_T Size)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&PspThreadLock);
    PETHREAD Found = NULL;

    for (PLIST_ENTRY Entry = PspThreads.Flink; Entry != &PspThreads && Found == NULL;
         Entry = Entry->Flink) {
        PETHREAD Thread = CONTAINING_RECORD(Entry, ETHREAD, ThreadListEntry);

        if ((ULONG_PTR)Thread->Tcb.StartRoutine - Base < Size) {
            Found = Thread;
            ObfReferenceObject(Found);
        }
    }
    KeReleaseSpinLock(&PspThreadLock, OldIrql);
    return Found;
}

/* The first failure of a thread that started in the range; forgets all that range has. */
static NTSTATUS
PspTakeFailure(ULONG_PTR Base, SIZE_T Size)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&PspThreadLock);
    NTSTATUS Status = STATUS_SUCCESS;
    ULONG Kept = 0;

    for (ULONG Index = 0; Index < PspFailuresUsed; Index++) {
        if (PspFailures[Index].StartRoutine - Base >= Size) {
            PspFailures[Kept++] = PspFailures[Index];
        } else if (NT_SUCCESS(Status)) {
            Status = PspFailures[Index].Status;
        }
    }
    PspFailuresUsed = Kept;
    KeReleaseSpinLock(&PspThreadLock, OldIrql);
    return Status;
}

VOID
PsVisitThreads(PS_VISIT_THREAD *Visit, PVOID Context)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&PspThreadLock);

    for (PLIST_ENTRY Entry = PspThreads.Flink; Entry != &PspThreads;
         Entry = Entry->Flink) {
        PETHREAD Thread = CONTAINING_RECORD(Entry, ETHREAD, ThreadListEntry);

        Visit(&Thread->Tcb, Thread->Cid.UniqueThread, Context);
    }
    KeReleaseSpinLock(&PspThreadLock, OldIrql);
}

NTSTATUS
PsWaitForImageThreads(PVOID Base, SIZE_T Size, ULONG TimeoutSeconds, NTSTATUS *ExitStatus)
{
    LONGLONG Deadline = (LONGLONG)KeQueryInterruptTime() + TimeoutSeconds * PSP_SECOND;
    NTSTATUS Status = STATUS_SUCCESS;
    PETHREAD Thread;

    while (Status != STATUS_TIMEOUT &&
           (Thread = PspFindImageThread((ULONG_PTR)Base, Size)) != NULL) {
        LARGE_INTEGER Timeout = {.QuadPart = (LONGLONG)KeQueryInterruptTime() - Deadline};

        /* A time that is not negative would be absolute: none left is no wait at all. */
        Timeout.QuadPart = min(Timeout.QuadPart, 0);
        Status = KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, &Timeout);
        ObfDereferenceObject(Thread);
    }
    *ExitStatus = PspTakeFailure((ULONG_PTR)Base, Size);
    return Status == STATUS_TIMEOUT ? STATUS_TIMEOUT : STATUS_SUCCESS;
}
