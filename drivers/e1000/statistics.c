/*
 * statistics.c - what the chip counts by itself: frames that never come to a descriptor.
 *
 * Its counters clear themselves when they are read and stick at their highest value, so they
 * are read when somebody asks, and added up.
 */
#include "e1000.h"

static const struct {
    ULONG Register;
    ULONG Offset;
} E1000ChipCounters[] = {
    {E1000_CRCERRS, FIELD_OFFSET(E1000_STATISTICS, ChecksumErrors)},
    {E1000_RUC, FIELD_OFFSET(E1000_STATISTICS, Undersize)},
    {E1000_ROC, FIELD_OFFSET(E1000_STATISTICS, Oversize)},
};

/* Lock is held, adapter started. A chip that has left the bus counts nothing any more. */
VOID
E1000CollectStatistics(PE1000_CONTEXT Context)
{
    ULONG Index, Value;

    for (Index = 0; Index < RTL_NUMBER_OF(E1000ChipCounters); Index++) {
        Value = E1000Read(Context, E1000ChipCounters[Index].Register);
        if (Value == E1000_GONE) {
            return;
        }
        *(PULONG64)((PUCHAR)&Context->Statistics + E1000ChipCounters[Index].Offset) +=
            Value;
    }
}
