/*
 * The local APIC of a processor: how it is set up when the processor starts.
 *
 * The task priority is left alone. It is CR8, which is the IRQL, and has one writer.
 */
#include "halp.h"
#include "apicreg.h"

#define CPUID_APIC 0x200 /* leaf 1, edx */

#define MSR_APIC_BASE     0x1B
#define APIC_BASE_X2APIC  0x400
#define APIC_BASE_ENABLED 0x800
#define APIC_BASE_MODE    (APIC_BASE_X2APIC | APIC_BASE_ENABLED)
#define APIC_BASE_BSP     0x100
#define APIC_BASE_ADDRESS 0x000FFFFFFFFFF000ULL

static ULONG64 HalpApicBase; /* physical; written once by the boot processor */

BOOLEAN
HalLocalApicPresent(VOID)
{
    ULONG Registers[4];
    ArchCpuid(1, 0, Registers);
    return (Registers[3] & CPUID_APIC) != 0;
}

/*
 * Sees to it that the APIC is on, in xAPIC mode, at the address that is mapped. Firmware
 * may have left x2APIC mode on, which can only be left through the off state.
 */
static VOID
HalpSetApicBase(VOID)
{
    ULONG64 Base = ArchReadMsr(MSR_APIC_BASE);
    if (HalpApicBase == 0) {
        HalpApicBase = Base & APIC_BASE_ADDRESS;
        if (HalpApicBase != HalpPlatform.Madt.LocalApicAddress) {
            HalpPrint("the MADT puts the local APIC at %llx, the processor at %llx",
                      HalpPlatform.Madt.LocalApicAddress, HalpApicBase);
        }
        if (!ArchMapPage(ARCH_LOCAL_APIC_BASE, HalpApicBase,
                         ARCH_PAGE_WRITE | ARCH_PAGE_UNCACHED)) {
            HalpPrint("no page table for the local APIC");
            HalLeaveMachine(HAL_VERDICT_BOOT_REFUSED);
        }
    }
    if ((Base & APIC_BASE_X2APIC) != 0) {
        ArchWriteMsr(MSR_APIC_BASE, Base & ~(ULONG64)APIC_BASE_MODE);
    }
    ULONG64 Wanted = (Base & APIC_BASE_BSP) | HalpApicBase | APIC_BASE_ENABLED;
    if (Base != Wanted) {
        ArchWriteMsr(MSR_APIC_BASE, Wanted);
    }
}

/* The processor's number, which is its place in the list; FALSE when it is not in it. */
static BOOLEAN
HalpFindProcessor(ULONG ApicId, ULONG *Number)
{
    const HAL_PROCESSOR *Processors;
    ULONG Count = HalQueryProcessors(&Processors);
    for (ULONG Index = 0; Index < Count; Index++) {
        if (Processors[Index].ApicId == ApicId) {
            *Number = Index;
            return TRUE;
        }
    }
    return FALSE;
}

/* Both pins masked, then those that the MADT calls NMI inputs of this processor opened.
 */
static VOID
HalpSetLocalPins(ULONG AcpiId)
{
    HalpWriteApic(APIC_LVT_LINT0, APIC_LVT_MASKED);
    HalpWriteApic(APIC_LVT_LINT1, APIC_LVT_MASKED);
    for (ULONG Index = 0; Index < HalpPlatform.Madt.LocalNmiCount; Index++) {
        const HALP_LOCAL_NMI *Nmi = &HalpPlatform.Madt.LocalNmis[Index];
        if (Nmi->AcpiId == HALP_EVERY_PROCESSOR || Nmi->AcpiId == AcpiId) {
            HalpWriteApic(Nmi->Lint == 0 ? APIC_LVT_LINT0 : APIC_LVT_LINT1,
                          APIC_LVT_NMI | (Nmi->ActiveLow ? APIC_LVT_ACTIVE_LOW : 0) |
                              (Nmi->Level ? APIC_LVT_LEVEL : 0));
        }
    }
}

/* The entries that exist beyond timer, LINT0 and LINT1 depend on the APIC's version. */
static VOID
HalpMaskLocalSources(VOID)
{
    static const USHORT Entries[] = {APIC_LVT_PERFORMANCE, APIC_LVT_THERMAL,
                                     APIC_LVT_CMCI};
    ULONG Largest = (HalpReadApic(APIC_VERSION) >> APIC_VERSION_LVT_SHIFT) & 0xFF;
    HalpWriteApic(APIC_LVT_TIMER, APIC_LVT_MASKED);
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Entries) && Index + 4 <= Largest;
         Index++) {
        HalpWriteApic(Entries[Index], APIC_LVT_MASKED);
    }
}

/*
 * Sets up the local APIC of the processor that runs this: enabled, all sources masked but
 * NMI and errors, spurious vector 0xDF (SPR-2), flat logical id for the first eight. The
 * boot processor comes first and maps the registers. Interrupts off.
 */
VOID
HalInitializeLocalApic(VOID)
{
    ULONG Number = 0;
    HalpSetApicBase();
    if (!HalpFindProcessor(HalQueryLocalApicId(), &Number)) {
        HalpPrint("APIC id %u is no processor of the MADT", HalQueryLocalApicId());
    }
    HalpWriteApic(APIC_DESTINATION_FORMAT, APIC_FORMAT_FLAT);
    HalpWriteApic(APIC_LOGICAL_DESTINATION,
                  Number < HALP_FLAT_PROCESSORS ? 1U << (APIC_ID_SHIFT + Number) : 0);
    HalpMaskLocalSources();
    HalpSetLocalPins(HalpPlatform.Madt.Processors[Number].AcpiId);
    HalpWriteApic(APIC_LVT_ERROR, APIC_ERROR_VECTOR);
    HalpWriteApic(APIC_SPURIOUS, APIC_SPURIOUS_ENABLE | SPURIOUS_VECTOR);
    /* A write latches what went wrong before; twice, to begin with an empty register. */
    HalpWriteApic(APIC_ERROR_STATUS, 0);
    HalpWriteApic(APIC_ERROR_STATUS, 0);
}

ULONG
HalQueryLocalApicId(VOID)
{
    return HalpReadApic(APIC_ID) >> APIC_ID_SHIFT;
}

static BOOLEAN
HalpTestVectorBit(ULONG FirstRegister, UCHAR Vector)
{
    ULONG Word = HalpReadApic(FirstRegister + (Vector >> 5) * 0x10U);
    return (Word >> (Vector & 31)) & 1;
}

/* Any IRQL, with the thread kept on its processor. */
BOOLEAN
HalVectorInService(UCHAR Vector)
{
    return HalpTestVectorBit(APIC_IN_SERVICE, Vector);
}

BOOLEAN
HalVectorRequested(UCHAR Vector)
{
    return HalpTestVectorBit(APIC_REQUESTED, Vector);
}
