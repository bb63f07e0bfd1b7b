/*
 * Allocating MDLs and describing a part of one by another. Filling, locking and mapping
 * are mm's.
 */
#include "iop.h"

/* Largest buffer one MDL can describe: its Size, a SHORT, counts the page frame numbers.
 */
#define IOP_MAXIMUM_MDL_PAGES ((MAXUSHORT / 2 - sizeof(MDL)) / sizeof(PFN_NUMBER))

/* Hangs Mdl into Irp: as its first, or at the end of the chain. */
static VOID
IopLinkMdl(PIRP Irp, PMDL Mdl, BOOLEAN SecondaryBuffer)
{
    PMDL *Link = &Irp->MdlAddress;

    if (SecondaryBuffer) {
        while (*Link != NULL) {
            Link = &(*Link)->Next;
        }
    }
    *Link = Mdl;
}

/*
 * Allocates an MDL for Length bytes at VirtualAddress; its pages are not filled in.
 *   SecondaryBuffer  TRUE: append to Irp's chain; FALSE: make it Irp's first MDL
 *   ChargeQuota      ignored
 *   Irp              NULL: the MDL belongs to no IRP
 * NULL when pool is short or the buffer is larger than an MDL can describe (about 16
 * MiB). IRQL <= DISPATCH_LEVEL. Source: manual, IoAllocateMdl.
 */
PMDL NTAPI
IoAllocateMdl(PVOID VirtualAddress, ULONG Length, BOOLEAN SecondaryBuffer,
              BOOLEAN ChargeQuota, PIRP Irp)
{
    ULONG Pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(VirtualAddress, Length);
    PMDL Mdl;

    UNREFERENCED_PARAMETER(ChargeQuota);
    if (Pages > IOP_MAXIMUM_MDL_PAGES || ExRefuseCaller(IOP_CALLER())) {
        return NULL;
    }
    Mdl = IopAllocate(sizeof(MDL) + Pages * sizeof(PFN_NUMBER), IOP_TAG_MDL);
    if (Mdl == NULL) {
        return NULL;
    }
    MmInitializeMdl(Mdl, VirtualAddress, Length);
    if (Irp != NULL) {
        IopLinkMdl(Irp, Mdl, SecondaryBuffer);
    }
    return Mdl;
}
EXPORT(IoAllocateMdl);

/* Frees an MDL of IoAllocateMdl, unmapping a partial one that was mapped; its pages must
   have been unlocked. IRQL <= DISPATCH_LEVEL. Source: manual, IoFreeMdl. */
VOID NTAPI
IoFreeMdl(PMDL Mdl)
{
    if ((Mdl->MdlFlags & MDL_PARTIAL_HAS_BEEN_MAPPED) != 0) {
        MmUnmapLockedPages(Mdl->MappedSystemVa, Mdl);
    }
    ExFreePoolWithTag(Mdl, IOP_TAG_MDL);
}
EXPORT(IoFreeMdl);

/*
 * Makes TargetMdl, allocated for at least this range, describe Length bytes of SourceMdl
 * from VirtualAddress on; Length 0 means up to its end. A range outside SourceMdl is bug
 * check 0xC4. IRQL <= DISPATCH_LEVEL. Source: manual, IoBuildPartialMdl.
 */
VOID NTAPI
IoBuildPartialMdl(PMDL SourceMdl, PMDL TargetMdl, PVOID VirtualAddress, ULONG Length)
{
    ULONG_PTR Offset =
        (ULONG_PTR)VirtualAddress - (ULONG_PTR)MmGetMdlVirtualAddress(SourceMdl);
    SIZE_T First =
        ((ULONG_PTR)PAGE_ALIGN(VirtualAddress) - (ULONG_PTR)SourceMdl->StartVa) >>
        PAGE_SHIFT;
    ULONG Bytes = Length != 0 ? Length : SourceMdl->ByteCount - (ULONG)Offset;
    SIZE_T Pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(VirtualAddress, Bytes);
    const CSHORT Inherited =
        MDL_SOURCE_IS_NONPAGED_POOL | MDL_MAPPED_TO_SYSTEM_VA | MDL_IO_SPACE;

    if (Offset > SourceMdl->ByteCount || Bytes > SourceMdl->ByteCount - Offset ||
        sizeof(MDL) + Pages * sizeof(PFN_NUMBER) > (SIZE_T)TargetMdl->Size) {
        KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION, IOP_VIOLATION_MDL,
                     (ULONG_PTR)SourceMdl, (ULONG_PTR)TargetMdl, Length);
    }
    TargetMdl->Process = SourceMdl->Process;
    TargetMdl->StartVa = PAGE_ALIGN(VirtualAddress);
    TargetMdl->ByteOffset = BYTE_OFFSET(VirtualAddress);
    TargetMdl->ByteCount = Bytes;
    TargetMdl->MdlFlags = (SourceMdl->MdlFlags & Inherited) | MDL_PARTIAL;
    if (SourceMdl->MappedSystemVa != NULL) {
        TargetMdl->MappedSystemVa = (PCHAR)SourceMdl->MappedSystemVa + Offset;
    }
    memcpy(MmGetMdlPfnArray(TargetMdl), MmGetMdlPfnArray(SourceMdl) + First,
           Pages * sizeof(PFN_NUMBER));
}
EXPORT(IoBuildPartialMdl);
