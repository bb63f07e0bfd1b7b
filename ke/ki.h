/*
 * Private to ke/: the dispatcher's and the interrupt path's inner routines.
 *
 * Lock order is written at the top of <internal/ke.h>. The dispatcher lock guards every
 * dispatcher object's state and every thread's place; it is handed over across a thread
 * switch: the thread switched to releases what the thread switched from acquired.
 */
#pragma once

#include <internal/ke.h>
#include <internal/observe.h>
#include <internal/rtl.h>
#include <internal/ldr.h>
#include <internal/upcalls.h>
#include "lock.h"

/* ---- entries (dispatch.asm) ---- */
VOID KiInterruptDispatch(VOID);
VOID KiChainedDispatch(VOID);
VOID KiApcInterrupt(VOID);
VOID KiDpcInterrupt(VOID);
VOID KiClockInterrupt(VOID);
VOID KiIpiInterrupt(VOID);
VOID KiSpuriousInterrupt(VOID);
#if KI_DISPATCH_CODE_IN_OBJECT
extern const UCHAR KiInterruptTemplate[DISPATCH_LENGTH * sizeof(ULONG)];
#else
#define KI_THUNK_SIZE 8
extern const UCHAR KiInterruptThunks[], KiChainedThunks[]; /* from vector 0 */
#endif

/* ---- intobj.c ---- */
/* Has the vector of a chain's head dispatched to one ISR, or to all of the chain; observed
   ISRs are always called from C. On its processor, while the vector cannot be delivered. */
VOID KiSetDispatch(PKINTERRUPT Head, BOOLEAN Chained);
ULONG64 KiGateTarget(PKINTERRUPT Head);
/* Whether the chain's dispatch must go through KiServeChain. */
BOOLEAN KiNeedsScan(PKINTERRUPT Head);
PKINTERRUPT KiNextInChain(PKINTERRUPT Interrupt);

/* ---- active.c, passive.c, storm.c ---- */
VOID KiUpdateSource(PKINTERRUPT Head);
FORCEINLINE BOOLEAN
KiIsPassive(PKINTERRUPT Interrupt)
{
    PKE_INTERRUPT_EXTENSION Extension = KeInterruptExtension(Interrupt);

    return Extension != NULL && Extension->Passive;
}

VOID KiRequestPassive(PKINTERRUPT Head); /* from the dispatch, at the vector's level */
NTSTATUS KiEnterPassive(PKINTERRUPT Interrupt);
VOID KiLeavePassive(PKINTERRUPT Interrupt);
VOID KiWatchStorms(PKPRCB Prcb); /* clock */
VOID KiEndStorm(PKINTERRUPT Interrupt);
KDEFERRED_ROUTINE KiReportStorm;

/* ---- what the entries call ---- */
VOID KiDeliverApc(VOID);
/* A chain, and the DPC queue: each by its plain form, or, from KeObserveCalls on, by the one
   that tells observers. */
extern VOID (*KiServeChain)(PKINTERRUPT Head);
extern VOID (*KiRetireDpcs)(VOID);
VOID KiServeObservedChain(PKINTERRUPT Head);
VOID KiRetireObservedDpcs(VOID);
VOID KiDispatchInterrupt(VOID);
VOID KiUpdateClock(PKTRAP_FRAME Frame);
VOID KiServiceIpi(PKTRAP_FRAME Frame);
BOOLEAN KiCountUnexpected(ULONG Vector);

/* ---- observe.c: calls of driver routines while KeObservesCalls ---- */
BOOLEAN KiCallObservedIsr(PKINTERRUPT Interrupt, KE_CALL_KIND Kind);
BOOLEAN KiCallObservedSynchronize(PKINTERRUPT Interrupt, PKSYNCHRONIZE_ROUTINE Routine,
                                  PVOID Context);
VOID KiCallObservedDpc(KE_CALL_KIND Kind, PKINTERRUPT Source, PKDPC Dpc,
                       PKDEFERRED_ROUTINE Routine, PVOID Context, PVOID Argument1,
                       PVOID Argument2);

