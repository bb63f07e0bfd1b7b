/*
 * Bounded string routines, for driver code. Cb routines count bytes, Cch characters; a
 * result that does not fit is cut, terminated, and answered STATUS_BUFFER_OVERFLOW.
 * PASSIVE_LEVEL for wide formats, any level otherwise.
 *
 * They are built on the kernel's _vsnprintf and _vsnwprintf, which drivers import; the
 * kernel itself formats with its own routines and has no use for them.
 */
#pragma once

#include <ntstatus.h>
#include <wdm/rtl.h>

#define NTSTRSAFE_MAX_CCH 2147483647U

#if !defined(__ELF__)

FORCEINLINE NTSTATUS
RtlStringCchVPrintfA(char *Dest, size_t CchDest, const char *Format, va_list Arguments)
{
    int Written;

    if (CchDest == 0 || CchDest > NTSTRSAFE_MAX_CCH) {
        return STATUS_INVALID_PARAMETER;
    }
    Written = _vsnprintf(Dest, CchDest - 1, Format, Arguments);
    if (Written < 0 || (size_t)Written >= CchDest) {
        Dest[CchDest - 1] = 0;
        return STATUS_BUFFER_OVERFLOW;
    }
    Dest[Written] = 0;
    return STATUS_SUCCESS;
}

FORCEINLINE NTSTATUS
RtlStringCchVPrintfW(wchar_t *Dest, size_t CchDest, const wchar_t *Format,
                     va_list Arguments)
{
    int Written;

    if (CchDest == 0 || CchDest > NTSTRSAFE_MAX_CCH) {
        return STATUS_INVALID_PARAMETER;
    }
    Written = _vsnwprintf(Dest, CchDest - 1, Format, Arguments);
    if (Written < 0 || (size_t)Written >= CchDest) {
        Dest[CchDest - 1] = 0;
        return STATUS_BUFFER_OVERFLOW;
    }
    Dest[Written] = 0;
    return STATUS_SUCCESS;
}

static __inline__ NTSTATUS
RtlStringCchPrintfA(char *Dest, size_t CchDest, const char *Format, ...)
{
    va_list Arguments;
    NTSTATUS Status;

    va_start(Arguments, Format);
    Status = RtlStringCchVPrintfA(Dest, CchDest, Format, Arguments);
    va_end(Arguments);
    return Status;
}

static __inline__ NTSTATUS
RtlStringCchPrintfW(wchar_t *Dest, size_t CchDest, const wchar_t *Format, ...)
{
    va_list Arguments;
    NTSTATUS Status;

    va_start(Arguments, Format);
    Status = RtlStringCchVPrintfW(Dest, CchDest, Format, Arguments);
    va_end(Arguments);
    return Status;
}

FORCEINLINE NTSTATUS
RtlStringCchCopyA(char *Dest, size_t CchDest, const char *Source)
{
    size_t Index;

    if (CchDest == 0 || CchDest > NTSTRSAFE_MAX_CCH) {
        return STATUS_INVALID_PARAMETER;
    }
    for (Index = 0; Index < CchDest - 1 && Source[Index] != 0; Index++) {
        Dest[Index] = Source[Index];
    }
    Dest[Index] = 0;
    return Source[Index] == 0 ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
}

FORCEINLINE NTSTATUS
RtlStringCchCopyW(wchar_t *Dest, size_t CchDest, const wchar_t *Source)
{
    size_t Index;

    if (CchDest == 0 || CchDest > NTSTRSAFE_MAX_CCH) {
        return STATUS_INVALID_PARAMETER;
    }
    for (Index = 0; Index < CchDest - 1 && Source[Index] != 0; Index++) {
        Dest[Index] = Source[Index];
    }
    Dest[Index] = 0;
    return Source[Index] == 0 ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
}

FORCEINLINE NTSTATUS
RtlStringCchLengthA(const char *String, size_t CchMax, size_t *Length)
{
    size_t Index = 0;

    while (Index < CchMax && String[Index] != 0) {
        Index++;
    }
    if (Index == CchMax) {
        return STATUS_INVALID_PARAMETER;
    }
    *Length = Index;
    return STATUS_SUCCESS;
}

FORCEINLINE NTSTATUS
RtlStringCchCatA(char *Dest, size_t CchDest, const char *Source)
{
    size_t Length;
    NTSTATUS Status = RtlStringCchLengthA(Dest, CchDest, &Length);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    return RtlStringCchCopyA(Dest + Length, CchDest - Length, Source);
}

#define RtlStringCbPrintfA  RtlStringCchPrintfA
#define RtlStringCbVPrintfA RtlStringCchVPrintfA
#define RtlStringCbCopyA    RtlStringCchCopyA
#define RtlStringCbCatA     RtlStringCchCatA
#define RtlStringCbLengthA  RtlStringCchLengthA
#define RtlStringCbPrintfW(Dest, CbDest, ...)                                            \
    RtlStringCchPrintfW((Dest), (CbDest) / sizeof(wchar_t), __VA_ARGS__)
#define RtlStringCbCopyW(Dest, CbDest, Source)                                           \
    RtlStringCchCopyW((Dest), (CbDest) / sizeof(wchar_t), (Source))

#endif
