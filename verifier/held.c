/*
 * The spin locks each processor holds now, the last taken on top. (LCK-3, LCK-4, LCK-6, LCK-7)
 *
 * A holder is at DISPATCH_LEVEL or above and cannot leave its processor, so the list needs no
 * lock; an ISR that comes in between pushes and pops on the same one, so it is changed with
 * interrupts off.
 */
#include "vf.h"

#define VF_MAXIMUM_HELD 24

typedef struct _VF_PROCESSOR {
    ULONG Count;
    BOOLEAN BaseKnown; /* the first one raised, from BaseIrql */
    KIRQL BaseIrql;
    VF_HELD Held[VF_MAXIMUM_HELD];
} VF_PROCESSOR;

static VF_PROCESSOR VfProcessors[HAL_MAXIMUM_PROCESSORS];

static VF_PROCESSOR *
VfCurrent(VOID)
{
    return &VfProcessors[KeGetCurrentPrcb()->Number];
}

static VF_HELD *
VfFindHeld(VF_PROCESSOR *Processor, PVOID Lock)
{
    for (ULONG Index = Processor->Count; Index-- != 0;) {
        if (Processor->Held[Index].Lock == Lock) {
            return &Processor->Held[Index];
        }
    }
    return NULL;
}

VOID
VfBeforeAcquire(PVOID Lock, VF_HOW How, ULONG_PTR Where)
{
    VF_PROCESSOR *Processor = VfCurrent();
    VF_HELD *Held = VfFindHeld(Processor, Lock);
    CHAR Text[120];

    if (Held != NULL) {
        KeDescribeAddress(Held->Where, Text, sizeof(Text));
        VfStop(VF_SELF_DEADLOCK, (ULONG_PTR)Lock, Held->Where, Where,
               "spin lock %p is taken again by the processor that holds it; taken at %s",
               Lock, Text);
    }
    VfCheckOrder(Lock, How, Where, Processor->Held, Processor->Count);
}

static VOID
VfPush(PVOID Lock, VF_HOW How, KIRQL OldIrql, ULONG_PTR Where)
{
    BOOLEAN Enabled = ArchDisableInterrupts();
    VF_PROCESSOR *Processor = VfCurrent();

    if (Processor->Count == 0) {
        Processor->BaseKnown = VfRaises(How);
        Processor->BaseIrql = OldIrql;
    }
    if (Processor->Count < VF_MAXIMUM_HELD) {
        Processor->Held[Processor->Count++] = (VF_HELD){Lock, How, OldIrql, Where};
    }
    ArchRestoreInterrupts(Enabled);
}

static VOID
VfRemove(PVOID Lock)
{
    BOOLEAN Enabled = ArchDisableInterrupts();
    VF_PROCESSOR *Processor = VfCurrent();
    VF_HELD *Held = VfFindHeld(Processor, Lock);

    if (Held != NULL) {
        VF_HELD *Last = &Processor->Held[--Processor->Count];

        memmove(Held, Held + 1, (SIZE_T)(Last - Held) * sizeof(*Held));
    }
    ArchRestoreInterrupts(Enabled);
}

VOID
VfAfterAcquire(PVOID Lock, VF_HOW How, KIRQL OldIrql, ULONG_PTR Where)
{
    VfPush(Lock, How, OldIrql, Where);
    VfSetOwner(Lock, How);
}

/* Somebody else's, or nobody's. Does not return. */
static VOID
VfReleaseNotHeld(PVOID Lock, ULONG Allowed)
{
    BOOLEAN Queued = (Allowed & (1U << VfQueuedRaise | 1U << VfQueuedAtDpc)) != 0;
    ULONG Number;
    PVOID Thread;

    if (VfQueryOwner(Lock, &Number, &Thread)) {
        VfStop(VF_UNEXPECTED_THREAD, (ULONG_PTR)Lock, (ULONG_PTR)Thread,
               (ULONG_PTR)KeGetCurrentThread(),
               "spin lock %p is released by processor %u; processor %u holds it", Lock,
               KeGetCurrentPrcb()->Number, Number);
    }
    VfStopRule(Queued ? VF_RULE_QUEUED_RELEASE : VF_RULE_RELEASE,
               "%s: spin lock %p is released; nobody holds it",
               Queued ? "QueuedSpinLockRelease" : "SpinlockRelease", Lock);
}

/*
 * The level a release goes back to. While another lock is held it cannot be below
 * DISPATCH_LEVEL; after the last one it is that from which the first was taken. Who keeps the
 * old levels of two locks in one variable ends here (LCK-3).
 */