/* ---- dispatcher: ready.c, swap.c, wait.c, signal.c ---- */
extern KAFFINITY KiIdleSummary; /* processors whose idle thread runs; dispatcher lock */
KIRQL KiLockDispatcher(VOID);
VOID KiUnlockDispatcher(KIRQL OldIrql); /* and lets a chosen thread run at once */
VOID KiLeaveDispatcher(KIRQL OldIrql, BOOLEAN Wait);
/* All of these under the dispatcher lock: */
VOID KiReadyThread(PKTHREAD Thread, BOOLEAN AtHead);
PKTHREAD KiSelectThread(PKPRCB Prcb); /* takes the best ready one for Prcb, or NULL */
PKTHREAD
KiChooseThread(PKPRCB Prcb);     /* its NextThread, a ready one, or its idle thread */
VOID KiSwapThread(PKTHREAD New); /* returns when this thread runs again, lock held */
VOID KiReleaseAfterSwap(VOID);   /* a new thread's first act: the lock it was handed */
VOID KiSwapStacks(PVOID *OldStack, PVOID NewStack);
VOID KiThreadStartup(VOID);
VOID KiChangePriority(PKTHREAD Thread, KPRIORITY Priority);
VOID KiUnwaitThread(PKTHREAD Thread, NTSTATUS Status, KPRIORITY Increment);
VOID KiSignalObject(PDISPATCHER_HEADER Object, KPRIORITY Increment);
BOOLEAN KiIsSignalled(PDISPATCHER_HEADER Object, PKTHREAD Thread);
NTSTATUS KiSatisfyWait(PDISPATCHER_HEADER Object, PKTHREAD Thread);
VOID KiInitializeHeader(PDISPATCHER_HEADER Header, UCHAR Type, UCHAR Size, LONG Signal);

/* ---- apc.c, deliver.c, region.c, alert.c ---- */
/* Unlinks an APC from its queue. Dispatcher lock held. */
VOID KiUnlinkApc(PKAPC Apc);
/* Of the running thread: it can take kernel APCs again, and has some. Any IRQL. */
VOID KiCheckForKernelApc(VOID);
/* Has the running thread, which is about to wait or has been woken to take them, run its
   kernel APCs. Lock held before and after, and let go in between; the thread was below
   APC_LEVEL before it took the lock. */
VOID KiDeliverInWait(VOID);
/* What ends a wait of the running thread before it begins: STATUS_ALERTED,
   STATUS_USER_APC, or STATUS_SUCCESS for nothing. Dispatcher lock held. */
NTSTATUS KiTestAlert(PKTHREAD Thread, KPROCESSOR_MODE WaitMode, BOOLEAN Alertable);

/* KOBJECTS numbers (KINT-2). */
#define KOBJECT_EVENT_NOTIFICATION    0
#define KOBJECT_EVENT_SYNCHRONIZATION 1
#define KOBJECT_MUTANT                2
#define KOBJECT_SEMAPHORE             5
#define KOBJECT_THREAD                6
#define KOBJECT_TIMER_NOTIFICATION    8
#define KOBJECT_TIMER_SYNCHRONIZATION 9
#define KOBJECT_APC                   18
#define KOBJECT_DPC                   19
#if DIRQL_NT >= 0xA00
#define KOBJECT_THREADED_DPC 26
#else
#define KOBJECT_THREADED_DPC 24
#endif

/* KDPC.Number: 0 is "whoever inserts", else the target processor. */
#define KI_DPC_TARGET(Number) ((USHORT)((Number) + 1))

/* ---- timer.c, wheel.c: all under the dispatcher lock ---- */
VOID KiInitializeTimerWheel(PKTIMER_WHEEL Wheel);
/* Queues Timer for its DueTime (interrupt time). FALSE: that is past, and it is not
 * queued. */
