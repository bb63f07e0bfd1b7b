/*
 * Rebalancing: a device that finds no place for what it requires makes others move.
 *
 * First the places are found, as if every driver agreed; only those whose devices would
 * move are asked then (IRP_MN_QUERY_STOP_DEVICE). One that refuses keeps what it has, and
 * places are sought again without it. When all agree the devices are stopped, and started
 * where their new places are; whoever agreed in vain is told (IRP_MN_CANCEL_STOP_DEVICE).
 */
#include "iop.h"
#include "iopnp.h"

#include <cfg.h>

#define IOP_MAXIMUM_MEMBERS 16

typedef struct _IOP_MEMBER {
    PIOP_PDO Pdo;
    PIO_RESOURCE_REQUIREMENTS_LIST Requirements; /* the first one's are the caller's */
    BOOLEAN Agreed;
    BOOLEAN Kept; /* its driver refused: it is no member any more */
} IOP_MEMBER, *PIOP_MEMBER;

/* The first member is the device that needs resources. */
typedef struct _IOP_REBALANCE {
    ULONG Count;
    IOP_MEMBER Members[IOP_MAXIMUM_MEMBERS];
} IOP_REBALANCE, *PIOP_REBALANCE;

/* ---- who could make room
 * ------------------------------------------------------------------ */

