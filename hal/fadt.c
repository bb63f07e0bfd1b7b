/*
 * The FADT, and the one object of the DSDT that power off needs.
 *
 * \_S5 is found by its byte pattern: a Name of a Package of small constants. That needs
 * no AML interpreter; firmware that computes the package is not understood, and then the
 * machine cannot be turned off by ACPI.
 */
#include "tables.h"

#define FADT_SHORTEST       116 /* ACPI 1.0 */
#define FADT_DSDT           40
#define FADT_SMI_COMMAND    48
#define FADT_ACPI_ENABLE    52
#define FADT_PM1A_CONTROL   64
#define FADT_PM1B_CONTROL   68
#define FADT_CENTURY        108
#define FADT_FLAGS          112
#define FADT_X_DSDT         140
#define FADT_X_PM1A_CONTROL 172
#define FADT_X_PM1B_CONTROL 184

#define FLAG_CLUSTER_DESTINATIONS  0x40000
#define FLAG_PHYSICAL_DESTINATIONS 0x80000

#define GAS_LENGTH    12
#define GAS_SYSTEM_IO 1

#define AML_ZERO        0x00
#define AML_ONE         0x01
#define AML_NAME        0x08
#define AML_BYTE_PREFIX 0x0A
#define AML_PACKAGE     0x12
#define AML_ROOT        0x5C

/* Prefers the extended (generic address) form; a port beyond 16 bits is no port. */
static USHORT
HalpReadControlPort(const UCHAR *Table, ULONG Length, ULONG Plain, ULONG Extended)
{
    ULONG64 Port = HalpRead32(Table + Plain);
    if (Length >= Extended + GAS_LENGTH && Table[Extended] == GAS_SYSTEM_IO &&
        HalpRead64(Table + Extended + 4) != 0) {
        Port = HalpRead64(Table + Extended + 4);
    }
    return Port <= MAXUSHORT ? (USHORT)Port : 0;
}

NTSTATUS
HalpParseFadt(const UCHAR *Table, PHALP_FADT Fadt)
{
    __builtin_memset(Fadt, 0, sizeof(*Fadt));
    ULONG Length = HalpTableLength(Table);
    if (Length < FADT_SHORTEST) {
        return STATUS_ACPI_INVALID_TABLE;
    }
    Fadt->Dsdt = HalpRead32(Table + FADT_DSDT);
    if (Length >= FADT_X_DSDT + 8 && HalpRead64(Table + FADT_X_DSDT) != 0) {
        Fadt->Dsdt = HalpRead64(Table + FADT_X_DSDT);
    }
    ULONG SmiCommand = HalpRead32(Table + FADT_SMI_COMMAND);
    Fadt->SmiCommand = SmiCommand <= MAXUSHORT ? (USHORT)SmiCommand : 0;
    Fadt->AcpiEnable = Table[FADT_ACPI_ENABLE];
    Fadt->Pm1aControl =
        HalpReadControlPort(Table, Length, FADT_PM1A_CONTROL, FADT_X_PM1A_CONTROL);
    Fadt->Pm1bControl =
        HalpReadControlPort(Table, Length, FADT_PM1B_CONTROL, FADT_X_PM1B_CONTROL);
    Fadt->CenturyIndex = Table[FADT_CENTURY];
    Fadt->NoFlatDestinations =
        (HalpRead32(Table + FADT_FLAGS) &
         (FLAG_CLUSTER_DESTINATIONS | FLAG_PHYSICAL_DESTINATIONS)) != 0;
    return STATUS_SUCCESS;
}

/* Takes one small constant of a package; advances Offset. FALSE: it is none, or cut off.
 */
static BOOLEAN
HalpReadConstant(const UCHAR *Code, ULONG Length, ULONG *Offset, UCHAR *Value)
{
    if (*Offset >= Length) {
        return FALSE;
    }
    UCHAR Opcode = Code[(*Offset)++];
    if (Opcode == AML_ZERO || Opcode == AML_ONE) {
        *Value = Opcode;
        return TRUE;
    }
    if (Opcode != AML_BYTE_PREFIX || *Offset >= Length) {
        return FALSE;
    }
    *Value = Code[(*Offset)++];
    return TRUE;
}

/* Reads the package that starts at Offset: its opcode, length (1 to 4 bytes), count. */
static BOOLEAN
HalpReadSleepPackage(const UCHAR *Code, ULONG Length, ULONG Offset,
                     PHALP_SLEEP_TYPES Types)
{
    if (Length - Offset < 3 || Code[Offset] != AML_PACKAGE) {
        return FALSE;
    }
    Offset += 2 + (Code[Offset + 1] >> 6);
    if (Offset >= Length || Code[Offset] < 2) {
        return FALSE;
    }
    Offset++;
    return HalpReadConstant(Code, Length, &Offset, &Types->A) &&
           HalpReadConstant(Code, Length, &Offset, &Types->B) && Types->A <= 7 &&
           Types->B <= 7;
}

BOOLEAN
HalpFindSleepTypes(const UCHAR *Dsdt, PHALP_SLEEP_TYPES Types)
{
    ULONG Length = HalpTableLength(Dsdt);
    for (ULONG Offset = ACPI_HEADER_LENGTH + 2; Length - Offset >= 4 && Offset < Length;
         Offset++) {
        if (Dsdt[Offset] != '_' || __builtin_memcmp(Dsdt + Offset, "_S5_", 4) != 0) {
            continue;
        }
        BOOLEAN Named = Dsdt[Offset - 1] == AML_NAME ||
                        (Dsdt[Offset - 1] == AML_ROOT && Dsdt[Offset - 2] == AML_NAME);
        if (Named && HalpReadSleepPackage(Dsdt, Length, Offset + 4, Types)) {
            return TRUE;
        }
    }
    return FALSE;
}
