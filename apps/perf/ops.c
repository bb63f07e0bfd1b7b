/*
 * Operations of the kernel, each so many times, on the thread's processor, number 0, but
 * for what is done to another one. repeat.c says how often.
 */
#include "ops.h"

#include <dirqltest.h>

#define OPS_LOWEST_VECTOR 0x30
#define OPS_VECTORS       0x90 /* that devices can have */

static struct {
    KSPIN_LOCK Lock;
    KDPC Dpc;             /* counted in DpcRuns */
    KDPC WakeDpc;         /* sets Asked */
    KDPC RemoteDpc;       /* counted in RemoteRuns, on another processor */
    BOOLEAN IsrQueuesDpc; /* set while the vector is silent */
    PKINTERRUPT Interrupt;
    volatile LONG IsrRuns, DpcRuns, RemoteRuns;
    KEVENT Asked, Answered; /* between OpsPartner and who waits for it */
    volatile LONG Ending;   /* the partner ends when it is asked next */
    PVOID Partner;          /* its thread object */
} Ops;

static KSERVICE_ROUTINE OpsIsr;
static KDEFERRED_ROUTINE OpsDpc;
static KDEFERRED_ROUTINE OpsWakeDpc;
static KDEFERRED_ROUTINE OpsRemoteDpc;
static KSTART_ROUTINE OpsPartner;

static BOOLEAN NTAPI
OpsIsr(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(ServiceContext);
    Ops.IsrRuns++;
    if (Ops.IsrQueuesDpc) {
        KeInsertQueueDpc(&Ops.Dpc, NULL, NULL);
    }
    return TRUE;
}

static VOID NTAPI
OpsDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    Ops.DpcRuns++;
}

static VOID NTAPI
OpsWakeDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    KeSetEvent(&Ops.Asked, IO_NO_INCREMENT, FALSE);
}

static VOID NTAPI
OpsRemoteDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    Ops.RemoteRuns++;
}

/* A thread that answers, on the processor of its context. */
static VOID NTAPI
OpsPartner(PVOID Context)
{
    KeSetSystemAffinityThread((KAFFINITY)1 << (ULONG_PTR)Context);
    do {
        KeWaitForSingleObject(&Ops.Asked, Executive, KernelMode, FALSE, NULL);
        KeSetEvent(&Ops.Answered, IO_NO_INCREMENT, FALSE);
    } while (!Ops.Ending);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

NTSTATUS
OpsStartPartner(ULONG Processor)
{
    HANDLE Handle;
    NTSTATUS Status;

    Ops.Ending = FALSE;
    KeInitializeEvent(&Ops.Asked, SynchronizationEvent, FALSE);
    KeInitializeEvent(&Ops.Answered, SynchronizationEvent, FALSE);
    Status = PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                  OpsPartner, (PVOID)(ULONG_PTR)Processor);
    if (NT_SUCCESS(Status)) {
        Status = ObReferenceObjectByHandle(Handle, THREAD_ALL_ACCESS, *PsThreadType,
                                           KernelMode, &Ops.Partner, NULL);
        ZwClose(Handle);
    }
    return Status;
}

VOID
OpsStopPartner(VOID)
{
    InterlockedExchange(&Ops.Ending, TRUE);
    KeSetEvent(&Ops.Asked, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(Ops.Partner, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(Ops.Partner);
}

VOID
OpsEmptyLoop(ULONG Count)
{
    for (; Count != 0; Count--) {
        __asm__ volatile("" ::: "memory");
    }
}

VOID
OpsSpinPair(ULONG Count)
{
    KIRQL OldIrql;

    for (; Count != 0; Count--) {
        KeAcquireSpinLock(&Ops.Lock, &OldIrql);
        KeReleaseSpinLock(&Ops.Lock, OldIrql);
    }
}

VOID
OpsSelfIpi(ULONG Count)
{
    for (; Count != 0; Count--) {
        LONG Before = Ops.IsrRuns;

        VectorRaise(VectorNumber());
        while (Ops.IsrRuns == Before) {
            YieldProcessor();
        }
    }
}

VOID
OpsSelfIpiDpc(ULONG Count)
{
    Ops.IsrQueuesDpc = TRUE;
    for (; Count != 0; Count--) {
        LONG Before = Ops.DpcRuns;

        VectorRaise(VectorNumber());
        while (Ops.DpcRuns == Before) {
            YieldProcessor();
        }
    }
    Ops.IsrQueuesDpc = FALSE;
}

/* From a DPC to the thread it wakes, and back. The partner is on this processor. */
VOID
OpsDpcTask(ULONG Count)
{
    for (; Count != 0; Count--) {
        KeInsertQueueDpc(&Ops.WakeDpc, NULL, NULL);
        KeWaitForSingleObject(&Ops.Answered, Executive, KernelMode, FALSE, NULL);
    }
}

/* A thread that waits on the partner's processor is woken, and wakes this one. */
VOID
OpsWakeThread(ULONG Count)
{
    for (; Count != 0; Count--) {
        KeSetEvent(&Ops.Asked, IO_NO_INCREMENT, FALSE);
        KeWaitForSingleObject(&Ops.Answered, Executive, KernelMode, FALSE, NULL);
    }
}

/* A vector that has neither line nor message; 0: all have one. */
static ULONG
OpsNobodysVector(VOID)
{
    DIRQL_INTERRUPT_SOURCE Source;

    for (ULONG Index = 1; Index < OPS_VECTORS; Index++) {
        ULONG Vector = OPS_LOWEST_VECTOR + Index;

        if (Vector % 16 < 7 && !DirqlQuerySource(0, Vector, &Source)) {
            return Vector;
        }
    }
    return 0;
}

VOID
OpsUnowned(ULONG Count)
{
    ULONG Vector = OpsNobodysVector();
    ULONG Before, Goal = DirqlQueryArrivals(0, Vector);

    for (; Vector != 0 && Count != 0; Count--) {
        Before = Goal++;
        VectorRaise(Vector);
        while (DirqlQueryArrivals(0, Vector) == Before) {
            YieldProcessor();
        }
    }
}

/* A routine runs on another processor while this one waits for it. */
VOID
OpsCall(ULONG Count)
{
    for (; Count != 0; Count--) {
        LONG Before = Ops.RemoteRuns;

        KeInsertQueueDpc(&Ops.RemoteDpc, NULL, NULL);
        while (Ops.RemoteRuns == Before) {
            YieldProcessor();
        }
    }
}

BOOLEAN
OpsPrepare(ULONG Processor)
{
    KeInitializeSpinLock(&Ops.Lock);
    KeInitializeDpc(&Ops.Dpc, OpsDpc, NULL);
    KeInitializeDpc(&Ops.WakeDpc, OpsWakeDpc, NULL);
    KeInitializeDpc(&Ops.RemoteDpc, OpsRemoteDpc, NULL);
    KeSetTargetProcessorDpc(&Ops.RemoteDpc, (CCHAR)Processor);
    KeSetImportanceDpc(&Ops.RemoteDpc, MediumHighImportance);
    Ops.Interrupt = VectorConnect(OpsIsr);
    return Ops.Interrupt != NULL;
}

VOID
OpsFinish(VOID)
{
    IoDisconnectInterrupt(Ops.Interrupt);
    KeFlushQueuedDpcs();
}
