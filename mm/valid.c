/*
 * Questions about addresses, answered from the page tables. No lock: the walk reads
 * entries that are written whole, so it is good at any IRQL, but what it says of a
 * mapping another processor is just making or taking away is only true of that moment.
 */
#include "mi.h"
#include <internal/ldr.h>

BOOLEAN
MmIsRangeMapped(ULONG64 Address, SIZE_T Length)
{
    ULONG64 Last = Address + Length - 1;

    if (Length == 0) {
        return TRUE;
    }
    if (Last < Address || Address < ARCH_DIRECT_MAP_BASE) {
        return FALSE;
    }
    for (ULONG64 Page = Address / PAGE_SIZE; Page <= Last / PAGE_SIZE; Page++) {
        if (ArchTranslate(Page * PAGE_SIZE) == MAXULONGLONG) {
            return FALSE;
        }
    }
    return TRUE;
}

/*
 * Whether a read or write at VirtualAddress would find a page (protection is not looked
 * at). Any IRQL. Source: MmIsAddressValid.
 */
BOOLEAN
NTAPI
MmIsAddressValid(PVOID VirtualAddress)
{
    return MmIsRangeMapped((ULONG64)(ULONG_PTR)VirtualAddress, 1);
}
EXPORT(MmIsAddressValid);

/*
 * The physical address behind a mapped kernel address, 0 when nothing is mapped there.
 * Any IRQL. Source: MmGetPhysicalAddress.
 */
PHYSICAL_ADDRESS
NTAPI
MmGetPhysicalAddress(PVOID BaseAddress)
{
    ULONG64 Physical = ArchTranslate((ULONG64)(ULONG_PTR)BaseAddress);
    PHYSICAL_ADDRESS Result = {.QuadPart = 0};

    if (Physical != MAXULONGLONG) {
        Result.QuadPart = (LONGLONG)Physical;
    }
    return Result;
}
EXPORT(MmGetPhysicalAddress);
