/*
 * driver.c - DriverEntry reads the parameters and starts the thread that talks.
 *
 * There is no DriverUnload: the thread runs in this image until the end, which is the
 * command `quit`, or a port that is gone.
 */
#include "monitor.h"

#include <netecho.h>

#define PARAMETERS_KEY   L"\\Parameters"
#define NAME_CAPACITY    64
#define ADDRESS_CAPACITY 16 /* "255.255.255.255" and a terminator */
#define PATH_CAPACITY    200

DRIVER_INITIALIZE DriverEntry;
static KSTART_ROUTINE MonitorThread;

ULONG MonitorAddress = 0x0A00020F; /* 10.0.2.15: QEMU's user networking */

static WCHAR MonitorPortBuffer[NAME_CAPACITY] = L"\\Device\\Serial0";
static UNICODE_STRING MonitorPort;

/* Port and Address below Path; a value, or the whole key, that is not there changes
   nothing. */
static NTSTATUS
MonitorReadParameters(PCWSTR Path)
{
    WCHAR Buffer[ADDRESS_CAPACITY] = {0};
    UNICODE_STRING Address = {0, sizeof(Buffer), Buffer};
    RTL_QUERY_REGISTRY_TABLE Table[3];

    RtlInitUnicodeString(&MonitorPort, MonitorPortBuffer);
    MonitorPort.MaximumLength = sizeof(MonitorPortBuffer);
    RtlZeroMemory(Table, sizeof(Table));
    Table[0].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[0].Name = L"Port";
    Table[0].EntryContext = &MonitorPort;
    Table[1].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[1].Name = L"Address";
    Table[1].EntryContext = &Address;
    (VOID) RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Path, Table, NULL, NULL);
    if (Address.Length != 0 &&
        !WireParseAddress(Address.Buffer, Address.Length / sizeof(WCHAR),
                          &MonitorAddress)) {
        DbgPrint("monitor: Address is not an IPv4 address: %wZ\n", &Address);
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

/* Greets, and obeys until `quit`. Returns why it ended, success for `quit`. */
static NTSTATUS
MonitorTalk(VOID)
{
    CHAR Line[LINE_CAPACITY];
    NTSTATUS Status;

    Print("\ndirql monitor; 'help' lists the commands, 'quit' powers off\n");
    do {
        Status = LineRead("dirql> ", Line);
    } while (NT_SUCCESS(Status) && CommandRun(Line));
    return Status;
}

static VOID NTAPI
MonitorThread(PVOID Context)
{
    NTSTATUS Status = TerminalOpen(&MonitorPort);

    UNREFERENCED_PARAMETER(Context);
    if (NT_SUCCESS(Status)) {
        Status = MonitorTalk();
        TerminalClose();
    }
    if (!NT_SUCCESS(Status)) {
        DbgPrint("monitor: %wZ: status 0x%08x\n", &MonitorPort, (ULONG)Status);
    }
    PsTerminateSystemThread(Status);
}

/* PASSIVE_LEVEL. STATUS_INVALID_PARAMETER for a parameter that is no good, or why the
   thread cannot be had. */
NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WCHAR Path[PATH_CAPACITY];
    OBJECT_ATTRIBUTES Attributes;
    HANDLE Thread;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(DriverObject);
    if (RegistryPath->Length + sizeof(PARAMETERS_KEY) > sizeof(Path)) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    RtlCopyMemory(Path, RegistryPath->Buffer, RegistryPath->Length);
    RtlCopyMemory((PUCHAR)Path + RegistryPath->Length, PARAMETERS_KEY,
                  sizeof(PARAMETERS_KEY));
    Status = MonitorReadParameters(Path);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    Status = PsCreateSystemThread(&Thread, THREAD_ALL_ACCESS, &Attributes, NULL, NULL,
                                  MonitorThread, NULL);
    if (NT_SUCCESS(Status)) {
        ZwClose(Thread);
    }
    return Status;
}
