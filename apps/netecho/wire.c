/*
 * wire.c - building and parsing of frames, at fixed offsets, with every bound
 * checked.
 *
 * No structure is laid over a frame: fields lie at odd addresses and in network
 * order, and two functions for 16 and 32 bits say both things in one place.
 */
#include "wire.h"

/* Ethernet header: to, from, type. */
#define ETHERNET_TO     0
#define ETHERNET_FROM   6
#define ETHERNET_TYPE   12
#define ETHERNET_HEADER 14

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_ARP  0x0806

/* ARP for IPv4 over Ethernet, offsets in the frame. */
#define ARP_HARDWARE       14
#define ARP_PROTOCOL       16
#define ARP_HARDWARE_SIZE  18
#define ARP_PROTOCOL_SIZE  19
#define ARP_OPERATION      20
#define ARP_SENDER_MAC     22
#define ARP_SENDER_ADDRESS 28
#define ARP_TARGET_MAC     32
#define ARP_TARGET_ADDRESS 38

#define ARP_HARDWARE_ETHERNET 1
#define ARP_IPV4_ADDRESS_SIZE 4

/* IPv4 header without options, offsets from the header. */
#define IPV4_VERSION  0
#define IPV4_SERVICE  1
#define IPV4_TOTAL    2
#define IPV4_ID       4
#define IPV4_FRAGMENT 6
#define IPV4_TIME     8
#define IPV4_PROTOCOL 9
#define IPV4_CHECKSUM 10
#define IPV4_FROM     12
#define IPV4_TO       16
#define IPV4_HEADER   20
#define IPV4_MORE_OFFSET                                                                 \
    0x3FFF /* "more fragments" and the fragment's offset  \
                                 */
#define IPV4_TIME_LIMIT 64
#define IPV4_ICMP       1

/* ICMP echo, offsets from the message. */
#define ICMP_TYPE       0
#define ICMP_CODE       1
#define ICMP_CHECKSUM   2
#define ICMP_IDENTIFIER 4
#define ICMP_SEQUENCE   6
#define ICMP_HEADER     8

C_ASSERT(ARP_TARGET_ADDRESS + ARP_IPV4_ADDRESS_SIZE == WIRE_ARP_SIZE);
C_ASSERT(ETHERNET_HEADER + IPV4_HEADER + ICMP_HEADER == WIRE_ECHO_SIZE);

static USHORT
WireLoad16(const UCHAR *Bytes)
{
    return (USHORT)(Bytes[0] << 8 | Bytes[1]);
}

static ULONG
WireLoad32(const UCHAR *Bytes)
{
    return (ULONG)WireLoad16(Bytes) << 16 | WireLoad16(Bytes + 2);
}

static VOID
WireStore16(PUCHAR Bytes, ULONG Value)
{
    Bytes[0] = (UCHAR)(Value >> 8);
    Bytes[1] = (UCHAR)Value;
}

static VOID
WireStore32(PUCHAR Bytes, ULONG Value)
{
    WireStore16(Bytes, Value >> 16);
    WireStore16(Bytes + 2, Value);
}

/*
 * The Internet checksum (RFC 1071). Over a block that contains its own checksum
 * the result is 0 if the block is intact.
 */
USHORT
WireChecksum(const UCHAR *Bytes, ULONG Size)
{
    ULONG Sum = 0;

    for (; Size >= 2; Bytes += 2, Size -= 2) {
        Sum += WireLoad16(Bytes);
    }
    if (Size != 0) {
        Sum += (ULONG)Bytes[0] << 8;
    }
    Sum = (Sum & 0xFFFF) + (Sum >> 16);
    Sum = (Sum & 0xFFFF) + (Sum >> 16);
    return (USHORT)~Sum;
}

static VOID
WireBuildEthernet(PUCHAR Frame, const UCHAR *To, const UCHAR *From, USHORT Type)
{
    RtlCopyMemory(Frame + ETHERNET_TO, To, WIRE_MAC_SIZE);
    RtlCopyMemory(Frame + ETHERNET_FROM, From, WIRE_MAC_SIZE);
    WireStore16(Frame + ETHERNET_TYPE, Type);
}

/* Builds an ARP message; a request goes to everybody. Returns its size, 0 if no
 * room. */
