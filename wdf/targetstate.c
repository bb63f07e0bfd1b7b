/*
 * The states of a target, and what they mean for the requests that are sent to it.
 */
#include "wdfp.h"
#include "target.h"

/* Counts a request as sent. Lock held. */
static VOID
WdfpMarkSent(PWDFP_TARGET Target, PWDFP_SENDING Sending)
{
    InsertTailList(&Target->Sent, &Sending->Link);
    Sending->Counted = TRUE;
    if (Target->Count[Sending->Share]++ == 0) {
        KeClearEvent(&Target->Idle[Sending->Share]);
    }
}

/* Puts a request behind those that wait. One that came from above can be cancelled there
   meanwhile. Lock held. */
static NTSTATUS
WdfpMarkWaiting(PWDFP_TARGET Target, PWDFP_SENDING Sending)
{
    PIRP Irp = Sending->Request->Irp;

    if (Sending->Request->Device != NULL) {
        IoSetCancelRoutine(Irp, WdfpCancelWaitingIrp);
        if (Irp->Cancel && IoSetCancelRoutine(Irp, NULL) != NULL) {
            return STATUS_CANCELLED;
        }
    }
    InsertTailList(&Target->Waiting, &Sending->Link);
    Sending->Waits = TRUE;
    return STATUS_SUCCESS;
}

NTSTATUS
WdfpEnterTarget(PWDFP_TARGET Target, PWDFP_SENDING Sending, BOOLEAN *Waits)
{
    BOOLEAN Ignores = Sending->Share == WdfpIgnoring;
    NTSTATUS Status = STATUS_SUCCESS;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Target->Lock, &OldIrql);
    *Waits = FALSE;
    if (Target->DeviceObject == NULL) {
        Status = STATUS_INVALID_DEVICE_STATE;
    } else if (Target->State == WdfIoTargetStarted || Ignores) {
        WdfpMarkSent(Target, Sending);
    } else if (Target->State == WdfIoTargetStopped) {
        *Waits = TRUE;
        Status = WdfpMarkWaiting(Target, Sending);
    } else {
        Status = STATUS_INVALID_DEVICE_STATE;
    }
    /* Before anybody else can send, or end, the request. */
    if (NT_SUCCESS(Status) && Sending->Timed) {
        KeSetTimer(&Sending->Timer, Sending->DueTime, &Sending->TimerDpc);
    }
    KeReleaseSpinLock(&Target->Lock, OldIrql);
    return Status;
}

VOID
WdfpLeaveTarget(PWDFP_SENDING Sending)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Sending->Target->Lock, &OldIrql);
    RemoveEntryList(&Sending->Link);
    InitializeListHead(&Sending->Link);
    KeReleaseSpinLock(&Sending->Target->Lock, OldIrql);
}

VOID
WdfpCountBack(PWDFP_TARGET Target, WDFP_TARGET_SHARE Share)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Target->Lock, &OldIrql);
    if (--Target->Count[Share] == 0) {
        KeSetEvent(&Target->Idle[Share], IO_NO_INCREMENT, FALSE);
    }
    KeReleaseSpinLock(&Target->Lock, OldIrql);
}

/* The first of the waiting requests, marked as sent; NULL: there is none, or the target has
   been stopped again. */
static PWDFP_SENDING
WdfpTakeToSend(PWDFP_TARGET Target)
{
    PWDFP_SENDING Found = NULL;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Target->Lock, &OldIrql);
    while (Found == NULL && Target->State == WdfIoTargetStarted &&
           !IsListEmpty(&Target->Waiting)) {
        PWDFP_SENDING First =
            CONTAINING_RECORD(Target->Waiting.Flink, WDFP_SENDING, Link);

        if (WdfpTakeWaiting(First)) {
            WdfpMarkSent(Target, First);
            Found = First;
        }
    }
    KeReleaseSpinLock(&Target->Lock, OldIrql);
    return Found;
}

VOID
WdfpSendWaiting(PWDFP_TARGET Target)
{
    PWDFP_SENDING Sending;

    while ((Sending = WdfpTakeToSend(Target)) != NULL) {
        WdfpPassOn(Sending);
    }
}

