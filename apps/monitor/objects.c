/*
 * objects.c - devices, drivers, threads.
 */
#include "monitor.h"

/* The name of a device by its object, or "-". */
static PCSTR
NameOfDevice(PDIRQL_QUERY_HEADER Devices, ULONG64 Object)
{
    PDIRQL_DEVICE_INFORMATION Entry;

    for (ULONG Index = 0; (Entry = SnapshotEntry(Devices, Index)) != NULL; Index++) {
        if (Object != 0 && Entry->Object == Object) {
            return Entry->Name;
        }
    }
    return "-";
}

static PCSTR
StateOfDevice(const DIRQL_DEVICE_INFORMATION *Device)
{
    if ((Device->Flags & DIRQL_DEVICE_DELETING) != 0) {
        return "going";
    }
    if ((Device->Flags & DIRQL_DEVICE_PHYSICAL) == 0) {
        return "-";
    }
    return (Device->Flags & DIRQL_DEVICE_STARTED) ? "started" : "idle";
}

VOID
CommandDevices(const COMMAND_LINE *Line)
{
    PDIRQL_QUERY_HEADER Devices = SnapshotTake(DirqlDevices);
    PDIRQL_DEVICE_INFORMATION Entry;

    UNREFERENCED_PARAMETER(Line);
    if (Devices == NULL) {
        return;
    }
    Print("%-26s %-14s %-14s %-8s %5s %9s %9s %12s %6s\n", "device", "driver", "on",
          "state", "opens", "IRPs", "completed", "bytes", "errors");
    for (ULONG Index = 0; (Entry = SnapshotEntry(Devices, Index)) != NULL; Index++) {
        Print("%-26s %-14s %-14s %-8s %5u %9I64u %9I64u %12I64u %6I64u\n", Entry->Name,
              Entry->Driver, NameOfDevice(Devices, Entry->Below), StateOfDevice(Entry),
              Entry->Opens, Entry->Issued, Entry->Completed, Entry->Bytes, Entry->Errors);
    }
    SnapshotFree(Devices);
}

BOOLEAN
FindDevice(ULONG Type, PCSTR Module, ULONG Index, PCHAR Name)
{
    PDIRQL_QUERY_HEADER Devices = SnapshotTake(DirqlDevices);
    PDIRQL_DEVICE_INFORMATION Entry;
    BOOLEAN Found = FALSE;

    if (Devices == NULL) {
        return FALSE;
    }
    for (ULONG At = 0; !Found && (Entry = SnapshotEntry(Devices, At)) != NULL; At++) {
        if (Entry->Type == Type && Entry->Name[0] == '\\' &&
            (Module == NULL || IsSameText(Entry->Driver, Module)) && Index-- == 0) {
            RtlCopyMemory(Name, Entry->Name, DIRQL_NAME_LENGTH);
            Found = TRUE;
        }
    }
    SnapshotFree(Devices);
    return Found;
}

static PCSTR
StateOfDriver(const DIRQL_DRIVER_INFORMATION *Driver)
{
    if ((Driver->Flags & DIRQL_DRIVER_LOADED) == 0) {
        return "not loaded";
    }
    if ((Driver->Flags & DIRQL_DRIVER_UNLOADING) != 0) {
        return "going";
    }
    if ((Driver->Flags & DIRQL_DRIVER_BUILT_IN) != 0) {
        return "built in";
    }
    return (Driver->Flags & DIRQL_DRIVER_APPLICATION) ? "program" : "loaded";
}

VOID
CommandDrivers(const COMMAND_LINE *Line)
{
    PDIRQL_QUERY_HEADER Drivers = SnapshotTake(DirqlDrivers);
    PDIRQL_DRIVER_INFORMATION Entry;

    UNREFERENCED_PARAMETER(Line);
    if (Drivers == NULL) {
        return;
    }
    Print("%-12s %-11s %7s %-4s %-8s %8s  %s\n", "driver", "state", "devices", "stop",
          "verified", "bytes", "image at");
    for (ULONG Index = 0; (Entry = SnapshotEntry(Drivers, Index)) != NULL; Index++) {
        if ((Entry->Flags & DIRQL_DRIVER_LOADED) == 0) {
            Print("%-12s %-11s\n", Entry->Name, StateOfDriver(Entry));
            continue;
        }
        Print("%-12s %-11s %7u %-4s %-8s %8u  %016I64x\n", Entry->Name,
              StateOfDriver(Entry), Entry->Devices,
              (Entry->Flags & DIRQL_DRIVER_UNLOADABLE) ? "yes" : "no",
              (Entry->Flags & DIRQL_DRIVER_VERIFIED) ? "yes" : "no", Entry->Size,
              Entry->Base);
    }
    SnapshotFree(Drivers);
}

static PCSTR
StateOfThread(ULONG State)
{
    static const PCSTR States[] = {"new", "ready", "running", "next", "ended", "waiting"};

    return (State < RTL_NUMBER_OF(States)) ? States[State] : "?";
}

VOID
CommandThreads(const COMMAND_LINE *Line)
{
    PDIRQL_QUERY_HEADER Threads = SnapshotTake(DirqlThreads);
    PDIRQL_THREAD_INFORMATION Entry;

    UNREFERENCED_PARAMETER(Line);
    if (Threads == NULL) {
        return;
    }
    Print("%5s %-8s %4s %4s %3s %9s %6s  %s\n", "id", "state", "prio", "base", "cpu",
          "switches", "ticks", "routine");
    for (ULONG Index = 0; (Entry = SnapshotEntry(Threads, Index)) != NULL; Index++) {
        Print("%5I64u %-8s %4d %4d %3u %9u %6u  %s\n", Entry->Id,
              StateOfThread(Entry->State), Entry->Priority, Entry->BasePriority,
              Entry->Processor, Entry->ContextSwitches, Entry->ClockTicks,
              Entry->Routine);
    }
    SnapshotFree(Threads);
}
