/*
 * interrupts.c - interrupts, DPCs and locks, as they stand.
 */
#include "monitor.h"

#include <ntstrsafe.h>

#define SOURCE_LENGTH 16

VOID
DescribeSource(const DIRQL_INTERRUPT_INFORMATION *Interrupt, PCHAR Text)
{
    if ((Interrupt->Flags & DIRQL_INTERRUPT_SOURCED) == 0) {
        (VOID) RtlStringCchCopyA(Text, SOURCE_LENGTH, "none");
        return;
    }
    (VOID) RtlStringCchPrintfA(
        Text, SOURCE_LENGTH, "%s %u",
        (Interrupt->Flags & DIRQL_INTERRUPT_MESSAGE) ? "msi" : "gsi", Interrupt->Source);
}

PCSTR
DescribeState(const DIRQL_INTERRUPT_INFORMATION *Interrupt)
{
    if ((Interrupt->Flags & DIRQL_INTERRUPT_STORM) != 0) {
        return "storm";
    }
    if ((Interrupt->Flags & DIRQL_INTERRUPT_INACTIVE) != 0) {
        return "off";
    }
    return (Interrupt->Flags & DIRQL_INTERRUPT_MASKED) ? "masked" : "on";
}

VOID
CommandInterrupts(const COMMAND_LINE *Line)
{
    PDIRQL_QUERY_HEADER Interrupts = SnapshotTake(DirqlInterrupts);
    PDIRQL_INTERRUPT_INFORMATION Entry;
    CHAR Source[SOURCE_LENGTH];

    UNREFERENCED_PARAMETER(Line);
    if (Interrupts == NULL) {
        return;
    }
    Print("%3s  %4s  %4s  %4s  %-7s  %-7s  %-6s  %10s  %10s  %10s  %s\n", "cpu", "vec",
          "irql", "sync", "mode", "source", "state", "calls", "claimed", "DPCs", "ISR");
    for (ULONG Index = 0; (Entry = SnapshotEntry(Interrupts, Index)) != NULL; Index++) {
        DescribeSource(Entry, Source);
        Print("%3u  0x%02X  %4u  %4u  %-7s  %-7s  %-6s  %10I64u  %10I64u  %10I64u  %s\n",
              Entry->Processor, Entry->Vector, Entry->Irql, Entry->SynchronizeIrql,
              (Entry->Flags & DIRQL_INTERRUPT_LEVEL) ? "level" : "latched", Source,
              DescribeState(Entry), Entry->Calls, Entry->Claims, Entry->Dpcs,
              Entry->Routine);
    }
    SnapshotFree(Interrupts);
}

static ULONG64
Microseconds(ULONG64 TimeStamps, ULONG64 PerSecond)
{
    return (PerSecond >= 1000000) ? TimeStamps / (PerSecond / 1000000) : 0;
}

static VOID
PrintDpcsByIsr(PDIRQL_QUERY_HEADER Interrupts)
{
    PDIRQL_INTERRUPT_INFORMATION Entry;

    Print("\n%3s  %4s  %10s  %12s  %12s  %s\n", "cpu", "vec", "DPCs", "DPC us", "ISR us",
          "ISR");
    for (ULONG Index = 0; (Entry = SnapshotEntry(Interrupts, Index)) != NULL; Index++) {
        Print("%3u  0x%02X  %10I64u  %12I64u  %12I64u  %s\n", Entry->Processor,
              Entry->Vector, Entry->Dpcs,
              Microseconds(Entry->DpcTime, Interrupts->TimeStamps),
              Microseconds(Entry->IsrTime, Interrupts->TimeStamps), Entry->Routine);
    }
}

static VOID
PrintDpcQueues(PDIRQL_QUERY_HEADER Processors)
{
    PDIRQL_PROCESSOR_INFORMATION Entry;

    Print("%3s  %6s  %8s  %10s  %10s  %7s  %7s  %4s\n", "cpu", "queued", "threaded",
          "inserted", "run", "deepest", "allowed", "rate");
    for (ULONG Index = 0; (Entry = SnapshotEntry(Processors, Index)) != NULL; Index++) {
        Print("%3u  %6u  %8u  %10I64u  %10I64u  %7u  %7u  %4u\n", Entry->Number,
              Entry->DpcQueueDepth, Entry->ThreadedDpcQueueDepth, Entry->DpcsInserted,
              Entry->DpcsRun, Entry->DpcHighestDepth, Entry->DpcMaximumDepth,
              Entry->DpcRequestRate);
    }
}

VOID
CommandDpcs(const COMMAND_LINE *Line)
{
    PDIRQL_QUERY_HEADER Snapshot = SnapshotTake(DirqlProcessors);

    UNREFERENCED_PARAMETER(Line);
    if (Snapshot != NULL) {
        PrintDpcQueues(Snapshot);
        SnapshotFree(Snapshot);
    }
    Snapshot = SnapshotTake(DirqlInterrupts);
    if (Snapshot != NULL) {
        PrintDpcsByIsr(Snapshot);
        SnapshotFree(Snapshot);
    }
}

/* Processors that have waited for a lock so long that they say so. */
static VOID
PrintSpinning(VOID)
{
    PDIRQL_QUERY_HEADER Processors = SnapshotTake(DirqlProcessors);
    PDIRQL_PROCESSOR_INFORMATION Entry;

    if (Processors == NULL) {
        return;
    }
    for (ULONG Index = 0; (Entry = SnapshotEntry(Processors, Index)) != NULL; Index++) {
        if (Entry->SpinningFor != 0) {
            Print("processor %u spins for %016I64x\n", Entry->Number, Entry->SpinningFor);
        }
    }
    SnapshotFree(Processors);
}

VOID
CommandLocks(const COMMAND_LINE *Line)
{
    static const PCSTR States[] = {"free", "held", "shared"};
    PDIRQL_QUERY_HEADER Locks = SnapshotTake(DirqlLocks);
    PDIRQL_LOCK_INFORMATION Entry;

    UNREFERENCED_PARAMETER(Line);
    if (Locks == NULL) {
        return;
    }
    Print("%-9s  %-16s  %4s  %-6s  %7s  %7s  %10s  %s\n", "kind", "lock", "irql", "state",
          "holders", "waiters", "contention", "owner");
    for (ULONG Index = 0; (Entry = SnapshotEntry(Locks, Index)) != NULL; Index++) {
        Print("%-9s  %016I64x  %4u  %-6s  %7u  %7u  %10u  ",
              (Entry->Kind == DirqlInterruptLock) ? "interrupt" : "resource",
              Entry->Address, Entry->Irql,
              (Entry->State < RTL_NUMBER_OF(States)) ? States[Entry->State] : "?",
              Entry->Holders, Entry->Waiters, Entry->Contention);
        if (Entry->Owner != 0) {
            Print("thread %016I64x\n", Entry->Owner);
        } else {
            Print("%s\n", Entry->Name);
        }
    }
    SnapshotFree(Locks);
    PrintSpinning();
}
