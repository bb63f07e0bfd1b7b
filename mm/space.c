/*
 * System space: who has which addresses, and mapping pages at them.
 *
 * Two regions, each with one bit a page: kernel stacks (256 MiB) and everything else
 * (8 GiB of the 64 GiB the architecture layer sets aside; a map of all of it would cost
 * 2 MiB of RAM). A run is reserved with an unused page on both sides, see mi.h.
 */
#include "mi.h"
#include <internal/rtl.h>

#define MI_STACK_PAGES   0x10000ULL
#define MI_MAPPING_PAGES 0x200000ULL

C_ASSERT((MI_STACK_PAGES + MI_MAPPING_PAGES) * PAGE_SIZE <= ARCH_SYSTEM_SPACE_SIZE);

MI_ADDRESS_SPACE MiStackSpace;
MI_ADDRESS_SPACE MiMappingSpace;
static KSPIN_LOCK MiPageTableLock; /* guards the page tables of all of system space */

static BOOLEAN
MiInitializeAddressSpace(PMI_ADDRESS_SPACE Space, ULONG64 Base, ULONG64 PageCount)
{
    PULONG64 Words = MmAllocatePages(BYTES_TO_PAGES(MiBitmapBytes(PageCount)));

    if (Words == NULL) {
        return FALSE;
    }
    KeInitializeSpinLock(&Space->Lock);
    Space->Base = Base;
    MiInitializeBitmap(&Space->Pages, Words, PageCount);
    MiClearBits(&Space->Pages, 0, PageCount);
    return TRUE;
}

NTSTATUS
MiInitializeSpace(VOID)
{
    if (!MiInitializeAddressSpace(&MiStackSpace, ARCH_SYSTEM_SPACE_BASE,
                                  MI_STACK_PAGES) ||
        !MiInitializeAddressSpace(&MiMappingSpace,
                                  ARCH_SYSTEM_SPACE_BASE + MI_STACK_PAGES * PAGE_SIZE,
                                  MI_MAPPING_PAGES)) {
        return STATUS_NO_MEMORY;
    }
    return STATUS_SUCCESS;
}

ULONG64
MiReserveAddresses(PMI_ADDRESS_SPACE Space, ULONG64 Count)
{
    PMI_BITMAP Pages = &Space->Pages;
    ULONG64 Found;
    KIRQL OldIrql;

    KE_ASSERT(KeGetCurrentIrql() <= DISPATCH_LEVEL);
    if (Count == 0 || Count > Pages->BitCount - 2) {
        return 0;
    }
    OldIrql = KeAcquireSpinLockRaiseToDpc(&Space->Lock);
    /* The lowest that fits: addresses used again need no new page tables. */
    Found = MiFindClearRun(Pages, 0, Pages->BitCount, Count + 2, 1, 0);
    if (Found != MI_BITMAP_NONE) {
        MiSetBits(Pages, Found + 1, Count);
    }
    KeReleaseSpinLock(&Space->Lock, OldIrql);
    return Found == MI_BITMAP_NONE ? 0 : Space->Base + (Found + 1) * PAGE_SIZE;
}

ULONG64
MiQueryRun(PMI_ADDRESS_SPACE Space, ULONG64 Address)
{
    ULONG64 First = (Address - Space->Base) / PAGE_SIZE;
    ULONG64 Length = 0;
    KIRQL OldIrql;

    if (Address < Space->Base || Address % PAGE_SIZE != 0 || First == 0 ||
        First >= Space->Pages.BitCount) {
        return 0;
    }
    OldIrql = KeAcquireSpinLockRaiseToDpc(&Space->Lock);
    if (!MiTestBit(&Space->Pages, First - 1)) {
        Length = MiNextClearBit(&Space->Pages, First, Space->Pages.BitCount) - First;
    }
    KeReleaseSpinLock(&Space->Lock, OldIrql);
    return Length;
}

/* The frame for page Index of a mapping; FALSE when no new one is free. */
static BOOLEAN
MiResolveSource(const MI_PAGE_SOURCE *Source, ULONG64 Index, ULONG64 *Frame)
{
    if (Source->NewFrames) {
        *Frame = MmAllocateFrames(1, 1, MAXULONGLONG);
        if (*Frame == 0) {
            return FALSE;
        }
        memset(ArchDirectMap(*Frame), 0, PAGE_SIZE);
    } else if (Source->Frames != NULL) {
        *Frame = Source->Frames[Index] << PAGE_SHIFT;
    } else {
        *Frame = Source->Physical + Index * PAGE_SIZE;
    }
    return TRUE;
}

/* One page under the lock: a long mapping keeps nobody at DISPATCH_LEVEL for long. */
BOOLEAN
MiMapPage(ULONG64 Address, ULONG64 Frame, ULONG Protection)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&MiPageTableLock);
    BOOLEAN Mapped = ArchMapPage(Address, Frame, Protection);

    KeReleaseSpinLock(&MiPageTableLock, OldIrql);
    return Mapped;
}

