/*
 * From the boot loader's memory map to a bit map of free frames.
 *
 * The memory map is input: ranges may overlap, be unsorted, empty, or end beyond 2^64. A
 * byte is RAM only when a usable range has it and no other range does; frames are counted
 * in whole, so that what a usable range has of a partial frame is left alone.
 */
#include "framemap.h"

#define MI_FIRST_MIB 0x100000ULL

typedef struct _MI_EXTENT {
    ULONG64 Base;
    ULONG64 End; /* exclusive */
} MI_EXTENT;

/* The extent of Length bytes at Base, cut off where the addresses end. */
static MI_EXTENT
MiMakeExtent(ULONG64 Base, ULONG64 Length)
{
    MI_EXTENT Extent = {Base,
                        Length > MAXULONGLONG - Base ? MAXULONGLONG : Base + Length};

    return Extent;
}

/*
 * The Index-th occupied extent (whole pages), in no order: what is not RAM, the first
 * MiB, and what the boot loader loaded. FALSE past the last; an empty one is {0, 0}.
 */
static BOOLEAN
MiQueryOccupied(const BOOT_INFORMATION *Boot, ULONG Index, MI_EXTENT *Extent)
{
    const struct {
        ULONG64 Base;
        ULONG64 Length;
    } Fixed[] = {
        {0, MI_FIRST_MIB},
        {Boot->EntryBase, Boot->EntryLength},
        {Boot->KernelBase, Boot->KernelLength},
        {Boot->InformationBase, Boot->InformationLength},
        {Boot->SymbolBase, Boot->SymbolLength},
        {Boot->StringBase, Boot->StringLength},
    };

    if (Index < ARRAYSIZE(Fixed)) {
        *Extent = MiMakeExtent(Fixed[Index].Base, Fixed[Index].Length);
    } else if ((Index -= ARRAYSIZE(Fixed)) < Boot->ModuleCount) {
        *Extent = MiMakeExtent(Boot->Modules[Index].Base, Boot->Modules[Index].Length);
    } else if ((Index -= Boot->ModuleCount) < Boot->MemoryRangeCount) {
        const BOOT_MEMORY_RANGE *Range = &Boot->MemoryRanges[Index];

        *Extent = MiMakeExtent(Range->Base,
                               Range->Type == BootMemoryUsable ? 0 : Range->Length);
    } else {
        return FALSE;
    }
    Extent->End = min(Extent->End, MI_HIGHEST_MEMORY);
    if (Extent->End <= Extent->Base) {
        Extent->Base = Extent->End = 0;
    }
    Extent->Base = ALIGN_DOWN_BY(Extent->Base, MI_FRAME_SIZE);
    Extent->End = ALIGN_UP_BY(Extent->End, MI_FRAME_SIZE);
    return TRUE;
}

/* The whole frames of a usable range, empty (End <= Base) for any other. */
static MI_EXTENT
MiQueryUsable(const BOOT_MEMORY_RANGE *Range)
{
    MI_EXTENT Extent = MiMakeExtent(Range->Base, Range->Length);

    if (Range->Type != BootMemoryUsable || Range->Base > MI_HIGHEST_MEMORY) {
        Extent.End = Extent.Base = 0;
    }
    Extent.Base = ALIGN_UP_BY(Extent.Base, MI_FRAME_SIZE);
    Extent.End = ALIGN_DOWN_BY(min(Extent.End, MI_HIGHEST_MEMORY), MI_FRAME_SIZE);
    return Extent;
}

ULONG64
MiTopOfMemory(const BOOT_INFORMATION *Boot)
{
    ULONG64 Top = 0;

    for (ULONG Index = 0; Index < Boot->MemoryRangeCount; Index++) {
        MI_EXTENT Extent = MiQueryUsable(&Boot->MemoryRanges[Index]);

        if (Extent.End > Extent.Base) {
            Top = max(Top, Extent.End);
        }
    }
    return Top;
}

/* First place of Length bytes in [Base, End) that no occupied extent meets; 0 if none. */
static ULONG64
MiPlaceInRange(const BOOT_INFORMATION *Boot, MI_EXTENT Range, ULONG64 Length)
{
    MI_EXTENT Occupied;
    ULONG Index = 0;

    while (Range.Base < Range.End && Length <= Range.End - Range.Base) {
        if (!MiQueryOccupied(Boot, Index++, &Occupied)) {
            return Range.Base;
        }
        if (Occupied.Base < Range.Base + Length && Range.Base < Occupied.End) {
            Range.Base = Occupied.End; /* moved up: test against all of them anew */
            Index = 0;
        }
    }
    return 0;
}

