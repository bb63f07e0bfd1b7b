/*
 * What a frame means, and the answer it is turned into, in place. Pure: no state, and
 * nothing is read beyond the frame's length.
 */
#include "perf.h"

#include <wire.h>

#define FRAME_TYPE        12
#define FRAME_HEADER      14
#define FRAME_OUR_ADDRESS 0x0A090002 /* 10.9.0.2 */

C_ASSERT(WIRE_MAC_SIZE == 6);

BOOLEAN
FrameIsMeasured(const UCHAR *Frame, ULONG Length)
{
    return Length >= FRAME_HEADER && Frame[FRAME_TYPE] == 0x88 &&
           Frame[FRAME_TYPE + 1] == 0xB5;
}

/* Destination and source change places: two words and a half each. */
static ULONG
FrameReflect(PUCHAR Frame, ULONG Length)
{
    UCHAR Address[WIRE_MAC_SIZE];

    RtlCopyMemory(Address, Frame, WIRE_MAC_SIZE);
    RtlCopyMemory(Frame, Frame + WIRE_MAC_SIZE, WIRE_MAC_SIZE);
    RtlCopyMemory(Frame + WIRE_MAC_SIZE, Address, WIRE_MAC_SIZE);
    return Length;
}

/* ARP for our address, or an ICMP echo request to it. */
static ULONG
FrameAnswerPing(PUCHAR Frame, ULONG Length, const UCHAR *Mac)
{
    WIRE_HOST Self = {.Address = FRAME_OUR_ADDRESS};
    WIRE_ARP Request, Reply;

    RtlCopyMemory(Self.Mac, Mac, WIRE_MAC_SIZE);
    if (!WireParseArp(Frame, Length, &Request)) {
        return WireReflect(Frame, Length, &Self);
    }
    if (Request.Operation != WIRE_ARP_REQUEST || Request.Target.Address != Self.Address) {
        return 0;
    }
    Reply.Operation = WIRE_ARP_REPLY;
    Reply.Sender = Self;
    Reply.Target = Request.Sender;
    return WireBuildArp(Frame, WIRE_FRAME_MAX, &Reply);
}

ULONG
FrameAnswer(NIC_MODE Mode, PUCHAR Frame, ULONG Length, const UCHAR *Mac)
{
    switch (Mode) {
    case NicEcho:
        return FrameIsMeasured(Frame, Length) ? FrameReflect(Frame, Length) : 0;
    case NicIcmp:
        return FrameAnswerPing(Frame, Length, Mac);
    default:
        return 0;
    }
}
