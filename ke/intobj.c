/*
 * Interrupt objects: initialise, connect to a vector of one processor, disconnect.
 *
 * A vector's objects on one processor form a list through InterruptListEntry; its head is
 * in KPRCB.InterruptObject and is what the IDT gate leads to. One object is dispatched by
 * KiInterruptDispatch, several by KiChainedDispatch (KINT-14).
 *
 * Connecting and disconnecting run on the object's own processor: the caller's thread
 * moves there. A gate is written by the only processor that uses it, when its vector
 * cannot come: interrupts are off here, or (KiServeChain) the vector is in service. A
 * thread that runs there at PASSIVE_LEVEL proves that no ISR is under way there: this is
 * what makes a disconnect safe to free after. KiConnectLock serializes them all.
 */
#include "ki.h"

/* Above them are the kernel's own. */
#define KI_HIGHEST_DEVICE_VECTOR (HAL_HIGHEST_DEVICE_IRQL << 4 | 0xF)

static KEVENT KiConnectLock = KE_EVENT_LOCK(KiConnectLock);

/* Where the gate of a vector leads: into the head of its chain, or to the vector's thunk.
 */
ULONG64
KiGateTarget(PKINTERRUPT Head)
{
#if KI_DISPATCH_CODE_IN_OBJECT
    return (ULONG64)(ULONG_PTR)Head->DispatchCode;
#else
    const UCHAR *Row = (Head->DispatchAddress == KiChainedDispatch) ? KiChainedThunks
                                                                    : KiInterruptThunks;
    return (ULONG64)(ULONG_PTR)(Row + KI_THUNK_SIZE * Head->Vector);
#endif
}

PKINTERRUPT
KiNextInChain(PKINTERRUPT Interrupt)
{
    return CONTAINING_RECORD(Interrupt->InterruptListEntry.Flink, KINTERRUPT,
                             InterruptListEntry);
}

/* More than one ISR, one that is switched off, or one that runs in a thread. */
BOOLEAN
KiNeedsScan(PKINTERRUPT Head)
{
    PKE_INTERRUPT_EXTENSION Extension = KeInterruptExtension(Head);

    return !IsListEmpty(&Head->InterruptListEntry) ||
           (Extension != NULL && (Extension->Inactive || Extension->Passive));
}

VOID
KiSetDispatch(PKINTERRUPT Head, BOOLEAN Chained)
{
    Head->DispatchAddress =
        (Chained || KeObservesCalls) ? KiChainedDispatch : KiInterruptDispatch;
    ArchSetGate(&KeGetCurrentPcr()->IdtBase[Head->Vector], KiGateTarget(Head),
                ARCH_IST_NONE);
}

/* Calls a message ISR through the line ISR's prototype. */
static BOOLEAN NTAPI
KiInterruptMessageDispatch(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    PKE_INTERRUPT_EXTENSION Extension = KeInterruptExtension(Interrupt);

    return Extension->MessageServiceRoutine(Interrupt, ServiceContext,
                                            Extension->MessageIndex);
}

ULONG_PTR
KeQueryServiceRoutine(PKINTERRUPT Interrupt)
{
    return (Interrupt->ServiceRoutine == KiInterruptMessageDispatch)
               ? (ULONG_PTR)KeInterruptExtension(Interrupt)->MessageServiceRoutine
               : (ULONG_PTR)Interrupt->ServiceRoutine;
}

/*
 * Fills an interrupt object and copies the dispatch code into it. No hardware is touched.
 *
 *   Interrupt        storage; with DispatchCode in the object, executable storage
 *   SpinLock         the lock to take around the ISR, or NULL for the object's own
 * (KINT-12) Vector, Irql     what the interrupt arrives as; Irql is Vector / 16
 *   SynchronizeIrql  level of the ISR, at least Irql
 *   ProcessorNumber  the processor whose IDT the object will be connected in
 *
 * IRQL: any. Source: KCI-1, KCI-2, KINT-13.
 */
