/*
 * Host test of memory, strings, counted strings, numbers and GUIDs, and of what drivers
 * import under the C runtime's names.
 *
 * The routines that share names with the host's C library are renamed here, so that the
 * kernel's own are what is tested.
 */
#include "check.h"

#define memcpy  TestMemcpy
#define memmove TestMemmove
#define memset  TestMemset
#define memcmp  TestMemcmp
#define strlen  TestStrlen
#define strcmp  TestStrcmp
#define strncmp TestStrncmp

#include "../../rtl/memory.c"
#include "../../rtl/string.c"
#include "../../rtl/nocase.c"
#include "../../rtl/number.c"
#include "../../rtl/compare.c"
#include "../../rtl/unicode.c"
#include "../../rtl/convert.c"
#include "../../rtl/guid.c"
#include "../../ldr/crtstring.c"
#include "../../ldr/crtwide.c"

/* Moves every length between every pair of places and compares with a byte-wise model. */
static void
TestMove(void)
{
    UCHAR Bytes[48], Model[48], Saved[48];
    int Right = 1;

    for (ULONG Length = 0; Length <= 20; Length++) {
        for (ULONG Place = 0; Place < 24 * 24; Place++) {
            ULONG From = Place / 24, To = Place % 24;

            for (ULONG Index = 0; Index < sizeof(Bytes); Index++) {
                Saved[Index] = Bytes[Index] = Model[Index] = (UCHAR)(Index * 7);
            }
            for (ULONG Index = 0; Index < Length; Index++) {
                Model[To + Index] = Saved[From + Index];
            }
            Right &= memmove(Bytes + To, Bytes + From, Length) == Bytes + To;
            Right &= memcmp(Bytes, Model, sizeof(Bytes)) == 0;
        }
    }
    Check(Right, "memmove: every overlap");
}

static void
TestMemory(void)
{
    UCHAR Bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};

    Check(memset(Bytes + 1, 0x155, 3) == Bytes + 1 && Bytes[0] == 1 && Bytes[1] == 0x55 &&
              Bytes[3] == 0x55 && Bytes[4] == 5,
          "memset: the low byte, and no more bytes than asked");
    Check(memcmp("\x01", "\xFF", 1) < 0 && memcmp("b", "a", 0) == 0, "memcmp: unsigned");
    Check(RtlCompareMemory("abcd", "abxd", 4) == 2,
          "RtlCompareMemory counts equal bytes");
}

static void
TestNarrow(void)
{
    CHAR Text[8] = "#######";

    Check(strcmp("a", "b") < 0 && strcmp("a", "a") == 0 && strcmp("\x80", "a") > 0,
          "strcmp");
    Check(strncmp("abc", "abd", 2) == 0 && strncmp("abc", "abd", 3) < 0, "strncmp");
    Check(RtlCompareTextNoCase("HAL.dll", "hal.DLL", 8) == 0 &&
              RtlCompareTextNoCase("a[", "a{", 2) != 0,
          "RtlCompareTextNoCase: letters only");
    Check(LdrpStrncpy(Text, "ab", 4) == Text && Text[3] == '\0' && Text[4] == '#',
          "strncpy");
    Check(strcmp(LdrpStrncat(Text, "cdef", 2), "abcd") == 0, "strncat");
    Check(LdrpStrstr("interrupt", "rup") != NULL && LdrpStrstr("x", "xy") == NULL,
          "strstr");
    Check(*LdrpStrrchr("a.b.c", '.') == '.' && LdrpStrchr("abc", 'd') == NULL, "strchr");
    Check(LdrpStrchr("abc", 0)[0] == '\0', "strchr finds the terminator");
}

static void
TestWide(void)
{
    WCHAR Text[8] = L"#######";

    Check(LdrpWcscmp(L"ab", L"abc") < 0 && LdrpWcsicmp(L"AB", L"ab") == 0,
          "wcscmp, _wcsicmp");
    Check(LdrpWcslen(LdrpWcscat(LdrpWcscpy(Text, L"ab"), L"cd")) == 4, "wcscpy, wcscat");
    Check(LdrpWcsstr(L"\\Device\\X", L"\\X") != NULL, "wcsstr");
    Check(RtlUpcaseUnicodeChar(0xE9) == 0xC9 && RtlUpcaseUnicodeChar(0xF7) == 0xF7 &&
              RtlUpcaseUnicodeChar(0xFF) == 0x178,
          "RtlUpcaseUnicodeChar: Latin-1");
}

