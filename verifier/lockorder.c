/*
 * Lock order: a graph of every spin lock that was taken, with an edge from A to B for "B was
 * taken while A was held". A cycle is a deadlock that has not happened yet: it is enough that
 * both orders were seen once, on whatever processors, however far apart.
 *
 * Guarded by VfGraphLock, the innermost of all locks, with interrupts off: ISRs come here too.
 * When the tables are full nothing new is learned, and the report says so.
 */
#include "vf.h"

#include <internal/ex.h>

#define VF_MAXIMUM_LOCKS 2048
#define VF_MAXIMUM_EDGES 8192
#define VF_BUCKETS       512
#define VF_TAG           0x69726556 /* "Veri" */
#define VF_STACK_REACH   0x6000     /* a lock so near to RSP is on a stack */

typedef struct _VF_LOCK {
    struct _VF_LOCK *NextInBucket; /* or in the list of the free */
    PVOID Address;
    VF_FAMILY Family;
    LONG Owner; /* processor + 1; 0: nobody, or readers */
    PVOID Thread;
    struct _VF_EDGE *Edges; /* locks taken while this one was held */
    ULONG64 Visit;          /* the search that has been here */
    struct _VF_LOCK *NextToVisit;
    struct _VF_LOCK *From; /* the one it was reached from */
    struct _VF_EDGE *By;
} VF_LOCK;

typedef struct _VF_EDGE {
    struct _VF_EDGE *Next; /* of the same lock, or of the free */
    VF_LOCK *To;
    ULONG_PTR HeldAt;  /* where the one was taken */
    ULONG_PTR TakenAt; /* where the other was */
} VF_EDGE;

static volatile LONG VfGraphLock;
static VF_LOCK *VfBuckets[VF_BUCKETS];
static VF_LOCK *VfFreeLocks;
static VF_EDGE *VfFreeEdges;
static ULONG64 VfVisit;

static BOOLEAN
VfEnterGraph(VOID)
{
    BOOLEAN Enabled = ArchDisableInterrupts();

    while (InterlockedExchange(&VfGraphLock, 1) != 0) {
        ArchPause();
    }
    return Enabled;
}

static VOID
VfLeaveGraph(BOOLEAN Enabled)
{
    InterlockedExchange(&VfGraphLock, 0);
    ArchRestoreInterrupts(Enabled);
}

BOOLEAN
VfInitializeLockOrder(VOID)
{
    VF_LOCK *Locks =
        ExAllocatePoolWithTag(NonPagedPoolNx, VF_MAXIMUM_LOCKS * sizeof(*Locks), VF_TAG);
    VF_EDGE *Edges =
        ExAllocatePoolWithTag(NonPagedPoolNx, VF_MAXIMUM_EDGES * sizeof(*Edges), VF_TAG);

    if (Locks == NULL || Edges == NULL) {
        return FALSE;
    }
    for (ULONG Index = 0; Index < VF_MAXIMUM_LOCKS; Index++) {
        Locks[Index].NextInBucket = VfFreeLocks;
        VfFreeLocks = &Locks[Index];
    }
    for (ULONG Index = 0; Index < VF_MAXIMUM_EDGES; Index++) {
        Edges[Index].Next = VfFreeEdges;
        VfFreeEdges = &Edges[Index];
    }
    ExSetAllocateObserver(VfForgetLocks); /* whatever lay there before */
    return TRUE;
}

static VF_LOCK **
VfBucket(PVOID Address)
{
    return &VfBuckets[((ULONG_PTR)Address >> 3) * 0x9E3779B97F4A7C15ULL >> 55];
}

static VF_LOCK *
VfFindLock(PVOID Address)
{
    VF_LOCK *Lock = *VfBucket(Address);

    while (Lock != NULL && Lock->Address != Address) {
        Lock = Lock->NextInBucket;
    }
    return Lock;
}

/* On somebody's stack, it is another lock the next time. */
static BOOLEAN
VfIsOnStack(PVOID Address)
{
    ULONG_PTR Distance = (ULONG_PTR)Address - (ULONG_PTR)__builtin_frame_address(0);

    return Distance < VF_STACK_REACH;
}

