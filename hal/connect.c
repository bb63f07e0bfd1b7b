/*
 * Lets an assigned interrupt through to each processor that connects its first KINTERRUPT,
 * takes it away again when the last one there goes, and silences it in between.
 */
#include "record.h"

/*
 * Lets the source of Vector through to Processor, whose gate is set; FALSE: it has none.
 * Any IRQL.
 */
BOOLEAN
HalEnableSystemInterrupt(ULONG Vector, ULONG Processor)
{
    BOOLEAN Enabled = HalpAcquireLock(&HalpAssignmentLock);
    PHALP_RECORD Record = HalpFindRecord(Vector, Processor);
    if (Record != NULL) {
        if (Record->Enabled == 0 && !Record->Assignment.Message) {
            HalpClearLine(Record->Assignment.Gsi);
        }
        Record->Enabled |= 1ULL << Processor;
        HalpApplyRecord(Record);
    }
    HalpReleaseLock(&HalpAssignmentLock, Enabled);
    return Record != NULL;
}

/*
 * Takes Processor out of the destinations of Vector's source; without any it is masked at
 * its controller. What was sent before stays in the processor's request register until
 * it is served there: the gate must outlive this call for that. Any IRQL.
 */
VOID
HalDisableSystemInterrupt(ULONG Vector, ULONG Processor)
{
    BOOLEAN Enabled = HalpAcquireLock(&HalpAssignmentLock);
    PHALP_RECORD Record = HalpFindRecord(Vector, Processor);
    if (Record != NULL) {
        Record->Enabled &= ~(1ULL << Processor);
        Record->Silenced = Record->Silenced && Record->Enabled != 0;
        HalpApplyRecord(Record);
    }
    HalpReleaseLock(&HalpAssignmentLock, Enabled);
}

/* A source that no processor has enabled is silent already, and not marked: whoever
   enables it next must hear it. */
static BOOLEAN
HalpSilence(ULONG Vector, ULONG Processor, BOOLEAN Silenced)
{
    BOOLEAN Enabled = HalpAcquireLock(&HalpAssignmentLock);
    PHALP_RECORD Record = HalpFindRecord(Vector, Processor);
    if (Record != NULL && Record->Enabled != 0 && Record->Silenced != Silenced) {
        Record->Silenced = Silenced;
        HalpApplyRecord(Record);
    }
    HalpReleaseLock(&HalpAssignmentLock, Enabled);
    return Record != NULL;
}

/*
 * Masks the source of Vector for all of its processors, until HalUnmaskInterrupt or until
 * none of them has it enabled. Also from inside its dispatch, on any of them: the end of
 * interrupt of a masked level line works as ever. FALSE: Vector has no source on Processor.
 * Any IRQL.
 */
BOOLEAN
HalMaskInterrupt(ULONG Vector, ULONG Processor)
{
    return HalpSilence(Vector, Processor, TRUE);
}

/* Lets it through again. A level line that is still up interrupts at once. Any IRQL. */
VOID
HalUnmaskInterrupt(ULONG Vector, ULONG Processor)
{
    HalpSilence(Vector, Processor, FALSE);
}

/* Any IRQL. */
BOOLEAN
HalQueryAssignment(ULONG Vector, ULONG Processor, PHAL_INTERRUPT_ASSIGNMENT Assignment)
{
    BOOLEAN Enabled = HalpAcquireLock(&HalpAssignmentLock);
    PHALP_RECORD Record = HalpFindRecord(Vector, Processor);
    if (Record != NULL) {
        *Assignment = Record->Assignment;
    }
    HalpReleaseLock(&HalpAssignmentLock, Enabled);
    return Record != NULL;
}
