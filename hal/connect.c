/*
 * Lets an assigned interrupt through when its first KINTERRUPT is connected, and silences
 * it when the last one goes.
 */
#include "record.h"

static BOOLEAN
HalpSetRecord(ULONG Vector, ULONG Processor, BOOLEAN Enable)
{
    BOOLEAN Enabled = HalpAcquireLock(&HalpAssignmentLock);
    PHALP_RECORD Record = HalpFindRecord(Vector, Processor);
    if (Record != NULL && Record->Enabled != Enable) {
        Record->Enabled = Enable;
        HalpApplyRecord(Record);
    }
    HalpReleaseLock(&HalpAssignmentLock, Enabled);
    return Record != NULL;
}

/* Lets the source of Vector through to Processor; FALSE: it has none. Any IRQL. */
BOOLEAN
HalEnableSystemInterrupt(ULONG Vector, ULONG Processor)
{
    return HalpSetRecord(Vector, Processor, TRUE);
}

/*
 * Masks the source of Vector at its controller. What was accepted before stays in the
 * processor's request register; HalVectorRequested tells. Any IRQL.
 */
VOID
HalDisableSystemInterrupt(ULONG Vector, ULONG Processor)
{
    HalpSetRecord(Vector, Processor, FALSE);
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
