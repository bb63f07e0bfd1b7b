/*
 * The MCFG: where PCI configuration space is mapped into memory (ECAM).
 */
#include "tables.h"

#define MCFG_FIRST_ENTRY  44
#define MCFG_ENTRY_LENGTH 16
#define ECAM_BUS_SHIFT    20

static BOOLEAN
HalpRangeIsSound(const HALP_ECAM *Range)
{
    ULONG64 Last = ((ULONG64)Range->Last + 1) << ECAM_BUS_SHIFT;
    return Range->Base != 0 && (Range->Base & ((1ULL << ECAM_BUS_SHIFT) - 1)) == 0 &&
           Range->First <= Range->Last && Range->Base <= MAXULONGLONG - Last;
}

/*
 * Takes the ranges of segment 0; the kernel addresses no other. A range that cannot be is
 * STATUS_ACPI_INVALID_TABLE, and the ports are used instead.
 */
NTSTATUS
HalpParseMcfg(const UCHAR *Table, PHALP_MCFG Mcfg)
{
    __builtin_memset(Mcfg, 0, sizeof(*Mcfg));
    ULONG Length = HalpTableLength(Table);
    for (ULONG Offset = MCFG_FIRST_ENTRY;
         Offset < Length && Length - Offset >= MCFG_ENTRY_LENGTH;
         Offset += MCFG_ENTRY_LENGTH) {
        const UCHAR *Entry = Table + Offset;
        if (HalpRead16(Entry + 8) != 0 || Mcfg->Count == HALP_MAXIMUM_ECAM) {
            continue;
        }
        HALP_ECAM Range = {HalpRead64(Entry), Entry[10], Entry[11]};
        if (!HalpRangeIsSound(&Range)) {
            Mcfg->Count = 0;
            return STATUS_ACPI_INVALID_TABLE;
        }
        Mcfg->Ranges[Mcfg->Count++] = Range;
    }
    return STATUS_SUCCESS;
}