BOOLEAN KiInsertWheel(PKTIMER Timer);
VOID KiRemoveWheel(PKTIMER Timer);
/* Takes the next timer that is due at Now, or NULL. */
PKTIMER KiNextDueTimer(PKTIMER_WHEEL Wheel, ULONG64 Now);
VOID KiShiftWheel(PKTIMER_WHEEL Wheel, LONG64 Change);
BOOLEAN KiStartTimer(PKTIMER Timer, LARGE_INTEGER DueTime); /* FALSE: due already */
KDEFERRED_ROUTINE KiExpireTimers;

/* ---- watchdog.c ---- */
VOID KiWatchDpcs(PKPRCB Prcb, KIRQL Irql);

/* ---- clockwatch.c ---- */
VOID KiWatchNeighbour(PKPRCB Prcb);
VOID KiWatchIpi(PKPRCB Prcb);
typedef struct _KI_CALL_WATCH {
    ULONG64 TimeStamp; /* TSC at the last look that counted; 0: the next one does */
    ULONG Ticks;       /* of the clock, had it ticked */
} KI_CALL_WATCH, *PKI_CALL_WATCH;
VOID KiWatchCall(PKI_CALL_WATCH Watch, KAFFINITY Left);

/* ---- clock.c ---- */
ULONG64 KiQueryInterruptTime(VOID);
/* Times as they are between two ticks; the first is that of the shared page plus what the
   TSC has counted since. Any IRQL. */
typedef struct _KI_PRECISE_TIME {
    ULONG64 InterruptTime;
    ULONG64 SystemTime;
    ULONG64 TimeStamp; /* when that was */
} KI_PRECISE_TIME, *PKI_PRECISE_TIME;
VOID KiQueryPreciseTime(PKI_PRECISE_TIME Time);
/* On the processor that keeps time. Returns the change. */
LONG64 KiStoreSystemTime(LONG64 SystemTime);
#define KI_TIME_KEEPER 0 /* processor */

/* ---- dpc.c ---- */
/* While a KDPC is queued, the KINTERRUPT whose ISR queued it, or 0: it stands in the word that
   later NT versions keep a DPC's processors in. The object outlives it: a disconnect waits
   for the DPCs that are queued. */
#define KI_DPC_SOURCE(Dpc) ((Dpc)->ProcessorHistory)
VOID KiInitializeDpcQueues(PKPRCB Prcb);
VOID KiInitializeThreadedDpcs(PKPRCB Prcb);
extern volatile LONG64 KiDpcsRemoved;
/* Takes the first object of a queue, or NULL. DpcLock held, interrupts off. */
FORCEINLINE PKDPC
KiTakeDpc(PKDPC_DATA Data)
{
    PSINGLE_LIST_ENTRY Entry = Data->DpcList.ListHead.Next;

    if (Entry == NULL) {
        return NULL;
    }
    Data->DpcList.ListHead.Next = Entry->Next;
    if (Entry->Next == NULL) {
        Data->DpcList.LastEntry = &Data->DpcList.ListHead;
    }
    Data->DpcQueueDepth--;
    return CONTAINING_RECORD(Entry, KDPC, DpcListEntry);
}

/* ---- ipi.c ---- */
VOID KiSendIpi(PKPRCB Target, LONG Requests);

/* ---- bugcheck.c ---- */
/* What the report is about; written by the processor that owns it, once. */
typedef struct _KI_STOP {
    ULONG Code;
    ULONG_PTR Parameters[4];
    KTRAP_FRAME Frame; /* a copy: its stack may be used again */
    BOOLEAN IsTrap;    /* else Frame.Rip is where KeBugCheckEx would return to */
    ULONG Stage;       /* of the report: the next one */
} KI_STOP;
extern KI_STOP KiStop;
extern volatile LONG KiBugCheckActive;
__attribute__((noreturn)) VOID KiFreezeProcessor(const KTRAP_FRAME *Frame);
__attribute__((noreturn)) VOID KiBugCheckReport(ULONG Code, const ULONG_PTR Parameters[4],
                                                const KTRAP_FRAME *Frame, BOOLEAN IsTrap);
