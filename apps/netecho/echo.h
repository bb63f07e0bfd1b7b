/*
 * echo.h - the state of the job. Private to echo.c and message.c.
 *
 * One thread does everything, so nothing here needs a lock.
 */
#pragma once

#include "netecho.h"

#define ECHO_WINDOW  8 /* divides 65536, so a sequence number names its place for ever */
#define ECHO_TIMEOUT NETECHO_SECOND

C_ASSERT(0x10000 % ECHO_WINDOW == 0);

/* A request that may be in flight. */
typedef struct _ECHO_REQUEST {
    USHORT Sequence;
    ULONG Tries; /* times sent; 0: the place is free */
    ULONG64 Deadline;
} ECHO_REQUEST, *PECHO_REQUEST;

typedef struct _ECHO_JOB {
    PNIC Nic;
    WIRE_HOST Self;
    WIRE_HOST Peer;
    BOOLEAN PeerKnown; /* Peer.Mac is valid */
    ULONG Count;
    ULONG Started; /* requests sent at least once */
    ULONG Replies;
    ULONG Retransmitted;
    ULONG Damaged; /* replies with a wrong checksum or payload */
    ULONG Served;  /* echoes of others answered */
    ULONG Tries;   /* as NETECHO_PARAMETERS has it */
    ECHO_REQUEST Window[ECHO_WINDOW];
    UCHAR Received[WIRE_FRAME_MAX];
    UCHAR Built[WIRE_FRAME_MAX];
} ECHO_JOB, *PECHO_JOB;

NTSTATUS EchoSendArp(PECHO_JOB Job, USHORT Operation, const WIRE_HOST *Target);
NTSTATUS EchoSendRequest(PECHO_JOB Job, PECHO_REQUEST Request);
NTSTATUS EchoServeFrame(PECHO_JOB Job, ULONG64 Deadline);
