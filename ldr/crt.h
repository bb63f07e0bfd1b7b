/*
 * The C runtime as drivers import it: entries of the NTAPI convention under names of our
 * own, which the export table maps to the public ones. tests/host/ calls them too.
 */
#pragma once

#include <wdm.h>
#include <wdm/context.h>

/* crtmemory.c */
PVOID NTAPI LdrpMemcpy(PVOID Destination, const VOID *Source, SIZE_T Count);
PVOID NTAPI LdrpMemmove(PVOID Destination, const VOID *Source, SIZE_T Count);
PVOID NTAPI LdrpMemset(PVOID Destination, INT Value, SIZE_T Count);
INT NTAPI LdrpMemcmp(const VOID *First, const VOID *Second, SIZE_T Count);
PVOID NTAPI LdrpMemchr(const VOID *Buffer, INT Value, SIZE_T Count);
VOID NTAPI LdrpFillMemory(PVOID Destination, SIZE_T Length, INT Fill);
VOID NTAPI LdrpZeroMemory(PVOID Destination, SIZE_T Length);

/* crtstring.c */
SIZE_T NTAPI LdrpStrlen(const CHAR *String);
INT NTAPI LdrpStrcmp(const CHAR *First, const CHAR *Second);
INT NTAPI LdrpStrncmp(const CHAR *First, const CHAR *Second, SIZE_T Count);
INT NTAPI LdrpStricmp(const CHAR *First, const CHAR *Second);
INT NTAPI LdrpStrnicmp(const CHAR *First, const CHAR *Second, SIZE_T Count);
CHAR *NTAPI LdrpStrcpy(CHAR *Destination, const CHAR *Source);
CHAR *NTAPI LdrpStrncpy(CHAR *Destination, const CHAR *Source, SIZE_T Count);
CHAR *NTAPI LdrpStrcat(CHAR *Destination, const CHAR *Source);
CHAR *NTAPI LdrpStrncat(CHAR *Destination, const CHAR *Source, SIZE_T Count);
CHAR *NTAPI LdrpStrchr(const CHAR *String, INT Character);
CHAR *NTAPI LdrpStrrchr(const CHAR *String, INT Character);
CHAR *NTAPI LdrpStrstr(const CHAR *String, const CHAR *Sought);

/* crtwide.c */
SIZE_T NTAPI LdrpWcslen(const WCHAR *String);
INT NTAPI LdrpWcscmp(const WCHAR *First, const WCHAR *Second);
INT NTAPI LdrpWcsncmp(const WCHAR *First, const WCHAR *Second, SIZE_T Count);
INT NTAPI LdrpWcsicmp(const WCHAR *First, const WCHAR *Second);
INT NTAPI LdrpWcsnicmp(const WCHAR *First, const WCHAR *Second, SIZE_T Count);
WCHAR *NTAPI LdrpWcscpy(WCHAR *Destination, const WCHAR *Source);
WCHAR *NTAPI LdrpWcsncpy(WCHAR *Destination, const WCHAR *Source, SIZE_T Count);
WCHAR *NTAPI LdrpWcscat(WCHAR *Destination, const WCHAR *Source);
WCHAR *NTAPI LdrpWcschr(const WCHAR *String, WCHAR Character);
WCHAR *NTAPI LdrpWcsstr(const WCHAR *String, const WCHAR *Sought);

/* crtprint.c */
INT NTAPI LdrpVsnprintf(CHAR *Buffer, SIZE_T Count, const CHAR *Format,
                        NTVALIST Arguments);
INT NTAPI LdrpVsnwprintf(WCHAR *Buffer, SIZE_T Count, const WCHAR *Format,
                         NTVALIST Arguments);
INT NTAPI LdrpVsprintf(CHAR *Buffer, const CHAR *Format, NTVALIST Arguments);
INT NTAPI LdrpSnprintf(CHAR *Buffer, SIZE_T Count, const CHAR *Format, ...);
INT NTAPI LdrpSnwprintf(WCHAR *Buffer, SIZE_T Count, const WCHAR *Format, ...);
INT NTAPI LdrpSprintf(CHAR *Buffer, const CHAR *Format, ...);
INT NTAPI LdrpSwprintf(WCHAR *Buffer, const WCHAR *Format, ...);

/* chkstk.c, exception.c */
VOID LdrpProbeStack(VOID);
LONG NTAPI LdrpExceptionHandler(PEXCEPTION_RECORD ExceptionRecord, PVOID EstablisherFrame,
                                PVOID ContextRecord, PVOID DispatcherContext);
