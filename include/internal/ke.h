/*
 * The kernel proper, as the folders above it see it. Drivers see wdm.h and ntddk.h.
 *
 * Locks, in the order they are taken (first to last):
 *   1. the lock of an object in mm/, ex/, io/ (DISPATCH_LEVEL)
 *   2. the dispatcher lock (DISPATCH_LEVEL), which guards the timer wheels too
 *   3. the broadcast lock (SYNCH_LEVEL): one KeIpiGenericCall at a time
 *   4. interrupt locks (their SynchronizeIrql)
 *   5. a processor's DpcLock (interrupts off)
 *   6. the console lock (interrupts off)
 */
#pragma once

#include <wdm.h>
#include <ntddk.h>
#include <bugcodes.h>
#include <internal/pcr.h>
#include <internal/boot.h>
#include <internal/trace.h>

/* ---- processors
 * -------------------------------------------------------------------------- */
extern PKPRCB KiProcessorBlock[HAL_MAXIMUM_PROCESSORS];
extern KAFFINITY KeActiveProcessors; /* bit n: processor n is up */

/* processor.c: tables and region of the boot processor, before anything can fault. */
VOID KeInitializeBootProcessor(VOID);
/* The stacks of a processor (#DF, NMI, #MC, DPC, idle); mm gives the memory. */
typedef struct _KPROCESSOR_MEMORY {
    PVOID Block; /* KeProcessorBlockSize bytes, zeroed, page-aligned */
    PVOID Ist[ARCH_IST_COUNT];
    PVOID DpcStack;
    PVOID IdleStack;
    PVOID IdleThread; /* sizeof(KTHREAD) bytes, zeroed */
} KPROCESSOR_MEMORY, *PKPROCESSOR_MEMORY;
SIZE_T KeProcessorBlockSize(VOID);
VOID KeCompleteBootProcessor(const KPROCESSOR_MEMORY *Memory);
/* Starts processor Number (its APIC id ApicId) on Memory, at the real-mode code in
   physical StartPage; FALSE when it does not come up. */
BOOLEAN KeStartProcessor(ULONG Number, ULONG ApicId, const KPROCESSOR_MEMORY *Memory,
                         ULONG64 StartPage);
VOID KeProcessorEntry(PVOID Argument); /* where StartPage's code ends up */
VOID KeAnnounceProcessor(PKPRCB Prcb);
/* The last step of the boot thread on each processor: become the idle loop. */
__attribute__((noreturn)) VOID KeEnterIdleLoop(VOID);

/* ---- clock and time
 * ---------------------------------------------------------------------- */
#define KE_CLOCK_PERIOD 156250 /* 100 ns units: 15.625 ms, 64 ticks a second */
VOID KeInitializeTime(LONG64 SystemTime);
VOID KeStartClock(VOID); /* on the processor that runs this */

/* ---- threads
 * -------------------------------------------------------------------------------- */
VOID KeInitializeThread(PKTHREAD Thread, PVOID StackTop, SIZE_T StackSize,
                        PKSTART_ROUTINE StartRoutine, PVOID StartContext,
                        KPRIORITY Priority);
VOID KeStartThread(PKTHREAD Thread);
/* The running thread is about to end: it abandons its mutants, takes no more APCs, and
   those it has are run or run down. Calls drivers, so before it counts as gone. */
VOID KeRundownThread(VOID);
/* Ends the running thread, run down: signals it and switches away for good. */
__attribute__((noreturn)) VOID KeTerminateThread(VOID);
/* Returns when Thread, which has ended, no longer stands on its stack. IRQL <= DISPATCH.
 */
VOID KeWaitUntilSwitchedOut(PKTHREAD Thread);
/* Called, at PASSIVE_LEVEL in the thread itself, when a start routine returns. */
typedef VOID KE_THREAD_EXIT_ROUTINE(VOID);
VOID KeSetThreadExitRoutine(KE_THREAD_EXIT_ROUTINE *Routine);

/* ---- interrupts
 * ------------------------------------------------------------------------------ */
/* Gives an object its zeroed extension; after KeInitializeInterrupt, before anything
 * below. */
VOID KeExtendInterrupt(PKINTERRUPT Interrupt, PKE_INTERRUPT_EXTENSION Extension);
/* Makes Interrupt call a message ISR. */
VOID KeSetMessageServiceRoutine(PKINTERRUPT Interrupt,
                                PKMESSAGE_SERVICE_ROUTINE MessageServiceRoutine,
                                ULONG MessageIndex);
/* passive.c: makes its ISR run at PASSIVE_LEVEL, in the thread that runs KeServicePassive
   with Interrupt as context
   (SharedLock: another object's, or NULL); KeStopPassive, once disconnected, makes that thread end. */
VOID KeSetPassiveInterrupt(PKINTERRUPT Interrupt, PKEVENT SharedLock);
KSTART_ROUTINE KeServicePassive;
VOID KeStopPassive(PKINTERRUPT Interrupt);
/* active.c: lets an object's ISR be called, or not; the registration stays (CON-30).
   IRQL <= DISPATCH_LEVEL. */
