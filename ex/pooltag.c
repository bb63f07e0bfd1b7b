/*
 * What each pool tag has in use: an open hash that only grows. Tags come from drivers, so
 * there can be more than it holds; the last entry counts all that find no place.
 */
#include "poolheap.h"

#define EXP_TAG_SLOTS (EXP_TAG_COUNT - 1)

static ULONG
ExpTagSlot(ULONG Tag)
{
    return (Tag * 0x9E3779B1U >> 16) % EXP_TAG_SLOTS;
}

PEXP_TAG_USAGE
ExpTagUsage(PEXP_HEAP Heap, ULONG Tag)
{
    ULONG Slot = ExpTagSlot(Tag);

    for (ULONG Step = 0; Step < EXP_TAG_SLOTS; Step++) {
        PEXP_TAG_USAGE Usage = &Heap->Tags[(Slot + Step) % EXP_TAG_SLOTS];

        if (Usage->Allocations == 0) {
            Usage->Tag = Tag;
        }
        if (Usage->Tag == Tag) {
            return Usage;
        }
    }
    return &Heap->Tags[EXP_TAG_SLOTS];
}

const EXP_TAG_USAGE *
ExpFindTagUsage(const EXP_HEAP *Heap, ULONG Tag)
{
    ULONG Slot = ExpTagSlot(Tag);

    for (ULONG Step = 0; Step < EXP_TAG_SLOTS; Step++) {
        const EXP_TAG_USAGE *Usage = &Heap->Tags[(Slot + Step) % EXP_TAG_SLOTS];

        if (Usage->Allocations == 0) {
            return NULL;
        }
        if (Usage->Tag == Tag) {
            return Usage;
        }
    }
    return NULL;
}
