/*
 * Physical frames: the frame map of this machine under its lock.
 */
#include "mi.h"
#include <internal/rtl.h>

/* What the boot loader's entry code maps, and so where everything that is written before
   ArchBuildAddressSpace has run must lie. */
#define MI_BOOT_MAP_LIMIT (1ULL << 30)

/* Below this are the frames for devices of 24 address bits: whoever does not have to be
   there gets others, while there are any. */
#define MI_LOW_MEMORY (16ULL << 20)

/*
 * Guards MiFrames, and is held with interrupts off: the HAL asks for page tables with them off,
 * under its raw locks. A holder that could be interrupted might come into a KeIpiGenericCall,
 * whose others wait there for the processor that waits here.
 */
static KSPIN_LOCK MiFrameLock;
static MI_FRAME_MAP MiFrames;

typedef struct _MI_FRAME_STATE {
    BOOLEAN Enabled; /* interrupts */
    KIRQL Irql;
} MI_FRAME_STATE;

static MI_FRAME_STATE
MiLockFrames(VOID)
{
    MI_FRAME_STATE Old;

    KE_ASSERT(KeGetCurrentIrql() <= DISPATCH_LEVEL);
    Old.Enabled = ArchDisableInterrupts();
    Old.Irql = KeAcquireSpinLockRaiseToDpc(&MiFrameLock);
    return Old;
}

static VOID
MiUnlockFrames(MI_FRAME_STATE Old)
{
    KeReleaseSpinLock(&MiFrameLock, Old.Irql);
    ArchRestoreInterrupts(Old.Enabled);
}

/* Finds a place for the map, fills it, and reserves the place itself. */
NTSTATUS
MiInitializeFrames(const BOOT_INFORMATION *Boot)
{
    ULONG64 Bytes = MiBitmapBytes(MiTopOfMemory(Boot) / PAGE_SIZE);
    ULONG64 Place;

    if (Bytes == 0) {
        return STATUS_NO_MEMORY;
    }
    Place = MiPlaceTable(Boot, Bytes, MI_BOOT_MAP_LIMIT);
    if (Place == 0) {
        return STATUS_NO_MEMORY;
    }
    MiBuildFrameMap(&MiFrames, ArchDirectMap(Place), Boot);
    MiReserveFrames(&MiFrames, Place, Bytes);
    return MiFrames.Total * PAGE_SIZE < MM_LOWEST_MEMORY ? STATUS_NO_MEMORY
                                                         : STATUS_SUCCESS;
}

/* Page tables are few: they stay below the limit after boot as well. */
ULONG64
MiAllocateTableFrame(VOID)
{
    ULONG64 Frame = MmAllocateFrames(1, 1, MI_BOOT_MAP_LIMIT - 1);

    if (Frame != 0) {
        memset(ArchDirectMap(Frame), 0, PAGE_SIZE);
    }
    return Frame;
}

ULONG64
MmQueryTopOfMemory(VOID)
{
    return MiFrames.Map.BitCount * PAGE_SIZE;
}

ULONG64
MiAllocateFramesWithin(const MI_FRAME_REQUEST *Request)
{
    MI_FRAME_STATE Old = MiLockFrames();
    ULONG64 Base = MiTakeFrames(&MiFrames, Request);

    MiUnlockFrames(Old);
    return Base;
}

ULONG64
MmAllocateFrames(ULONG64 Count, ULONG64 Alignment, ULONG64 HighestAddress)
{
    MI_FRAME_REQUEST Request = {.Count = Count,
                                .Alignment = Alignment,
                                .Lowest = MI_LOW_MEMORY,
                                .Highest = HighestAddress};
    ULONG64 Base = MiAllocateFramesWithin(&Request);

    if (Base == 0) {
        Request.Lowest = 0;
        Base = MiAllocateFramesWithin(&Request);
    }
    return Base;
}

/* Frees frames; freeing what is not allocated is a bug check, with run and count. */
VOID
MmFreeFrames(ULONG64 PhysicalAddress, ULONG64 Count)
{
    MI_FRAME_STATE Old = MiLockFrames();
    BOOLEAN Freed = MiReturnFrames(&MiFrames, PhysicalAddress, Count);

    MiUnlockFrames(Old);
    if (!Freed) {
        KeBugCheckEx(PFN_LIST_CORRUPT, 7, PhysicalAddress >> PAGE_SHIFT, Count, 0);
    }
}

PVOID
MmAllocatePages(ULONG64 Count)
{
    ULONG64 Base = MmAllocateFrames(Count, 1, MAXULONGLONG);
    PVOID Pages;

    if (Base == 0) {
        return NULL;
    }
    Pages = ArchDirectMap(Base);
    memset(Pages, 0, Count * PAGE_SIZE);
    return Pages;
}

VOID
MmFreePages(PVOID Address, ULONG64 Count)
{
    MmFreeFrames((ULONG64)(ULONG_PTR)Address - ARCH_DIRECT_MAP_BASE, Count);
}

ULONG64
MmQueryTotalFrames(VOID)
{
    return MiFrames.Total;
}

ULONG64
MmQueryFramesInUse(VOID)
{
    return MiFrames.Total - ReadNoFence(&MiFrames.Free);
}
