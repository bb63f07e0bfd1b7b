/*
 * Which vector a device gets. The vector decides the IRQL (Vector >> 4, rule IRQL-4), so
 * this is where devices are spread over priorities.
 *
 * Policy: the class with the fewest vectors taken on that processor (or, for an interrupt
 * of several, on any of them); of equal ones the highest, so that the first device stands above the later ones; in the class the lowest
 * free aligned block. A block never spans two classes: the messages of one MSI function
 * have one IRQL.
 */
#include "vector.h"

#define CLASS_FULL 0xFFFF

static VOID
HalpTakeVector(PHALP_VECTOR_MAP Map, ULONG Vector)
{
    Map->Taken[Vector >> 4] |= (USHORT)(1U << (Vector & 0xF));
}

/* Everything that is no device class is taken, and so are the 8259 ghosts. */
VOID
HalpInitializeVectorMap(PHALP_VECTOR_MAP Map)
{
    for (ULONG Class = 0; Class < RTL_NUMBER_OF(Map->Taken); Class++) {
        BOOLEAN Device =
            Class >= HAL_LOWEST_DEVICE_IRQL && Class <= HAL_HIGHEST_DEVICE_IRQL;
        Map->Taken[Class] = Device ? 0 : CLASS_FULL;
    }
    HalpTakeVector(Map, HALP_PIC_GHOST_1);
    HalpTakeVector(Map, HALP_PIC_GHOST_2);
}

static ULONG
HalpCountTaken(USHORT Taken)
{
    ULONG Count = 0;
    for (; Taken != 0; Taken &= (USHORT)(Taken - 1)) {
        Count++;
    }
    return Count;
}

/* Lowest aligned run of Count free bits; HALP_VECTORS_PER_CLASS when there is none. */
static ULONG
HalpFindBlock(USHORT Taken, ULONG Count)
{
    ULONG Mask = (1U << Count) - 1;
    ULONG Bit = 0;
    while (Bit < HALP_VECTORS_PER_CLASS && (Taken & (Mask << Bit)) != 0) {
        Bit += Count;
    }
    return Bit;
}

ULONG
HalpAllocateVectors(PHALP_VECTOR_MAP Map, ULONG Count)
{
    ULONG Best = 0;
    ULONG BestLoad = HALP_VECTORS_PER_CLASS + 1;
    if (Count == 0 || Count > HALP_LARGEST_BLOCK || (Count & (Count - 1)) != 0) {
        return 0;
    }
    for (ULONG Class = HAL_HIGHEST_DEVICE_IRQL; Class >= HAL_LOWEST_DEVICE_IRQL;
         Class--) {
        ULONG Load = HalpCountTaken(Map->Taken[Class]);
        if (Load < BestLoad &&
            HalpFindBlock(Map->Taken[Class], Count) < HALP_VECTORS_PER_CLASS) {
            Best = Class;
            BestLoad = Load;
        }
    }
    if (Best == 0) {
        return 0;
    }
    ULONG First = (Best << 4) | HalpFindBlock(Map->Taken[Best], Count);
    for (ULONG Index = 0; Index < Count; Index++) {
        HalpTakeVector(Map, First + Index);
    }
    return First;
}

/* In the union of the maps taken is what is taken in any: what is free is free in all, and
   with one map the choice is that of HalpAllocateVectors. */
ULONG
HalpAllocateSharedVectors(PHALP_VECTOR_MAP *Maps, ULONG MapCount, ULONG Count)
{
    HALP_VECTOR_MAP Union = *Maps[0];
    for (ULONG Index = 1; Index < MapCount; Index++) {
        for (ULONG Class = 0; Class < RTL_NUMBER_OF(Union.Taken); Class++) {
            Union.Taken[Class] |= Maps[Index]->Taken[Class];
        }
    }
    ULONG First = HalpAllocateVectors(&Union, Count);
    for (ULONG Index = 0; First != 0 && Index < MapCount; Index++) {
        for (ULONG Vector = First; Vector < First + Count; Vector++) {
            HalpTakeVector(Maps[Index], Vector);
        }
    }
    return First;
}

/* Gives one vector back; a reserved one stays reserved. */
VOID
HalpFreeVector(PHALP_VECTOR_MAP Map, ULONG Vector)
{
    ULONG Class = Vector >> 4;
    if (Class < HAL_LOWEST_DEVICE_IRQL || Class > HAL_HIGHEST_DEVICE_IRQL ||
        Vector == HALP_PIC_GHOST_1 || Vector == HALP_PIC_GHOST_2) {
        return;
    }
    Map->Taken[Class] &= (USHORT) ~(1U << (Vector & 0xF));
}
