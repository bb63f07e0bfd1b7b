/*
 * Gives interrupt sources their vectors, and takes them back: lines, which several
 * functions may share, and messages, which one function has for itself.
 */
#include "record.h"

/* The line's record: the one it has, or a new one on Processor. Lock held. */
static PHALP_RECORD
HalpClaimLine(const HALP_LINE *Line, ULONG Processor)
{
    PHALP_RECORD Record = HalpFindLineRecord(Line->Gsi);
    if (Record != NULL) {
        Record->References++;
        return Record;
    }
    if (HalpCountFreeRecords() == 0) {
        return NULL;
    }
    ULONG Vector = HalpClaimVectors(Processor, 1);
    if (Vector == 0) {
        return NULL;
    }
    Record = HalpCreateRecord(Vector, Processor);
    Record->Assignment.Gsi = Line->Gsi;
    Record->Assignment.ActiveLow = Line->ActiveLow;
    Record->Assignment.Latched = !Line->Level;
    return Record;
}

/*
 * Gives the function's INTx line a vector. A line that has one keeps it, and its
 * processor: functions that share a line share both (KINT-4). PASSIVE_LEVEL.
 *
 * STATUS_NOT_FOUND: no function, no pin, or the pin is routed nowhere.
 * STATUS_INVALID_PARAMETER: no such processor. STATUS_INSUFFICIENT_RESOURCES: no vector.
 */
