/*
 * KTHREAD: what the dispatcher knows of a thread. ETHREAD (ex/) begins with one.
 *
 * Every field that says where a thread stands (State, lists, wait) is guarded by the
 * dispatcher lock; the identity fields are written once, before the thread starts.
 */
#pragma once

#include <wdm.h>
#include <internal/trap.h>

typedef enum _KTHREAD_STATE {
    Initialized,
    Ready,
    Running,
    Standby, /* chosen as a processor's NextThread */
    Terminated,
    Waiting
} KTHREAD_STATE;

#define DEFAULT_THREAD_PRIORITY 8
#define THREAD_QUANTUM                                                                   \
    6 /* clock ticks, as NT's short client quantum is two units of three */

/* The APCs of a thread. The lists and InProgress: dispatcher lock. */
typedef struct _KAPC_STATE {
    LIST_ENTRY ApcListHead[MaximumMode]; /* kernel mode: special ones first */
    BOOLEAN KernelApcInProgress;         /* a normal routine has not returned yet */
    volatile BOOLEAN KernelApcPending;   /* perhaps one can be delivered: look */
    BOOLEAN UserApcPending;
} KAPC_STATE, *PKAPC_STATE;

typedef struct _KTHREAD {
    DISPATCHER_HEADER Header; /* signalled when the thread has ended */
    PVOID InitialStack;       /* top */
    PVOID StackLimit;
    PVOID KernelStack; /* where it stopped: a KSWITCH_FRAME */
    volatile UCHAR State;
    SCHAR Priority;
    SCHAR BasePriority;
    KIRQL WaitIrql; /* level to return to after a wait */
    SCHAR Quantum;
    ULONG NextProcessor;    /* runs, ran or is to run there */
    KAFFINITY Affinity;     /* processors it may use now */
    KAFFINITY UserAffinity; /* what KeRevertToUserAffinityThread restores */
    BOOLEAN SystemAffinityActive;
    BOOLEAN WaitNext; /* KeSetEvent(Wait = TRUE): the dispatcher lock is still held */
    LIST_ENTRY ReadyListEntry; /* in a processor's ready queue */
    NTSTATUS WaitStatus;
    PKWAIT_BLOCK WaitBlockList; /* NULL: not waiting on objects */
    KWAIT_BLOCK WaitBlock[THREAD_WAIT_OBJECTS + 1];
    KWAIT_BLOCK TimerWaitBlock;
    KTIMER Timer;
    LIST_ENTRY MutantListHead; /* mutants it owns */
    KAPC_STATE ApcState;
    BOOLEAN ApcQueueable; /* takes APCs: neither an idle thread nor one that ends */
    BOOLEAN Alertable;    /* its present wait */
    KPROCESSOR_MODE WaitMode;
    BOOLEAN Alerted[MaximumMode];
    union {
        struct {
            SHORT KernelApcDisable;  /* critical regions and mutexes, negative */
            SHORT SpecialApcDisable; /* guarded regions, negative */
        };
        ULONG CombinedApcDisable; /* 0: no region */
    };
    ULONG ContextSwitches;
    ULONG KernelTime; /* clock ticks that found it running */
    PKSTART_ROUTINE StartRoutine;
    PVOID StartContext;
} KTHREAD;
