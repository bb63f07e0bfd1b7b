/*
 * The ACPI root pointer, and what all tables have in common: signature, length, checksum.
 */
#include "tables.h"

#define ROOT_POINTER_LENGTH_1 20 /* revision 0 */
#define ROOT_POINTER_LENGTH_2 36 /* revision 2: with the XSDT */

static UCHAR
HalpSumBytes(const UCHAR *Bytes, ULONG Length)
{
    UCHAR Sum = 0;
    for (ULONG Index = 0; Index < Length; Index++) {
        Sum = (UCHAR)(Sum + Bytes[Index]);
    }
    return Sum;
}

/*
 * Checks a root pointer of Length valid bytes and takes the two table addresses from it.
 *
 * A revision-2 pointer whose second checksum is wrong, or that came as 20 bytes only (the
 * loader had an old one), still gives its RSDT. STATUS_NOT_FOUND: it is no root pointer.
 */
NTSTATUS
HalpParseRootPointer(const UCHAR *Bytes, ULONG Length, PHALP_ROOT_POINTER Root)
{
    Root->Xsdt = 0;
    Root->Rsdt = 0;
    if (Length < ROOT_POINTER_LENGTH_1 || __builtin_memcmp(Bytes, "RSD PTR ", 8) != 0 ||
        HalpSumBytes(Bytes, ROOT_POINTER_LENGTH_1) != 0) {
        return STATUS_NOT_FOUND;
    }
    Root->Rsdt = HalpRead32(Bytes + 16);
    if (Bytes[15] >= 2 && Length >= ROOT_POINTER_LENGTH_2 &&
        HalpRead32(Bytes + 20) >= ROOT_POINTER_LENGTH_2 &&
        HalpSumBytes(Bytes, ROOT_POINTER_LENGTH_2) == 0) {
        Root->Xsdt = HalpRead64(Bytes + 24);
    }
    return STATUS_SUCCESS;
}

BOOLEAN
HalpTableIsSound(const UCHAR *Table, ULONG Available, const CHAR *Signature)
{
    if (Available < ACPI_HEADER_LENGTH || __builtin_memcmp(Table, Signature, 4) != 0) {
        return FALSE;
    }
    ULONG Length = HalpTableLength(Table);
    return Length >= ACPI_HEADER_LENGTH && Length <= Available &&
           HalpSumBytes(Table, Length) == 0;
}

/* Number of addresses in an XSDT (Wide) or RSDT. */
ULONG
HalpQueryTableEntries(const UCHAR *Root, BOOLEAN Wide)
{
    return (HalpTableLength(Root) - ACPI_HEADER_LENGTH) / (Wide ? 8 : 4);
}

ULONG64
HalpQueryTableEntry(const UCHAR *Root, BOOLEAN Wide, ULONG Index)
{
    const UCHAR *Entries = Root + ACPI_HEADER_LENGTH;
    return Wide ? HalpRead64(Entries + Index * 8ULL) : HalpRead32(Entries + Index * 4ULL);
}
