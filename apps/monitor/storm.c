/*
 * storm.c - an interrupt storm on request: edu's driver raises its line and looks away, the
 * kernel masks the line.
 */
#include "monitor.h"

#include "../../drivers/edu/eduioctl.h"

#define STORM_DRIVER   "edu.sys"
#define STORM_LOOKS    300
#define STORM_INTERVAL 10 /* milliseconds */

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
        Pause(STORM_INTERVAL);
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
