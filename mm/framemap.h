/*
 * The free frames of RAM, as one bit map, without a lock: the core of frames.c.
 */
#pragma once

#include <internal/boot.h>
#include "bitmap.h"

#define MI_FRAME_SIZE 4096ULL

/* The direct map (ARCH_DIRECT_MAP_BASE) ends where the shared user data page and the
   system space begin to come near: RAM above 32 TiB is left alone. */
#define MI_HIGHEST_MEMORY (32ULL << 40)

typedef struct _MI_FRAME_MAP {
    MI_BITMAP Map;
    ULONG64 Total; /* frames of usable RAM */
    ULONG64 Free;
    ULONG64 Hint; /* where the next search begins */
} MI_FRAME_MAP, *PMI_FRAME_MAP;

/* What a caller asks of the frames it wants; Lowest and Boundary may be 0. */
typedef struct _MI_FRAME_REQUEST {
    ULONG64 Count;     /* frames, contiguous */
    ULONG64 Alignment; /* frames, a power of 2 */
    ULONG64 Lowest;    /* first byte allowed */
    ULONG64 Highest;   /* last byte allowed */
    ULONG64 Boundary;  /* bytes, a power of 2 the run must not cross a multiple of */
} MI_FRAME_REQUEST, *PMI_FRAME_REQUEST;

/* First byte above the highest usable range. */
ULONG64 MiTopOfMemory(const BOOT_INFORMATION *Boot);

/* A page-aligned place of Length bytes in usable, unoccupied RAM below Limit, inside the
   largest usable range that has one; 0 when there is none. */
ULONG64 MiPlaceTable(const BOOT_INFORMATION *Boot, ULONG64 Length, ULONG64 Limit);

/* Fills the map from the memory map; everything the boot loader left is in use, and so is
   the first MiB. Words has MiBitmapBytes(TopOfMemory / MI_FRAME_SIZE) bytes. */
VOID MiBuildFrameMap(PMI_FRAME_MAP Frames, PULONG64 Words, const BOOT_INFORMATION *Boot);

/* Marks every frame the bytes touch as in use. */
VOID MiReserveFrames(PMI_FRAME_MAP Frames, ULONG64 Base, ULONG64 Length);

/* First byte of the run, 0 when there is none (frame 0 is never handed out). */
ULONG64 MiTakeFrames(PMI_FRAME_MAP Frames, const MI_FRAME_REQUEST *Request);

/* FALSE, and nothing freed, when any frame of the run is free already or is no RAM. */
BOOLEAN MiReturnFrames(PMI_FRAME_MAP Frames, ULONG64 Base, ULONG64 Count);
