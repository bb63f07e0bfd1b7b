/*
 * Host test of the rule that decides when a queued DPC asks for an interrupt, cell by cell,
 * and of how the clock adapts it.
 */
#include "check.h"

#include "../../ke/dpcrule.h"

static KPRCB Prcb;

/* A processor with Depth DPCs queued, the one in question counted, that sees Rate a tick. */
static void
Prepare(LONG Depth, ULONG Rate)
{
    Prcb = (KPRCB){0};
    KiInitializeDpcRule(&Prcb);
    Prcb.DpcData[DPC_NORMAL].DpcQueueDepth = Depth;
    Prcb.DpcRequestRate = Rate;
}

/* Whether each importance asks, as bits: Low 1, Medium 2, High 4, MediumHigh 8. */
static int
Askers(BOOLEAN Local)
{
    int Result = 0;

    for (UCHAR Importance = LowImportance; Importance <= MediumHighImportance;
         Importance++) {
        Result |= KiShouldRequestDispatch(&Prcb, Importance, Local) << Importance;
    }
    return Result;
}

static void
TestRule(void)
{
    Prepare(4, DPC_MINIMUM_RATE);
    Check(Askers(TRUE) == 0xE, "DPC-17 here, below depth and rate: all but Low ask");
    Check(Askers(FALSE) == 0xC, "DPC-17 elsewhere: High and MediumHigh ask");
    Prepare(4, DPC_MINIMUM_RATE - 1);
    Check(Askers(TRUE) == 0xF, "DPC-17 here, at a low rate, Low asks too");
    Check(Askers(FALSE) == 0xC, "DPC-17 elsewhere the rate is nothing");
    Prepare(5, 1000);
    Check(Askers(TRUE) == 0xF && Askers(FALSE) == 0xF,
          "DPC-17 DPC-19 all ask when the depth exceeds the maximum of 4");
    Prcb.DpcInterruptRequested = TRUE;
    Check(Askers(TRUE) == 0, "DPC-19 nobody asks while an interrupt is requested");
    Prcb.DpcInterruptRequested = FALSE;
    Prcb.DpcRoutineActive = TRUE;
    Check(Askers(TRUE) == 0, "DPC-19 nor while a DPC runs");
    Prcb.DpcRoutineActive = FALSE;
    Prcb.IdleLooks = TRUE;
    Check(Askers(TRUE) == 0, "IRQL-24 nor here when the idle loop looks next");
    Check(Askers(FALSE) == 0xF, "but others wake it");
    Prcb.IdleLooks = FALSE;
}

/* One clock tick in which Count DPCs came. */
static BOOLEAN
Tick(ULONG Count)
{
    Prcb.DpcData[DPC_NORMAL].DpcCount += Count;
    return KiAdaptDpcRule(&Prcb);
}

static void
TestRate(void)
{
    Prepare(0, 0);
    Tick(100);
    Check(Prcb.DpcRequestRate == 50, "DPC-17 the rate is smoothed over ticks");
    Tick(100);
    Check(Prcb.DpcRequestRate == 75, "DPC-17 and grows with what comes");
    for (int Turn = 0; Turn < 10; Turn++) {
        Tick(0);
    }
    Check(Prcb.DpcRequestRate == 0, "DPC-17 and fades when nothing does");
}

static void
TestDepth(void)
{
    Prepare(1, 0);
    Check(Tick(1), "DPC-17 the clock asks for a DPC nobody asked for");
    Check(Prcb.MaximumDpcQueueDepth == 3, "DPC-21 at a rate below 20 the depth shrinks");
    for (int Turn = 0; Turn < 10; Turn++) {
        Tick(1);
    }
    Check(Prcb.MaximumDpcQueueDepth == 1, "DPC-21 to 1 and no further");
    Prcb.DpcData[DPC_NORMAL].DpcQueueDepth = 0;
    Check(!Tick(0), "DPC-17 with an empty queue the clock asks for nothing");
    for (int Turn = 1; Turn < 19; Turn++) {
        Tick(0);
    }
    Check(Prcb.MaximumDpcQueueDepth == 1, "DPC-21 19 quiet ticks leave the depth");
    Tick(0);
    Check(Prcb.MaximumDpcQueueDepth == 2, "DPC-21 the twentieth lets it grow");
    for (int Turn = 0; Turn < 200; Turn++) {
        Tick(0);
    }
    Check(Prcb.MaximumDpcQueueDepth == 4, "DPC-21 to 4 and no further");
    Prcb.DpcData[DPC_NORMAL].DpcQueueDepth = 1;
    Prcb.DpcRequestRate = 40;
    Tick(40);
    Check(Prcb.MaximumDpcQueueDepth == 4, "DPC-21 a busy processor keeps its depth");
}

int
main(void)
{
    TestRule();
    TestRate();
    TestDepth();
    return CheckVerdict();
}