ULONG
WireBuildArp(PUCHAR Frame, ULONG Capacity, const WIRE_ARP *Arp)
{
    static const UCHAR Everybody[WIRE_MAC_SIZE] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    BOOLEAN IsRequest = Arp->Operation == WIRE_ARP_REQUEST;

    if (Capacity < WIRE_ARP_SIZE) {
        return 0;
    }
    WireBuildEthernet(Frame, IsRequest ? Everybody : Arp->Target.Mac, Arp->Sender.Mac,
                      ETHERTYPE_ARP);
    WireStore16(Frame + ARP_HARDWARE, ARP_HARDWARE_ETHERNET);
    WireStore16(Frame + ARP_PROTOCOL, ETHERTYPE_IPV4);
    Frame[ARP_HARDWARE_SIZE] = WIRE_MAC_SIZE;
    Frame[ARP_PROTOCOL_SIZE] = ARP_IPV4_ADDRESS_SIZE;
    WireStore16(Frame + ARP_OPERATION, Arp->Operation);
    RtlCopyMemory(Frame + ARP_SENDER_MAC, Arp->Sender.Mac, WIRE_MAC_SIZE);
    WireStore32(Frame + ARP_SENDER_ADDRESS, Arp->Sender.Address);
    RtlCopyMemory(Frame + ARP_TARGET_MAC, Arp->Target.Mac, WIRE_MAC_SIZE);
    WireStore32(Frame + ARP_TARGET_ADDRESS, Arp->Target.Address);
    return WIRE_ARP_SIZE;
}

/* FALSE if the frame is not a whole ARP message for IPv4 over Ethernet. */
BOOLEAN
WireParseArp(const UCHAR *Frame, ULONG Length, PWIRE_ARP Arp)
{
    if (Length < WIRE_ARP_SIZE || WireLoad16(Frame + ETHERNET_TYPE) != ETHERTYPE_ARP ||
        WireLoad16(Frame + ARP_HARDWARE) != ARP_HARDWARE_ETHERNET ||
        WireLoad16(Frame + ARP_PROTOCOL) != ETHERTYPE_IPV4 ||
        Frame[ARP_HARDWARE_SIZE] != WIRE_MAC_SIZE ||
        Frame[ARP_PROTOCOL_SIZE] != ARP_IPV4_ADDRESS_SIZE) {
        return FALSE;
    }
    Arp->Operation = WireLoad16(Frame + ARP_OPERATION);
    RtlCopyMemory(Arp->Sender.Mac, Frame + ARP_SENDER_MAC, WIRE_MAC_SIZE);
    Arp->Sender.Address = WireLoad32(Frame + ARP_SENDER_ADDRESS);
    RtlCopyMemory(Arp->Target.Mac, Frame + ARP_TARGET_MAC, WIRE_MAC_SIZE);
    Arp->Target.Address = WireLoad32(Frame + ARP_TARGET_ADDRESS);
    return TRUE;
}

/* An unfragmented datagram; its identification can be anything then (RFC 6864).
 */
static VOID
WireBuildIpv4(PUCHAR Header, const WIRE_ECHO *Echo)
{
    Header[IPV4_VERSION] = 0x45; /* version 4, five words of header */
    Header[IPV4_SERVICE] = 0;
    WireStore16(Header + IPV4_TOTAL, IPV4_HEADER + ICMP_HEADER + Echo->PayloadSize);
    WireStore16(Header + IPV4_ID, Echo->Sequence);
    WireStore16(Header + IPV4_FRAGMENT, 0);
    Header[IPV4_TIME] = IPV4_TIME_LIMIT;
    Header[IPV4_PROTOCOL] = IPV4_ICMP;
    WireStore16(Header + IPV4_CHECKSUM, 0);
    WireStore32(Header + IPV4_FROM, Echo->From);
    WireStore32(Header + IPV4_TO, Echo->To);
    WireStore16(Header + IPV4_CHECKSUM, WireChecksum(Header, IPV4_HEADER));
}

/* Builds an echo message. Returns the frame's size, 0 if there is no room for
 * it. */