/* The lock's node, made if need be; NULL: no room, or on a stack. */
static VF_LOCK *
VfFindOrAddLock(PVOID Address, VF_FAMILY Family)
{
    VF_LOCK *Lock = VfFindLock(Address);

    if (Lock != NULL || VfFreeLocks == NULL || VfIsOnStack(Address)) {
        return Lock;
    }
    Lock = VfFreeLocks;
    VfFreeLocks = Lock->NextInBucket;
    memset(Lock, 0, sizeof(*Lock));
    Lock->Address = Address;
    Lock->Family = Family;
    Lock->NextInBucket = *VfBucket(Address);
    *VfBucket(Address) = Lock;
    return Lock;
}

static VF_EDGE *
VfFindEdge(VF_LOCK *From, VF_LOCK *To)
{
    VF_EDGE *Edge = From->Edges;

    while (Edge != NULL && Edge->To != To) {
        Edge = Edge->Next;
    }
    return Edge;
}

/* A way from one lock to another along the edges: To->From leads back. */
static BOOLEAN
VfFindWay(VF_LOCK *From, VF_LOCK *To)
{
    VF_LOCK *Last = From;

    From->Visit = ++VfVisit;
    From->NextToVisit = NULL;
    for (VF_LOCK *Lock = From; Lock != NULL; Lock = Lock->NextToVisit) {
        for (VF_EDGE *Edge = Lock->Edges; Edge != NULL; Edge = Edge->Next) {
            if (Edge->To->Visit == VfVisit) {
                continue;
            }
            Edge->To->Visit = VfVisit;
            Edge->To->From = Lock;
            Edge->To->By = Edge;
            Edge->To->NextToVisit = NULL;
            if (Edge->To == To) {
                return TRUE;
            }
            Last->NextToVisit = Edge->To;
            Last = Edge->To;
        }
    }
    return FALSE;
}

/* Lock is taken while Held is, and there is a way from Lock to Held. Does not return. */
static VOID
VfReportCycle(VF_LOCK *Lock, ULONG_PTR Where, const VF_HELD *Held, VF_LOCK *HeldLock)
{
    VF_EDGE *Edge = HeldLock->By; /* the last step of that way */
    CHAR HeldAt[100], TakenAt[100], WasHeldAt[100], WasTakenAt[100];

    KeDescribeAddress(Held->Where, HeldAt, sizeof(HeldAt));
    KeDescribeAddress(Where, TakenAt, sizeof(TakenAt));
    KeDescribeAddress(Edge->HeldAt, WasHeldAt, sizeof(WasHeldAt));
    KeDescribeAddress(Edge->TakenAt, WasTakenAt, sizeof(WasTakenAt));
    VfStop(VF_DEADLOCK, (ULONG_PTR)Lock->Address, (ULONG_PTR)HeldLock->Address, 0,
           "deadlock: spin lock %p is taken at %s\n"
           "***     while %p is held, taken at %s;\n"
           "***     before, %p was taken at %s\n"
           "***     while %p was held, taken at %s",
           Lock->Address, TakenAt, HeldLock->Address, HeldAt, HeldLock->Address,
           WasTakenAt, HeldLock->From->Address, WasHeldAt);
}

/* Learns one pair. */
static VOID
VfAddOrder(const VF_HELD *Held, VF_LOCK *Lock, ULONG_PTR Where)
{
    VF_LOCK *HeldLock = VfFindLock(Held->Lock);
    VF_EDGE *Edge;

    if (HeldLock == NULL || HeldLock == Lock || VfFindEdge(HeldLock, Lock) != NULL) {
        return;
    }
    if (VfFindWay(Lock, HeldLock)) {
        VfReportCycle(Lock, Where, Held, HeldLock);
    }
    Edge = VfFreeEdges;
    if (Edge != NULL) {
        VfFreeEdges = Edge->Next;
        *Edge = (VF_EDGE){HeldLock->Edges, Lock, Held->Where, Where};
        HeldLock->Edges = Edge;
    }
}

static const CHAR *
VfNameOfFamily(VF_FAMILY Family)
{
    return (Family == VfOrdinary) ? "ordinary"
           : (Family == VfQueued) ? "queued"
                                  : "reader/writer";
}

