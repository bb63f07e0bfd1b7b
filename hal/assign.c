/*
 * Gives interrupt sources their vectors, and takes them back: lines, which several
 * functions may share, and messages, which one function has for itself.
 */
#include "record.h"

static PHALP_RECORD
HalpFindAssignment(const HAL_INTERRUPT_ASSIGNMENT *Assignment)
{
    return HalpFindRecord(Assignment->Vector,
                          (ULONG)__builtin_ctzll(Assignment->Affinity));
}

/* The line's record: the one it has, or a new one for Affinity. Lock held. */
static PHALP_RECORD
HalpClaimLine(const HALP_LINE *Line, ULONG64 Affinity)
{
    PHALP_RECORD Record = HalpFindLineRecord(Line->Gsi);
    if (Record != NULL) {
        Record->References++;
        return Record;
    }
    if (HalpCountFreeRecords() == 0) {
        return NULL;
    }
    ULONG Vector = HalpClaimVectors(Affinity, 1);
    if (Vector == 0) {
        return NULL;
    }
    Record = HalpCreateRecord(Vector, Affinity);
    Record->Assignment.Gsi = Line->Gsi;
    Record->Assignment.ActiveLow = Line->ActiveLow;
    Record->Assignment.Latched = !Line->Level;
    return Record;
}

/*
 * Gives the function's INTx line a vector, on every processor of Affinity (bit = number)
 * or, where they cannot be named together, on its first. A line that has one keeps it, and
 * its processors: functions that share a line share both (KINT-4). PASSIVE_LEVEL.
 *
 * STATUS_NOT_FOUND: no function, no pin, or the pin is routed nowhere.
 * STATUS_INVALID_PARAMETER: no processor, or one that is not there.
 * STATUS_INSUFFICIENT_RESOURCES: no vector is free on all of them.
 */
