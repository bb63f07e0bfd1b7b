/*
 * Passive-level interrupts: the ISR runs in a thread of its own, where it may wait.
 * (CON-25, CON-26, KINT-17)
 *
 * The dispatch silences a level line at its controller (an edge is over once it is ended)
 * and queues a DPC, which wakes the thread. When every ISR of the vector has run, the
 * line is let through again; if the device still asserts it, it interrupts again. Nobody
 * may hold a spin lock around such an ISR: what guards its data is the synchronization
 * event PassiveEvent.
 */
#include "ki.h"

/* Above the threads of drivers, below what keeps the system alive. */
#define PASSIVE_ISR_PRIORITY (LOW_REALTIME_PRIORITY + 8)

static VOID NTAPI
KiWakePassive(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    KeSetEvent(&KeInterruptExtension(Context)->Wake, EVENT_INCREMENT, FALSE);
}

VOID
KeSetPassiveInterrupt(PKINTERRUPT Interrupt, PKEVENT SharedLock)
{
    PKE_INTERRUPT_EXTENSION Extension = KeInterruptExtension(Interrupt);

    Extension->Passive = TRUE;
    KeInitializeEvent(&Extension->OwnLock, SynchronizationEvent, TRUE);
    Extension->Lock = (SharedLock != NULL) ? SharedLock : &Extension->OwnLock;
    KeInitializeEvent(&Extension->Wake, SynchronizationEvent, FALSE);
    KeInitializeDpc(&Extension->Dpc, KiWakePassive, Interrupt);
#if DIRQL_NT >= 0x602
    Interrupt->PassiveEvent = Extension->Lock;
#endif
}

/* Every object of the chain is asked: their threads find out whose device it was. */
VOID
KiRequestPassive(PKINTERRUPT Head)
{
    PKPRCB Prcb = KeGetCurrentPrcb();
    PKINTERRUPT Interrupt = Head;

    Prcb->ActiveInterrupt = NULL; /* these DPCs are not of an ISR that was interrupted */
    if (Head->Mode == LevelSensitive) {
        HalMaskInterrupt(Head->Vector, Prcb->Number);
    }
    do {
        PKE_INTERRUPT_EXTENSION Extension = KeInterruptExtension(Interrupt);

        if (InterlockedExchange(&Extension->Requested, 1) == 0) {
            InterlockedIncrement(&Prcb->PassivePending[Head->Vector]);
        }
        KeInsertQueueDpc(&Extension->Dpc, NULL, NULL);
        Interrupt = KiNextInChain(Interrupt);
    } while (Interrupt != Head);
}

/* The request is dealt with; the last of the vector's lets a level line through again. */
static VOID
KiFinishPassive(PKINTERRUPT Interrupt)
{
    ULONG Number = KeInterruptProcessor(Interrupt);
    PKPRCB Prcb = KiProcessorBlock[Number];

    if (InterlockedDecrement(&Prcb->PassivePending[Interrupt->Vector]) == 0 &&
        Interrupt->Mode == LevelSensitive) {
        HalUnmaskInterrupt(Interrupt->Vector, Number);
    }
}

/* Takes the place of the interrupt lock (SYN-1). In a critical region: a normal APC of the
   thread that holds it could want it too. PASSIVE_LEVEL. */
NTSTATUS
KiEnterPassive(PKINTERRUPT Interrupt)
{
    KeEnterCriticalRegion();
    return KeWaitForSingleObject(KeInterruptExtension(Interrupt)->Lock, Executive,
                                 KernelMode, FALSE, NULL);
}

VOID
KiLeavePassive(PKINTERRUPT Interrupt)
{
    KeSetEvent(KeInterruptExtension(Interrupt)->Lock, EVENT_INCREMENT, FALSE);
    KeLeaveCriticalRegion();
}

static VOID
KiCallPassive(PKINTERRUPT Interrupt)
{
    KiEnterPassive(Interrupt);
    if (KeObservesCalls
            ? KiCallObservedIsr(Interrupt, KePassiveIsrCall)
            : Interrupt->ServiceRoutine(Interrupt, Interrupt->ServiceContext)) {
        Interrupt->ServiceCount++;
    }
    Interrupt->DispatchCount++;
    KiLeavePassive(Interrupt);
}

/* The service thread of one object. Context: the object. Ends after KeStopPassive. */
VOID NTAPI
KeServicePassive(PVOID Context)
{
    PKINTERRUPT Interrupt = Context;
    PKE_INTERRUPT_EXTENSION Extension = KeInterruptExtension(Interrupt);

    KeSetPriorityThread(KeGetCurrentThread(), PASSIVE_ISR_PRIORITY);
#if DIRQL_NT >= 0x602
    Interrupt->ServiceThread = KeGetCurrentThread();
#endif
    while (!Extension->Stopping) {
        KeWaitForSingleObject(&Extension->Wake, Executive, KernelMode, FALSE, NULL);
        /* Cleared first: an edge from here on asks for another call. */
        if (InterlockedExchange(&Extension->Requested, 0) != 0) {
            if (!Extension->Stopping && !Extension->Inactive) {
                KiCallPassive(Interrupt);
            }
            KiFinishPassive(Interrupt);
        }
    }
    if (InterlockedExchange(&Extension->Requested, 0) != 0) {
        KiFinishPassive(Interrupt); /* asked for while the last call ran */
    }
}

/* The object is disconnected: no new requests. Its thread ends; the caller waits for
 * that. */
VOID
KeStopPassive(PKINTERRUPT Interrupt)
{
    PKE_INTERRUPT_EXTENSION Extension = KeInterruptExtension(Interrupt);

    KeFlushQueuedDpcs();
    Extension->Stopping = TRUE;
    KeSetEvent(&Extension->Wake, EVENT_INCREMENT, FALSE);
}
