/*
 * Strings, memory, and the C runtime routines the kernel exports to drivers.
 *
 * Any IRQL for memory that is resident at it, unless a prototype says otherwise. String
 * lengths in a UNICODE_STRING or STRING are bytes.
 */
#pragma once

#include <wdm/irql.h>

/* --- C runtime -------------------------------------------------------------------- */

/*
 * For PE code only: inside the kernel these names are System V functions of rtl, and the
 * export table maps the names to entries of the NTAPI convention. Not DECLSPEC_IMPORT,
 * since the compiler itself calls some of them by their plain names.
 */
#if !defined(__ELF__)
void *memcpy(void *Destination, const void *Source, size_t Count);
void *memmove(void *Destination, const void *Source, size_t Count);
void *memset(void *Destination, int Value, size_t Count);
int memcmp(const void *First, const void *Second, size_t Count);
void *memchr(const void *Buffer, int Value, size_t Count);
size_t strlen(const char *String);
int strcmp(const char *First, const char *Second);
int strncmp(const char *First, const char *Second, size_t Count);
char *strcpy(char *Destination, const char *Source);
char *strncpy(char *Destination, const char *Source, size_t Count);
char *strcat(char *Destination, const char *Source);
char *strchr(const char *String, int Character);
char *strrchr(const char *String, int Character);
char *strstr(const char *String, const char *Sought);
size_t wcslen(const wchar_t *String);
int wcscmp(const wchar_t *First, const wchar_t *Second);
int wcsncmp(const wchar_t *First, const wchar_t *Second, size_t Count);
wchar_t *wcscpy(wchar_t *Destination, const wchar_t *Source);
wchar_t *wcsncpy(wchar_t *Destination, const wchar_t *Source, size_t Count);
wchar_t *wcscat(wchar_t *Destination, const wchar_t *Source);
wchar_t *wcschr(const wchar_t *String, wchar_t Character);
wchar_t *wcsstr(const wchar_t *String, const wchar_t *Sought);
int _snprintf(char *Buffer, size_t Count, const char *Format, ...);
int _vsnprintf(char *Buffer, size_t Count, const char *Format, va_list Arguments);
int _snwprintf(wchar_t *Buffer, size_t Count, const wchar_t *Format, ...);
int _vsnwprintf(wchar_t *Buffer, size_t Count, const wchar_t *Format, va_list Arguments);
#endif

#define RtlEqualMemory(First, Second, Length)                                            \
    (!__builtin_memcmp((First), (Second), (Length)))
#define RtlMoveMemory(Destination, Source, Length)                                       \
    ((VOID)__builtin_memmove((Destination), (Source), (Length)))
#define RtlCopyMemory(Destination, Source, Length)                                       \
    ((VOID)__builtin_memcpy((Destination), (Source), (Length)))
#define RtlFillMemory(Destination, Length, Fill)                                         \
    ((VOID)__builtin_memset((Destination), (Fill), (Length)))
#define RtlZeroMemory(Destination, Length)                                               \
    ((VOID)__builtin_memset((Destination), 0, (Length)))
#define RtlCopyBytes RtlCopyMemory
#define RtlZeroBytes RtlZeroMemory

/* Zeroes in a way the compiler cannot drop. */
FORCEINLINE PVOID
RtlSecureZeroMemory(_Out_ PVOID Ptr, _In_ SIZE_T Count)
{
    __builtin_memset(Ptr, 0, Count);
    __asm__ __volatile__("" : : "r"(Ptr) : "memory");
    return Ptr;
}

/* The number of leading bytes that are equal. */
NTSYSAPI SIZE_T NTAPI RtlCompareMemory(_In_ const VOID *Source1, _In_ const VOID *Source2,
                                       _In_ SIZE_T Length);

/* --- Strings ---------------------------------------------------------------------- */

FORCEINLINE VOID
RtlInitEmptyUnicodeString(_Out_ PUNICODE_STRING UnicodeString, _In_ PWCHAR Buffer,
                          _In_ USHORT BufferSize)
{
    UnicodeString->Length = 0;
    UnicodeString->MaximumLength = BufferSize;
    UnicodeString->Buffer = Buffer;
}

FORCEINLINE VOID
RtlInitEmptyAnsiString(_Out_ PANSI_STRING AnsiString, _In_ PCHAR Buffer,
                       _In_ USHORT BufferSize)
{
    AnsiString->Length = 0;
    AnsiString->MaximumLength = BufferSize;
    AnsiString->Buffer = Buffer;
}

