/*
 * APCs whose routines return at another level, threads that end as they must not, and
 * resources given up by who has none.
 */
#include "bugcheck.h"

#define UNIQUE_SPECIAL 0
#define UNIQUE_NORMAL  1
#define UNIQUE_CALLOUT 2

static VOID NTAPI
PlainKernel(PKAPC Apc, PKNORMAL_ROUTINE *NormalRoutine, PVOID *NormalContext,
            PVOID *SystemArgument1, PVOID *SystemArgument2)
{
    UNREFERENCED_PARAMETER(Apc);
    UNREFERENCED_PARAMETER(NormalRoutine);
    UNREFERENCED_PARAMETER(NormalContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);
}

static VOID NTAPI
RaisingKernel(PKAPC Apc, PKNORMAL_ROUTINE *NormalRoutine, PVOID *NormalContext,
              PVOID *SystemArgument1, PVOID *SystemArgument2)
{
    PlainKernel(Apc, NormalRoutine, NormalContext, SystemArgument1, SystemArgument2);
    KfRaiseIrql(DISPATCH_LEVEL);
}

static VOID NTAPI
DroppingKernel(PKAPC Apc, PKNORMAL_ROUTINE *NormalRoutine, PVOID *NormalContext,
               PVOID *SystemArgument1, PVOID *SystemArgument2)
{
    PlainKernel(Apc, NormalRoutine, NormalContext, SystemArgument1, SystemArgument2);
    KeLowerIrql(PASSIVE_LEVEL);
}

static VOID NTAPI
RaisingNormal(PVOID NormalContext, PVOID SystemArgument1, PVOID SystemArgument2)
{
    UNREFERENCED_PARAMETER(NormalContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);
    KfRaiseIrql(APC_LEVEL);
}

static KAPC Apc;

/* Queues an APC to this thread. */
static VOID
QueueApc(PKKERNEL_ROUTINE KernelRoutine, PKNORMAL_ROUTINE NormalRoutine, PVOID Context)
{
    KeInitializeApc(&Apc, KeGetCurrentThread(), OriginalApcEnvironment, KernelRoutine,
                    NULL, NormalRoutine, KernelMode, Context);
    KeInsertQueueApc(&Apc, NULL, NULL, 0);
}

/* The routine at fault, and the level it left behind (IRQL-25). */
static VOID
ExpectLevel(KIRQL Irql, KIRQL Expected, ULONG Unique, PVOID Routine, PVOID Object,
            PKNORMAL_ROUTINE NormalRoutine, PCSTR Guilty)
{
    Expect(IRQL_UNEXPECTED_VALUE,
           ((ULONG64)Irql << 16) | ((ULONG64)Expected << 8) | Unique,
           (ULONG64)(ULONG_PTR)Routine, (ULONG64)(ULONG_PTR)Object,
           (ULONG64)(ULONG_PTR)NormalRoutine);
    DbgPrint("# expect guilty %s\n# expect irql %u\n", Guilty, Irql);
}

/* BUG-20, IRQL-23 */
VOID
LeaveSpecialApcRaised(VOID)
{
    ExpectLevel(DISPATCH_LEVEL, APC_LEVEL, UNIQUE_SPECIAL, RaisingKernel, &Apc, NULL,
                "RaisingKernel");
    QueueApc(RaisingKernel, NULL, NULL);
}

/* BUG-20, IRQL-23 */
VOID
LeaveKernelRoutineLowered(VOID)
{
    ExpectLevel(PASSIVE_LEVEL, APC_LEVEL, UNIQUE_NORMAL, DroppingKernel, &Apc,
                RaisingNormal, "DroppingKernel");
    QueueApc(DroppingKernel, RaisingNormal, NULL);
}

/* BUG-20, IRQL-23 */
VOID
LeaveNormalRoutineRaised(VOID)
{
    ExpectLevel(APC_LEVEL, PASSIVE_LEVEL, UNIQUE_CALLOUT, RaisingNormal, &Apc, NULL,
                "RaisingNormal");
    QueueApc(PlainKernel, RaisingNormal, &Apc);
}

/* A thread that never leaves its critical region: one kernel APC disable too many. */
VOID
EndInRegion(VOID)
{
    KeEnterCriticalRegion();
    Expect(KERNEL_APC_PENDING_DURING_EXIT, 0, 0xFFFF, PASSIVE_LEVEL, 0);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* The same with an APC that waits for the region to end. */
VOID
EndWithApc(VOID)
{
    KeEnterGuardedRegion();
    QueueApc(PlainKernel, NULL, NULL);
    Expect(KERNEL_APC_PENDING_DURING_EXIT, (ULONG64)(ULONG_PTR)&Apc, 0xFFFF0000,
           PASSIVE_LEVEL, 0);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* A thread that ends with a fast mutex. */
VOID
EndWithFastMutex(VOID)
{
    static FAST_MUTEX Mutex;

    ExInitializeFastMutex(&Mutex);
    ExAcquireFastMutex(&Mutex);
    Expect(KERNEL_APC_PENDING_DURING_EXIT, 0, 0, APC_LEVEL, 0);
    PsTerminateSystemThread(STATUS_SUCCESS); /* lint: on purpose */
}

/* Executive resources: given up by a thread that has none; deleted twice. */
VOID
ReleaseForeignResource(VOID)
{
    static ERESOURCE Resource;

    ExInitializeResourceLite(&Resource);
    Expect(RESOURCE_NOT_OWNED, (ULONG64)(ULONG_PTR)&Resource,
           (ULONG64)ExGetCurrentResourceThread(), 0, 0);
    ExReleaseResourceLite(&Resource);
}

VOID
DeleteResourceTwice(VOID)
{
    static ERESOURCE Resource, Other;

    ExInitializeResourceLite(&Resource);
    ExInitializeResourceLite(&Other);
    ExDeleteResourceLite(&Resource);
    Expect(KERNEL_SECURITY_CHECK_FAILURE, 3, ANY, ANY, ANY);
    ExDeleteResourceLite(&Resource);
}
