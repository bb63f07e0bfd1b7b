/*
 * The kernel's page tables: one address space, no page both writable and executable.
 *
 * Four parts: the image at -2 GiB, mapped section by section; the direct map of physical
 * memory, read-write and never executable, in 2 MiB pages, with the image's text and
 * read-only data read-only there too; and two regions filled page by page as their owners
 * ask (system space for mm/, device registers for the HAL).
 *
 * No lock here: callers hold their own (mm/ its space lock; the HAL runs alone at boot).
 */
#include "archp.h"

#define TABLE_ENTRIES 512

static ULONG64 *ArchpRootTable;
static ARCH_ALLOCATE_TABLE *ArchpAllocateTable;

static ULONG
ArchpIndex(ULONG64 Address, ULONG Level)
{
    return (ULONG)(Address >> (PAGE_SHIFT + 9 * Level)) & (TABLE_ENTRIES - 1);
}

static ULONG64 *
ArchpTableAt(ULONG64 Entry)
{
    return ArchDirectMap(Entry & PTE_ADDRESS);
}

static ULONG64
ArchpProtectionBits(ULONG Protection)
{
    ULONG64 Bits = PTE_PRESENT;

    if (Protection & ARCH_PAGE_WRITE) {
        Bits |= PTE_WRITE;
    }
    if (!(Protection & ARCH_PAGE_EXECUTE) && ArchFeatures.NoExecute) {
        Bits |= PTE_NO_EXECUTE;
    }
    if ((Protection & ARCH_PAGE_WRITE_COMBINED) && ArchFeatures.PageAttributes) {
        Bits |= PTE_WRITE_THROUGH; /* PAT_TYPES */
    } else if (Protection & (ARCH_PAGE_UNCACHED | ARCH_PAGE_WRITE_COMBINED)) {
        Bits |= PTE_CACHE_DISABLE | PTE_WRITE_THROUGH;
    }
    return Bits;
}

/*
 * The entry that maps Address at Level (0: 4 KiB, 1: 2 MiB). Missing tables on the way
 * are made when Create; NULL when there is none, or no frame for one. A large page found
 * higher up is returned as the entry it is, with its level in *Found.
 */
static ULONG64 *
ArchpFindEntry(ULONG64 Address, ULONG Level, BOOLEAN Create, ULONG *Found)
{
    ULONG64 *Table = ArchpRootTable;

    for (ULONG Current = 3;; Current--) {
        ULONG64 *Entry = &Table[ArchpIndex(Address, Current)];

        *Found = Current;
        if (Current == Level || ((*Entry & PTE_PRESENT) && (*Entry & PTE_LARGE))) {
            return Entry;
        }
        if (!(*Entry & PTE_PRESENT)) {
            ULONG64 Frame = Create ? ArchpAllocateTable() : 0;
            if (Frame == 0) {
                return NULL;
            }
            *Entry = Frame | PTE_PRESENT | PTE_WRITE;
        }
        Table = ArchpTableAt(*Entry);
    }
}

/* Replaces a 2 MiB page by 512 pages of the same protection. */
static BOOLEAN
ArchpSplitLargePage(ULONG64 *Entry)
{
    ULONG64 Frame = ArchpAllocateTable();
    ULONG64 *Table;

    if (Frame == 0) {
        return FALSE;
    }
    Table = ArchDirectMap(Frame);
    for (ULONG Index = 0; Index < TABLE_ENTRIES; Index++) {
        Table[Index] = (*Entry & ~PTE_LARGE) + (ULONG64)Index * PAGE_SIZE;
    }
    *Entry = Frame | PTE_PRESENT | PTE_WRITE;
    return TRUE;
}

/* Maps one page that was not mapped. FALSE: no frame for a table. */
BOOLEAN
ArchMapPage(ULONG64 VirtualAddress, ULONG64 PhysicalAddress, ULONG Protection)
{
    ULONG Level;
    ULONG64 *Entry = ArchpFindEntry(VirtualAddress, 0, TRUE, &Level);

    if (Entry == NULL || Level != 0) {
        return FALSE;
    }
    *Entry = (PhysicalAddress & PTE_ADDRESS) | ArchpProtectionBits(Protection);
    return TRUE;
}

/* Unmaps one 4 KiB page here; other processors may hold it until their TLBs are flushed.
 */
ULONG64
ArchUnmapPage(ULONG64 VirtualAddress)
{
    ULONG Level;
    ULONG64 Old, *Entry = ArchpFindEntry(VirtualAddress, 0, FALSE, &Level);

    if (Entry == NULL || Level != 0 || !(*Entry & PTE_PRESENT)) {
        return 0;
    }
    Old = *Entry & PTE_ADDRESS;
    *Entry = 0;
    ArchInvalidatePage(VirtualAddress);
    return Old;
}