/* Changes the state of an open target; FALSE: it is not open. */
static BOOLEAN
WdfpSetTargetState(PWDFP_TARGET Target, WDF_IO_TARGET_STATE State)
{
    BOOLEAN Open;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Target->Lock, &OldIrql);
    Open = Target->DeviceObject != NULL;
    if (Open) {
        Target->State = State;
    }
    KeReleaseSpinLock(&Target->Lock, OldIrql);
    return Open;
}

/* Waits until every request that minds the state is back. */
static VOID
WdfpAwaitSent(PWDFP_TARGET Target)
{
    KeWaitForSingleObject(&Target->Idle[WdfpObeying], Executive, KernelMode, FALSE, NULL);
}

/* Has a target accept requests, and sends what waits. STATUS_INVALID_DEVICE_STATE: it is not
   open. At or below DISPATCH_LEVEL. Source: manual, WdfIoTargetStart. */
NTSTATUS
NTAPI
ImpWdfIoTargetStart(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET Handle)
{
    PWDFP_TARGET Target = WdfpTargetFromHandle(DriverGlobals, Handle);

    if (!WdfpSetTargetState(Target, WdfIoTargetStarted)) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    WdfpSendWaiting(Target);
    return STATUS_SUCCESS;
}

/*
 * Has requests wait that are sent from now on. What was sent is cancelled and waited for,
 * waited for, or left alone, as Action says; requests that ignore the state are left alone
 * always. Another Action: bug check 0x10D, 3. PASSIVE_LEVEL; where it does not wait, at or
 * below DISPATCH_LEVEL. Source: manual, WdfIoTargetStop.
 */
VOID NTAPI
ImpWdfIoTargetStop(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET Handle,
                   WDF_IO_TARGET_SENT_IO_ACTION Action)
{
    PWDFP_TARGET Target = WdfpTargetFromHandle(DriverGlobals, Handle);

    if (Action < WdfIoTargetCancelSentIo || Action > WdfIoTargetLeaveSentIoPending) {
        WdfpViolation(Target->Object.Globals, "WdfIoTargetStop has no such action",
                      WDF_VERIFIER_FATAL_ERROR, (ULONG_PTR)Handle, Action, 0);
    }
    if (Action != WdfIoTargetLeaveSentIoPending) {
        WdfpRequireIrql(Target->Object.Globals, PASSIVE_LEVEL, "WdfIoTargetStop");
    }
    if (!WdfpSetTargetState(Target, WdfIoTargetStopped) ||
        Action == WdfIoTargetLeaveSentIoPending) {
        return;
    }
    if (Action == WdfIoTargetCancelSentIo) {
        WdfpCancelSent(Target, FALSE);
    }
    WdfpAwaitSent(Target);
}

/*
 * Has a target refuse requests, and cancels what waits and what was sent; with
 * WdfIoTargetPurgeIoAndWait it waits for them too. Another Action: bug check 0x10D, 3.
 * PASSIVE_LEVEL; where it does not wait, at or below DISPATCH_LEVEL. Source: manual,
 * WdfIoTargetPurge.
 */
VOID NTAPI
ImpWdfIoTargetPurge(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET Handle,
                    WDF_IO_TARGET_PURGE_IO_ACTION Action)
{
    PWDFP_TARGET Target = WdfpTargetFromHandle(DriverGlobals, Handle);

    if (Action < WdfIoTargetPurgeIoAndWait || Action > WdfIoTargetPurgeIo) {
        WdfpViolation(Target->Object.Globals, "WdfIoTargetPurge has no such action",
                      WDF_VERIFIER_FATAL_ERROR, (ULONG_PTR)Handle, Action, 0);
    }
    if (Action == WdfIoTargetPurgeIoAndWait) {
        WdfpRequireIrql(Target->Object.Globals, PASSIVE_LEVEL, "WdfIoTargetPurge");
    }
    if (!WdfpSetTargetState(Target, WdfIoTargetPurged)) {
        return;
    }
    WdfpCancelWaitingSendings(Target);
    WdfpCancelSent(Target, FALSE);
    if (Action == WdfIoTargetPurgeIoAndWait) {
        WdfpAwaitSent(Target);
    }
}

/* At or below DISPATCH_LEVEL. Source: manual, WdfIoTargetGetState. */
WDF_IO_TARGET_STATE
NTAPI
ImpWdfIoTargetGetState(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET Handle)
{
    return WdfpTargetFromHandle(DriverGlobals, Handle)->State;
}
