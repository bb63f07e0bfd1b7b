/*
 * printf: reading the format, fetching arguments, the entry points.
 *
 * A driver's variadic call (ms_abi) and the kernel's own (System V) lay their arguments
 * out differently, but in both every integer or pointer takes one 8-byte slot. So one
 * engine fetches slots through RtlpNextArgument and cuts them to the size the format
 * names. The size letters mean what they mean to a Windows driver, for the kernel's own
 * calls too: l is 32 bits (ULONG), ll and I64 are 64. There is no floating point.
 */
#include "rtlp.h"

/* A format being read: narrow or wide characters, ended by zero. */
typedef struct _RTLP_READER {
    const VOID *Format;
    SIZE_T Index;
    BOOLEAN Wide;
} RTLP_READER, *PRTLP_READER;

static WCHAR
RtlpPeek(const RTLP_READER *Reader, SIZE_T Ahead)
{
    SIZE_T Index = Reader->Index + Ahead;

    return Reader->Wide ? ((const WCHAR *)Reader->Format)[Index]
                        : ((const UCHAR *)Reader->Format)[Index];
}

/* Takes the next character when it is Expected. */
static BOOLEAN
RtlpAccept(PRTLP_READER Reader, WCHAR Expected)
{
    if (RtlpPeek(Reader, 0) != Expected) {
        return FALSE;
    }
    Reader->Index += 1;
    return TRUE;
}

static ULONG64
RtlpNextArgument(PRTLP_ARGUMENTS Arguments)
{
    return Arguments->Microsoft ? __builtin_va_arg(Arguments->Ms, ULONG64)
                                : __builtin_va_arg(Arguments->SystemV, ULONG64);
}

static VOID
RtlpReadFlags(PRTLP_READER Reader, PRTLP_CONVERSION Conversion)
{
    for (;; Reader->Index++) {
        switch (RtlpPeek(Reader, 0)) {
        case L'-':
            Conversion->Left = TRUE;
            break;
        case L'0':
            Conversion->ZeroFill = TRUE;
            break;
        case L'#':
            Conversion->Alternate = TRUE;
            break;
        case L'+':
            Conversion->SignForPositive = '+';
            break;
        case L' ':
            if (Conversion->SignForPositive == 0) {
                Conversion->SignForPositive = ' ';
            }
            break;
        default:
            return;
        }
    }
}

/* Digits, or '*' for an argument. A negative argument is returned as such. */
static LONG
RtlpReadField(PRTLP_READER Reader, PRTLP_ARGUMENTS Arguments)
{
    LONG Field = 0;

    if (RtlpAccept(Reader, L'*')) {
        Field = (LONG)RtlpNextArgument(Arguments);
        return max(min(Field, RTLP_MAXIMUM_FIELD), -RTLP_MAXIMUM_FIELD);
    }
    while (RtlpPeek(Reader, 0) >= L'0' && RtlpPeek(Reader, 0) <= L'9') {
        Field = min(Field * 10 + RtlpPeek(Reader, 0) - L'0', RTLP_MAXIMUM_FIELD);
        Reader->Index += 1;
    }
    return Field;
}

static VOID
RtlpReadWidths(PRTLP_READER Reader, PRTLP_ARGUMENTS Arguments,
               PRTLP_CONVERSION Conversion)
{
    LONG Width = RtlpReadField(Reader, Arguments);
    LONG Precision;

    if (Width < 0) {
        Conversion->Left = TRUE;
        Width = -Width;
    }
    Conversion->Width = (ULONG)Width;
    if (RtlpAccept(Reader, L'.')) {
        Precision = RtlpReadField(Reader, Arguments);
        Conversion->HasPrecision = Precision >= 0;
        Conversion->Precision = Precision >= 0 ? (ULONG)Precision : 0;
    }
}

/* "I64", "I32" and plain "I", of which the 'I' is taken already. */
static UCHAR
RtlpReadIntegerSize(PRTLP_READER Reader)
{
    if (RtlpPeek(Reader, 0) == L'3' && RtlpPeek(Reader, 1) == L'2') {
        Reader->Index += 2;
        return 4;
    }
    if (RtlpPeek(Reader, 0) == L'6' && RtlpPeek(Reader, 1) == L'4') {
        Reader->Index += 2;
    }
    return 8;
}

