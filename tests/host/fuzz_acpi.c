/*
 * libFuzzer entry for everything that reads ACPI bytes. The first byte picks the parser;
 * the rest is the table, whose length and checksum are made right so that the parsers are
 * reached, and whose copy is exactly as long as it says.
 *
 * clang -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude tests/host/fuzz_acpi.c
 */
#include <stddef.h>
#include <stdint.h>

#include "acpitables.h"

#include "../../hal/tables.c"
#include "../../hal/madt.c"
#include "../../hal/mcfg.c"
#include "../../hal/fadt.c"
#include "../../hal/hpettable.c"

int LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size);

static void
ParseOne(unsigned Parser, const TEST_TABLE *Table)
{
    static HALP_MADT Madt;
    HALP_MCFG Mcfg;
    HALP_FADT Fadt;
    HALP_SLEEP_TYPES Types;

    switch (Parser) {
    case 0:
        if (NT_SUCCESS(HalpParseMadt(Table->Bytes, &Madt))) {
            HalpOrderProcessors(&Madt, Table->Bytes[Table->Length - 1]);
        }
        break;
    case 1:
        HalpParseMcfg(Table->Bytes, &Mcfg);
        break;
    case 2:
        HalpParseFadt(Table->Bytes, &Fadt);
        break;
    case 3:
        HalpFindSleepTypes(Table->Bytes, &Types);
        break;
    case 4:
        HalpParseHpet(Table->Bytes);
        break;
    default:
        for (int Wide = 0; Wide < 2; Wide++) {
            for (ULONG Index = 0; Index < HalpQueryTableEntries(Table->Bytes, Wide);
                 Index++) {
                HalpQueryTableEntry(Table->Bytes, Wide, Index);
            }
        }
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size)
{
    HALP_ROOT_POINTER Root;
    TEST_TABLE Table;

    if (Size < 1 || Size > 65536) {
        return 0;
    }
    HalpParseRootPointer(Data, (ULONG)Size, &Root);
    HalpTableIsSound(Data, (ULONG)Size, "APIC");
    TableBegin(&Table, "FUZZ", ACPI_HEADER_LENGTH);
    TableAppend(&Table, Data + 1, (ULONG)Size - 1);
    TableSeal(&Table);
    if (HalpTableIsSound(Table.Bytes, Table.Length, "FUZZ")) {
        ParseOne(Data[0] % 6, &Table);
    }
    TableEnd(&Table);
    return 0;
}
