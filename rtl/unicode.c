/*
 * Counted strings: making them, copying them, adding to them.
 *
 * Lengths are bytes. A routine never writes past MaximumLength, and adds a terminating
 * zero only where one fits, so a counted string need not be terminated.
 */
#include "rtlp.h"
#include <ntstatus.h>
#include <wdm/rtl.h>

/* What fits a USHORT with room for the terminator: longer text is cut there. */
#define RTLP_MAXIMUM_WIDE 0xFFFC
#define RTLP_MAXIMUM_ANSI 0xFFFE

static SIZE_T
RtlpWideLength(PCWSTR String)
{
    SIZE_T Length = 0;

    while (String[Length] != L'\0') {
        Length += 1;
    }
    return Length;
}

/*
 * Points DestinationString at SourceString, which stays the caller's; NULL makes it
 * empty. Any IRQL.
 */
VOID NTAPI
RtlInitUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString)
{
    SIZE_T Bytes = 0;

    if (SourceString != NULL) {
        Bytes = min(RtlpWideLength(SourceString) * sizeof(WCHAR), RTLP_MAXIMUM_WIDE);
    }
    DestinationString->Length = (USHORT)Bytes;
    DestinationString->MaximumLength =
        (USHORT)(SourceString != NULL ? Bytes + sizeof(WCHAR) : 0);
    DestinationString->Buffer = (PWCH)SourceString;
}

/*
 * The same for narrow strings. Any IRQL.
 */
VOID NTAPI
RtlInitAnsiString(PANSI_STRING DestinationString, PCSZ SourceString)
{
    SIZE_T Bytes = 0;

    if (SourceString != NULL) {
        Bytes = min(strlen(SourceString), RTLP_MAXIMUM_ANSI);
    }
    DestinationString->Length = (USHORT)Bytes;
    DestinationString->MaximumLength = (USHORT)(SourceString != NULL ? Bytes + 1 : 0);
    DestinationString->Buffer = (PCHAR)SourceString;
}

/*
 * RtlInitAnsiString by its other name. Any IRQL.
 */
VOID NTAPI
RtlInitString(PSTRING DestinationString, PCSZ SourceString)
{
    RtlInitAnsiString(DestinationString, SourceString);
}

/* Terminates String when its buffer has room for that. */
static VOID
RtlpTerminateWide(PUNICODE_STRING String)
{
    if (String->Length + sizeof(WCHAR) <= String->MaximumLength) {
        String->Buffer[String->Length / sizeof(WCHAR)] = L'\0';
    }
}

/*
 * Copies as much of SourceString as fits; NULL empties DestinationString. Documented for
 * PASSIVE_LEVEL to DISPATCH_LEVEL by residency; runs at any IRQL here.
 */
VOID NTAPI
RtlCopyUnicodeString(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString)
{
    USHORT Length = 0;

    if (SourceString != NULL) {
        Length = min(SourceString->Length, DestinationString->MaximumLength) &
                 (USHORT) ~(sizeof(WCHAR) - 1);
        memmove(DestinationString->Buffer, SourceString->Buffer, Length);
    }
    DestinationString->Length = Length;
    if (Length > 0 || DestinationString->Buffer != NULL) {
        RtlpTerminateWide(DestinationString);
    }
}

/*
 * Adds Source at the end of Destination. STATUS_BUFFER_TOO_SMALL, with Destination as it
 * was, when it does not fit whole. Any IRQL.
 */
NTSTATUS
NTAPI
RtlAppendUnicodeStringToString(PUNICODE_STRING Destination, PCUNICODE_STRING Source)
{
    if (Source->Length == 0) {
        return STATUS_SUCCESS;
    }
    if ((ULONG)Destination->Length + Source->Length > Destination->MaximumLength) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    memmove((PUCHAR)Destination->Buffer + Destination->Length, Source->Buffer,
            Source->Length);
    Destination->Length = (USHORT)(Destination->Length + Source->Length);
    RtlpTerminateWide(Destination);
    return STATUS_SUCCESS;
}

/*
 * Adds zero-terminated Source (NULL adds nothing) at the end of Destination; statuses as
 * RtlAppendUnicodeStringToString. Any IRQL.
 */
NTSTATUS
NTAPI
RtlAppendUnicodeToString(PUNICODE_STRING Destination, PCWSTR Source)
{
    UNICODE_STRING String;

    if (Source != NULL && RtlpWideLength(Source) * sizeof(WCHAR) > RTLP_MAXIMUM_WIDE) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    RtlInitUnicodeString(&String, Source);
    return RtlAppendUnicodeStringToString(Destination, &String);
}
