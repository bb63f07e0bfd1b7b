/*
 * The HPET table: one address.
 */
#include "tables.h"

#define HPET_ADDRESS_SPACE   40
#define HPET_ADDRESS         44
#define HPET_TABLE_LENGTH    56
#define ADDRESS_SPACE_MEMORY 0

ULONG64
HalpParseHpet(const UCHAR *Table)
{
    if (HalpTableLength(Table) < HPET_TABLE_LENGTH ||
        Table[HPET_ADDRESS_SPACE] != ADDRESS_SPACE_MEMORY) {
        return 0;
    }
    return HalpRead64(Table + HPET_ADDRESS);
}
