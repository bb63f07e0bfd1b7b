/*
 * The vector allocator's state: which of the 256 vectors of one processor are taken.
 *
 * Pure, so that it compiles natively (tests/host/test_vector.c). The caller serializes.
 */
#pragma once

#include <internal/hal.h>

#define HALP_VECTORS_PER_CLASS 16
#define HALP_LARGEST_BLOCK     16 /* messages of one MSI function: MSI-5 */

/*
 * Where the masked 8259s were moved to. All that can still come from them is a ghost of
 * their lines 7 and 15; these two vectors are given to no device.
 */
#define HALP_PIC_VECTOR_BASE PRIMARY_VECTOR_BASE
#define HALP_PIC_GHOST_1     (HALP_PIC_VECTOR_BASE + 7)
#define HALP_PIC_GHOST_2     (HALP_PIC_VECTOR_BASE + 15)

typedef struct _HALP_VECTOR_MAP {
    USHORT Taken[16]; /* one word an IRQL class, one bit a vector */
} HALP_VECTOR_MAP, *PHALP_VECTOR_MAP;

VOID HalpInitializeVectorMap(PHALP_VECTOR_MAP Map);
/* Count: 1, 2, 4, 8 or 16. First vector of an aligned block in one class, or 0. */
ULONG HalpAllocateVectors(PHALP_VECTOR_MAP Map, ULONG Count);
/* The same for several processors: the block is free in each of the MapCount maps, at least
   one, and taken in all of them. */
ULONG HalpAllocateSharedVectors(PHALP_VECTOR_MAP *Maps, ULONG MapCount, ULONG Count);
VOID HalpFreeVector(PHALP_VECTOR_MAP Map, ULONG Vector);
