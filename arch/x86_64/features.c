/*
 * Processor features: what CPUID says, asked once, and the control bits that follow from
 * it.
 *
 * TCG hangs on reserved CR4 bits and real processors fault, so no bit is set that CPUID
 * does not announce. The boot processor asks; every processor enables.
 */
#include "archp.h"

ARCH_FEATURES ArchFeatures;

FORCEINLINE ULONG64
ArchpReadCr0(VOID)
{
    ULONG64 Value;
    __asm__ volatile("mov %%cr0, %0" : "=r"(Value));
    return Value;
}

FORCEINLINE VOID
ArchpWriteCr0(ULONG64 Value)
{
    __asm__ volatile("mov %0, %%cr0" ::"r"(Value) : "memory");
}

FORCEINLINE ULONG64
ArchpReadCr4(VOID)
{
    ULONG64 Value;
    __asm__ volatile("mov %%cr4, %0" : "=r"(Value));
    return Value;
}

FORCEINLINE VOID
ArchpWriteCr4(ULONG64 Value)
{
    __asm__ volatile("mov %0, %%cr4" ::"r"(Value) : "memory");
}

/* The 48 characters of leaves 80000002h to 80000004h. */
static VOID
ArchpQueryBrand(ULONG HighestExtended)
{
    ULONG Registers[4];

    if (HighestExtended < 0x80000004) {
        return;
    }
    for (ULONG Part = 0; Part < 3; Part++) {
        ArchCpuid(0x80000002 + Part, 0, Registers);
        memcpy(ArchFeatures.Brand + 16 * Part, Registers, 16);
    }
}

/* Fills ArchFeatures from CPUID. Boot processor, once. */
VOID
ArchQueryFeatures(VOID)
{
    ULONG Registers[4], Highest, HighestExtended;

    ArchCpuid(0, 0, Registers);
    Highest = Registers[0];
    memcpy(ArchFeatures.Vendor, &Registers[1], 4);
    memcpy(ArchFeatures.Vendor + 4, &Registers[3], 4);
    memcpy(ArchFeatures.Vendor + 8, &Registers[2], 4);

    ArchCpuid(1, 0, Registers);
    ArchFeatures.X2Apic = (Registers[2] >> 21) & 1;
    ArchFeatures.TscDeadline = (Registers[2] >> 24) & 1;
    ArchFeatures.PageAttributes = (Registers[3] >> 16) & 1;
    if (Highest >= 7) {
        ArchCpuid(7, 0, Registers);
        ArchFeatures.Smep = (Registers[1] >> 7) & 1;
        ArchFeatures.Smap = (Registers[1] >> 20) & 1;
        ArchFeatures.Umip = (Registers[2] >> 2) & 1;
    }

    ArchCpuid(0x80000000, 0, Registers);
    HighestExtended = Registers[0];
    ArchCpuid(0x80000001, 0, Registers);
    ArchFeatures.NoExecute = (Registers[3] >> 20) & 1;
    ArchFeatures.PhysicalAddressBits = 36;
    if (HighestExtended >= 0x80000008) {
        ArchCpuid(0x80000008, 0, Registers);
        ArchFeatures.PhysicalAddressBits = (UCHAR)Registers[0];
    }
    if (HighestExtended >= 0x80000007) {
        ArchCpuid(0x80000007, 0, Registers);
        ArchFeatures.InvariantTsc = (Registers[3] >> 8) & 1;
    }
    ArchpQueryBrand(HighestExtended);
}

/* Sets, on this processor, the control bits the features allow. */
VOID
ArchEnableFeatures(VOID)
{
    ULONG64 Cr4 = ArchpReadCr4() | CR4_OSFXSR | CR4_OSXMMEXCPT;

    if (ArchFeatures.Smep) {
        Cr4 |= CR4_SMEP;
    }
    if (ArchFeatures.Smap) {
        Cr4 |= CR4_SMAP;
    }
    if (ArchFeatures.Umip) {
        Cr4 |= CR4_UMIP;
    }
    ArchpWriteCr4(Cr4);
    /* A processor that was just reset has its caches off (CD, NW). */
    ArchpWriteCr0((ArchpReadCr0() | CR0_WRITE_PROTECT | CR0_MONITOR_COPROCESSOR) &
                  ~(CR0_EMULATION | CR0_CACHE_DISABLE | CR0_NOT_WRITE_THROUGH));
    if (ArchFeatures.NoExecute) {
        ArchWriteMsr(MSR_EFER, ArchReadMsr(MSR_EFER) | EFER_NO_EXECUTE);
    }
    /* No page has the type that changes yet, so that no cache line does. */
    if (ArchFeatures.PageAttributes) {
        ArchWriteMsr(MSR_PAT, PAT_TYPES);
    }
}
