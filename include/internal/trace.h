/*
 * The trace: what each processor did, as events of 32 bytes in a ring of its own.
 *
 * Always compiled. While KeTraceEvents has no bit of an event's type, KeTrace is a test and
 * a branch that is never taken; else the event is written with interrupts off, so that one
 * of a nested interrupt comes before or after it and never into it, and no other processor
 * has a part in it. A full ring overwrites its oldest events; Written tells how many.
 *
 * docs/trace.md has the format of the stream that is made of it; tools/trace/ reads it.
 */
#pragma once

#include <ntdef.h>

typedef enum _KE_TRACE_TYPE {
    /* Data: what the type says; Object; Value: of most a routine, whose name is looked up */
    TraceInterruptEnter = 1, /* vector; KINTERRUPT, or 0: the kernel's own; ISR */
    TraceInterruptLeave = 2, /* the same */
    TraceIsrEnter = 3,       /* vector; KINTERRUPT; ISR */
    TraceIsrLeave = 4,       /* 1: it claimed the interrupt; KINTERRUPT; ISR */
    TraceDpcInsert = 5,      /* processor whose queue it is in; KDPC; routine */
    TraceDpcEnter = 6,       /* 1: threaded; KDPC; routine */
    TraceDpcLeave = 7,
    TraceDpcRemove = 8,  /* 0; KDPC; routine */
    TraceIrqlRaise = 9,  /* level before; 0; routine that did it: written after */
    TraceIrqlLower = 10, /* level it goes to; 0; routine that does it: written before */
    TraceIpiSend = 11,   /* processor; IPI_REQUEST_ bits; 0 */
    TraceSwitch = 12,    /* priority; KTHREAD that runs from now on; its start routine */
    TraceWorkQueue = 13, /* queue; WORK_QUEUE_ITEM; routine */
    TraceWorkEnter = 14, /* 0; WORK_QUEUE_ITEM; routine */
    TraceWorkLeave = 15, /* the same */
    TraceIrpStart = 16,  /* major function; IRP; dispatch routine */
    TraceIrpComplete = 17,  /* major function; IRP; status, not a routine */
    TraceLockWait = 18,     /* 0; spin lock that is not free; who waits */
    TraceLockGot = 19,      /* 0; spin lock; who waited */
    TracePassiveEnter = 20, /* 0; KINTERRUPT whose passive-level ISR runs; ISR */
    TracePassiveLeave = 21, /* 1: it claimed the interrupt; the same */
    TraceTimerExpire = 22,  /* 0; KTIMER; routine of its DPC, or 0 */
    TraceBugCheck = 23,     /* 0; code; first parameter, not a routine */
    TraceSyncEnter = 24,    /* 0; KINTERRUPT; a SynchronizeRoutine */
    TraceSyncLeave = 25,    /* what it returned; the same */
    TraceTypeEnd
} KE_TRACE_TYPE;

#define KE_TRACE_BIT(Type) (1U << (Type))
/* Types whose Value is the address of code. */
#define KE_TRACE_NAMED                                                                   \
    (~(KE_TRACE_BIT(TraceIpiSend) | KE_TRACE_BIT(TraceIrpComplete) |                     \
       KE_TRACE_BIT(TraceBugCheck)))

/* The type, the level and the data of an event are one word: stored at once. */
#define KE_TRACE_IRQL_SHIFT 8
#define KE_TRACE_DATA_SHIFT 16

typedef struct _KE_TRACE_EVENT {
    ULONG64 TimeStamp; /* TSC */
    ULONG Sequence;    /* low half of its number, stored last: else it is not whole */
    ULONG Type;        /* bits 0-7 KE_TRACE_TYPE, 8-15 CR8, 16-31 Data */
    ULONG64 Object;
    ULONG64 Value;
} KE_TRACE_EVENT, *PKE_TRACE_EVENT;

C_ASSERT(sizeof(KE_TRACE_EVENT) == 32);

/* Written by its own processor alone. */
typedef struct _KE_TRACE_RING {
    ULONG64 Written; /* events ever; the next one's number */
    ULONG64 Mask;    /* number of an event & Mask: its slot */
    ULONG64 Reserved[2];
    KE_TRACE_EVENT Events[];
} KE_TRACE_RING, *PKE_TRACE_RING;

C_ASSERT(sizeof(KE_TRACE_RING) == 32);

extern ULONG KeTraceEvents; /* KE_TRACE_BITs of what is recorded; 0: the trace is off */

/* Writes an event into the ring of this processor. TypeAndData: that word. */
VOID KeRecordEvent(ULONG TypeAndData, ULONG64 Object, ULONG64 Value);
/* Gives a processor the memory of its ring: room for Capacity events, a power of 2. */
VOID KeSetTraceRing(ULONG Processor, PKE_TRACE_RING Ring, ULONG Capacity);
/* Records the events of Mask from now on, on every processor that has a ring, and as the
   first one which thread runs. PASSIVE_LEVEL, before any interrupt is connected. */
VOID KeStartTrace(ULONG Mask);
/* Nothing is written any more when this returns. PASSIVE_LEVEL. */
VOID KeStopTrace(VOID);
PKE_TRACE_RING KeQueryTraceRing(ULONG Processor); /* NULL: it has none */

/* IRQL: any. Takes no lock. */
FORCEINLINE VOID
KeTrace(KE_TRACE_TYPE Type, ULONG Data, const volatile VOID *Object, ULONG_PTR Value)
{
    if (__builtin_expect((KeTraceEvents & KE_TRACE_BIT(Type)) != 0, 0)) {
        KeRecordEvent(Type | Data << KE_TRACE_DATA_SHIFT, (ULONG_PTR)Object, Value);
    }
}
