/*
 * Lookaside lists. Drivers carry allocate and free inline (<wdm/pool.h>) and call back
 * through the list's Allocate and Free pointers; the kernel only sets a list up and
 * empties it. Depth is fixed: NT adapts it between 4 and 256 by a list's misses.
 */
#include "exp.h"

#define EXP_LOOKASIDE_DEPTH         64
#define EXP_LOOKASIDE_MAXIMUM_DEPTH 256

/*
 * Makes Lookaside an empty list of blocks of Size bytes under Tag. Allocate and Free
 * default to the pool; Flags is 0, POOL_NX_ALLOCATION or POOL_RAISE_IF_ALLOCATION_FAILURE
 * (which raises nothing here); Depth is reserved. IRQL <= DISPATCH_LEVEL. Source:
 * ExInitializeNPagedLookasideList.
 */
VOID NTAPI
ExInitializeNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside,
                                PALLOCATE_FUNCTION Allocate, PFREE_FUNCTION Free,
                                ULONG Flags, SIZE_T Size, ULONG Tag, USHORT Depth)
{
    PGENERAL_LOOKASIDE List = &Lookaside->L;

    UNREFERENCED_PARAMETER(Depth);
    memset(List, 0, sizeof(*List));
    InitializeSListHead(&List->ListHead);
    InitializeListHead(&List->ListEntry);
    List->Depth = EXP_LOOKASIDE_DEPTH;
    List->MaximumDepth = EXP_LOOKASIDE_MAXIMUM_DEPTH;
    List->Type = (POOL_TYPE)(NonPagedPool | (Flags & POOL_NX_ALLOCATION));
    List->Tag = Tag;
    List->Size = (ULONG)max(Size, sizeof(SLIST_ENTRY)); /* a free block is a list entry */
    List->Allocate = Allocate != NULL ? Allocate : ExAllocatePoolWithTag;
    List->Free = Free != NULL ? Free : ExFreePool;
}
EXPORT(ExInitializeNPagedLookasideList);

/*
 * Frees the blocks the list keeps; nobody uses the list any more. IRQL <= DISPATCH_LEVEL.
 * Source: ExDeleteNPagedLookasideList.
 */
VOID NTAPI
ExDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)
{
    PSLIST_ENTRY Entry = ExpInterlockedFlushSList(&Lookaside->L.ListHead);

    while (Entry != NULL) {
        PSLIST_ENTRY Next = Entry->Next;

        Lookaside->L.Free(Entry);
        Entry = Next;
    }
}
EXPORT(ExDeleteNPagedLookasideList);
