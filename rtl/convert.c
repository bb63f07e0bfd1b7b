/*
 * Latin-1 to UTF-16 and back: the character conversions, without any allocation. The
 * exported routines, which can allocate the result, are in ldr/, above the pool.
 */
#include "rtlp.h"

VOID
RtlWidenText(WCHAR *Wide, const CHAR *Narrow, SIZE_T Count)
{
    for (SIZE_T Index = 0; Index < Count; Index++) {
        Wide[Index] = (UCHAR)Narrow[Index];
    }
}

VOID
RtlNarrowText(CHAR *Narrow, const WCHAR *Wide, SIZE_T Count)
{
    for (SIZE_T Index = 0; Index < Count; Index++) {
        Narrow[Index] = (CHAR)(Wide[Index] > 0xFF ? '?' : Wide[Index]);
    }
}
