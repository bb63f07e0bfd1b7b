/*
 * APCs and the level: what an inline write to CR8 lets in, with a DPC pending as well.
 */
#include "apc.h"

typedef struct _ORDERED_DPC {
    KDPC Dpc;
    volatile LONG Order;
    PPROBE Queues; /* an APC it queues itself, or NULL */
} ORDERED_DPC;

static VOID NTAPI
OrderedDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    ORDERED_DPC *Ordered = Context;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    Ordered->Order = InterlockedIncrement(&Order);
    if (Ordered->Queues != NULL) {
        Queue(Ordered->Queues);
    }
}

/* A DPC and an APC pending at DISPATCH_LEVEL. Returns the level before. */
static KIRQL
Prepare(ORDERED_DPC *Dpc, PPROBE Probe, BOOLEAN FromDpc)
{
    KIRQL Old = KfRaiseIrql(DISPATCH_LEVEL);

    Order = 0;
    Dpc->Order = 0;
    Dpc->Queues = FromDpc ? Probe : NULL;
    KeInitializeDpc(&Dpc->Dpc, OrderedDpc, Dpc);
    MakeSpecial(Probe, KeGetCurrentThread());
    if (!FromDpc) {
        Queue(Probe); /* first: it is the level that makes the order */
    }
    KeInsertQueueDpc(&Dpc->Dpc, NULL, NULL);
    return Old;
}

static VOID
TestSteps(VOID)
{
    LONG DpcThere, ApcThere, DpcAtApc, ApcAtApc, ApcAtPassive;
    ORDERED_DPC Dpc;
    PROBE Probe;
    KIRQL Old = Prepare(&Dpc, &Probe, FALSE);

    DpcThere = Dpc.Order;
    ApcThere = Probe.Kernel.Order;
    __writecr8(APC_LEVEL);
    DpcAtApc = Dpc.Order;
    ApcAtApc = Probe.Kernel.Order;
    __writecr8(Old);
    ApcAtPassive = Probe.Kernel.Order;
    ok(DpcThere == 0 && ApcThere == 0,
       "IRQL-10 at DISPATCH_LEVEL neither a DPC nor an APC comes");
    ok(DpcAtApc == 1 && ApcAtApc == 0,
       "IRQL-19 a mov to CR8 of 1 lets in the DPC and not the APC");
    ok(ApcAtPassive == 2, "IRQL-19 a mov to CR8 of 0 lets in the APC");
}

/* From each level at once to the lowest. */
static VOID
TestDrops(VOID)
{
    ULONG Wrong = 0;

    for (KIRQL Level = DISPATCH_LEVEL; Level <= HIGH_LEVEL; Level++) {
        ORDERED_DPC Dpc;
        PROBE Probe;
        LONG DpcOrder, ApcOrder;

        Prepare(&Dpc, &Probe, FALSE);
        __writecr8(Level);
        Wrong += Dpc.Order != 0 || Probe.Kernel.Order != 0;
        __writecr8(PASSIVE_LEVEL);
        DpcOrder = Dpc.Order;
        ApcOrder = Probe.Kernel.Order;
        Wrong += DpcOrder != 1 || ApcOrder != 2;
        Wrong += KeGetCurrentIrql() != PASSIVE_LEVEL;
    }
    ok_equal(Wrong, 0,
             "IRQL-7 IRQL-19 from each level an inline mov to CR8 fires both, the DPC "
             "first");
}

static VOID
TestFromDpc(VOID)
{
    ORDERED_DPC Dpc;
    PROBE Probe;
    LONG ApcOrder;
    KIRQL Old = Prepare(&Dpc, &Probe, TRUE);

    __writecr8(Old);
    ApcOrder = Probe.Kernel.Order;
    ok(Dpc.Order == 1 && ApcOrder == 2,
       "IRQL-19 an APC that a DPC queues to the thread it interrupted runs after it");
    ok_equal(Probe.Kernel.Irql, APC_LEVEL, "IRQL-11 at APC_LEVEL");
}

VOID
TestLevels(VOID)
{
    TestSteps();
    TestDrops();
    TestFromDpc();
}
