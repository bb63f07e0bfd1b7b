/*
 * Waiting for dispatcher objects. (OBJ-1 to OBJ-3)
 *
 * A waiting thread hangs one wait block in the list of each object, and one more in the
 * list of its own timer when the wait has a limit: a timeout is an object that becomes
 * signalled like any other.
 */
#include "ki.h"

typedef struct _KI_WAIT {
    ULONG Count;
    PVOID *Objects;
    WAIT_TYPE Type;
    PKWAIT_BLOCK Blocks;
} KI_WAIT;

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

/* Hangs up the blocks. FALSE: the timeout is over already. Lock held. */
static BOOLEAN
KiPrepareWait(const KI_WAIT *Wait, PKTHREAD Thread, PLARGE_INTEGER Timeout)
{
    if (Timeout != NULL && !KiStartTimer(&Thread->Timer, *Timeout)) {
        return FALSE;
    }
    Thread->WaitBlockList = NULL;
    for (ULONG Index = 0; Index < Wait->Count; Index++) {
        KiLinkBlock(Thread, &Wait->Blocks[Index], Wait->Objects[Index], (USHORT)Index,
                    Wait->Type);
    }
    if (Timeout != NULL) {
        KiLinkBlock(Thread, &Thread->TimerWaitBlock, &Thread->Timer.Header,
                    STATUS_TIMEOUT, WaitAny);
    }
    return TRUE;
}

/* The one wait under all of them. Blocks has room for Count. */
static NTSTATUS
KiWait(const KI_WAIT *Wait, PLARGE_INTEGER Timeout)
{
    PKTHREAD Thread = KeGetCurrentThread();
    BOOLEAN MayBlock = (Timeout == NULL || Timeout->QuadPart != 0);
    KIRQL OldIrql = KiLockDispatcher();
    NTSTATUS Status;

    if (MayBlock && OldIrql >= DISPATCH_LEVEL) {
        if (KeGetCurrentPrcb()->DpcRoutineActive) {
            KeBugCheckEx(ATTEMPTED_SWITCH_FROM_DPC, (ULONG_PTR)Thread,
                         (ULONG_PTR)KeGetCurrentPrcb()->IdleThread,
                         (ULONG_PTR)Thread->InitialStack, 0);
        }
        KeBugCheckEx(IRQL_NOT_LESS_OR_EQUAL, (ULONG_PTR)Wait->Objects, OldIrql, 0,
                     (ULONG_PTR)__builtin_return_address(0));
    }
    if (!KiTrySatisfy(Wait, Thread, &Status)) {
        Status = STATUS_TIMEOUT;
        if (MayBlock && KiPrepareWait(Wait, Thread, Timeout)) {
            KE_ASSERT(Thread != KeGetCurrentPrcb()->IdleThread);
            Thread->State = Waiting;
            KiSwapThread(KiChooseThread(KeGetCurrentPrcb()));
            Status = Thread->WaitStatus;
        }
    }
    KiUnlockDispatcher(OldIrql);
    return Status;
}

/*
 * Waits until Object is signalled, at most Timeout (100 ns; negative: from now; NULL: for
 * ever; zero: does not wait).
 *
 * Returns STATUS_SUCCESS, STATUS_TIMEOUT, or STATUS_ABANDONED for a mutex whose owner
 * ended. IRQL: <= APC_LEVEL; <= DISPATCH_LEVEL with a zero timeout. Source: OBJ-1, OBJ-2.
 */
NTSTATUS
NTAPI
KeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
                      BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    KI_WAIT Wait = {1, &Object, WaitAny, KeGetCurrentThread()->WaitBlock};

    UNREFERENCED_PARAMETER(WaitReason);
    UNREFERENCED_PARAMETER(WaitMode);
    UNREFERENCED_PARAMETER(Alertable);
    return KiWait(&Wait, Timeout);
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
    KI_WAIT Wait = {Count, Object, WaitType, WaitBlockArray};

    UNREFERENCED_PARAMETER(WaitReason);
    UNREFERENCED_PARAMETER(WaitMode);
    UNREFERENCED_PARAMETER(Alertable);
    if (Count > MAXIMUM_WAIT_OBJECTS ||
        (WaitBlockArray == NULL && Count > THREAD_WAIT_OBJECTS)) {
        KeBugCheckEx(MAXIMUM_WAIT_OBJECTS_EXCEEDED, 0, 0, 0, 0);
    }
    if (WaitBlockArray == NULL) {
        Wait.Blocks = KeGetCurrentThread()->WaitBlock;
    }
    return KiWait(&Wait, Timeout);
}
EXPORT(KeWaitForMultipleObjects);

/* Lets Interval pass (100 ns; negative: from now; positive: until that system time).
   IRQL: <= APC_LEVEL. Returns STATUS_SUCCESS. */
NTSTATUS
NTAPI
KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
                       PLARGE_INTEGER Interval)
{
    KI_WAIT Wait = {0, NULL, WaitAny, NULL};

    UNREFERENCED_PARAMETER(WaitMode);
    UNREFERENCED_PARAMETER(Alertable);
    KiWait(&Wait, Interval);
    return STATUS_SUCCESS;
}
EXPORT(KeDelayExecutionThread);