NTSTATUS
HalAssignLine(HAL_PCI_ADDRESS Address, ULONG Processor,
              PHAL_INTERRUPT_ASSIGNMENT Assignment)
{
    HALP_LINE Line;
    if (Processor >= HalpPlatform.Madt.ProcessorCount) {
        return STATUS_INVALID_PARAMETER;
    }
    if (HalReadPci(Address, PCI_VENDOR_ID, 2) == PCI_NO_DEVICE ||
        !HalpQueryRoute(Address, &Line) || !HalpLineExists(Line.Gsi)) {
        return STATUS_NOT_FOUND;
    }
    BOOLEAN Enabled = HalpAcquireLock(&HalpAssignmentLock);
    PHALP_RECORD Record = HalpClaimLine(&Line, Processor);
    if (Record != NULL) {
        *Assignment = Record->Assignment;
        ULONG Command = HalReadPci(Address, PCI_COMMAND, 2);
        HalWritePci(Address, PCI_COMMAND, 2, Command & ~PCI_COMMAND_INTX_DISABLE);
    }
    HalpReleaseLock(&HalpAssignmentLock, Enabled);
    return Record != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static PHALP_RECORD
HalpCreateMessage(const HALP_MESSAGE_SOURCE *Source, ULONG Vector, ULONG Processor,
                  ULONG Index)
{
    PHALP_RECORD Record = HalpCreateRecord(Vector, Processor);
    Record->Source = *Source;
    Record->Assignment.Message = TRUE;
    Record->Assignment.Latched = TRUE;
    Record->Assignment.MessageIndex = Index;
    Record->Assignment.MessageAddress =
        HALP_MESSAGE_ADDRESS | (HalpPlatform.Madt.Processors[Processor].ApicId
                                << HALP_MESSAGE_DESTINATION_SHIFT);
    Record->Assignment.MessageData = Vector;
    return Record;
}

/* One aligned block for MSI, whose low data bits are the message number. Lock held. */
static NTSTATUS
HalpClaimMsi(const HALP_MESSAGE_SOURCE *Source, ULONG Processor, ULONG Count,
             PHAL_INTERRUPT_ASSIGNMENT Assignments)
{
    ULONG First = HalpClaimVectors(Processor, Count);
    if (First == 0) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    for (ULONG Index = 0; Index < Count; Index++) {
        Assignments[Index] =
            HalpCreateMessage(Source, First + Index, Processor, Index)->Assignment;
    }
    HalpWriteMsi(Source, (ULONG)Assignments[0].MessageAddress, First, Count);
    return STATUS_SUCCESS;
}

/* A vector of its own for each message of MSI-X; all or none. Lock held. */
static NTSTATUS
HalpClaimMsiX(const HALP_MESSAGE_SOURCE *Source, ULONG Processor, ULONG Count,
              PHAL_INTERRUPT_ASSIGNMENT Assignments)
{
    HalpResetMsiX(Source);
    for (ULONG Index = 0; Index < Count; Index++) {
        ULONG Vector = HalpClaimVectors(Processor, 1);
        if (Vector == 0) {
            while (Index-- != 0) {
                HalpFreeRecord(HalpFindRecord(Assignments[Index].Vector, Processor));
            }
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        Assignments[Index] =
            HalpCreateMessage(Source, Vector, Processor, Index)->Assignment;
        HalpWriteMsiX(Source, Index, (ULONG)Assignments[Index].MessageAddress, Vector);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS
HalpClaimMessages(PHALP_MESSAGE_SOURCE Source, ULONG Processor, ULONG Count,
                  PHAL_INTERRUPT_ASSIGNMENT Assignments)
{
    ULONG Enabled;
    Source->Granted = (USHORT)Count;
    if (HalpCountMessages(Source->Address, &Enabled) != 0) {
        return STATUS_DEVICE_BUSY;
    }
    if (HalpCountFreeRecords() < Count) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    return Source->MsiX ? HalpClaimMsiX(Source, Processor, Count, Assignments)
                        : HalpClaimMsi(Source, Processor, Count, Assignments);
}

/*
 * Gives the function Count messages, all to Processor: MSI-X when it has it, else MSI,
 * for which Count is 1, 2, 4, 8 or 16 (MSI-5). Nothing is sent until one is enabled.
 * PASSIVE_LEVEL.
 *
 * STATUS_NOT_SUPPORTED: no capability, or not that many messages.
 * STATUS_DEVICE_BUSY: the function has messages already.
 * STATUS_INVALID_PARAMETER: no such processor, no message.
 * STATUS_INSUFFICIENT_RESOURCES: no vectors; the function is as before.
 */
NTSTATUS
HalAssignMessages(HAL_PCI_ADDRESS Address, ULONG Processor, ULONG Count,
                  PHAL_INTERRUPT_ASSIGNMENT Assignments)
{
    HALP_MESSAGE_SOURCE Source;
    if (Processor >= HalpPlatform.Madt.ProcessorCount || Count == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if (!HalpFindMessageSource(Address, &Source) || Count > Source.Count ||
        (!Source.MsiX && (Count & (Count - 1)) != 0) || !HalpMapMessageTable(&Source)) {
        return STATUS_NOT_SUPPORTED;
    }
    BOOLEAN Enabled = HalpAcquireLock(&HalpAssignmentLock);
    NTSTATUS Status = HalpClaimMessages(&Source, Processor, Count, Assignments);
    HalpReleaseLock(&HalpAssignmentLock, Enabled);
    return Status;
}

/* Messages the function can be given; 0: it has lines only. PASSIVE_LEVEL. */
ULONG
HalQueryMessageCount(HAL_PCI_ADDRESS Address)
{
    HALP_MESSAGE_SOURCE Source;
    return HalpFindMessageSource(Address, &Source) ? Source.Count : 0;
}

/*
 * Takes back what HalAssignLine or HalAssignMessages gave, one assignment a call. The
 * last user of a line silences it; the last message gives the function its pin back.
 */
VOID
HalReleaseAssignment(const HAL_INTERRUPT_ASSIGNMENT *Assignment)
{
    ULONG Processor = (ULONG)__builtin_ctzll(Assignment->Affinity);
    BOOLEAN Enabled = HalpAcquireLock(&HalpAssignmentLock);
    PHALP_RECORD Record = HalpFindRecord(Assignment->Vector, Processor);
    if (Record != NULL && --Record->References == 0) {
        ULONG Others;
        Record->Enabled = FALSE;
        HalpApplyRecord(Record);
        HalpFreeRecord(Record);
        if (Record->Assignment.Message &&
            HalpCountMessages(Record->Source.Address, &Others) == 0) {
            HalpStopMessages(&Record->Source);
        }
    }
    HalpReleaseLock(&HalpAssignmentLock, Enabled);
}
