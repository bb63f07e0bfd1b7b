/*
 * Host test of the ACPI parsers: root pointer, MADT, MCFG, FADT, the search for \_S5,
 * HPET table, and the CMOS clock's calendar; sound tables and damaged ones.
 */
#include "check.h"
#include "acpitables.h"

#include "../../hal/tables.c"
#include "../../hal/madt.c"
#include "../../hal/mcfg.c"
#include "../../hal/fadt.c"
#include "../../hal/hpettable.c"
#include "../../hal/calendar.c"

static const UCHAR LocalApic0[] = {0, 8, 0, 0, 1, 0, 0, 0};
static const UCHAR LocalApic3[] = {0, 8, 1, 3, 1, 0, 0, 0};
static const UCHAR LocalApicOff[] = {0, 8, 2, 4, 0, 0, 0, 0};
static const UCHAR LocalApicCapable[] = {0, 8, 2, 5, 2, 0, 0, 0};
static const UCHAR LocalX2Apic3[] = {9, 16, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0};
static const UCHAR LocalX2Apic300[] = {9, 16, 0, 0, 0x2C, 1, 0, 0,
                                       1, 0,  0, 0, 7,    0, 0, 0};
static const UCHAR IoApic[] = {1, 12, 8, 0, 0, 0, 0xC0, 0xFE, 0, 0, 0, 0};
static const UCHAR Override0[] = {2, 10, 0, 0, 2, 0, 0, 0, 0, 0};
static const UCHAR Override9[] = {2, 10, 0, 9, 9, 0, 0, 0, 0x0D, 0};
static const UCHAR Override11[] = {2, 10, 0, 11, 20, 0, 0, 0, 0x0F, 0};
static const UCHAR OverrideOtherBus[] = {2, 10, 1, 5, 99, 0, 0, 0, 0x0F, 0};
static const UCHAR OverrideFar[] = {2, 10, 0, 16, 99, 0, 0, 0, 0x0F, 0};
static const UCHAR LocalNmi[] = {4, 6, 0xFF, 0x05, 0, 1};
static const UCHAR AddressOverride[] = {5, 12, 0, 0, 0, 0, 0, 0xFE, 1, 0, 0, 0};
static const UCHAR Unknown[] = {0x42, 3, 0xAA};

static HALP_MADT Madt;

static void
MadtBegin(TEST_TABLE *Table)
{
    TableBegin(Table, "APIC", 44);
    Table->Bytes[36] = 0;
    Table->Bytes[38] = 0xE0;
    Table->Bytes[39] = 0xFE;
}

#define ADD(Table, Entry) TableAppend(Table, Entry, sizeof(Entry))

static NTSTATUS
MadtParse(TEST_TABLE *Table)
{
    NTSTATUS Status;
    TableSeal(Table);
    Status = HalpTableIsSound(Table->Bytes, Table->Length, "APIC")
                 ? HalpParseMadt(Table->Bytes, &Madt)
                 : STATUS_UNSUCCESSFUL;
    TableEnd(Table);
    return Status;
}

static void
TestSoundMadt(void)
{
    TEST_TABLE Table;
    MadtBegin(&Table);
    ADD(&Table, LocalApic0);
    ADD(&Table, LocalApic3);
    ADD(&Table, LocalApicOff);
    ADD(&Table, LocalApicCapable);
    ADD(&Table, LocalX2Apic3);
    ADD(&Table, LocalX2Apic300);
    ADD(&Table, Unknown);
    ADD(&Table, IoApic);
    ADD(&Table, Override0);
    ADD(&Table, Override9);
    ADD(&Table, Override11);
    ADD(&Table, OverrideOtherBus);
    ADD(&Table, OverrideFar);
    ADD(&Table, LocalNmi);
    ADD(&Table, AddressOverride);
    Check(MadtParse(&Table) == STATUS_SUCCESS, "a sound MADT is taken");
    Check(Madt.ProcessorCount == 2,
          "disabled, online-capable, doubled ones are left out");
    Check(Madt.Processors[1].ApicId == 3 && Madt.Processors[1].AcpiId == 1,
          "APIC id and ACPI id of a processor");
    Check(Madt.ProcessorsLeftOut == 1, "an APIC id beyond 254 is counted as left out");
    Check(Madt.IoApicCount == 1 && Madt.IoApics[0].Address == 0xFEC00000 &&
              Madt.IoApics[0].Id == 8 && Madt.IoApics[0].GsiBase == 0,
          "I/O APIC");
    Check(Madt.Isa[0].Gsi == 2 && !Madt.Isa[0].Level && !Madt.Isa[0].ActiveLow,
          "an override that conforms to ISA is edge, active high");
    Check(Madt.Isa[9].Gsi == 9 && Madt.Isa[9].Level && !Madt.Isa[9].ActiveLow,
          "level, active high override");
    Check(Madt.Isa[11].Gsi == 20 && Madt.Isa[11].Level && Madt.Isa[11].ActiveLow,
          "level, active low override");
    Check(Madt.Isa[5].Gsi == 5 && !Madt.Isa[5].Overridden,
          "overrides of other buses and lines do nothing");
    Check(Madt.LocalNmiCount == 1 && Madt.LocalNmis[0].AcpiId == HALP_EVERY_PROCESSOR &&
              Madt.LocalNmis[0].Lint == 1 && !Madt.LocalNmis[0].ActiveLow,
          "local NMI of every processor");
    Check(Madt.LocalApicAddress == 0x1FE000000ULL, "local APIC address override");
    Check(HalpOrderProcessors(&Madt, 3) && Madt.Processors[0].ApicId == 3 &&
              Madt.Processors[1].ApicId == 0,
          "the boot processor comes first");
    Check(!HalpOrderProcessors(&Madt, 77), "a boot processor that is not listed");
}

