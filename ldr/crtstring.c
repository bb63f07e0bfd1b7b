/*
 * Narrow-string routines as drivers import them. They do what C says of them, without
 * bounds of their own: the caller's buffers are the caller's word.
 */
#include "ldrp.h"
#include "crt.h"
#include <internal/rtl.h>

SIZE_T NTAPI
LdrpStrlen(const CHAR *String)
{
    return strlen(String);
}
EXPORT_AS(strlen, LdrpStrlen);

INT NTAPI
LdrpStrcmp(const CHAR *First, const CHAR *Second)
{
    return strcmp(First, Second);
}
EXPORT_AS(strcmp, LdrpStrcmp);

INT NTAPI
LdrpStrncmp(const CHAR *First, const CHAR *Second, SIZE_T Count)
{
    return strncmp(First, Second, Count);
}
EXPORT_AS(strncmp, LdrpStrncmp);

INT NTAPI
LdrpStricmp(const CHAR *First, const CHAR *Second)
{
    return RtlCompareTextNoCase(First, Second, MAXULONG_PTR);
}
EXPORT_AS(_stricmp, LdrpStricmp);

INT NTAPI
LdrpStrnicmp(const CHAR *First, const CHAR *Second, SIZE_T Count)
{
    return RtlCompareTextNoCase(First, Second, Count);
}
EXPORT_AS(_strnicmp, LdrpStrnicmp);

CHAR *NTAPI
LdrpStrcpy(CHAR *Destination, const CHAR *Source)
{
    return memcpy(Destination, Source, strlen(Source) + 1);
}
EXPORT_AS(strcpy, LdrpStrcpy);

/* Copies Count characters, with zeros after a shorter Source; a longer one is not ended.
 */
CHAR *NTAPI
LdrpStrncpy(CHAR *Destination, const CHAR *Source, SIZE_T Count)
{
    SIZE_T Index = 0;

    for (; Index < Count && Source[Index] != '\0'; Index++) {
        Destination[Index] = Source[Index];
    }
    memset(Destination + Index, 0, Count - Index);
    return Destination;
}
EXPORT_AS(strncpy, LdrpStrncpy);

CHAR *NTAPI
LdrpStrcat(CHAR *Destination, const CHAR *Source)
{
    LdrpStrcpy(Destination + strlen(Destination), Source);
    return Destination;
}
EXPORT_AS(strcat, LdrpStrcat);

/* Adds at most Count characters and a terminator. */
CHAR *NTAPI
LdrpStrncat(CHAR *Destination, const CHAR *Source, SIZE_T Count)
{
    CHAR *End = Destination + strlen(Destination);
    SIZE_T Index = 0;

    for (; Index < Count && Source[Index] != '\0'; Index++) {
        End[Index] = Source[Index];
    }
    End[Index] = '\0';
    return Destination;
}
EXPORT_AS(strncat, LdrpStrncat);

CHAR *NTAPI
LdrpStrchr(const CHAR *String, INT Character)
{
    for (; *String != (CHAR)Character; String++) {
        if (*String == '\0') {
            return NULL;
        }
    }
    return (CHAR *)String;
}
EXPORT_AS(strchr, LdrpStrchr);

CHAR *NTAPI
LdrpStrrchr(const CHAR *String, INT Character)
{
    const CHAR *Last = NULL;

    for (;; String++) {
        if (*String == (CHAR)Character) {
            Last = String;
        }
        if (*String == '\0') {
            return (CHAR *)Last;
        }
    }
}
EXPORT_AS(strrchr, LdrpStrrchr);

CHAR *NTAPI
LdrpStrstr(const CHAR *String, const CHAR *Sought)
{
    SIZE_T Length = strlen(Sought);

    for (;; String++) {
        if (strncmp(String, Sought, Length) == 0) {
            return (CHAR *)String;
        }
        if (*String == '\0') {
            return NULL;
        }
    }
}
EXPORT_AS(strstr, LdrpStrstr);
