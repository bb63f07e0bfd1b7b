/*
 * The level routines as imports. Drivers compiled against these headers, or for x64 with
 * Microsoft's, carry them inline and never come here: what they do wrong with CR8 no kernel
 * can see. A driver that does import them is checked. (IRQL-18)
 */
#include "ki.h"

/* BUG-3: to a lower level. Parameters: the level now, the one asked for, the caller. */
static KIRQL
KiRaise(KIRQL NewIrql, PVOID Caller)
{
    KIRQL OldIrql = KeGetCurrentIrql();

    if (NewIrql < OldIrql || NewIrql > HIGH_LEVEL) {
        KeBugCheckEx(IRQL_NOT_GREATER_OR_EQUAL, OldIrql, NewIrql, 0, (ULONG_PTR)Caller);
    }
    __writecr8(NewIrql);
    return OldIrql;
}

/* BUG-4: to a higher level. Parameters: the level asked for, the one now, 0, the caller. */
static VOID
KiLower(KIRQL NewIrql, PVOID Caller)
{
    KIRQL OldIrql = KeGetCurrentIrql();

    if (NewIrql > OldIrql) {
        KeBugCheckEx(IRQL_NOT_LESS_OR_EQUAL, NewIrql, OldIrql, 0, (ULONG_PTR)Caller);
    }
    __writecr8(NewIrql);
}

/* KfRaiseIrql: raises to NewIrql; returns the level before. IRQL: <= NewIrql, else bug
   check 9. Source: IRQL-16, IRQL-18. */
static KIRQL NTAPI
KiImportedRaise(KIRQL NewIrql)
{
    return KiRaise(NewIrql, __builtin_return_address(0));
}
EXPORT_AS(KfRaiseIrql, KiImportedRaise);

/* KfLowerIrql, KeLowerIrql: back to NewIrql. IRQL: >= NewIrql, else bug check 0xA. Source:
   IRQL-16, IRQL-18. */
static VOID NTAPI
KiImportedLower(KIRQL NewIrql)
{
    KiLower(NewIrql, __builtin_return_address(0));
}
EXPORT_AS(KfLowerIrql, KiImportedLower);
EXPORT_AS(KeLowerIrql, KiImportedLower);

/* KeRaiseIrqlToDpcLevel. IRQL: <= DISPATCH_LEVEL, else bug check 9. Source: IRQL-14,
   IRQL-18. */
static KIRQL NTAPI
KiImportedRaiseToDpc(VOID)
{
    return KiRaise(DISPATCH_LEVEL, __builtin_return_address(0));
}
EXPORT_AS(KeRaiseIrqlToDpcLevel, KiImportedRaiseToDpc);

/* KeRaiseIrqlToSynchLevel. IRQL: <= SYNCH_LEVEL, else bug check 9. */
static KIRQL NTAPI
KiImportedRaiseToSynch(VOID)
{
    return KiRaise(SYNCH_LEVEL, __builtin_return_address(0));
}
EXPORT_AS(KeRaiseIrqlToSynchLevel, KiImportedRaiseToSynch);

/* KeGetCurrentIrql. IRQL: any. */
static KIRQL NTAPI
KiImportedCurrentIrql(VOID)
{
    return KeGetCurrentIrql();
}
EXPORT_AS(KeGetCurrentIrql, KiImportedCurrentIrql);

/* LCK-5: an AtDpcLevel routine below DISPATCH_LEVEL. */
VOID
KiRefuseLowLevel(ULONG_PTR Lock)
{
    KeBugCheckEx(IRQL_NOT_GREATER_OR_EQUAL, Lock, KeGetCurrentIrql(), 0, 0);
}