static void
TestDamagedMadt(void)
{
    static const UCHAR ShortIoApic[] = {1, 4, 0, 0};
    static const UCHAR Endless[] = {0, 0, 0, 0, 0, 0, 0, 0};
    static const UCHAR TooLong[] = {0, 200, 0, 0, 1, 0, 0, 0};
    static const UCHAR CutOff[] = {0};
    static const struct {
        const UCHAR *Entry;
        ULONG Length;
        const char *Name;
    } Cases[] = {{ShortIoApic, sizeof(ShortIoApic), "an entry too short for its type"},
                 {Endless, sizeof(Endless), "an entry of no length"},
                 {TooLong, sizeof(TooLong), "an entry that leaves the table"},
                 {CutOff, sizeof(CutOff), "an entry cut off after its type"}};
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Cases); Index++) {
        TEST_TABLE Table;
        MadtBegin(&Table);
        ADD(&Table, LocalApic0);
        TableAppend(&Table, Cases[Index].Entry, Cases[Index].Length);
        Check(MadtParse(&Table) == STATUS_ACPI_INVALID_TABLE, Cases[Index].Name);
    }
    TEST_TABLE Table;
    MadtBegin(&Table);
    Check(MadtParse(&Table) == STATUS_ACPI_INVALID_TABLE, "a MADT without a processor");
    TableBegin(&Table, "APIC", 40);
    Check(MadtParse(&Table) == STATUS_ACPI_INVALID_TABLE,
          "a MADT shorter than its fields");
}

static void
TestBoundsOfMadt(void)
{
    TEST_TABLE Table;
    MadtBegin(&Table);
    for (ULONG Id = 0; Id < HAL_MAXIMUM_PROCESSORS + 5; Id++) {
        UCHAR Entry[] = {0, 8, (UCHAR)Id, (UCHAR)Id, 1, 0, 0, 0};
        ADD(&Table, Entry);
    }
    for (ULONG Index = 0; Index < 3 * HALP_MAXIMUM_LOCAL_NMIS; Index++) {
        ADD(&Table, LocalNmi);
        ADD(&Table, IoApic);
    }
    Check(MadtParse(&Table) == STATUS_SUCCESS &&
              Madt.ProcessorCount == HAL_MAXIMUM_PROCESSORS &&
              Madt.ProcessorsLeftOut == 5 && Madt.IoApicCount == HALP_MAXIMUM_IOAPICS &&
              Madt.LocalNmiCount == HALP_MAXIMUM_LOCAL_NMIS,
          "more entries than there is room for");
}

static void
TestHeader(void)
{
    TEST_TABLE Table;
    TableBegin(&Table, "TEST", 64);
    TableSeal(&Table);
    Check(HalpTableIsSound(Table.Bytes, 64, "TEST"), "a sound header");
    Check(!HalpTableIsSound(Table.Bytes, 63, "TEST"),
          "a table longer than what is there");
    Check(!HalpTableIsSound(Table.Bytes, 20, "TEST"), "less than a header");
    Check(!HalpTableIsSound(Table.Bytes, 64, "APIC"), "another signature");
    Table.Bytes[50]++;
    Check(!HalpTableIsSound(Table.Bytes, 64, "TEST"), "a wrong checksum");
    Table.Bytes[50]--;
    Table.Bytes[4] = 8;
    Table.Bytes[9] += 56;
    Check(!HalpTableIsSound(Table.Bytes, 64, "TEST"), "a length below the header's");
    TableEnd(&Table);
}