VOID NTAPI
KeInitializeInterrupt(PKINTERRUPT Interrupt, PKSERVICE_ROUTINE ServiceRoutine,
                      PVOID ServiceContext, PKSPIN_LOCK SpinLock, ULONG Vector,
                      KIRQL Irql, KIRQL SynchronizeIrql, KINTERRUPT_MODE InterruptMode,
                      BOOLEAN ShareVector, CHAR ProcessorNumber, BOOLEAN FloatingSave)
{
    memset(Interrupt, 0, sizeof(*Interrupt));
    Interrupt->Type = INTERRUPT_OBJECT_TYPE;
    Interrupt->Size = sizeof(*Interrupt);
    InitializeListHead(&Interrupt->InterruptListEntry);
    Interrupt->ServiceRoutine = ServiceRoutine;
    Interrupt->ServiceContext = ServiceContext;
    Interrupt->ActualLock = (SpinLock != NULL) ? SpinLock : &Interrupt->SpinLock;
    Interrupt->DispatchAddress = KiInterruptDispatch;
    Interrupt->Vector = Vector;
    Interrupt->Irql = Irql;
    Interrupt->SynchronizeIrql = SynchronizeIrql;
    Interrupt->Mode = InterruptMode;
    Interrupt->ShareVector = ShareVector;
    Interrupt->Number = ProcessorNumber;
    Interrupt->FloatingSave = FloatingSave;
#if KI_DISPATCH_CODE_IN_OBJECT
    memcpy(Interrupt->DispatchCode, KiInterruptTemplate, sizeof(Interrupt->DispatchCode));
#endif
}
EXPORT(KeInitializeInterrupt);

VOID
KeExtendInterrupt(PKINTERRUPT Interrupt, PKE_INTERRUPT_EXTENSION Extension)
{
    Interrupt->KE_EXTENSION_POINTER = Extension;
}

VOID
KeSetMessageServiceRoutine(PKINTERRUPT Interrupt,
                           PKMESSAGE_SERVICE_ROUTINE MessageServiceRoutine,
                           ULONG MessageIndex)
{
    PKE_INTERRUPT_EXTENSION Extension = KeInterruptExtension(Interrupt);

    Extension->MessageServiceRoutine = MessageServiceRoutine;
    Extension->MessageIndex = MessageIndex;
    Interrupt->ServiceRoutine = KiInterruptMessageDispatch;
#if DIRQL_NT >= 0x600
    Interrupt->MessageServiceRoutine = MessageServiceRoutine; /* for whoever looks */
    Interrupt->MessageIndex = MessageIndex;
#endif
}

/* The tests of KCI-3 that need no lock. */
static BOOLEAN
KiIsConnectable(PKINTERRUPT Interrupt)
{
    return Interrupt->Irql <= HIGH_LEVEL && Interrupt->SynchronizeIrql <= HIGH_LEVEL &&
           Interrupt->SynchronizeIrql >= Interrupt->Irql &&
           Interrupt->Vector >= PRIMARY_VECTOR_BASE &&
           Interrupt->Vector <= KI_HIGHEST_DEVICE_VECTOR &&
           Interrupt->Irql ==
               (KiIsPassive(Interrupt) ? PASSIVE_LEVEL : Interrupt->Vector >> 4) &&
           KeInterruptProcessor(Interrupt) < HAL_MAXIMUM_PROCESSORS &&
           (KeActiveProcessors & AFFINITY_MASK(KeInterruptProcessor(Interrupt))) != 0;
}

/* Takes the connect lock and moves the thread to Interrupt's processor. PASSIVE_LEVEL. */
static KAFFINITY
KiEnterConnect(PKINTERRUPT Interrupt)
{
    KeEnterEventLock(&KiConnectLock);
    return KeSetSystemAffinityThreadEx(AFFINITY_MASK(KeInterruptProcessor(Interrupt)));
}

