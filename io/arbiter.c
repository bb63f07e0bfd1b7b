/*
 * The arbiter of ports and memory: finds places for what a device requires that nobody
 * else holds.
 *
 * Held is what started devices were given, what the firmware gave functions that have no
 * driver yet, and the windows of PCI bridges. A range may lie in one of a device above in
 * the tree: that is where its bus has it from.
 */
#include "iop.h"
#include "iopnp.h"

/* Who is in the way of a range, and where that ends. */
typedef struct _IOP_OBSTACLE {
    PIOP_PDO Holder;
    ULONG64 Last;
} IOP_OBSTACLE, *PIOP_OBSTACLE;

static BOOLEAN
IopMeets(const IOP_BAR *Range, const IOP_BAR *Other)
{
    return Other->Type == Range->Type && Other->Base != 0 && Other->Length != 0 &&
           Range->Base <= Other->Base + (Other->Length - 1) &&
           Other->Base <= Range->Base + (Range->Length - 1) &&
           !(Range->Share == CmResourceShareShared &&
             Other->Share == CmResourceShareShared);
}

const IOP_BAR *
IopFindMeeting(const IOP_BAR *Ranges, ULONG Count, const IOP_BAR *Range)
{
    for (ULONG Index = 0; Index < Count; Index++) {
        if (IopMeets(Range, &Ranges[Index])) {
            return &Ranges[Index];
        }
    }
    return NULL;
}

/* What Other holds where Range would be, or NULL. One that is to move holds what is
   proposed for it, or nothing yet. */
static const IOP_BAR *
IopFindHeld(PIOP_PDO Other, const IOP_BAR *Range)
{
    const IOP_BAR *Found;

    if (Other->Proposed != NULL) {
        return IopFindMeeting(Other->Proposed->Ranges, Other->Proposed->Count, Range);
    }
    if (Other->Moving) {
        return NULL;
    }
    Found = IopFindMeeting(Other->Bars, Other->BarCount, Range);
    if (Found == NULL && Other->Held != NULL) {
        Found = IopFindMeeting(Other->Held->Ranges, Other->Held->Count, Range);
    }
    return Found;
}

/* Whether Range reaches into a window of a bridge that does not lead to Pdo. */
static BOOLEAN
IopMeetsWindow(PIOP_PDO Bridge, const IOP_BAR *Range, PULONG64 Last)
{
    IOP_WINDOW Windows[IOP_BRIDGE_WINDOWS];
    ULONG Count = IopQueryWindows(Bridge, Range->Type, Windows);

    for (ULONG Index = 0; Index < Count; Index++) {
        if (Range->Base <= Windows[Index].Limit &&
            Windows[Index].Base <= Range->Base + (Range->Length - 1)) {
            *Last = Windows[Index].Limit;
            return TRUE;
        }
    }
    return FALSE;
}

static BOOLEAN
IopFindObstacle(PIOP_PDO Pdo, const IOP_BAR *Range, PIOP_OBSTACLE Obstacle)
{
    const IOP_BAR *Found =
        IopFindMeeting(Pdo->Proposed->Ranges, Pdo->Proposed->Count, Range);

    Obstacle->Holder = Pdo;
    for (PLIST_ENTRY Link = IopPdos.Flink; Found == NULL && Link != &IopPdos;
         Link = Link->Flink) {
        PIOP_PDO Other = CONTAINING_RECORD(Link, IOP_PDO, Link);

        if (Other == Pdo || IopIsAbove(Other, Pdo) || IopIsAbove(Pdo, Other)) {
            continue;
        }
        Obstacle->Holder = Other;
        if (IopMeetsWindow(Other, Range, &Obstacle->Last)) {
            return TRUE;
        }
        Found = IopFindHeld(Other, Range);
    }
    if (Found != NULL) {
        Obstacle->Last = Found->Base + (Found->Length - 1);
    }
    return Found != NULL;
}

/* Value, or the next multiple of Alignment behind it; 0: that is beyond all addresses. */
static ULONG64
IopAlign(ULONG64 Value, ULONG64 Alignment)
{
    ULONG64 Over = Value % Alignment;
    ULONG64 Aligned = Over == 0 ? Value : Value - Over + Alignment;

    return Aligned < Value ? 0 : Aligned;
}

/* The lowest place for one demand. Address 0 is given to nobody: it says that a range
   has no place. */
static BOOLEAN
IopPlaceDemand(PIOP_PDO Pdo, const IOP_DEMAND *Demand, PIOP_BAR Range)
{
    IOP_OBSTACLE Obstacle;
    ULONG64 Base;

    *Range = Demand->Range;
    if (Range->Type == CmResourceTypeNull) {
        return TRUE;
    }
    Base = IopAlign(max(Demand->Minimum, 1), Demand->Alignment);
    while (Range->Length != 0 && Base >= Demand->Minimum && Base != 0 &&
           Base <= Demand->Maximum && Demand->Maximum - Base >= Range->Length - 1) {
        Range->Base = Base;
        if (!IopFindObstacle(Pdo, Range, &Obstacle)) {
            return TRUE;
        }
        Pdo->Proposed->Holder = Obstacle.Holder;
        if (Obstacle.Last == MAXULONG64) {
            break;
        }
        Base = IopAlign(Obstacle.Last + 1, Demand->Alignment);
    }
    Range->Length = 0;
    Range->Base = 0;
    return FALSE;
}

