/*
 * What a frame means, and the answer it is turned into, in place. Pure: no state, and
 * nothing is read beyond the frame's length.
 */
#include "perf.h"

#include <wire.h>

#define FRAME_TYPE        12
#define FRAME_MEASURED    0x88B5
#define FRAME_HEADER      14
#define FRAME_OUR_ADDRESS 0x0A090002 /* 10.9.0.2 */

C_ASSERT(WIRE_MAC_SIZE == 6);

BOOLEAN
FrameIsMeasured(const UCHAR *Frame, ULONG Length)
{
    return Length >= FRAME_HEADER && *(const USHORT UNALIGNED *)(Frame + FRAME_TYPE) ==
                                         RtlUshortByteSwap(FRAME_MEASURED);
}

/* Destination and source change places: the first eight bytes and four more. */
VOID
FrameReflect(PUCHAR Frame)
{
    ULONG64 UNALIGNED *Destination = (ULONG64 UNALIGNED *)Frame;
    ULONG UNALIGNED *Rest = (ULONG UNALIGNED *)(Frame + 8);
    ULONG64 First = *Destination;
    ULONG Last = *Rest;

    *Destination = First >> 48 | (ULONG64)Last << 16 | First << 48;
    *Rest = (ULONG)(First >> 16);
}

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
