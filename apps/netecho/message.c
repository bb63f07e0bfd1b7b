/*
 * message.c - the messages of the job: what is sent, and what a frame that came
 * in means.
 */
#include "echo.h"

#define ECHO_PAYLOAD    56
#define ECHO_IDENTIFIER 0xD117

/* A payload that differs from request to request and from byte to byte. */
static UCHAR
EchoPattern(USHORT Sequence, ULONG Offset)
{
    return (UCHAR)(Sequence * 31 + (Sequence >> 8) + Offset * 7 + 1);
}

NTSTATUS
EchoSendArp(PECHO_JOB Job, USHORT Operation, const WIRE_HOST *Target)
{
    WIRE_ARP Arp = {.Operation = Operation, .Sender = Job->Self, .Target = *Target};
    ULONG Length = WireBuildArp(Job->Built, sizeof(Job->Built), &Arp);

    return NicSend(Job->Nic, Job->Built, Length);
}

/* Sends a request, for the first time or again. */
NTSTATUS
EchoSendRequest(PECHO_JOB Job, PECHO_REQUEST Request)
{
    UCHAR Payload[ECHO_PAYLOAD];
    WIRE_ECHO Echo = {.Type = WIRE_ICMP_ECHO_REQUEST,
                      .From = Job->Self.Address,
                      .To = Job->Peer.Address,
                      .Identifier = ECHO_IDENTIFIER,
                      .Sequence = Request->Sequence,
                      .Payload = Payload,
                      .PayloadSize = sizeof(Payload)};
    ULONG Length, Offset;

    for (Offset = 0; Offset < sizeof(Payload); Offset++) {
        Payload[Offset] = EchoPattern(Request->Sequence, Offset);
    }
    Length = WireBuildEcho(Job->Built, sizeof(Job->Built), Job->Self.Mac, Job->Peer.Mac,
                           &Echo);
    Request->Tries++;
    Request->Deadline = KeQueryInterruptTime() + ECHO_TIMEOUT;
    return NicSend(Job->Nic, Job->Built, Length);
}

/* The peer tells its address, or anybody asks for ours. */
static NTSTATUS
EchoHandleArp(PECHO_JOB Job, const WIRE_ARP *Arp)
{
    if (Arp->Target.Address != Job->Self.Address) {
        return STATUS_SUCCESS;
    }
    if (Arp->Operation == WIRE_ARP_REQUEST) {
        return EchoSendArp(Job, WIRE_ARP_REPLY, &Arp->Sender);
    }
    if (Arp->Operation == WIRE_ARP_REPLY && Arp->Sender.Address == Job->Peer.Address) {
        Job->Peer = Arp->Sender;
        Job->PeerKnown = TRUE;
    }
    return STATUS_SUCCESS;
}

/* Is this the very payload that was sent? */
static BOOLEAN
EchoPayloadMatches(const WIRE_ECHO *Echo)
{
    ULONG Offset;

    if (Echo->PayloadSize != ECHO_PAYLOAD) {
        return FALSE;
    }
    for (Offset = 0; Offset < ECHO_PAYLOAD; Offset++) {
        if (Echo->Payload[Offset] != EchoPattern(Echo->Sequence, Offset)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* One line for every quarter of the way. */
static VOID
EchoShowProgress(const ECHO_JOB *Job)
{
    ULONG Quarter = Job->Count >= 4 ? Job->Count / 4 : 1;

    if (Job->Replies % Quarter == 0) {
        DbgPrint("netecho: %lu/%lu replies\n", Job->Replies, Job->Count);
    }
}

/* Judges a reply. One that comes a second time, after a retransmission, counts
 * for nothing. */
static VOID
EchoHandleReply(PECHO_JOB Job, const WIRE_ECHO *Echo)
{
    PECHO_REQUEST Request = &Job->Window[Echo->Sequence % ECHO_WINDOW];

    if (Echo->Type != WIRE_ICMP_ECHO_REPLY || Echo->From != Job->Peer.Address ||
        Echo->To != Job->Self.Address || Echo->Identifier != ECHO_IDENTIFIER) {
        return;
    }
    if (!Echo->Intact || !EchoPayloadMatches(Echo)) {
        Job->Damaged++;
        return;
    }
    if (Request->Tries != 0 && Request->Sequence == Echo->Sequence) {
        Request->Tries = 0;
        Job->Replies++;
        EchoShowProgress(Job);
    }
}

/* Waits for one frame until Deadline and deals with it. No frame is no error.
 */
NTSTATUS
EchoServeFrame(PECHO_JOB Job, ULONG64 Deadline)
{
    NTSTATUS Status;
    WIRE_ECHO Echo;
    WIRE_ARP Arp;
    ULONG Length;

    Status =
        NicReceive(Job->Nic, Deadline, Job->Received, sizeof(Job->Received), &Length);
    if (Status != STATUS_SUCCESS) {
        return Status == STATUS_TIMEOUT ? STATUS_SUCCESS : Status;
    }
    if (WireParseArp(Job->Received, Length, &Arp)) {
        return EchoHandleArp(Job, &Arp);
    }
    if (WireParseEcho(Job->Received, Length, &Echo)) {
        EchoHandleReply(Job, &Echo);
    }
    Length = WireReflect(Job->Received, Length, &Job->Self);
    if (Length != 0) {
        Job->Served++;
        return NicSend(Job->Nic, Job->Received, Length);
    }
    return STATUS_SUCCESS;
}
