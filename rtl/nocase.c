/*
 * Letter case: ASCII for narrow text, Latin-1 for wide text.
 *
 * NT upcases by a table of the whole Basic Multilingual Plane. The names this kernel
 * matches (devices, registry values, modules) are ASCII in practice; docs/deviations.md
 * says so.
 */
#include "rtlp.h"
#include <wdm/rtl.h>

static CHAR
RtlpUpcaseAscii(CHAR Character)
{
    return (Character >= 'a' && Character <= 'z') ? (CHAR)(Character - 'a' + 'A')
                                                  : Character;
}

int
RtlCompareTextNoCase(const CHAR *First, const CHAR *Second, SIZE_T Length)
{
    for (SIZE_T Index = 0; Index < Length; Index++) {
        UCHAR Left = (UCHAR)RtlpUpcaseAscii(First[Index]);
        UCHAR Right = (UCHAR)RtlpUpcaseAscii(Second[Index]);

        if (Left != Right || Left == '\0') {
            return Left - Right;
        }
    }
    return 0;
}

/*
 * The upper-case form of one character; itself when it has none in Latin-1. Any IRQL.
 */
WCHAR
NTAPI
RtlUpcaseUnicodeChar(WCHAR SourceCharacter)
{
    BOOLEAN Ascii = SourceCharacter >= L'a' && SourceCharacter <= L'z';
    /* 0xE0..0xFE, of which 0xF7 is the division sign. 0xFF has its capital elsewhere. */
    BOOLEAN Latin =
        SourceCharacter >= 0xE0 && SourceCharacter <= 0xFE && SourceCharacter != 0xF7;

    if (SourceCharacter == 0xFF) {
        return 0x178;
    }
    return (WCHAR)(Ascii || Latin ? SourceCharacter - 0x20 : SourceCharacter);
}
