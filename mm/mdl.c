/*
 * Memory descriptor lists: the frames under a buffer, and a second mapping of them.
 *
 * All memory is resident here, so that locking pages is filling in their frame numbers.
 * There is no user mode: a mapping for it is one in the address space that all share.
 */
#include "mi.h"
#include <internal/ldr.h>

/* Frame numbers of the MDL's pages; FALSE, with the address, when one is not mapped. */
static BOOLEAN
MiFillFrames(PMDL Mdl, ULONG64 *Missing)
{
    ULONG64 Base = (ULONG64)(ULONG_PTR)Mdl->StartVa;
    ULONG Pages =
        ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(Mdl), Mdl->ByteCount);

    for (ULONG Index = 0; Index < Pages; Index++) {
        ULONG64 Physical = ArchTranslate(Base + (ULONG64)Index * PAGE_SIZE);

        if (Physical == MAXULONGLONG) {
            *Missing = Base + (ULONG64)Index * PAGE_SIZE;
            return FALSE;
        }
        MmGetMdlPfnArray(Mdl)[Index] = Physical >> PAGE_SHIFT;
    }
    return TRUE;
}

/*
 * Bytes an MDL for the buffer needs, frame numbers included. Any IRQL. Source:
 * MmSizeOfMdl.
 */
SIZE_T
NTAPI
MmSizeOfMdl(PVOID Base, SIZE_T Length)
{
    return sizeof(MDL) +
           sizeof(PFN_NUMBER) * ADDRESS_AND_SIZE_TO_SPAN_PAGES(Base, Length);
}
EXPORT(MmSizeOfMdl);

/*
 * Fills in the frames of a buffer in nonpaged memory; its own address serves as the
 * system address. Memory that is not mapped is bug check MEMORY_MANAGEMENT. IRQL <=
 * DISPATCH_LEVEL. Source: MmBuildMdlForNonPagedPool.
 */
VOID NTAPI
MmBuildMdlForNonPagedPool(PMDL MemoryDescriptorList)
{
    ULONG64 Missing;

    if (!MiFillFrames(MemoryDescriptorList, &Missing)) {
        KeBugCheckEx(MEMORY_MANAGEMENT, MI_BAD_MDL, Missing,
                     (ULONG_PTR)MemoryDescriptorList, MemoryDescriptorList->ByteCount);
    }
    MemoryDescriptorList->MdlFlags |= MDL_SOURCE_IS_NONPAGED_POOL;
    MemoryDescriptorList->MappedSystemVa = MmGetMdlVirtualAddress(MemoryDescriptorList);
}
EXPORT(MmBuildMdlForNonPagedPool);

/*
 * Fills in the frames of a kernel buffer and marks them locked. NT raises
 * STATUS_ACCESS_VIOLATION for a bad buffer; no driver's handler can be reached here, so
 * it is bug check KMODE_EXCEPTION_NOT_HANDLED at once. IRQL <= DISPATCH_LEVEL. Source:
 * MmProbeAndLockPages.
 */
VOID NTAPI
MmProbeAndLockPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode,
                    LOCK_OPERATION Operation)
{
    ULONG64 Missing = (ULONG64)(ULONG_PTR)MmGetMdlVirtualAddress(MemoryDescriptorList);

    if (AccessMode != KernelMode || !MiFillFrames(MemoryDescriptorList, &Missing)) {
        KeBugCheckEx(
            KMODE_EXCEPTION_NOT_HANDLED, (ULONG_PTR)(ULONG)STATUS_ACCESS_VIOLATION,
            (ULONG_PTR)__builtin_return_address(0), Operation != IoReadAccess, Missing);
    }
    MemoryDescriptorList->MdlFlags |= MDL_PAGES_LOCKED;
    if (Operation != IoReadAccess) {
        MemoryDescriptorList->MdlFlags |= MDL_WRITE_OPERATION;
    }
}
EXPORT(MmProbeAndLockPages);

/*
 * Undoes MmProbeAndLockPages, and a system mapping when one was made.
 * IRQL <= DISPATCH_LEVEL. Source: MmUnlockPages.
 */