static VOID
RtlpReadSize(PRTLP_READER Reader, PRTLP_CONVERSION Conversion)
{
    Conversion->Bytes = 4;
    if (RtlpAccept(Reader, L'h')) {
        Conversion->Text = 'h';
        Conversion->Bytes = RtlpAccept(Reader, L'h') ? 1 : 2;
    } else if (RtlpAccept(Reader, L'l')) {
        Conversion->Text = 'w';
        Conversion->Bytes = RtlpAccept(Reader, L'l') ? 8 : 4;
    } else if (RtlpAccept(Reader, L'w')) {
        Conversion->Text = 'w';
    } else if (RtlpAccept(Reader, L'I')) {
        Conversion->Bytes = RtlpReadIntegerSize(Reader);
    } else if (RtlpAccept(Reader, L'z') || RtlpAccept(Reader, L't') ||
               RtlpAccept(Reader, L'j')) {
        Conversion->Bytes = 8;
    }
}

/* Whether a text conversion's argument is wide: the size letter decides, else its case.
 */
static BOOLEAN
RtlpIsWideText(const RTLP_OUTPUT *Output, const RTLP_CONVERSION *Conversion)
{
    BOOLEAN Opposite = Conversion->Letter == L'S' || Conversion->Letter == L'C';

    if (Conversion->Text != 0) {
        return Conversion->Text == 'w';
    }
    return Conversion->Letter != L'Z' && Output->Wide != Opposite;
}

/* Writes at most Limit characters of Text; without a length of its own it ends at a zero.
 */
static VOID
RtlpPutBoundedText(PRTLP_OUTPUT Output, const RTLP_CONVERSION *Conversion,
                   const VOID *Text, BOOLEAN Wide, SIZE_T Limit, BOOLEAN Counted)
{
    SIZE_T Length = 0;

    if (Text == NULL) {
        Text = "(null)";
        Wide = FALSE;
        Limit = sizeof("(null)") - 1;
        Counted = TRUE;
    }
    if (Conversion->HasPrecision) {
        Limit = min(Limit, Conversion->Precision);
    }
    if (Counted) {
        Length = Limit;
    } else {
        while (Length < Limit && (Wide ? ((const WCHAR *)Text)[Length] != 0
                                       : ((const CHAR *)Text)[Length] != 0)) {
            Length += 1;
        }
    }
    RtlpPutText(Output, Conversion, Text, Wide, Length);
}

/* %Z and %wZ: a counted ANSI_STRING or UNICODE_STRING, whose layouts are the same. */
static VOID
RtlpPutCounted(PRTLP_OUTPUT Output, const RTLP_CONVERSION *Conversion, ULONG64 Argument)
{
    const STRING *String = (const STRING *)(ULONG_PTR)Argument;
    BOOLEAN Wide = RtlpIsWideText(Output, Conversion);

    if (String == NULL) {
        RtlpPutBoundedText(Output, Conversion, NULL, FALSE, 0, TRUE);
        return;
    }
    RtlpPutBoundedText(Output, Conversion, String->Buffer, Wide,
                       Wide ? String->Length / sizeof(WCHAR) : String->Length, TRUE);
}

/* Writes one conversion; FALSE when its letter is none of ours. */
static BOOLEAN
RtlpConvert(PRTLP_OUTPUT Output, PRTLP_CONVERSION Conversion, PRTLP_ARGUMENTS Arguments)
{
    WCHAR Character;

    switch (Conversion->Letter) {
    case L'd':
    case L'i':
    case L'u':
    case L'x':
    case L'X':
    case L'o':
        RtlpPutInteger(Output, Conversion, RtlpNextArgument(Arguments));
        return TRUE;
    case L'p':
        Conversion->Bytes = 8;
        Conversion->HasPrecision = TRUE;
        Conversion->Precision = 16;
        RtlpPutInteger(Output, Conversion, RtlpNextArgument(Arguments));
        return TRUE;
    case L'c':
    case L'C':
        Character = (WCHAR)RtlpNextArgument(Arguments);
        if (!RtlpIsWideText(Output, Conversion)) {
            Character &= 0xFF;
        }
        RtlpPutText(Output, Conversion, &Character, TRUE, 1);
        return TRUE;
    case L's':
    case L'S':
        RtlpPutBoundedText(Output, Conversion,
                           (const VOID *)(ULONG_PTR)RtlpNextArgument(Arguments),
                           RtlpIsWideText(Output, Conversion), MAXULONG_PTR, FALSE);
        return TRUE;
    case L'Z':
        RtlpPutCounted(Output, Conversion, RtlpNextArgument(Arguments));
        return TRUE;
    default:
        return FALSE;
    }
}

