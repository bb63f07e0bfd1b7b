/*
 * Host test of the formatter, by both calling conventions, and of Microsoft's _snprintf.
 */
#include "check.h"

#include "../../rtl/number.c"
#include "../../rtl/output.c"
#include "../../rtl/format.c"
#include "../../ldr/crtprint.c"

static CHAR Text[256];

/* Formats by the System V and by the Microsoft path and compares both with Expected. */
#define CHECK_FORMAT(Expected, ...)                                                      \
    do {                                                                                 \
        ULONG Length = RtlFormat(Text, sizeof(Text), __VA_ARGS__);                       \
        int Same = strcmp(Text, Expected) == 0 && Length == strlen(Expected);            \
        Length = (ULONG)LdrpSnprintf(Text, sizeof(Text), __VA_ARGS__);                   \
        Same &= strcmp(Text, Expected) == 0 && Length == strlen(Expected);               \
        Check(Same, "prints " Expected);                                                 \
    } while (0)

static void
TestIntegers(void)
{
    CHECK_FORMAT("-1 4294967295 ffffffff FFFFFFFF", "%d %u %x %X", -1, -1, -1, -1);
    CHECK_FORMAT("-2147483648 0", "%i %d", -2147483647 - 1, 0);
    CHECK_FORMAT("17 0x1f 0X1F 017", "%o %#x %#X %#o", 15, 31, 31, 15);
    CHECK_FORMAT("00042|42   |   42|+42| 42", "%05d|%-5d|%5d|%+d|% d", 42, 42, 42, 42,
                 42);
    CHECK_FORMAT("0042|  0042", "%.4d|%6.4d", 42, 42);
    CHECK_FORMAT("-0042|[]", "%05d|[%.0d]", -42, 0);
    CHECK_FORMAT("  7|7  |007", "%*d|%*d|%.*d", 3, 7, -3, 7, 3, 7);
    CHECK_FORMAT("ff 1234 -1 52", "%hhx %hx %hd %hhd", 0xABFF, 0xAB1234, 0xFFFF, 0x134);
    CHECK_FORMAT("123456789abcdef0 9abcdef0", "%I64x %lx", 0x123456789ABCDEF0ULL,
                 0x123456789ABCDEF0ULL);
    CHECK_FORMAT("-5 18446744073709551615 12345678", "%lld %llu %I32x", -5LL, -1LL,
                 0x12345678);
    CHECK_FORMAT("FFFF800012345678 0000000000000000", "%p %p",
                 (PVOID)0xFFFF800012345678ULL, NULL);
    CHECK_FORMAT("1 2 3 4 5 6 7 8 9 10", "%d %d %d %d %d %d %d %d %d %d", 1, 2, 3, 4, 5,
                 6, 7, 8, 9, 10);
}

static void
TestText(void)
{
    static WCHAR Wide[] = L"wide";
    UNICODE_STRING Counted = {6, 8, Wide};
    UNICODE_STRING Empty = {0, 0, NULL};
    ANSI_STRING Narrow = {3, 3, (PCHAR) "abc"};

    CHECK_FORMAT("x|  ab|ab  |a", "%s|%4s|%-4s|%.1s", "x", "ab", "ab", "ab");
    CHECK_FORMAT("wide wide wide wi", "%ws %ls %S %.2ws", Wide, Wide, Wide, Wide);
    CHECK_FORMAT("[wid] [abc] [ wid]", "[%wZ] [%Z] [%4wZ]", &Counted, &Narrow, &Counted);
    CHECK_FORMAT("(null) (null) (null) (null)", "%s %ws %wZ %wZ", NULL, NULL, NULL,
                 &Empty);
    CHECK_FORMAT("c w %", "%c %wc %%", 'c', L'w');
    CHECK_FORMAT("?", "%ws", L"\u20AC");
    CHECK_FORMAT("%q %", "%q %");
    CHECK_FORMAT("%5", "%5");
}

static void
TestBounds(void)
{
    CHAR Small[4] = {'#', '#', '#', '#'};

    Check(RtlFormat(Small, 3, "%s", "abcdef") == 6 && strcmp(Small, "ab") == 0 &&
              Small[3] == '#',
          "a short buffer is cut, terminated, and not overrun");
    Check(RtlFormat(NULL, 0, "%d", 12345) == 5, "no buffer at all gives the length");
    Check(RtlFormat(Text, sizeof(Text), "%999999999d", 1) == RTLP_MAXIMUM_FIELD,
          "a width from a hostile format is bounded");
    Check(RtlFormat(Text, sizeof(Text), "%*d", MINLONG, 1) == RTLP_MAXIMUM_FIELD,
          "so is one from an argument");
}

static void
TestMicrosoft(void)
{
    CHAR Small[4] = {'#', '#', '#', '#'};
    WCHAR Wide[16];

    Check(LdrpSnprintf(Small, 3, "abc") == 3 && Small[3] == '#' && Small[2] == 'c',
          "_snprintf: text that fills the buffer is not terminated");
    Check(LdrpSnprintf(Small, 3, "abcd") == -1 && Small[3] == '#',
          "_snprintf: text that is cut gives a negative result");
    Check(LdrpSnprintf(Small, 3, "ab") == 2 && Small[2] == '\0',
          "_snprintf: room is used");
    Check(LdrpSnwprintf(Wide, 16, L"%s-%S-%d", L"w", "n", 5) == 5 && Wide[0] == L'w' &&
              Wide[2] == L'n' && Wide[4] == L'5' && Wide[5] == L'\0',
          "_snwprintf: %s is wide, %S narrow");
    Check(LdrpSwprintf(Wide, L"%hs %wZ", "n", NULL) == 8, "swprintf");
    Check(LdrpSnprintf(Text, sizeof(Text), "%f %d", 1.5, 7) == 4 && Text[3] == '7',
          "a floating-point argument is passed over");
}

int
main(void)
{
    TestIntegers();
    TestText();
    TestBounds();
    TestMicrosoft();
    return CheckVerdict();
}