NTSYSAPI VOID NTAPI RtlInitUnicodeString(_Out_ PUNICODE_STRING DestinationString,
                                         _In_opt_z_ PCWSTR SourceString);
NTSYSAPI VOID NTAPI RtlInitAnsiString(_Out_ PANSI_STRING DestinationString,
                                      _In_opt_z_ PCSZ SourceString);
NTSYSAPI VOID NTAPI RtlInitString(_Out_ PSTRING DestinationString,
                                  _In_opt_z_ PCSZ SourceString);
NTSYSAPI VOID NTAPI RtlCopyUnicodeString(_Inout_ PUNICODE_STRING DestinationString,
                                         _In_opt_ PCUNICODE_STRING SourceString);
NTSYSAPI NTSTATUS NTAPI RtlAppendUnicodeStringToString(
    _Inout_ PUNICODE_STRING Destination, _In_ PCUNICODE_STRING Source);
NTSYSAPI NTSTATUS NTAPI RtlAppendUnicodeToString(_Inout_ PUNICODE_STRING Destination,
                                                 _In_opt_z_ PCWSTR Source);
NTSYSAPI BOOLEAN NTAPI RtlEqualUnicodeString(_In_ PCUNICODE_STRING String1,
                                             _In_ PCUNICODE_STRING String2,
                                             _In_ BOOLEAN CaseInSensitive);
NTSYSAPI LONG NTAPI RtlCompareUnicodeString(_In_ PCUNICODE_STRING String1,
                                            _In_ PCUNICODE_STRING String2,
                                            _In_ BOOLEAN CaseInSensitive);
NTSYSAPI BOOLEAN NTAPI RtlPrefixUnicodeString(_In_ PCUNICODE_STRING String1,
                                              _In_ PCUNICODE_STRING String2,
                                              _In_ BOOLEAN CaseInSensitive);
NTSYSAPI WCHAR NTAPI RtlUpcaseUnicodeChar(_In_ WCHAR SourceCharacter);
_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    RtlAnsiStringToUnicodeString(_Inout_ PUNICODE_STRING DestinationString,
                                 _In_ PCANSI_STRING SourceString,
                                 _In_ BOOLEAN AllocateDestinationString);
_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    RtlUnicodeStringToAnsiString(_Inout_ PANSI_STRING DestinationString,
                                 _In_ PCUNICODE_STRING SourceString,
                                 _In_ BOOLEAN AllocateDestinationString);
_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI VOID NTAPI
    RtlFreeUnicodeString(_Inout_ PUNICODE_STRING UnicodeString);
_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI VOID NTAPI
    RtlFreeAnsiString(_Inout_ PANSI_STRING AnsiString);
_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    RtlIntegerToUnicodeString(_In_ ULONG Value, _In_opt_ ULONG Base,
                              _Inout_ PUNICODE_STRING String);
_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    RtlUnicodeStringToInteger(_In_ PCUNICODE_STRING String, _In_opt_ ULONG Base,
                              _Out_ PULONG Value);
_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    RtlGUIDFromString(_In_ PCUNICODE_STRING GuidString, _Out_ GUID *Guid);
_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    RtlStringFromGUID(_In_ REFGUID Guid, _Out_ PUNICODE_STRING GuidString);

/* --- Version ---------------------------------------------------------------------- */

typedef struct _OSVERSIONINFOW {
    ULONG dwOSVersionInfoSize;
    ULONG dwMajorVersion;
    ULONG dwMinorVersion;
    ULONG dwBuildNumber;
    ULONG dwPlatformId;
    WCHAR szCSDVersion[128];
} OSVERSIONINFOW, *POSVERSIONINFOW, RTL_OSVERSIONINFOW, *PRTL_OSVERSIONINFOW;

_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    RtlGetVersion(_Inout_ PRTL_OSVERSIONINFOW VersionInformation);

/* --- Byte order ------------------------------------------------------------------- */

#define RtlUshortByteSwap(Value)    __builtin_bswap16(Value)
#define RtlUlongByteSwap(Value)     __builtin_bswap32(Value)
#define RtlUlonglongByteSwap(Value) __builtin_bswap64(Value)
#define _byteswap_ushort(Value)     __builtin_bswap16(Value)
#define _byteswap_ulong(Value)      __builtin_bswap32(Value)
#define _byteswap_uint64(Value)     __builtin_bswap64(Value)
