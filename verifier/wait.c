/*
 * Waits: whether the caller may wait depends on the timeout. (VER-8, VER-14)
 */
#include "vf.h"

/* Parameters: where the level stands, the object (or array of them), the timeout. */
static VOID
VfCheckWait(ULONG_PTR Object, PLARGE_INTEGER Timeout)
{
    ULONG_PTR Irql = KeGetCurrentIrql();

    if (Irql > DISPATCH_LEVEL) {
        VfStop(VF_WAIT_ABOVE_DISPATCH, (ULONG_PTR)&Irql, Object, (ULONG_PTR)Timeout,
               "a wait at IRQL %u; nobody waits above DISPATCH_LEVEL", (ULONG)Irql);
    }
    if (Irql == DISPATCH_LEVEL && Timeout == NULL) {
        VfStop(VF_WAIT_WITHOUT_TIMEOUT, (ULONG_PTR)&Irql, Object, 0,
               "a wait without a timeout at DISPATCH_LEVEL");
    }
    if (Irql == DISPATCH_LEVEL && Timeout->QuadPart != 0) {
        VfStop(VF_WAIT_WITH_TIMEOUT, (ULONG_PTR)&Irql, Object, (ULONG_PTR)Timeout,
               "a wait with a timeout that is not zero at DISPATCH_LEVEL");
    }
}

/* IRQL: <= APC_LEVEL; with a zero timeout <= DISPATCH_LEVEL. VER-14. */
static NTSTATUS NTAPI
VfKeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
                        BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    VfCheckWait((ULONG_PTR)Object, Timeout);
    return KeWaitForSingleObject(Object, WaitReason, WaitMode, Alertable, Timeout);
}
VERIFY(KeWaitForSingleObject);

/* The same; the parameter is the array of objects. VER-14. */
static NTSTATUS NTAPI
VfKeWaitForMultipleObjects(ULONG Count, PVOID Object[], WAIT_TYPE WaitType,
                           KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
                           BOOLEAN Alertable, PLARGE_INTEGER Timeout,
                           PKWAIT_BLOCK WaitBlockArray)
{
    VfCheckWait((ULONG_PTR)Object, Timeout);
    return KeWaitForMultipleObjects(Count, Object, WaitType, WaitReason, WaitMode,
                                    Alertable, Timeout, WaitBlockArray);
}
VERIFY(KeWaitForMultipleObjects);

/* A wait for nothing but time. IRQL: <= APC_LEVEL. VER-8. */
static NTSTATUS NTAPI
VfKeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
                         PLARGE_INTEGER Interval)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql >= DISPATCH_LEVEL) {
        VfStop(VF_DELAY_AT_DISPATCH, Irql, 0, (ULONG_PTR)Interval,
               "KeDelayExecutionThread called at IRQL %u", Irql);
    }
    return KeDelayExecutionThread(WaitMode, Alertable, Interval);
}
VERIFY(KeDelayExecutionThread);