NTSTATUS
HalAssignLine(HAL_PCI_ADDRESS Address, ULONG64 Affinity,
              PHAL_INTERRUPT_ASSIGNMENT Assignment)
{
    HALP_LINE Line;
    Affinity = HalpReachableAffinity(Affinity);
    if (Affinity == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if (HalReadPci(Address, PCI_VENDOR_ID, 2) == PCI_NO_DEVICE ||
        !HalpQueryRoute(Address, &Line) || !HalpLineExists(Line.Gsi)) {
        return STATUS_NOT_FOUND;
    }
    BOOLEAN Enabled = HalpAcquireLock(&HalpAssignmentLock);
    PHALP_RECORD Record = HalpClaimLine(&Line, Affinity);
    if (Record != NULL) {
        *Assignment = Record->Assignment;
        ULONG Command = HalReadPci(Address, PCI_COMMAND, 2);
        HalWritePci(Address, PCI_COMMAND, 2, Command & ~PCI_COMMAND_INTX_DISABLE);
    }
    HalpReleaseLock(&HalpAssignmentLock, Enabled);
    return Record != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/*
 * Gives an ISA line (0 to 15) a vector, as HalAssignLine does a PCI function's: where the
 * MADT says that the line arrives, and as it says it is triggered. PASSIVE_LEVEL.
 *
 * STATUS_NOT_FOUND: no such line, or no I/O APIC has its input. Else as HalAssignLine.
 */
NTSTATUS
HalAssignIsaLine(ULONG IsaLine, ULONG64 Affinity, PHAL_INTERRUPT_ASSIGNMENT Assignment)
{
    Affinity = HalpReachableAffinity(Affinity);
    if (Affinity == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if (IsaLine >= HALP_ISA_LINES ||
        !HalpLineExists(HalpPlatform.Madt.Isa[IsaLine].Gsi)) {
        return STATUS_NOT_FOUND;
    }
    const HALP_ISA_SOURCE *Source = &HalpPlatform.Madt.Isa[IsaLine];
    HALP_LINE Line = {
        .Gsi = Source->Gsi, .ActiveLow = Source->ActiveLow, .Level = Source->Level};
    BOOLEAN Enabled = HalpAcquireLock(&HalpAssignmentLock);
    PHALP_RECORD Record = HalpClaimLine(&Line, Affinity);
    if (Record != NULL) {
        *Assignment = Record->Assignment;
    }
    HalpReleaseLock(&HalpAssignmentLock, Enabled);
    return Record != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static PHALP_RECORD
HalpCreateMessage(const HALP_MESSAGE_SOURCE *Source, ULONG Vector, ULONG64 Affinity,
                  ULONG Index)
{
    PHALP_RECORD Record = HalpCreateRecord(Vector, Affinity);
    Record->Source = *Source;
    Record->Assignment.Message = TRUE;
    Record->Assignment.Latched = TRUE;
    Record->Assignment.MessageIndex = Index;
    HalpDescribeTarget(Record);
    return Record;
}

/*
 * One aligned block for MSI, whose low data bits are the message number. Lock held. The
 * messages have one address, but are connected one after the other: to several processors
 * one of them would arrive where another's gate is set and its own is not yet. So more
 * than one go to the first processor alone.
 */
static NTSTATUS
HalpClaimMsi(const HALP_MESSAGE_SOURCE *Source, const ULONG64 *Affinities, ULONG Count,
             PHAL_INTERRUPT_ASSIGNMENT Assignments)
{
    ULONG64 Affinity = HalpReachableAffinity(Affinities[0]);
    if (Count > 1) {
        Affinity &= ~(Affinity - 1);
    }
    ULONG First = HalpClaimVectors(Affinity, Count);
    if (First == 0) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    for (ULONG Index = 0; Index < Count; Index++) {
        Assignments[Index] =
            HalpCreateMessage(Source, First + Index, Affinity, Index)->Assignment;
    }
    HalpWriteMsi(Source, (ULONG)Assignments[0].MessageAddress, Assignments[0].MessageData,
                 Count);
    return STATUS_SUCCESS;
}

/* A vector of its own for each message of MSI-X; all or none. Lock held. */
static NTSTATUS
HalpClaimMsiX(const HALP_MESSAGE_SOURCE *Source, const ULONG64 *Affinities, ULONG Count,
              PHAL_INTERRUPT_ASSIGNMENT Assignments)
{
    HalpResetMsiX(Source);
    for (ULONG Index = 0; Index < Count; Index++) {
        ULONG64 Affinity = HalpReachableAffinity(Affinities[Index]);
        ULONG Vector = HalpClaimVectors(Affinity, 1);
        if (Vector == 0) {
            while (Index-- != 0) {
                HalpFreeRecord(HalpFindAssignment(&Assignments[Index]));
            }
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        Assignments[Index] =
            HalpCreateMessage(Source, Vector, Affinity, Index)->Assignment;
        HalpWriteMsiX(Source, Index, (ULONG)Assignments[Index].MessageAddress,
                      Assignments[Index].MessageData);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS
HalpClaimMessages(PHALP_MESSAGE_SOURCE Source, const ULONG64 *Affinities, ULONG Count,
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
    return Source->MsiX ? HalpClaimMsiX(Source, Affinities, Count, Assignments)
                        : HalpClaimMsi(Source, Affinities, Count, Assignments);
}

/* Whether each of Count affinities names processors, and no others than there are. */
static BOOLEAN
HalpAreReachable(const ULONG64 *Affinities, ULONG Count)
{
    for (ULONG Index = 0; Index < Count; Index++) {
        if (HalpReachableAffinity(Affinities[Index]) == 0) {
            return FALSE;
        }
    }
    return TRUE;
}

/*
 * Gives the function Count messages: MSI-X when it has it, else MSI, for which Count is 1,
 * 2, 4, 8 or 16 (MSI-5). Message i goes to Affinities[i] (as for HalAssignLine); those of
 * MSI share one affinity, the first (MSI-3). Nothing is sent until one is enabled.
 * PASSIVE_LEVEL.
 *
 * STATUS_NOT_SUPPORTED: no capability, or not that many messages.
 * STATUS_DEVICE_BUSY: the function has messages already.
 * STATUS_INVALID_PARAMETER: no processor, or one that is not there; no message.
 * STATUS_INSUFFICIENT_RESOURCES: no vectors; the function is as before.
 */
NTSTATUS
HalAssignMessages(HAL_PCI_ADDRESS Address, const ULONG64 *Affinities, ULONG Count,
                  PHAL_INTERRUPT_ASSIGNMENT Assignments)
{
    HALP_MESSAGE_SOURCE Source;
    if (Count == 0 || !HalpAreReachable(Affinities, Count)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (!HalpFindMessageSource(Address, &Source) || Count > Source.Count ||
        (!Source.MsiX && (Count & (Count - 1)) != 0) || !HalpMapMessageTable(&Source)) {
        return STATUS_NOT_SUPPORTED;
    }
    BOOLEAN Enabled = HalpAcquireLock(&HalpAssignmentLock);
    NTSTATUS Status = HalpClaimMessages(&Source, Affinities, Count, Assignments);
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
    BOOLEAN Enabled = HalpAcquireLock(&HalpAssignmentLock);
    PHALP_RECORD Record = HalpFindAssignment(Assignment);
    if (Record != NULL && --Record->References == 0) {
        ULONG Others;
        Record->Enabled = 0;
        Record->Silenced = FALSE;
        HalpApplyRecord(Record);
        HalpFreeRecord(Record);
        if (Record->Assignment.Message &&
            HalpCountMessages(Record->Source.Address, &Others) == 0) {
            HalpStopMessages(&Record->Source);
        }
    }
    HalpReleaseLock(&HalpAssignmentLock, Enabled);
}
