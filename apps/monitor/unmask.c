/*
 * unmask.c - lets an interrupt through that a storm has masked, by its vector or its line,
 * and looks for a while what comes of it.
 */
#include "monitor.h"

#define UNMASK_LOOKS    20
#define UNMASK_INTERVAL 10 /* milliseconds */
#define HIGHEST_VECTOR  255
#define HIGHEST_GSI     1023

/* What is let through: a vector, or a line. */
typedef struct _UNMASK_TARGET {
    BOOLEAN Line;
    ULONG Number;
} UNMASK_TARGET;

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

/* Whether the vector is masked again; *Calls: those of the object by now. */
static BOOLEAN
UnmaskLook(const DIRQL_INTERRUPT_INFORMATION *Before, PULONG64 Calls)
{
    PDIRQL_QUERY_HEADER Interrupts = SnapshotTake(DirqlInterrupts);
    PDIRQL_INTERRUPT_INFORMATION Entry;
    BOOLEAN Masked = FALSE;

    if (Interrupts == NULL) {
        return FALSE;
    }
    for (ULONG Index = 0; (Entry = SnapshotEntry(Interrupts, Index)) != NULL; Index++) {
        if (Entry->Object == Before->Object) {
            *Calls = Entry->Calls;
            Masked = (Entry->Flags & DIRQL_INTERRUPT_STORM) != 0;
        }
    }
    SnapshotFree(Interrupts);
    return Masked;
}

/* Lets one object's vector through and says what came of it. */
static VOID
UnmaskOne(const DIRQL_INTERRUPT_INFORMATION *Before)
{
    NTSTATUS Status = DirqlUnmaskInterrupt(Before->Processor, Before->Vector);
    ULONG64 Calls = Before->Calls;
    BOOLEAN Masked = FALSE;

    if (!NT_SUCCESS(Status)) {
        PrintFailure("unmask", Status);
        return;
    }
    for (ULONG Look = 0; Look < UNMASK_LOOKS && !Masked; Look++) {
        Pause(UNMASK_INTERVAL);
        Masked = UnmaskLook(Before, &Calls);
    }
    Print("vector 0x%02X on processor %u is let through: %I64u calls since%s\n",
          Before->Vector, Before->Processor, Calls - Before->Calls,
          Masked ? ", and masked again: the storm goes on" : "");
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