VOID
VfCheckOrder(PVOID Address, VF_HOW How, ULONG_PTR Where, const VF_HELD *Held, ULONG Count)
{
    VF_FAMILY Family = VfFamily(How);
    BOOLEAN Enabled = VfEnterGraph();
    VF_LOCK *Lock = VfFindOrAddLock(Address, Family);

    if (Lock != NULL && Lock->Family != Family) {
        VfStopRule((Family == VfQueued) ? VF_RULE_QUEUED_SPIN_LOCK : VF_RULE_SPIN_LOCK,
                   "%s: spin lock %p is taken as %s lock; it has been used as %s one",
                   (Family == VfQueued) ? "QueuedSpinLock" : "SpinLock", Address,
                   VfNameOfFamily(Family), VfNameOfFamily(Lock->Family));
    }
    /* A try does not wait, so no order is broken by it. */
    for (ULONG Index = 0; Lock != NULL && How != VfTry && Index < Count; Index++) {
        VfAddOrder(&Held[Index], Lock, Where);
    }
    VfLeaveGraph(Enabled);
}

VOID
VfSetOwner(PVOID Address, VF_HOW How)
{
    BOOLEAN Enabled = VfEnterGraph();
    VF_LOCK *Lock = VfFindLock(Address);

    if (Lock != NULL && How != VfShared && How != VfSharedAtDpc) {
        Lock->Owner = (LONG)KeGetCurrentPrcb()->Number + 1;
        Lock->Thread = KeGetCurrentThread();
    }
    VfLeaveGraph(Enabled);
}

VOID
VfClearOwner(PVOID Address)
{
    BOOLEAN Enabled = VfEnterGraph();
    VF_LOCK *Lock = VfFindLock(Address);

    if (Lock != NULL) {
        Lock->Owner = 0;
    }
    VfLeaveGraph(Enabled);
}

BOOLEAN
VfQueryOwner(PVOID Address, ULONG *Processor, PVOID *Thread)
{
    BOOLEAN Enabled = VfEnterGraph();
    VF_LOCK *Lock = VfFindLock(Address);
    BOOLEAN Owned = Lock != NULL && Lock->Owner != 0;

    if (Owned) {
        *Processor = (ULONG)Lock->Owner - 1;
        *Thread = Lock->Thread;
    }
    VfLeaveGraph(Enabled);
    return Owned;
}

/* Frees the edges of one lock, or those that lead to To. */
static VOID
VfFreeSomeEdges(VF_LOCK *Lock, const VF_LOCK *To)
{
    VF_EDGE **Link = &Lock->Edges;

    while (*Link != NULL) {
        VF_EDGE *Edge = *Link;

        if (To != NULL && Edge->To != To) {
            Link = &Edge->Next;
            continue;
        }
        *Link = Edge->Next;
        Edge->Next = VfFreeEdges;
        VfFreeEdges = Edge;
    }
}

static VOID
VfForgetLock(VF_LOCK *Lock)
{
    for (ULONG Index = 0; Index < VF_BUCKETS; Index++) {
        for (VF_LOCK *Other = VfBuckets[Index]; Other != NULL;
             Other = Other->NextInBucket) {
            VfFreeSomeEdges(Other, Lock);
        }
    }
    VfFreeSomeEdges(Lock, NULL);
}

VOID
VfForgetLocks(PVOID Base, SIZE_T Size)
{
    BOOLEAN Enabled = VfEnterGraph();

    for (ULONG Index = 0; Index < VF_BUCKETS; Index++) {
        VF_LOCK **Link = &VfBuckets[Index];

        while (*Link != NULL) {
            VF_LOCK *Lock = *Link;

            if ((ULONG_PTR)Lock->Address - (ULONG_PTR)Base >= Size) {
                Link = &Lock->NextInBucket;
                continue;
            }
            VfForgetLock(Lock);
            *Link = Lock->NextInBucket;
            Lock->NextInBucket = VfFreeLocks;
            VfFreeLocks = Lock;
        }
    }
    VfLeaveGraph(Enabled);
}
