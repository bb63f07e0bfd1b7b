/*
 * Comparing memory and counted wide strings.
 */
#include "rtlp.h"
#include <wdm/rtl.h>

/*
 * The number of leading bytes in which Source1 and Source2 are equal, at most Length. Any
 * IRQL at which both are resident.
 */
SIZE_T
NTAPI
RtlCompareMemory(const VOID *Source1, const VOID *Source2, SIZE_T Length)
{
    const UCHAR *First = Source1;
    const UCHAR *Second = Source2;
    SIZE_T Index = 0;

    while (Index < Length && First[Index] == Second[Index]) {
        Index += 1;
    }
    return Index;
}

/*
 * Orders two counted strings by code unit: negative, zero or positive as String1 comes
 * before, with or after String2. A string that is the other's beginning comes before it.
 * Documented for PASSIVE_LEVEL; runs at any IRQL here.
 */
LONG NTAPI
RtlCompareUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                        BOOLEAN CaseInSensitive)
{
    ULONG First = String1->Length / sizeof(WCHAR);
    ULONG Second = String2->Length / sizeof(WCHAR);

    for (ULONG Index = 0; Index < First && Index < Second; Index++) {
        WCHAR Left = String1->Buffer[Index];
        WCHAR Right = String2->Buffer[Index];

        if (CaseInSensitive) {
            Left = RtlUpcaseUnicodeChar(Left);
            Right = RtlUpcaseUnicodeChar(Right);
        }
        if (Left != Right) {
            return (LONG)Left - (LONG)Right;
        }
    }
    return (LONG)First - (LONG)Second;
}

/*
 * TRUE when both strings have the same length and characters, case aside when asked. Any
 * IRQL.
 */
BOOLEAN
NTAPI
RtlEqualUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                      BOOLEAN CaseInSensitive)
{
    return String1->Length == String2->Length &&
           RtlCompareUnicodeString(String1, String2, CaseInSensitive) == 0;
}

/*
 * TRUE when String2 begins with the whole of String1. Any IRQL.
 */
BOOLEAN
NTAPI
RtlPrefixUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                       BOOLEAN CaseInSensitive)
{
    UNICODE_STRING Head = *String2;

    if (String1->Length > String2->Length) {
        return FALSE;
    }
    Head.Length = String1->Length;
    return RtlEqualUnicodeString(String1, &Head, CaseInSensitive);
}
