/*
 * Finds the ACPI tables in memory and keeps what the HAL needs of them in HalpPlatform.
 *
 * Tables are read through the direct map. It is known to cover the first 4 GiB; a table
 * that firmware put above that is refused rather than guessed at.
 */
#include "halp.h"

#define TABLE_ADDRESS_LIMIT      0x100000000ULL
#define LARGEST_TABLE            0x1000000U /* 16 MiB; a longer one is damaged */
#define CPUID_INITIAL_APIC_SHIFT 24

HALP_PLATFORM HalpPlatform;

/* The table at Address when all of it may be read and it is sound; NULL otherwise. */
static const UCHAR *
HalpMapTable(ULONG64 Address, const CHAR *Signature)
{
    if (Address == 0 || Address >= TABLE_ADDRESS_LIMIT - ACPI_HEADER_LENGTH) {
        return NULL;
    }
    const UCHAR *Table = ArchDirectMap(Address);
    ULONG64 Available = min(TABLE_ADDRESS_LIMIT - Address, LARGEST_TABLE);
    return HalpTableIsSound(Table, (ULONG)Available, Signature) ? Table : NULL;
}

/* Does not believe the checksum yet: tells which table stands at Address. */
static BOOLEAN
HalpTableHasSignature(ULONG64 Address, const CHAR *Signature)
{
    return Address != 0 && Address < TABLE_ADDRESS_LIMIT - ACPI_HEADER_LENGTH &&
           __builtin_memcmp(ArchDirectMap(Address), Signature, 4) == 0;
}

/* The first sound table of that name, or NULL; each damaged one is said in one line. */
static const UCHAR *
HalpFindTable(const UCHAR *Root, BOOLEAN Wide, const CHAR *Signature)
{
    ULONG Count = HalpQueryTableEntries(Root, Wide);
    for (ULONG Index = 0; Index < Count; Index++) {
        ULONG64 Address = HalpQueryTableEntry(Root, Wide, Index);
        if (!HalpTableHasSignature(Address, Signature)) {
            continue;
        }
        const UCHAR *Table = HalpMapTable(Address, Signature);
        if (Table != NULL) {
            return Table;
        }
        HalpPrint("ACPI table %.4s at %llx is damaged", Signature, Address);
    }
    return NULL;
}

static ULONG
HalpQueryInitialApicId(VOID)
{
    ULONG Registers[4];
    ArchCpuid(1, 0, Registers);
    return Registers[1] >> CPUID_INITIAL_APIC_SHIFT;
}

/* Without a sound MADT there is nothing to run on: its statuses are the caller's. */
static NTSTATUS
HalpReadMadt(const UCHAR *Root, BOOLEAN Wide)
{
    PHALP_MADT Madt = &HalpPlatform.Madt;
    const UCHAR *Table = HalpFindTable(Root, Wide, "APIC");
    if (Table == NULL) {
        HalpPrint("no usable MADT: processors and I/O APICs are unknown");
        return STATUS_ACPI_INVALID_TABLE;
    }
    NTSTATUS Status = HalpParseMadt(Table, Madt);
    if (!NT_SUCCESS(Status)) {
        HalpPrint("the MADT is malformed");
        return Status;
    }
    if (!HalpOrderProcessors(Madt, HalpQueryInitialApicId())) {
        HalpPrint("the MADT does not list the boot processor, APIC id %u",
                  HalpQueryInitialApicId());
        return STATUS_ACPI_INVALID_TABLE;
    }
    if (Madt->ProcessorsLeftOut != 0) {
        HalpPrint("%u processors left out: more than %u, or an APIC id above 254",
                  Madt->ProcessorsLeftOut, HAL_MAXIMUM_PROCESSORS);
    }
    return STATUS_SUCCESS;
}

/* The FADT serves power off and the clock's century: without it both do less. */
static VOID
HalpReadFadt(const UCHAR *Root, BOOLEAN Wide)
{
    const UCHAR *Table = HalpFindTable(Root, Wide, "FACP");
    if (Table == NULL || !NT_SUCCESS(HalpParseFadt(Table, &HalpPlatform.Fadt))) {
        HalpPrint("no usable FADT: power off by ACPI is not possible");
        return;
    }
    const UCHAR *Dsdt = HalpMapTable(HalpPlatform.Fadt.Dsdt, "DSDT");
    HalpPlatform.CanSleep =
        Dsdt != NULL && HalpFindSleepTypes(Dsdt, &HalpPlatform.SleepTypes);
}

static VOID
HalpReadOptionalTables(const UCHAR *Root, BOOLEAN Wide)
{
    const UCHAR *Table = HalpFindTable(Root, Wide, "MCFG");
    if (Table != NULL && !NT_SUCCESS(HalpParseMcfg(Table, &HalpPlatform.Mcfg))) {
        HalpPrint("the MCFG is malformed: PCI configuration goes by ports");
    }
    Table = HalpFindTable(Root, Wide, "HPET");
    HalpPlatform.HpetAddress = Table != NULL ? HalpParseHpet(Table) : 0;
}

/*
 * Reads the tables that the root pointer leads to.
 *
 * Rsdp: a copy of the root pointer, RsdpLength bytes valid. STATUS_NOT_FOUND: it is none.
 * STATUS_ACPI_INVALID_TABLE: no root table or no MADT that can be trusted. Boot
 * processor, once, interrupts off.
 */
NTSTATUS
HalInitializeAcpi(const UCHAR *Rsdp, ULONG RsdpLength)
{
    HALP_ROOT_POINTER Pointer;
    NTSTATUS Status = HalpParseRootPointer(Rsdp, RsdpLength, &Pointer);
    if (!NT_SUCCESS(Status)) {
        HalpPrint("the ACPI root pointer is missing or damaged");
        return Status;
    }
    BOOLEAN Wide = TRUE;
    const UCHAR *Root = HalpMapTable(Pointer.Xsdt, "XSDT");
    if (Root == NULL) {
        Wide = FALSE;
        Root = HalpMapTable(Pointer.Rsdt, "RSDT");
    }
    if (Root == NULL) {
        HalpPrint("neither XSDT nor RSDT is usable");
        return STATUS_ACPI_INVALID_TABLE;
    }
    Status = HalpReadMadt(Root, Wide);
    if (NT_SUCCESS(Status)) {
        HalpReadFadt(Root, Wide);
        HalpReadOptionalTables(Root, Wide);
    }
    return Status;
}

/* The enabled processors, boot processor first; the index is the processor number. */
ULONG
HalQueryProcessors(const HAL_PROCESSOR **Processors)
{
    *Processors = HalpPlatform.Madt.Processors;
    return HalpPlatform.Madt.ProcessorCount;
}
