/*
 * Private to mm/: the allocator of system-space addresses and the mapping of pages.
 *
 * Locks, all taken at IRQL <= DISPATCH_LEVEL and none held while another is taken but as
 * this order says: MiPageTableLock (any change of the tables), then MiFrameLock (a table
 * that grows takes a frame). The lock of an MI_ADDRESS_SPACE is taken alone.
 */
#pragma once

#include <internal/mm.h>
#include <internal/ke.h>
#include "bitmap.h"
#include "framemap.h"

/*
 * A part of system space. A run of pages in it always has a page that belongs to nobody
 * below and above it: there an overrun faults, and there a run's length is read.
 */
typedef struct _MI_ADDRESS_SPACE {
    KSPIN_LOCK Lock; /* guards Pages; MiTestBit reads them without it */
    ULONG64 Base;
    MI_BITMAP Pages; /* bit set: the page belongs to a run */
} MI_ADDRESS_SPACE, *PMI_ADDRESS_SPACE;

/* Kernel stacks have a region of their own: a guard page is told by its address. */
extern MI_ADDRESS_SPACE MiStackSpace;
extern MI_ADDRESS_SPACE MiMappingSpace;

/* Address of Count unmapped pages, 0 when no run is free. IRQL <= DISPATCH_LEVEL. */
ULONG64 MiReserveAddresses(PMI_ADDRESS_SPACE Space, ULONG64 Count);
/* Pages in the run that begins at Address; 0 when no run begins there. */
ULONG64 MiQueryRun(PMI_ADDRESS_SPACE Space, ULONG64 Address);

/* Where the pages of a mapping come from: new zeroed frames, frame numbers from an array,
   or, without either, one after another from a physical address. */
typedef struct _MI_PAGE_SOURCE {
    BOOLEAN NewFrames;
    const PFN_NUMBER *Frames;
    ULONG64 Physical;
} MI_PAGE_SOURCE, *PMI_PAGE_SOURCE;

/* First parameter of bug check MEMORY_MANAGEMENT: a mapping is given back that none made.
   Then: its address, the length in pages it was said to have, the length it has. */
#define MI_BAD_UNMAP 0x1000
/* An MDL is built over memory not mapped. Then: the address, the MDL, its bytes. */
#define MI_BAD_MDL 0x1001

/* Reserves Count pages of Space and maps them; 0 when addresses, tables or frames are
   short (nothing is left behind then). */
ULONG64 MiMapPages(PMI_ADDRESS_SPACE Space, ULONG64 Count, const MI_PAGE_SOURCE *Source,
                   ULONG Protection);
/* One page of a reserved run. MiUnmapPage flushes no other processor: *Frame is still
   theirs until KeFlushEntireTb. */
BOOLEAN MiMapPage(ULONG64 Address, ULONG64 Frame, ULONG Protection);
BOOLEAN MiUnmapPage(ULONG64 Address, ULONG64 *Frame);
/* Undoes MiMapPages for Count pages from Address, once no processor can reach them; the
   frames are freed when FreeFrames. */
VOID MiUnmapPages(PMI_ADDRESS_SPACE Space, ULONG64 Address, ULONG64 Count,
                  BOOLEAN FreeFrames);

/* space.c. Needs frames. */
NTSTATUS MiInitializeSpace(VOID);

/* frames.c */
NTSTATUS MiInitializeFrames(const BOOT_INFORMATION *Boot);
/* A zeroed frame for a page table that the boot tables reach, 0 when there is none. */
ULONG64 MiAllocateTableFrame(VOID);
/* MmAllocateFrames with every condition MI_FRAME_REQUEST can state. */
ULONG64 MiAllocateFramesWithin(const MI_FRAME_REQUEST *Request);

/* iospace.c: gives a mapping back by its address; bug check when none begins there. */
VOID MiUnmapByAddress(PVOID BaseAddress, BOOLEAN FreeFrames);
/* ARCH_PAGE_ caching bits for a MEMORY_CACHING_TYPE; FALSE for one that is none. */
BOOLEAN MiQueryCaching(MEMORY_CACHING_TYPE CacheType, ULONG *Protection);
