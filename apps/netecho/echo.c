/*
 * echo.c - the job: find the peer, keep a window of echo requests in flight,
 * report.
 *
 * Time is a deadline per request: what is not answered by then is sent again, a
 * few times.
 */
#include "echo.h"

/* Finds the peer's station address. STATUS_IO_TIMEOUT if it does not answer. */
static NTSTATUS
EchoResolvePeer(PECHO_JOB Job)
{
    NTSTATUS Status = STATUS_SUCCESS;
    ULONG64 Deadline;
    ULONG Try;

    for (Try = 0; Try < Job->Tries && !Job->PeerKnown; Try++) {
        Status = EchoSendArp(Job, WIRE_ARP_REQUEST, &Job->Peer);
        Deadline = KeQueryInterruptTime() + ECHO_TIMEOUT;
        while (NT_SUCCESS(Status) && !Job->PeerKnown &&
               KeQueryInterruptTime() < Deadline) {
            Status = EchoServeFrame(Job, Deadline);
        }
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
    }
    return Job->PeerKnown ? STATUS_SUCCESS : STATUS_IO_TIMEOUT;
}

/* Starts new requests as long as the next one's place in the window is free. */
static NTSTATUS
EchoFillWindow(PECHO_JOB Job)
{
    NTSTATUS Status = STATUS_SUCCESS;
    PECHO_REQUEST Request;

    while (NT_SUCCESS(Status) && Job->Started < Job->Count) {
        Request = &Job->Window[Job->Started % ECHO_WINDOW];
        if (Request->Tries != 0) {
            break;
        }
        Request->Sequence = (USHORT)Job->Started++;
        Status = EchoSendRequest(Job, Request);
    }
    return Status;
}

/*
 * Sends again what is overdue, and finds the time at which the next request
 * will be. STATUS_IO_TIMEOUT if a request was sent often enough.
 */
static NTSTATUS
EchoRetransmit(PECHO_JOB Job, PULONG64 NextDeadline)
{
    NTSTATUS Status = STATUS_SUCCESS;
    PECHO_REQUEST Request;
    ULONG Index;

    *NextDeadline = KeQueryInterruptTime() + ECHO_TIMEOUT;
    for (Index = 0; Index < ECHO_WINDOW && NT_SUCCESS(Status); Index++) {
        Request = &Job->Window[Index];
        if (Request->Tries == 0) {
            continue;
        }
        if (Request->Deadline <= KeQueryInterruptTime()) {
            if (Request->Tries >= Job->Tries) {
                return STATUS_IO_TIMEOUT;
            }
            Job->Retransmitted++;
            Status = EchoSendRequest(Job, Request);
        }
        if (Request->Deadline < *NextDeadline) {
            *NextDeadline = Request->Deadline;
        }
    }
    return Status;
}

/* Gets all requests answered. Damage is a failure even if a later reply was
 * whole. */
static NTSTATUS
EchoExchange(PECHO_JOB Job)
{
    NTSTATUS Status = STATUS_SUCCESS;
    ULONG64 NextDeadline;

    while (NT_SUCCESS(Status) && Job->Replies < Job->Count) {
        Status = EchoFillWindow(Job);
        if (NT_SUCCESS(Status)) {
            Status = EchoRetransmit(Job, &NextDeadline);
        }
        if (NT_SUCCESS(Status)) {
            Status = EchoServeFrame(Job, NextDeadline);
        }
    }
    if (NT_SUCCESS(Status) && Job->Damaged != 0) {
        Status = STATUS_DATA_ERROR;
    }
    return Status;
}

/* Since Begin, by the performance counter: a clock tick is longer than an
 * exchange. */
static ULONG
EchoMilliseconds(LARGE_INTEGER Begin, LARGE_INTEGER Frequency)
{
    LARGE_INTEGER Now = KeQueryPerformanceCounter(NULL);

    return (ULONG)((Now.QuadPart - Begin.QuadPart) * 1000 / Frequency.QuadPart);
}

/* Answers others for a while: ARP, ICMP echo, UDP echo. */
static NTSTATUS
EchoServe(PECHO_JOB Job, ULONG Seconds)
{
    ULONG64 End = KeQueryInterruptTime() + Seconds * NETECHO_SECOND;
    NTSTATUS Status = STATUS_SUCCESS;

    if (Seconds == 0) {
        return STATUS_SUCCESS;
    }
    DbgPrint("netecho: serving for %lu s\n", Seconds);
    while (NT_SUCCESS(Status) && KeQueryInterruptTime() < End) {
        Status = EchoServeFrame(Job, End);
    }
    DbgPrint("netecho: answered %lu echoes of others\n", Job->Served);
    return Status;
}

/* From open adapter to last reply, with a report at the end whatever the
 * outcome. */
static NTSTATUS
EchoRunJob(PECHO_JOB Job)
{
    ULONG Peer = Job->Peer.Address;
    LARGE_INTEGER Begin, Frequency;
    NTSTATUS Status;

    Status = NicQueryAddress(Job->Nic, Job->Self.Mac);
    if (!NT_SUCCESS(Status)) {
        DbgPrint("netecho: the adapter does not tell its address, status %08lx\n",
                 (ULONG)Status);
        return Status;
    }
    if (Job->Count == 0) {
        return STATUS_SUCCESS; /* there to answer others only */
    }
    Status = EchoResolvePeer(Job);
    if (!NT_SUCCESS(Status)) {
        DbgPrint("netecho: no ARP reply from %lu.%lu.%lu.%lu, status %08lx\n", Peer >> 24,
                 Peer >> 16 & 255, Peer >> 8 & 255, Peer & 255, (ULONG)Status);
        return Status;
    }
    Begin = KeQueryPerformanceCounter(&Frequency);
    Status = EchoExchange(Job);
    if (Job->Damaged != 0) {
        DbgPrint("netecho: %lu replies were damaged\n", Job->Damaged);
    }
    DbgPrint("netecho: %lu of %lu echo replies from %lu.%lu.%lu.%lu, %lu ms, "
             "retransmitted %lu\n",
             Job->Replies, Job->Count, Peer >> 24, Peer >> 16 & 255, Peer >> 8 & 255,
             Peer & 255, EchoMilliseconds(Begin, Frequency), Job->Retransmitted);
    return Status;
}

/*
 * Does the whole job. PASSIVE_LEVEL.
 *
 * Returns STATUS_SUCCESS if every request got its reply and every reply was
 * whole, STATUS_IO_TIMEOUT if the peer fell silent, STATUS_DATA_ERROR if a
 * reply was damaged, or what the adapter failed with.
 */
NTSTATUS
EchoRun(const NETECHO_PARAMETERS *Parameters)
{
    PECHO_JOB Job;
    NTSTATUS Status;

    Job = ExAllocatePoolWithTag(NonPagedPool, sizeof(*Job), NETECHO_TAG);
    if (Job == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(Job, sizeof(*Job));
    Job->Self.Address = Parameters->Address;
    Job->Peer.Address = Parameters->Peer;
    Job->Count = Parameters->Count;
    Job->Tries = Parameters->Tries;

    Status = NicOpen(&Parameters->Device, &Job->Nic);
    if (NT_SUCCESS(Status)) {
        Status = EchoRunJob(Job);
        if (NT_SUCCESS(Status)) {
            Status = EchoServe(Job, Parameters->Serve);
        }
        NicClose(Job->Nic);
    } else {
        DbgPrint("netecho: cannot open %wZ, status %08lx\n", &Parameters->Device,
                 (ULONG)Status);
    }
    ExFreePoolWithTag(Job, NETECHO_TAG);
    return Status;
}
