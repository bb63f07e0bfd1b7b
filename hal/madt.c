/*
 * The MADT: which processors and I/O APICs there are, and where the ISA lines arrive.
 *
 * Its entries are a chain of {type, length} records. A length that is too short for its
 * type, or that leaves the table, ends the boot: what follows it cannot be trusted, and a
 * wrong interrupt controller is worse than none.
 */
#include "tables.h"

#define MADT_FIRST_ENTRY 44

#define MADT_LOCAL_APIC         0
#define MADT_IOAPIC             1
#define MADT_SOURCE_OVERRIDE    2
#define MADT_LOCAL_NMI          4
#define MADT_LOCAL_APIC_ADDRESS 5
#define MADT_LOCAL_X2APIC       9

#define MADT_PROCESSOR_ENABLED 0x1
#define MADT_LARGEST_APIC_ID   254 /* what xAPIC mode can address; 255 is "all" */

/* MPS INTI flags; 0 in either field means "as the bus does", which for ISA is high, edge.
 */
#define INTI_POLARITY_MASK 0x3
#define INTI_ACTIVE_LOW    0x3
#define INTI_TRIGGER_MASK  0xC
#define INTI_LEVEL         0xC

/* An online-capable processor that is not enabled is not there yet: it is left out. */
static VOID
HalpAddProcessor(PHALP_MADT Madt, ULONG ApicId, ULONG AcpiId, ULONG Flags)
{
    if ((Flags & MADT_PROCESSOR_ENABLED) == 0) {
        return;
    }
    /* Firmware may list one processor as type 0 and as type 9. */
    for (ULONG Index = 0; Index < Madt->ProcessorCount; Index++) {
        if (Madt->Processors[Index].ApicId == ApicId) {
            return;
        }
    }
    if (ApicId > MADT_LARGEST_APIC_ID || Madt->ProcessorCount == HAL_MAXIMUM_PROCESSORS) {
        Madt->ProcessorsLeftOut++;
        return;
    }
    PHAL_PROCESSOR Processor = &Madt->Processors[Madt->ProcessorCount++];
    Processor->ApicId = ApicId;
    Processor->AcpiId = AcpiId;
}

static VOID
HalpAddIoApic(PHALP_MADT Madt, const UCHAR *Entry)
{
    if (Madt->IoApicCount == HALP_MAXIMUM_IOAPICS) {
        return;
    }
    PHALP_IOAPIC_ENTRY IoApic = &Madt->IoApics[Madt->IoApicCount++];
    IoApic->Id = Entry[2];
    IoApic->Address = HalpRead32(Entry + 4);
    IoApic->GsiBase = HalpRead32(Entry + 8);
}

/* Bus 0 is ISA, the only one an override can name. */
static VOID
HalpAddOverride(PHALP_MADT Madt, const UCHAR *Entry)
{
    if (Entry[2] != 0 || Entry[3] >= HALP_ISA_LINES) {
        return;
    }
    USHORT Flags = HalpRead16(Entry + 8);
    PHALP_ISA_SOURCE Source = &Madt->Isa[Entry[3]];
    Source->Gsi = HalpRead32(Entry + 4);
    Source->ActiveLow = (Flags & INTI_POLARITY_MASK) == INTI_ACTIVE_LOW;
    Source->Level = (Flags & INTI_TRIGGER_MASK) == INTI_LEVEL;
    Source->Overridden = TRUE;
}

static VOID
HalpAddLocalNmi(PHALP_MADT Madt, const UCHAR *Entry)
{
    if (Entry[5] > 1 || Madt->LocalNmiCount == HALP_MAXIMUM_LOCAL_NMIS) {
        return;
    }
    USHORT Flags = HalpRead16(Entry + 3);
    PHALP_LOCAL_NMI Nmi = &Madt->LocalNmis[Madt->LocalNmiCount++];
    Nmi->AcpiId = Entry[2] == MAXUCHAR ? HALP_EVERY_PROCESSOR : Entry[2];
    Nmi->Lint = Entry[5];
    Nmi->ActiveLow = (Flags & INTI_POLARITY_MASK) == INTI_ACTIVE_LOW;
    Nmi->Level = (Flags & INTI_TRIGGER_MASK) == INTI_LEVEL;
}

/* Bytes an entry of this type must have; types that are not read need their header only.
 */
static UCHAR
HalpShortestEntry(UCHAR Type)
{
    switch (Type) {
    case MADT_LOCAL_APIC:
        return 8;
    case MADT_IOAPIC:
        return 12;
    case MADT_SOURCE_OVERRIDE:
        return 10;
    case MADT_LOCAL_NMI:
        return 6;
    case MADT_LOCAL_APIC_ADDRESS:
        return 12;
    case MADT_LOCAL_X2APIC:
        return 16;
    default:
        return 2;
    }
}

static VOID
HalpAddEntry(PHALP_MADT Madt, const UCHAR *Entry)
{
    switch (Entry[0]) {
    case MADT_LOCAL_APIC:
        HalpAddProcessor(Madt, Entry[3], Entry[2], HalpRead32(Entry + 4));
        break;
    case MADT_IOAPIC:
        HalpAddIoApic(Madt, Entry);
        break;
    case MADT_SOURCE_OVERRIDE:
        HalpAddOverride(Madt, Entry);
        break;
    case MADT_LOCAL_NMI:
        HalpAddLocalNmi(Madt, Entry);
        break;
    case MADT_LOCAL_APIC_ADDRESS:
        Madt->LocalApicAddress = HalpRead64(Entry + 4);
        break;
    case MADT_LOCAL_X2APIC:
        HalpAddProcessor(Madt, HalpRead32(Entry + 4), HalpRead32(Entry + 12),
                         HalpRead32(Entry + 8));
        break;
    }
}

/*
 * Fills Madt. STATUS_ACPI_INVALID_TABLE: an entry is cut off or too short for its type,
 * or the table names no processor.
 */
NTSTATUS
HalpParseMadt(const UCHAR *Table, PHALP_MADT Madt)
{
    __builtin_memset(Madt, 0, sizeof(*Madt));
    for (ULONG Line = 0; Line < HALP_ISA_LINES; Line++) {
        Madt->Isa[Line].Gsi = Line;
    }
    ULONG Length = HalpTableLength(Table);
    if (Length < MADT_FIRST_ENTRY) {
        return STATUS_ACPI_INVALID_TABLE;
    }
    Madt->LocalApicAddress = HalpRead32(Table + 36);
    for (ULONG Offset = MADT_FIRST_ENTRY; Offset < Length; Offset += Table[Offset + 1]) {
        const UCHAR *Entry = Table + Offset;
        if (Length - Offset < 2 || Entry[1] > Length - Offset ||
            Entry[1] < HalpShortestEntry(Entry[0])) {
            return STATUS_ACPI_INVALID_TABLE;
        }
        HalpAddEntry(Madt, Entry);
    }
    return Madt->ProcessorCount != 0 ? STATUS_SUCCESS : STATUS_ACPI_INVALID_TABLE;
}

BOOLEAN
HalpOrderProcessors(PHALP_MADT Madt, ULONG BootApicId)
{
    ULONG Index = 0;
    while (Index < Madt->ProcessorCount && Madt->Processors[Index].ApicId != BootApicId) {
        Index++;
    }
    if (Index == Madt->ProcessorCount) {
        return FALSE;
    }
    HAL_PROCESSOR Boot = Madt->Processors[Index];
    for (; Index > 0; Index--) {
        Madt->Processors[Index] = Madt->Processors[Index - 1];
    }
    Madt->Processors[0] = Boot;
    return TRUE;
}
