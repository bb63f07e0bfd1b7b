/*
 * The accounting: whether everything that began also ended. Called when devices are idle.
 *
 * Two views that must agree: the kernel's own counts (interrupts entered against ISRs
 * returned, DPCs inserted against run and removed), and what the local APICs still hold.
 */
#include "ki.h"

static VOID
KiAddIsrCount(PKINTERRUPT Interrupt, PVOID Context)
{
    PKE_ACCOUNT Account = Context;

    /* A passive-level ISR is not part of the interrupt: that ends before it is called. */
    if (!KiIsPassive(Interrupt)) {
        Account->InterruptsEnded += KeQueryIsrCount(Interrupt);
    }
}

/* Device vectors this processor's local APIC has not delivered, or not seen the end of.
 */
static ULONG64
KiCountPendingVectors(VOID)
{
    ULONG64 Pending = 0;

    for (ULONG Vector = PRIMARY_VECTOR_BASE; Vector < CLOCK_VECTOR; Vector++) {
        Pending += HalVectorRequested((UCHAR)Vector) || HalVectorInService((UCHAR)Vector);
    }
    return Pending;
}

/* Runs on that processor at PASSIVE_LEVEL: with interrupts off and the lock held, no DPC
   is between its queue and its count. */
static VOID
KiAddProcessor(PKPRCB Prcb, PKE_ACCOUNT Account)
{
    BOOLEAN Enabled = ArchDisableInterrupts();

    KiAcquireSpinLock(&Prcb->DpcData[DPC_NORMAL].DpcLock);
    Account->VectorsPending += KiCountPendingVectors();
    Account->InterruptsEntered += Prcb->InterruptCount;
    /* A chain ends once, however many ISRs it called. */
    Account->InterruptsEnded += Prcb->RetiredInterruptCount + Prcb->ChainedDispatchCount -
                                Prcb->ChainedServiceCount;
    Account->DpcsInserted +=
        Prcb->DpcData[DPC_NORMAL].DpcCount + Prcb->DpcData[DPC_THREADED].DpcCount;
    Account->DpcsRun += Prcb->DpcRunCount;
    Account->DpcsQueued += Prcb->DpcData[DPC_NORMAL].DpcQueueDepth +
                           Prcb->DpcData[DPC_THREADED].DpcQueueDepth;
    Account->Unexpected += Prcb->UnexpectedCount;
    Account->Spurious += Prcb->SpuriousCount;
    KiReleaseSpinLock(&Prcb->DpcData[DPC_NORMAL].DpcLock);
    ArchRestoreInterrupts(Enabled);
}

VOID
KeQueryAccount(PKE_ACCOUNT Account)
{
    memset(Account, 0, sizeof(*Account));
    KeFlushQueuedDpcs();
    Account->DpcsRemoved = (ULONG64)KiDpcsRemoved;
    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS; Number++) {
        if ((KeActiveProcessors & AFFINITY_MASK(Number)) != 0) {
            KAFFINITY Old = KeSetSystemAffinityThreadEx(AFFINITY_MASK(Number));

            KiAddProcessor(KiProcessorBlock[Number], Account);
            KeRevertToUserAffinityThreadEx(Old);
        }
    }
    KeVisitInterrupts(KiAddIsrCount, Account);
}
