/*
 * The rings of the trace (<internal/trace.h>): how an event gets in.
 *
 * A ring belongs to one processor, so interrupts off is all the exclusion there is. An NMI,
 * with which a bug check stops a processor, can still cut an event short: its number is
 * claimed first and stored in it last, and a reader drops an event that has another's.
 */
#include "ki.h"

#include <internal/observe.h>

ULONG KeTraceEvents;

/* The ring of the processor this runs on, which only holds while interrupts are off. */
FORCEINLINE PKE_TRACE_RING
KiGetTraceRing(VOID)
{
    PKE_TRACE_RING Ring;

    __asm__ volatile("movq %%gs:%c1, %0"
                     : "=r"(Ring)
                     : "i"(FIELD_OFFSET(KPCR, Prcb.TraceRing)));
    return Ring;
}

/* By halves: putting them together first takes two instructions more. */
FORCEINLINE VOID
KiStoreTimeStamp(ULONG64 *TimeStamp)
{
    ULONG *Halves = (ULONG *)TimeStamp;
    ULONG Low, High;

    __asm__ volatile("rdtsc" : "=a"(Low), "=d"(High));
    Halves[0] = Low;
    Halves[1] = High;
}

/* IRQL: any. Locks: none. Thirty instructions (`make bench` counts them): flags are restored
   as they were, because a test of them costs more, and whether there is a ring is not asked,
   because every processor has one while anything is recorded. */
VOID
KeRecordEvent(ULONG TypeAndData, ULONG64 Object, ULONG64 Value)
{
    ULONG64 Flags = ArchReadFlags();
    PKE_TRACE_RING Ring;
    PKE_TRACE_EVENT Event;
    ULONG64 Number;

    __asm__ volatile("cli" ::: "memory");
    Ring = KiGetTraceRing();
    Number = Ring->Written;
    Ring->Written = Number + 1;
    Event = &Ring->Events[Number & Ring->Mask];
    KiStoreTimeStamp(&Event->TimeStamp);
    Event->Type = TypeAndData | (ULONG)__readcr8() << KE_TRACE_IRQL_SHIFT;
    Event->Object = Object;
    Event->Value = Value;
    __asm__ volatile("" ::: "memory"); /* the number last */
    Event->Sequence = (ULONG)Number;
    __asm__ volatile("pushq %0; popfq" ::"r"(Flags) : "memory", "cc");
}

VOID
KeSetTraceRing(ULONG Processor, PKE_TRACE_RING Ring, ULONG Capacity)
{
    KE_ASSERT(Capacity != 0 && (Capacity & (Capacity - 1)) == 0);
    Ring->Written = 0;
    Ring->Mask = Capacity - 1;
    __atomic_store_n(&KiProcessorBlock[Processor]->TraceRing, Ring, __ATOMIC_RELEASE);
}

PKE_TRACE_RING
KeQueryTraceRing(ULONG Processor)
{
    PKPRCB Prcb = KiProcessorBlock[Processor];

    return (Prcb != NULL) ? Prcb->TraceRing : NULL;
}

/* The events that a driver's routine is between, by kind of call. */
static const struct {
    UCHAR Enter;
    UCHAR Leave;
} KiTraceTypes[KeCallKinds] = {
    [KeIsrCall] = {TraceIsrEnter, TraceIsrLeave},
    [KePassiveIsrCall] = {TracePassiveEnter, TracePassiveLeave},
    [KeSynchronizeCall] = {TraceSyncEnter, TraceSyncLeave},
    [KeDpcCall] = {TraceDpcEnter, TraceDpcLeave},
    [KeThreadedDpcCall] = {TraceDpcEnter, TraceDpcLeave},
    [KeWorkerCall] = {TraceWorkEnter, TraceWorkLeave},
    [KeWorkItemCall] = {TraceWorkEnter, TraceWorkLeave},
};

static VOID
KiTraceBegin(PKE_CALL Call)
{
    ULONG Data = (Call->Kind == KeIsrCall) ? ((PKINTERRUPT)Call->Object)->Vector
                                           : Call->Kind == KeThreadedDpcCall;

    KeTrace(KiTraceTypes[Call->Kind].Enter, Data, Call->Object, Call->Routine);
}

static VOID
KiTraceEnd(PKE_CALL Call)
{
    ULONG Data = (Call->Kind == KeThreadedDpcCall) ? 1 : Call->Result;

    KeTrace(KiTraceTypes[Call->Kind].Leave, Data, Call->Object, Call->Routine);
}

static KE_CALL_OBSERVER KiTraceObserver = {.Begin = KiTraceBegin, .End = KiTraceEnd};

static VOID
KiTraceCurrentThread(VOID)
{
    PKTHREAD Thread = KeGetCurrentThread();

    KeTrace(TraceSwitch, (ULONG)Thread->Priority, Thread,
            (ULONG_PTR)Thread->StartRoutine);
}

/* On every processor at once. IPI_LEVEL: nobody else here is in the middle of an event. */
static ULONG_PTR NTAPI
KiSetTraceWorker(ULONG_PTR Mask)
{
    __atomic_store_n(&KeTraceEvents, (ULONG)Mask, __ATOMIC_RELEASE);
    KiTraceCurrentThread();
    return 0;
}

VOID
KeStartTrace(ULONG Mask)
{
    KeObserveCalls(&KiTraceObserver);
    KeIpiGenericCall(KiSetTraceWorker, Mask);
}

VOID
KeStopTrace(VOID)
{
    KeIpiGenericCall(KiSetTraceWorker, 0);
}
