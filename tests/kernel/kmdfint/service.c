/*
 * The interrupt at work: ISR, DPC or work item, locks, enable and disable.
 */
#include "kmdfint.h"

NTSTATUS
NTAPI
Enable(WDFINTERRUPT Interrupt, WDFDEVICE Device)
{
    Diary('e');
    Unit.EnableIrql = KeGetCurrentIrql();
    if (Interrupt != Unit.Interrupt || Device != Unit.Device) {
        return STATUS_UNSUCCESSFUL;
    }
    return STATUS_SUCCESS;
}

NTSTATUS
NTAPI
Disable(WDFINTERRUPT Interrupt, WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(Device);
    Diary('d');
    EduWrite(EDU_ACKNOWLEDGE, MAXULONG);
    return STATUS_SUCCESS;
}

static BOOLEAN
Queue(WDFINTERRUPT Interrupt)
{
    return Unit.UsesWorkItem ? WdfInterruptQueueWorkItemForIsr(Interrupt)
                             : WdfInterruptQueueDpcForIsr(Interrupt);
}

BOOLEAN
NTAPI
Isr(WDFINTERRUPT Interrupt, ULONG MessageId)
{
    if (EduRead(EDU_CAUSES) == 0) {
        return FALSE;
    }
    EduWrite(EDU_ACKNOWLEDGE, MAXULONG);
    Unit.IsrIrql = KeGetCurrentIrql();
    Unit.IsrMessage = (LONG)MessageId;
    Unit.IsrProcessor = (LONG)KeGetCurrentProcessorNumberEx(NULL);
    Unit.Queued = Queue(Interrupt);
    if (!Unit.Passive) {
        Unit.QueuedAgain = Queue(Interrupt); /* nothing of this processor has run since */
    }
    InterlockedIncrement(&Unit.Isrs);
    return TRUE;
}

VOID NTAPI
Dpc(WDFINTERRUPT Interrupt, WDFOBJECT Object)
{
    UNREFERENCED_PARAMETER(Interrupt);
    if (InterlockedIncrement(&Unit.InDpc) > 1) {
        Unit.Overlap = TRUE;
    }
    Unit.DpcIrql = KeGetCurrentIrql();
    Unit.DpcProcessor = (LONG)KeGetCurrentProcessorNumberEx(NULL);
    Unit.DpcObject = Object == Unit.Device;
    InterlockedDecrement(&Unit.InDpc);
    InterlockedIncrement(&Unit.Dpcs);
}

VOID NTAPI
Item(WDFINTERRUPT Interrupt, WDFOBJECT Object)
{
    UNREFERENCED_PARAMETER(Interrupt);
    Unit.ItemIrql = KeGetCurrentIrql();
    Unit.DpcObject = Object == Unit.Device;
    InterlockedIncrement(&Unit.Items);
}

VOID
TestState(VOID)
{
    WDF_INTERRUPT_INFO Info;

    ok(Unit.Info.Vector != 0, "WDF-19 WdfInterruptGetInfo: a vector was assigned");
    ok_equal(Unit.Info.Irql, Unit.Passive ? PASSIVE_LEVEL : Unit.Info.Vector >> 4,
             "WDF-19 and its level: the vector's, PASSIVE_LEVEL for a passive-level one");
    ok_equal(Unit.EnableIrql, Unit.Info.Irql, "WDF-9 EvtInterruptEnable is at DIRQL");
    ok_equal(Unit.Info.Mode, Unit.Info.MessageSignaled ? Latched : LevelSensitive,
             "WDF-19 a message is latched, this line is not");
    ok(WdfInterruptWdmGetInterrupt(Unit.Interrupt) != NULL,
       "WDF-19 WDM's object is there between enable and disable");
    if (Unit.Spare != NULL) {
        WDF_INTERRUPT_INFO_INIT(&Info);
        WdfInterruptGetInfo(Unit.Spare, &Info);
        ok_equal(Info.Vector, 0, "WDF-4 WDF-22 an object without an interrupt");
        ok(WdfInterruptWdmGetInterrupt(Unit.Spare) == NULL,
           "WDF-22 is skipped with success");
    }
}

/* Raises the line and waits for what follows the ISR. */
static BOOLEAN
Raise(VOID)
{
    volatile LONG *Counter = Unit.UsesWorkItem ? &Unit.Items : &Unit.Dpcs;
    LONG Before = *Counter;
    LONG Isrs = Unit.Isrs;

    EduWrite(EDU_RAISE, 1);
    return KtapAwait(Counter, Before + 1) && KtapAwait(&Unit.Isrs, Isrs + 1);
}