VOID NTAPI
MmUnlockPages(PMDL MemoryDescriptorList)
{
    if (MemoryDescriptorList->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) {
        MmUnmapLockedPages(MemoryDescriptorList->MappedSystemVa, MemoryDescriptorList);
    }
    MemoryDescriptorList->MdlFlags &= (CSHORT) ~(MDL_PAGES_LOCKED | MDL_WRITE_OPERATION);
}
EXPORT(MmUnlockPages);

/*
 * Maps the MDL's frames at new system addresses: read-write, or as MdlMappingNoWrite in
 * Priority says, and never executable. Returns the address of the buffer's first byte. On
 * failure NULL, or with BugCheckOnFailure bug check NO_PAGES_AVAILABLE. With UserMode the
 * MDL does not remember the mapping: its client unmaps by address. IRQL <= DISPATCH_LEVEL. Source: MmMapLockedPagesSpecifyCache.
 */
PVOID
NTAPI
MmMapLockedPagesSpecifyCache(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode,
                             MEMORY_CACHING_TYPE CacheType, PVOID RequestedAddress,
                             ULONG BugCheckOnFailure, ULONG Priority)
{
    PMDL Mdl = MemoryDescriptorList;
    const MI_PAGE_SOURCE Source = {.Frames = MmGetMdlPfnArray(Mdl)};
    ULONG64 Base = 0;
    ULONG Protection;

    UNREFERENCED_PARAMETER(RequestedAddress); /* of use where processes have their own */
    if (MiQueryCaching(CacheType, &Protection)) {
        if (!(Priority & MdlMappingNoWrite)) {
            Protection |= ARCH_PAGE_WRITE;
        }
        Base = MiMapPages(
            &MiMappingSpace,
            ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(Mdl), Mdl->ByteCount),
            &Source, Protection);
    }
    if (Base == 0) {
        if (BugCheckOnFailure) {
            KeBugCheckEx(NO_PAGES_AVAILABLE, (ULONG_PTR)Mdl, Mdl->ByteCount,
                         (ULONG_PTR)AccessMode, (ULONG_PTR)CacheType);
        }
        return NULL;
    }
    if (AccessMode != KernelMode) {
        return (PVOID)(ULONG_PTR)(Base + Mdl->ByteOffset);
    }
    Mdl->MappedSystemVa = (PVOID)(ULONG_PTR)(Base + Mdl->ByteOffset);
    Mdl->MdlFlags |= MDL_MAPPED_TO_SYSTEM_VA;
    if (Mdl->MdlFlags & MDL_PARTIAL) {
        Mdl->MdlFlags |= MDL_PARTIAL_HAS_BEEN_MAPPED;
    }
    return Mdl->MappedSystemVa;
}
EXPORT(MmMapLockedPagesSpecifyCache);

/* The older form: cached, and a bug check when it fails. Source: MmMapLockedPages. */
PVOID
NTAPI
MmMapLockedPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode)
{
    return MmMapLockedPagesSpecifyCache(MemoryDescriptorList, AccessMode, MmCached, NULL,
                                        TRUE, HighPagePriority);
}
EXPORT(MmMapLockedPages);

/*
 * Takes a mapping MmMapLockedPages... made away again. IRQL <= DISPATCH_LEVEL.
 * Source: MmUnmapLockedPages.
 */
VOID NTAPI
MmUnmapLockedPages(PVOID BaseAddress, PMDL MemoryDescriptorList)
{
    MiUnmapByAddress(BaseAddress, FALSE);
    if (BaseAddress != MemoryDescriptorList->MappedSystemVa) {
        return; /* one made for user mode */
    }
    MemoryDescriptorList->MdlFlags &=
        (CSHORT) ~(MDL_MAPPED_TO_SYSTEM_VA | MDL_PARTIAL_HAS_BEEN_MAPPED);
    if (MemoryDescriptorList->MdlFlags & MDL_SOURCE_IS_NONPAGED_POOL) {
        MemoryDescriptorList->MappedSystemVa =
            MmGetMdlVirtualAddress(MemoryDescriptorList);
    }
}
EXPORT(MmUnmapLockedPages);
