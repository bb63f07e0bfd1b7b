/*
 * The state of an interrupt source as the hardware has it: for tests and reports, which must
 * not take our own records' word for it.
 */
#include "record.h"

#define ENTRY_MASKED (1ULL << 16)

/* FALSE: no source has Vector on Processor. IRQL: <= DISPATCH_LEVEL. */
BOOLEAN
HalQueryInterruptState(ULONG Vector, ULONG Processor, PHAL_INTERRUPT_STATE State)
{
    BOOLEAN Enabled = HalpAcquireLock(&HalpAssignmentLock);
    PHALP_RECORD Record = HalpFindRecord(Vector, Processor);
    __builtin_memset(State, 0, sizeof(*State));
    if (Record != NULL) {
        State->Message = Record->Assignment.Message;
        State->Gsi = Record->Assignment.Gsi;
        if (!State->Message) {
            State->Redirection = HalpReadLine(State->Gsi);
            State->Masked = (State->Redirection & ENTRY_MASKED) != 0;
        } else if (Record->Source.MsiX) {
            HalpReadMsiX(&Record->Source, Record->Assignment.MessageIndex, State);
        } else {
            HalpReadMsi(&Record->Source, Record->Assignment.MessageIndex, State);
        }
    }
    HalpReleaseLock(&HalpAssignmentLock, Enabled);
    return Record != NULL;
}
