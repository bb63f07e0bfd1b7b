/*
 * Waiting for dispatcher objects. (OBJ-1 to OBJ-3)
 *
 * A waiting thread hangs one wait block in the list of each object, and one more in the
 * list of its own timer when the wait has a limit: a timeout is an object that becomes
 * signalled like any other.
 *
 * A kernel APC takes a thread out of its wait, runs, and the wait begins again: whether an
 * object has become signalled meanwhile is looked at first, and its time has not stopped.
 */
#include "ki.h"

typedef struct _KI_WAIT {
    ULONG Count;
    PVOID *Objects;
    WAIT_TYPE Type;
    PKWAIT_BLOCK Blocks; /* room for Count */
    PLARGE_INTEGER Timeout;
    KPROCESSOR_MODE Mode;
    BOOLEAN Alertable;
    ULONG64 Due; /* once it has begun: when Timeout ends, in interrupt time */
} KI_WAIT, *PKI_WAIT;

/* TRUE when the wait need not wait: *Status then says by what. Lock held. */
static BOOLEAN
KiTrySatisfy(const KI_WAIT *Wait, PKTHREAD Thread, NTSTATUS *Status)
{
    for (ULONG Index = 0; Index < Wait->Count; Index++) {
        BOOLEAN Signalled = KiIsSignalled(Wait->Objects[Index], Thread);

        if (Wait->Type == WaitAny && Signalled) {
            *Status = (NTSTATUS)Index + KiSatisfyWait(Wait->Objects[Index], Thread);
            return TRUE;
        }
        if (Wait->Type == WaitAll && !Signalled) {
            return FALSE;
        }
    }
    if (Wait->Type == WaitAny) {
        return FALSE;
    }
    *Status = STATUS_SUCCESS;
    for (ULONG Index = 0; Index < Wait->Count; Index++) {
        *Status |= KiSatisfyWait(Wait->Objects[Index], Thread);
    }
    return TRUE;
}

static VOID
KiLinkBlock(PKTHREAD Thread, PKWAIT_BLOCK Block, PDISPATCHER_HEADER Object, USHORT Key,
            WAIT_TYPE Type)
{
    Block->Thread = Thread;
    Block->Object = Object;
    Block->WaitKey = Key;
    Block->WaitType = (UCHAR)Type;
    Block->NextWaitBlock = Thread->WaitBlockList;
    Thread->WaitBlockList = Block;
    InsertTailList(&Object->WaitListHead, &Block->WaitListEntry);
}

/* Arms the thread's timer; for a wait that is resumed, to what is left. FALSE: the time is
   over. Lock held. */
static BOOLEAN
KiStartTimeout(PKI_WAIT Wait, PKTHREAD Thread)
{
    LARGE_INTEGER Time = *Wait->Timeout;

    if (Time.QuadPart < 0 && Wait->Due != 0) {
        Time.QuadPart = (LONG64)(KiQueryInterruptTime() - Wait->Due);
        if (Time.QuadPart >= 0) {
            return FALSE;
        }
    }
    if (!KiStartTimer(&Thread->Timer, Time)) {
        return FALSE;
    }
    Wait->Due = Thread->Timer.DueTime.QuadPart;
    return TRUE;
}

/* Hangs up the blocks. FALSE: the timeout is over already. Lock held. */
static BOOLEAN
KiPrepareWait(PKI_WAIT Wait, PKTHREAD Thread)
{
    if (Wait->Timeout != NULL && !KiStartTimeout(Wait, Thread)) {
        return FALSE;
    }
    Thread->WaitBlockList = NULL;
    for (ULONG Index = 0; Index < Wait->Count; Index++) {
        KiLinkBlock(Thread, &Wait->Blocks[Index], Wait->Objects[Index], (USHORT)Index,
                    Wait->Type);
    }
    if (Wait->Timeout != NULL) {
        KiLinkBlock(Thread, &Thread->TimerWaitBlock, &Thread->Timer.Header,
                    STATUS_TIMEOUT, WaitAny);
    }
    return TRUE;
}

/* IRQL-22: in a DPC 0xB8 (BUG-16), elsewhere 0xA with the object waited for. */
static __attribute__((noreturn)) VOID
KiRefuseWait(const KI_WAIT *Wait, KIRQL Irql, ULONG_PTR Caller)
{
    PKPRCB Prcb = KeGetCurrentPrcb();
    PKTHREAD Thread = Prcb->CurrentThread;

    if (Prcb->DpcRoutineActive) {
        KeBugCheckEx(ATTEMPTED_SWITCH_FROM_DPC, (ULONG_PTR)Thread,
                     (ULONG_PTR)Prcb->IdleThread, (ULONG_PTR)Thread->InitialStack, 0);
    }
    KeBugCheckEx(IRQL_NOT_LESS_OR_EQUAL,
                 (Wait->Count != 0) ? (ULONG_PTR)Wait->Objects[0] : 0, Irql, 0, Caller);
}

/* Waits, once. STATUS_KERNEL_APC: kernel APCs have run, nothing else has happened; the
   thread is at OldIrql but for the lock, which is held on both sides. */
