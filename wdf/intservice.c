/*
 * The interrupt path: what the kernel calls, and what an ISR calls.
 *
 * Nothing here searches, allocates or waits but for passive-level interrupts. The driver's
 * callbacks are called with the handle, the complement of the object's address. The level
 * that a callback has to return at is known beforehand, so WDFP_CALL is not needed: that,
 * a routine for each kind of interrupt, and stops out of line are what keeps the path short
 * (`make bench`, kmdf_overhead).
 */
#include "wdfp.h"
#include "interrupt.h"

/* The ISR at DIRQL. Before connect has stored the object, and once disconnect has begun, the
   driver is not called (WDF-23). It is called before connect has returned: the processor that
   connects may get an interrupt that is pending before it comes further, again and again. */
BOOLEAN
NTAPI
WdfpInterruptService(PKINTERRUPT Connection, PVOID Context)
{
    PWDFP_INTERRUPT Interrupt = Context;
    BOOLEAN Mine;

    UNREFERENCED_PARAMETER(Connection);
    if (Interrupt->Active == NULL) {
        return FALSE;
    }
    Mine = Interrupt->Isr(WdfpHandle(Interrupt), Interrupt->MessageNumber);
    if (KeGetCurrentIrql() != Interrupt->SynchronizeIrql) {
        WdfpIrqlChanged(Interrupt->Object.Globals, Interrupt->SynchronizeIrql,
                        KeGetCurrentIrql(), Interrupt->Isr);
    }
    return Mine;
}

/* The ISR of a passive-level interrupt, in its thread. */
BOOLEAN
NTAPI
WdfpPassiveService(PKINTERRUPT Connection, PVOID Context)
{
    PWDFP_INTERRUPT Interrupt = Context;
    BOOLEAN Mine;

    WdfpEnterWait(Interrupt->Object.Globals, Interrupt->Wait, WdfpHandle(Interrupt),
                  NULL);
    Mine = WdfpInterruptService(Connection, Interrupt);
    WdfpLeaveWait(Interrupt->Object.Globals, Interrupt->Wait, WdfpHandle(Interrupt));
    return Mine;
}

/* EvtInterruptDpc. */
VOID NTAPI
WdfpInterruptDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PWDFP_INTERRUPT Interrupt = Context;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    Interrupt->DpcRoutine(WdfpHandle(Interrupt), WdfpHandle(Interrupt->Parent));
    if (KeGetCurrentIrql() != DISPATCH_LEVEL) {
        WdfpIrqlChanged(Interrupt->Object.Globals, DISPATCH_LEVEL, KeGetCurrentIrql(),
                        Interrupt->DpcRoutine);
    }
}

/* The same under the lock of its scope. */
VOID NTAPI
WdfpSerializedDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PWDFP_INTERRUPT Interrupt = Context;

    WdfpAcquireLock(Interrupt->Serialization);
    WdfpInterruptDpc(Dpc, Interrupt, Argument1, Argument2);
    WdfpReleaseLock(Interrupt->Serialization);
}

/* Between an ISR at DIRQL and its work item (WDF-14). */
VOID NTAPI
WdfpInterruptItemDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    WdfpQueueWork(&((PWDFP_INTERRUPT)Context)->Work, CriticalWorkQueue);
}

/* EvtInterruptWorkItem. */
VOID
WdfpInterruptWorker(PWDFP_OBJECT Object)
{
    PWDFP_INTERRUPT Interrupt = (PWDFP_INTERRUPT)Object;

    WdfpAcquireLock(Interrupt->Serialization);
    WDFP_CALL_VOID(Object->Globals, Interrupt->WorkItemRoutine, WdfpHandle(Interrupt),
                   WdfpHandle(Interrupt->Parent));
    WdfpReleaseLock(Interrupt->Serialization);
}

/* Stops: the interrupt was made without the callback. */
DECLSPEC_NORETURN static VOID NTAPI
WdfpMissingCallback(PWDFP_INTERRUPT Interrupt, const CHAR *Why)
{
    WdfpViolation(Interrupt->Object.Globals, Why, WDF_INVALID_INTERRUPT,
                  (ULONG_PTR)WdfpHandle(Interrupt), 0, 0);
}

/* Queues EvtInterruptDpc. TRUE: queued; FALSE: it was queued already. Without one: bug check
   0x10D, 9. At or below DIRQL. Source: WDF-13. */
BOOLEAN
NTAPI
ImpWdfInterruptQueueDpcForIsr(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Handle)
{
    PWDFP_INTERRUPT Interrupt = WdfpInterruptFromHandle(DriverGlobals, Handle);

    if (Interrupt->DpcRoutine == NULL) {
        WdfpMissingCallback(Interrupt, "a DPC is queued for an interrupt without one");
    }
    return KeInsertQueueDpc(&Interrupt->Dpc, NULL, NULL);
}

/* Queues EvtInterruptWorkItem, from DIRQL through a DPC. TRUE: queued; FALSE: item, or DPC,
   was queued already. Without one: bug check 0x10D, 9. At or below DIRQL. Source: WDF-14. */
BOOLEAN
NTAPI
ImpWdfInterruptQueueWorkItemForIsr(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Handle)
{
    PWDFP_INTERRUPT Interrupt = WdfpInterruptFromHandle(DriverGlobals, Handle);

    if (Interrupt->WorkItemRoutine == NULL) {
        WdfpMissingCallback(Interrupt,
                            "a work item is queued for an interrupt without one");
    }
    if (KeGetCurrentIrql() <= DISPATCH_LEVEL) {
        return WdfpQueueWork(&Interrupt->Work, CriticalWorkQueue);
    }
    return KeInsertQueueDpc(&Interrupt->Dpc, NULL, NULL);
}
