/*
 * The table of assignment records, and the vectors of each processor they are made of.
 *
 * Searched from front to back: it is read when an interrupt is assigned, connected or
 * disconnected, never on the way of one.
 */
#include "record.h"
#include "vector.h"

#define MAXIMUM_RECORDS 256

HALP_LOCK HalpAssignmentLock;

static HALP_RECORD HalpRecords[MAXIMUM_RECORDS];               /* HalpAssignmentLock */
static HALP_VECTOR_MAP HalpVectorMaps[HAL_MAXIMUM_PROCESSORS]; /* HalpAssignmentLock */
static BOOLEAN HalpVectorMapReady[HAL_MAXIMUM_PROCESSORS];     /* HalpAssignmentLock */

static PHALP_VECTOR_MAP
HalpQueryVectorMap(ULONG Processor)
{
    if (!HalpVectorMapReady[Processor]) {
        HalpInitializeVectorMap(&HalpVectorMaps[Processor]);
        HalpVectorMapReady[Processor] = TRUE;
    }
    return &HalpVectorMaps[Processor];
}

ULONG
HalpClaimVectors(ULONG Processor, ULONG Count)
{
    return HalpAllocateVectors(HalpQueryVectorMap(Processor), Count);
}

PHALP_RECORD
HalpFindRecord(ULONG Vector, ULONG Processor)
{
    for (ULONG Index = 0; Index < MAXIMUM_RECORDS; Index++) {
        PHALP_RECORD Record = &HalpRecords[Index];
        if (Record->References != 0 && Record->Assignment.Vector == Vector &&
            Record->Processor == Processor) {
            return Record;
        }
    }
    return NULL;
}

PHALP_RECORD
HalpFindLineRecord(ULONG Gsi)
{
    for (ULONG Index = 0; Index < MAXIMUM_RECORDS; Index++) {
        PHALP_RECORD Record = &HalpRecords[Index];
        if (Record->References != 0 && !Record->Assignment.Message &&
            Record->Assignment.Gsi == Gsi) {
            return Record;
        }
    }
    return NULL;
}

static BOOLEAN
HalpSameFunction(HAL_PCI_ADDRESS First, HAL_PCI_ADDRESS Second)
{
    return First.Bus == Second.Bus && First.Device == Second.Device &&
           First.Function == Second.Function;
}

ULONG
HalpCountMessages(HAL_PCI_ADDRESS Address, ULONG *Enabled)
{
    ULONG Count = 0;
    *Enabled = 0;
    for (ULONG Index = 0; Index < MAXIMUM_RECORDS; Index++) {
        PHALP_RECORD Record = &HalpRecords[Index];
        if (Record->References != 0 && Record->Assignment.Message &&
            HalpSameFunction(Record->Source.Address, Address)) {
            Count++;
            if (Record->Enabled && !Record->Source.MsiX) {
                *Enabled |= 1U << Record->Assignment.MessageIndex;
            }
        }
    }
    return Count;
}

PHALP_RECORD
HalpCreateRecord(ULONG Vector, ULONG Processor)
{
    for (ULONG Index = 0; Index < MAXIMUM_RECORDS; Index++) {
        PHALP_RECORD Record = &HalpRecords[Index];
        if (Record->References == 0) {
            __builtin_memset(Record, 0, sizeof(*Record));
            Record->References = 1;
            Record->Processor = Processor;
            Record->Assignment.Vector = Vector;
            Record->Assignment.Irql = (UCHAR)(Vector >> 4);
            Record->Assignment.Affinity = 1ULL << Processor;
            return Record;
        }
    }
    return NULL;
}

ULONG
HalpCountFreeRecords(VOID)
{
    ULONG Count = 0;
    for (ULONG Index = 0; Index < MAXIMUM_RECORDS; Index++) {
        Count += HalpRecords[Index].References == 0;
    }
    return Count;
}

VOID
HalpFreeRecord(PHALP_RECORD Record)
{
    HalpFreeVector(HalpQueryVectorMap(Record->Processor), Record->Assignment.Vector);
    Record->References = 0;
}

VOID
HalpApplyRecord(PHALP_RECORD Record)
{
    PHAL_INTERRUPT_ASSIGNMENT Assignment = &Record->Assignment;
    if (Assignment->Message && Record->Source.MsiX) {
        HalpSetMsiX(&Record->Source, Assignment->MessageIndex, Record->Enabled);
    } else if (Assignment->Message) {
        ULONG Enabled;
        HalpCountMessages(Record->Source.Address, &Enabled);
        HalpSetMsi(&Record->Source, Enabled);
    } else if (Record->Enabled) {
        HALP_LINE Line = {.Gsi = Assignment->Gsi,
                          .ApicId =
                              HalpPlatform.Madt.Processors[Record->Processor].ApicId,
                          .Vector = (UCHAR)Assignment->Vector,
                          .ActiveLow = Assignment->ActiveLow,
                          .Level = !Assignment->Latched};
        HalpEnableLine(&Line);
    } else {
        HalpDisableLine(Assignment->Gsi);
    }
}