ULONG64
MiPlaceTable(const BOOT_INFORMATION *Boot, ULONG64 Length, ULONG64 Limit)
{
    ULONG64 Place = 0;
    ULONG64 Largest = 0;

    for (ULONG Index = 0; Index < Boot->MemoryRangeCount; Index++) {
        MI_EXTENT Range = MiQueryUsable(&Boot->MemoryRanges[Index]);
        ULONG64 Found;

        Range.End = min(Range.End, Limit);
        if (Range.End <= Range.Base || Range.End - Range.Base <= Largest) {
            continue;
        }
        Found = MiPlaceInRange(Boot, Range, Length);
        if (Found != 0) {
            Place = Found;
            Largest = Range.End - Range.Base;
        }
    }
    return Place;
}

VOID
MiReserveFrames(PMI_FRAME_MAP Frames, ULONG64 Base, ULONG64 Length)
{
    MI_EXTENT Extent = MiMakeExtent(Base, Length);
    ULONG64 First = Extent.Base / MI_FRAME_SIZE;
    ULONG64 Last = (Extent.End - 1) / MI_FRAME_SIZE;

    if (Length == 0 || First >= Frames->Map.BitCount) {
        return;
    }
    Last = min(Last, Frames->Map.BitCount - 1);
    Frames->Free -= MiSetBits(&Frames->Map, First, Last - First + 1);
}

VOID
MiBuildFrameMap(PMI_FRAME_MAP Frames, PULONG64 Words, const BOOT_INFORMATION *Boot)
{
    MI_EXTENT Extent;

    MiInitializeBitmap(&Frames->Map, Words, MiTopOfMemory(Boot) / MI_FRAME_SIZE);
    Frames->Free = 0;
    Frames->Hint = 0;
    for (ULONG Index = 0; Index < Boot->MemoryRangeCount; Index++) {
        Extent = MiQueryUsable(&Boot->MemoryRanges[Index]);
        if (Extent.End > Extent.Base) {
            Frames->Free += MiClearBits(&Frames->Map, Extent.Base / MI_FRAME_SIZE,
                                        (Extent.End - Extent.Base) / MI_FRAME_SIZE);
        }
    }
    /* What another range claims is not RAM, whatever the usable one says. */
    for (ULONG Index = 0; Index < Boot->MemoryRangeCount; Index++) {
        if (Boot->MemoryRanges[Index].Type != BootMemoryUsable) {
            MiReserveFrames(Frames, Boot->MemoryRanges[Index].Base,
                            Boot->MemoryRanges[Index].Length);
        }
    }
    Frames->Total = Frames->Free;
    for (ULONG Index = 0; MiQueryOccupied(Boot, Index, &Extent); Index++) {
        if (Extent.End > Extent.Base) {
            MiReserveFrames(Frames, Extent.Base, Extent.End - Extent.Base);
        }
    }
}

ULONG64
MiTakeFrames(PMI_FRAME_MAP Frames, const MI_FRAME_REQUEST *Request)
{
    ULONG64 Boundary = Request->Boundary / MI_FRAME_SIZE;
    ULONG64 From = ALIGN_UP_BY(Request->Lowest, MI_FRAME_SIZE) / MI_FRAME_SIZE;
    ULONG64 To = Request->Highest / MI_FRAME_SIZE +
                 (Request->Highest % MI_FRAME_SIZE == MI_FRAME_SIZE - 1);
    ULONG64 Found = MI_BITMAP_NONE;

    To = min(To, Frames->Map.BitCount);
    if (Request->Lowest > MI_HIGHEST_MEMORY || Request->Count > Frames->Free ||
        (Request->Boundary != 0 && Request->Count > Boundary)) {
        return 0;
    }
    if (Frames->Hint > From && Frames->Hint < To) {
        Found = MiFindClearRun(&Frames->Map, Frames->Hint, To, Request->Count,
                               Request->Alignment, Boundary);
    }
    if (Found == MI_BITMAP_NONE) {
        Found = MiFindClearRun(&Frames->Map, From, To, Request->Count, Request->Alignment,
                               Boundary);
    }
    if (Found == MI_BITMAP_NONE) {
        return 0;
    }
    Frames->Free -= MiSetBits(&Frames->Map, Found, Request->Count);
    Frames->Hint = Found + Request->Count;
    return Found * MI_FRAME_SIZE;
}

BOOLEAN
MiReturnFrames(PMI_FRAME_MAP Frames, ULONG64 Base, ULONG64 Count)
{
    ULONG64 First = Base / MI_FRAME_SIZE;

    /* Below the first MiB nothing is ever handed out; frame 0 means failure. */
    if (Base % MI_FRAME_SIZE != 0 || Base < MI_FIRST_MIB ||
        First >= Frames->Map.BitCount || Count > Frames->Map.BitCount - First ||
        MiNextClearBit(&Frames->Map, First, First + Count) != First + Count) {
        return FALSE;
    }
    Frames->Free += MiClearBits(&Frames->Map, First, Count);
    return TRUE;
}
