/*
 * What the special pool says of a block: whether its surroundings are as they were left,
 * and, to a page fault and a stop report, whose address it was.
 */
#include "track.h"

#include <internal/upcalls.h>

/* Fourth parameters of SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, as NT documents them. */
#define SPECIAL_BYTES_AFTER    0x24
#define SPECIAL_ONE_BIT_NEARBY 0x32

PUCHAR
ExpFindChanged(PUCHAR From, PUCHAR To)
{
    while (From < To && *From == EXP_SPECIAL_FILL) {
        From++;
    }
    return From;
}

/* Whether the byte at Changed is the only one in [Changed, To), and differs by one bit. */
static BOOLEAN
ExpIsOneBit(PUCHAR Changed, PUCHAR To)
{
    UCHAR Bits = *Changed ^ EXP_SPECIAL_FILL;

    return (Bits & (Bits - 1)) == 0 && ExpFindChanged(Changed + 1, To) == To;
}

/* Looks at the rest of a block's page, past the block first. */
VOID
ExpCheckFill(const EXP_TRACKED *Block)
{
    PUCHAR Start = Block->Address, End = Start + Block->Size;
    PUCHAR Page = (PUCHAR)ALIGN_DOWN_BY((ULONG_PTR)Start, PAGE_SIZE);
    PUCHAR Changed = ExpFindChanged(End, Page + PAGE_SIZE);

    if (Changed != Page + PAGE_SIZE) {
        KeBugCheckEx(SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, (ULONG_PTR)Start,
                     (ULONG_PTR)Changed, 0, SPECIAL_BYTES_AFTER);
    }
    Changed = ExpFindChanged(Page, Start);
    if (Changed != Start) {
        KeBugCheckEx(SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, (ULONG_PTR)Start,
                     (ULONG_PTR)Changed, 0,
                     ExpIsOneBit(Changed, Start) ? SPECIAL_ONE_BIT_NEARBY
                                                 : SPECIAL_NEARBY_BYTES);
    }
}

EX_SPECIAL_FAULT
ExQuerySpecialFault(ULONG64 Address)
{
    const EXP_SLOT *Slot = ExpNearestSlot(Address);

    if (Slot == NULL || Slot->State == ExpSlotUnused) {
        return ExNoSpecialFault;
    }
    return Slot->State == ExpSlotFreed ? ExFreedBlockFault : ExBeyondBlockFault;
}

BOOLEAN
ExDescribeSpecialBlock(ULONG64 Address, CHAR *Buffer, SIZE_T Size)
{
    const EXP_SLOT *Slot = ExpNearestSlot(Address);
    const EXP_TRACKED *Block = &Slot->Block;
    CHAR Allocator[120], Releaser[120];

    if (Slot == NULL || Slot->State == ExpSlotUnused) {
        return FALSE;
    }
    KeDescribeAddress(Block->AllocatedBy, Allocator, sizeof(Allocator));
    KeDescribeAddress(Block->FreedBy, Releaser, sizeof(Releaser));
    RtlFormat(Buffer, Size, "%I64u bytes '%.4s' at 0x%p, allocated by %s%s%s",
              (ULONG64)Block->Size, (const CHAR *)&Block->Tag, Block->Address, Allocator,
              Slot->State == ExpSlotFreed ? ", freed by " : "",
              Slot->State == ExpSlotFreed ? Releaser : "");
    return TRUE;
}
