/*
 * Reading a GUID from its text, "{00112233-4455-6677-8899-AABBCCDDEEFF}".
 */
#include "rtlp.h"
#include <ntstatus.h>
#include <wdm/rtl.h>

#define RTLP_GUID_CHARACTERS 38

/* Reads exactly Digits hex digits at Text; FALSE when one is none. */
static BOOLEAN
RtlpReadHex(const WCHAR *Text, ULONG Digits, ULONG64 *Value)
{
    CHAR Narrow[2 + 16] = {'0', 'x'};

    RtlNarrowText(Narrow + 2, Text, Digits);
    return RtlParseNumber(Narrow, 2 + Digits, Value);
}

/*
 * Fills *Guid from the counted text, which is 38 characters with braces and dashes.
 * STATUS_INVALID_PARAMETER when it has another shape. Documented for PASSIVE_LEVEL; runs
 * at any IRQL here.
 */
NTSTATUS
NTAPI
RtlGUIDFromString(PCUNICODE_STRING GuidString, GUID *Guid)
{
    static const UCHAR Dashes[] = {9, 14, 19, 24};
    const WCHAR *Text = GuidString->Buffer;
    ULONG64 First, Second, Third, Fourth, Fifth;

    if (GuidString->Length != RTLP_GUID_CHARACTERS * sizeof(WCHAR) || Text[0] != L'{' ||
        Text[RTLP_GUID_CHARACTERS - 1] != L'}') {
        return STATUS_INVALID_PARAMETER;
    }
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Dashes); Index++) {
        if (Text[Dashes[Index]] != L'-') {
            return STATUS_INVALID_PARAMETER;
        }
    }
    if (!RtlpReadHex(Text + 1, 8, &First) || !RtlpReadHex(Text + 10, 4, &Second) ||
        !RtlpReadHex(Text + 15, 4, &Third) || !RtlpReadHex(Text + 20, 4, &Fourth) ||
        !RtlpReadHex(Text + 25, 12, &Fifth)) {
        return STATUS_INVALID_PARAMETER;
    }
    Guid->Data1 = (ULONG)First;
    Guid->Data2 = (USHORT)Second;
    Guid->Data3 = (USHORT)Third;
    Fifth |= Fourth << 48;
    for (ULONG Index = 0; Index < 8; Index++) {
        Guid->Data4[Index] = (UCHAR)(Fifth >> (56 - 8 * Index));
    }
    return STATUS_SUCCESS;
}