static VOID
KiLeaveConnect(KAFFINITY OldAffinity)
{
    KeRevertToUserAffinityThreadEx(OldAffinity);
    KeLeaveEventLock(&KiConnectLock);
}

/* First object of its vector here. Interrupts are off, on the object's processor. */
static BOOLEAN
KiConnectFirst(PKINTERRUPT Interrupt)
{
    PKPRCB Prcb = KeGetCurrentPrcb();

    Prcb->InterruptObject[Interrupt->Vector] = Interrupt;
    /* The very first interrupt after boot takes the longer way, which notes its time. */
    KiSetDispatch(Interrupt, KeQueryFirstInterruptTime() == 0 || KiNeedsScan(Interrupt));
    if (!HalEnableSystemInterrupt(Interrupt->Vector, Prcb->Number)) {
        ArchResetGate(&KeGetCurrentPcr()->IdtBase[Interrupt->Vector], Interrupt->Vector);
        Prcb->InterruptObject[Interrupt->Vector] = NULL;
        return FALSE;
    }
    return TRUE;
}

/* Joins the chain of its vector at the tail (CHN-5, CHN-6). Interrupts are off. */
static BOOLEAN
KiConnectShared(PKINTERRUPT Head, PKINTERRUPT Interrupt)
{
    if (!Head->ShareVector || !Interrupt->ShareVector || Head->Mode != Interrupt->Mode ||
        KiIsPassive(Head) != KiIsPassive(Interrupt)) {
        return FALSE;
    }
    KiEndStorm(Head); /* perhaps this one can claim what nobody did */
    InsertTailList(&Head->InterruptListEntry, &Interrupt->InterruptListEntry);
    KiSetDispatch(Head, TRUE);
    KiUpdateSource(Head); /* those before it may all be inactive */
    return TRUE;
}

/*
 * Connects an initialised object to its vector on its processor.
 *
 * Returns FALSE, with nothing changed, when a level or the vector is out of range, the
 * processor is not up, the object is already connected (deviations: DOUBT-5), the vector
 * is owned by one that does not share or has another mode, or no interrupt source has it.
 *
 * The ISR can be called before this returns. IRQL: PASSIVE_LEVEL. Source: KCI-3, CON-7.
 */
BOOLEAN
NTAPI
KeConnectInterrupt(PKINTERRUPT Interrupt)
{
    KAFFINITY OldAffinity;
    PKINTERRUPT Head;
    BOOLEAN Connected = FALSE;

    KE_ASSERT(KeGetCurrentIrql() == PASSIVE_LEVEL);
    if (!KiIsConnectable(Interrupt)) {
        return FALSE;
    }
    OldAffinity = KiEnterConnect(Interrupt);
    ArchDisableInterrupts();
    if (!Interrupt->Connected) {
        Head = KeGetCurrentPrcb()->InterruptObject[Interrupt->Vector];
        /* Before the vector can fire: the ISR may look. */
        Interrupt->Connected = TRUE;
#if DIRQL_NT >= 0x602
        Interrupt->ActiveCount = 1; /* active from the start (CON-30) */
#endif
        Connected =
            (Head == NULL) ? KiConnectFirst(Interrupt) : KiConnectShared(Head, Interrupt);
        Interrupt->Connected = Connected;
    }
    ArchEnableInterrupts();
    KiLeaveConnect(OldAffinity);
    return Connected;
}
EXPORT(KeConnectInterrupt);

/*
 * The last object of its vector goes. What the source sent before it fell silent is still
 * delivered to the ISR: interrupts are let in once between the mask and the gate's reset.
 */
