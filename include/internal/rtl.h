/*
 * Memory, strings, formatting: the bottom layer. Nothing here knows of processors, locks
 * or devices, and everything here compiles natively for the host tests.
 */
#pragma once

#include <stdarg.h>
#include <ntdef.h>

/* The compiler calls these by itself; drivers import them by the same names. */
void *memcpy(void *Destination, const void *Source, SIZE_T Length);
void *memmove(void *Destination, const void *Source, SIZE_T Length);
void *memset(void *Destination, int Value, SIZE_T Length);
int memcmp(const void *First, const void *Second, SIZE_T Length);
SIZE_T strlen(const char *String);
int strcmp(const char *First, const char *Second);
int strncmp(const char *First, const char *Second, SIZE_T Length);

/* Compares without case, at most Length characters; 0 when equal. ASCII only. */
int RtlCompareTextNoCase(const CHAR *First, const CHAR *Second, SIZE_T Length);

/*
 * printf into a buffer. Understands what drivers print with: d i u x X o c s S p, the
 * widths and flags, h l ll I32 I64 w, %wZ (UNICODE_STRING) %Z (ANSI_STRING) %ws %ls, and
 * %%. Never writes past Size; always terminates when Size > 0. Returns the length the
 * whole text would have had. Any IRQL.
 */
ULONG RtlFormat(CHAR *Buffer, SIZE_T Size, const CHAR *Format, ...);

/* The same with an argument list of the kernel's own (System V) convention. */
ULONG RtlFormatV(CHAR *Buffer, SIZE_T Size, const CHAR *Format, va_list Arguments);

/* The same with a list from an ms_abi caller (DbgPrint, _snprintf called by a driver). */
ULONG RtlFormatMsV(CHAR *Buffer, SIZE_T Size, const CHAR *Format,
                   __builtin_ms_va_list Arguments);

/*
 * The engine under both: writes at most Capacity characters (of CHAR, or of WCHAR when
 * Wide: Format is wide then too) and no terminator. Returns the length of the whole text.
 * For _snprintf and its kin, whose rule of termination is their own.
 */
SIZE_T RtlFormatRawMsV(PVOID Buffer, SIZE_T Capacity, const VOID *Format, BOOLEAN Wide,
                       __builtin_ms_va_list Arguments);

/*
 * Parses decimal or 0x-hex. All Length characters belong to the number; FALSE when there
 * is no digit, another character, or more than 64 bits.
 */
BOOLEAN RtlParseNumber(const CHAR *Text, SIZE_T Length, ULONG64 *Value);

/* Latin-1 to UTF-16 and back, Count characters; '?' for what Latin-1 has not. */
VOID RtlWidenText(WCHAR *Wide, const CHAR *Narrow, SIZE_T Count);
VOID RtlNarrowText(CHAR *Narrow, const WCHAR *Wide, SIZE_T Count);

/* Bits set in Value; without the library routine that the compiler's builtin may call. */
FORCEINLINE ULONG
RtlCountBits(ULONG64 Value)
{
    ULONG Count = 0;

    for (; Value != 0; Value &= Value - 1) {
        Count++;
    }
    return Count;
}

/* A bit map over caller-owned words. The caller serializes. */
typedef struct _RTL_BIT_MAP {
    ULONG64 SizeInBits;
    ULONG64 *Words;
} RTL_BIT_MAP_64, *PRTL_BIT_MAP_64;

#define RTL_NO_BIT ((ULONG64)-1)

/* A new map has all bits clear. Ranges are cut to the map; bits beyond it read as set. */
VOID RtlInitializeBits(PRTL_BIT_MAP_64 BitMap, ULONG64 *Words, ULONG64 SizeInBits);
VOID RtlSetBitRange(PRTL_BIT_MAP_64 BitMap, ULONG64 Start, ULONG64 Count);
VOID RtlClearBitRange(PRTL_BIT_MAP_64 BitMap, ULONG64 Start, ULONG64 Count);
BOOLEAN RtlTestBitAt(const RTL_BIT_MAP_64 *BitMap, ULONG64 Index);

/* First run of Count clear bits at or after Hint, aligned to Alignment bits; RTL_NO_BIT.
 */
ULONG64 RtlFindClearRange(const RTL_BIT_MAP_64 *BitMap, ULONG64 Count, ULONG64 Alignment,
                          ULONG64 Hint);

/*
 * Options are words `name=value` or `name`. Returns the value's first character (not
 * terminated: it ends at a blank or the end of the line), or NULL when the name is
 * absent.
 */
const CHAR *RtlQueryOption(const CHAR *Options, const CHAR *Name, ULONG *Length);

/* Whether the option is there and has the value Value. */
BOOLEAN RtlIsOption(const CHAR *Options, const CHAR *Name, const CHAR *Value);

/* The number in `name=N` (decimal or 0x hex), or Default when absent or not a number. */
ULONG RtlQueryNumber(const CHAR *Options, const CHAR *Name, ULONG Default);

/* CRC-32 (IEEE 802.3, reflected) of Length bytes more; PartialCrc is 0, or that of what came
   before. */
ULONG RtlComputeCrc32(ULONG PartialCrc, const VOID *Buffer, SIZE_T Length);
