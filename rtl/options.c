/*
 * Words of the kernel's command line: `name=value` or `name`, parted by blanks.
 *
 * Pure text: no memory is allocated or changed, so it works from the first instruction
 * on, and natively in tests/host/. The last of several equal names wins, so that what
 * fw_cfg adds at the end overrides what stands in grub.cfg.
 */
#include "rtlp.h"

static BOOLEAN
RtlpIsBlank(CHAR Character)
{
    return Character == ' ' || Character == '\t' || Character == '\n' ||
           Character == '\r';
}

static const CHAR *
RtlpSkipBlanks(const CHAR *Text)
{
    while (RtlpIsBlank(*Text)) {
        Text++;
    }
    return Text;
}

static const CHAR *
RtlpSkipWord(const CHAR *Text)
{
    while (*Text != '\0' && !RtlpIsBlank(*Text)) {
        Text++;
    }
    return Text;
}

const CHAR *
RtlQueryOption(const CHAR *Options, const CHAR *Name, ULONG *Length)
{
    SIZE_T NameLength = strlen(Name);
    const CHAR *Found = NULL;
    const CHAR *Word = RtlpSkipBlanks(Options);

    while (*Word != '\0') {
        const CHAR *End = RtlpSkipWord(Word);

        if ((SIZE_T)(End - Word) >= NameLength && strncmp(Word, Name, NameLength) == 0) {
            const CHAR *Value = Word + NameLength;

            /* A bare word has an empty value, which begins where the word ends. */
            if (Value == End || *Value == '=') {
                Found = Value == End ? End : Value + 1;
                *Length = (ULONG)(End - Found);
            }
        }
        Word = RtlpSkipBlanks(End);
    }
    return Found;
}

BOOLEAN
RtlIsOption(const CHAR *Options, const CHAR *Name, const CHAR *Value)
{
    ULONG Length;
    const CHAR *Found = RtlQueryOption(Options, Name, &Length);

    return Found != NULL && Length == strlen(Value) && memcmp(Found, Value, Length) == 0;
}

ULONG
RtlQueryNumber(const CHAR *Options, const CHAR *Name, ULONG Default)
{
    ULONG Length;
    ULONG64 Number;
    const CHAR *Value = RtlQueryOption(Options, Name, &Length);

    if (Value == NULL || !RtlParseNumber(Value, Length, &Number) || Number > MAXULONG) {
        return Default;
    }
    return (ULONG)Number;
}
