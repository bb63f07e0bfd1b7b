/*
 * The printf family as drivers import it.
 *
 * The rule of _snprintf is Microsoft's, not C's: text that fits with room is terminated;
 * text of exactly Count characters is not; longer text is cut, not terminated, and the
 * result is negative.
 */
#include "ldrp.h"
#include "crt.h"
#include <internal/rtl.h>

/* sprintf has no bound; what it writes still is less than the address space. */
#define LDRP_UNBOUNDED MAXLONG

INT NTAPI
LdrpVsnprintf(CHAR *Buffer, SIZE_T Count, const CHAR *Format, NTVALIST Arguments)
{
    SIZE_T Length = RtlFormatRawMsV(Buffer, Count, Format, FALSE, Arguments);

    if (Length < Count) {
        Buffer[Length] = '\0';
    }
    return Length > Count ? -1 : (INT)Length;
}
EXPORT_AS(_vsnprintf, LdrpVsnprintf);

INT NTAPI
LdrpVsnwprintf(WCHAR *Buffer, SIZE_T Count, const WCHAR *Format, NTVALIST Arguments)
{
    SIZE_T Length = RtlFormatRawMsV(Buffer, Count, Format, TRUE, Arguments);

    if (Length < Count) {
        Buffer[Length] = L'\0';
    }
    return Length > Count ? -1 : (INT)Length;
}
EXPORT_AS(_vsnwprintf, LdrpVsnwprintf);

INT NTAPI
LdrpVsprintf(CHAR *Buffer, const CHAR *Format, NTVALIST Arguments)
{
    return LdrpVsnprintf(Buffer, LDRP_UNBOUNDED, Format, Arguments);
}
EXPORT_AS(vsprintf, LdrpVsprintf);

INT NTAPI
LdrpSnprintf(CHAR *Buffer, SIZE_T Count, const CHAR *Format, ...)
{
    NTVALIST Arguments;
    INT Length;

    __builtin_ms_va_start(Arguments, Format);
    Length = LdrpVsnprintf(Buffer, Count, Format, Arguments);
    __builtin_ms_va_end(Arguments);
    return Length;
}
EXPORT_AS(_snprintf, LdrpSnprintf);

INT NTAPI
LdrpSnwprintf(WCHAR *Buffer, SIZE_T Count, const WCHAR *Format, ...)
{
    NTVALIST Arguments;
    INT Length;

    __builtin_ms_va_start(Arguments, Format);
    Length = LdrpVsnwprintf(Buffer, Count, Format, Arguments);
    __builtin_ms_va_end(Arguments);
    return Length;
}
EXPORT_AS(_snwprintf, LdrpSnwprintf);

INT NTAPI
LdrpSprintf(CHAR *Buffer, const CHAR *Format, ...)
{
    NTVALIST Arguments;
    INT Length;

    __builtin_ms_va_start(Arguments, Format);
    Length = LdrpVsnprintf(Buffer, LDRP_UNBOUNDED, Format, Arguments);
    __builtin_ms_va_end(Arguments);
    return Length;
}
EXPORT_AS(sprintf, LdrpSprintf);

/* Of the two shapes swprintf has had, the kernel's: without a count. */
INT NTAPI
LdrpSwprintf(WCHAR *Buffer, const WCHAR *Format, ...)
{
    NTVALIST Arguments;
    INT Length;

    __builtin_ms_va_start(Arguments, Format);
    Length = LdrpVsnwprintf(Buffer, LDRP_UNBOUNDED, Format, Arguments);
    __builtin_ms_va_end(Arguments);
    return Length;
}
EXPORT_AS(swprintf, LdrpSwprintf);
