/*
 * Where in its queue a DPC goes, and how it gets out without running.
 */
#include "dpc.h"

/* Queues a DPC of each importance at DISPATCH_LEVEL, twice High, then lets them run. */
VOID
TestImportance(VOID)
{
    static const KDPC_IMPORTANCE Importances[] = {MediumImportance, LowImportance,
                                                  HighImportance, MediumHighImportance,
                                                  HighImportance};
    /* The second High overtakes the first, both overtake the rest, the rest keep order.
     */
    static const LONG Orders[] = {3, 4, 2, 5, 1};
    ULONG Wrong = 0;
    KIRQL Old;

    InitializeRecords();
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Importances); Index++) {
        KeSetImportanceDpc(&Records[Index].Dpc, Importances[Index]);
        KeInsertQueueDpc(&Records[Index].Dpc, NULL, NULL);
    }
    KeLowerIrql(Old);
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Importances); Index++) {
        Wrong += Records[Index].Order != Orders[Index];
    }
    ok_equal(Records[4].Order, 1, "DPC-16 the High DPC queued last runs first");
    ok_equal(Records[2].Order, 2, "DPC-16 the High one before it runs next");
    ok_equal(Wrong, 0, "DPC-16 Low, Medium and MediumHigh go to the tail");

    InitializeRecords();
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    KeInsertQueueDpc(&Records[0].Dpc, NULL, NULL);
    KeInsertQueueDpc(&Records[1].Dpc, NULL, NULL);
    KeSetImportanceDpc(&Records[1].Dpc, HighImportance);
    KeLowerIrql(Old);
    ok_equal(Records[1].Order, 2,
             "DPC-15 importance set after the insert changes nothing");
}

/* Removal from the head, the middle and the tail leaves the others in order. */
VOID
TestRemove(VOID)
{
    KIRQL Old;

    InitializeRecords();
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    for (ULONG Index = 0; Index < 6; Index++) {
        KeInsertQueueDpc(&Records[Index].Dpc, NULL, NULL);
    }
    ok(KeRemoveQueueDpc(&Records[0].Dpc) && KeRemoveQueueDpc(&Records[2].Dpc) &&
           KeRemoveQueueDpc(&Records[5].Dpc),
       "DPC-10 head, middle and tail can be removed");
    ok(KeRemoveQueueDpc(&Records[2].Dpc) == FALSE, "DPC-10 a removed DPC is not queued");
    ok(KeInsertQueueDpc(&Records[5].Dpc, NULL, NULL),
       "DPC-7 a removed DPC can be queued");
    KeLowerIrql(Old);
    ok(Records[0].Runs == 0 && Records[2].Runs == 0, "DPC-10 a removed DPC does not run");
    ok(Records[1].Order == 1 && Records[3].Order == 2 && Records[4].Order == 3 &&
           Records[5].Order == 4,
       "DPC-16 the others run in their order");

    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    KeInsertQueueDpc(&Records[0].Dpc, NULL, NULL);
    KeRemoveQueueDpc(&Records[0].Dpc);
    KeLowerIrql(Old);
    ok_equal(Records[0].Runs, 0, "DPC-10 the only DPC removed leaves nothing to run");
}
