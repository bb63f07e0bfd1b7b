/*
 * ping.c - ICMP echo requests, one after the other, each with the time its answer took,
 * through the network adapter's driver.
 */
#include "ping.h"

#define PING_COUNT        4
#define PING_LIMIT        1000
#define PING_INTERVAL     200 /* milliseconds */
#define PING_ADDRESS_TEXT 16

static ULONG64
PingMicroseconds(LARGE_INTEGER Begin, LARGE_INTEGER Frequency)
{
    LARGE_INTEGER Now = KeQueryPerformanceCounter(NULL);

    return (ULONG64)(Now.QuadPart - Begin.QuadPart) * 1000000 /
           (ULONG64)Frequency.QuadPart;
}

static NTSTATUS
PingOnce(PPING Ping, PCSTR Address)
{
    LARGE_INTEGER Frequency, Begin = KeQueryPerformanceCounter(&Frequency);
    NTSTATUS Status;

    Ping->Sequence++;
    Status = PingExchange(Ping);
    if (Status == STATUS_SUCCESS && Ping->Answered) {
        Print("%u bytes from %s: request %u, %I64u us\n", PING_PAYLOAD, Address,
              Ping->Sequence, PingMicroseconds(Begin, Frequency));
    } else if (Status == STATUS_SUCCESS) {
        Print("no answer to request %u\n", Ping->Sequence);
    }
    return Status;
}

/* Count requests, or as many as there are before Ctrl-C. */
static NTSTATUS
PingSeries(PPING Ping, PCSTR Address, ULONG Count)
{
    NTSTATUS Status = PingOnce(Ping, Address);

    while (Status == STATUS_SUCCESS && Ping->Sequence < Count &&
           !TerminalInterrupted(PING_INTERVAL)) {
        Status = PingOnce(Ping, Address);
    }
    return Status;
}

static VOID
PingRun(PPING Ping, PCSTR Address, ULONG Count)
{
    NTSTATUS Status = NicQueryAddress(Ping->Nic, Ping->Self.Mac);

    if (NT_SUCCESS(Status)) {
        Status = PingResolve(Ping);
    }
    if (NT_SUCCESS(Status) && !Ping->PeerKnown) {
        Print("%s: nobody on the network has that address\n", Address);
        return;
    }
    if (NT_SUCCESS(Status)) {
        Status = PingSeries(Ping, Address, Count);
    }
    if (!NT_SUCCESS(Status)) {
        PrintFailure("the adapter", Status);
    }
    Print("%u sent, %u answered, %u damaged\n", Ping->Sequence, Ping->Replies,
          Ping->Damaged);
}

static BOOLEAN
PingParse(const COMMAND_LINE *Line, PULONG Address, PULONG64 Count)
{
    WCHAR Text[PING_ADDRESS_TEXT];
    UNICODE_STRING String;

    *Count = PING_COUNT;
    if (!MakeUnicode("", Line->Word[1], Text, sizeof(Text), &String) ||
        !WireParseAddress(Text, String.Length / sizeof(WCHAR), Address)) {
        Print("%s: not an IPv4 address\n", Line->Word[1]);
        return FALSE;
    }
    if (Line->Count > 2 && !CommandParseNumber(Line->Word[2], PING_LIMIT, Count)) {
        return FALSE;
    }
    if (*Count == 0) {
        Print("0: nothing to send\n");
    }
    return *Count != 0;
}

static NTSTATUS
PingOpen(PPING Ping)
{
    CHAR Name[DIRQL_NAME_LENGTH];
    WCHAR Buffer[DIRQL_NAME_LENGTH];
    UNICODE_STRING Device;

    if (!FindDevice(FILE_DEVICE_PHYSICAL_NETCARD, NULL, 0, Name) ||
        !MakeUnicode("", Name, Buffer, sizeof(Buffer), &Device)) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    return NicOpen(&Device, &Ping->Nic);
}

VOID
CommandPing(const COMMAND_LINE *Line)
{
    ULONG Address;
    ULONG64 Count;
    NTSTATUS Status;
    PPING Ping;

    if (!PingParse(Line, &Address, &Count)) {
        return;
    }
    Ping = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*Ping), MONITOR_TAG);
    if (Ping == NULL) {
        PrintFailure("ping", STATUS_INSUFFICIENT_RESOURCES);
        return;
    }
    RtlZeroMemory(Ping, sizeof(*Ping));
    Ping->Self.Address = MonitorAddress;
    Ping->Peer.Address = Address;
    Status = PingOpen(Ping);
    if (NT_SUCCESS(Status)) {
        PingRun(Ping, Line->Word[1], (ULONG)Count);
        NicClose(Ping->Nic);
    } else {
        PrintFailure("network adapter", Status);
    }
    ExFreePoolWithTag(Ping, MONITOR_TAG);
}
