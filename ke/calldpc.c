/*
 * One DPC routine on every processor at once: KeGenericCallDpc and its two helpers, which the
 * routine reaches through its two system arguments.
 *
 * Each processor has a KDPC for it, so one call is under way at a time; callers queue.
 */
#include "ki.h"

typedef struct _KI_CALL {
    volatile LONG Running;  /* processors that have not said they are done */
    volatile LONG Missing;  /* processors not at the present meeting yet */
    volatile LONG Meetings; /* meetings that are over */
    LONG Count;
    KEVENT Done;
} KI_CALL, *PKI_CALL;

static KEVENT KiCallLock = KE_EVENT_LOCK(KiCallLock);

/* Queues the routine everywhere before it runs here: at DISPATCH_LEVEL, lest this processor's
   wait for others that have not been asked. */
static VOID
KiPostCall(PKI_CALL Call, KAFFINITY Active, PKDEFERRED_ROUTINE Routine, PVOID Context)
{
    KIRQL OldIrql = KfRaiseIrql(DISPATCH_LEVEL);

    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS; Number++) {
        if ((Active & AFFINITY_MASK(Number)) != 0) {
            PKDPC Dpc = &KiProcessorBlock[Number]->CallDpc;

            KeInitializeDpc(Dpc, Routine, Context);
            KeSetTargetProcessorDpc(Dpc, (CCHAR)Number);
            KeSetImportanceDpc(Dpc, HighImportance);
            KeInsertQueueDpc(Dpc, Call, Call);
        }
    }
    KeLowerIrql(OldIrql);
}

/*
 * Runs Routine(Dpc, Context, Call, Call) as a DPC on every processor, and returns when each
 * has called KeSignalCallDpcDone with its first system argument. IRQL: PASSIVE_LEVEL.
 */
VOID NTAPI
KeGenericCallDpc(PKDEFERRED_ROUTINE Routine, PVOID Context)
{
    KI_CALL Call = {0};
    KAFFINITY Active;

    KE_ASSERT(KeGetCurrentIrql() == PASSIVE_LEVEL);
    KeEnterEventLock(&KiCallLock);
    Active = KeActiveProcessors;
    Call.Count = Call.Running = Call.Missing = (LONG)RtlCountBits(Active);
    KeInitializeEvent(&Call.Done, NotificationEvent, FALSE);
    KiPostCall(&Call, Active, Routine, Context);
    KeWaitForSingleObject(&Call.Done, Executive, KernelMode, FALSE, NULL);
    KeLeaveEventLock(&KiCallLock);
}
EXPORT(KeGenericCallDpc);

/* This processor's part is done; its last use of the argument. DISPATCH_LEVEL, in the DPC. */
VOID NTAPI
KeSignalCallDpcDone(PVOID SystemArgument1)
{
    PKI_CALL Call = SystemArgument1;

    if (InterlockedDecrement(&Call->Running) == 0) {
        KeSetEvent(&Call->Done, EVENT_INCREMENT, FALSE);
    }
}
EXPORT(KeSignalCallDpcDone);

/*
 * Waits until every processor is here. TRUE on exactly one of them: the last to come.
 * DISPATCH_LEVEL, in the DPC; each processor calls it equally often.
 */
LOGICAL
NTAPI
KeSignalCallDpcSynchronize(PVOID SystemArgument2)
{
    PKI_CALL Call = SystemArgument2;
    LONG Meeting = __atomic_load_n(&Call->Meetings, __ATOMIC_ACQUIRE);

    if (InterlockedDecrement(&Call->Missing) == 0) {
        Call->Missing = Call->Count;
        InterlockedIncrement(&Call->Meetings);
        return TRUE;
    }
    while (__atomic_load_n(&Call->Meetings, __ATOMIC_ACQUIRE) == Meeting) {
        ArchPause();
    }
    return FALSE;
}
EXPORT(KeSignalCallDpcSynchronize);
