/*
 * The interrupt path: what the kernel calls, and what an ISR calls.
 *
 * Nothing here searches, allocates or waits but for passive-level interrupts. The driver's
 * callbacks are called with the handle, the complement of the object's address.
 */
#include "wdfp.h"
#include "interrupt.h"

/* The ISR of a passive-level interrupt, in its thread. */
static BOOLEAN
WdfpServicePassive(PWDFP_INTERRUPT Interrupt)
{
    PWDFP_GLOBALS Globals = Interrupt->Object.Globals;
    BOOLEAN Mine;

    WdfpEnterWait(Globals, Interrupt->Wait, WdfpHandle(Interrupt), NULL);
    Mine = WDFP_CALL(Globals, Interrupt->Isr, WdfpHandle(Interrupt),
                     Interrupt->MessageNumber);
    WdfpLeaveWait(Globals, Interrupt->Wait, WdfpHandle(Interrupt));
    return Mine;
}

/* Every interrupt's ISR. Before connect has returned, and once disconnect has begun, the
   driver is not called (WDF-23). */
BOOLEAN
NTAPI
WdfpInterruptService(PKINTERRUPT Connection, PVOID Context)
{
    PWDFP_INTERRUPT Interrupt = Context;

    UNREFERENCED_PARAMETER(Connection);
    if (!Interrupt->Open) {
        return FALSE;
    }
    if (Interrupt->Passive) {
        return WdfpServicePassive(Interrupt);
    }
    return WDFP_CALL(Interrupt->Object.Globals, Interrupt->Isr, WdfpHandle(Interrupt),
                     Interrupt->MessageNumber);
}

/* EvtInterruptDpc, under the lock of its scope when it is serialized. */
VOID NTAPI
WdfpInterruptDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PWDFP_INTERRUPT Interrupt = Context;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    if (Interrupt->Serialization != NULL) {
        WdfpAcquireLock(Interrupt->Serialization);
    }
    WDFP_CALL_VOID(Interrupt->Object.Globals, Interrupt->DpcRoutine,
                   WdfpHandle(Interrupt), WdfpHandle(Interrupt->Parent));
    if (Interrupt->Serialization != NULL) {
        WdfpReleaseLock(Interrupt->Serialization);
    }
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
DECLSPEC_NORETURN static VOID
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
