/*
 * The answer that a ping is turned into, in place. Pure: no state, and nothing is read
 * beyond the frame's length.
 */
#include "perf.h"

#include <wire.h>

#define FRAME_OUR_ADDRESS 0x0A090002 /* 10.9.0.2 */

C_ASSERT(WIRE_MAC_SIZE == 6);

/* ARP for our address, or an ICMP echo request to it. */
ULONG
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