static NTSTATUS
KiBlock(PKI_WAIT Wait, PKTHREAD Thread, KIRQL OldIrql)
{
    NTSTATUS Status = STATUS_KERNEL_APC;

    if (__builtin_expect(!Thread->ApcState.KernelApcPending, 1) || OldIrql >= APC_LEVEL ||
        Thread->SpecialApcDisable != 0) {
        if (!KiPrepareWait(Wait, Thread)) {
            return STATUS_TIMEOUT;
        }
        KE_ASSERT(Thread != KeGetCurrentPrcb()->IdleThread);
        Thread->WaitIrql = OldIrql;
        Thread->WaitMode = Wait->Mode;
        Thread->Alertable = Wait->Alertable;
        Thread->State = Waiting;
        KiSwapThread(KiChooseThread(KeGetCurrentPrcb()));
        Status = Thread->WaitStatus;
    }
    if (Status == STATUS_KERNEL_APC) {
        KiDeliverInWait();
    }
    return Status;
}

/* The one wait under all of them. */
static NTSTATUS
KiWait(PKI_WAIT Wait)
{
    PKTHREAD Thread = KeGetCurrentThread();
    BOOLEAN MayBlock = (Wait->Timeout == NULL || Wait->Timeout->QuadPart != 0);
    KIRQL OldIrql = KiLockDispatcher();
    NTSTATUS Status;

    if (MayBlock && OldIrql >= DISPATCH_LEVEL) {
        KiRefuseWait(Wait, OldIrql, (ULONG_PTR)__builtin_return_address(0));
    }
    while (!KiTrySatisfy(Wait, Thread, &Status)) {
        if (Wait->Alertable || Wait->Mode != KernelMode) {
            Status = KiTestAlert(Thread, Wait->Mode, Wait->Alertable);
            if (Status != STATUS_SUCCESS) {
                break;
            }
        }
        Status = MayBlock ? KiBlock(Wait, Thread, OldIrql) : STATUS_TIMEOUT;
        if (Status != STATUS_KERNEL_APC) {
            break;
        }
    }
    KiUnlockDispatcher(OldIrql);
    return Status;
}

/*
 * Waits until Object is signalled, at most Timeout (100 ns; negative: from now; NULL: for
 * ever; zero: does not wait).
 *
 * Returns STATUS_SUCCESS, STATUS_TIMEOUT, STATUS_ABANDONED for a mutex whose owner ended,
 * and if Alertable STATUS_ALERTED; in UserMode STATUS_USER_APC. IRQL: <= APC_LEVEL; <= DISPATCH_LEVEL with a zero timeout. Source: OBJ-1, OBJ-2.
 */
NTSTATUS
NTAPI
KeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
                      BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    KI_WAIT Wait = {1,       &Object,  WaitAny,   KeGetCurrentThread()->WaitBlock,
                    Timeout, WaitMode, Alertable, 0};

    UNREFERENCED_PARAMETER(WaitReason);
    return KiWait(&Wait);
}
EXPORT(KeWaitForSingleObject);

/*
 * Waits for any or all of Count objects. More than THREAD_WAIT_OBJECTS need
 * WaitBlockArray; too many are bug check 0xC (OBJ-3). Any: returns the index of the
 * object that ended the wait (+ STATUS_ABANDONED_WAIT_0 for an abandoned mutex). IRQL: as
 * for a single object.
 */
NTSTATUS
NTAPI
KeWaitForMultipleObjects(ULONG Count, PVOID Object[], WAIT_TYPE WaitType,
                         KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
                         BOOLEAN Alertable, PLARGE_INTEGER Timeout,
                         PKWAIT_BLOCK WaitBlockArray)
{
    KI_WAIT Wait = {Count,   Object,   WaitType,  WaitBlockArray,
                    Timeout, WaitMode, Alertable, 0};

    UNREFERENCED_PARAMETER(WaitReason);
    if (Count > MAXIMUM_WAIT_OBJECTS ||
        (WaitBlockArray == NULL && Count > THREAD_WAIT_OBJECTS)) {
        KeBugCheckEx(MAXIMUM_WAIT_OBJECTS_EXCEEDED, 0, 0, 0, 0);
    }
    if (WaitBlockArray == NULL) {
        Wait.Blocks = KeGetCurrentThread()->WaitBlock;
    }
    return KiWait(&Wait);
}
EXPORT(KeWaitForMultipleObjects);

/* Lets Interval pass (100 ns; negative: from now; positive: until that system time).
   Returns STATUS_SUCCESS; if Alertable STATUS_ALERTED, and in UserMode STATUS_USER_APC,
   when that cut it short. IRQL: <= APC_LEVEL. */
NTSTATUS
NTAPI
KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
                       PLARGE_INTEGER Interval)
{
    KI_WAIT Wait = {0, NULL, WaitAny, NULL, Interval, WaitMode, Alertable, 0};
    NTSTATUS Status = KiWait(&Wait);

    return (Status == STATUS_TIMEOUT) ? STATUS_SUCCESS : Status;
}
EXPORT(KeDelayExecutionThread);
