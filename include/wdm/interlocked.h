/*
 * Interlocked operations and memory barriers.
 *
 * Callable at any IRQL. Every operation is a full barrier, for the compiler and for the
 * processor. The memory must be naturally aligned and mapped.
 */
#pragma once

#include <ntdef.h>

FORCEINLINE LONG
InterlockedIncrement(_Inout_ LONG volatile *Addend)
{
    return __atomic_add_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG
InterlockedDecrement(_Inout_ LONG volatile *Addend)
{
    return __atomic_sub_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG
InterlockedExchange(_Inout_ LONG volatile *Target, LONG Value)
{
    return __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST);
}

/* Adds and returns the value before. */
FORCEINLINE LONG
InterlockedExchangeAdd(_Inout_ LONG volatile *Addend, LONG Value)
{
    return __atomic_fetch_add(Addend, Value, __ATOMIC_SEQ_CST);
}

/* Adds and returns the value after. */
FORCEINLINE LONG
InterlockedAdd(_Inout_ LONG volatile *Addend, LONG Value)
{
    return __atomic_add_fetch(Addend, Value, __ATOMIC_SEQ_CST);
}

/* Stores Exchange if the target held Comparand; returns what it held. */
FORCEINLINE LONG
InterlockedCompareExchange(_Inout_ LONG volatile *Target, LONG Exchange, LONG Comparand)
{
    __atomic_compare_exchange_n(Target, &Comparand, Exchange, FALSE, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    return Comparand;
}

FORCEINLINE LONG
InterlockedOr(_Inout_ LONG volatile *Target, LONG Set)
{
    return __atomic_fetch_or(Target, Set, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG
InterlockedAnd(_Inout_ LONG volatile *Target, LONG Keep)
{
    return __atomic_fetch_and(Target, Keep, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG
InterlockedXor(_Inout_ LONG volatile *Target, LONG Flip)
{
    return __atomic_fetch_xor(Target, Flip, __ATOMIC_SEQ_CST);
}

FORCEINLINE SHORT
InterlockedIncrement16(_Inout_ SHORT volatile *Addend)
{
    return __atomic_add_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}

FORCEINLINE SHORT
InterlockedDecrement16(_Inout_ SHORT volatile *Addend)
{
    return __atomic_sub_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG64
InterlockedIncrement64(_Inout_ LONG64 volatile *Addend)
{
    return __atomic_add_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG64
InterlockedDecrement64(_Inout_ LONG64 volatile *Addend)
{
    return __atomic_sub_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG64
InterlockedExchange64(_Inout_ LONG64 volatile *Target, LONG64 Value)
{
    return __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG64
InterlockedExchangeAdd64(_Inout_ LONG64 volatile *Addend, LONG64 Value)
{
    return __atomic_fetch_add(Addend, Value, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG64
InterlockedAdd64(_Inout_ LONG64 volatile *Addend, LONG64 Value)
{
    return __atomic_add_fetch(Addend, Value, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG64
InterlockedCompareExchange64(_Inout_ LONG64 volatile *Target, LONG64 Exchange,
                             LONG64 Comparand)
{
    __atomic_compare_exchange_n(Target, &Comparand, Exchange, FALSE, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    return Comparand;
}

FORCEINLINE LONG64
InterlockedOr64(_Inout_ LONG64 volatile *Target, LONG64 Set)
{
    return __atomic_fetch_or(Target, Set, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG64
InterlockedAnd64(_Inout_ LONG64 volatile *Target, LONG64 Keep)
{
    return __atomic_fetch_and(Target, Keep, __ATOMIC_SEQ_CST);
}

FORCEINLINE PVOID
InterlockedExchangePointer(_Inout_ PVOID volatile *Target, PVOID Value)
{
    return __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST);
}

FORCEINLINE PVOID
InterlockedCompareExchangePointer(_Inout_ PVOID volatile *Target, PVOID Exchange,
                                  PVOID Comparand)
{
    __atomic_compare_exchange_n(Target, &Comparand, Exchange, FALSE, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    return Comparand;
}

/* The three bit operations return the bit as it was. */
FORCEINLINE BOOLEAN
InterlockedBitTestAndSet(_Inout_ LONG volatile *Base, LONG Bit)
{
    LONG Mask = (LONG)(1U << (Bit & 31));

    return (__atomic_fetch_or(Base + Bit / 32, Mask, __ATOMIC_SEQ_CST) & Mask) != 0;
}

FORCEINLINE BOOLEAN
InterlockedBitTestAndReset(_Inout_ LONG volatile *Base, LONG Bit)
{
    LONG Mask = (LONG)(1U << (Bit & 31));

    return (__atomic_fetch_and(Base + Bit / 32, ~Mask, __ATOMIC_SEQ_CST) & Mask) != 0;
}

FORCEINLINE BOOLEAN
InterlockedBitTestAndComplement(_Inout_ LONG volatile *Base, LONG Bit)
{
    LONG Mask = (LONG)(1U << (Bit & 31));

    return (__atomic_fetch_xor(Base + Bit / 32, Mask, __ATOMIC_SEQ_CST) & Mask) != 0;
}

/* Index receives the lowest or highest set bit; the result says whether there is one. */
FORCEINLINE BOOLEAN
BitScanForward(_Out_ ULONG *Index, ULONG Mask)
{
    *Index = Mask ? (ULONG)__builtin_ctz((unsigned int)Mask) : 0;
    return Mask != 0;
}

FORCEINLINE BOOLEAN
BitScanReverse(_Out_ ULONG *Index, ULONG Mask)
{
    *Index = Mask ? 31 - (ULONG)__builtin_clz((unsigned int)Mask) : 0;
    return Mask != 0;
}

FORCEINLINE BOOLEAN
BitScanForward64(_Out_ ULONG *Index, ULONG64 Mask)
{
    *Index = Mask ? (ULONG)__builtin_ctzll(Mask) : 0;
    return Mask != 0;
}

FORCEINLINE BOOLEAN
BitScanReverse64(_Out_ ULONG *Index, ULONG64 Mask)
{
    *Index = Mask ? 63 - (ULONG)__builtin_clzll(Mask) : 0;
    return Mask != 0;
}

#define InterlockedExchangeAddSizeT(Addend, Value)                                       \
    ((SIZE_T)InterlockedExchangeAdd64((LONG64 volatile *)(Addend), (LONG64)(Value)))
#define InterlockedIncrementSizeT(Addend)                                                \
    ((SIZE_T)InterlockedIncrement64((LONG64 volatile *)(Addend)))
#define InterlockedDecrementSizeT(Addend)                                                \
    ((SIZE_T)InterlockedDecrement64((LONG64 volatile *)(Addend)))
#define InterlockedIncrementAcquire InterlockedIncrement
#define InterlockedDecrementRelease InterlockedDecrement

#define ReadAcquire(Source)         __atomic_load_n((Source), __ATOMIC_ACQUIRE)
#define ReadNoFence(Source)         __atomic_load_n((Source), __ATOMIC_RELAXED)
#define ReadPointerAcquire(Source)  __atomic_load_n((Source), __ATOMIC_ACQUIRE)
#define ReadULong64Acquire(Source)  __atomic_load_n((Source), __ATOMIC_ACQUIRE)
#define WriteRelease(Target, Value) __atomic_store_n((Target), (Value), __ATOMIC_RELEASE)
#define WriteNoFence(Target, Value) __atomic_store_n((Target), (Value), __ATOMIC_RELAXED)

#define KeMemoryBarrier()             __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define MemoryBarrier()               __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define KeMemoryBarrierWithoutFence() __asm__ __volatile__("" : : : "memory")
#define _ReadWriteBarrier()           __asm__ __volatile__("" : : : "memory")
#define YieldProcessor()              __builtin_ia32_pause()
