/*
 * An MDL of device memory: pages that no system address describes, as a BAR's.
 */
#include "iop.h"

/* The bytes of all pieces, or 0: a piece is not made of whole pages, or they are too many. */
static SIZE_T
IopSizeOfPieces(PMM_PHYSICAL_ADDRESS_LIST Pieces, SIZE_T Count)
{
    SIZE_T Total = 0;

    for (SIZE_T Index = 0; Index < Count; Index++) {
        ULONG64 Start = (ULONG64)Pieces[Index].PhysicalAddress.QuadPart;
        SIZE_T Size = Pieces[Index].NumberOfBytes;

        if (Size == 0 || ((Start | Size) & (PAGE_SIZE - 1)) != 0 ||
            Start + Size < Start || Size > MAXULONG || Total + Size > MAXULONG) {
            return 0;
        }
        Total += Size;
    }
    return Total;
}

/*
 * Makes an MDL of pieces of device memory, each of whole pages. IoFreeMdl frees it.
 *   PhysicalAddressList  the pieces, in the order of the MDL
 *   NumberOfEntries      how many
 *   NewMdl               gets the MDL, whose pages count as locked
 * STATUS_INVALID_PARAMETER_1: a piece is not whole pages, or they are 4 GiB; _2: none;
 * STATUS_INSUFFICIENT_RESOURCES: pool, or more than an MDL can describe. IRQL <=
 * DISPATCH_LEVEL. Source: manual, MmAllocateMdlForIoSpace.
 */
NTSTATUS
NTAPI
MmAllocateMdlForIoSpace(PMM_PHYSICAL_ADDRESS_LIST PhysicalAddressList,
                        SIZE_T NumberOfEntries, PMDL *NewMdl)
{
    PPFN_NUMBER Frame;
    SIZE_T Total;
    PMDL Mdl;

    *NewMdl = NULL;
    if (NumberOfEntries == 0) {
        return STATUS_INVALID_PARAMETER_2;
    }
    Total = IopSizeOfPieces(PhysicalAddressList, NumberOfEntries);
    if (Total == 0) {
        return STATUS_INVALID_PARAMETER_1;
    }
    Mdl = IoAllocateMdl(NULL, (ULONG)Total, FALSE, FALSE, NULL);
    if (Mdl == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Mdl->MdlFlags |= MDL_IO_SPACE | MDL_PAGES_LOCKED;
    Frame = MmGetMdlPfnArray(Mdl);
    for (SIZE_T Index = 0; Index < NumberOfEntries; Index++) {
        ULONG64 First = PhysicalAddressList[Index].PhysicalAddress.QuadPart >> PAGE_SHIFT;
        SIZE_T Pages = PhysicalAddressList[Index].NumberOfBytes >> PAGE_SHIFT;

        for (SIZE_T Page = 0; Page < Pages; Page++) {
            *Frame++ = First + Page;
        }
    }
    *NewMdl = Mdl;
    return STATUS_SUCCESS;
}
EXPORT(MmAllocateMdlForIoSpace);