__attribute__((noreturn)) VOID KiBugCheckTrap(ULONG Code, ULONG_PTR Parameter1,
                                              ULONG_PTR Parameter2, ULONG_PTR Parameter3,
                                              ULONG_PTR Parameter4, PKTRAP_FRAME Frame);
__attribute__((noreturn)) VOID KiBugCheckCall(ULONG Code, const ULONG_PTR Parameters[4],
                                              const KTRAP_FRAME *Frame);
/* exception.c: what nobody handles */
__attribute__((noreturn)) VOID KiExceptionNotHandled(NTSTATUS Status,
                                                     ULONG_PTR Information0,
                                                     ULONG_PTR Information1,
                                                     PKTRAP_FRAME Frame);

/* ---- stopreport.c, bugcallback.c: the stages of the report, in this order ---- */
VOID KiPrintStopHead(VOID);
VOID KiPrintStopGuilty(VOID);
VOID KiPrintStopBlock(VOID);
VOID KiPrintStopRegisters(VOID);
VOID KiPrintStopStack(VOID);
VOID KiPrintStopOthers(VOID);
VOID KiRunBugCheckCallbacks(VOID);
VOID KiRunReasonCallbacks(VOID);

/* ---- stopcodes.c ---- */
typedef struct _KI_CODE_NAME {
    ULONG Code;
    ULONG
    Guilty; /* 1 to 4: the parameter that is the guilty routine; 0: the stack tells */
    const CHAR *Name;
    const CHAR *Meaning;
} KI_CODE_NAME;
const KI_CODE_NAME *KiDescribeCode(ULONG Code);

/* ---- unwind.c, symbols.c ---- */
typedef struct _KI_UNWIND {
    LDR_UNWIND_CONTEXT Context;
    BOOLEAN Interrupted; /* Rip was interrupted; else it made a call */
} KI_UNWIND, *PKI_UNWIND;
/* Where a walk of the stack begins, and each step outwards; FALSE at its end. */
VOID KiStartUnwind(const KTRAP_FRAME *Frame, BOOLEAN IsTrap, PKI_UNWIND Unwind);
BOOLEAN KiUnwindStep(PKI_UNWIND Unwind);
BOOLEAN KiIsDriverCode(ULONG64 Address);
BOOLEAN KiDescribeKernelAddress(ULONG_PTR Address, CHAR *Buffer, SIZE_T Size);
/* The start of the kernel function Address lies in, 0 when no symbol tells. */
ULONG_PTR KiFunctionStart(ULONG_PTR Address);

/* ---- lockwatch.c ---- */
/* Bug check 0xF when nobody is left who could release Lock. */
VOID KiLookAtSpin(const volatile VOID *Lock, BOOLEAN First);
#define KI_ROUNDS_BETWEEN_LOOKS 0x4000
/* In each round of a loop that waits for Lock. Round: counted by the caller from 0. */
FORCEINLINE VOID
KiWatchSpin(const volatile VOID *Lock, ULONG Round)
{
    if (__builtin_expect((Round + 1) % KI_ROUNDS_BETWEEN_LOOKS == 0, 0)) {
        KiLookAtSpin(Lock, Round < KI_ROUNDS_BETWEEN_LOOKS);
    }
}
/* The loop is over. */
FORCEINLINE VOID
KiEndSpin(VOID)
{
    KeGetCurrentPrcb()->SpinningFor = NULL;
}

/* ---- level.c ---- */
/* Bug check 9 in an AtDpcLevel routine called too low (LCK-5). */
__attribute__((noreturn)) VOID KiRefuseLowLevel(ULONG_PTR Lock);
FORCEINLINE VOID
KiRequireDpcLevel(const VOID *Lock)
{
    if (__builtin_expect(KeGetCurrentIrql() < DISPATCH_LEVEL, 0)) {
        KiRefuseLowLevel((ULONG_PTR)Lock);
    }
}

/* arch/x86_64 sections: where a frame pointer is a trap frame's. */
extern const UCHAR KiEntryTextStart[], KiEntryTextEnd[];
extern const UCHAR KiTextStart[], KiTextEnd[];