static VOID
KiDisconnectLast(PKINTERRUPT Interrupt)
{
    PKPRCB Prcb = KeGetCurrentPrcb();

    KiEndStorm(Interrupt);
    HalDisableSystemInterrupt(Interrupt->Vector, Prcb->Number);
    ArchEnableInterrupts();
    ArchPause();
    ArchDisableInterrupts();
    ArchResetGate(&KeGetCurrentPcr()->IdtBase[Interrupt->Vector], Interrupt->Vector);
    Prcb->InterruptObject[Interrupt->Vector] = NULL;
}

/* One of several goes: the head passes on the gate, the last but one ends the chain. */
static VOID
KiDisconnectShared(PKINTERRUPT Head, PKINTERRUPT Interrupt)
{
    PKINTERRUPT Next = KiNextInChain(Interrupt);

    RemoveEntryList(&Interrupt->InterruptListEntry);
    InitializeListHead(&Interrupt->InterruptListEntry);
    if (Interrupt == Head) {
        Head = Next;
        KeGetCurrentPrcb()->InterruptObject[Head->Vector] = Head;
    }
    KiSetDispatch(Head, KiNeedsScan(Head));
    KiUpdateSource(Head); /* those that are left may all be inactive */
}

/* Keeps the totals of the processor whole when an object's own counts go away. */
static VOID
KiRetireCounts(PKINTERRUPT Interrupt)
{
    if (KiIsPassive(Interrupt)) {
        return;
    }
    KeGetCurrentPrcb()->RetiredInterruptCount += KeQueryIsrCount(Interrupt);
#if DIRQL_NT >= 0x603
    Interrupt->IsrDpcStats.IsrCount = 0;
#else
    Interrupt->DispatchCount = 0;
#endif
}

/*
 * Disconnects an object: on return no processor is inside its ISR, nor ever will be, and the
 * DPCs its ISR queued have run.
 *
 * Returns whether it was connected. Other objects of the vector go on being served.
 * IRQL: PASSIVE_LEVEL. Source: KCI-5, CHN-7.
 */
BOOLEAN
NTAPI
KeDisconnectInterrupt(PKINTERRUPT Interrupt)
{
    KAFFINITY OldAffinity;
    PKINTERRUPT Head;
    BOOLEAN WasConnected;

    KE_ASSERT(KeGetCurrentIrql() == PASSIVE_LEVEL);
    OldAffinity = KiEnterConnect(Interrupt);
    ArchDisableInterrupts();
    WasConnected = Interrupt->Connected;
    if (WasConnected) {
        Head = KeGetCurrentPrcb()->InterruptObject[Interrupt->Vector];
        if (IsListEmpty(&Interrupt->InterruptListEntry)) {
            KiDisconnectLast(Interrupt);
        } else {
            KiDisconnectShared(Head, Interrupt);
        }
        Interrupt->Connected = FALSE;
        KiRetireCounts(Interrupt);
    }
    ArchEnableInterrupts();
    KiLeaveConnect(OldAffinity);
    if (WasConnected) {
        KeFlushQueuedDpcs(); /* those its ISR queued count on it (KI_DPC_SOURCE) */
    }
    return WasConnected;
}
EXPORT(KeDisconnectInterrupt);

/* Visits every connected object of every processor, by processor and vector, while nobody
   connects or disconnects. PASSIVE_LEVEL. */
VOID
KeVisitInterrupts(KE_VISIT_INTERRUPT *Visit, PVOID Context)
{
    KeEnterEventLock(&KiConnectLock);
    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS; Number++) {
        PKPRCB Prcb = KiProcessorBlock[Number];

        for (ULONG Vector = PRIMARY_VECTOR_BASE; Prcb != NULL && Vector < 256; Vector++) {
            PKINTERRUPT Head = Prcb->InterruptObject[Vector];
            PKINTERRUPT Interrupt = Head;

            while (Interrupt != NULL) {
                Visit(Interrupt, Context);
                Interrupt = KiNextInChain(Interrupt);
                if (Interrupt == Head) {
                    break;
                }
            }
        }
    }
    KeLeaveEventLock(&KiConnectLock);
}
