/*
 * Makes the hardware agree with a record: the redirection entry of its line, or the message
 * in its function. Under HalpAssignmentLock.
 */
#include "record.h"

VOID
HalpDescribeTarget(PHALP_RECORD Record)
{
    PHAL_INTERRUPT_ASSIGNMENT Assignment = &Record->Assignment;
    HALP_TARGET Target = HalpQueryTarget(Assignment->Affinity, Record->Enabled);
    Assignment->MessageAddress =
        HALP_MESSAGE_ADDRESS |
        ((ULONG)Target.Destination << HALP_MESSAGE_DESTINATION_SHIFT) |
        (Target.Logical ? HALP_MESSAGE_REDIRECTED | HALP_MESSAGE_LOGICAL : 0);
    Assignment->MessageData =
        Assignment->Vector | (Target.Logical ? HALP_MESSAGE_LOWEST_PRIORITY : 0);
}

static VOID
HalpApplyMessage(PHALP_RECORD Record)
{
    PHAL_INTERRUPT_ASSIGNMENT Assignment = &Record->Assignment;
    ULONG64 Before = Assignment->MessageAddress;
    HalpDescribeTarget(Record);
    BOOLEAN Moved = Assignment->MessageAddress != Before;
    ULONG Address = (ULONG)Assignment->MessageAddress;
    if (Record->Source.MsiX) {
        if (Moved) {
            HalpSetMsiX(&Record->Source, Assignment->MessageIndex, FALSE);
            HalpWriteMsiX(&Record->Source, Assignment->MessageIndex, Address,
                          Assignment->MessageData);
        }
        HalpSetMsiX(&Record->Source, Assignment->MessageIndex, HalpIsOpen(Record));
    } else {
        ULONG Open;
        if (Moved) {
            HalpMoveMsi(&Record->Source, Address);
        }
        HalpCountMessages(Record->Source.Address, &Open);
        HalpSetMsi(&Record->Source, Open);
    }
}

static VOID
HalpApplyLine(PHALP_RECORD Record)
{
    PHAL_INTERRUPT_ASSIGNMENT Assignment = &Record->Assignment;
    HALP_LINE Line = {.Gsi = Assignment->Gsi,
                      .Target = HalpQueryTarget(Assignment->Affinity, Record->Enabled),
                      .Vector = (UCHAR)Assignment->Vector,
                      .ActiveLow = Assignment->ActiveLow,
                      .Level = !Assignment->Latched};
    if (HalpIsOpen(Record)) {
        HalpEnableLine(&Line);
    } else {
        HalpDisableLine(Assignment->Gsi);
    }
}

VOID
HalpApplyRecord(PHALP_RECORD Record)
{
    if (Record->Assignment.Message) {
        HalpApplyMessage(Record);
    } else {
        HalpApplyLine(Record);
    }
}