static void
SumRoot(UCHAR *Root, ULONG Length, ULONG At)
{
    UCHAR Sum = 0;
    Root[At] = 0;
    for (ULONG Index = 0; Index < Length; Index++) {
        Sum = (UCHAR)(Sum + Root[Index]);
    }
    Root[At] = (UCHAR)-Sum;
}

static void
TestRootPointer(void)
{
    HALP_ROOT_POINTER Result;
    UCHAR Root[36] = "RSD PTR ";
    Root[15] = 2;
    Root[17] = 0x10;
    Root[20] = 36;
    Root[25] = 0x20;
    SumRoot(Root, 20, 8);
    SumRoot(Root, 36, 32);
    Check(HalpParseRootPointer(Root, 36, &Result) == STATUS_SUCCESS &&
              Result.Rsdt == 0x1000 && Result.Xsdt == 0x2000,
          "a root pointer of revision 2");
    Check(HalpParseRootPointer(Root, 20, &Result) == STATUS_SUCCESS && Result.Xsdt == 0,
          "20 bytes of it: no XSDT");
    Root[33]++;
    Check(HalpParseRootPointer(Root, 36, &Result) == STATUS_SUCCESS && Result.Xsdt == 0,
          "second checksum wrong: no XSDT");
    Root[16]++;
    Check(HalpParseRootPointer(Root, 36, &Result) == STATUS_NOT_FOUND,
          "first checksum wrong: no root pointer");
    Check(HalpParseRootPointer(Root, 0, &Result) == STATUS_NOT_FOUND, "no bytes at all");
}

static void
TestMcfg(void)
{
    HALP_MCFG Mcfg;
    TEST_TABLE Table;
    UCHAR Entry[16] = {0, 0, 0, 0xB0, 0, 0, 0, 0, 0, 0, 0, 0xFF};
    UCHAR OtherSegment[16] = {0, 0, 0, 0xD0, 0, 0, 0, 0, 1, 0, 0, 0xFF};
    TableBegin(&Table, "MCFG", 44);
    ADD(&Table, OtherSegment);
    ADD(&Table, Entry);
    TableSeal(&Table);
    Check(HalpParseMcfg(Table.Bytes, &Mcfg) == STATUS_SUCCESS && Mcfg.Count == 1 &&
              Mcfg.Ranges[0].Base == 0xB0000000 && Mcfg.Ranges[0].Last == 0xFF,
          "MCFG: segment 0 is taken, others are not");
    Entry[1] = 0x10;
    ADD(&Table, Entry);
    TableSeal(&Table);
    Check(HalpParseMcfg(Table.Bytes, &Mcfg) == STATUS_ACPI_INVALID_TABLE &&
              Mcfg.Count == 0,
          "MCFG: a base that is not aligned");
    TableEnd(&Table);
    TableBegin(&Table, "MCFG", 36);
    TableSeal(&Table);
    Check(HalpParseMcfg(Table.Bytes, &Mcfg) == STATUS_SUCCESS && Mcfg.Count == 0,
          "MCFG: no room for an entry");
    TableEnd(&Table);
}

static void
TestFadt(void)
{
    HALP_FADT Fadt;
    TEST_TABLE Table;
    TableBegin(&Table, "FACP", 244);
    Table.Bytes[42] = 0x01;
    Table.Bytes[48] = 0xB2;
    Table.Bytes[52] = 0xF1;
    Table.Bytes[64] = 0x04;
    Table.Bytes[65] = 0x06;
    Table.Bytes[108] = 0x32;
    Table.Bytes[172] = 1;
    Table.Bytes[176] = 0x04;
    Table.Bytes[177] = 0x07;
    Table.Bytes[184] = 1;
    Table.Bytes[190] = 1; /* PM1b beyond 16 bits */
    TableSeal(&Table);
    Check(HalpParseFadt(Table.Bytes, &Fadt) == STATUS_SUCCESS && Fadt.Dsdt == 0x10000 &&
              Fadt.SmiCommand == 0xB2 && Fadt.AcpiEnable == 0xF1 &&
              Fadt.CenturyIndex == 0x32,
          "FADT: plain fields");
    Check(Fadt.Pm1aControl == 0x704 && Fadt.Pm1bControl == 0,
          "FADT: the extended port is preferred, an impossible one refused");
    TableEnd(&Table);
    TableBegin(&Table, "FACP", 100);
    TableSeal(&Table);
    Check(HalpParseFadt(Table.Bytes, &Fadt) == STATUS_ACPI_INVALID_TABLE,
          "FADT: too short");
    TableEnd(&Table);
}

