/*
 * pingecho.c - one request, and its answer among the frames that come in. Others are passed
 * over, but for who asks for our station address.
 */
#include "ping.h"

#define PING_IDENTIFIER 0xD119
#define PING_PATIENCE   NETECHO_SECOND
#define PING_ARP_TRIES  3

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

NTSTATUS
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

NTSTATUS
PingExchange(PPING Ping)
{
    NTSTATUS Status;

    Ping->Answered = FALSE;
    Status = PingSendRequest(Ping);
    return (Status == STATUS_SUCCESS) ? PingAwait(Ping, &Ping->Answered, PING_PATIENCE)
                                      : Status;
}
