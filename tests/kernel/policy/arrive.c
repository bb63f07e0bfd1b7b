/*
 * The proof by interrupts: every I/O queue reads, and its message arrives where its
 * descriptor was asked to go.
 */
#include "policy.h"

#define READS 5 /* of each queue */

static BOOLEAN
BringUp(const POLICY_CASE *Case)
{
    BOOLEAN Created = StartController() && PrepareQueues(Case->Messages - 1);

    for (ULONG Number = 1; Created && Number < Case->Messages; Number++) {
        Created = CreateQueue(Number, Number, Number);
    }
    return Created;
}

/* Reads of one queue that came with their data to one of its processors. */
static ULONG
CountRight(const POLICY_CASE *Case, ULONG Number)
{
    ULONG Right = 0;

    for (ULONG Turn = 0; Turn < READS; Turn++) {
        LONG Next = Queues[Number].Completed + 1;

        StartRead(Number, Number * READS + Turn);
        Right += AwaitCompleted(Number, Next) &&
                 IsSector(Number, Number * READS + Turn) &&
                 (Case->Expect(Number) >> Messages[Number].Processor & 1) != 0;
    }
    return Right;
}

VOID
TestArrival(const POLICY_CASE *Case)
{
    ULONG Right = 0;

    if (ok(BringUp(Case), "AFF-1 admin completions arrive, a queue pair a message")) {
        for (ULONG Number = 1; Number < Case->Messages; Number++) {
            Right += CountRight(Case, Number);
        }
        ok_equal(Right, (Case->Messages - 1) * READS,
                 "AFF-1 MSI-3 each queue's completions come to its own processors");
    }
    ok(StopController(), "the controller stops");
}
