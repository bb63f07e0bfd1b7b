/*
 * Host test of a device's processors: lists, what is refused, who chooses, and whose turn
 * it is.
 * sources: rtl/number.c rtl/options.c rtl/format.c rtl/output.c
 */
#include "check.h"

#include "../../io/processors.c"

const CHAR *IopOptions = "";
static KAFFINITY Active = 0xF;

KAFFINITY
NTAPI
KeQueryActiveProcessors(VOID)
{
    return Active;
}

static KAFFINITY
Parse(const CHAR *Text)
{
    KAFFINITY Processors = 0;

    return IopParseProcessors(Text, strlen(Text), &Processors) ? Processors : 0;
}

static void
TestLists(void)
{
    Check(Parse("0") == 1 && Parse("3") == 8, "one number is one processor");
    Check(Parse("0,2") == 5 && Parse("2,0,2") == 5, "a list, in any order");
    Check(Parse("63") == 1ULL << 63, "the last there can be");
    Check(Parse("all") == ~0ULL, "all of them");
    Check(Parse("64") == 0 && Parse("0,64") == 0, "no machine has a processor 64");
    Check(Parse("") == 0 && Parse(",") == 0 && Parse("0,") == 0 && Parse(",1") == 0 &&
              Parse("0,,1") == 0,
          "an empty item is refused");
    Check(Parse("ALL") == 0 && Parse("all,1") == 0 && Parse("1 2") == 0 &&
              Parse("-1") == 0 && Parse("alle") == 0,
          "so is everything else");
}

static void
TestChoice(void)
{
    IOP_MODULE Module = {.Processors = 0x3};

    IopOptions = "quiet irqcpu=2,3 hold";
    Check(IopChooseProcessors(&Module) == 0x3, "the module's word comes first");
    Module.Processors = 0;
    Check(IopChooseProcessors(&Module) == 0xC, "then the boot option, to its blank");
    IopOptions = "irqcpu=all";
    Check(IopChooseProcessors(&Module) == 0xF, "all: those that are up [AFF-4]");
    IopOptions = "irqcpu=1,x";
    Check(IopChooseProcessors(&Module) == 0x1, "an option that is no list is not there");
    Module.Processors = 0x12;
    Check(IopChooseProcessors(&Module) == 0x2, "of the module's those that are up");
    Module.Processors = 0x30;
    Check(IopChooseProcessors(&Module) == 0x2, "none is up: as if not given, in turn");
    Active = 0x9;
    Check(IopChooseProcessors(&Module) == 0x8, "the turn passes those that are not up");
    Check(IopChooseProcessors(&Module) == 0x1, "and begins again");
}

static void
TestText(void)
{
    CHAR Text[32], Short[8];

    IopFormatProcessors(0x4, Text, sizeof(Text));
    Check(strcmp(Text, "processor 2") == 0, "one as text");
    IopFormatProcessors(0xFF, Text, sizeof(Text));
    Check(strcmp(Text, "processors 0,1,2,3,4,5,6,7") == 0,
          "as many as one interrupt has");
    IopFormatProcessors(~0ULL, Short, sizeof(Short));
    Check(strlen(Short) == sizeof(Short) - 1, "cut where the buffer ends");
}

int
main(void)
{
    TestLists();
    TestChoice();
    TestText();
    return CheckVerdict();
}
