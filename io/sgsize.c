/*
 * What can be said of a scatter/gather list without making one: its size; and the MDL of what
 * one describes.
 */
#include "iopdma.h"

ULONG
IopListSize(ULONG Count)
{
    return (ULONG)(sizeof(SCATTER_GATHER_LIST) + Count * sizeof(SCATTER_GATHER_ELEMENT));
}

/* The bytes a list can need at most, one element a page; Mdl NULL: for Length bytes at
   CurrentVa. IRQL <= DISPATCH_LEVEL. Source: manual, CalculateScatterGatherList. */
NTSTATUS
NTAPI
IopCalculateScatterGatherList(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID CurrentVa,
                              ULONG Length, PULONG ScatterGatherListSize,
                              PULONG NumberOfMapRegisters)
{
    ULONG Pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(CurrentVa, Length);

    UNREFERENCED_PARAMETER(DmaAdapter);
    /* Each MDL of a chain can begin and end within a page of its own. */
    for (PMDL Next = Mdl; Next != NULL && Next->Next != NULL; Next = Next->Next) {
        Pages += 2;
    }
    *ScatterGatherListSize = IopListSize(Pages);
    if (NumberOfMapRegisters != NULL) {
        *NumberOfMapRegisters = Pages;
    }
    return STATUS_SUCCESS;
}

/* Whether one MDL can describe the list: inside it, elements end and begin with pages.
   *Length: its bytes. */
static BOOLEAN
IopIsOneBuffer(const SCATTER_GATHER_LIST *List, PULONG Length)
{
    *Length = 0;
    for (ULONG Index = 0; Index < List->NumberOfElements; Index++) {
        const SCATTER_GATHER_ELEMENT *Element = &List->Elements[Index];
        ULONG64 End = (ULONG64)Element->Address.QuadPart + Element->Length;

        if ((Index != 0 && Element->Address.QuadPart % PAGE_SIZE != 0) ||
            (Index + 1 != List->NumberOfElements && End % PAGE_SIZE != 0)) {
            return FALSE;
        }
        *Length += Element->Length;
    }
    return *Length != 0;
}

/*
 * An MDL of the memory that the device sees, for a driver that looks at the data on their
 * way. When no map register stands in, that is OriginalMdl; else a new one, which the driver
 * frees with IoFreeMdl before it puts the list. STATUS_INVALID_PARAMETER: the list is no one
 * buffer; STATUS_INSUFFICIENT_RESOURCES. IRQL <= DISPATCH_LEVEL. Source: manual,
 * BuildMdlFromScatterGatherList.
 */
NTSTATUS
NTAPI
IopBuildMdlFromScatterGatherList(PDMA_ADAPTER DmaAdapter,
                                 PSCATTER_GATHER_LIST ScatterGather, PMDL OriginalMdl,
                                 PMDL *TargetMdl)
{
    ULONG Length, Page = 0;
    PMDL Mdl;

    if (((PIOP_ADAPTER)DmaAdapter)->RegisterCount == 0) {
        *TargetMdl = OriginalMdl;
        return STATUS_SUCCESS;
    }
    if (!IopIsOneBuffer(ScatterGather, &Length)) {
        return STATUS_INVALID_PARAMETER;
    }
    Mdl = IoAllocateMdl(
        (PVOID)(ULONG_PTR)(ScatterGather->Elements[0].Address.QuadPart % PAGE_SIZE),
        Length, FALSE, FALSE, NULL);
    if (Mdl == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    for (ULONG Index = 0; Index < ScatterGather->NumberOfElements; Index++) {
        const SCATTER_GATHER_ELEMENT *Element = &ScatterGather->Elements[Index];
        ULONG64 First = (ULONG64)Element->Address.QuadPart >> PAGE_SHIFT;
        ULONG64 Last =
            ((ULONG64)Element->Address.QuadPart + Element->Length - 1) >> PAGE_SHIFT;

        for (ULONG64 Frame = First; Frame <= Last; Frame++) {
            MmGetMdlPfnArray(Mdl)[Page++] = Frame;
        }
    }
    *TargetMdl = Mdl;
    return STATUS_SUCCESS;
}
