/*
 * What the files of rtl/ share among themselves: the parts of the formatter.
 */
#pragma once

#include <internal/rtl.h>

/*
 * gcc and clang know the shape of a strlen or memcpy loop and replace it by a call of
 * that very function, which in its own body never ends. An empty asm statement in the
 * loop makes it a loop they do not know.
 */
#define RTLP_KEEP_LOOP() __asm__ volatile("" ::: "memory")

/* Widest field or precision that is honoured: bounds the time one conversion can take. */
#define RTLP_MAXIMUM_FIELD 4096

/* Where text goes. Length counts what was asked for, also beyond Capacity. */
typedef struct _RTLP_OUTPUT {
    PVOID Buffer;
    SIZE_T Capacity; /* characters */
    SIZE_T Length;
    BOOLEAN Wide; /* Buffer is of WCHAR, and plain %s means wide */
} RTLP_OUTPUT, *PRTLP_OUTPUT;

/* One argument list, of either calling convention. */
typedef struct _RTLP_ARGUMENTS {
    BOOLEAN Microsoft;
    va_list SystemV;
    __builtin_ms_va_list Ms;
} RTLP_ARGUMENTS, *PRTLP_ARGUMENTS;

/* One conversion: what stands between '%' and its letter, and the letter. */
typedef struct _RTLP_CONVERSION {
    BOOLEAN Left;
    BOOLEAN ZeroFill;
    BOOLEAN Alternate;
    CHAR SignForPositive; /* '+', ' ' or 0 */
    ULONG Width;
    ULONG Precision;
    BOOLEAN HasPrecision;
    UCHAR Bytes; /* of an integer argument: 1, 2, 4, 8 */
    CHAR Text;   /* 'h' narrow, 'w' wide, 0: as the letter says */
    WCHAR Letter;
} RTLP_CONVERSION, *PRTLP_CONVERSION;

/* output.c */
VOID RtlpPutCharacter(PRTLP_OUTPUT Output, WCHAR Character);
VOID RtlpPutRepeated(PRTLP_OUTPUT Output, WCHAR Character, SIZE_T Count);
VOID RtlpPutText(PRTLP_OUTPUT Output, const RTLP_CONVERSION *Conversion, const VOID *Text,
                 BOOLEAN Wide, SIZE_T Length);
VOID RtlpPutInteger(PRTLP_OUTPUT Output, const RTLP_CONVERSION *Conversion,
                    ULONG64 Value);

/* Digits of Value in Base, backwards; returns their number (at most 64). */
ULONG RtlpConvertDigits(ULONG64 Value, ULONG Base, BOOLEAN UpperCase, CHAR Digits[64]);
