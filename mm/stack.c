/*
 * Kernel stacks. The page below every stack is never mapped, so that an overflow is a
 * double fault on a stack of its own (ARCH_IST_DOUBLE_FAULT) and never silent.
 */
#include "mi.h"

/*
 * A zeroed stack of Size bytes; returns the address just above it, NULL when memory is
 * short. IRQL <= DISPATCH_LEVEL.
 */
PVOID
MmCreateKernelStack(SIZE_T Size)
{
    const MI_PAGE_SOURCE NewFrames = {.NewFrames = TRUE};
    ULONG64 Pages = BYTES_TO_PAGES(Size);
    ULONG64 Base = MiMapPages(&MiStackSpace, Pages, &NewFrames, ARCH_PAGE_WRITE);

    return Base == 0 ? NULL : (PVOID)(ULONG_PTR)(Base + Pages * PAGE_SIZE);
}

/* Frees a stack nobody runs on. Top and Size as they were. IRQL <= DISPATCH_LEVEL. */
VOID
MmDeleteKernelStack(PVOID Top, SIZE_T Size)
{
    ULONG64 Pages = BYTES_TO_PAGES(Size);
    ULONG64 Base = (ULONG64)(ULONG_PTR)Top - Pages * PAGE_SIZE;

    if (Pages == 0 || MiQueryRun(&MiStackSpace, Base) != Pages) {
        KeBugCheckEx(MEMORY_MANAGEMENT, MI_BAD_UNMAP, Base, Pages,
                     MiQueryRun(&MiStackSpace, Base));
    }
    MiUnmapPages(&MiStackSpace, Base, Pages, TRUE);
}

/*
 * The guard of a stack is an unused page of the stack region with a used one above it.
 * Reads the bit map without its lock: this is called on the way to a bug check, at any
 * IRQL, and a stack that comes or goes meanwhile is not the one that overflowed.
 */
BOOLEAN
MmIsGuardAddress(ULONG64 Address)
{
    ULONG64 Page = (Address - MiStackSpace.Base) / PAGE_SIZE;

    if (Address < MiStackSpace.Base || Page + 1 >= MiStackSpace.Pages.BitCount) {
        return FALSE;
    }
    return !MiTestBit(&MiStackSpace.Pages, Page) &&
           MiTestBit(&MiStackSpace.Pages, Page + 1);
}
