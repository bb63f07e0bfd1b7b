/*
 * Memory below the pool: physical frames, kernel stacks with guard pages, device
 * mappings.
 *
 * Frames are free in a bit map; the direct map (ArchDirectMap) makes every frame of RAM
 * addressable. System-space addresses (stacks, MMIO) come from one address allocator.
 * Both are guarded by spin locks taken at any IRQL <= DISPATCH_LEVEL. The public Mm
 * routines (MmMapIoSpace, MDLs, contiguous memory ...) are built on these.
 */
#pragma once

#include <wdm.h>
#include <internal/arch.h>
#include <internal/boot.h>

#define MM_LOWEST_MEMORY  (32ULL << 20) /* less RAM than this is refused at boot */
#define KERNEL_STACK_SIZE 0x6000

/* Builds the frame map from the memory map (reserving image, modules, tables, first MiB)
   and the final address space. STATUS_NO_MEMORY when RAM is below MM_LOWEST_MEMORY. */
NTSTATUS MmInitializeSystem(const BOOT_INFORMATION *Boot);

/* Count contiguous frames, aligned to Alignment frames (power of 2), wholly below
   HighestAddress (inclusive; MAXULONG64 = anywhere). Returns the physical address, 0 if
   none. Contents undefined. IRQL <= DISPATCH_LEVEL. */
ULONG64 MmAllocateFrames(ULONG64 Count, ULONG64 Alignment, ULONG64 HighestAddress);
VOID MmFreeFrames(ULONG64 PhysicalAddress, ULONG64 Count);

/* Pages of the direct map for the pool and tables: zeroed, RW, never executable. */
PVOID MmAllocatePages(ULONG64 Count);
VOID MmFreePages(PVOID Address, ULONG64 Count);

/* Pages mapped in system space with ARCH_PAGE_ flags (image sections, the KINTERRUPT
 * pages). */
PVOID MmAllocateSystemPages(ULONG64 Count, ULONG Protection);
BOOLEAN MmProtectSystemPages(PVOID Address, ULONG64 Count, ULONG Protection);
VOID MmFreeSystemPages(PVOID Address, ULONG64 Count);

/* Addresses whose pages come and go one by one (the special pool's): Count of them, never
   given back; 0 when there is no such run. MmBackAddress puts a new page, contents
   undefined, behind one; FALSE when memory is short. MmStripAddress takes it away and
   returns the frame, which other processors can reach until KeFlushEntireTb: only then may
   frame and address serve anew. IRQL <= DISPATCH_LEVEL. */
ULONG64 MmReserveAddresses(ULONG64 Count);
BOOLEAN MmBackAddress(ULONG64 Address);
ULONG64 MmStripAddress(ULONG64 Address);

/* A stack of Size bytes (pages) with an unmapped guard page below; returns its top. */
PVOID MmCreateKernelStack(SIZE_T Size);
VOID MmDeleteKernelStack(PVOID Top, SIZE_T Size);
/* TRUE when Address lies in the guard page of some stack MmCreateKernelStack made. */
BOOLEAN MmIsGuardAddress(ULONG64 Address);

/* TRUE when Length bytes at Address are mapped kernel memory; any IRQL (page-table walk).
 */
BOOLEAN MmIsRangeMapped(ULONG64 Address, SIZE_T Length);

/* The end of the highest memory there is. */
ULONG64 MmQueryTopOfMemory(VOID);
ULONG64 MmQueryTotalFrames(VOID);
ULONG64 MmQueryFramesInUse(VOID); /* counted, the image, modules and tables included */