/* One member of the group: those preferred first, unless everything is placed anew, then
   in their order. */
static BOOLEAN
IopPlaceGroup(PIOP_PDO Pdo, const IOP_GROUP *Group, BOOLEAN Anew, PIOP_BAR Range)
{
    IOP_DEMAND Demand;

    for (ULONG Pass = 0; Pass < 2; Pass++) {
        UCHAR Wanted = (Pass == 0) == !Anew ? IO_RESOURCE_PREFERRED : 0;

        for (ULONG Index = 0; Index < Group->Count; Index++) {
            if ((Group->Members[Index].Option & IO_RESOURCE_PREFERRED) == Wanted &&
                IopReadDemand(&Group->Members[Index], &Demand) &&
                IopPlaceDemand(Pdo, &Demand, Range)) {
                return TRUE;
            }
        }
    }
    IopReadDemand(&Group->Members[Group->Count - 1], &Pdo->Proposed->Refused);
    return FALSE;
}

/* The group not yet placed that needs most: large ranges are aligned to their length, so
   that small ones find room between them, not the other way round. */
static ULONG
IopLargestGroup(const IOP_GROUP *Groups, ULONG Count, ULONG Placed)
{
    ULONG Largest = Count;

    for (ULONG Index = 0; Index < Count; Index++) {
        if ((Placed >> Index & 1) == 0 &&
            (Largest == Count || Groups[Index].Longest > Groups[Largest].Longest)) {
            Largest = Index;
        }
    }
    return Largest;
}

/* All groups of one alternative list. */
static BOOLEAN
IopPlaceList(PIOP_PDO Pdo, const IO_RESOURCE_LIST *List, ULONG Descriptors, BOOLEAN Anew)
{
    PIOP_ALLOCATION Proposed = Pdo->Proposed;
    IOP_GROUP Groups[IOP_MAXIMUM_RANGES + 1];
    ULONG Count = 0;
    ULONG Placed = 0;
    ULONG Next = 0;

    while (Count < RTL_NUMBER_OF(Groups) &&
           IopNextGroup(List, Descriptors, &Next, &Groups[Count])) {
        Count++;
    }
    RtlZeroMemory(Proposed->Ranges, sizeof(Proposed->Ranges));
    Proposed->Count = min(Count, IOP_MAXIMUM_RANGES);
    for (ULONG Turn = 0; Count <= IOP_MAXIMUM_RANGES && Turn < Count; Turn++) {
        ULONG Index = IopLargestGroup(Groups, Count, Placed);
        IOP_BAR Range;

        if (!IopPlaceGroup(Pdo, &Groups[Index], Anew, &Range)) {
            return FALSE;
        }
        Proposed->Ranges[Index] = Range;
        Placed |= 1U << Index;
    }
    return Count <= IOP_MAXIMUM_RANGES;
}

VOID
IopDropProposal(PIOP_PDO Pdo)
{
    if (Pdo->Proposed != NULL) {
        ExFreePoolWithTag(Pdo->Proposed, IOP_TAG_PNP);
        Pdo->Proposed = NULL;
    }
}

NTSTATUS
IopArbitrate(PIOP_PDO Pdo, const IO_RESOURCE_REQUIREMENTS_LIST *Requirements,
             BOOLEAN Anew)
{
    const IO_RESOURCE_LIST *List;
    ULONG Descriptors;

    IopDropProposal(Pdo);
    Pdo->Proposed = IopAllocate(sizeof(*Pdo->Proposed), IOP_TAG_PNP);
    if (Pdo->Proposed == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (Requirements == NULL || Requirements->AlternativeLists == 0) {
        return STATUS_SUCCESS; /* it needs nothing */
    }
    for (ULONG Number = 0;
         (List = IopFindAlternative(Requirements, Number, &Descriptors)) != NULL;
         Number++) {
        if (IopPlaceList(Pdo, List, Descriptors, Anew)) {
            IopReadInterruptRequest(List, Descriptors, &Pdo->Proposed->Interrupts);
            return STATUS_SUCCESS;
        }
    }
    return STATUS_CONFLICTING_ADDRESSES;
}

VOID
IopReportConflict(PIOP_PDO Pdo)
{
    const IOP_DEMAND *Refused = &Pdo->Proposed->Refused;
    PIOP_PDO Holder = Pdo->Proposed->Holder;

    if (Refused->Range.Length == 0) {
        DbgPrint("io: %s gets no resources: its requirements cannot be read\n",
                 IopPdoName(Pdo));
        return;
    }
    DbgPrint("io: %s gets no resources: 0x%I64X %s between 0x%I64X and 0x%I64X, %s%s\n",
             IopPdoName(Pdo), Refused->Range.Length,
             Refused->Range.Type == CmResourceTypePort ? "ports" : "bytes of memory",
             Refused->Minimum, Refused->Maximum,
             Holder == NULL ? "where none are" : "in the way is ",
             Holder == NULL ? "" : IopPdoName(Holder));
}
