/*
 * Access to device registers in memory and to input/output ports.
 *
 * Callable at any IRQL. A register address comes from MmMapIoSpace, a port number from a
 * CmResourceTypePort descriptor. Accesses happen in program order, with the width their
 * name says: one access, never torn and never merged. A write to memory is followed by a
 * locked operation, so that it has left the processor when the routine returns.
 * Counts are in elements, not bytes.
 */
#pragma once

#include <ntdef.h>

#define DIRQL_REGISTER_ACCESS(Suffix, Type)                                              \
    FORCEINLINE Type NTAPI READ_REGISTER_##Suffix(_In_ Type volatile *Register)          \
    {                                                                                    \
        Type Value;                                                                      \
                                                                                         \
        __asm__ __volatile__("" : : : "memory");                                         \
        Value = *Register;                                                               \
        __asm__ __volatile__("" : : : "memory");                                         \
        return Value;                                                                    \
    }                                                                                    \
                                                                                         \
    FORCEINLINE VOID NTAPI WRITE_REGISTER_##Suffix(_In_ Type volatile *Register,         \
                                                   _In_ Type Value)                      \
    {                                                                                    \
        LONG Barrier = 0;                                                                \
                                                                                         \
        __asm__ __volatile__("" : : : "memory");                                         \
        *Register = Value;                                                               \
        __asm__ __volatile__("lock orl $0, %0" : "+m"(Barrier) : : "memory", "cc");      \
    }                                                                                    \
                                                                                         \
    FORCEINLINE VOID NTAPI READ_REGISTER_BUFFER_##Suffix(                                \
        _In_ Type volatile *Register, _Out_ Type *Buffer, _In_ ULONG Count)              \
    {                                                                                    \
        while (Count-- != 0) {                                                           \
            *Buffer++ = READ_REGISTER_##Suffix(Register++);                              \
        }                                                                                \
    }                                                                                    \
                                                                                         \
    FORCEINLINE VOID NTAPI WRITE_REGISTER_BUFFER_##Suffix(                               \
        _In_ Type volatile *Register, _In_ Type *Buffer, _In_ ULONG Count)               \
    {                                                                                    \
        while (Count-- != 0) {                                                           \
            WRITE_REGISTER_##Suffix(Register++, *Buffer++);                              \
        }                                                                                \
    }

DIRQL_REGISTER_ACCESS(UCHAR, UCHAR)
DIRQL_REGISTER_ACCESS(USHORT, USHORT)
DIRQL_REGISTER_ACCESS(ULONG, ULONG)
DIRQL_REGISTER_ACCESS(ULONG64, ULONG64)

/* A port is passed as a pointer, as the HAL has it; its number is the low 16 bits. */
#define DIRQL_PORT_ACCESS(Suffix, Type, Letter)                                          \
    FORCEINLINE Type NTAPI READ_PORT_##Suffix(_In_ Type *Port)                           \
    {                                                                                    \
        Type Value;                                                                      \
                                                                                         \
        __asm__ __volatile__("in" Letter " %w1, %0"                                      \
                             : "=a"(Value)                                               \
                             : "Nd"((USHORT)(ULONG_PTR)Port)                             \
                             : "memory");                                                \
        return Value;                                                                    \
    }                                                                                    \
                                                                                         \
    FORCEINLINE VOID NTAPI WRITE_PORT_##Suffix(_In_ Type *Port, _In_ Type Value)         \
    {                                                                                    \
        __asm__ __volatile__("out" Letter " %0, %w1"                                     \
                             :                                                           \
                             : "a"(Value), "Nd"((USHORT)(ULONG_PTR)Port)                 \
                             : "memory");                                                \
    }                                                                                    \
                                                                                         \
    FORCEINLINE VOID NTAPI READ_PORT_BUFFER_##Suffix(                                    \
        _In_ Type *Port, _Out_ Type *Buffer, _In_ ULONG Count)                           \
    {                                                                                    \
        ULONG_PTR Left = Count;                                                          \
                                                                                         \
        __asm__ __volatile__("rep ins" Letter                                            \
                             : "+D"(Buffer), "+c"(Left)                                  \
                             : "d"((USHORT)(ULONG_PTR)Port)                              \
                             : "memory");                                                \
    }                                                                                    \
                                                                                         \
    FORCEINLINE VOID NTAPI WRITE_PORT_BUFFER_##Suffix(                                   \
        _In_ Type *Port, _In_ Type *Buffer, _In_ ULONG Count)                            \
    {                                                                                    \
        ULONG_PTR Left = Count;                                                          \
                                                                                         \
        __asm__ __volatile__("rep outs" Letter                                           \
                             : "+S"(Buffer), "+c"(Left)                                  \
                             : "d"((USHORT)(ULONG_PTR)Port)                              \
                             : "memory");                                                \
    }

DIRQL_PORT_ACCESS(UCHAR, UCHAR, "b")
DIRQL_PORT_ACCESS(USHORT, USHORT, "w")
DIRQL_PORT_ACCESS(ULONG, ULONG, "l")

#undef DIRQL_REGISTER_ACCESS
#undef DIRQL_PORT_ACCESS
