/*
 * drivers.c - drivers started and stopped, and the machine stopped.
 */
#include "monitor.h"

#define SERVICES      "\\Registry\\Machine\\System\\CurrentControlSet\\Services\\"
#define PATH_CAPACITY 160
#define FLUSH_TIME    100 /* milliseconds: the port sends what it was given */

/* How many devices a loaded driver has; FALSE: it is not loaded. */
static BOOLEAN
CountDevices(PCSTR Name, PULONG Devices)
{
    PDIRQL_QUERY_HEADER Drivers = SnapshotTake(DirqlDrivers);
    PDIRQL_DRIVER_INFORMATION Entry;
    BOOLEAN Found = FALSE;

    if (Drivers == NULL) {
        return FALSE;
    }
    for (ULONG Index = 0; (Entry = SnapshotEntry(Drivers, Index)) != NULL; Index++) {
        if (IsSameText(Entry->Name, Name) && (Entry->Flags & DIRQL_DRIVER_LOADED) != 0) {
            *Devices = Entry->Devices;
            Found = TRUE;
        }
    }
    SnapshotFree(Drivers);
    return Found;
}

VOID
CommandStart(const COMMAND_LINE *Line)
{
    WCHAR Buffer[PATH_CAPACITY];
    UNICODE_STRING Path;
    NTSTATUS Status = STATUS_OBJECT_NAME_INVALID;
    ULONG Devices;

    if (MakeUnicode(SERVICES, Line->Word[1], Buffer, sizeof(Buffer), &Path)) {
        Status = ZwLoadDriver(&Path);
    }
    if (!NT_SUCCESS(Status)) {
        PrintFailure(Line->Word[1], Status);
    } else if (CountDevices(Line->Word[1], &Devices)) {
        Print("%s is loaded and has %u devices\n", Line->Word[1], Devices);
    }
}

VOID
CommandStop(const COMMAND_LINE *Line)
{
    WCHAR Buffer[PATH_CAPACITY];
    UNICODE_STRING Path;
    NTSTATUS Status = STATUS_OBJECT_NAME_INVALID;

    if (MakeUnicode(SERVICES, Line->Word[1], Buffer, sizeof(Buffer), &Path)) {
        Status = ZwUnloadDriver(&Path);
    }
    if (NT_SUCCESS(Status)) {
        Print("%s is stopped\n", Line->Word[1]);
    } else {
        PrintFailure(Line->Word[1], Status);
    }
}

VOID
CommandBugCheck(const COMMAND_LINE *Line)
{
    ULONG64 Number[5] = {0};

    for (ULONG Index = 1; Index < Line->Count; Index++) {
        ULONG64 Limit = (Index == 1) ? MAXULONG : MAXULONGLONG;

        if (!CommandParseNumber(Line->Word[Index], Limit, &Number[Index - 1])) {
            return;
        }
    }
    Print("bug check 0x%08I64x\n", Number[0]);
    Pause(FLUSH_TIME);
    KeBugCheckEx((ULONG)Number[0], (ULONG_PTR)Number[1], (ULONG_PTR)Number[2],
                 (ULONG_PTR)Number[3], (ULONG_PTR)Number[4]);
}
