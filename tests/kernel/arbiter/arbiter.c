/*
 * The arbiter: who gets what, in which order alternatives are tried, and what is said of a
 * device that gets nothing.
 */
#include "arbiter.h"

static VOID
TestFixed(VOID)
{
    PCHILD First = NewChild();
    PCHILD Second = NewChild();

    Need(First, CmResourceTypeMemory, PAGES(1), PLACE, PLACE + PAGES(1) - 1);
    Need(Second, CmResourceTypeMemory, PAGES(2), PLACE, PLACE + PAGES(2) - 1);
    DbgPrint("# expect line ^io: TEST.CHILD01 gets no resources: 0x2000 bytes of memory"
             ".*in the way is TEST.CHILD00\n");
    Announce();
    ok_equal(First->Starts, 1, "PNP a device with a fixed range is started");
    ok_equal(GivenTo(First, 0), PLACE, "PNP with that range");
    ok_equal(Second->Starts, 0, "PNP one whose range meets it is not");
    ok_equal(Second->Added, 1, "PNP its driver was asked what it requires");
    ok_equal(Second->Removes, 1, "PNP and is removed");
    ok_equal(ProblemOf(Second), CM_PROB_NORMAL_CONFLICT, "PNP its problem is a conflict");
    First->Present = FALSE;
    Announce();
    ok_equal(Second->Starts, 1, "PNP it starts when the other has gone");
    ok_equal(ProblemOf(Second), 0, "PNP it has no problem then");
    ForgetChildren();
}

static VOID
TestAlternatives(VOID)
{
    PCHILD Holder = NewChild();
    PCHILD Other = NewChild();
    PCHILD Lists = NewChild();
    PCHILD Without = NewChild();

    Need(Holder, CmResourceTypeMemory, PAGES(1), PLACE, PLACE + PAGES(1) - 1);
    Need(Other, CmResourceTypeMemory, PAGES(1), PLACE + PAGES(8), MAXULONG64)->Option =
        IO_RESOURCE_ALTERNATIVE; /* the first of a group all the same */
    Need(Other, CmResourceTypeMemory, PAGES(1), PLACE, PLACE + PAGES(1) - 1)->Option =
        IO_RESOURCE_ALTERNATIVE | IO_RESOURCE_PREFERRED;
    Need(Other, CmResourceTypeMemory, PAGES(1), PLACE + PAGES(4), PLACE + PAGES(5) - 1)
        ->Option = IO_RESOURCE_ALTERNATIVE | IO_RESOURCE_PREFERRED;
    Need(Lists, CmResourceTypeMemory, PAGES(1), PLACE + PAGES(16), MAXULONG64);
    Need(Lists, CmResourceTypePort, 8, 0xF000, 0xF006); /* seven are not eight */
    Lists->SecondList = 2;
    Need(Lists, CmResourceTypePort, 8, 0xF000, 0xF00F)->u.Port.Alignment = 8;
    Need(Without, CmResourceTypePort, 0x10, 0xF008, 0xF00F);
    Need(Without, CmResourceTypeNull, 0, 0, 0)->Option = IO_RESOURCE_ALTERNATIVE;
    Announce();
    ok_equal(
        GivenTo(Other, 0), PLACE + PAGES(4),
        "PNP a preferred alternative comes before others, the next when it is taken");
    ok_equal(Lists->GivenCount, 1, "PNP the second list is tried when the first fails");
    ok_equal(GivenTo(Lists, 0), 0xF000, "PNP and its range is given");
    ok_equal(Lists->Given[0].Type, CmResourceTypePort, "PNP as what it is");
    ok_equal(Without->Starts, 1, "PNP nothing is an alternative too");
    ok_equal(Without->GivenCount, 0, "PNP nothing is given then");
    ForgetChildren();
}