static VOID
VfCheckNewIrql(VF_PROCESSOR *Processor, const VF_HELD *Held, KIRQL NewIrql)
{
    if (!VfRaises(Held->How)) {
        return;
    }
    if (Processor->Count > 1 && NewIrql < DISPATCH_LEVEL) {
        const VF_HELD *Other = &Processor->Held[Processor->Count - 1];

        VfStopRule(VF_RULE_RELEASE,
                   "SpinlockRelease: the release of %p goes to IRQL %u while %p is held",
                   Held->Lock, NewIrql, (Other == Held) ? Other[-1].Lock : Other->Lock);
    }
    if (Processor->Count == 1 && Processor->BaseKnown && NewIrql != Processor->BaseIrql) {
        VfStopRule(VF_RULE_RELEASE,
                   "SpinlockRelease: the release of %p goes to IRQL %u; before the first "
                   "lock it was %u (one variable for two locks?)",
                   Held->Lock, NewIrql, Processor->BaseIrql);
    }
}

VOID
VfBeforeRelease(PVOID Lock, ULONG Allowed, KIRQL NewIrql)
{
    VF_PROCESSOR *Processor = VfCurrent();
    VF_HELD *Held = VfFindHeld(Processor, Lock);
    CHAR Text[120];

    if (Held == NULL) {
        if (Processor->Count == VF_MAXIMUM_HELD) {
            return; /* one of those that found no room, perhaps */
        }
        VfReleaseNotHeld(Lock, Allowed);
    }
    if ((Allowed & (1U << Held->How)) == 0) {
        BOOLEAN Queued = VfFamily(Held->How) == VfQueued;

        KeDescribeAddress(Held->Where, Text, sizeof(Text));
        VfStopRule(Queued ? VF_RULE_QUEUED_RELEASE : VF_RULE_RELEASE,
                   "%s: spin lock %p is released by the wrong routine; taken at %s",
                   Queued ? "QueuedSpinLockRelease" : "SpinlockRelease", Lock, Text);
    }
    VfCheckNewIrql(Processor, Held, NewIrql);
    VfClearOwner(Lock);
    VfRemove(Lock);
}

VOID
VfConvertHeld(PVOID Lock)
{
    VF_HELD *Held = VfFindHeld(VfCurrent(), Lock);

    if (Held != NULL) {
        Held->How = (Held->How == VfShared) ? VfExclusive : VfExclusiveAtDpc;
    }
}

ULONG
VfHeldCount(VOID)
{
    return VfCurrent()->Count;
}

VOID
VfRefuseHeld(const CHAR *Name)
{
    VF_PROCESSOR *Processor = VfCurrent();
    CHAR Taken[120];

    if (Processor->Count != 0) {
        const VF_HELD *Last = &Processor->Held[Processor->Count - 1];

        KeDescribeAddress(Last->Where, Taken, sizeof(Taken));
        VfStopRule(VF_RULE_SPIN_LOCK,
                   "SpinLock: %s called with spin lock %p held, taken at %s", Name,
                   Last->Lock, Taken);
    }
}

VOID
VfCheckHeld(ULONG_PTR Routine, ULONG Count)
{
    VF_PROCESSOR *Processor = VfCurrent();
    CHAR Name[120], Taken[120];

    if (Processor->Count == Count) {
        return;
    }
    KeDescribeAddress(Routine, Name, sizeof(Name));
    if (Processor->Count < Count) {
        VfStopRuleBlaming(Routine, VF_RULE_SPIN_LOCK,
                          "SpinLock: %s released a lock that its caller holds", Name);
    }
    KeDescribeAddress(Processor->Held[Count].Where, Taken, sizeof(Taken));
    VfStopRuleBlaming(Routine,
                      VfFamily(Processor->Held[Count].How) == VfQueued
                          ? VF_RULE_QUEUED_SPIN_LOCK
                          : VF_RULE_SPIN_LOCK,
                      "SpinLock: %s returns with spin lock %p held, taken at %s", Name,
                      Processor->Held[Count].Lock, Taken);
}

VOID
VfPushServiceLock(PKINTERRUPT Interrupt, ULONG_PTR Routine)
{
    VF_PROCESSOR *Processor = VfCurrent();

    VfCheckOrder(Interrupt->ActualLock, VfService, Routine, Processor->Held,
                 Processor->Count);
    VfPush(Interrupt->ActualLock, VfService, DISPATCH_LEVEL, Routine);
    VfSetOwner(Interrupt->ActualLock, VfService);
}

VOID
VfPopServiceLock(PKINTERRUPT Interrupt)
{
    VfClearOwner(Interrupt->ActualLock);
    VfRemove(Interrupt->ActualLock);
}
