/*
 * APCs whose routines return at another level, threads that end as they must not, and
 * resources given up by who has none.
 */
#include "bugcheck.h"

#define UNIQUE_SPECIAL 0
#define UNIQUE_NORMAL  1

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
LoweringKernel(PKAPC Apc, PKNORMAL_ROUTINE *NormalRoutine, PVOID *NormalContext,
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

/* Queues an APC to this thread that returns at Irql instead of Expected. */
static VOID
ProvokeLevel(PKKERNEL_ROUTINE KernelRoutine, PKNORMAL_ROUTINE NormalRoutine, KIRQL Irql,
             KIRQL Expected, ULONG Unique)
{
    static KAPC Apc;

    KeInitializeApc(&Apc, KeGetCurrentThread(), OriginalApcEnvironment, KernelRoutine,
                    NULL, NormalRoutine, KernelMode, NULL);
    Expect(IRQL_UNEXPECTED_VALUE,
           ((ULONG64)Irql << 16) | ((ULONG64)Expected << 8) | Unique,
           (ULONG64)(ULONG_PTR)KernelRoutine, (ULONG64)(ULONG_PTR)&Apc,
           (ULONG64)(ULONG_PTR)NormalRoutine);
    KeInsertQueueApc(&Apc, NULL, NULL, 0);
}

/* BUG-20, IRQL-23 */
VOID
LeaveSpecialApcRaised(VOID)
{
    ProvokeLevel(RaisingKernel, NULL, DISPATCH_LEVEL, APC_LEVEL, UNIQUE_SPECIAL);
}

/* BUG-20, IRQL-23 */
VOID
LeaveKernelRoutineLowered(VOID)
{
    ProvokeLevel(LoweringKernel, RaisingNormal, PASSIVE_LEVEL, APC_LEVEL, UNIQUE_NORMAL);
}

/* BUG-20, IRQL-23 */
VOID
LeaveNormalRoutineRaised(VOID)
{
    ProvokeLevel(PlainKernel, RaisingNormal, APC_LEVEL, PASSIVE_LEVEL, UNIQUE_NORMAL);
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
    static KAPC Apc;

    KeInitializeApc(&Apc, KeGetCurrentThread(), OriginalApcEnvironment, PlainKernel, NULL,
                    NULL, KernelMode, NULL);
    KeEnterGuardedRegion();
    KeInsertQueueApc(&Apc, NULL, NULL, 0);
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
