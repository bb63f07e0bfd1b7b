/*
 * The string routines of the Rtl family that can allocate their result: they need the
 * pool, which rtl/ lies below.
 */
#include "ldrp.h"
#include <internal/rtl.h>

#define LDRP_STRING_TAG 0x52745352 /* "RStR", in the order memory has it */

#define LDRP_GUID_CHARACTERS 38

/*
 * Latin-1 to UTF-16. Into DestinationString's buffer, or into a new one (freed with
 * RtlFreeUnicodeString) when AllocateDestinationString. STATUS_BUFFER_OVERFLOW: the
 * buffer has no room for text and terminator; STATUS_INVALID_PARAMETER_2: longer than a
 * counted string can be; STATUS_NO_MEMORY. PASSIVE_LEVEL.
 */
NTSTATUS
NTAPI
RtlAnsiStringToUnicodeString(PUNICODE_STRING DestinationString,
                             PCANSI_STRING SourceString,
                             BOOLEAN AllocateDestinationString)
{
    ULONG Bytes = ((ULONG)SourceString->Length + 1) * sizeof(WCHAR);

    if (Bytes > MAXUSHORT) {
        return STATUS_INVALID_PARAMETER_2;
    }
    if (AllocateDestinationString) {
        DestinationString->Buffer =
            ExAllocatePoolWithTag(NonPagedPoolNx, Bytes, LDRP_STRING_TAG);
        if (DestinationString->Buffer == NULL) {
            return STATUS_NO_MEMORY;
        }
        DestinationString->MaximumLength = (USHORT)Bytes;
    } else if (Bytes > DestinationString->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    RtlWidenText(DestinationString->Buffer, SourceString->Buffer, SourceString->Length);
    DestinationString->Buffer[SourceString->Length] = L'\0';
    DestinationString->Length = (USHORT)(Bytes - sizeof(WCHAR));
    return STATUS_SUCCESS;
}
EXPORT(RtlAnsiStringToUnicodeString);

/*
 * UTF-16 to Latin-1, '?' for what it has not. Into DestinationString's buffer, or into a
 * new one (freed with RtlFreeAnsiString) when AllocateDestinationString.
 * STATUS_BUFFER_OVERFLOW, STATUS_NO_MEMORY. PASSIVE_LEVEL.
 */
NTSTATUS
NTAPI
RtlUnicodeStringToAnsiString(PANSI_STRING DestinationString,
                             PCUNICODE_STRING SourceString,
                             BOOLEAN AllocateDestinationString)
{
    ULONG Count = SourceString->Length / sizeof(WCHAR);

    if (AllocateDestinationString) {
        DestinationString->Buffer =
            ExAllocatePoolWithTag(NonPagedPoolNx, Count + 1, LDRP_STRING_TAG);
        if (DestinationString->Buffer == NULL) {
            return STATUS_NO_MEMORY;
        }
        DestinationString->MaximumLength = (USHORT)(Count + 1);
    } else if (Count + 1 > DestinationString->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    RtlNarrowText(DestinationString->Buffer, SourceString->Buffer, Count);
    DestinationString->Buffer[Count] = '\0';
    DestinationString->Length = (USHORT)Count;
    return STATUS_SUCCESS;
}
EXPORT(RtlUnicodeStringToAnsiString);

/*
 * Frees the buffer of a string and empties the string. Its tag is not asked for: other
 * routines than these hand out strings too, as IoRegisterDeviceInterface does.
 * PASSIVE_LEVEL.
 */
VOID NTAPI
RtlFreeUnicodeString(PUNICODE_STRING UnicodeString)
{
    if (UnicodeString->Buffer != NULL) {
        ExFreePool(UnicodeString->Buffer);
    }
    RtlInitUnicodeString(UnicodeString, NULL);
}
EXPORT(RtlFreeUnicodeString);

/*
 * The same for narrow strings. PASSIVE_LEVEL.
 */
VOID NTAPI
RtlFreeAnsiString(PANSI_STRING AnsiString)
{
    if (AnsiString->Buffer != NULL) {
        ExFreePoolWithTag(AnsiString->Buffer, LDRP_STRING_TAG);
    }
    RtlInitAnsiString(AnsiString, NULL);
}
EXPORT(RtlFreeAnsiString);

/*
 * Writes "{00112233-4455-6677-8899-AABBCCDDEEFF}" into a new buffer of GuidString, freed
 * with RtlFreeUnicodeString. STATUS_NO_MEMORY. PASSIVE_LEVEL.
 */
NTSTATUS
NTAPI
RtlStringFromGUID(REFGUID Guid, PUNICODE_STRING GuidString)
{
    CHAR Text[LDRP_GUID_CHARACTERS + 1];
    ANSI_STRING Narrow = {LDRP_GUID_CHARACTERS, sizeof(Text), Text};
    const UCHAR *Last = Guid->Data4;

    RtlFormat(Text, sizeof(Text), "{%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}",
              Guid->Data1, Guid->Data2, Guid->Data3, Last[0], Last[1], Last[2], Last[3],
              Last[4], Last[5], Last[6], Last[7]);
    return RtlAnsiStringToUnicodeString(GuidString, &Narrow, TRUE);
}
EXPORT(RtlStringFromGUID);
