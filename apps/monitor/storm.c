/*
 * storm.c - an interrupt storm on request, and its end: edu's driver raises its line and
 * looks away, the kernel masks the line, and a command lets it through again.
 */
#include "monitor.h"

#include "../../drivers/edu/eduioctl.h"

#define STORM_DRIVER   "edu.sys"
#define STORM_LOOKS    300
#define STORM_INTERVAL (-100000LL) /* 10 ms */
#define UNMASK_LOOKS   20
#define HIGHEST_VECTOR 255
#define HIGHEST_GSI    1023

/* What is let through: a vector, or a line. */
typedef struct _UNMASK_TARGET {
    BOOLEAN Line;
    ULONG Number;
} UNMASK_TARGET;

static VOID
StormPause(VOID)
{
    LARGE_INTEGER Interval = {.QuadPart = STORM_INTERVAL};

    KeDelayExecutionThread(KernelMode, FALSE, &Interval);
}

/* The interrupt of edu's driver; FALSE: it has none. */
static BOOLEAN
StormFind(PDIRQL_INTERRUPT_INFORMATION Found)
{
    PDIRQL_QUERY_HEADER Interrupts = SnapshotTake(DirqlInterrupts);
    PDIRQL_INTERRUPT_INFORMATION Entry;
    BOOLEAN Exists = FALSE;

    if (Interrupts == NULL) {
        return FALSE;
    }
    for (ULONG Index = 0; (Entry = SnapshotEntry(Interrupts, Index)) != NULL; Index++) {
        if (IsSameText(Entry->Driver, STORM_DRIVER)) {
            *Found = *Entry;
            Exists = TRUE;
        }
    }
    SnapshotFree(Interrupts);
    return Exists;
}

/* Waits until the kernel has masked edu's line. */
static VOID
StormAwait(VOID)
{
    DIRQL_INTERRUPT_INFORMATION Interrupt = {0};
    ULONG64 Calls = 0;

    if (StormFind(&Interrupt)) {
        Calls = Interrupt.Calls;
    }
    for (ULONG Look = 0; Look < STORM_LOOKS && StormFind(&Interrupt) &&
                         (Interrupt.Flags & DIRQL_INTERRUPT_STORM) == 0;
         Look++) {
        StormPause();
    }
    if ((Interrupt.Flags & DIRQL_INTERRUPT_STORM) != 0) {
        Print("storm: vector 0x%02X (gsi %u) on processor %u is masked after %I64u calls "
              "of %s\n",
              Interrupt.Vector, Interrupt.Source, Interrupt.Processor, Interrupt.Calls,
              Interrupt.Routine);
    } else {
        Print("storm: no storm came of it; %I64u calls\n", Interrupt.Calls - Calls);
    }
}

static BOOLEAN
StormParse(const COMMAND_LINE *Line, PULONG On)
{
    *On = Line->Count == 1 || IsSameText(Line->Word[1], "on");
    if (*On == 0 && !IsSameText(Line->Word[1], "off")) {
        Print("%s: neither on nor off\n", Line->Word[1]);
        return FALSE;
    }
    return TRUE;
}

VOID
CommandStorm(const COMMAND_LINE *Line)
{
    CHAR Name[DIRQL_NAME_LENGTH];
    NTSTATUS Status;
    CLIENT Edu;
    ULONG On;

    if (!StormParse(Line, &On)) {
        return;
    }
    if (!FindDevice(FILE_DEVICE_UNKNOWN, STORM_DRIVER, 0, Name)) {
        Print("storm: there is no edu device; 'start edu'?\n");
        return;
    }
    Status = ClientOpen(Name, &Edu);
    if (NT_SUCCESS(Status)) {
        Status = ClientControl(&Edu, IOCTL_EDU_STORM, &On, sizeof(On), NULL, 0);
        ClientClose(&Edu);
    }
    if (!NT_SUCCESS(Status)) {
        PrintFailure(Name, Status);
    } else if (On != 0) {
        StormAwait();
    } else {
        Print("storm: the ISR does its work again; a masked line waits for 'unmask'\n");
    }
}

