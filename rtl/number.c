/*
 * Numbers in text: boot options, module command lines, counted wide strings.
 */
#include "rtlp.h"
#include <ntstatus.h>
#include <wdm/rtl.h>

#define RTLP_NO_DIGIT 0xFF

/* The value of a digit in bases up to 16, or RTLP_NO_DIGIT. */
static ULONG
RtlpDigitValue(WCHAR Character)
{
    if (Character >= '0' && Character <= '9') {
        return Character - '0';
    }
    if (Character >= 'a' && Character <= 'f') {
        return Character - 'a' + 10;
    }
    if (Character >= 'A' && Character <= 'F') {
        return Character - 'A' + 10;
    }
    return RTLP_NO_DIGIT;
}

BOOLEAN
RtlParseNumber(const CHAR *Text, SIZE_T Length, ULONG64 *Value)
{
    BOOLEAN Hex = Length > 2 && Text[0] == '0' && (Text[1] == 'x' || Text[1] == 'X');
    ULONG Base = Hex ? 16 : 10;
    ULONG64 Result = 0;

    if (Length == 0) {
        return FALSE;
    }
    for (SIZE_T Index = Hex ? 2 : 0; Index < Length; Index++) {
        ULONG Digit = RtlpDigitValue((UCHAR)Text[Index]);

        if (Digit >= Base || Result > (MAXULONGLONG - Digit) / Base) {
            return FALSE;
        }
        Result = Result * Base + Digit;
    }
    *Value = Result;
    return TRUE;
}

ULONG
RtlpConvertDigits(ULONG64 Value, ULONG Base, BOOLEAN UpperCase, CHAR Digits[64])
{
    const CHAR *Alphabet = UpperCase ? "0123456789ABCDEF" : "0123456789abcdef";
    ULONG Count = 0;

    do {
        Digits[Count++] = Alphabet[Value % Base];
        Value /= Base;
    } while (Value != 0);
    return Count;
}

static BOOLEAN
RtlpIsBase(ULONG Base)
{
    return Base == 2 || Base == 8 || Base == 10 || Base == 16;
}

/*
 * Writes Value in Base (0 means 10; 2, 8, 10, 16) into String->Buffer, terminated when
 * there is room. STATUS_INVALID_PARAMETER for another base, STATUS_BUFFER_OVERFLOW when
 * the digits do not fit (String is then unchanged). Documented for PASSIVE_LEVEL; runs at
 * any IRQL here.
 */
NTSTATUS
NTAPI
RtlIntegerToUnicodeString(ULONG Value, ULONG Base, PUNICODE_STRING String)
{
    CHAR Digits[64];
    ULONG Count;

    Base = Base == 0 ? 10 : Base;
    if (!RtlpIsBase(Base)) {
        return STATUS_INVALID_PARAMETER;
    }
    Count = RtlpConvertDigits(Value, Base, TRUE, Digits);
    if (Count * sizeof(WCHAR) > String->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    for (ULONG Index = 0; Index < Count; Index++) {
        String->Buffer[Index] = (UCHAR)Digits[Count - 1 - Index];
    }
    String->Length = (USHORT)(Count * sizeof(WCHAR));
    if ((Count + 1) * sizeof(WCHAR) <= String->MaximumLength) {
        String->Buffer[Count] = L'\0';
    }
    return STATUS_SUCCESS;
}

/* The base that "0x", "0o" or "0b" at Text names, or 0. */
static ULONG
RtlpPrefixBase(const WCHAR *Text, ULONG Length)
{
    if (Length < 2 || Text[0] != L'0') {
        return 0;
    }
    switch (Text[1]) {
    case L'x':
        return 16;
    case L'o':
        return 8;
    case L'b':
        return 2;
    default:
        return 0;
    }
}

/*
 * Reads a number: leading blanks, a sign, and with Base 0 a prefix 0x, 0o or 0b (else
 * decimal); stops at the first character that is no digit. A string without digits gives
 * 0, as NT does; the value wraps at 32 bits. STATUS_INVALID_PARAMETER: Base is not 0, 2,
 * 8, 10 or 16. Any IRQL.
 */
NTSTATUS
NTAPI
RtlUnicodeStringToInteger(PCUNICODE_STRING String, ULONG Base, PULONG Value)
{
    const WCHAR *Text = String->Buffer;
    ULONG Length = String->Length / sizeof(WCHAR);
    BOOLEAN Negative = FALSE;
    ULONG Result = 0;

    while (Length > 0 && *Text <= L' ') {
        Text++, Length--;
    }
    if (Length > 0 && (*Text == L'-' || *Text == L'+')) {
        Negative = *Text == L'-';
        Text++, Length--;
    }
    if (Base == 0) {
        ULONG Prefix = RtlpPrefixBase(Text, Length);

        Base = Prefix != 0 ? Prefix : 10;
        Text += Prefix != 0 ? 2 : 0;
        Length -= Prefix != 0 ? 2 : 0;
    }
    if (!RtlpIsBase(Base)) {
        return STATUS_INVALID_PARAMETER;
    }
    for (; Length > 0 && RtlpDigitValue(*Text) < Base; Text++, Length--) {
        Result = Result * Base + RtlpDigitValue(*Text);
    }
    *Value = Negative ? 0 - Result : Result;
    return STATUS_SUCCESS;
}
