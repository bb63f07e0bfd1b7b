/*
 * Levels: each exported routine's lowest and highest, from the headers' annotations, and the
 * subcode that a call from elsewhere ends with.
 */
#include "vf.h"

/* Made by tools/irql_table. */
static const VF_RULE VfRules[] = {
#include "irqltable.h"
};
C_ASSERT(RTL_NUMBER_OF(VfRules) <= VF_MAXIMUM_RULES);

static PVOID VfRuleRoutines[VF_MAXIMUM_RULES]; /* set when a driver imports it */

/* Routines with a subcode of their own; the parameters are IRQL, First, Second. */
typedef enum _VF_ARGUMENT {
    VfNothing,
    VfFirst /* the routine's first argument */
} VF_ARGUMENT;

typedef struct _VF_SUBCODE {
    const CHAR *Name;
    ULONG Subcode;
    VF_ARGUMENT First;
    VF_ARGUMENT Second;
} VF_SUBCODE;

static const VF_SUBCODE VfSubcodes[] = {
    {"KeSetEvent", VF_EVENT_ABOVE_DISPATCH, VfFirst, VfNothing},
    {"ExAcquireFastMutex", VF_MUTEX_ABOVE_APC, VfFirst, VfNothing},
    {"ExAcquireFastMutexUnsafe", VF_MUTEX_ABOVE_APC, VfFirst, VfNothing},
    {"ExTryToAcquireFastMutex", VF_MUTEX_ABOVE_APC, VfFirst, VfNothing},
    {"KeAcquireGuardedMutex", VF_MUTEX_ABOVE_APC, VfFirst, VfNothing},
    {"KeTryToAcquireGuardedMutex", VF_MUTEX_ABOVE_APC, VfFirst, VfNothing},
    {"ExReleaseFastMutex", VF_MUTEX_NOT_APC, VfFirst, VfNothing},
    {"IoAcquireCancelSpinLock", VF_ACQUIRE_ABOVE, VfNothing, VfNothing},
    {"IoReleaseCancelSpinLock", VF_CANCEL_LOCK_RELEASE, VfNothing, VfFirst},
    {"KeEnterCriticalRegion", VF_ENTER_REGION, VfNothing, VfNothing},
    {"KeEnterGuardedRegion", VF_ENTER_REGION, VfNothing, VfNothing},
    {"KeLeaveCriticalRegion", VF_LEAVE_REGION, VfNothing, VfNothing},
    {"KeLeaveGuardedRegion", VF_LEAVE_REGION, VfNothing, VfNothing},
};

/* The DDI compliance rules that speak of levels, by what a name begins with. The first row
   that fits is the one; Highest is the highest level the routine may be called at. */
typedef struct _VF_DDI_RULE {
    const CHAR *Prefix;
    KIRQL Highest;
    ULONG Subcode;
    const CHAR *Name;
} VF_DDI_RULE;

static const VF_DDI_RULE VfDdiRules[] = {
    {"Ex", PASSIVE_LEVEL, 0x20008, "IrqlExPassive"},
    {"Ex", APC_LEVEL, 0x20005, "IrqlExApcLte1"},
    {"Io", PASSIVE_LEVEL, 0x2000A, "IrqlIoPassive1"},
    {"Io", APC_LEVEL, 0x20009, "IrqlIoApcLte"},
    {"Io", DISPATCH_LEVEL, 0x20022, "IrqlIoDispatch"},
    {"Ke", APC_LEVEL, 0x2000F, "IrqlKeApcLte1"},
    {"Ke", DISPATCH_LEVEL, 0x20011, "IrqlKeDispatchLte"},
    {"Mm", APC_LEVEL, 0x20019, "IrqlMmApcLte"},
    {"Mm", DISPATCH_LEVEL, 0x2001A, "IrqlMmDispatch"},
    {"Ob", APC_LEVEL, 0x2001B, "IrqlObPassive"},
    {"Ps", APC_LEVEL, 0x2001C, "IrqlPsPassive"},
    {"Rtl", APC_LEVEL, 0x2001E, "IrqlRtlPassive"},
    {"Zw", APC_LEVEL, 0x2001F, "IrqlZwPassive"},
    {"", APC_LEVEL, 0x20002, "IrqlApcLte"},
    {"", HIGH_LEVEL, 0x20003, "IrqlDispatch"},
};

PVOID
VfFindRuleStub(const CHAR *Name, PVOID Routine)
{
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(VfRules); Index++) {
        if (strcmp(VfRules[Index].Name, Name) == 0) {
            VfRuleRoutines[Index] = Routine;
            return (PVOID)&VfRuleStubs[Index * VF_STUB_SIZE];
        }
    }
    return NULL;
}

static ULONG_PTR
VfArgument(VF_ARGUMENT Argument, const ULONG_PTR Arguments[4])
{
    return (Argument == VfFirst) ? Arguments[0] : 0;
}

static const CHAR *
VfDescribeLevels(const VF_RULE *Rule, CHAR *Buffer, SIZE_T Size)
{
    if (Rule->Lowest == Rule->Highest) {
        RtlFormat(Buffer, Size, "IRQL %u", Rule->Lowest);
    } else if (Rule->Lowest == PASSIVE_LEVEL) {
        RtlFormat(Buffer, Size, "IRQL %u or below", Rule->Highest);
    } else {
        RtlFormat(Buffer, Size, "IRQL %u or above", Rule->Lowest);
    }
    return Buffer;
}

static const VF_DDI_RULE *
VfFindDdiRule(const VF_RULE *Rule)
{
    const VF_DDI_RULE *Ddi = VfDdiRules;

    while (strncmp(Rule->Name, Ddi->Prefix, strlen(Ddi->Prefix)) != 0 ||
           Rule->Highest > Ddi->Highest) {
        Ddi++; /* the last row fits all */
    }
    return Ddi;
}

/* Does not return. */
static VOID
VfBreakRule(const VF_RULE *Rule, KIRQL Irql, const ULONG_PTR Arguments[4])
{
    const VF_DDI_RULE *Ddi;
    CHAR Levels[32];

    VfDescribeLevels(Rule, Levels, sizeof(Levels));
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(VfSubcodes); Index++) {
        const VF_SUBCODE *Own = &VfSubcodes[Index];

        if (strcmp(Own->Name, Rule->Name) == 0) {
            VfStop(Own->Subcode, Irql, VfArgument(Own->First, Arguments),
                   VfArgument(Own->Second, Arguments),
                   "%s called at IRQL %u; it needs %s", Rule->Name, Irql, Levels);
        }
    }
    Ddi = VfFindDdiRule(Rule);
    VfStopRule(Ddi->Subcode, "%s: %s called at IRQL %u; it needs %s", Ddi->Name,
               Rule->Name, Irql, Levels);
}

PVOID
VfCheckRule(ULONG Index, const ULONG_PTR Arguments[4])
{
    const VF_RULE *Rule = &VfRules[Index];
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql < Rule->Lowest || Irql > Rule->Highest) {
        VfBreakRule(Rule, Irql, Arguments);
    }
    return VfRuleRoutines[Index];
}