static BOOLEAN
UnmaskMeans(const UNMASK_TARGET *Target, const DIRQL_INTERRUPT_INFORMATION *Entry)
{
    if (!Target->Line) {
        return Entry->Vector == Target->Number;
    }
    return (Entry->Flags & DIRQL_INTERRUPT_SOURCED) != 0 &&
           (Entry->Flags & DIRQL_INTERRUPT_MESSAGE) == 0 &&
           Entry->Source == Target->Number;
}

/* Looks for a while whether the storm goes on. */
static VOID
UnmaskReport(const DIRQL_INTERRUPT_INFORMATION *Before, BOOLEAN Masked, ULONG64 Calls)
{
    Print("vector 0x%02X on processor %u is let through: %I64u calls since%s\n",
          Before->Vector, Before->Processor, Calls - Before->Calls,
          Masked ? ", and masked again: the storm goes on" : "");
}

/* Lets one object's vector through and says what came of it. */
static VOID
UnmaskOne(const DIRQL_INTERRUPT_INFORMATION *Before)
{
    NTSTATUS Status = DirqlUnmaskInterrupt(Before->Processor, Before->Vector);
    PDIRQL_INTERRUPT_INFORMATION Entry;
    PDIRQL_QUERY_HEADER Interrupts;
    BOOLEAN Masked = FALSE;
    ULONG64 Calls = Before->Calls;

    if (!NT_SUCCESS(Status)) {
        PrintFailure("unmask", Status);
        return;
    }
    for (ULONG Look = 0; Look < UNMASK_LOOKS && !Masked; Look++) {
        StormPause();
        Interrupts = SnapshotTake(DirqlInterrupts);
        for (ULONG Index = 0;
             Interrupts != NULL && (Entry = SnapshotEntry(Interrupts, Index)) != NULL;
             Index++) {
            if (Entry->Object == Before->Object) {
                Calls = Entry->Calls;
                Masked = (Entry->Flags & DIRQL_INTERRUPT_STORM) != 0;
            }
        }
        if (Interrupts != NULL) {
            SnapshotFree(Interrupts);
        }
    }
    UnmaskReport(Before, Masked, Calls);
}

static BOOLEAN
UnmaskParse(const COMMAND_LINE *Line, UNMASK_TARGET *Target)
{
    ULONG64 Number;

    Target->Line = Line->Count == 3;
    if (Target->Line && !IsSameText(Line->Word[1], "gsi")) {
        Print("usage: unmask VECTOR | gsi NUMBER\n");
        return FALSE;
    }
    if (!CommandParseNumber(Line->Word[Line->Count - 1],
                            Target->Line ? HIGHEST_GSI : HIGHEST_VECTOR, &Number)) {
        return FALSE;
    }
    Target->Number = (ULONG)Number;
    return TRUE;
}

/* Objects that share a vector of a processor stand together: the first one counts. */
VOID
CommandUnmask(const COMMAND_LINE *Line)
{
    PDIRQL_INTERRUPT_INFORMATION Entry, Last = NULL;
    PDIRQL_QUERY_HEADER Interrupts;
    UNMASK_TARGET Target;
    ULONG Found = 0, Masked = 0;

    if (!UnmaskParse(Line, &Target) ||
        (Interrupts = SnapshotTake(DirqlInterrupts)) == NULL) {
        return;
    }
    for (ULONG Index = 0; (Entry = SnapshotEntry(Interrupts, Index)) != NULL; Index++) {
        if (!UnmaskMeans(&Target, Entry) ||
            (Last != NULL && Last->Processor == Entry->Processor &&
             Last->Vector == Entry->Vector)) {
            continue;
        }
        Last = Entry;
        Found++;
        if ((Entry->Flags & DIRQL_INTERRUPT_STORM) != 0) {
            Masked++;
            UnmaskOne(Entry);
        }
    }
    if (Found == 0) {
        Print("%s: no interrupt is connected there\n", Line->Word[Line->Count - 1]);
    } else if (Masked == 0) {
        Print("%s: no storm has masked it\n", Line->Word[Line->Count - 1]);
    }
    SnapshotFree(Interrupts);
}
