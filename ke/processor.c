/*
 * Processors: their tables, their control regions, and how the others are started.
 *
 * The boot processor gets a static block, because a fault before there is memory must
 * still find an IDT; stacks of its own for #DF, NMI and #MC follow when mm/ can make
 * them.
 */
#include "ki.h"

typedef struct _KI_PROCESSOR {
    ARCH_PROCESSOR_TABLES Tables;
    KPCR Pcr;
    volatile LONG StartState;
} KI_PROCESSOR, *PKI_PROCESSOR;

#define START_WAITING   0
#define START_ARRIVED   1
#define START_ABANDONED 2 /* too late: it must not touch anything any more */

#define START_LIMIT_MICROSECONDS 10000000 /* generous: the host may be busy */
#define START_POLL_MICROSECONDS  50

static KI_PROCESSOR KiBootProcessor;
static KTHREAD KiBootIdleThread;

/* The vectors that belong to the kernel on every processor. */
static VOID
KiConnectSystemVectors(PKIDTENTRY64 Idt)
{
    ArchSetGate(&Idt[APC_VECTOR], (ULONG64)(ULONG_PTR)KiApcInterrupt, 0);
    ArchSetGate(&Idt[DISPATCH_VECTOR], (ULONG64)(ULONG_PTR)KiDpcInterrupt, 0);
    ArchSetGate(&Idt[CLOCK_VECTOR], (ULONG64)(ULONG_PTR)KiClockInterrupt, 0);
    ArchSetGate(&Idt[IPI_VECTOR], (ULONG64)(ULONG_PTR)KiIpiInterrupt, 0);
    ArchSetGate(&Idt[SPURIOUS_VECTOR], (ULONG64)(ULONG_PTR)KiSpuriousInterrupt, 0);
}

static VOID
KiInitializePrcb(PKPRCB Prcb, ULONG Number, ULONG ApicId, PKTHREAD IdleThread)
{
    Prcb->MxCsr = INITIAL_MXCSR;
    Prcb->Number = Number;
    Prcb->LegacyNumber = (UCHAR)Number;
    Prcb->ApicId = ApicId;
    Prcb->CurrentThread = Prcb->IdleThread = IdleThread;
    for (ULONG Priority = 0; Priority < MAXIMUM_PRIORITY; Priority++) {
        InitializeListHead(&Prcb->DispatcherReadyListHead[Priority]);
    }
    KiInitializeDpcQueues(Prcb);
    KiInitializeThreadedDpcs(Prcb);
    KiInitializeTimerWheel(&Prcb->TimerWheel);
    KeInitializeDpc(&Prcb->TimerExpirationDpc, KiExpireTimers, NULL);
    KeInitializeDpc(&Prcb->StormDpc, KiReportStorm, Prcb);
}

static VOID
KiInitializeIdleThread(PKTHREAD Thread, PVOID StackTop, ULONG Number)
{
    KeInitializeThread(Thread, NULL, 0, NULL, NULL, LOW_PRIORITY);
    Thread->InitialStack = StackTop;
    Thread->ApcQueueable = FALSE; /* it is never below DISPATCH_LEVEL to take one */
    Thread->State = Running;
    Thread->NextProcessor = Number;
    Thread->Affinity = Thread->UserAffinity = AFFINITY_MASK(Number);
}

static VOID
KiInitializeProcessor(PKI_PROCESSOR Processor, ULONG Number, ULONG ApicId, PKTHREAD Idle)
{
    PKPCR Pcr = &Processor->Pcr;

    ArchBuildTables(&Processor->Tables);
    KiConnectSystemVectors(Processor->Tables.Idt);
    Pcr->GdtBase = Processor->Tables.Gdt;
    Pcr->TssBase = &Processor->Tables.Tss;
    Pcr->IdtBase = Processor->Tables.Idt;
    Pcr->Self = Pcr;
    Pcr->CurrentPrcb = &Pcr->Prcb;
    Pcr->MajorVersion = 1;
    Pcr->MinorVersion = 1;
    KiInitializePrcb(&Pcr->Prcb, Number, ApicId, Idle);
}

static VOID
KiGiveStacks(PKI_PROCESSOR Processor, const KPROCESSOR_MEMORY *Memory)
{
    for (ULONG Slot = 0; Slot < ARCH_IST_COUNT; Slot++) {
        Processor->Tables.Tss.Ist[Slot + 1] = (ULONG64)(ULONG_PTR)Memory->Ist[Slot];
    }
    Processor->Pcr.Prcb.DpcStack = Memory->DpcStack;
}