/* Changes one mapped page's protection, splitting a large page when it must. */
BOOLEAN
ArchProtectPage(ULONG64 VirtualAddress, ULONG Protection)
{
    ULONG Level;
    ULONG64 *Entry = ArchpFindEntry(VirtualAddress, 0, FALSE, &Level);

    if (Entry == NULL || !(*Entry & PTE_PRESENT)) {
        return FALSE;
    }
    if (Level != 0) {
        if (!ArchpSplitLargePage(Entry)) {
            return FALSE;
        }
        Entry = ArchpFindEntry(VirtualAddress, 0, FALSE, &Level);
    }
    *Entry = (*Entry & PTE_ADDRESS) | ArchpProtectionBits(Protection);
    ArchInvalidatePage(VirtualAddress);
    return TRUE;
}

/* The entry that maps a kernel address; 0 when none does. */
ULONG64
ArchQueryPageEntry(ULONG64 VirtualAddress)
{
    ULONG Level;
    ULONG64 *Entry;

    if (VirtualAddress < ARCH_DIRECT_MAP_BASE || ArchpRootTable == NULL) {
        return 0;
    }
    Entry = ArchpFindEntry(VirtualAddress, 0, FALSE, &Level);
    return (Entry != NULL) ? *Entry : 0;
}

/* Physical address behind a kernel address; (ULONG64)-1 when nothing is mapped there. */
ULONG64
ArchTranslate(ULONG64 VirtualAddress)
{
    ULONG Level;
    ULONG64 *Entry, Size;

    if (VirtualAddress < ARCH_DIRECT_MAP_BASE || ArchpRootTable == NULL) {
        return (ULONG64)-1;
    }
    Entry = ArchpFindEntry(VirtualAddress, 0, FALSE, &Level);
    if (Entry == NULL || !(*Entry & PTE_PRESENT)) {
        return (ULONG64)-1;
    }
    Size = 1ULL << (PAGE_SHIFT + 9 * Level);
    return (*Entry & PTE_ADDRESS & ~(Size - 1)) + (VirtualAddress & (Size - 1));
}

static BOOLEAN
ArchpMapDirect(ULONG64 TopOfMemory)
{
    ULONG Level;

    for (ULONG64 Address = 0; Address < TopOfMemory; Address += LARGE_PAGE_SIZE) {
        ULONG64 *Entry = ArchpFindEntry(ARCH_DIRECT_MAP_BASE + Address, 1, TRUE, &Level);
        if (Entry == NULL) {
            return FALSE;
        }
        *Entry = Address | PTE_LARGE | ArchpProtectionBits(ARCH_PAGE_WRITE);
    }
    return TRUE;
}

/* Maps [Start, End) of the image; what may not be written there may not be in the direct
 * map. */
static BOOLEAN
ArchpMapImagePart(const UCHAR *Start, const UCHAR *End, ULONG64 PhysicalBase,
                  ULONG Protection)
{
    for (const UCHAR *Page = Start; Page < End; Page += PAGE_SIZE) {
        ULONG64 Physical = PhysicalBase + (ULONG64)(Page - KiImageStart);

        if (!ArchMapPage((ULONG64)(ULONG_PTR)Page, Physical, Protection)) {
            return FALSE;
        }
        if (!(Protection & ARCH_PAGE_WRITE) &&
            !ArchProtectPage(ARCH_DIRECT_MAP_BASE + Physical, 0)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Builds the final tables beside the boot ones and switches this processor to them. */
BOOLEAN
ArchBuildAddressSpace(ULONG64 KernelPhysicalBase, ULONG64 TopOfMemory,
                      ARCH_ALLOCATE_TABLE *AllocateTable)
{
    ULONG64 Root = AllocateTable();

    ArchpAllocateTable = AllocateTable;
    if (Root == 0) {
        return FALSE;
    }
    ArchpRootTable = ArchDirectMap(Root);
    if (!ArchpMapDirect(TopOfMemory) ||
        !ArchpMapImagePart(KiTextStart, KiTextEnd, KernelPhysicalBase,
                           ARCH_PAGE_EXECUTE) ||
        !ArchpMapImagePart(KiRodataStart, KiRodataEnd, KernelPhysicalBase, 0) ||
        !ArchpMapImagePart(KiDataStart, KiImageEnd, KernelPhysicalBase,
                           ARCH_PAGE_WRITE)) {
        return FALSE;
    }
    __asm__ volatile("mov %0, %%cr3" ::"r"(Root) : "memory");
    return TRUE;
}
