/*
 * Memory routines as drivers import them.
 *
 * The kernel's own memcpy and its kin are System V functions, which the compiler calls by
 * those names. A driver calls the same names by the NTAPI convention, so the export table
 * maps each name to an entry here that translates.
 */
#include "ldrp.h"
#include "crt.h"
#include <internal/rtl.h>

PVOID NTAPI
LdrpMemcpy(PVOID Destination, const VOID *Source, SIZE_T Count)
{
    return memcpy(Destination, Source, Count);
}
EXPORT_AS(memcpy, LdrpMemcpy);

PVOID NTAPI
LdrpMemmove(PVOID Destination, const VOID *Source, SIZE_T Count)
{
    return memmove(Destination, Source, Count);
}
EXPORT_AS(memmove, LdrpMemmove);

PVOID NTAPI
LdrpMemset(PVOID Destination, INT Value, SIZE_T Count)
{
    return memset(Destination, Value, Count);
}
EXPORT_AS(memset, LdrpMemset);

INT NTAPI
LdrpMemcmp(const VOID *First, const VOID *Second, SIZE_T Count)
{
    return memcmp(First, Second, Count);
}
EXPORT_AS(memcmp, LdrpMemcmp);

/* The first byte equal to Value, or NULL. */
PVOID NTAPI
LdrpMemchr(const VOID *Buffer, INT Value, SIZE_T Count)
{
    const UCHAR *Bytes = Buffer;

    for (SIZE_T Index = 0; Index < Count; Index++) {
        if (Bytes[Index] == (UCHAR)Value) {
            return (PVOID)&Bytes[Index];
        }
    }
    return NULL;
}
EXPORT_AS(memchr, LdrpMemchr);

/* The Rtl forms return nothing; as macros they are gone before the linker, as imports
 * not. */
VOID NTAPI
LdrpFillMemory(PVOID Destination, SIZE_T Length, INT Fill)
{
    memset(Destination, Fill, Length);
}
EXPORT_AS(RtlFillMemory, LdrpFillMemory);

VOID NTAPI
LdrpZeroMemory(PVOID Destination, SIZE_T Length)
{
    memset(Destination, 0, Length);
}
EXPORT_AS(RtlZeroMemory, LdrpZeroMemory);
EXPORT_AS(RtlMoveMemory, LdrpMemmove);
EXPORT_AS(RtlCopyMemory, LdrpMemmove);
