/*
 * wire.h - Ethernet, ARP, IPv4 and ICMP, as far as an echo needs them.
 *
 * Pure functions over bytes: no state, no waiting, no calls out. They read a
 * frame byte by byte and never beyond its length, so they can be run on any
 * machine over any input. Addresses of IPv4 are ULONGs in the processor's
 * order, 10.0.2.2 being 0x0A000202.
 */
#pragma once

#include <ntddk.h>

#define WIRE_MAC_SIZE 6
#define WIRE_FRAME_MAX                                                                   \
    1514 /* header and 1500 bytes; the check sequence is the chip's              \
        */
#define WIRE_ARP_SIZE 42
#define WIRE_ECHO_SIZE                                                                   \
    42 /* all headers of an echo, in front of its payload   \
                           */

/* Both halves of a station's identity. */
typedef struct _WIRE_HOST {
    UCHAR Mac[WIRE_MAC_SIZE];
    ULONG Address;
} WIRE_HOST, *PWIRE_HOST;

#define WIRE_ARP_REQUEST 1
#define WIRE_ARP_REPLY   2

typedef struct _WIRE_ARP {
    USHORT Operation;
    WIRE_HOST Sender;
    WIRE_HOST Target; /* its Mac means nothing in a request */
} WIRE_ARP, *PWIRE_ARP;

#define WIRE_ICMP_ECHO_REPLY   0
#define WIRE_ICMP_ECHO_REQUEST 8

/* An echo message. Payload points into the frame when parsed. */
typedef struct _WIRE_ECHO {
    UCHAR Type;
    ULONG From;
    ULONG To;
    USHORT Identifier;
    USHORT Sequence;
    const UCHAR *Payload;
    ULONG PayloadSize;
    BOOLEAN Intact; /* both checksums are right */
} WIRE_ECHO, *PWIRE_ECHO;

ULONG WireBuildArp(PUCHAR Frame, ULONG Capacity, const WIRE_ARP *Arp);
BOOLEAN WireParseArp(const UCHAR *Frame, ULONG Length, PWIRE_ARP Arp);

ULONG WireBuildEcho(PUCHAR Frame, ULONG Capacity, const UCHAR *FromMac,
                    const UCHAR *ToMac, const WIRE_ECHO *Echo);
BOOLEAN WireParseEcho(const UCHAR *Frame, ULONG Length, PWIRE_ECHO Echo);

/* reflect.c */
ULONG WireReflect(PUCHAR Frame, ULONG Length, const WIRE_HOST *Self);

USHORT WireChecksum(const UCHAR *Bytes, ULONG Size);
BOOLEAN WireParseAddress(const WCHAR *Text, ULONG Length, PULONG Address);
