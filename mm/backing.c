/*
 * System addresses that stay reserved while the pages behind them come and go. What the
 * special pool is made of: an address whose page is gone faults, and says by itself which
 * block was touched.
 */
#include "mi.h"

ULONG64
MmReserveAddresses(ULONG64 Count)
{
    return MiReserveAddresses(&MiMappingSpace, Count);
}

BOOLEAN
MmBackAddress(ULONG64 Address)
{
    ULONG64 Frame = MmAllocateFrames(1, 1, MAXULONGLONG);

    if (Frame == 0) {
        return FALSE;
    }
    if (!MiMapPage(Address, Frame, ARCH_PAGE_WRITE)) {
        MmFreeFrames(Frame, 1);
        return FALSE;
    }
    return TRUE;
}

ULONG64
MmStripAddress(ULONG64 Address)
{
    ULONG64 Frame;

    return MiUnmapPage(Address, &Frame) ? Frame : 0;
}