VOID
TestService(VOID)
{
    ok(Raise(), "WDF-35 an interrupt comes to the DPC, or the work item");
    ok_equal(Unit.IsrIrql, Unit.Info.Irql, "WDF-9 EvtInterruptIsr is at DIRQL");
    ok_equal(Unit.IsrMessage, 0, "WDF-9 MessageID 0");
    ok(Unit.Queued, "WDF-13 WDF-14 the first to queue is told so");
    ok(!Unit.QueuedAgain, "WDF-13 WDF-14 and the second that it is queued already");
    ok(Unit.DpcObject, "WDF-9 the associated object is the device");
    if (Unit.UsesWorkItem) {
        ok_equal(Unit.ItemIrql, PASSIVE_LEVEL, "WDF-9 EvtInterruptWorkItem");
    } else {
        ok_equal(Unit.DpcIrql, DISPATCH_LEVEL, "WDF-9 EvtInterruptDpc");
        ok_equal(Unit.DpcProcessor, Unit.IsrProcessor,
                 "WDF-13 on the processor that queued it");
    }
    for (ULONG Turn = 0; Turn < 100; Turn++) {
        if (!Raise()) {
            break;
        }
    }
    ok_equal(Unit.Isrs, 101, "WDF-12 each of a hundred more");
}

static BOOLEAN NTAPI
Synchronized(WDFINTERRUPT Interrupt, WDFCONTEXT Context)
{
    UNREFERENCED_PARAMETER(Interrupt);
    Unit.SynchronizeIrql = KeGetCurrentIrql();
    return Context == &Unit;
}

/* With the lock held, an interrupt on another processor, or of this one, waits. */
static VOID
TestHeldLock(VOID)
{
    LONG Before = Unit.Isrs;

    WdfInterruptAcquireLock(Unit.Interrupt);
    ok_irql(Unit.Info.Irql, "WDF-16 WdfInterruptAcquireLock raises to DIRQL");
    EduWrite(EDU_RAISE, 1);
    KeStallExecutionProcessor(20000);
    Before -= Unit.Isrs;
    WdfInterruptReleaseLock(Unit.Interrupt);
    ok_equal(Before, 0, "WDF-16 the ISR waits for the lock");
    ok_irql(PASSIVE_LEVEL, "WDF-16 and WdfInterruptReleaseLock goes back");
    KtapSleep(20);
}

VOID
TestLocks(VOID)
{
    LONG Before;

    ok(WdfInterruptSynchronize(Unit.Interrupt, Synchronized, &Unit),
       "WDF-15 WdfInterruptSynchronize returns what its callback did");
    ok_equal(Unit.SynchronizeIrql, Unit.Info.Irql, "WDF-15 which ran at DIRQL");
    ok(!WdfInterruptSynchronize(Unit.Interrupt, Synchronized, NULL), "WDF-15 FALSE too");
    TestHeldLock();
    if (Unit.Passive) {
        ok(WdfInterruptTryToAcquireLock(Unit.Interrupt),
           "WDF-17 WdfInterruptTryToAcquireLock: free");
        ok(KeAreApcsDisabled(), "WDF-17 no normal APC while it is held");
        WdfInterruptReleaseLock(Unit.Interrupt);
        ok(!KeAreApcsDisabled(), "WDF-17 until it is released");
    }
    Before = Unit.Isrs;
    WdfInterruptReportInactive(Unit.Interrupt);
    KtapSleep(20);
    WdfInterruptReportActive(Unit.Interrupt);
    ok(Raise() && Unit.Isrs == Before + 1, "WDF-20 inactive and active again");
}

VOID
TestSerialized(VOID)
{
    LONG Before = Unit.Dpcs;

    WdfObjectAcquireLock(Unit.Device);
    ok_irql(DISPATCH_LEVEL, "WDF-28 the device's lock is a spin lock at dispatch level");
    EduWrite(EDU_RAISE, 1);
    KeStallExecutionProcessor(20000);
    Before -= Unit.Dpcs;
    WdfObjectReleaseLock(Unit.Device);
    ok_equal(Before, 0, "WDF-8 a serialized DPC waits for the device's lock");
    KtapSleep(20);
    ok(!Unit.Overlap, "WDF-8 and no two run at once");
}

/* The driver says that its device failed: surprise removal while it runs. */
VOID
TestFailed(VOID)
{
    ULONG Turn = 0;

    WdfDeviceSetFailed(Unit.Device, WdfDeviceFailedNoRestart);
    while (strchr(DiaryText(), 'C') == NULL && Turn++ < 1000) {
        KtapSleep(5);
    }
    ok(strcmp(DiaryText(), "AFGHP0e1IVSxyRLC") == 0,
       "WDF-31 surprise removal: no EvtInterruptDisable, and the device is let go");
    ok_equal(DiaryIrql(), PASSIVE_LEVEL, "WDF-9 all of them at PASSIVE_LEVEL");
}