static int
FindS5(const UCHAR *Code, ULONG Length, HALP_SLEEP_TYPES *Types)
{
    TEST_TABLE Table;
    TableBegin(&Table, "DSDT", 40);
    TableAppend(&Table, Code, Length);
    TableSeal(&Table);
    int Found = HalpFindSleepTypes(Table.Bytes, Types);
    TableEnd(&Table);
    return Found;
}

static void
TestSleepTypes(void)
{
    HALP_SLEEP_TYPES Types;
    static const UCHAR Plain[] = {8, '_',  'S', '5',  '_', 0x12, 6,
                                  4, 0x0A, 5,   0x0A, 3,   0,    0};
    static const UCHAR Rooted[] = {8,    0x5C, '_', 'S', '5', '_', 0x12,
                                   0x46, 0,    4,   0,   1,   0,   0};
    static const UCHAR Cut[] = {8, '_', 'S', '5', '_', 0x12, 6, 4, 0x0A};
    static const UCHAR NoName[] = {0, '_', 'S', '5', '_', 0x12, 6, 4, 0, 0, 0, 0};
    static const UCHAR Wide[] = {8, '_', 'S', '5', '_', 0x12, 6, 4, 0x0A, 9, 0, 0};
    Check(FindS5(Plain, sizeof(Plain), &Types) && Types.A == 5 && Types.B == 3,
          "\\_S5 with byte constants");
    Check(FindS5(Rooted, sizeof(Rooted), &Types) && Types.A == 0 && Types.B == 1,
          "\\_S5 with a root prefix, a two-byte length, Zero and One");
    Check(!FindS5(Cut, sizeof(Cut), &Types), "\\_S5 cut off");
    Check(!FindS5(NoName, sizeof(NoName), &Types), "\\_S5 that is no Name");
    Check(!FindS5(Wide, sizeof(Wide), &Types), "\\_S5 with a type of more than 3 bits");
}

static void
TestHpetTable(void)
{
    TEST_TABLE Table;
    TableBegin(&Table, "HPET", 56);
    Table.Bytes[46] = 0xD0;
    Table.Bytes[47] = 0xFE;
    TableSeal(&Table);
    Check(HalpParseHpet(Table.Bytes) == 0xFED00000, "HPET: address");
    Table.Bytes[40] = 1;
    Check(HalpParseHpet(Table.Bytes) == 0, "HPET: not in memory space");
    TableEnd(&Table);
}

static void
TestCalendar(void)
{
    HALP_CLOCK_REGISTERS Epoch = {0, 0,  0,  1,
                                  1, 70, 19, RTC_STATUS_24_HOURS | RTC_STATUS_BINARY};
    HALP_CLOCK_REGISTERS Leap = {0x59, 0x58, 0x23, 0x29,
                                 0x02, 0x24, 0x20, RTC_STATUS_24_HOURS};
    HALP_CLOCK_REGISTERS Noon = {0, 0, 0x92, 0x29, 0x02, 0x24, 0x20, 0};
    Check(HalpConvertClock(&Epoch) == 116444736000000000LL, "clock: 1970, binary");
    Check(HalpConvertClock(&Leap) == 116444736000000000LL + 1709251139LL * 10000000,
          "clock: BCD, the end of a leap day");
    Check(HalpConvertClock(&Noon) == 116444736000000000LL + 1709208000LL * 10000000,
          "clock: 12-hour noon");
    Noon.Month = 0x13;
    Check(HalpConvertClock(&Noon) == 0, "clock: no such month");
}

int
main(void)
{
    TestSoundMadt();
    TestDamagedMadt();
    TestBoundsOfMadt();
    TestHeader();
    TestRootPointer();
    TestMcfg();
    TestFadt();
    TestSleepTypes();
    TestHpetTable();
    TestCalendar();
    return CheckVerdict();
}