ULONG
WireBuildEcho(PUCHAR Frame, ULONG Capacity, const UCHAR *FromMac, const UCHAR *ToMac,
              const WIRE_ECHO *Echo)
{
    PUCHAR Message = Frame + ETHERNET_HEADER + IPV4_HEADER;

    if (Capacity > WIRE_FRAME_MAX) {
        Capacity = WIRE_FRAME_MAX;
    }
    if (Capacity < WIRE_ECHO_SIZE || Echo->PayloadSize > Capacity - WIRE_ECHO_SIZE) {
        return 0;
    }
    WireBuildEthernet(Frame, ToMac, FromMac, ETHERTYPE_IPV4);
    WireBuildIpv4(Frame + ETHERNET_HEADER, Echo);
    Message[ICMP_TYPE] = Echo->Type;
    Message[ICMP_CODE] = 0;
    WireStore16(Message + ICMP_CHECKSUM, 0);
    WireStore16(Message + ICMP_IDENTIFIER, Echo->Identifier);
    WireStore16(Message + ICMP_SEQUENCE, Echo->Sequence);
    RtlCopyMemory(Message + ICMP_HEADER, Echo->Payload, Echo->PayloadSize);
    WireStore16(Message + ICMP_CHECKSUM,
                WireChecksum(Message, ICMP_HEADER + Echo->PayloadSize));
    return WIRE_ECHO_SIZE + Echo->PayloadSize;
}

/*
 * The size of the IPv4 header if the datagram is whole, unfragmented and
 * ICMP's, else 0. The frame may be longer than the datagram, because Ethernet
 * pads; never shorter.
 */
static ULONG
WireIcmpOffset(const UCHAR *Header, ULONG Length)
{
    ULONG HeaderSize, Total;

    if (Length < IPV4_HEADER || Header[IPV4_VERSION] >> 4 != 4) {
        return 0;
    }
    HeaderSize = (Header[IPV4_VERSION] & 0x0F) * 4;
    Total = WireLoad16(Header + IPV4_TOTAL);
    if (HeaderSize < IPV4_HEADER || Total > Length || Total < HeaderSize + ICMP_HEADER ||
        (WireLoad16(Header + IPV4_FRAGMENT) & IPV4_MORE_OFFSET) != 0 ||
        Header[IPV4_PROTOCOL] != IPV4_ICMP) {
        return 0;
    }
    return HeaderSize;
}

/*
 * FALSE if the frame is not a whole ICMP echo message. A message whose
 * checksums are wrong is reported, with Intact FALSE, so that the caller can
 * count it.
 */
BOOLEAN
WireParseEcho(const UCHAR *Frame, ULONG Length, PWIRE_ECHO Echo)
{
    const UCHAR *Header = Frame + ETHERNET_HEADER;
    const UCHAR *Message;
    ULONG HeaderSize, MessageSize;

    if (Length < WIRE_ECHO_SIZE || WireLoad16(Frame + ETHERNET_TYPE) != ETHERTYPE_IPV4) {
        return FALSE;
    }
    HeaderSize = WireIcmpOffset(Header, Length - ETHERNET_HEADER);
    if (HeaderSize == 0) {
        return FALSE;
    }
    Message = Header + HeaderSize;
    MessageSize = WireLoad16(Header + IPV4_TOTAL) - HeaderSize;
    if ((Message[ICMP_TYPE] != WIRE_ICMP_ECHO_REPLY &&
         Message[ICMP_TYPE] != WIRE_ICMP_ECHO_REQUEST) ||
        Message[ICMP_CODE] != 0) {
        return FALSE;
    }
    Echo->Type = Message[ICMP_TYPE];
    Echo->From = WireLoad32(Header + IPV4_FROM);
    Echo->To = WireLoad32(Header + IPV4_TO);
    Echo->Identifier = WireLoad16(Message + ICMP_IDENTIFIER);
    Echo->Sequence = WireLoad16(Message + ICMP_SEQUENCE);
    Echo->Payload = Message + ICMP_HEADER;
    Echo->PayloadSize = MessageSize - ICMP_HEADER;
    Echo->Intact =
        WireChecksum(Header, HeaderSize) == 0 && WireChecksum(Message, MessageSize) == 0;
    return TRUE;
}

/* Reads a dotted IPv4 address that fills the whole text of Length characters.
 */
BOOLEAN
WireParseAddress(const WCHAR *Text, ULONG Length, PULONG Address)
{
    ULONG Result = 0, Part = 0, Dots = 0, Digits = 0, Index;

    for (Index = 0; Index < Length; Index++) {
        if (Text[Index] >= L'0' && Text[Index] <= L'9' && Digits < 3) {
            Part = Part * 10 + (Text[Index] - L'0');
            Digits++;
        } else if (Text[Index] == L'.' && Digits > 0 && Part <= 255 && Dots < 3) {
            Result = Result << 8 | Part;
            Part = 0;
            Digits = 0;
            Dots++;
        } else {
            return FALSE;
        }
    }
    *Address = Result << 8 | Part;
    return Dots == 3 && Digits > 0 && Part <= 255;
}
