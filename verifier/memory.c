/*
 * MDLs, device memory and contiguous memory: an MDL that is unlocked, or freed, when it must
 * not be; and allocations that fail because the options say so.
 */
#include "vf.h"

#define VF_RULE_MM_DISPATCH 0x2001A

/* Subcodes of 0xC4 of our own; then the MDL, its flags. */
#define VF_UNLOCKED_TWICE 0xD1A00011
#define VF_FREED_LOCKED   0xD1A00012

static VOID
VfCheckMemoryLevel(const CHAR *Name)
{
    if (KeGetCurrentIrql() > DISPATCH_LEVEL) {
        VfStopRule(VF_RULE_MM_DISPATCH, "IrqlMmDispatch: %s called at IRQL %u", Name,
                   KeGetCurrentIrql());
    }
}

/* IRQL <= DISPATCH_LEVEL; MmProbeAndLockPages comes first. */
static VOID NTAPI
VfMmUnlockPages(PMDL Mdl)
{
    VfCheckMemoryLevel("MmUnlockPages");
    if ((Mdl->MdlFlags & MDL_PAGES_LOCKED) == 0) {
        VfStop(VF_UNLOCKED_TWICE, (ULONG_PTR)Mdl, (USHORT)Mdl->MdlFlags, 0,
               "MmUnlockPages was given an MDL whose pages are not locked");
    }
    MmUnlockPages(Mdl);
}
VERIFY(MmUnlockPages);

/* IRQL <= DISPATCH_LEVEL; MmUnlockPages comes first. A partial MDL never locks. */
static VOID NTAPI
VfIoFreeMdl(PMDL Mdl)
{
    VfCheckMemoryLevel("IoFreeMdl");
    /* Device memory counts as locked from its MDL's beginning to its end. */
    if ((Mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_IO_SPACE)) == MDL_PAGES_LOCKED) {
        VfStop(VF_FREED_LOCKED, (ULONG_PTR)Mdl, (USHORT)Mdl->MdlFlags, 0,
               "IoFreeMdl was given an MDL whose pages are still locked");
    }
    IoFreeMdl(Mdl);
}
VERIFY(IoFreeMdl);

/* ---- low resources ---- */

static PVOID NTAPI
VfMmMapIoSpace(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes,
               MEMORY_CACHING_TYPE CacheType)
{
    VfCheckMemoryLevel("MmMapIoSpace");
    if (ExRefuseCaller(VF_CALLER())) {
        return NULL;
    }
    return MmMapIoSpace(PhysicalAddress, NumberOfBytes, CacheType);
}
VERIFY(MmMapIoSpace);

static PVOID NTAPI
VfMmMapIoSpaceEx(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes, ULONG Protect)
{
    VfCheckMemoryLevel("MmMapIoSpaceEx");
    if (ExRefuseCaller(VF_CALLER())) {
        return NULL;
    }
    return MmMapIoSpaceEx(PhysicalAddress, NumberOfBytes, Protect);
}
VERIFY(MmMapIoSpaceEx);

static PVOID NTAPI
VfMmAllocateContiguousMemory(SIZE_T NumberOfBytes,
                             PHYSICAL_ADDRESS HighestAcceptableAddress)
{
    VfCheckMemoryLevel("MmAllocateContiguousMemory");
    if (ExRefuseCaller(VF_CALLER())) {
        return NULL;
    }
    return MmAllocateContiguousMemory(NumberOfBytes, HighestAcceptableAddress);
}
VERIFY(MmAllocateContiguousMemory);

static PVOID NTAPI
VfMmAllocateContiguousMemorySpecifyCache(SIZE_T NumberOfBytes,
                                         PHYSICAL_ADDRESS LowestAcceptableAddress,
                                         PHYSICAL_ADDRESS HighestAcceptableAddress,
                                         PHYSICAL_ADDRESS BoundaryAddressMultiple,
                                         MEMORY_CACHING_TYPE CacheType)
{
    VfCheckMemoryLevel("MmAllocateContiguousMemorySpecifyCache");
    if (ExRefuseCaller(VF_CALLER())) {
        return NULL;
    }
    return MmAllocateContiguousMemorySpecifyCache(NumberOfBytes, LowestAcceptableAddress,
                                                  HighestAcceptableAddress,
                                                  BoundaryAddressMultiple, CacheType);
}
VERIFY(MmAllocateContiguousMemorySpecifyCache);
