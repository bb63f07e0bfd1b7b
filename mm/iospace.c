/*
 * Device memory in the kernel's address space.
 *
 * A mapping is told by its address: its length is read from the address map, because real
 * drivers unmap with a length other than the one they mapped with.
 */
#include "mi.h"
#include <internal/ldr.h>

BOOLEAN
MiQueryCaching(MEMORY_CACHING_TYPE CacheType, ULONG *Protection)
{
    switch (CacheType) {
    case MmCached:
    case MmHardwareCoherentCached:
        *Protection = 0;
        return TRUE;
    case MmNonCached:
    case MmNonCachedUnordered:
        *Protection = ARCH_PAGE_UNCACHED;
        return TRUE;
    case MmWriteCombined:
    case MmUSWCCached:
        *Protection = ARCH_PAGE_WRITE_COMBINED;
        return TRUE;
    default:
        return FALSE;
    }
}

/* Maps the pages that hold the bytes; NULL for a range that is empty or no address. */
static PVOID
MiMapPhysical(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes, ULONG Protection)
{
    ULONG64 First = (ULONG64)PhysicalAddress.QuadPart;
    ULONG64 Last = First + NumberOfBytes - 1;
    ULONG64 Offset = First % PAGE_SIZE;
    const MI_PAGE_SOURCE Source = {.Physical = First - Offset};
    ULONG64 Base;

    if (NumberOfBytes == 0 || Last < First ||
        Last >> ArchFeatures.PhysicalAddressBits != 0) {
        return NULL;
    }
    Base = MiMapPages(&MiMappingSpace, Last / PAGE_SIZE - First / PAGE_SIZE + 1, &Source,
                      Protection);
    return Base == 0 ? NULL : (PVOID)(ULONG_PTR)(Base + Offset);
}

VOID
MiUnmapByAddress(PVOID BaseAddress, BOOLEAN FreeFrames)
{
    ULONG64 Base = (ULONG64)(ULONG_PTR)PAGE_ALIGN(BaseAddress);
    ULONG64 Pages = MiQueryRun(&MiMappingSpace, Base);

    if (Pages == 0) {
        KeBugCheckEx(MEMORY_MANAGEMENT, MI_BAD_UNMAP, (ULONG_PTR)BaseAddress, 0, 0);
    }
    MiUnmapPages(&MiMappingSpace, Base, Pages, FreeFrames);
}

/*
 * Maps NumberOfBytes of device memory, read-write and never executable. Returns the
 * address of its first byte, NULL when the range is bad or addresses are short. IRQL <=
 * DISPATCH_LEVEL. Source: MmMapIoSpace.
 */
PVOID
NTAPI
MmMapIoSpace(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes,
             MEMORY_CACHING_TYPE CacheType)
{
    ULONG Caching;

    if (!MiQueryCaching(CacheType, &Caching)) {
        return NULL;
    }
    return MiMapPhysical(PhysicalAddress, NumberOfBytes, Caching | ARCH_PAGE_WRITE);
}
EXPORT(MmMapIoSpace);

/* ARCH_PAGE_ flags for a PAGE_ protection; FALSE for none, and for write with execute. */
static BOOLEAN
MiQueryProtection(ULONG Protect, ULONG *Protection)
{
    switch (Protect & ~(ULONG)(PAGE_NOCACHE | PAGE_WRITECOMBINE)) {
    case PAGE_READONLY:
        *Protection = 0;
        break;
    case PAGE_READWRITE:
        *Protection = ARCH_PAGE_WRITE;
        break;
    case PAGE_EXECUTE:
    case PAGE_EXECUTE_READ:
        *Protection = ARCH_PAGE_EXECUTE;
        break;
    default:
        return FALSE;
    }
    if (Protect & PAGE_NOCACHE) {
        *Protection |= ARCH_PAGE_UNCACHED;
    }
    if (Protect & PAGE_WRITECOMBINE) {
        *Protection |= ARCH_PAGE_WRITE_COMBINED;
    }
    return (Protect & (PAGE_NOCACHE | PAGE_WRITECOMBINE)) !=
           (PAGE_NOCACHE | PAGE_WRITECOMBINE);
}

/*
 * The same with a PAGE_ protection. NULL also for PAGE_EXECUTE_READWRITE: no page is
 * writable and executable here (docs/deviations.md). IRQL <= DISPATCH_LEVEL.
 * Source: MmMapIoSpaceEx.
 */
PVOID
NTAPI
MmMapIoSpaceEx(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes, ULONG Protect)
{
    ULONG Protection;

    if (!MiQueryProtection(Protect, &Protection)) {
        return NULL;
    }
    return MiMapPhysical(PhysicalAddress, NumberOfBytes, Protection);
}
EXPORT(MmMapIoSpaceEx);

/*
 * Unmaps what MmMapIoSpace(Ex) mapped at BaseAddress, whatever NumberOfBytes says. An
 * address that is no mapping is bug check MEMORY_MANAGEMENT. IRQL <= DISPATCH_LEVEL.
 * Source: MmUnmapIoSpace; driver-binary-interface.md section 4.
 */
VOID NTAPI
MmUnmapIoSpace(PVOID BaseAddress, SIZE_T NumberOfBytes)
{
    UNREFERENCED_PARAMETER(NumberOfBytes);
    MiUnmapByAddress(BaseAddress, FALSE);
}
EXPORT(MmUnmapIoSpace);
