/*
 * top.c - rates: two snapshots a second apart, and what lies between them.
 *
 * The screen is drawn over, not cleared, so that it does not flicker: each line ends with
 * "erase to its end", the last with "erase below".
 */
#include "monitor.h"

#define TOP_PERIOD   1000 /* milliseconds */
#define TIME_UNITS   10000000ULL
#define SCREEN_CLEAR "\x1b[2J"
#define SCREEN_HOME  "\x1b[H"
#define LINE_END     "\x1b[K\n"
#define SCREEN_BELOW "\x1b[J"
#define WHOLE        1000 /* shares are in tenths of a percent */

/* Both lists at one time; NULL in one: there is none. */
typedef struct _TOP_SAMPLE {
    PDIRQL_QUERY_HEADER Processors;
    PDIRQL_QUERY_HEADER Interrupts;
} TOP_SAMPLE, *PTOP_SAMPLE;

static BOOLEAN
TopTake(PTOP_SAMPLE Sample)
{
    Sample->Processors = SnapshotTake(DirqlProcessors);
    Sample->Interrupts = SnapshotTake(DirqlInterrupts);
    return Sample->Processors != NULL && Sample->Interrupts != NULL;
}

static VOID
TopFree(PTOP_SAMPLE Sample)
{
    if (Sample->Processors != NULL) {
        SnapshotFree(Sample->Processors);
    }
    if (Sample->Interrupts != NULL) {
        SnapshotFree(Sample->Interrupts);
    }
    Sample->Processors = Sample->Interrupts = NULL;
}

/* Per second, from what was added in Time (100 ns). */
static ULONG64
TopRate(ULONG64 Before, ULONG64 After, ULONG64 Time)
{
    return (Time == 0 || After < Before) ? 0 : (After - Before) * TIME_UNITS / Time;
}

static ULONG
TopShare(ULONG64 Part, ULONG64 All)
{
    return (All == 0) ? 0 : (ULONG)(min(Part, All) * WHOLE / All);
}

static VOID
TopPrintProcessor(const DIRQL_PROCESSOR_INFORMATION *Before,
                  const DIRQL_PROCESSOR_INFORMATION *After, ULONG64 Time)
{
    ULONG64 Ticks = After->ClockTicks - Before->ClockTicks;
    ULONG Idle = TopShare(After->IdleTicks - Before->IdleTicks, Ticks);
    ULONG Thread = TopShare(After->KernelTicks - Before->KernelTicks, Ticks);
    ULONG Dpc = TopShare(After->DpcTicks - Before->DpcTicks, Ticks);
    ULONG Isr = TopShare(After->InterruptTicks - Before->InterruptTicks, Ticks);

    Print("%3u  %12I64u  %8I64u  %8I64u  %3u.%u%%  %3u.%u%%  %3u.%u%%  %3u.%u%%" LINE_END,
          After->Number, TopRate(Before->Interrupts, After->Interrupts, Time),
          TopRate(Before->DpcsRun, After->DpcsRun, Time),
          TopRate(Before->Ipis, After->Ipis, Time), Idle / 10, Idle % 10, Thread / 10,
          Thread % 10, Dpc / 10, Dpc % 10, Isr / 10, Isr % 10);
}

static VOID
TopPrintProcessors(const TOP_SAMPLE *Before, const TOP_SAMPLE *After)
{
    ULONG64 Time = After->Processors->Time - Before->Processors->Time;
    PDIRQL_PROCESSOR_INFORMATION Old, New;

    Print("%3s  %12s  %8s  %8s  %6s  %6s  %6s  %6s" LINE_END, "cpu", "interrupts/s",
          "DPCs/s", "IPIs/s", "idle", "thread", "DPC", "ISR");
    for (ULONG Index = 0; (New = SnapshotEntry(After->Processors, Index)) != NULL;
         Index++) {
        Old = SnapshotEntry(Before->Processors, Index);
        if (Old != NULL) {
            TopPrintProcessor(Old, New, Time);
        }
    }
}

/* The same object in the list before; an object connected since has none. */
static PDIRQL_INTERRUPT_INFORMATION
TopFind(PDIRQL_QUERY_HEADER List, const DIRQL_INTERRUPT_INFORMATION *Wanted)
{
    PDIRQL_INTERRUPT_INFORMATION Entry;

    for (ULONG Index = 0; (Entry = SnapshotEntry(List, Index)) != NULL; Index++) {
        if (Entry->Object == Wanted->Object &&
            Entry->ServiceRoutine == Wanted->ServiceRoutine) {
            return Entry;
        }
    }
    return NULL;
}

static VOID
TopPrintInterrupt(const DIRQL_INTERRUPT_INFORMATION *Before,
                  const DIRQL_INTERRUPT_INFORMATION *After, ULONG64 Time,
                  ULONG64 TimeStamps)
{
    ULONG64 Period = Time * (TimeStamps / 1000) / (TIME_UNITS / 1000); /* of the TSC */
    ULONG Isr = TopShare(After->IsrTime - Before->IsrTime, Period);
    CHAR Source[16];

    DescribeSource(After, Source);
    Print(
        "%3u  0x%02X  %-7s  %-6s  %8I64u  %8I64u  %8I64u  %3u.%u%%  %10I64u  %s" LINE_END,
        After->Processor, After->Vector, Source, DescribeState(After),
        TopRate(Before->Calls, After->Calls, Time),
        TopRate(Before->Claims, After->Claims, Time),
        TopRate(Before->Dpcs, After->Dpcs, Time), Isr / 10, Isr % 10, After->Calls,
        After->Routine);
}

static VOID
TopPrintInterrupts(const TOP_SAMPLE *Before, const TOP_SAMPLE *After)
{
    static const DIRQL_INTERRUPT_INFORMATION None;
    ULONG64 Time = After->Interrupts->Time - Before->Interrupts->Time;
    PDIRQL_INTERRUPT_INFORMATION Old, New;

    Print(LINE_END "%3s  %4s  %-7s  %-6s  %8s  %8s  %8s  %6s  %10s  %s" LINE_END, "cpu",
          "vec", "source", "state", "calls/s", "claims/s", "DPCs/s", "in ISR", "calls",
          "ISR");
    for (ULONG Index = 0; (New = SnapshotEntry(After->Interrupts, Index)) != NULL;
         Index++) {
        Old = TopFind(Before->Interrupts, New);
        TopPrintInterrupt((Old != NULL) ? Old : &None, New, Time,
                          After->Interrupts->TimeStamps);
    }
}

static VOID
TopDraw(const TOP_SAMPLE *Before, const TOP_SAMPLE *After)
{
    Print(SCREEN_HOME "up %I64u s; a key ends it" LINE_END LINE_END,
          After->Processors->Time / TIME_UNITS);
    TopPrintProcessors(Before, After);
    TopPrintInterrupts(Before, After);
    Print(SCREEN_BELOW);
}

VOID
CommandTop(const COMMAND_LINE *Line)
{
    TOP_SAMPLE Before, After;
    NTSTATUS Status = STATUS_TIMEOUT;
    CHAR Key;

    UNREFERENCED_PARAMETER(Line);
    if (!TopTake(&Before)) {
        TopFree(&Before);
        return;
    }
    Print(SCREEN_CLEAR SCREEN_HOME);
    while ((Status = TerminalRead(TOP_PERIOD, &Key)) == STATUS_TIMEOUT) {
        if (TopTake(&After)) {
            TopDraw(&Before, &After);
        }
        TopFree(&Before);
        Before = After;
        if (Before.Processors == NULL || Before.Interrupts == NULL) {
            break;
        }
    }
    TopFree(&Before);
    Print("\n");
}