/* First thing in C: from here on an exception ends in a report. */
VOID
KeInitializeBootProcessor(VOID)
{
    KiInitializeProcessor(&KiBootProcessor, 0, 0, &KiBootIdleThread);
    KiInitializeIdleThread(&KiBootIdleThread, NULL, 0);
    ArchLoadTables(&KiBootProcessor.Tables, &KiBootProcessor.Pcr);
    KiProcessorBlock[0] = &KiBootProcessor.Pcr.Prcb;
    KeActiveProcessors = AFFINITY_MASK(0);
    KeNumberProcessors = 1;
}

/* When there is memory and a local APIC: stacks, APIC id, and the shape of an idle
 * thread. */
VOID
KeCompleteBootProcessor(const KPROCESSOR_MEMORY *Memory)
{
    KiGiveStacks(&KiBootProcessor, Memory);
    KiBootProcessor.Pcr.Prcb.ApicId = HalQueryLocalApicId();
    KiBootProcessor.Pcr.StallScaleFactor =
        (ULONG)(HalQueryTimeStampFrequency() / 1000000);
}

SIZE_T
KeProcessorBlockSize(VOID)
{
    return sizeof(KI_PROCESSOR);
}

/*
 * A started processor's first C code, on its idle stack, interrupts off, level unknown.
 * Argument: its KI_PROCESSOR. It announces itself only when it can be interrupted.
 */
VOID
KeProcessorEntry(PVOID Argument)
{
    PKI_PROCESSOR Processor = Argument;
    PKPRCB Prcb = &Processor->Pcr.Prcb;

    ArchEnableFeatures();
    if (InterlockedCompareExchange(&Processor->StartState, START_ARRIVED,
                                   START_WAITING) != START_WAITING) {
        ArchHaltForever();
    }
    ArchLoadTables(&Processor->Tables, &Processor->Pcr);
    KfRaiseIrql(HIGH_LEVEL);
    HalInitializeLocalApic();
    KeStartClock();
    ArchEnableInterrupts();
    KeLowerIrql(DISPATCH_LEVEL);
    KeAnnounceProcessor(Prcb);
    KeEnterIdleLoop();
}

/* Adds this processor to those that run threads. */
VOID
KeAnnounceProcessor(PKPRCB Prcb)
{
    KIRQL OldIrql = KiLockDispatcher();

    KiProcessorBlock[Prcb->Number] = Prcb;
    KeActiveProcessors |= AFFINITY_MASK(Prcb->Number);
    KeNumberProcessors = (CCHAR)RtlCountBits(KeActiveProcessors);
    KiIdleSummary |= AFFINITY_MASK(Prcb->Number);
    KiUnlockDispatcher(OldIrql);
    __atomic_store_n(&Prcb->Started, TRUE, __ATOMIC_RELEASE);
}

/* Waits for a flag, not for a time: a fixed delay fails on a busy host. */
static BOOLEAN
KiWaitForProcessor(PKI_PROCESSOR Processor)
{
    for (ULONG Waited = 0; Waited < START_LIMIT_MICROSECONDS;
         Waited += START_POLL_MICROSECONDS) {
        if (__atomic_load_n(&Processor->Pcr.Prcb.Started, __ATOMIC_ACQUIRE)) {
            return TRUE;
        }
        HalStallExecution(START_POLL_MICROSECONDS);
    }
    if (InterlockedCompareExchange(&Processor->StartState, START_ABANDONED,
                                   START_WAITING) == START_WAITING) {
        return FALSE;
    }
    /* It came at the last moment and is on its way: it has only to finish. */
    while (!__atomic_load_n(&Processor->Pcr.Prcb.Started, __ATOMIC_ACQUIRE)) {
        ArchPause();
    }
    return TRUE;
}

/*
 * Prepares processor Number on Memory, starts it at StartPage (whose code ends up in
 * KeProcessorEntry with Memory->Block as argument), and waits until it runs threads.
 * FALSE: it did not come up; it is left out, and its memory stays its own. PASSIVE_LEVEL.
 */
BOOLEAN
KeStartProcessor(ULONG Number, ULONG ApicId, const KPROCESSOR_MEMORY *Memory,
                 ULONG64 StartPage)
{
    PKI_PROCESSOR Processor = Memory->Block;

    KiInitializeProcessor(Processor, Number, ApicId, Memory->IdleThread);
    KiInitializeIdleThread(Memory->IdleThread, Memory->IdleStack, Number);
    KiGiveStacks(Processor, Memory);
    Processor->Pcr.StallScaleFactor = KiBootProcessor.Pcr.StallScaleFactor;
    HalStartProcessor(ApicId, StartPage);
    return KiWaitForProcessor(Processor);
}
