/*
 * reflect.c - the answer to an echo request, ICMP's or UDP's (port 7), made of
 * the request itself.
 *
 * Source and destination change places, which leaves every Internet checksum as
 * it was: it is a sum. Only the ICMP message has to be summed again, for its
 * type changes.
 */
#include "wire.h"

#define ETHERNET_HEADER 14
#define ETHERTYPE_PLACE 12
#define ETHERTYPE_IPV4  0x0800

/* Offsets in a frame whose IPv4 header has no options. */
#define IPV4_PLACE       ETHERNET_HEADER
#define IPV4_TOTAL       (IPV4_PLACE + 2)
#define IPV4_FRAGMENT    (IPV4_PLACE + 6)
#define IPV4_PROTOCOL    (IPV4_PLACE + 9)
#define IPV4_FROM        (IPV4_PLACE + 12)
#define IPV4_TO          (IPV4_PLACE + 16)
#define IPV4_HEADER      20
#define IPV4_PLAIN       0x45 /* version 4, five words of header */
#define IPV4_MORE_OFFSET 0x3FFF
#define IPV4_ICMP        1
#define IPV4_UDP         17

#define MESSAGE_PLACE  (IPV4_PLACE + IPV4_HEADER)
#define MESSAGE_HEADER 8 /* of ICMP as of UDP */

#define UDP_FROM      MESSAGE_PLACE
#define UDP_TO        (MESSAGE_PLACE + 2)
#define UDP_LENGTH    (MESSAGE_PLACE + 4)
#define UDP_ECHO_PORT 7

static ULONG
ReflectLoad16(const UCHAR *Bytes)
{
    return (ULONG)Bytes[0] << 8 | Bytes[1];
}

/* Lets two fields of a frame change places. */
static VOID
ReflectSwap(PUCHAR First, PUCHAR Second, ULONG Size)
{
    for (; Size != 0; Size--, First++, Second++) {
        UCHAR Byte = *First;

        *First = *Second;
        *Second = Byte;
    }
}

/*
 * The end of the datagram if the frame has a whole, plain one for our address,
 * else 0. What follows it is padding, and is not sent back.
 */
static ULONG
ReflectDatagramEnd(const UCHAR *Frame, ULONG Length, ULONG Address)
{
    ULONG Total;

    if (Length < MESSAGE_PLACE + MESSAGE_HEADER ||
        ReflectLoad16(Frame + ETHERTYPE_PLACE) != ETHERTYPE_IPV4 ||
        Frame[IPV4_PLACE] != IPV4_PLAIN ||
        (ReflectLoad16(Frame + IPV4_FRAGMENT) & IPV4_MORE_OFFSET) != 0 ||
        (ReflectLoad16(Frame + IPV4_TO) << 16 | ReflectLoad16(Frame + IPV4_TO + 2)) !=
            Address ||
        WireChecksum(Frame + IPV4_PLACE, IPV4_HEADER) != 0) {
        return 0;
    }
    Total = ReflectLoad16(Frame + IPV4_TOTAL);
    if (Total < IPV4_HEADER + MESSAGE_HEADER || Total > Length - ETHERNET_HEADER) {
        return 0;
    }
    return ETHERNET_HEADER + Total;
}

/* Turns an intact echo request into its reply. FALSE: it is none. */
static BOOLEAN
ReflectIcmp(PUCHAR Message, ULONG Size)
{
    USHORT Checksum;

    if (Message[0] != WIRE_ICMP_ECHO_REQUEST || Message[1] != 0 ||
        WireChecksum(Message, Size) != 0) {
        return FALSE;
    }
    Message[0] = WIRE_ICMP_ECHO_REPLY;
    Message[2] = 0;
    Message[3] = 0;
    Checksum = WireChecksum(Message, Size);
    Message[2] = (UCHAR)(Checksum >> 8);
    Message[3] = (UCHAR)Checksum;
    return TRUE;
}

/* Turns a datagram for the echo port around. FALSE: it is for another, or cut
 * short. */
static BOOLEAN
ReflectUdp(PUCHAR Frame, ULONG Size)
{
    if (ReflectLoad16(Frame + UDP_TO) != UDP_ECHO_PORT ||
        ReflectLoad16(Frame + UDP_LENGTH) != Size) {
        return FALSE;
    }
    ReflectSwap(Frame + UDP_FROM, Frame + UDP_TO, 2);
    return TRUE;
}

/*
 * Turns a frame that asks for an echo from Self into the answer, in place.
 * Returns the answer's length, 0 for any other frame.
 */
ULONG
WireReflect(PUCHAR Frame, ULONG Length, const WIRE_HOST *Self)
{
    ULONG End = ReflectDatagramEnd(Frame, Length, Self->Address);
    BOOLEAN Answers = FALSE;

    if (End != 0 && Frame[IPV4_PROTOCOL] == IPV4_ICMP) {
        Answers = ReflectIcmp(Frame + MESSAGE_PLACE, End - MESSAGE_PLACE);
    } else if (End != 0 && Frame[IPV4_PROTOCOL] == IPV4_UDP) {
        Answers = ReflectUdp(Frame, End - MESSAGE_PLACE);
    }
    if (!Answers) {
        return 0;
    }
    ReflectSwap(Frame + IPV4_FROM, Frame + IPV4_TO, 4);
    RtlCopyMemory(Frame, Frame + WIRE_MAC_SIZE, WIRE_MAC_SIZE);
    RtlCopyMemory(Frame + WIRE_MAC_SIZE, Self->Mac, WIRE_MAC_SIZE);
    return End;
}
