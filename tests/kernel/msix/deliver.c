/*
 * Each completion arrives as its message, once, where the table says, with its data.
 */
#include "msix.h"

#define ROUNDS      16 /* each queue wraps around */
#define SETTLE      20 /* milliseconds in which a second call would have come */
#define FAR_VECTOR  40
#define QUEUE_OTHER (QUEUES - 1)

VOID
StartReads(VOID)
{
    for (ULONG Number = 1; Number <= IO_QUEUES; Number++) {
        StartRead(Number, Number);
    }
}

VOID
CountCompleted(LONG *Completed)
{
    for (ULONG Number = 1; Number <= IO_QUEUES; Number++) {
        Completed[Number] = Queues[Number].Completed;
    }
}

BOOLEAN
AwaitReads(const LONG *Before)
{
    BOOLEAN Right = TRUE;

    for (ULONG Number = 1; Number <= IO_QUEUES; Number++) {
        Right = Right && AwaitCompleted(Number, Before[Number] + 1) &&
                IsSector(Number, Number);
    }
    KtapSleep(SETTLE);
    return Right;
}

VOID
TestOneByOne(VOID)
{
    ULONG Arrived = 0, Read = 0;

    for (ULONG Number = 1; Number <= IO_QUEUES && Read == Number - 1; Number++) {
        LONG Before = Queues[Number].Completed;

        ForgetCalls();
        StartRead(Number, Number * 100);
        Read += AwaitCompleted(Number, Before + 1) && IsSector(Number, Number * 100);
        KtapSleep(SETTLE);
        Arrived += WereCalled(Number, Number, 1) && Messages[Number].Dpcs == 1;
    }
    ok_equal(
        Arrived, IO_QUEUES,
        "ISR-15 MSI-7 CON-22 message i alone, once, on its processor at UnifiedIrql");
    ok_equal(Read, IO_QUEUES, "MSI-8 and its queue has read what the image has");
}

VOID
TestAllAtOnce(VOID)
{
    ULONG Right = 0;

    for (ULONG Round = 0; Round < ROUNDS && Right == Round; Round++) {
        LONG Before[QUEUES];

        CountCompleted(Before);
        ForgetCalls();
        StartReads();
        Right += AwaitReads(Before) && WereCalled(1, IO_QUEUES, 1);
    }
    ok_equal(Right, ROUNDS,
             "ISR-15 MSI-3 all at once, each arrives once, round by round");
}

VOID
TestBeyond(VOID)
{
    if (!ok(CreateQueue(QUEUE_OTHER, FAR_VECTOR, 0),
            "a queue pair with a vector behind the last message")) {
        return;
    }
    ForgetCalls();
    StartRead(QUEUE_OTHER, 1234);
    ok(AwaitCompleted(QUEUE_OTHER, 1) && IsSector(QUEUE_OTHER, 1234),
       "MSI-7 that vector arrives");
    KtapSleep(SETTLE);
    ok(WereCalled(0, 0, 1), "MSI-7 as message 0, once");
}
