/*
 * A ring of bytes between one writer and one reader. The indexes only grow and are
 * reduced where they are used, so full and empty differ. Any IRQL.
 */
#include "serial.h"

ULONG
SerialRingUsed(const SERIAL_RING *Ring)
{
    return Ring->Head - Ring->Tail;
}

/* The writer's: as much of Data as there is room for; returns how much that was. */
ULONG
SerialPut(PSERIAL_RING Ring, const UCHAR *Data, ULONG Length)
{
    ULONG Head = Ring->Head;
    ULONG Count = min(Length, SERIAL_RING_SIZE - (Head - Ring->Tail));

    for (ULONG Index = 0; Index < Count; Index++) {
        Ring->Data[(Head + Index) % SERIAL_RING_SIZE] = Data[Index];
    }
    KeMemoryBarrier(); /* the bytes, then the index that shows them */
    Ring->Head = Head + Count;
    return Count;
}

/* The reader's: up to Length bytes; returns how many there were. */
ULONG
SerialTake(PSERIAL_RING Ring, PUCHAR Data, ULONG Length)
{
    ULONG Tail = Ring->Tail;
    ULONG Count = min(Length, Ring->Head - Tail);

    KeMemoryBarrier(); /* the index, then the bytes it shows */
    for (ULONG Index = 0; Index < Count; Index++) {
        Data[Index] = Ring->Data[(Tail + Index) % SERIAL_RING_SIZE];
    }
    KeMemoryBarrier(); /* the bytes are out before their room is given back */
    Ring->Tail = Tail + Count;
    return Count;
}
