/*
 * Wide-string routines as drivers import them; characters are 16 bits.
 */
#include "ldrp.h"
#include "crt.h"
#include <internal/rtl.h>

SIZE_T NTAPI
LdrpWcslen(const WCHAR *String)
{
    SIZE_T Length = 0;

    while (String[Length] != L'\0') {
        Length += 1;
    }
    return Length;
}
EXPORT_AS(wcslen, LdrpWcslen);

INT NTAPI
LdrpWcsncmp(const WCHAR *First, const WCHAR *Second, SIZE_T Count)
{
    for (SIZE_T Index = 0; Index < Count; Index++) {
        if (First[Index] != Second[Index] || First[Index] == L'\0') {
            return (INT)First[Index] - (INT)Second[Index];
        }
    }
    return 0;
}
EXPORT_AS(wcsncmp, LdrpWcsncmp);

INT NTAPI
LdrpWcscmp(const WCHAR *First, const WCHAR *Second)
{
    return LdrpWcsncmp(First, Second, MAXULONG_PTR);
}
EXPORT_AS(wcscmp, LdrpWcscmp);

INT NTAPI
LdrpWcsnicmp(const WCHAR *First, const WCHAR *Second, SIZE_T Count)
{
    for (SIZE_T Index = 0; Index < Count; Index++) {
        INT Left = RtlUpcaseUnicodeChar(First[Index]);
        INT Right = RtlUpcaseUnicodeChar(Second[Index]);

        if (Left != Right || Left == L'\0') {
            return Left - Right;
        }
    }
    return 0;
}
EXPORT_AS(_wcsnicmp, LdrpWcsnicmp);

INT NTAPI
LdrpWcsicmp(const WCHAR *First, const WCHAR *Second)
{
    return LdrpWcsnicmp(First, Second, MAXULONG_PTR);
}
EXPORT_AS(_wcsicmp, LdrpWcsicmp);

WCHAR *NTAPI
LdrpWcscpy(WCHAR *Destination, const WCHAR *Source)
{
    return memcpy(Destination, Source, (LdrpWcslen(Source) + 1) * sizeof(WCHAR));
}
EXPORT_AS(wcscpy, LdrpWcscpy);

/* Copies Count characters, with zeros after a shorter Source; a longer one is not ended.
 */
WCHAR *NTAPI
LdrpWcsncpy(WCHAR *Destination, const WCHAR *Source, SIZE_T Count)
{
    SIZE_T Index = 0;

    for (; Index < Count && Source[Index] != L'\0'; Index++) {
        Destination[Index] = Source[Index];
    }
    memset(Destination + Index, 0, (Count - Index) * sizeof(WCHAR));
    return Destination;
}
EXPORT_AS(wcsncpy, LdrpWcsncpy);

WCHAR *NTAPI
LdrpWcscat(WCHAR *Destination, const WCHAR *Source)
{
    LdrpWcscpy(Destination + LdrpWcslen(Destination), Source);
    return Destination;
}
EXPORT_AS(wcscat, LdrpWcscat);

WCHAR *NTAPI
LdrpWcschr(const WCHAR *String, WCHAR Character)
{
    for (; *String != Character; String++) {
        if (*String == L'\0') {
            return NULL;
        }
    }
    return (WCHAR *)String;
}
EXPORT_AS(wcschr, LdrpWcschr);

WCHAR *NTAPI
LdrpWcsstr(const WCHAR *String, const WCHAR *Sought)
{
    SIZE_T Length = LdrpWcslen(Sought);

    for (;; String++) {
        if (LdrpWcsncmp(String, Sought, Length) == 0) {
            return (WCHAR *)String;
        }
        if (*String == L'\0') {
            return NULL;
        }
    }
}
EXPORT_AS(wcsstr, LdrpWcsstr);
