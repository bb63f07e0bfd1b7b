/*
 * IRQL: the sixteen priorities of a processor, and the only place that touches CR8.
 *
 * The level of a processor is the content of its CR8, at every moment and without any
 * copy of it. Drivers carry these inlines in their binaries, so that a level changes
 * with no call into the kernel; work that waits for a lower level (a DPC, an APC) is a
 * pending self-interrupt and fires by itself when CR8 falls. (IRQL-1, IRQL-6, IRQL-19)
 *
 * Rules: a raise never lowers and a lower never raises. Whoever raises lowers again, to
 * the very level the raise gave. Each processor has its own level.
 */
#pragma once

#include <ntdef.h>

typedef UCHAR KIRQL, *PKIRQL;

#define PASSIVE_LEVEL  0
#define LOW_LEVEL      0
#define APC_LEVEL      1
#define DISPATCH_LEVEL 2
#define CMCI_LEVEL     5
#define SYNCH_LEVEL    12
#define CLOCK_LEVEL    13
#define IPI_LEVEL      14
#define DRS_LEVEL      14
#define POWER_LEVEL    14
#define PROFILE_LEVEL  15
#define HIGH_LEVEL     15

/* The memory clobbers keep the accesses a level protects between raise and lower. */
FORCEINLINE ULONG64
__readcr8(VOID)
{
    ULONG64 Value;

    __asm__ __volatile__("movq %%cr8, %0" : "=r"(Value) : : "memory");
    return Value;
}

FORCEINLINE VOID
__writecr8(ULONG64 Value)
{
    __asm__ __volatile__("movq %0, %%cr8" : : "r"(Value) : "memory");
}

FORCEINLINE KIRQL NTAPI
KeGetCurrentIrql(VOID)
{
    return (KIRQL)__readcr8();
}

/* Raises to NewIrql, at or above the present level, and returns the level before. */
_IRQL_raises_(NewIrql) _IRQL_saves_ FORCEINLINE KIRQL NTAPI
    KfRaiseIrql(_In_ KIRQL NewIrql)
{
    KIRQL OldIrql = KeGetCurrentIrql();

    __writecr8(NewIrql);
    return OldIrql;
}

/* Lowers to NewIrql, the level the matching raise returned. */
FORCEINLINE VOID NTAPI
KeLowerIrql(_In_ _IRQL_restores_ KIRQL NewIrql)
{
    __writecr8(NewIrql);
}

FORCEINLINE VOID NTAPI
KfLowerIrql(_In_ _IRQL_restores_ KIRQL NewIrql)
{
    __writecr8(NewIrql);
}

_IRQL_requires_max_(DISPATCH_LEVEL)
    _IRQL_raises_(DISPATCH_LEVEL) _IRQL_saves_ FORCEINLINE KIRQL NTAPI
    KeRaiseIrqlToDpcLevel(VOID)
{
    return KfRaiseIrql(DISPATCH_LEVEL);
}

_IRQL_requires_max_(SYNCH_LEVEL)
    _IRQL_raises_(SYNCH_LEVEL) _IRQL_saves_ FORCEINLINE KIRQL NTAPI
    KeRaiseIrqlToSynchLevel(VOID)
{
    return KfRaiseIrql(SYNCH_LEVEL);
}

#define KeRaiseIrql(NewIrql, OldIrql) (*(OldIrql) = KfRaiseIrql(NewIrql))
#define KzRaiseIrql(NewIrql)          KfRaiseIrql(NewIrql)
#define KzLowerIrql(NewIrql)          KeLowerIrql(NewIrql)
