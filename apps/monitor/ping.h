/*
 * ping.h - the exchange of echo requests and replies. Private to ping.c and pingecho.c.
 */
#pragma once

#include "monitor.h"

#include <netecho.h>

#define PING_PAYLOAD 56

typedef struct _PING {
    PNIC Nic;
    WIRE_HOST Self;
    WIRE_HOST Peer;
    BOOLEAN PeerKnown;
    BOOLEAN Answered; /* the request Sequence */
    USHORT Sequence;
    ULONG Replies;
    ULONG Damaged;
    UCHAR Frame[WIRE_FRAME_MAX];
} PING, *PPING;

/* Finds the peer's station address: PeerKnown. PingExchange sends request Sequence and
   waits for its answer: Answered. Either returns what the adapter fails with. */
NTSTATUS PingResolve(PPING Ping);
NTSTATUS PingExchange(PPING Ping);
