/*
 * Host test of boot options: words, values, numbers, and lines that are not as they
 * should be.
 */
#include "check.h"

#include "../../rtl/number.c"
#include "../../rtl/options.c"

static int
HasValue(const CHAR *Options, const CHAR *Name, const CHAR *Expected)
{
    ULONG Length = 0;
    const CHAR *Value = RtlQueryOption(Options, Name, &Length);

    return Value != NULL && Length == strlen(Expected) &&
           strncmp(Value, Expected, Length) == 0;
}

int
main(void)
{
    static const CHAR Line[] = "  cpus=4 quiet\tbase=0x1F name=e1000.sys empty= cpus=2 ";
    ULONG Length;

    Check(HasValue(Line, "name", "e1000.sys"), "a value ends at the blank behind it");
    Check(HasValue(Line, "quiet", ""), "a bare word is present and has an empty value");
    Check(HasValue(Line, "empty", ""), "name= has an empty value");
    Check(HasValue(Line, "cpus", "2"), "of two equal names the last wins");
    Check(RtlQueryOption(Line, "cpu", &Length) == NULL, "a name is matched whole");
    Check(RtlQueryOption(Line, "1000", &Length) == NULL, "a value is not a name");
    Check(RtlQueryOption("", "x", &Length) == NULL, "an empty line holds nothing");
    Check(RtlQueryOption("   ", "x", &Length) == NULL, "blanks hold nothing");
    Check(HasValue("x", "x", ""), "a line of one bare word");
    Check(HasValue("a==b", "a", "=b"), "only the first = parts name and value");
    Check(RtlIsOption(Line, "cpus", "2"), "an option is equal to its last value");
    Check(!RtlIsOption(Line, "cpus", "4"), "not to an earlier one");
    Check(!RtlIsOption(Line, "name", "e1000"), "nor to the beginning of its value");
    Check(!RtlIsOption(Line, "name", "e1000.sys "), "nor to more than its value");
    Check(!RtlIsOption(Line, "absent", ""), "an absent option has no value");
    Check(RtlQueryNumber(Line, "cpus", 9) == 2, "a decimal number");
    Check(RtlQueryNumber(Line, "base", 9) == 0x1F, "a hex number");
    Check(RtlQueryNumber(Line, "absent", 9) == 9, "an absent name gives the default");
    Check(RtlQueryNumber(Line, "name", 9) == 9, "text gives the default");
    Check(RtlQueryNumber(Line, "empty", 9) == 9, "an empty value gives the default");
    Check(RtlQueryNumber("a=4294967295", "a", 9) == 4294967295U, "32 bits fit");
    Check(RtlQueryNumber("a=4294967296", "a", 9) == 9, "33 bits do not");
    Check(RtlQueryNumber("a=-1", "a", 9) == 9, "there are no negative numbers");
    return CheckVerdict();
}
