/*
 * The formatter's writing half: characters, text and integers with their padding.
 */
#include "rtlp.h"

/* Wide characters above Latin-1 have no narrow form: '?' stands for them. */
VOID
RtlpPutCharacter(PRTLP_OUTPUT Output, WCHAR Character)
{
    if (Output->Length < Output->Capacity) {
        if (Output->Wide) {
            ((WCHAR *)Output->Buffer)[Output->Length] = Character;
        } else {
            ((UCHAR *)Output->Buffer)[Output->Length] =
                (UCHAR)(Character > 0xFF ? '?' : Character);
        }
    }
    Output->Length += 1;
}

VOID
RtlpPutRepeated(PRTLP_OUTPUT Output, WCHAR Character, SIZE_T Count)
{
    for (; Count > 0; Count--) {
        RtlpPutCharacter(Output, Character);
    }
}

/* Writes Length characters of narrow or wide Text, padded to the conversion's width. */
VOID
RtlpPutText(PRTLP_OUTPUT Output, const RTLP_CONVERSION *Conversion, const VOID *Text,
            BOOLEAN Wide, SIZE_T Length)
{
    SIZE_T Padding = Conversion->Width > Length ? Conversion->Width - Length : 0;

    if (!Conversion->Left) {
        RtlpPutRepeated(Output, L' ', Padding);
    }
    for (SIZE_T Index = 0; Index < Length; Index++) {
        RtlpPutCharacter(Output, Wide ? ((const WCHAR *)Text)[Index]
                                      : ((const UCHAR *)Text)[Index]);
    }
    if (Conversion->Left) {
        RtlpPutRepeated(Output, L' ', Padding);
    }
}

/* Keeps the low bytes the argument really has, extended by its sign where it has one. */
static ULONG64
RtlpNarrowValue(ULONG64 Value, UCHAR Bytes, BOOLEAN Signed)
{
    ULONG Shift = 64 - Bytes * 8;

    return Signed ? (ULONG64)((LONG64)(Value << Shift) >> Shift)
                  : (Value << Shift) >> Shift;
}

/* What stands before the digits: sign, "0x", "0X" or nothing. Returns its length. */
static ULONG
RtlpChoosePrefix(const RTLP_CONVERSION *Conversion, ULONG64 Value, BOOLEAN Signed,
                 CHAR Prefix[2])
{
    BOOLEAN Hex = Conversion->Letter == L'x' || Conversion->Letter == L'X';

    if (Signed && (LONG64)Value < 0) {
        Prefix[0] = '-';
        return 1;
    }
    if (Signed && Conversion->SignForPositive != 0) {
        Prefix[0] = Conversion->SignForPositive;
        return 1;
    }
    if (Hex && Conversion->Alternate && Value != 0) {
        Prefix[0] = '0';
        Prefix[1] = (CHAR)Conversion->Letter;
        return 2;
    }
    return 0;
}

static ULONG
RtlpConversionBase(WCHAR Letter)
{
    switch (Letter) {
    case L'o':
        return 8;
    case L'd':
    case L'i':
    case L'u':
        return 10;
    default:
        return 16;
    }
}

/* How many zeros stand between prefix and digits. */
static SIZE_T
RtlpCountZeros(const RTLP_CONVERSION *Conversion, ULONG PrefixLength, ULONG Count)
{
    SIZE_T Zeros = 0;

    if (Conversion->HasPrecision) {
        Zeros = Conversion->Precision > Count ? Conversion->Precision - Count : 0;
    } else if (Conversion->ZeroFill && !Conversion->Left &&
               Conversion->Width > PrefixLength + Count) {
        Zeros = Conversion->Width - PrefixLength - Count;
    }
    if (Conversion->Letter == L'o' && Conversion->Alternate && Zeros == 0) {
        Zeros = 1;
    }
    return Zeros;
}

/* Writes an argument as d, i, u, x, X, p or o. */
VOID
RtlpPutInteger(PRTLP_OUTPUT Output, const RTLP_CONVERSION *Conversion, ULONG64 Value)
{
    BOOLEAN Signed = Conversion->Letter == L'd' || Conversion->Letter == L'i';
    BOOLEAN Upper = Conversion->Letter == L'X' || Conversion->Letter == L'p';
    CHAR Digits[64];
    CHAR Prefix[2];
    ULONG PrefixLength, Count;
    SIZE_T Zeros, Length;

    Value = RtlpNarrowValue(Value, Conversion->Bytes, Signed);
    PrefixLength = RtlpChoosePrefix(Conversion, Value, Signed, Prefix);
    if (Signed && (LONG64)Value < 0) {
        Value = 0 - Value;
    }
    Count =
        RtlpConvertDigits(Value, RtlpConversionBase(Conversion->Letter), Upper, Digits);
    if (Value == 0 && Conversion->HasPrecision && Conversion->Precision == 0) {
        Count = 0; /* C says that "%.0d" of zero is empty */
    }
    Zeros = RtlpCountZeros(Conversion, PrefixLength, Count);
    Length = PrefixLength + Zeros + Count;

    if (!Conversion->Left && Conversion->Width > Length) {
        RtlpPutRepeated(Output, L' ', Conversion->Width - Length);
    }
    for (ULONG Index = 0; Index < PrefixLength; Index++) {
        RtlpPutCharacter(Output, (UCHAR)Prefix[Index]);
    }
    RtlpPutRepeated(Output, L'0', Zeros);
    while (Count > 0) {
        RtlpPutCharacter(Output, (UCHAR)Digits[--Count]);
    }
    if (Conversion->Left && Conversion->Width > Length) {
        RtlpPutRepeated(Output, L' ', Conversion->Width - Length);
    }
}
