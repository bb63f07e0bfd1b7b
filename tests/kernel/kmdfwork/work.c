/*
 * Callbacks that a driver queues: at DISPATCH_LEVEL, after a time, at PASSIVE_LEVEL.
 */
#include "kmdfwork.h"

static volatile LONG Runs;
static LONG Irql;
static WDFWORKITEM DeletesItself;

static VOID
Note(VOID)
{
    Irql = KeGetCurrentIrql();
    InterlockedIncrement(&Runs);
}

static VOID NTAPI
Dpc(WDFDPC Object)
{
    UNREFERENCED_PARAMETER(Object);
    Note();
}

static VOID NTAPI
Timer(WDFTIMER Object)
{
    UNREFERENCED_PARAMETER(Object);
    Note();
}

static VOID NTAPI
Item(WDFWORKITEM Object)
{
    if (Object == DeletesItself) {
        WdfObjectDelete(Object);
    }
    KtapSleep(10);
    Note();
}

VOID
TestDpc(VOID)
{
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDF_DPC_CONFIG Config;
    BOOLEAN First, Second;
    KIRQL OldIrql;
    WDFDPC Object;

    Runs = 0;
    WDF_DPC_CONFIG_INIT(&Config, Dpc);
    ok_status(WdfDpcCreate(&Config, WDF_NO_OBJECT_ATTRIBUTES, &Object),
              STATUS_WDF_PARENT_NOT_SPECIFIED, "WDF-24 a parent is mandatory");
    ok_status(WdfDpcCreate(&Config, Under(&Attributes, WdfGetDriver()), &Object),
              STATUS_INVALID_DEVICE_REQUEST, "WDF-24 and belongs to a device");
    ok_status(WdfDpcCreate(&Config, Under(&Attributes, Device), &Object), STATUS_SUCCESS,
              "WDF-24 WdfDpcCreate");
    OldIrql = KeRaiseIrqlToDpcLevel();
    First = WdfDpcEnqueue(Object);
    Second = WdfDpcEnqueue(Object);
    KeLowerIrql(OldIrql);
    ok(First && !Second, "WDF-24 queued, and queued already");
    ok(KtapAwait(&Runs, 1), "WDF-24 it runs once");
    ok_equal(Irql, DISPATCH_LEVEL, "WDF-9 EvtDpcFunc");
    OldIrql = KeRaiseIrqlToDpcLevel();
    WdfDpcEnqueue(Object);
    First = WdfDpcCancel(Object, FALSE);
    KeLowerIrql(OldIrql);
    ok(First && !WdfDpcCancel(Object, TRUE), "WDF-24 WdfDpcCancel: once");
    ok_equal(Runs, 1, "WDF-24 and it does not run");
    ok(WdfDpcGetParentObject(Object) == Device, "WDF-24 WdfDpcGetParentObject");
    ok(WdfDpcWdmGetDpc(Object) != NULL, "WDF-24 WdfDpcWdmGetDpc");
    WdfObjectDelete(Object);
}

static VOID
TestPassiveTimer(VOID)
{
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDF_TIMER_CONFIG Config;
    WDFTIMER Object;

    WDF_TIMER_CONFIG_INIT_PERIODIC(&Config, Timer, 10);
    Under(&Attributes, Device)->ExecutionLevel = WdfExecutionLevelPassive;
    ok_status(WdfTimerCreate(&Config, &Attributes, &Object), STATUS_NOT_SUPPORTED,
              "WdfTimerCreate: no periodic timer at passive level");
    Config.Period = 0;
    ok_status(WdfTimerCreate(&Config, &Attributes, &Object), STATUS_SUCCESS,
              "WdfTimerCreate: at passive level");
    Runs = 0;
    WdfTimerStart(Object, WDF_REL_TIMEOUT_IN_MS(5));
    ok(KtapAwait(&Runs, 1), "WdfTimerStart: it expires");
    ok_equal(Irql, PASSIVE_LEVEL, "WdfTimerCreate: and runs at PASSIVE_LEVEL");
    WdfObjectDelete(Object);
}

VOID
TestTimer(VOID)
{
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDF_TIMER_CONFIG Config;
    WDFTIMER Object;
    LONG Seen;

    Runs = 0;
    WDF_TIMER_CONFIG_INIT(&Config, Timer);
    ok_status(WdfTimerCreate(&Config, WDF_NO_OBJECT_ATTRIBUTES, &Object),
              STATUS_WDF_PARENT_NOT_SPECIFIED, "WdfTimerCreate: a parent is mandatory");
    Config.Size = 5;
    ok_status(WdfTimerCreate(&Config, Under(&Attributes, Device), &Object),
              STATUS_INFO_LENGTH_MISMATCH, "WdfTimerCreate: a wrong Size");
    WDF_TIMER_CONFIG_INIT_PERIODIC(&Config, Timer, 10);
    ok_status(WdfTimerCreate(&Config, Under(&Attributes, Device), &Object),
              STATUS_SUCCESS, "WdfTimerCreate: periodic");
    ok(!WdfTimerStart(Object, WDF_REL_TIMEOUT_IN_SEC(100)),
       "WdfTimerStart: it was not set");
    ok(WdfTimerStart(Object, WDF_REL_TIMEOUT_IN_MS(5)), "WdfTimerStart: now it was");
    for (ULONG Turn = 0; Turn < 1000 && Runs < 3; Turn++) {
        KtapSleep(5);
    }
    ok(Runs >= 3, "WDF_TIMER_CONFIG: again and again");
    ok_equal(Irql, DISPATCH_LEVEL, "EvtTimerFunc: at DISPATCH_LEVEL");
    ok(WdfTimerStop(Object, TRUE), "WdfTimerStop: it was set");
    Seen = Runs;
    KtapSleep(60);
    ok_equal(Runs, Seen, "WdfTimerStop: and is not any more");
    ok(WdfTimerGetParentObject(Object) == Device, "WdfTimerGetParentObject");
    WdfObjectDelete(Object);
    TestPassiveTimer();
}

VOID
TestWorkItem(VOID)
{
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDF_WORKITEM_CONFIG Config;
    WDFWORKITEM Object;

    Runs = 0;
    WDF_WORKITEM_CONFIG_INIT(&Config, Item);
    ok_status(WdfWorkItemCreate(&Config, WDF_NO_OBJECT_ATTRIBUTES, &Object),
              STATUS_WDF_PARENT_NOT_SPECIFIED, "WDF-25 a parent is mandatory");
    ok_status(WdfWorkItemCreate(&Config, Under(&Attributes, Device), &Object),
              STATUS_SUCCESS, "WDF-25 WdfWorkItemCreate");
    WdfWorkItemEnqueue(Object);
    WdfWorkItemFlush(Object);
    ok_equal(Runs, 1, "WDF-25 WdfWorkItemFlush waits for it");
    ok_equal(Irql, PASSIVE_LEVEL, "WDF-9 EvtWorkItem");
    ok(WdfWorkItemGetParentObject(Object) == Device, "WDF-25 WdfWorkItemGetParentObject");
    WdfWorkItemEnqueue(Object);
    WdfObjectDelete(Object);
    ok_equal(Runs, 2, "WDF-26 deletion waits for a queued one");
    WdfWorkItemCreate(&Config, Under(&Attributes, Device), &DeletesItself);
    WdfWorkItemEnqueue(DeletesItself);
    ok(KtapAwait(&Runs, 3), "WDF-26 from its own callback it returns at once");
}
