/*
 * Timers and DPCs that are queued and lie in a range of memory, or would call into it:
 * what must not be there when that memory is freed, or that driver goes. (BUG-18)
 */
#include "ki.h"

typedef struct _KI_RANGE {
    ULONG_PTR Start;
    SIZE_T Length;
    PKE_QUEUED Queued; /* what was found */
} KI_RANGE;

/* Whether Address lies in the range; if so, that is what was found. */
static BOOLEAN
KiNoteInRange(const KI_RANGE *Range, ULONG_PTR Address, ULONG Kind)
{
    if (Address - Range->Start >= Range->Length) {
        return FALSE;
    }
    Range->Queued->Kind = Kind;
    Range->Queued->Object = Address;
    return TRUE;
}

static BOOLEAN
KiTestDpc(PKDPC Dpc, const KI_RANGE *Range)
{
    return KiNoteInRange(Range, (ULONG_PTR)Dpc, KE_QUEUED_DPC) ||
           KiNoteInRange(Range, (ULONG_PTR)Dpc->DeferredRoutine, KE_QUEUED_DPC_ROUTINE);
}

/* A timer's DPC is the driver's memory and may be gone already: looked at if it is there. */
static BOOLEAN
KiTestTimer(PKTIMER Timer, const KI_RANGE *Range)
{
    PKDPC Dpc = Timer->Dpc;

    if (KiNoteInRange(Range, (ULONG_PTR)Timer, KE_QUEUED_TIMER)) {
        return TRUE;
    }
    return Dpc != NULL && MmIsRangeMapped((ULONG_PTR)Dpc, sizeof(*Dpc)) &&
           KiTestDpc(Dpc, Range);
}

static BOOLEAN
KiTestTimers(PLIST_ENTRY List, const KI_RANGE *Range)
{
    BOOLEAN Found = FALSE;

    for (PLIST_ENTRY Entry = List->Flink; Entry != List && !Found; Entry = Entry->Flink) {
        Found = KiTestTimer(CONTAINING_RECORD(Entry, KTIMER, TimerListEntry), Range);
    }
    return Found;
}

/* Dispatcher lock held. */
static BOOLEAN
KiTestWheel(PKTIMER_WHEEL Wheel, const KI_RANGE *Range)
{
    PLIST_ENTRY Lists = &Wheel->Slots[0][0];
    BOOLEAN Found = Wheel->Count != 0 && KiTestTimers(&Wheel->Due, Range);

    for (ULONG Index = 0;
         Wheel->Count != 0 && !Found && Index < TIMER_WHEEL_LEVELS * TIMER_WHEEL_SLOTS;
         Index++) {
        Found = KiTestTimers(&Lists[Index], Range);
    }
    return Found;
}

static BOOLEAN
KiTestQueue(PKDPC_DATA Data, const KI_RANGE *Range)
{
    BOOLEAN Enabled = ArchDisableInterrupts();
    BOOLEAN Found = FALSE;

    KiAcquireSpinLock(&Data->DpcLock);
    for (PSINGLE_LIST_ENTRY Entry = Data->DpcList.ListHead.Next; Entry != NULL && !Found;
         Entry = Entry->Next) {
        Found = KiTestDpc(CONTAINING_RECORD(Entry, KDPC, DpcListEntry), Range);
    }
    KiReleaseSpinLock(&Data->DpcLock);
    ArchRestoreInterrupts(Enabled);
    return Found;
}

BOOLEAN
KeFindQueued(ULONG_PTR Start, SIZE_T Length, PKE_QUEUED Queued)
{
    KI_RANGE Range = {Start, Length, Queued};
    BOOLEAN Found = FALSE;

    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS && !Found; Number++) {
        PKPRCB Prcb = KiProcessorBlock[Number];
        KIRQL OldIrql;

        if (Prcb == NULL) {
            continue;
        }
        OldIrql = KiLockDispatcher();
        Found = KiTestWheel(&Prcb->TimerWheel, &Range);
        KiUnlockDispatcher(OldIrql);
        Found = Found || KiTestQueue(&Prcb->DpcData[DPC_NORMAL], &Range) ||
                KiTestQueue(&Prcb->DpcData[DPC_THREADED], &Range);
    }
    return Found;
}