/* Whether Other could help. A device whose ranges others live in stays where it is. */
static BOOLEAN
IopIsInTheWay(PIOP_PDO Other, const IO_RESOURCE_REQUIREMENTS_LIST *Requirements)
{
    if (Other->State != IopPdoStarted || Other->Gone || Other->Held == NULL ||
        IopHasChildren(Other) || Other->HeaderType == PCI_BRIDGE_TYPE) {
        return FALSE;
    }
    for (ULONG Index = 0; Index < Other->Held->Count; Index++) {
        if (IopDemandsReach(Requirements, &Other->Held->Ranges[Index])) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Adds every started device that is in the way and says what else it could live with. */
static VOID
IopCollectMembers(PIOP_REBALANCE Set)
{
    const IOP_MEMBER *First = &Set->Members[0];

    for (PLIST_ENTRY Link = IopPdos.Flink;
         First->Requirements != NULL && Link != &IopPdos &&
         Set->Count < IOP_MAXIMUM_MEMBERS;
         Link = Link->Flink) {
        PIOP_PDO Other = CONTAINING_RECORD(Link, IOP_PDO, Link);
        PIOP_MEMBER Member = &Set->Members[Set->Count];

        if (Other != First->Pdo && IopIsInTheWay(Other, First->Requirements) &&
            NT_SUCCESS(IopQueryRequirements(Other, &Member->Requirements)) &&
            Member->Requirements != NULL) {
            Member->Pdo = Other;
            Set->Count++;
        }
    }
}

/* ---- where everybody could be
 * ------------------------------------------------------------- */

/* How places are sought, from what moves least to what packs best. */
typedef enum _IOP_MANNER {
    IopPlaceFirst, /* the first one, and whoever that displaces */
    IopPlaceAll, /* all, the first one first and the others where they are if they can */
    IopPlaceAnew /* all, the largest first and nobody where it is */
} IOP_MANNER;

/* The member not yet placed that needs most, or that comes next. */
static PIOP_MEMBER
IopNextMember(PIOP_REBALANCE Set, IOP_MANNER Manner)
{
    PIOP_MEMBER Next = NULL;
    ULONG64 Most = 0;

    for (ULONG Index = 0; Index < Set->Count; Index++) {
        PIOP_MEMBER Member = &Set->Members[Index];
        ULONG64 Longest;

        if (!Member->Pdo->Moving || Member->Pdo->Proposed != NULL) {
            continue;
        }
        if (Manner != IopPlaceAnew) {
            return Member;
        }
        Longest = IopLongestDemand(Member->Requirements);
        if (Next == NULL || Longest > Most) {
            Next = Member;
            Most = Longest;
        }
    }
    return Next;
}

/* Whether something that Pdo holds is where First is to be. */
static BOOLEAN
IopIsDisplaced(PIOP_PDO Pdo, PIOP_PDO First)
{
    for (ULONG Index = 0; Index < Pdo->Held->Count; Index++) {
        if (IopFindMeeting(First->Proposed->Ranges, First->Proposed->Count,
                           &Pdo->Held->Ranges[Index]) != NULL) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Forgets all proposals; who is Moving holds nothing while places are sought. */
static VOID
IopBeginPlacing(PIOP_REBALANCE Set)
{
    for (ULONG Index = 0; Index < Set->Count; Index++) {
        IopDropProposal(Set->Members[Index].Pdo);
        Set->Members[Index].Pdo->Moving = !Set->Members[Index].Kept;
    }
}

static NTSTATUS
IopPlaceMembers(PIOP_REBALANCE Set, IOP_MANNER Manner)
{
    const IOP_MEMBER *First = &Set->Members[0];
    NTSTATUS Status = STATUS_SUCCESS;
    PIOP_MEMBER Member;

    IopBeginPlacing(Set);
    if (Manner == IopPlaceFirst) {
        Status = IopArbitrate(First->Pdo, First->Requirements, FALSE);
        for (ULONG Index = 1; NT_SUCCESS(Status) && Index < Set->Count; Index++) {
            Set->Members[Index].Pdo->Moving &=
                IopIsDisplaced(Set->Members[Index].Pdo, First->Pdo);
        }
    }
    while (NT_SUCCESS(Status) && (Member = IopNextMember(Set, Manner)) != NULL) {
        Status = IopArbitrate(Member->Pdo, Member->Requirements, Manner == IopPlaceAnew);
    }
    return Status;
}

/* Whether the member would have other ranges than it has. */
static BOOLEAN
IopMoves(const IOP_MEMBER *Member)
{
    const IOP_ALLOCATION *Held = Member->Pdo->Held;
    const IOP_ALLOCATION *Proposed = Member->Pdo->Proposed;

    if (Member->Kept || Held == NULL || Proposed == NULL) {
        return FALSE;
    }
    for (ULONG Index = 0; Index < Proposed->Count; Index++) {
        if (Index >= Held->Count ||
            Held->Ranges[Index].Base != Proposed->Ranges[Index].Base ||
            Held->Ranges[Index].Length != Proposed->Ranges[Index].Length) {
            return TRUE;
        }
    }
    return Held->Count != Proposed->Count;
}

/* ---- asking
 * ------------------------------------------------------------------------------- */

static VOID
IopTellStop(PIOP_PDO Pdo, UCHAR MinorFunction)
{
    IO_STACK_LOCATION Location = {0};

    IopSendPnp(Pdo, MinorFunction, &Location, NULL);
}

/* Whether this member has to be stopped: the first one only when it runs, and then in any
   case, because its driver has asked for it. */
static BOOLEAN
IopHasToStop(PIOP_REBALANCE Set, PIOP_MEMBER Member)
{
    return Member == &Set->Members[0] ? Member->Pdo->State == IopPdoStarted
                                      : IopMoves(Member);
}

static BOOLEAN
IopAskMember(PIOP_MEMBER Member)
{
    IO_STACK_LOCATION Location = {0};
    NTSTATUS Status = STATUS_SUCCESS;

    if (!Member->Agreed) {
        Status = IopSendPnp(Member->Pdo, IRP_MN_QUERY_STOP_DEVICE, &Location, NULL);
        Member->Agreed = NT_SUCCESS(Status);
    }
    if (!Member->Agreed) {
        DbgPrint("io: %s keeps its resources: its stop is refused with status 0x%08X\n",
                 IopPdoName(Member->Pdo), Status);
        IopTellStop(Member->Pdo, IRP_MN_CANCEL_STOP_DEVICE);
        Member->Kept = TRUE;
    }
    return Member->Agreed;
}

/* Asks everybody who has to stop; FALSE: one refused, and places have to be sought anew. */
static BOOLEAN
IopAskMembers(PIOP_REBALANCE Set)
{
    for (ULONG Index = 0; Index < Set->Count; Index++) {
        PIOP_MEMBER Member = &Set->Members[Index];

        if (!Member->Kept && IopHasToStop(Set, Member) && !IopAskMember(Member)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Finds places that everybody concerned agrees to. A device that does not agree to its
   own stop gets nothing. Ends: with each turn there is a member less. */
static NTSTATUS
IopNegotiate(PIOP_REBALANCE Set)
{
    NTSTATUS Status;

    do {
        if (Set->Members[0].Kept) {
            return STATUS_PLUGPLAY_QUERY_VETOED;
        }
        Status = IopPlaceMembers(Set, IopPlaceFirst);
        if (Status == STATUS_CONFLICTING_ADDRESSES) {
            Status = IopPlaceMembers(Set, IopPlaceAll);
        }
        if (Status == STATUS_CONFLICTING_ADDRESSES) {
            Status = IopPlaceMembers(Set, IopPlaceAnew);
        }
    } while (NT_SUCCESS(Status) && !IopAskMembers(Set));
    return Status;
}

/* ---- moving
 * ------------------------------------------------------------------------------- */

/* A device that does not come back is as one that failed. */
static VOID
IopRestartMember(PIOP_PDO Pdo)
{
    NTSTATUS Status = IopAssignResources(Pdo);

    if (NT_SUCCESS(Status)) {
        Status = IopSendStart(Pdo);
    }
    if (NT_SUCCESS(Status)) {
        DbgPrint("io: %s runs again with other resources\n", IopPdoName(Pdo));
        if (IopCheckStarted(Pdo)) {
            IopEnumerateChildren(Pdo);
        }
        return;
    }
    DbgPrint("io: %s does not start with other resources: status 0x%08X, problem %u\n",
             IopPdoName(Pdo), Status, CM_PROB_FAILED_START);
    Pdo->Problem = CM_PROB_FAILED_START;
    IopSurpriseRemoveDevice(Pdo);
}

/* Stops whoever has to move, all before the first starts: one may get another's place. */
static VOID
IopStopMembers(PIOP_REBALANCE Set)
{
    for (ULONG Index = 0; Index < Set->Count; Index++) {
        PIOP_MEMBER Member = &Set->Members[Index];

        if (!Member->Kept && IopHasToStop(Set, Member)) {
            IopTellStop(Member->Pdo, IRP_MN_STOP_DEVICE);
            IopReleaseResources(Member->Pdo);
        } else if (Member->Agreed) {
            IopTellStop(Member->Pdo, IRP_MN_CANCEL_STOP_DEVICE);
        }
    }
}

/* Ends a rebalance. Who was stopped holds nothing and starts; of the others the first
   keeps its proposal, for the caller. */
static VOID
IopStartMembers(PIOP_REBALANCE Set)
{
    for (ULONG Index = 0; Index < Set->Count; Index++) {
        PIOP_PDO Pdo = Set->Members[Index].Pdo;

        Pdo->Moving = FALSE;
        if (Pdo->State == IopPdoStarted && Pdo->Held == NULL && Pdo->Proposed != NULL) {
            IopRestartMember(Pdo);
        } else if (Index != 0) {
            IopDropProposal(Pdo);
        }
    }
}

static VOID
IopCancelMembers(PIOP_REBALANCE Set)
{
    for (ULONG Index = 0; Index < Set->Count; Index++) {
        PIOP_MEMBER Member = &Set->Members[Index];

        if (Member->Agreed) {
            IopTellStop(Member->Pdo, IRP_MN_CANCEL_STOP_DEVICE);
        }
        Member->Pdo->Moving = FALSE;
        if (Index != 0) {
            IopDropProposal(Member->Pdo);
        }
    }
}

NTSTATUS
IopRebalance(PIOP_PDO Pdo, const IO_RESOURCE_REQUIREMENTS_LIST *Requirements)
{
    PIOP_REBALANCE Set = IopAllocate(sizeof(*Set), IOP_TAG_PNP);
    NTSTATUS Status;

    if (Set == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Set->Count = 1;
    Set->Members[0].Pdo = Pdo;
    Set->Members[0].Requirements = (PIO_RESOURCE_REQUIREMENTS_LIST)Requirements;
    IopCollectMembers(Set);
    Status = IopNegotiate(Set);
    if (NT_SUCCESS(Status)) {
        IopStopMembers(Set);
        IopStartMembers(Set);
    } else {
        IopCancelMembers(Set);
    }
    if (Status == STATUS_CONFLICTING_ADDRESSES) {
        IopArbitrate(Pdo, Requirements, FALSE); /* for what it is refused, and by whom */
    }
    for (ULONG Index = 1; Index < Set->Count; Index++) {
        ExFreePool(Set->Members[Index].Requirements);
    }
    ExFreePoolWithTag(Set, IOP_TAG_PNP);
    return Status;
}

VOID
IopReconfigureDevice(PIOP_PDO Pdo)
{
    PIO_RESOURCE_REQUIREMENTS_LIST List;
    NTSTATUS Status = IopQueryRequirements(Pdo, &List);

    if (NT_SUCCESS(Status)) {
        Status = IopRebalance(Pdo, List);
    }
    if (Status == STATUS_CONFLICTING_ADDRESSES) {
        IopReportConflict(Pdo);
    }
    if (!NT_SUCCESS(Status)) {
        DbgPrint("io: %s keeps the resources it has: status 0x%08X\n", IopPdoName(Pdo),
                 Status);
        IopDropProposal(Pdo);
    }
    if (List != NULL) {
        ExFreePool(List);
    }
}