/* Floating-point letters: their slot is passed over, so that what follows stays right. */
static VOID
RtlpSkipFloat(WCHAR Letter, PRTLP_ARGUMENTS Arguments)
{
    static const CHAR Letters[] = "eEfFgGaA";

    for (ULONG Index = 0; Index < sizeof(Letters) - 1; Index++) {
        if (Letter == (UCHAR)Letters[Index] && Arguments->Microsoft) {
            RtlpNextArgument(Arguments);
        }
    }
}

/* Reads and writes what follows a '%'. What is not understood appears as it stands. */
static VOID
RtlpFormatOne(PRTLP_OUTPUT Output, PRTLP_READER Reader, PRTLP_ARGUMENTS Arguments)
{
    SIZE_T Begin = Reader->Index;
    RTLP_CONVERSION Conversion = {0};

    RtlpReadFlags(Reader, &Conversion);
    RtlpReadWidths(Reader, Arguments, &Conversion);
    RtlpReadSize(Reader, &Conversion);
    Conversion.Letter = RtlpPeek(Reader, 0);
    if (Conversion.Letter != 0) {
        Reader->Index += 1;
    }
    if (Conversion.Letter == L'%') {
        RtlpPutCharacter(Output, L'%');
        return;
    }
    if (!RtlpConvert(Output, &Conversion, Arguments)) {
        SIZE_T Length = Reader->Index - Begin;

        RtlpSkipFloat(Conversion.Letter, Arguments);
        Reader->Index = Begin;
        RtlpPutCharacter(Output, L'%');
        for (; Length > 0; Length--) {
            RtlpPutCharacter(Output, RtlpPeek(Reader, 0));
            Reader->Index += 1;
        }
    }
}

static VOID
RtlpFormatAll(PRTLP_OUTPUT Output, const VOID *Format, PRTLP_ARGUMENTS Arguments)
{
    RTLP_READER Reader = {Format, 0, Output->Wide};
    WCHAR Character;

    while ((Character = RtlpPeek(&Reader, 0)) != 0) {
        Reader.Index += 1;
        if (Character == L'%') {
            RtlpFormatOne(Output, &Reader, Arguments);
        } else {
            RtlpPutCharacter(Output, Character);
        }
    }
}

SIZE_T
RtlFormatRawMsV(PVOID Buffer, SIZE_T Capacity, const VOID *Format, BOOLEAN Wide,
                __builtin_ms_va_list Arguments)
{
    RTLP_OUTPUT Output = {Buffer, Capacity, 0, Wide};
    /* Such a list is a plain pointer. gcc's __builtin_ms_va_copy reads through it at -O0.
     */
    RTLP_ARGUMENTS List = {.Microsoft = TRUE, .Ms = Arguments};

    RtlpFormatAll(&Output, Format, &List);
    return Output.Length;
}

/* Ends the text in a buffer of Size bytes that Length characters were asked of. */
static ULONG
RtlpTerminate(CHAR *Buffer, SIZE_T Size, SIZE_T Length)
{
    if (Size > 0) {
        Buffer[min(Length, Size - 1)] = '\0';
    }
    return (ULONG)min(Length, MAXULONG);
}

ULONG
RtlFormatMsV(CHAR *Buffer, SIZE_T Size, const CHAR *Format,
             __builtin_ms_va_list Arguments)
{
    SIZE_T Capacity = Size > 0 ? Size - 1 : 0;

    return RtlpTerminate(Buffer, Size,
                         RtlFormatRawMsV(Buffer, Capacity, Format, FALSE, Arguments));
}

ULONG
RtlFormatV(CHAR *Buffer, SIZE_T Size, const CHAR *Format, va_list Arguments)
{
    RTLP_OUTPUT Output = {Buffer, Size > 0 ? Size - 1 : 0, 0, FALSE};
    RTLP_ARGUMENTS List = {.Microsoft = FALSE};

    va_copy(List.SystemV, Arguments);
    RtlpFormatAll(&Output, Format, &List);
    va_end(List.SystemV);
    return RtlpTerminate(Buffer, Size, Output.Length);
}

ULONG
RtlFormat(CHAR *Buffer, SIZE_T Size, const CHAR *Format, ...)
{
    va_list Arguments;
    ULONG Length;

    va_start(Arguments, Format);
    Length = RtlFormatV(Buffer, Size, Format, Arguments);
    va_end(Arguments);
    return Length;
}
