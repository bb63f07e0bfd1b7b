/*
 * When a queued DPC is worth an interrupt, and how a processor learns it. (DPC-17, DPC-21)
 *
 * The numbers adapt to what the clock sees: a queue found full at a tick while few DPCs come
 * means that waiting for more is waiting for nothing, so the allowed depth shrinks; a time
 * without such a tick lets it grow again.
 */
#pragma once

#include <internal/pcr.h>

#define DPC_MAXIMUM_QUEUE_DEPTH 4
#define DPC_MINIMUM_RATE        3  /* DPCs in a clock tick */
#define DPC_IDEAL_RATE          20 /* with fewer, a queue found full shrinks the depth */
#define DPC_ADJUST_THRESHOLD    20 /* clock ticks until the depth grows by one */

FORCEINLINE VOID
KiInitializeDpcRule(PKPRCB Prcb)
{
    Prcb->MaximumDpcQueueDepth = DPC_MAXIMUM_QUEUE_DEPTH;
    Prcb->MinimumDpcRate = DPC_MINIMUM_RATE;
    Prcb->AdjustDpcThreshold = DPC_ADJUST_THRESHOLD;
}

/*
 * Whether a DPC that was queued to Prcb, and counted in its depth, asks for the dispatch
 * interrupt; Local: by this very processor. Under DpcLock.
 */
FORCEINLINE BOOLEAN
KiShouldRequestDispatch(PKPRCB Prcb, UCHAR Importance, BOOLEAN Local)
{
    if (Prcb->DpcInterruptRequested || Prcb->DpcRoutineActive) {
        return FALSE; /* the drain that is coming, or under way, takes this one along */
    }
    if (Local && Prcb->IdleLooks) {
        return FALSE; /* so does what this interrupt returns to */
    }
    if (Importance >= HighImportance || (Local && Importance != LowImportance)) {
        return TRUE;
    }
    if (Prcb->DpcData[DPC_NORMAL].DpcQueueDepth > Prcb->MaximumDpcQueueDepth) {
        return TRUE;
    }
    return Local && Prcb->DpcRequestRate < Prcb->MinimumDpcRate;
}

/* The clock's look, once a tick: smooths the rate, adapts the depth. TRUE: DPCs stand there
   that nobody has asked an interrupt for. */
FORCEINLINE BOOLEAN
KiAdaptDpcRule(PKPRCB Prcb)
{
    PKDPC_DATA Data = &Prcb->DpcData[DPC_NORMAL];
    ULONG Count = Data->DpcCount;

    Prcb->DpcRequestRate = ((Count - Prcb->DpcLastCount) + Prcb->DpcRequestRate) / 2;
    Prcb->DpcLastCount = Count;
    if (Data->DpcQueueDepth != 0 && !Prcb->DpcRoutineActive &&
        !Prcb->DpcInterruptRequested) {
        Prcb->AdjustDpcThreshold = DPC_ADJUST_THRESHOLD;
        if (Prcb->DpcRequestRate < DPC_IDEAL_RATE && Prcb->MaximumDpcQueueDepth > 1) {
            Prcb->MaximumDpcQueueDepth--;
        }
        return TRUE;
    }
    if (--Prcb->AdjustDpcThreshold == 0) {
        Prcb->AdjustDpcThreshold = DPC_ADJUST_THRESHOLD;
        if (Prcb->MaximumDpcQueueDepth < DPC_MAXIMUM_QUEUE_DEPTH) {
            Prcb->MaximumDpcQueueDepth++;
        }
    }
    return FALSE;
}
