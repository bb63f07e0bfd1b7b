/*
 * Alerts: how one thread ends another's alertable wait, and what else ends a wait that has
 * not begun. (OBJ-2)
 */
#include "ki.h"

#define ALERT_INCREMENT 2

NTSTATUS
KiTestAlert(PKTHREAD Thread, KPROCESSOR_MODE WaitMode, BOOLEAN Alertable)
{
    KPROCESSOR_MODE Mode = (WaitMode == KernelMode) ? KernelMode : UserMode;
    PKAPC_STATE State = &Thread->ApcState;

    if (Alertable && Thread->Alerted[(UCHAR)Mode]) {
        Thread->Alerted[(UCHAR)Mode] = FALSE;
        return STATUS_ALERTED;
    }
    if (Mode == UserMode &&
        (State->UserApcPending ||
         (Alertable && !IsListEmpty(&State->ApcListHead[UserMode])))) {
        State->UserApcPending = TRUE;
        return STATUS_USER_APC;
    }
    if (Alertable && Thread->Alerted[KernelMode]) {
        Thread->Alerted[KernelMode] = FALSE;
        return STATUS_ALERTED;
    }
    return STATUS_SUCCESS;
}

/*
 * Ends the alertable wait Thread is in with STATUS_ALERTED; if it is in none, its next one
 * ends so at once. A kernel-mode alert ends waits of both modes, a user-mode alert those
 * of user mode.
 *
 * Returns whether such an alert was outstanding already. IRQL: <= DISPATCH_LEVEL.
 */
BOOLEAN
NTAPI
KeAlertThread(PKTHREAD Thread, KPROCESSOR_MODE AlertMode)
{
    KPROCESSOR_MODE Mode = (AlertMode == KernelMode) ? KernelMode : UserMode;
    KIRQL OldIrql = KiLockDispatcher();
    BOOLEAN Outstanding = Thread->Alerted[(UCHAR)Mode];

    if (Outstanding) {
        /* One is as good as two. */
    } else if (Thread->State == Waiting && Thread->Alertable &&
               Mode <= Thread->WaitMode) {
        KiUnwaitThread(Thread, STATUS_ALERTED, ALERT_INCREMENT);
    } else {
        Thread->Alerted[(UCHAR)Mode] = TRUE;
    }
    KiUnlockDispatcher(OldIrql);
    return Outstanding;
}
EXPORT(KeAlertThread);

/*
 * Whether the calling thread was alerted in that mode; the alert is taken back. With user
 * mode and no alert, a queued user-mode APC ends the next wait of that mode.
 * IRQL: <= DISPATCH_LEVEL.
 */
BOOLEAN
NTAPI
KeTestAlertThread(KPROCESSOR_MODE AlertMode)
{
    KPROCESSOR_MODE Mode = (AlertMode == KernelMode) ? KernelMode : UserMode;
    PKTHREAD Thread = KeGetCurrentThread();
    KIRQL OldIrql = KiLockDispatcher();
    BOOLEAN Alerted = Thread->Alerted[(UCHAR)Mode];

    if (Alerted) {
        Thread->Alerted[(UCHAR)Mode] = FALSE;
    } else if (Mode == UserMode &&
               !IsListEmpty(&Thread->ApcState.ApcListHead[UserMode])) {
        Thread->ApcState.UserApcPending = TRUE;
    }
    KiUnlockDispatcher(OldIrql);
    return Alerted;
}
EXPORT(KeTestAlertThread);
