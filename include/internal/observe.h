/*
 * Observed calls: what is told before and after each routine of a driver's that the kernel
 * calls on its own account (ISRs, DPCs, work items, ...). docs/adr/0012.
 *
 * The verifier and the trace are observers. They register at boot, before the first interrupt
 * object is connected; from then on every vector dispatches through the C path and the DPC
 * queue is drained by the observing twin of the loop. Without an observer nothing of this is on
 * the way of an interrupt.
 */
#pragma once

#include <internal/kinterrupt.h>

typedef enum _KE_CALL_KIND {
    KeIsrCall,         /* Object: KINTERRUPT; DIRQL, its lock held, interrupts on */
    KePassiveIsrCall,  /* Object: KINTERRUPT; PASSIVE_LEVEL, in its thread */
    KeSynchronizeCall, /* Object: KINTERRUPT; a SynchronizeRoutine */
    KeDpcCall,         /* Object: KDPC; DISPATCH_LEVEL, a timer's too */
    KeThreadedDpcCall, /* Object: KDPC; PASSIVE_LEVEL, in the processor's thread */
    KeWorkerCall,      /* Object: WORK_QUEUE_ITEM; PASSIVE_LEVEL, in a worker thread */
    KeWorkItemCall,    /* Object: IO_WORKITEM; inside the KeWorkerCall that runs it */
    KeCallKinds
} KE_CALL_KIND;

#define KE_EXTENDED_CONTEXT_SIZE 512 /* what fxsave writes */

/* One call, on the stack of who makes it. Calls of one processor nest. */
typedef struct _KE_CALL {
    KE_CALL_KIND Kind;
    KIRQL Irql;        /* before the call */
    BOOLEAN Result;    /* after it: what an ISR or a SynchronizeRoutine returned */
    ULONG_PTR Routine; /* the driver's */
    PVOID Object;      /* by kind; after the call, it may be gone: a number only */
    PVOID Context;     /* the routine's own argument */
    PVOID Source;      /* of a DPC: the KINTERRUPT whose ISR queued it, or NULL */
    ULONG64 Start;     /* TSC */
    ULONG64 End;       /* after the call */
    /* For one observer, the verifier, from its Begin to its End: */
    struct {
        BOOLEAN Checked;
        ULONG HeldCount; /* spin locks of the processor */
        ULONG64 Nested;  /* ticks */
        /* the registers no interrupt entry saves */
        __attribute__((aligned(16))) UCHAR ExtendedContext[KE_EXTENDED_CONTEXT_SIZE];
    } Verifier;
} KE_CALL, *PKE_CALL;

/*
 * Both routines run at the level of the call, up to DIRQL, with an ISR's lock held: they
 * take no lock that is not theirs alone, wait for nothing and print nothing. End runs at
 * whatever level the routine came back at: checking that is an observer's business.
 */
typedef VOID KE_OBSERVE_CALL(PKE_CALL Call);

typedef struct _KE_CALL_OBSERVER {
    struct _KE_CALL_OBSERVER *Next;
    KE_OBSERVE_CALL *Begin; /* in the order of registration */
    KE_OBSERVE_CALL *End;   /* in the same order */
} KE_CALL_OBSERVER, *PKE_CALL_OBSERVER;

/* Set once at boot by the first KeObserveCalls. Read it, never write it. */
extern BOOLEAN KeObservesCalls;

/* Registers an observer, for good. Before any interrupt is connected; boot processor only. */
VOID KeObserveCalls(PKE_CALL_OBSERVER Observer);

/* Around a call, where KeObservesCalls says so. The caller has set Kind, Routine, Object,
   Context and Source, and sets Result between the two. */
VOID KeBeginCall(PKE_CALL Call);
VOID KeEndCall(PKE_CALL Call);
