/*
 * Interrupt storms: a level line that stays asserted while nobody claims it. (CHN-2,
 * SPR-4)
 *
 * Nothing is counted on the interrupt path for this: the objects count their calls and
 * their claims anyway, and the clock, which nests above every device, compares them. A
 * vector whose ISRs were called often and claimed nothing since they last did is silenced
 * at its I/O APIC, named, and everybody else keeps running. What lets it through again: a
 * connect to the vector, IoReportInterruptActive, or DirqlUnmaskInterrupt.
 */
#include "ki.h"

#include <dirqlquery.h>

#define STORM_LIMIT      1000 /* unclaimed calls in a row */
#define STORM_LEAST_RATE 64   /* interrupts in a tick below which nobody looks */

static BOOLEAN KiStormBugCheck;

/* TRUE: a storm is bug check 0xF2 instead of a line on the console. */
VOID
KeSetStormPolicy(BOOLEAN BugCheck)
{
    KiStormBugCheck = BugCheck;
}

BOOLEAN
KeIsInterruptMasked(PKINTERRUPT Interrupt)
{
    return KiProcessorBlock[KeInterruptProcessor(Interrupt)]
        ->Storm[Interrupt->Vector]
        .Masked;
}

/* Silences the vector, and leaves the naming to a DPC. */
static VOID
KiBeginStorm(PKPRCB Prcb, PKINTERRUPT Head)
{
    if (KiStormBugCheck) {
        KeBugCheckEx(HARDWARE_INTERRUPT_STORM, KeQueryServiceRoutine(Head),
                     (ULONG_PTR)Head->ServiceContext, (ULONG_PTR)Head,
                     IsListEmpty(&Head->InterruptListEntry) ? 1 : 2);
    }
    Prcb->Storm[Head->Vector].Masked = TRUE;
    HalMaskInterrupt(Head->Vector, Prcb->Number);
    Prcb->StormVector = Head->Vector;
    KeInsertQueueDpc(&Prcb->StormDpc, NULL, NULL);
}

/* Compares one vector's calls and claims with those at its last claim. */
static VOID
KiWatchVector(PKPRCB Prcb, PKINTERRUPT Head)
{
    PKINTERRUPT Interrupt = Head;
    ULONG64 Calls = 0;
    ULONG Claims = 0;

    do {
        Calls += KeQueryIsrCount(Interrupt);
        Claims += Interrupt->ServiceCount;
        Interrupt = KiNextInChain(Interrupt);
    } while (Interrupt != Head);
    if (Claims != Prcb->Storm[Head->Vector].Claims ||
        Calls < Prcb->Storm[Head->Vector].Calls) {
        Prcb->Storm[Head->Vector].Claims = Claims;
        Prcb->Storm[Head->Vector].Calls = Calls;
    } else if (Calls - Prcb->Storm[Head->Vector].Calls >= STORM_LIMIT &&
               !Prcb->Storm[Head->Vector].Masked) {
        KiBeginStorm(Prcb, Head);
    }
}

/* From the clock, at CLOCK_LEVEL on this processor: its chains do not change meanwhile.
 */
VOID
KiWatchStorms(PKPRCB Prcb)
{
    ULONG64 Count = Prcb->InterruptCount - Prcb->StormBase;

    Prcb->StormBase = Prcb->InterruptCount;
    if (Count < STORM_LEAST_RATE) {
        return;
    }
    for (ULONG Vector = PRIMARY_VECTOR_BASE; Vector < CLOCK_VECTOR; Vector++) {
        PKINTERRUPT Head = Prcb->InterruptObject[Vector];

        if (Head != NULL && Head->Mode == LevelSensitive && !KiIsPassive(Head)) {
            KiWatchVector(Prcb, Head);
        }
    }
}

/* Names who is on the line. DISPATCH_LEVEL on the processor of the storm. */
VOID NTAPI
KiReportStorm(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PKPRCB Prcb = Context;
    PKINTERRUPT Head = Prcb->InterruptObject[Prcb->StormVector];
    PKINTERRUPT Interrupt = Head;
    CHAR Text[120];

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    if (Head == NULL) {
        return;
    }
    KePrint("dirql: interrupt storm: vector 0x%02x on processor %u, %u calls unclaimed; "
            "masked\n",
            Prcb->StormVector, Prcb->Number, STORM_LIMIT);
    do {
        KeDescribeAddress(KeQueryServiceRoutine(Interrupt), Text, sizeof(Text));
        KePrint("dirql: on that line: %s\n", Text);
        Interrupt = KiNextInChain(Interrupt);
    } while (Interrupt != Head);
}

/* The vector gets another chance. On its processor, interrupts off or IPI_LEVEL. */
VOID
KiEndStorm(PKINTERRUPT Interrupt)
{
    PKPRCB Prcb = KiProcessorBlock[KeInterruptProcessor(Interrupt)];

    if (Prcb->Storm[Interrupt->Vector].Masked) {
        Prcb->Storm[Interrupt->Vector].Masked = FALSE;
        Prcb->Storm[Interrupt->Vector].Calls = 0; /* counts anew from the next look */
        Prcb->Storm[Interrupt->Vector].Claims = MAXULONG;
        HalUnmaskInterrupt(Interrupt->Vector, Prcb->Number);
    }
}

typedef struct _KI_UNMASK {
    ULONG Processor;
    ULONG Vector;
    NTSTATUS Status; /* the processor's answer */
} KI_UNMASK;

/* Every processor comes here; one is meant. */
static ULONG_PTR NTAPI
KiUnmaskWorker(ULONG_PTR Argument)
{
    KI_UNMASK *Unmask = (KI_UNMASK *)Argument;
    PKPRCB Prcb = KeGetCurrentPrcb();

    if (Prcb->Number != Unmask->Processor) {
        return 0;
    }
    if (Prcb->InterruptObject[Unmask->Vector] == NULL) {
        Unmask->Status = STATUS_NOT_FOUND;
    } else if (!Prcb->Storm[Unmask->Vector].Masked) {
        Unmask->Status = STATUS_INVALID_DEVICE_STATE;
    } else {
        KiEndStorm(Prcb->InterruptObject[Unmask->Vector]);
        Unmask->Status = STATUS_SUCCESS;
    }
    return 0;
}

/*
 * Lets a vector through again that a storm has silenced (dirqlquery.h). STATUS_SUCCESS,
 * STATUS_INVALID_PARAMETER, STATUS_NOT_FOUND, STATUS_INVALID_DEVICE_STATE.
 * IRQL: <= DISPATCH_LEVEL. SPR-4.
 */
NTSTATUS
NTAPI
DirqlUnmaskInterrupt(ULONG Processor, ULONG Vector)
{
    KI_UNMASK Unmask = {Processor, Vector, STATUS_UNSUCCESSFUL};

    if (Processor >= HAL_MAXIMUM_PROCESSORS ||
        (KeActiveProcessors & AFFINITY_MASK(Processor)) == 0 ||
        Vector < PRIMARY_VECTOR_BASE || Vector >= CLOCK_VECTOR) {
        return STATUS_INVALID_PARAMETER;
    }
    KeIpiGenericCall(KiUnmaskWorker, (ULONG_PTR)&Unmask);
    return Unmask.Status;
}
EXPORT(DirqlUnmaskInterrupt);
