/*
 * ping.c - ICMP echo requests, one after the other, each with the time its answer took. The
 * adapter is asked through its driver's reads and writes; what else comes in meanwhile is
 * passed over, but for who asks for our station address.
 */
#include "monitor.h"

#include <netecho.h>

#define PING_COUNT        4
#define PING_LIMIT        1000
#define PING_PAYLOAD      56
#define PING_IDENTIFIER   0xD119
#define PING_PATIENCE     NETECHO_SECOND
#define PING_ARP_TRIES    3
#define PING_INTERVAL     (200 * NETECHO_MILLISECOND)
#define PING_ADDRESS_TEXT 16

typedef struct _PING {
    PNIC Nic;
    WIRE_HOST Self;
    WIRE_HOST Peer;
    BOOLEAN PeerKnown;
    BOOLEAN Answered;
    USHORT Sequence;
    ULONG Replies;
    ULONG Damaged;
    UCHAR Frame[WIRE_FRAME_MAX];
} PING, *PPING;

static NTSTATUS
PingSendArp(PPING Ping, USHORT Operation, const WIRE_HOST *Target)
{
    WIRE_ARP Arp = {.Operation = Operation, .Sender = Ping->Self, .Target = *Target};
    UCHAR Frame[WIRE_ARP_SIZE];

    return NicSend(Ping->Nic, Frame, WireBuildArp(Frame, sizeof(Frame), &Arp));
}

static NTSTATUS
PingSendRequest(PPING Ping)
{
    UCHAR Payload[PING_PAYLOAD], Frame[WIRE_ECHO_SIZE + PING_PAYLOAD];
    WIRE_ECHO Echo = {.Type = WIRE_ICMP_ECHO_REQUEST,
                      .From = Ping->Self.Address,
                      .To = Ping->Peer.Address,
                      .Identifier = PING_IDENTIFIER,
                      .Sequence = Ping->Sequence,
                      .Payload = Payload,
                      .PayloadSize = sizeof(Payload)};

    for (ULONG Index = 0; Index < sizeof(Payload); Index++) {
        Payload[Index] = (UCHAR)(Index + Ping->Sequence);
    }
    return NicSend(
        Ping->Nic, Frame,
        WireBuildEcho(Frame, sizeof(Frame), Ping->Self.Mac, Ping->Peer.Mac, &Echo));
}

static NTSTATUS
PingTakeArp(PPING Ping, const WIRE_ARP *Arp)
{
    if (Arp->Target.Address != Ping->Self.Address) {
        return STATUS_SUCCESS;
    }
    if (Arp->Operation == WIRE_ARP_REQUEST) {
        return PingSendArp(Ping, WIRE_ARP_REPLY, &Arp->Sender);
    }
    if (Arp->Operation == WIRE_ARP_REPLY && Arp->Sender.Address == Ping->Peer.Address) {
        Ping->Peer = Arp->Sender;
        Ping->PeerKnown = TRUE;
    }
    return STATUS_SUCCESS;
}

/* An answer to the request that is out; a late one to an earlier request is none. */
static VOID
PingTakeEcho(PPING Ping, const WIRE_ECHO *Echo)
{
    BOOLEAN Intact = Echo->Intact && Echo->PayloadSize == PING_PAYLOAD;

    if (Echo->Type != WIRE_ICMP_ECHO_REPLY || Echo->Identifier != PING_IDENTIFIER ||
        Echo->Sequence != Ping->Sequence || Echo->From != Ping->Peer.Address) {
        return;
    }
    for (ULONG Index = 0; Intact && Index < PING_PAYLOAD; Index++) {
        Intact = Echo->Payload[Index] == (UCHAR)(Index + Ping->Sequence);
    }
    Ping->Answered = TRUE;
    Ping->Replies += Intact;
    Ping->Damaged += !Intact;
}

/* Waits for one frame and looks what it is. STATUS_TIMEOUT: none came until Deadline. */
static NTSTATUS
PingTakeFrame(PPING Ping, ULONG64 Deadline)
{
    WIRE_ARP Arp;
    WIRE_ECHO Echo;
    ULONG Length;
    NTSTATUS Status =
        NicReceive(Ping->Nic, Deadline, Ping->Frame, sizeof(Ping->Frame), &Length);

    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    if (WireParseArp(Ping->Frame, Length, &Arp)) {
        return PingTakeArp(Ping, &Arp);
    }
    if (WireParseEcho(Ping->Frame, Length, &Echo)) {
        PingTakeEcho(Ping, &Echo);
    }
    return STATUS_SUCCESS;
}

/* Serves frames until *Flag is set or the time is over. */
static NTSTATUS
PingAwait(PPING Ping, const BOOLEAN *Flag, ULONG64 Patience)
{
    ULONG64 Deadline = KeQueryInterruptTime() + Patience;
    NTSTATUS Status = STATUS_SUCCESS;

    while (Status == STATUS_SUCCESS && !*Flag && KeQueryInterruptTime() < Deadline) {
        Status = PingTakeFrame(Ping, Deadline);
    }
    return (Status == STATUS_TIMEOUT) ? STATUS_SUCCESS : Status;
}

static NTSTATUS
PingResolve(PPING Ping)
{
    NTSTATUS Status = STATUS_SUCCESS;

    for (ULONG Try = 0;
         Try < PING_ARP_TRIES && Status == STATUS_SUCCESS && !Ping->PeerKnown; Try++) {
        Status = PingSendArp(Ping, WIRE_ARP_REQUEST, &Ping->Peer);
        if (Status == STATUS_SUCCESS) {
            Status = PingAwait(Ping, &Ping->PeerKnown, PING_PATIENCE);
        }
    }
    return Status;
}

static NTSTATUS
PingOnce(PPING Ping, PCSTR Address)
{
    LARGE_INTEGER Begin, Frequency, Pause = {.QuadPart = -(LONGLONG)PING_INTERVAL};
    NTSTATUS Status;

    Ping->Sequence++;
    Ping->Answered = FALSE;
    Begin = KeQueryPerformanceCounter(&Frequency);
    Status = PingSendRequest(Ping);
    if (Status == STATUS_SUCCESS) {
        Status = PingAwait(Ping, &Ping->Answered, PING_PATIENCE);
    }
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    if (!Ping->Answered) {
        Print("no answer to request %u\n", Ping->Sequence);
        return Status;
    }
    Print("%u bytes from %s: request %u, %I64u us\n", PING_PAYLOAD, Address,
          Ping->Sequence,
          (ULONG64)(KeQueryPerformanceCounter(NULL).QuadPart - Begin.QuadPart) * 1000000 /
              (ULONG64)Frequency.QuadPart);
    KeDelayExecutionThread(KernelMode, FALSE, &Pause);
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
    while (Status == STATUS_SUCCESS && Ping->Sequence < Count) {
        Status = PingOnce(Ping, Address);
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
    return TRUE;
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
