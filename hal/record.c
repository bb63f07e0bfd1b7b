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
HalpClaimVectors(ULONG64 Affinity, ULONG Count)
{
    PHALP_VECTOR_MAP Maps[HAL_MAXIMUM_PROCESSORS];
    ULONG MapCount = 0;
    for (; Affinity != 0; Affinity &= Affinity - 1) {
        Maps[MapCount++] = HalpQueryVectorMap((ULONG)__builtin_ctzll(Affinity));
    }
    return HalpAllocateSharedVectors(Maps, MapCount, Count);
}

PHALP_RECORD
HalpFindRecord(ULONG Vector, ULONG Processor)
{
    if (Processor >= HAL_MAXIMUM_PROCESSORS) {
        return NULL;
    }
    for (ULONG Index = 0; Index < MAXIMUM_RECORDS; Index++) {
        PHALP_RECORD Record = &HalpRecords[Index];
        if (Record->References != 0 && Record->Assignment.Vector == Vector &&
            (Record->Assignment.Affinity >> Processor & 1) != 0) {
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
            if (HalpIsOpen(Record) && !Record->Source.MsiX) {
                *Enabled |= 1U << Record->Assignment.MessageIndex;
            }
        }
    }
    return Count;
}

PHALP_RECORD
HalpCreateRecord(ULONG Vector, ULONG64 Affinity)
{
    for (ULONG Index = 0; Index < MAXIMUM_RECORDS; Index++) {
        PHALP_RECORD Record = &HalpRecords[Index];
        if (Record->References == 0) {
            __builtin_memset(Record, 0, sizeof(*Record));
            Record->References = 1;
            Record->Assignment.Vector = Vector;
            Record->Assignment.Irql = (UCHAR)(Vector >> 4);
            Record->Assignment.Affinity = Affinity;
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

ULONG
HalCountSources(VOID)
{
    BOOLEAN Enabled = HalpAcquireLock(&HalpAssignmentLock);
    ULONG Count = MAXIMUM_RECORDS - HalpCountFreeRecords();
    HalpReleaseLock(&HalpAssignmentLock, Enabled);
    return Count;
}

VOID
HalpFreeRecord(PHALP_RECORD Record)
{
    for (ULONG64 Rest = Record->Assignment.Affinity; Rest != 0; Rest &= Rest - 1) {
        HalpFreeVector(HalpQueryVectorMap((ULONG)__builtin_ctzll(Rest)),
                       Record->Assignment.Vector);
    }
    Record->References = 0;
}
