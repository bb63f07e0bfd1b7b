/*
 * Memory that runs out on demand, for tests of what a routine does then.
 *
 * One thread at a time arms it and only its own allocations count: a count that moved
 * with what other threads happen to do would fail another allocation in each run.
 */
#include "exp.h"

#include <dirqltest.h>

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
