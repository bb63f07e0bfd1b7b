/*
 * Requirements lists, read with care: each has been through the drivers of a stack, so
 * counts and lengths are cut at the list's own size and nothing in it is taken on trust.
 *
 * A list holds alternative lists; of one, each group of descriptors has to be met by one
 * of its members. A group is a descriptor and those behind it that call themselves its
 * alternatives.
 */
#include "iop.h"
#include "iopnp.h"

/* How far a length of a large memory descriptor is shifted. */
static ULONG
IopLargeShift(USHORT Flags)
{
    if ((Flags & CM_RESOURCE_MEMORY_LARGE_64) != 0) {
        return 32;
    }
    return (Flags & CM_RESOURCE_MEMORY_LARGE_48) != 0 ? 16 : 8;
}

const IO_RESOURCE_LIST *
IopFindAlternative(const IO_RESOURCE_REQUIREMENTS_LIST *Requirements, ULONG Number,
                   PULONG Count)
{
    ULONG Header = FIELD_OFFSET(IO_RESOURCE_LIST, Descriptors);
    ULONG Offset = FIELD_OFFSET(IO_RESOURCE_REQUIREMENTS_LIST, List);

    if (Number >= Requirements->AlternativeLists) {
        return NULL;
    }
    while (Requirements->ListSize >= Header &&
           Offset <= Requirements->ListSize - Header) {
        const IO_RESOURCE_LIST *List =
            (const IO_RESOURCE_LIST *)((const UCHAR *)Requirements + Offset);

        *Count = (ULONG)min(List->Count, (Requirements->ListSize - Offset - Header) /
                                             sizeof(IO_RESOURCE_DESCRIPTOR));
        if (Number-- == 0) {
            return List;
        }
        Offset += Header + *Count * (ULONG)sizeof(IO_RESOURCE_DESCRIPTOR);
    }
    return NULL;
}

BOOLEAN
IopReadDemand(const IO_RESOURCE_DESCRIPTOR *Descriptor, PIOP_DEMAND Demand)
{
    ULONG Shift = 0;

    RtlZeroMemory(Demand, sizeof(*Demand));
    Demand->Range.Type = Descriptor->Type;
    if (Descriptor->Type == CmResourceTypeNull) {
        return TRUE;
    }
    if (Descriptor->Type == CmResourceTypeMemoryLarge) {
        Demand->Range.Type = CmResourceTypeMemory;
        Shift = IopLargeShift(Descriptor->Flags);
    } else if (Descriptor->Type != CmResourceTypePort &&
               Descriptor->Type != CmResourceTypeMemory) {
        return FALSE;
    }
    Demand->Range.Share = Descriptor->ShareDisposition;
    Demand->Range.Flags = Descriptor->Flags & (USHORT) ~(CM_RESOURCE_MEMORY_LARGE_40 |
                                                         CM_RESOURCE_MEMORY_LARGE_48 |
                                                         CM_RESOURCE_MEMORY_LARGE_64);
    Demand->Range.Length = (ULONG64)Descriptor->u.Generic.Length << Shift;
    Demand->Alignment = max((ULONG64)Descriptor->u.Generic.Alignment << Shift, 1);
    Demand->Minimum = (ULONG64)Descriptor->u.Generic.MinimumAddress.QuadPart;
    Demand->Maximum = (ULONG64)Descriptor->u.Generic.MaximumAddress.QuadPart;
    if (Demand->Range.Type == CmResourceTypePort) {
        Demand->Maximum = min(Demand->Maximum, MAXUSHORT);
    }
    return TRUE;
}

BOOLEAN
IopNextGroup(const IO_RESOURCE_LIST *List, ULONG Count, PULONG Next, PIOP_GROUP Group)
{
    while (*Next < Count) {
        ULONG First = (*Next)++;
        IOP_DEMAND Demand;

        while (*Next < Count &&
               (List->Descriptors[*Next].Option & IO_RESOURCE_ALTERNATIVE) != 0) {
            (*Next)++;
        }
        if (!IopReadDemand(&List->Descriptors[First], &Demand)) {
            continue; /* interrupts, or what nobody here gives out */
        }
        Group->Members = &List->Descriptors[First];
        Group->Count = *Next - First;
        Group->Longest = 0;
        for (ULONG Index = 0; Index < Group->Count; Index++) {
            if (IopReadDemand(&Group->Members[Index], &Demand)) {
                Group->Longest = max(Group->Longest, Demand.Range.Length);
            }
        }
        return TRUE;
    }
    return FALSE;
}

/* The longest range that any descriptor of any alternative asks for. */
ULONG64
IopLongestDemand(const IO_RESOURCE_REQUIREMENTS_LIST *Requirements)
{
    const IO_RESOURCE_LIST *List;
    ULONG64 Longest = 0;
    IOP_DEMAND Demand;
    ULONG Count;

    for (ULONG Number = 0;
         Requirements != NULL &&
         (List = IopFindAlternative(Requirements, Number, &Count)) != NULL;
         Number++) {
        for (ULONG Index = 0; Index < Count; Index++) {
            if (IopReadDemand(&List->Descriptors[Index], &Demand)) {
                Longest = max(Longest, Demand.Range.Length);
            }
        }
    }
    return Longest;
}

/* Whether a demand of any alternative could be met where Range is. */
BOOLEAN
IopDemandsReach(const IO_RESOURCE_REQUIREMENTS_LIST *Requirements, const IOP_BAR *Range)
{
    const IO_RESOURCE_LIST *List;
    IOP_DEMAND Demand;
    ULONG Count;

    for (ULONG Number = 0;
         (List = IopFindAlternative(Requirements, Number, &Count)) != NULL; Number++) {
        for (ULONG Index = 0; Index < Count; Index++) {
            if (IopReadDemand(&List->Descriptors[Index], &Demand) &&
                Demand.Range.Type == Range->Type && Range->Length != 0 &&
                Range->Base <= Demand.Maximum &&
                Demand.Minimum <= Range->Base + (Range->Length - 1)) {
                return TRUE;
            }
        }
    }
    return FALSE;
}
