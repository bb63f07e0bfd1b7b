/*
 * How long ISRs and DPCs run: a histogram of each routine, and a word about those that took
 * longer than the guidance of 25 and 100 microseconds. (ISR-12)
 *
 * Rows are claimed once and counted with interlocked adds: no lock at any level. A virtual
 * machine that its host puts aside counts that time too, so a long call is a warning, no stop.
 */
#include "vf.h"

#define VF_TIMED   128
#define VF_COLUMNS 8 /* less than 1, 4, 16, 64, ... microseconds, and the rest */
#define ISR_LIMIT  25
#define DPC_LIMIT  100

typedef struct _VF_TIMES {
    volatile LONG64 Routine; /* 0: the row is free */
    KE_CALL_KIND Kind;
    volatile LONG Columns[VF_COLUMNS];
    volatile LONG Longest; /* microseconds */
    volatile LONG Over;    /* calls beyond the limit */
} VF_TIMES;

static VF_TIMES VfTimes[VF_TIMED];

/* The routine's row; NULL: there are too many routines. */
static VF_TIMES *
VfFindTimes(const KE_CALL *Call)
{
    for (ULONG Index = 0; Index < VF_TIMED; Index++) {
        VF_TIMES *Times = &VfTimes[Index];
        LONG64 Routine =
            InterlockedCompareExchange64(&Times->Routine, (LONG64)Call->Routine, 0);

        if (Routine == 0) {
            Times->Kind = Call->Kind;
            return Times;
        }
        if (Routine == (LONG64)Call->Routine) {
            return Times;
        }
    }
    return NULL;
}

static ULONG
VfLimit(KE_CALL_KIND Kind)
{
    return (Kind == KeDpcCall) ? DPC_LIMIT : ISR_LIMIT;
}

VOID
VfCountTime(const KE_CALL *Call, ULONG64 Ticks)
{
    ULONG64 Microseconds = Ticks / KeGetCurrentPcr()->StallScaleFactor;
    LONG Time = (LONG)min(Microseconds, (ULONG64)MAXLONG);
    VF_TIMES *Times = VfFindTimes(Call);
    ULONG Column = 0;
    LONG Longest;

    if (Times == NULL) {
        return;
    }
    while (Column < VF_COLUMNS - 1 && Microseconds >= 1ULL << 2 * Column) {
        Column++;
    }
    InterlockedIncrement(&Times->Columns[Column]);
    if ((ULONG64)Time > VfLimit(Call->Kind)) {
        InterlockedIncrement(&Times->Over);
    }
    do {
        Longest = Times->Longest;
    } while (Time > Longest &&
             InterlockedCompareExchange(&Times->Longest, Time, Longest) != Longest);
}

static VOID
VfPrintRow(const VF_TIMES *Times)
{
    CHAR Name[120];

    KeDescribeAddress((ULONG_PTR)Times->Routine, Name, sizeof(Name));
    KePrint("%8d%8d%8d%8d%8d%8d%8d%8d  %8d  %s\n", Times->Columns[0], Times->Columns[1],
            Times->Columns[2], Times->Columns[3], Times->Columns[4], Times->Columns[5],
            Times->Columns[6], Times->Columns[7], Times->Longest, Name);
}

static VOID
VfPrintWarning(const VF_TIMES *Times)
{
    CHAR Name[120];

    KeDescribeAddress((ULONG_PTR)Times->Routine, Name, sizeof(Name));
    KePrint("verifier: warning: %s ran longer than %u us %d times, %d us at most\n", Name,
            VfLimit(Times->Kind), Times->Over, Times->Longest);
}

VOID
VfPrintTimes(VOID)
{
    KePrint(
        "\n    <1us    <4us   <16us   <64us  <256us    <1ms    <4ms    more   longest  "
        "ISR or DPC\n");
    for (ULONG Index = 0; Index < VF_TIMED && VfTimes[Index].Routine != 0; Index++) {
        VfPrintRow(&VfTimes[Index]);
    }
    for (ULONG Index = 0; Index < VF_TIMED && VfTimes[Index].Routine != 0; Index++) {
        if (VfTimes[Index].Over != 0) {
            VfPrintWarning(&VfTimes[Index]);
        }
    }
}