static void
TestCounted(void)
{
    WCHAR Buffer[6] = L"######";
    UNICODE_STRING String = {0, 10, Buffer}, Other, Odd;

    RtlInitUnicodeString(&Other, NULL);
    Check(Other.Length == 0 && Other.MaximumLength == 0 && Other.Buffer == NULL,
          "RtlInitUnicodeString: NULL is empty");
    RtlInitUnicodeString(&Other, L"abc");
    Check(Other.Length == 6 && Other.MaximumLength == 8, "lengths are bytes");
    RtlCopyUnicodeString(&String, &Other);
    Check(String.Length == 6 && Buffer[3] == 0,
          "RtlCopyUnicodeString terminates with room");
    Check(RtlAppendUnicodeToString(&String, L"de") == STATUS_SUCCESS && Buffer[5] == L'#',
          "appending fills the buffer without a terminator");
    Check(RtlAppendUnicodeToString(&String, L"f") == STATUS_BUFFER_TOO_SMALL &&
              String.Length == 10,
          "appending more changes nothing");
    Odd = String;
    Odd.MaximumLength = 5;
    RtlCopyUnicodeString(&Odd, &Other);
    Check(Odd.Length == 4, "RtlCopyUnicodeString cuts to whole characters");
    RtlInitUnicodeString(&Other, L"ABCDE");
    Odd = String;
    Odd.Length = 4;
    Odd.Buffer[1] = L'b';
    Check(RtlEqualUnicodeString(&String, &Other, TRUE) &&
              !RtlEqualUnicodeString(&String, &Other, FALSE),
          "RtlEqualUnicodeString with and without case");
    Check(RtlPrefixUnicodeString(&Odd, &Other, TRUE) &&
              !RtlPrefixUnicodeString(&Other, &Odd, TRUE),
          "RtlPrefixUnicodeString");
    Check(RtlCompareUnicodeString(&Odd, &String, FALSE) < 0, "the beginning comes first");
}

static int
ToInteger(PCWSTR Text, ULONG Base, ULONG Expected)
{
    UNICODE_STRING String;
    ULONG Value = 0;

    RtlInitUnicodeString(&String, Text);
    return RtlUnicodeStringToInteger(&String, Base, &Value) == STATUS_SUCCESS &&
           Value == Expected;
}

static void
TestNumbers(void)
{
    WCHAR Buffer[4];
    UNICODE_STRING String = {0, sizeof(Buffer), Buffer};
    ULONG64 Value;
    ULONG Unused;

    Check(RtlParseNumber("18446744073709551615", 20, &Value) && Value == MAXULONGLONG,
          "RtlParseNumber: 64 bits");
    Check(!RtlParseNumber("18446744073709551616", 20, &Value),
          "RtlParseNumber: overflow");
    Check(!RtlParseNumber("0x", 2, &Value) && !RtlParseNumber("", 0, &Value) &&
              !RtlParseNumber("12x", 3, &Value),
          "RtlParseNumber: no digits, or more than digits");
    Check(RtlParseNumber("0xfFzz", 4, &Value) && Value == 0xFF,
          "RtlParseNumber: counted");
    Check(ToInteger(L" -12z", 0, (ULONG)-12) && ToInteger(L"0x1F", 0, 31) &&
              ToInteger(L"ff", 16, 255) && ToInteger(L"0b101", 0, 5) &&
              ToInteger(L"", 0, 0),
          "RtlUnicodeStringToInteger: signs, prefixes, bases");
    Check(RtlUnicodeStringToInteger(&String, 7, &Unused) == STATUS_INVALID_PARAMETER,
          "RtlUnicodeStringToInteger: there is no base 7");
    Check(RtlIntegerToUnicodeString(0xABCD, 16, &String) == STATUS_SUCCESS &&
              String.Length == 8 && Buffer[0] == L'A',
          "RtlIntegerToUnicodeString fills the buffer");
    Check(RtlIntegerToUnicodeString(12345, 10, &String) == STATUS_BUFFER_OVERFLOW &&
              String.Length == 8,
          "RtlIntegerToUnicodeString: too long changes nothing");
}

static void
TestGuid(void)
{
    UNICODE_STRING String;
    GUID Guid;

    RtlInitUnicodeString(&String, L"{00112233-4455-6677-8899-AAbbCCDDEEFF}");
    Check(RtlGUIDFromString(&String, &Guid) == STATUS_SUCCESS &&
              Guid.Data1 == 0x00112233 && Guid.Data3 == 0x6677 && Guid.Data4[0] == 0x88 &&
              Guid.Data4[7] == 0xFF,
          "RtlGUIDFromString");
    RtlInitUnicodeString(&String, L"{00112233-4455-6677-8899-AAbbCCDDEEFG}");
    Check(RtlGUIDFromString(&String, &Guid) == STATUS_INVALID_PARAMETER, "a bad digit");
    String.Length -= 2;
    Check(RtlGUIDFromString(&String, &Guid) == STATUS_INVALID_PARAMETER, "a bad length");
}

int
main(void)
{
    TestMove();
    TestMemory();
    TestNarrow();
    TestWide();
    TestCounted();
    TestNumbers();
    TestGuid();
    return CheckVerdict();
}
