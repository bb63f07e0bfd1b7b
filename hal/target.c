/*
 * How the processors of an interrupt are named to what sends it.
 *
 * One processor is named by its APIC id, and delivery is fixed. Several are named by the
 * bits that apic.c gave the first eight (flat logical ids), and each interrupt goes to one
 * of them, by lowest priority. Which form an interrupt has depends on its affinity alone,
 * not on how many of its processors are enabled: while they come and go, only the
 * destination changes, and a message's data never does.
 */
#include "halp.h"

static ULONG
HalpFirstProcessor(ULONG64 Affinity)
{
    return (ULONG)__builtin_ctzll(Affinity);
}

ULONG64
HalpReachableAffinity(ULONG64 Affinity)
{
    ULONG Processors = HalpPlatform.Madt.ProcessorCount;
    ULONG64 Present =
        Processors < HAL_MAXIMUM_PROCESSORS ? (1ULL << Processors) - 1 : ~0ULL;
    if (Affinity == 0 || (Affinity & ~Present) != 0) {
        return 0;
    }
    ULONG64 First = 1ULL << HalpFirstProcessor(Affinity);
    BOOLEAN Flat =
        Affinity >> HALP_FLAT_PROCESSORS == 0 && !HalpPlatform.Fadt.NoFlatDestinations;
    return Flat ? Affinity : First;
}

HALP_TARGET
HalpQueryTarget(ULONG64 Affinity, ULONG64 Enabled)
{
    HALP_TARGET Target;
    Target.Logical = (Affinity & (Affinity - 1)) != 0;
    if (Target.Logical) {
        Target.Destination = (UCHAR)(Enabled != 0 ? Enabled : Affinity);
    } else {
        Target.Destination =
            (UCHAR)HalpPlatform.Madt.Processors[HalpFirstProcessor(Affinity)].ApicId;
    }
    return Target;
}
