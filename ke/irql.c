/*
 * The level's routines for binaries that import them: for whoever is compiled against the
 * headers they are one instruction of his own. (IRQL-16, IRQL-17)
 */
#include "ki.h"

static KIRQL NTAPI
KiGetCurrentIrql(VOID)
{
    return KeGetCurrentIrql();
}
EXPORT_AS(KeGetCurrentIrql, KiGetCurrentIrql);

static KIRQL NTAPI
KiRaiseIrql(KIRQL NewIrql)
{
    return KfRaiseIrql(NewIrql);
}
EXPORT_AS(KfRaiseIrql, KiRaiseIrql);

static KIRQL NTAPI
KiRaiseIrqlToDpcLevel(VOID)
{
    return KeRaiseIrqlToDpcLevel();
}
EXPORT_AS(KeRaiseIrqlToDpcLevel, KiRaiseIrqlToDpcLevel);

static VOID NTAPI
KiLowerIrql(KIRQL NewIrql)
{
    KeLowerIrql(NewIrql);
}
EXPORT_AS(KeLowerIrql, KiLowerIrql);
