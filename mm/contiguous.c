/*
 * Physically contiguous memory, for devices that cannot gather.
 *
 * A block has addresses of its own in system space: its length need not be remembered
 * elsewhere, and the unused pages around it catch a processor that runs over its ends.
 */
#include "mi.h"
#include <internal/ldr.h>

/*
 * NumberOfBytes of contiguous memory, page-aligned, with physical addresses in
 * [Lowest, Highest] and, when BoundaryAddressMultiple (a power of 2 of at least a page)
 * is not 0, across no multiple of it. Contents undefined. NULL when there is none, or
 * when an argument is bad. IRQL <= DISPATCH_LEVEL. Source:
 * MmAllocateContiguousMemorySpecifyCache.
 */
PVOID
NTAPI
MmAllocateContiguousMemorySpecifyCache(SIZE_T NumberOfBytes,
                                       PHYSICAL_ADDRESS LowestAcceptableAddress,
                                       PHYSICAL_ADDRESS HighestAcceptableAddress,
                                       PHYSICAL_ADDRESS BoundaryAddressMultiple,
                                       MEMORY_CACHING_TYPE CacheType)
{
    const MI_FRAME_REQUEST Request = {
        .Count = BYTES_TO_PAGES(NumberOfBytes),
        .Alignment = 1,
        .Lowest = (ULONG64)LowestAcceptableAddress.QuadPart,
        .Highest = (ULONG64)HighestAcceptableAddress.QuadPart,
        .Boundary = (ULONG64)BoundaryAddressMultiple.QuadPart,
    };
    MI_PAGE_SOURCE Source = {0};
    ULONG Caching;
    ULONG64 Base;

    if (!MiQueryCaching(CacheType, &Caching) ||
        (Request.Boundary & (Request.Boundary - 1)) != 0) {
        return NULL;
    }
    Source.Physical = MiAllocateFramesWithin(&Request);
    if (Source.Physical == 0) {
        return NULL;
    }
    Base = MiMapPages(&MiMappingSpace, Request.Count, &Source, Caching | ARCH_PAGE_WRITE);
    if (Base == 0) {
        MmFreeFrames(Source.Physical, Request.Count);
    }
    return (PVOID)(ULONG_PTR)Base;
}
EXPORT(MmAllocateContiguousMemorySpecifyCache);

/*
 * The same, cached, anywhere up to HighestAcceptableAddress. IRQL <= DISPATCH_LEVEL.
 * Source: MmAllocateContiguousMemory.
 */
PVOID
NTAPI
MmAllocateContiguousMemory(SIZE_T NumberOfBytes,
                           PHYSICAL_ADDRESS HighestAcceptableAddress)
{
    const PHYSICAL_ADDRESS Zero = {.QuadPart = 0};

    return MmAllocateContiguousMemorySpecifyCache(
        NumberOfBytes, Zero, HighestAcceptableAddress, Zero, MmCached);
}
EXPORT(MmAllocateContiguousMemory);

/*
 * Frees a block by its address; an address that is none is bug check MEMORY_MANAGEMENT.
 * IRQL <= DISPATCH_LEVEL. Source: MmFreeContiguousMemory.
 */
VOID NTAPI
MmFreeContiguousMemory(PVOID BaseAddress)
{
    MiUnmapByAddress(BaseAddress, TRUE);
}
EXPORT(MmFreeContiguousMemory);

/* The same; the length and caching are known here. Source:
 * MmFreeContiguousMemorySpecifyCache. */
VOID NTAPI
MmFreeContiguousMemorySpecifyCache(PVOID BaseAddress, SIZE_T NumberOfBytes,
                                   MEMORY_CACHING_TYPE CacheType)
{
    UNREFERENCED_PARAMETER(NumberOfBytes);
    UNREFERENCED_PARAMETER(CacheType);
    MiUnmapByAddress(BaseAddress, TRUE);
}
EXPORT(MmFreeContiguousMemorySpecifyCache);