VOID KeReportInterruptState(PKINTERRUPT Interrupt, BOOLEAN Active);
/* threadeddpc.c: the thread of one processor that runs its threaded DPCs; Context: number. */
KSTART_ROUTINE KeServiceThreadedDpcs;
/* watchdog.c: limits in clock ticks, 0: off. */
VOID KeSetDpcWatchdog(ULONG DpcTimeLimit, ULONG WatchdogPeriod);
/* clockwatch.c: limit in clock ticks, 0: off. */
VOID KeSetClockWatchdog(ULONG Limit);
/* lockwatch.c: waits for spin locks that nobody can release become bug check 0xF. */
VOID KeWatchSpinLocks(VOID);
/* eventlock.c: a lock of threads that wait while they hold it. */
#define KE_EVENT_LOCK(Name)                                                              \
    {                                                                                    \
        {                                                                                \
            .Type = SynchronizationEvent, .Size = sizeof(KEVENT) / sizeof(LONG),         \
            .SignalState = 1, .WaitListHead = {                                          \
                &(Name).Header.WaitListHead,                                             \
                &(Name).Header.WaitListHead                                              \
            }                                                                            \
        }                                                                                \
    }
VOID KeEnterEventLock(PKEVENT Lock);
VOID KeLeaveEventLock(PKEVENT Lock);
/* storm.c */
VOID KeSetStormPolicy(BOOLEAN BugCheck);
BOOLEAN KeIsInterruptMasked(PKINTERRUPT Interrupt); /* silenced because of a storm */
/* The driver's own ISR: the message ISR where there is one. */
ULONG_PTR KeQueryServiceRoutine(PKINTERRUPT Interrupt);
/* Calls Visit for every connected object of every processor, in vector order. */
typedef VOID KE_VISIT_INTERRUPT(PKINTERRUPT Interrupt, PVOID Context);
VOID KeVisitInterrupts(KE_VISIT_INTERRUPT *Visit, PVOID Context);
/* Whether the gate of its vector on its processor leads to this object (or to the head of
   the chain it is in), and stands inside that object when the NT version says so. */
BOOLEAN KeIsGateInside(PKINTERRUPT Interrupt);
ULONG64 KeQueryIsrCount(PKINTERRUPT Interrupt); /* times its ISR was called */
/* DPCs its ISR queued, where the NT version's KINTERRUPT counts them; else 0. */
#define KE_COUNTS_ISR_DPCS (DIRQL_NT >= 0x603)
ULONG64 KeQueryIsrDpcCount(PKINTERRUPT Interrupt);
/* TSC ticks spent in its ISR, and in the DPCs that queued; 0 before NT 6.3. */
VOID KeQueryIsrTimes(PKINTERRUPT Interrupt, PULONG64 IsrTime, PULONG64 DpcTime);
ULONG64
KeQueryFirstInterruptTime(VOID); /* TSC at the first device interrupt, 0: none yet */

/* ---- other processors
 * -------------------------------------------------------------------------- */
VOID KeFlushEntireTb(VOID); /* on every processor; IRQL <= DISPATCH_LEVEL */

/* ---- what is queued (queued.c)
 * -------------------------------------------------------------------------- */
typedef struct _KE_QUEUED {
    ULONG Kind; /* as bug check TIMER_OR_DPC_INVALID counts them (BUG-18) */
    ULONG_PTR Object;
} KE_QUEUED, *PKE_QUEUED;

#define KE_QUEUED_TIMER       0
#define KE_QUEUED_DPC         1
#define KE_QUEUED_DPC_ROUTINE 2

/* Whether a queued timer or DPC, or the routine of one, lies in [Start, Start + Length);
   *Queued says which. Looks at all there are. IRQL <= DISPATCH_LEVEL. */
BOOLEAN KeFindQueued(ULONG_PTR Start, SIZE_T Length, PKE_QUEUED Queued);

/* ---- accounting
 * ---------------------------------------------------------------------------------- */
typedef struct _KE_ACCOUNT {
    ULONG64 InterruptsEntered;
    ULONG64 InterruptsEnded;
    ULONG64 DpcsInserted;
    ULONG64 DpcsRun;
    ULONG64 DpcsRemoved;
    ULONG64 DpcsQueued; /* still in a queue */
    ULONG64
    VectorsPending; /* device vectors in a local APIC's request or service register */
    ULONG64 Unexpected;
    ULONG64 Spurious;
} KE_ACCOUNT, *PKE_ACCOUNT;
/* PASSIVE_LEVEL: visits every processor. */
VOID KeQueryAccount(PKE_ACCOUNT Account);

/* ---- bugcheck
 * ------------------------------------------------------------------------------------ */
VOID KeSetSymbols(const BOOT_INFORMATION *Boot);
/* Text for an address: kernel symbol, then image symbol; any IRQL. */
VOID KeDescribeAddress(ULONG_PTR Address, CHAR *Buffer, SIZE_T Size);
/* For the caller's bug check, which follows at once, with interrupts off: a line of Text more
   in the report (it stays where it is), and who is to blame: an address in the driver; 0: the
   first one on the stack. */
VOID KeExplainStop(ULONG_PTR Guilty, const CHAR *Text);
/* Prints without the console lock: the bugcheck path, when its holder may be stopped. */
VOID KePrintUnlocked(const CHAR *Format, ...);
/* Prints a line of the kernel's own ("dirql: ..."). Any IRQL. */
VOID KePrint(const CHAR *Format, ...);

__attribute__((noreturn)) VOID KeAssertFailed(const CHAR *Expression, const CHAR *File,
                                              ULONG Line);
/* For what cannot be unless the kernel itself is wrong. Always compiled. */
#define KE_ASSERT(Expression)                                                            \
    ((Expression) ? (VOID)0 : KeAssertFailed(#Expression, __FILE__, __LINE__))