static VOID
TestSharing(VOID)
{
    PCHILD Children[3];

    for (ULONG Index = 0; Index < 3; Index++) {
        Children[Index] = NewChild();
        Need(Children[Index], CmResourceTypePort, 4, 0xF100, 0xF103)->ShareDisposition =
            Index < 2 ? CmResourceShareShared : CmResourceShareDeviceExclusive;
    }
    Announce();
    ok_equal(Children[0]->Starts + Children[1]->Starts, 2,
             "PNP two that share a range may both have it");
    ok_equal(ProblemOf(Children[2]), CM_PROB_NORMAL_CONFLICT,
             "PNP one that does not share may not");
    ForgetChildren();
}

/* Descriptors that nothing can satisfy; each is a child of its own. */
static VOID
TestImpossible(VOID)
{
    PCHILD Children[8];
    ULONG Refused = 0;

    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Children); Index++) {
        Children[Index] = NewChild();
    }
    Need(Children[0], CmResourceTypeMemory, 0, PLACE, MAXULONG64);
    Need(Children[1], CmResourceTypeMemory, PAGES(1), PLACE, PLACE - 1);
    Need(Children[2], CmResourceTypeMemory, PAGES(1), 0, PAGES(1) - 1)
        ->u.Memory.Alignment = PAGES(1);
    Need(Children[3], CmResourceTypePort, 8, 0x10000, 0x20000);
    Need(Children[4], CmResourceTypeMemory, MAXULONG, MAXULONG64 - 15, MAXULONG64);
    Need(Children[5], CmResourceTypeMemory, PAGES(1), MAXULONG64 - 15, MAXULONG64)
        ->u.Memory.Alignment = MAXULONG;
    Need(Children[6], CmResourceTypeMemoryLarge, 1, PLACE, PLACE + 0xFE)->Flags =
        CM_RESOURCE_MEMORY_LARGE_40;
    for (ULONG Index = 0; Index < 17; Index++) {
        Need(Children[7], CmResourceTypePort, 1, 0xF200, 0xF2FF);
    }
    Announce();
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Children); Index++) {
        Refused += Children[Index]->Starts == 0 &&
                   ProblemOf(Children[Index]) == CM_PROB_NORMAL_CONFLICT;
    }
    ok_equal(Refused, RTL_NUMBER_OF(Children),
             "PNP what is empty, nowhere, beyond its space or too much is refused");
    ForgetChildren();
}

/* Strange, but possible. */
static VOID
TestStrange(VOID)
{
    PCHILD Odd = NewChild();
    PCHILD Large = NewChild();
    PCHILD Liar = NewChild();
    PCHILD Unknown = NewChild();

    Need(Odd, CmResourceTypePort, 5, 0xF301, 0xF3FF)->u.Port.Alignment = 7;
    Need(Large, CmResourceTypeMemoryLarge, 0x1000000, PLACE, MAXULONG64)->Flags =
        CM_RESOURCE_MEMORY_LARGE_40;
    Need(Liar, CmResourceTypePort, 1, 0xF400, 0xF4FF);
    Liar->LieAboutCounts = TRUE;
    Need(Unknown, 0x55, MAXULONG, 1, 0);
    Bus.Strange = TRUE;
    Announce();
    Bus.Strange = FALSE;
    ok_equal(GivenTo(Odd, 0) % 7, 0, "PNP an alignment need not be a power of two");
    ok_equal(Large->Starts, 1, "PNP four gigabytes in units of 256 bytes");
    ok_equal(Large->Given[0].Type, CmResourceTypeMemoryLarge, "PNP are given in such");
    ok_equal(GivenTo(Liar, 0), 0xF400, "PNP counts beyond the list are cut");
    ok_equal(Unknown->Starts, 1, "PNP what nobody gives out is not waited for");
    ok_equal(Odd->Starts, 1, "PNP a device that is reported twice is one");
    ForgetChildren();
}

VOID
RunSuite(VOID)
{
    if (AwaitBus()) {
        TestFixed();
        TestAlternatives();
        TestSharing();
        TestImpossible();
        TestStrange();
        TestRoom();
        TestVeto();
        TestPacking();
        TestFailedRestart();
        TestChanged();
        TestLineToMessage();
    }
}
