/*
 * Narrow strings: what the compiler may call, and the comparison names are matched with.
 */
#include "rtlp.h"

SIZE_T
strlen(const char *String)
{
    SIZE_T Length = 0;

    while (String[Length] != '\0') {
        Length += 1;
        RTLP_KEEP_LOOP();
    }
    return Length;
}

int
strcmp(const char *First, const char *Second)
{
    return strncmp(First, Second, MAXULONG_PTR);
}

int
strncmp(const char *First, const char *Second, SIZE_T Length)
{
    for (SIZE_T Index = 0; Index < Length; Index++) {
        UCHAR Left = (UCHAR)First[Index];
        UCHAR Right = (UCHAR)Second[Index];

        if (Left != Right || Left == '\0') {
            return Left - Right;
        }
    }
    return 0;
}