ULONG64
MiMapPages(PMI_ADDRESS_SPACE Space, ULONG64 Count, const MI_PAGE_SOURCE *Source,
           ULONG Protection)
{
    ULONG64 Base = MiReserveAddresses(Space, Count);

    for (ULONG64 Index = 0; Base != 0 && Index < Count; Index++) {
        ULONG64 Frame;

        if (!MiResolveSource(Source, Index, &Frame)) {
            MiUnmapPages(Space, Base, Count, TRUE);
            return 0;
        }
        if (!MiMapPage(Base + Index * PAGE_SIZE, Frame, Protection)) {
            if (Source->NewFrames) {
                MmFreeFrames(Frame, 1);
            }
            MiUnmapPages(Space, Base, Count, Source->NewFrames);
            return 0;
        }
    }
    return Base;
}

/* Takes one page's translation away; TRUE with its frame when there was one. */
BOOLEAN
MiUnmapPage(ULONG64 Address, ULONG64 *Frame)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&MiPageTableLock);

    *Frame = ArchTranslate(Address);
    ArchUnmapPage(Address);
    KeReleaseSpinLock(&MiPageTableLock, OldIrql);
    return *Frame != MAXULONGLONG;
}

/* Pages unmapped between two flushes: their frames wait in an array on the stack. */
#define MI_UNMAP_BATCH 64

VOID
MiUnmapPages(PMI_ADDRESS_SPACE Space, ULONG64 Address, ULONG64 Count, BOOLEAN FreeFrames)
{
    ULONG64 Frames[MI_UNMAP_BATCH];
    KIRQL OldIrql;

    KE_ASSERT(KeGetCurrentIrql() <= DISPATCH_LEVEL);
    for (ULONG64 Done = 0; Done < Count;) {
        ULONG Held = 0;

        while (Done < Count && Held < MI_UNMAP_BATCH) {
            if (MiUnmapPage(Address + Done++ * PAGE_SIZE, &Frames[Held])) {
                Held++;
            }
        }
        /* Another processor may write through an old translation until this returns: only
           then may the frames and the addresses serve somebody else. */
        KeFlushEntireTb();
        while (FreeFrames && Held != 0) {
            MmFreeFrames(Frames[--Held], 1);
        }
    }
    OldIrql = KeAcquireSpinLockRaiseToDpc(&Space->Lock);
    MiClearBits(&Space->Pages, (Address - Space->Base) / PAGE_SIZE, Count);
    KeReleaseSpinLock(&Space->Lock, OldIrql);
}

/*
 * Zeroed pages at addresses of their own, with ARCH_PAGE_ protection; NULL when memory is
 * short. IRQL <= DISPATCH_LEVEL.
 */
PVOID
MmAllocateSystemPages(ULONG64 Count, ULONG Protection)
{
    const MI_PAGE_SOURCE NewFrames = {.NewFrames = TRUE};

    return (PVOID)(ULONG_PTR)MiMapPages(&MiMappingSpace, Count, &NewFrames, Protection);
}

/* Protects one page, and keeps its alias in the direct map from being a way around that: what
   may not be written here may not be written there. Page-table lock held. */
static BOOLEAN
MiProtectPage(ULONG64 Address, ULONG Protection)
{
    ULONG64 Frame = ArchTranslate(Address);

    return Frame != (ULONG64)-1 &&
           ArchProtectPage(ARCH_DIRECT_MAP_BASE + Frame, Protection & ARCH_PAGE_WRITE) &&
           ArchProtectPage(Address, Protection);
}

/*
 * Changes the protection of Count pages, on every processor before it returns; FALSE when
 * one of them is not mapped. IRQL <= DISPATCH_LEVEL.
 */
BOOLEAN
MmProtectSystemPages(PVOID Address, ULONG64 Count, ULONG Protection)
{
    BOOLEAN Changed = TRUE;

    for (ULONG64 Index = 0; Index < Count && Changed; Index++) {
        KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&MiPageTableLock);

        Changed =
            MiProtectPage((ULONG64)(ULONG_PTR)Address + Index * PAGE_SIZE, Protection);
        KeReleaseSpinLock(&MiPageTableLock, OldIrql);
    }
    KeFlushEntireTb();
    return Changed;
}

/* Gives back what MmAllocateSystemPages gave, whole. IRQL <= DISPATCH_LEVEL. */
VOID
MmFreeSystemPages(PVOID Address, ULONG64 Count)
{
    ULONG64 Base = (ULONG64)(ULONG_PTR)Address;

    if (Count == 0 || MiQueryRun(&MiMappingSpace, Base) != Count) {
        KeBugCheckEx(MEMORY_MANAGEMENT, MI_BAD_UNMAP, Base, Count,
                     MiQueryRun(&MiMappingSpace, Base));
    }
    /* The frames go back to everybody: their direct map becomes writable again. */
    MmProtectSystemPages(Address, Count, ARCH_PAGE_WRITE);
    MiUnmapPages(&MiMappingSpace, Base, Count, TRUE);
}
