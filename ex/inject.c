/*
 * Memory that runs out on demand: for tests of what a routine does then, and for a driver
 * under the verifier.
 *
 * A test's thread arms it, and only that thread's allocations count: a count that moved
 * with what other threads happen to do would fail another allocation in each run. Drivers
 * get it from the boot options (lowresources=): every Nth allocation that the named
 * drivers make, or one in N by chance, from a seed that makes the chance the same again.
 */
#include "track.h"

#include <dirqltest.h>

#define EXP_UNITS_PER_MILLISECOND 10000

/* What the boot options ask for; written once. */
static struct {
    ULONG Every; /* one in so many fails; 0: none does */
    BOOLEAN Random;
    ULONG64 After;       /* interrupt time */
    const CHAR *Drivers; /* names parted by commas; NULL: all */
    ULONG DriversLength;
    const CHAR *Tags;
    ULONG TagsLength;
} ExpLowResources;

static volatile LONG64 ExpLowRequests; /* those that could have failed */
static volatile LONG64 ExpLowState;    /* of the random numbers */

static PKTHREAD ExpInjectThread; /* who armed it; NULL: off */
static ULONG ExpInjectCountdown; /* allocations until the first that fails; 0: none */
static ULONG ExpInjectLeft;      /* how many fail from there */
static ULONG ExpInjectSeen;

ULONG
NTAPI
DirqlFailAllocations(ULONG Nth, ULONG Count)
{
    ULONG Seen = ExpInjectSeen;

    KE_ASSERT(KeGetCurrentIrql() == PASSIVE_LEVEL);
    ExpInjectSeen = 0;
    ExpInjectCountdown = Nth;
    ExpInjectLeft = Count;
    ExpInjectThread = KeGetCurrentThread();
    return Seen;
}
EXPORT(DirqlFailAllocations);

/* Whether the allocation that asks is to fail. Any IRQL. */
BOOLEAN
ExInjectFailure(VOID)
{
    if (ExpInjectThread != KeGetCurrentThread() || KeGetCurrentIrql() != PASSIVE_LEVEL) {
        return FALSE;
    }
    ExpInjectSeen++;
    if (ExpInjectCountdown > 1) {
        ExpInjectCountdown--;
        return FALSE;
    }
    if (ExpInjectCountdown == 0 || ExpInjectLeft == 0) {
        return FALSE;
    }
    ExpInjectLeft--;
    return TRUE;
}

VOID
ExpInitializeLowResources(const CHAR *Options)
{
    ULONG After = RtlQueryNumber(Options, "lowafter", 0);
    ULONG Length;

    ExpLowResources.Every = RtlQueryNumber(Options, "lowresources", 0);
    ExpLowResources.Random = RtlQueryOption(Options, "lowseed", &Length) != NULL;
    ExpLowState = RtlQueryNumber(Options, "lowseed", 0);
    ExpLowResources.After =
        KeQueryInterruptTime() + (ULONG64)After * EXP_UNITS_PER_MILLISECOND;
    ExpLowResources.Drivers =
        RtlQueryOption(Options, "lowdrivers", &ExpLowResources.DriversLength);
    ExpLowResources.Tags =
        RtlQueryOption(Options, "lowtags", &ExpLowResources.TagsLength);
}

/* Whether one of the words of List, parted by commas, is the Length characters at Name. */
static BOOLEAN
ExpIsListed(const CHAR *List, ULONG ListLength, const CHAR *Name, SIZE_T Length)
{
    const CHAR *End = List + ListLength;

    while (List < End) {
        const CHAR *Word = List;

        while (List < End && *List != ',') {
            List++;
        }
        if ((SIZE_T)(List - Word) == Length && memcmp(Word, Name, Length) == 0) {
            return TRUE;
        }
        List++;
    }
    return FALSE;
}

/* Whether the options mean this driver and tag, now. */
static BOOLEAN
ExpIsMeant(const EXP_DRIVER *Driver, ULONG Tag)
{
    SIZE_T Length = strlen(Driver->Name);

    if (ExpLowResources.Every == 0 || KeQueryInterruptTime() < ExpLowResources.After) {
        return FALSE;
    }
    if (ExpLowResources.Tags != NULL &&
        !ExpIsListed(ExpLowResources.Tags, ExpLowResources.TagsLength, (const CHAR *)&Tag,
                     sizeof(Tag))) {
        return FALSE;
    }
    return ExpLowResources.Drivers == NULL ||
           ExpIsListed(ExpLowResources.Drivers, ExpLowResources.DriversLength,
                       Driver->Name, Length);
}

/* The next of a sequence that depends on the seed and on nothing else. */
static ULONG
ExpNextRandom(VOID)
{
    ULONG64 State =
        (ULONG64)InterlockedAdd64(&ExpLowState, (LONG64)0x9E3779B97F4A7C15ULL);

    State = (State ^ State >> 30) * 0xBF58476D1CE4E5B9ULL;
    State = (State ^ State >> 27) * 0x94D049BB133111EBULL;
    return (ULONG)(State >> 32);
}

BOOLEAN
ExpRefuseDriver(PEXP_DRIVER Driver, ULONG Tag)
{
    ULONG64 Turn;

    if (!ExpIsMeant(Driver, Tag)) {
        return FALSE;
    }
    Turn = (ULONG64)InterlockedIncrement64(&ExpLowRequests);
    if (ExpLowResources.Random) {
        Turn = ExpNextRandom();
    }
    if (Turn % ExpLowResources.Every != 0) {
        return FALSE;
    }
    InterlockedIncrement64(&Driver->Refused);
    return TRUE;
}

BOOLEAN
ExRefuseCaller(ULONG_PTR Caller)
{
    PEXP_DRIVER Driver = ExTracksDrivers ? ExpFindDriver(Caller) : NULL;

    return Driver != NULL && ExpRefuseDriver(Driver, 0);
}
